"""The regression by which the classifier decides between several answers, fitted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from napari_karyo.cell import Spread
from napari_karyo.errors import KaryoError
from napari_karyo.io.polarity import find_spread_polarity
from napari_karyo.models.spread_weights import SpreadWeights
from napari_karyo.segmentation.decide import Candidates, Decision, find_candidates
from napari_karyo.segmentation.objects import SpreadObject
from napari_karyo.segmentation.segment import propose
from napari_karyo.training.segmentation.archives import ARCHIVES, Photograph
from napari_karyo.training.segmentation.matching import overlap_of_boxes, overlap_of_masks

#: Of each stain so many spreads are looked at.
SPREADS: Final = 24

#: Weight of the squares of the standardized coefficients.
_RIDGE: Final = 1e-3


def fit_decision(
    data: Path,
    weights: SpreadWeights,
    *,
    spreads: int = SPREADS,
    progress: Callable[[str], None] = print,
) -> Decision:
    """Fit the regression on spreads of ``train``.

    Parameters
    ----------
    data : Path
    weights : SpreadWeights
        Whose network proposes.
    spreads : int
        Of each stain.
    progress : callable
        Told a line a stain.
    """
    tables, overlaps = [], []
    for stain, (file, read) in ARCHIVES.items():
        there = list(read(data / file, ("train",)))
        for photograph in there[:: max(1, len(there) // spreads)][:spreads]:
            candidates = candidates_of(photograph, weights)
            if candidates is not None:
                tables.append(candidates.table)
                overlaps.append(best_overlap(photograph, candidates))
        progress(f"{stain}: {sum(len(one) for one in tables)} candidates so far")
    return _fitted(np.concatenate(tables), np.concatenate(overlaps))


def candidates_of(photograph: Photograph, weights: SpreadWeights) -> Candidates | None:
    """Return the candidates of a photograph; None where the spread can't be classified."""
    polarity = find_spread_polarity(photograph.grey)
    try:
        found = propose(Spread(photograph.name, photograph.grey, polarity), weights)
    except KaryoError:
        return None
    return find_candidates(found.segmentation, found.partition, found.maps, found.placed)


def best_overlap(photograph: Photograph, candidates: Candidates) -> NDArray[np.float64]:
    """Return the overlap over union of each candidate with the true object it fits best."""
    if len(photograph.boxes):
        boxes = np.array([_box(one, candidates.margin) for one in candidates.objects], np.float64)
        return np.asarray(overlap_of_boxes(photograph.boxes, boxes).max(axis=0))
    outlines = [one.outline for one in candidates.objects]
    return np.asarray(overlap_of_masks(photograph.outlines, outlines).max(axis=0))


def _box(item: SpreadObject, margin: int) -> tuple[int, int, int, int]:
    rows, columns = item.outline.place
    return (columns.start - margin, rows.start - margin, columns.stop + margin, rows.stop + margin)


def _fitted(table: NDArray[np.float64], overlap: NDArray[np.float64]) -> Decision:
    """Fit a logistic regression whose targets are shares."""
    middle, spread = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-6)
    standard = (table - middle) / spread

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = standard @ values[:-1] + values[-1]
        share = 1 / (1 + np.exp(-score))
        each = np.logaddexp(0, score) - overlap * score
        slope = share - overlap
        gradient = np.append(standard.T @ slope / len(slope), slope.mean())
        gradient[:-1] += 2 * _RIDGE * values[:-1]
        return float(each.mean() + _RIDGE * (values[:-1] ** 2).sum()), gradient

    found = minimize(loss, np.zeros(table.shape[1] + 1), jac=True).x
    weights = found[:-1] / spread
    return Decision(
        tuple(float(one) for one in weights), float(found[-1] - (weights * middle).sum())
    )
