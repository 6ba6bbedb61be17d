"""From outlines that another program or a person made to the objects of a spread, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Outline, Spread
from napari_karyo.classes import CLASSES
from napari_karyo.errors import ReadError
from napari_karyo.segmentation.canvas import half_width
from napari_karyo.segmentation.ground import flatten
from napari_karyo.segmentation.mending import enclosed
from napari_karyo.segmentation.objects import (
    Kind,
    Segmentation,
    SpreadObject,
    in_reading_order,
)
from napari_karyo.segmentation.region import hull_of

#: An object of fewer pixels is a slip of its painter.
_LEAST: Final = 25
_EIGHT: Final = np.ones((3, 3), np.bool_)

_Part = tuple[int, NDArray[np.bool_], NDArray[np.bool_], int, int]


def from_labels(
    spread: Spread,
    labels: NDArray[Any],
    crossing_value: int | None = None,
    *,
    classes: bool = False,
) -> Segmentation:
    """Return the segmentation that labels of each pixel give.

    Parameters
    ----------
    spread : Spread
    labels : ndarray of integers or bool, shape (height, width)
        0 where there is nothing, else the number of a chromosome. Of labels with one number
        only, a mask, each connected part is a chromosome.
    crossing_value : int, optional
        What pixels where chromosomes cross are called: they belong to every chromosome beside
        them, and join the parts of one.
    classes : bool
        Whether the numbers are classes, 1 to 22, 23 for X and 24 for Y: each connected part is
        then a chromosome, whose expected class is given.

    Raises
    ------
    ReadError
        Where the labels are of another size than the photograph, or hold no chromosome.
    """
    labels = np.asarray(labels)
    height, width = spread.image.shape
    if labels.shape != (height, width):
        size = " x ".join(map(str, reversed(labels.shape)))
        raise ReadError(
            f"the labels are of {size} pixels, the photograph of {width} x {height}.",
            "Give labels of the very photograph.",
            spread.path,
        )
    if labels.dtype.kind not in "biu":
        raise ReadError(
            "the labels are no whole numbers.", "Save them as whole numbers.", spread.path
        )
    objects = []
    for value, mask, shared, top, left in parts_of(labels, crossing_value, classes):
        expected = CLASSES[value - 1] if classes and value <= len(CLASSES) else None
        outline = Outline(mask, top, left, shared)
        objects.append(SpreadObject(Kind.CHROMOSOME, outline, 1.0, expected))
    if not objects:
        raise ReadError(
            "the labels hold no chromosome.", "Give each chromosome a number.", spread.path
        )
    return _segmentation(spread, objects)


def from_polygons(
    spread: Spread, polygons: Iterable[Sequence[tuple[float, float]] | NDArray[Any]]
) -> Segmentation:
    """Return the segmentation that closed lines give, each of them around a chromosome.

    Parameters
    ----------
    spread : Spread
    polygons : iterable of sequence of (row, column)
        Corners in pixels of the photograph, whose middles are whole numbers; what lies outside
        is cut off. Pixels within two of them belong to both.

    Raises
    ------
    ReadError
        Where none of them encloses a chromosome.
    """
    height, width = spread.image.shape
    drawn = (enclosed(polygon, (height, width)) for polygon in polygons)
    outlines = [one for one in drawn if one is not None and np.count_nonzero(one.mask) >= _LEAST]
    if not outlines:
        raise ReadError(
            "the polygons enclose no chromosome of the photograph.",
            "Draw a polygon around each chromosome.",
            spread.path,
        )
    covered = np.zeros((height, width), np.uint16)
    for one in outlines:
        covered[one.place] += one.mask
    return _segmentation(
        spread,
        [
            SpreadObject(
                Kind.CHROMOSOME,
                replace(one, shared=one.mask & (covered[one.place] > 1)),
                1.0,
            )
            for one in outlines
        ],
    )


def to_labels(outlines: Mapping[int, Outline], shape: tuple[int, int]) -> NDArray[np.uint16]:
    """Return the number of the chromosome at each pixel, from 1; 0 where there is none.

    Parameters
    ----------
    outlines : mapping of int to Outline
        By number, counted from 0, so that the label is that of the crop's name. Where two lie,
        it is that of the later one.
    shape : tuple of int
        Height and width of the photograph.
    """
    labels = np.zeros(shape, np.uint16)
    for number, outline in sorted(outlines.items()):
        labels[outline.place][outline.mask] = number + 1
    return labels


def _segmentation(spread: Spread, objects: list[SpreadObject]) -> Segmentation:
    usual = width_of(objects)
    density = flatten(spread.image, spread.polarity)
    return Segmentation(spread, in_reading_order(objects, usual), density, usual)


def width_of(objects: list[SpreadObject]) -> float:
    """Return the usual width of outlined chromosomes, in pixels."""
    return float(np.median([2 * half_width(one.outline.mask) for one in objects]))


def parts_of(labels: NDArray[Any], crossing: int | None, classes: bool) -> Iterator[_Part]:
    """Yield label, mask, crossed part, top and left of each chromosome."""
    crossings = np.zeros(labels.shape, np.int32)
    if crossing is not None:
        crossings, _ = ndimage.label(labels == crossing, _EIGHT)
        labels = np.where(labels == crossing, 0, labels)
    beside = ndimage.grey_dilation(crossings, footprint=_EIGHT)
    crossed = ndimage.find_objects(crossings)
    values, numbered = np.unique(labels, return_inverse=True)
    numbered = numbered.reshape(labels.shape).astype(np.int32)
    numbered += int(values[0] != 0)
    values = values[values != 0]
    apart = classes or len(values) == 1
    for number, place in enumerate(ndimage.find_objects(numbered), start=1):
        if place is None:
            continue
        touched = np.unique(beside[place][numbered[place] == number])
        touched = touched[touched > 0]
        place = hull_of([place, *(crossed[which - 1] for which in touched)])
        top, left = place[0].start, place[1].start
        own = numbered[place] == number
        shared = np.isin(crossings[place], touched) & (crossings[place] > 0)
        both = own | shared
        groups = ndimage.label(both, _EIGHT)[0] if apart else both.astype(np.int32)
        for which, inner in enumerate(ndimage.find_objects(groups), start=1):
            mask = groups[inner] == which
            if np.count_nonzero(mask & own[inner]) < _LEAST:
                continue
            yield (
                int(values[number - 1]),
                mask,
                mask & shared[inner],
                top + inner[0].start,
                left + inner[1].start,
            )
