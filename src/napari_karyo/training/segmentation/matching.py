"""Objects that were found held against those that are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.optimize import linear_sum_assignment
from scipy.sparse.csgraph import connected_components

from napari_karyo.cell import Outline
from napari_karyo.segmentation.region import Region, shared_pixels
from napari_karyo.training.segmentation.archives import Photograph

#: From this overlap over union on an object is found.
FOUND: Final = 0.5


@dataclass(frozen=True)
class Match:
    """What of a spread was found.

    Attributes
    ----------
    pairs : tuple of (int, int)
        True object and found object, one to one.
    there, found : int
        How many objects there are, and how many were found.
    unmapped : int
        How many found ones are chromosomes that the truth lacks.
    """

    pairs: tuple[tuple[int, int], ...]
    there: int
    found: int
    unmapped: int = 0

    @property
    def false(self) -> int:
        """Found objects that are none."""
        return self.found - len(self.pairs) - self.unmapped


def overlap_with(
    photograph: Photograph,
    outlines: Sequence[Outline],
    boxes: Sequence[tuple[int, int, int, int]],
) -> NDArray[np.float64]:
    """Return overlap over union of what there is in a photograph with what was found.

    Parameters
    ----------
    photograph : Photograph
    outlines : sequence of Outline
        Found.
    boxes : sequence of tuple of int
        Of their crops: held against true boxes where no outlines are known.
    """
    if len(photograph.boxes):
        found = np.array(boxes, np.float64).reshape(-1, 4)
        return overlap_of_boxes(photograph.boxes, found)
    return overlap_of_masks(photograph.outlines, outlines)


def overlap_of_masks(
    truth: Sequence[Region | Outline], found: Sequence[Region | Outline]
) -> NDArray[np.float64]:
    """Return overlap over union of each true and each found object, by their pixels."""
    table = np.zeros((len(truth), len(found)))
    sizes = [np.count_nonzero(one.mask) for one in found]
    for i, one in enumerate(truth):
        size = np.count_nonzero(one.mask)
        for j, other in enumerate(found):
            both = shared_pixels(one, other)
            table[i, j] = both / (size + sizes[j] - both) if both else 0.0
    return table


def overlap_of_boxes(truth: NDArray[np.float64], found: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return overlap over union of each true and each found box.

    Parameters
    ----------
    truth, found : ndarray, shapes (N, 4) and (M, 4)
        Left, top, right and bottom.
    """
    first, second = truth[:, None, :], found[None, :, :]
    sides = np.minimum(first[..., 2:], second[..., 2:]) - np.maximum(
        first[..., :2], second[..., :2]
    )
    both = np.clip(sides, 0, None).prod(axis=-1)
    areas = [(one[..., 2:] - one[..., :2]).prod(axis=-1) for one in (first, second)]
    return np.asarray(both / (areas[0] + areas[1] - both))


def groups_of(outlines: Sequence[Region | Outline]) -> list[tuple[int, ...]]:
    """Return which outlines touch or cross each other, by their numbers; none that lies alone.

    Two touch where no pixel lies between them.
    """
    count = len(outlines)
    touch = np.zeros((count, count), np.bool_)
    for i, one in enumerate(outlines):
        wide = ndimage.binary_dilation(np.pad(one.mask, 2), iterations=2)
        near = Region(wide, one.top - 2, one.left - 2)
        for j in range(i + 1, count):
            touch[i, j] = shared_pixels(near, outlines[j]) > 0
    _, label = connected_components(touch, directed=False)
    found = (np.flatnonzero(label == which) for which in range(label.max(initial=-1) + 1))
    return [tuple(one.tolist()) for one in found if len(one) > 1]


def match(overlap: NDArray[np.float64]) -> Match:
    """Pair true and found objects one to one, as many as possible.

    Parameters
    ----------
    overlap : ndarray, shape (there, found)
        Overlap over union.
    """
    rows, columns = linear_sum_assignment(
        np.where(overlap >= FOUND, 1.0 + overlap, 0.0), maximize=True
    )
    pairs = tuple(
        (int(i), int(j)) for i, j in zip(rows, columns, strict=True) if overlap[i, j] >= FOUND
    )
    return Match(pairs, *overlap.shape)
