"""The regression by which the classifier decides between several answers, fitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from napari_karyo.errors import KaryoError
from napari_karyo.models.agreement import FAR, Agreement
from napari_karyo.models.binding import import_bound
from napari_karyo.models.spread_weights import SpreadWeights
from napari_karyo.segmentation.decide import Candidates, find_candidates
from napari_karyo.segmentation.segment import propose
from napari_karyo.training.segmentation.archives import ARCHIVES, Photograph
from napari_karyo.training.segmentation.matching import FOUND, overlap_with

#: Of each stain so many spreads are looked at.
SPREADS: Final = {"q_band": 25, "dapi": 30, "g_band": 45}

#: Of the regression: members, hidden units of each, steps of the whole table, rate, and decay of
#: the weights.
_MEMBERS: Final = 5
_UNITS: Final = 12
_STEPS: Final = 300
_RATE: Final = 1e-2
_DECAY: Final = 1e-2


def fit_decision(
    data: Path,
    weights: SpreadWeights,
    *,
    spreads: Mapping[str, int] = SPREADS,
    progress: Callable[[str], None] = print,
) -> Agreement:
    """Fit the regression on spreads of ``train``.

    Parameters
    ----------
    data : Path
    weights : SpreadWeights
        Whose network proposes.
    spreads : mapping of str to int
        How many of each stain.
    progress : callable
        Told a line a stain.
    """
    tables, overlaps = [], []
    for stain, (file, read) in ARCHIVES.items():
        there = list(read(data / file, ("train",)))
        some = spreads[stain]
        for photograph in there[:: max(1, len(there) // some)][:some]:
            candidates = candidates_of(photograph, weights)
            if candidates is not None:
                tables.append(candidates.table)
                overlaps.append(best_overlap(photograph, candidates))
        progress(f"{stain}: {sum(len(one) for one in tables)} candidates so far")
    return _fitted(np.concatenate(tables), np.concatenate(overlaps))


def candidates_of(photograph: Photograph, weights: SpreadWeights) -> Candidates | None:
    """Return the candidates of a photograph; None where the spread can't be classified."""
    try:
        found = propose(photograph.spread, weights)
    except KaryoError:
        return None
    return find_candidates(found.segmentation, found.partition, found.maps, found.placed)


def best_overlap(photograph: Photograph, candidates: Candidates) -> NDArray[np.float64]:
    """Return the overlap over union of each candidate with the true object it fits best."""
    outlines = [one.outline for one in candidates.objects]
    return np.asarray(overlap_with(photograph, outlines, candidates.boxes).max(axis=0))


def _fitted(table: NDArray[np.float64], overlap: NDArray[np.float64]) -> Agreement:
    """Fit a regression with one hidden layer whose targets are shares.

    It is the mean of several, each begun from another chance, which scatter less than one.
    """
    import_bound("torch._dynamo")  # every optimizer imports it
    middle, scale = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-6)
    standard = torch.from_numpy(((table - middle) / scale).clip(-FAR, FAR)).float()
    # An outline that is found counts at once; how exactly it agrees counts as much.
    target = torch.from_numpy((overlap + (overlap >= FOUND)) / 2).float()
    members = [_member(standard, target, seed) for seed in range(_MEMBERS)]
    units = [hidden for hidden, _ in members]
    return Agreement(
        tuple(middle.tolist()),
        tuple(scale.tolist()),
        tuple(tuple(row) for one in units for row in one.weight.tolist()),
        tuple(value for one in units for value in one.bias.tolist()),
        tuple(value / _MEMBERS for _, one in members for value in one.weight[0].tolist()),
        sum(float(one.bias.detach()[0]) for _, one in members) / _MEMBERS,
    )


def _member(standard: Tensor, target: Tensor, seed: int) -> tuple[nn.Linear, nn.Linear]:
    torch.manual_seed(seed)
    hidden, answer = nn.Linear(standard.shape[1], _UNITS), nn.Linear(_UNITS, 1)
    network = nn.Sequential(hidden, nn.Tanh(), answer)
    optimizer = torch.optim.AdamW(network.parameters(), _RATE, weight_decay=_DECAY)
    for _ in range(_STEPS):
        loss = nn.functional.binary_cross_entropy_with_logits(network(standard)[:, 0], target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return hidden, answer
