"""Chromosomes of the labelled photographs that their class maps and polygons lack.

Seen by eye, in photographs of ``val`` and ``test``: the class maps of ``mfish.zip`` leave out
chromosomes whose class was not told by colour, the polygons of ``q_spreads.zip`` those that the
edge of the picture cuts. What is found there is no false object.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from napari_karyo.cell import Outline
from napari_karyo.segmentation.region import Region, shared_pixels

TABLE: Final = "unmapped.csv"

#: What agrees so much with a chromosome that is mapped is held to be that one, badly outlined.
_MAPPED: Final = 0.1


@cache
def unmapped_points() -> dict[str, tuple[tuple[int, int], ...]]:
    """Return of each photograph, by its name, row and column of a point in each chromosome."""
    points: dict[str, list[tuple[int, int]]] = defaultdict(list)
    table = files("napari_karyo.training.segmentation").joinpath(TABLE)
    for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines()):
        points[row["image"]].append((int(row["row"]), int(row["column"])))
    return {name: tuple(there) for name, there in points.items()}


def count_unmapped(
    points: Sequence[tuple[int, int]],
    found: Sequence[Region | Outline],
    overlap: NDArray[np.float64],
) -> int:
    """Return how many found objects are chromosomes that the truth lacks, one to one.

    Parameters
    ----------
    points : sequence of (int, int)
        Row and column of a point in each of those chromosomes.
    found : sequence of Region or Outline
    overlap : ndarray, shape (there, found)
        With the chromosomes that the truth has, over union.
    """
    free = [
        one
        for one, best in zip(found, overlap.max(axis=0, initial=0.0), strict=True)
        if best < _MAPPED
    ]
    spots = [Region(np.ones((1, 1), np.bool_), *point) for point in points]
    inside = np.array([[shared_pixels(spot, one) for one in free] for spot in spots])
    if not inside.size:
        return 0
    return int(inside[linear_sum_assignment(inside, maximize=True)].sum())
