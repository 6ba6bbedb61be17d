"""Whether the classifier does better where a crossing is blank in what it sees.

    python benchmarks/crossings.py DATA [--split val] [--stain dapi] [--every 1]

The chromosomes of spreads are found and classified as ever. Then those are classified again,
at the scale that was found, of which a part lies under a crossing: with these pixels blank on
the network's canvas (to black, the ground's grey there, or to the chromosome's median grey), and
by the mean of the whole and the blank view. The pixels are those that the segmentation calls a
crossing (`shared`), or those that lie within the outlines of two chromosomes (`covered`).

Prints how many lie in their slot, of all chromosomes that were found and of those under
crossings, and how many of these each way sets right and wrong, with the chance of as large a
difference (McNemar's exact test).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from napari_karyo.cell import Cell
from napari_karyo.classified import ClassifiedCell
from napari_karyo.errors import PreprocessingError
from napari_karyo.inference.calibration import calibration_for
from napari_karyo.inference.classify import classify, get_weights
from napari_karyo.inference.device import choose_device
from napari_karyo.inference.predict import predict
from napari_karyo.inference.result import Classification
from napari_karyo.preprocessing.upright import sample
from napari_karyo.segmentation.mending import share_overlaps
from napari_karyo.segmentation.objects import Segmentation
from napari_karyo.training.segmentation.archives import Photograph
from napari_karyo.training.segmentation.evaluate import outcomes
from napari_karyo.training.segmentation.matching import Match

_HOW: Final = ("black", "median", "mean with black", "mean with median")
WAYS: Final = ("whole", *(f"{which}, {how}" for which in ("shared", "covered") for how in _HOW))
#: Above this grey a pixel of the network's input is the chromosome.
_INSIDE: Final = 0.05
#: Less of a chromosome under a crossing counts as none.
_LEAST: Final = 0.02


@dataclass(frozen=True)
class Placed:
    """A chromosome that was found.

    Attributes
    ----------
    crossed : float
        The share of it that is `shared`.
    right : tuple of bool
        Whether it lies in its slot, by `WAYS`.
    """

    crossed: float
    right: tuple[bool, ...]


def crossings(cell: Cell) -> tuple[list[NDArray[np.bool_] | None], ...]:
    """Return where each crop shows a crossing, as it was called one and as outlines overlap."""
    outlines = [item.outline for item in cell if item.outline is not None]
    covered = share_overlaps(outlines, [])
    assert len(covered) == len(cell)
    return (
        [cell.crossing_in(item) for item in cell],
        [
            cell.crossing_in(replace(item, outline=one))
            for item, one in zip(cell, covered, strict=True)
        ],
    )


def seen_blank(
    whole: Classification, masks: list[NDArray[np.bool_] | None], median: bool
) -> NDArray[np.float32]:
    """Return the probabilities with crossings blank in what the network sees."""
    rows = [row for row, mask in enumerate(masks) if mask is not None]
    if not rows:
        return whole.probabilities
    inputs = whole.inputs[rows].copy()
    for picture, row in zip(inputs, rows, strict=True):
        image, mask = picture[0], masks[row]
        assert mask is not None
        inside = image > _INSIDE
        blank = inside & (sample(mask, whole.input_grids[row]) >= 0.5)
        rest = image[inside & ~blank]
        image[blank] = float(np.median(rest)) if median and rest.size else 0.0
    weights = get_weights()
    prediction = predict(weights.network, inputs, choose_device("cpu"))
    calibration = calibration_for(weights.calibration, whole.cell.polarity)
    probabilities = whole.probabilities.copy()
    probabilities[rows] = prediction.probabilities(calibration["temperature"])[0]
    return probabilities


def placed(photograph: Photograph, found: Segmentation, match: Match) -> Iterator[Placed]:
    """Yield the chromosomes of a photograph that were found, and whether each lies right."""
    try:
        whole = classify(found.to_cell())
    except PreprocessingError:
        return
    tables = [whole.probabilities]
    for masks in crossings(whole.cell):
        black, grey = (seen_blank(whole, masks, median) for median in (False, True))
        tables += [black, grey]
        tables += [
            np.mean([whole.probabilities, one], axis=0, dtype=np.float32) for one in (black, grey)
        ]
    slots: list[Mapping[str, str]] = []
    for table in tables:
        cell = ClassifiedCell.from_classification(replace(whole, probabilities=table))
        slots.append({item.name: cell.karyotype.slot_of(n) for n, item in enumerate(whole.cell)})
    for true, which in match.pairs:
        name = found.name_of(which)
        right = tuple(one.get(name) == photograph.classes[true] for one in slots)
        yield Placed(found.chromosomes[which].outline.crossed, right)


def report(found: Iterable[Placed]) -> str:
    """Return the table."""
    every = list(found)
    under = [one for one in every if one.crossed >= _LEAST]
    lines = [f"{len(every)} found, {len(under)} of them under crossings",
             f"{'':28} right  of these  set right  set wrong  chance"]  # fmt: skip
    for way, name in enumerate(WAYS):
        right, of_these = (sum(one.right[way] for one in group) for group in (every, under))
        better = sum(one.right[way] and not one.right[0] for one in every)
        worse = sum(one.right[0] and not one.right[way] for one in every)
        chance = binomtest(better, better + worse).pvalue if better + worse else 1.0
        lines.append(f"{name:28} {right:5} {of_these:9} {better:10} {worse:10} {chance:7.2f}")
    return "\n".join(lines)


def main() -> None:
    """Print a table a stain."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="val", choices=("train", "val", "test"))
    parser.add_argument("--stain", action="append", choices=("dapi", "g_band"))
    parser.add_argument("--every", type=int, default=1)
    chosen = parser.parse_args()
    for stain in chosen.stain or ("dapi", "g_band"):
        found: list[Placed] = []
        for one in outcomes(chosen.data, stain, chosen.split, every=chosen.every):
            found += placed(one.photograph, one.segmentation, one.match)
        print(f"{stain}: {report(found)}", flush=True)


if __name__ == "__main__":
    main()
