"""``napari-karyo evaluate-segmentation``: what is found in photographs of which all is known."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_karyo.classified import ClassifiedCell
from napari_karyo.errors import KaryoError, PreprocessingError
from napari_karyo.inference.classify import classify
from napari_karyo.segmentation.objects import Segmentation
from napari_karyo.segmentation.segment import segment
from napari_karyo.training.segmentation.archives import Photograph
from napari_karyo.training.segmentation.arranged import MEASURED
from napari_karyo.training.segmentation.matching import (
    Match,
    groups_of,
    match,
    overlap_with,
)
from napari_karyo.training.segmentation.unmapped import count_unmapped

if TYPE_CHECKING:
    from napari_karyo.models.spread_weights import SpreadWeights


@dataclass(frozen=True, eq=False)
class SpreadOutcome:
    """What was found in one photograph.

    Attributes
    ----------
    photograph : Photograph
    segmentation : Segmentation
    match : Match
    right : int
        How many of the chromosomes there are were found and placed in their slot.
    seconds : float
        Of finding them.
    """

    photograph: Photograph
    segmentation: Segmentation
    match: Match
    right: int
    seconds: float

    @property
    def groups(self) -> tuple[int, int]:
        """Groups of chromosomes that touch or cross, and how many were told apart whole.

        None where no outlines are known.
        """
        groups = groups_of(self.photograph.outlines)
        found = {true for true, _ in self.match.pairs}
        return len(groups), sum(found.issuperset(one) for one in groups)


def held(photograph: Photograph, weights: SpreadWeights | None = None) -> SpreadOutcome:
    """Segment a photograph and hold what is found against what is there."""
    began = time.perf_counter()
    found = segment(photograph.spread, weights)
    seconds = time.perf_counter() - began
    pairs = match_of(photograph, found)
    right = _placed_right(photograph, found, pairs) if photograph.classes else 0
    return SpreadOutcome(photograph, found, pairs, right, seconds)


def _placed_right(photograph: Photograph, found: Segmentation, pairs: Match) -> int:
    """Return how many true chromosomes the classifier places in their slot, with no hand."""
    try:
        cell = ClassifiedCell.from_classification(classify(found.to_cell()))
    except PreprocessingError:
        return 0
    slots = {
        item.name: cell.karyotype.slot_of(number)
        for number, item in enumerate(cell.classification.cell)
    }
    return sum(
        slots.get(found.name_of(which)) == photograph.classes[true] for true, which in pairs.pairs
    )


def match_of(photograph: Photograph, found: Segmentation) -> Match:
    """Pair the chromosomes of a photograph with those found in it."""
    outlines = [one.outline for one in found.chromosomes]
    overlap = overlap_with(photograph, outlines, [found.box(one) for one in outlines])
    unmapped = count_unmapped(photograph.unmapped, outlines, overlap)
    return replace(match(overlap), unmapped=unmapped)


def outcomes(
    data: Path, stain: str, split: str, weights: SpreadWeights | None = None, every: int = 1
) -> Iterator[SpreadOutcome]:
    """Segment the photographs of a stain and split, one by one.

    Raises
    ------
    KaryoError
        Where there is no such stain.
    """
    if stain not in MEASURED:
        raise KaryoError(f"there is no stain {stain!r}.", f"Choose one of {', '.join(MEASURED)}.")
    file, read = MEASURED[stain]
    for photograph in read(data / file, (split,), every):
        yield held(photograph, weights)


def summary(found: Sequence[SpreadOutcome]) -> dict[str, Any]:
    """Return the figures of some photographs.

    Returns
    -------
    dict
        ``spreads``, ``there``, ``unlocated`` (how many more there are, nobody knows where),
        ``found`` (a share, one to one at an overlap over union of half), ``false`` (objects a
        spread that are no chromosomes), ``unmapped`` (objects a spread that are chromosomes, but
        not in the truth, see `napari_karyo.training.segmentation.unmapped`), ``right`` (a share
        of those there, in the right slot with no hand; None where no classes are known),
        ``groups`` (a share of those that touch or cross: all their chromosomes were found; None
        where no outlines are known), ``count_within_one`` (a share of the spreads), and
        ``seconds`` (the median of a spread).
    """
    there = sum(one.match.there for one in found)
    near = [
        abs(one.segmentation.count - one.match.there - one.photograph.more) <= 1 for one in found
    ]
    groups, apart = (sum(one.groups[which] for one in found) for which in (0, 1))
    return {
        "spreads": len(found),
        "there": there,
        "unlocated": sum(len(one.photograph.unlocated) for one in found),
        "found": sum(len(one.match.pairs) for one in found) / max(there, 1),
        "false": sum(one.match.false for one in found) / max(len(found), 1),
        "unmapped": sum(one.match.unmapped for one in found) / max(len(found), 1),
        "right": sum(one.right for one in found) / max(there, 1)
        if any(one.photograph.classes for one in found)
        else None,
        "groups": apart / groups if groups else None,
        "count_within_one": float(np.mean(near)),
        "seconds": float(np.median([one.seconds for one in found])),
    }


def evaluate_segmentation(
    data: Path,
    split: str = "val",
    *,
    stains: Collection[str] = (),
    weights: SpreadWeights | None = None,
    every: int = 1,
    progress: Callable[[str], None] = print,
) -> dict[str, dict[str, Any]]:
    """Measure what is found in the spreads of a split, stain by stain.

    Parameters
    ----------
    data : Path
        Folder of ``q_spreads.zip``, ``mfish.zip``, ``raw_spreads.zip``, ``g_band_spreads.zip``,
        ``g_band.zip`` and ``labels.csv``.
    split : {"train", "val", "test"}
    stains : collection of str
        Some of `MEASURED`; all where left out.
    weights : SpreadWeights, optional
        The shipped ones where left out.
    every : int
        Take each so many'th spread.
    progress : callable
        Told a line a stain.

    Returns
    -------
    dict
        By stain, see `summary`; without those that have no spread of the split.
    """
    figures = {}
    for stain in stains or MEASURED:
        found = list(outcomes(data, stain, split, weights, every))
        if found:
            figures[stain] = summary(found)
        progress(f"{stain}: {figures.get(stain, f'no spread of {split}')}")
    return figures
