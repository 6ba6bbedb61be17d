"""Border lines that another program drew around crops: found on a whole cell, and cut off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Problem
from napari_karyo.io.crop_content import border
from napari_karyo.io.picture import Grey
from napari_karyo.io.remarks import remark

#: Greys, of 255, by which a line differs from the paper inside it.
_APART = 25.0

#: Greys, of 255, by which the pixels of one line may differ; JPEG makes them.
_EQUAL = 16.0

#: Of a line so many pixels at each end are not looked at: the frame's other sides are there,
#: and round corners.
_ENDS = 8

#: A frame is a cell's where so many of its crops have it.
_MOST = 0.6

#: Of a side no more than this share is ever cut off.
_DEEPEST = 0.45

#: What is thicker than so many lines is a canvas around the crop. It is told from a drawn block
#: on a ground by what is within: a crop has more greys than this.
_THICK, _DRAWN = 5, 8

#: Fewer crops than this must have a frame on all sides.
_FEW = 3

#: The four sides: how to turn a picture so that the side is on top.
_SIDES = (
    lambda values: values,
    lambda values: values[::-1],
    lambda values: values.T,
    lambda values: values.T[::-1],
)


@dataclass(frozen=True)
class _Edge:
    """What one side of a crop has: so many lines to cut off, and the frame's grey."""

    lines: int = 0
    grey: float = 0.0


def cut_frames(greys: Sequence[Grey]) -> tuple[list[Grey], list[Problem]]:
    """Cut off a border that most crops of a cell have.

    A border is made of lines of one grey along whole sides, at the edge or with paper
    outside it, on any of the sides, and of another grey than the paper within. A
    chromosome that touches the edge covers part of a side only.

    Parameters
    ----------
    greys : sequence of Grey
        All of a cell, as integers.

    Returns
    -------
    greys : list of Grey
    remarks : list of Problem
        One where a border was found.
    """
    found = list(greys)
    cut: set[int] = set()
    for _ in range(3):
        edges = _edges(found)
        if edges is None:
            break
        for number, sides in enumerate(edges):
            if any(side.lines for side in sides):
                found[number] = _without(found[number], sides)
                cut.add(number)
    if not cut:
        return found, []
    count = "the crop has a frame" if len(greys) == 1 else f"{len(cut)} crops have a frame"
    return found, [remark(greys, f"{count}, a line or bar of one grey.", "It was cut off.")]


def _edges(greys: Sequence[Grey]) -> list[tuple[_Edge, ...]] | None:
    """Return the border of each crop, where it is the cell's; else None."""
    if not greys:
        return None
    factor = 255 / _top(greys)
    scaled = [grey.values * np.float32(factor) for grey in greys]
    sides = [
        tuple(_Edge() for _ in _SIDES) if grey.mask is not None else _sides(values)
        for grey, values in zip(greys, scaled, strict=True)
    ]
    if not any(edge.lines for of_crop in sides for edge in of_crop):
        return None
    accepted: list[float | None] = []
    for side in range(len(_SIDES)):
        shades = [of_crop[side].grey for of_crop in sides if of_crop[side].lines]
        shade = float(np.median(shades)) if shades else 0.0
        agree = sum(abs(grey - shade) < _APART for grey in shades)
        accepted.append(shade if agree >= _MOST * len(greys) else None)
    if all(shade is None for shade in accepted):
        # Bars lie left and right of the long ones, and above and below the short ones.
        shades = [edge.grey for of_crop in sides for edge in of_crop if edge.lines]
        shade = float(np.median(shades))
        barred = [
            any(edge.lines and abs(edge.grey - shade) < _APART for edge in of_crop)
            for of_crop in sides
        ]
        if np.mean(barred) < _MOST:
            return None
        accepted = [shade] * len(_SIDES)
    if len(greys) < _FEW and None in accepted:
        return None
    usual = [_usual([of_crop[side] for of_crop in sides]) for side in range(len(_SIDES))]
    return [
        tuple(
            _confirmed(values, side, edge, shade, lines)
            for side, (edge, shade, lines) in enumerate(zip(of_crop, accepted, usual, strict=True))
        )
        for values, of_crop in zip(scaled, sides, strict=True)
    ]


def _top(greys: Sequence[Grey]) -> float:
    """Return the white of a cell's crops."""
    if all(grey.values.dtype == np.uint8 for grey in greys):
        return 255.0
    return max(float(np.quantile(grey.values, 0.995)) for grey in greys) or 1.0


def _usual(edges: Sequence[_Edge]) -> int:
    """Return how many lines the border of a side has on most crops, 0 where that varies."""
    lines = [edge.lines for edge in edges if edge.lines]
    if not lines:
        return 0
    most = int(np.bincount(lines).argmax())
    return most if lines.count(most) > 0.5 * len(lines) else 0


def _confirmed(
    values: NDArray[np.float32], side: int, edge: _Edge, shade: float | None, usual: int
) -> _Edge:
    """Return the border of a side, also of a crop whose chromosome lies at it."""
    if shade is None:
        return _Edge()
    if edge.lines:
        return edge if abs(edge.grey - shade) < _APART else _Edge()
    lying = _SIDES[side](values)
    if not usual or usual > _DEEPEST * len(lying):
        return _Edge()
    line = lying[usual - 1]
    return _Edge(usual, shade) if np.mean(np.abs(line - shade) < _EQUAL) > 0.8 else _Edge()


def _sides(values: NDArray[np.float32]) -> tuple[_Edge, ...]:
    """Return what lies at the four sides of a crop."""
    bands = [_bands(side(values)) for side in _SIDES]
    if not any(bands):
        return tuple(_Edge() for _ in bands)
    ends = [_end(of_side) for of_side in bands]
    height, width = values.shape
    inner = values[ends[0] : height - ends[1], ends[2] : width - ends[3]]
    if min(inner.shape) < 4:
        return tuple(_Edge() for _ in bands)
    corners = np.array(
        [
            float(np.median(inner[rows, columns]))
            for rows in (slice(None, 2), slice(-2, None))
            for columns in (slice(None, 2), slice(-2, None))
        ]
    )
    low, high = (float(grey) for grey in np.quantile(inner, (0.02, 0.98)))
    # Paper is the brightest that a crop shows, or the darkest; a block of an object is neither.
    extreme = min(abs(float(np.median(corners)) - grey) for grey in (low, high)) < _APART
    edges = tuple(_border(of_side, corners) if extreme else _Edge() for of_side in bands)
    thick = max(edge.lines for edge in edges) > _THICK
    if thick and len(np.unique(inner[:: max(1, inner.size // 4096)])) <= _DRAWN:
        return tuple(_Edge() for _ in bands)
    return edges


def _end(bands: Sequence[tuple[float, int]]) -> int:
    return bands[-1][1] if bands else 0


def _border(bands: Sequence[tuple[float, int]], corners: NDArray[np.float64]) -> _Edge:
    """Return how many lines of a side are a border, by its bands and the paper within.

    The innermost band is paper, or, in a crop cut tight, the border itself: then the
    paper in the corners within has another grey.
    """
    lines, grey = 0, 0.0
    paper = bands[-1][0] if bands else 0.0
    if (
        bands
        and np.count_nonzero(np.abs(corners - paper) > _APART) >= 3
        and np.ptp(np.sort(corners)[[0, 2]]) < _APART + _EQUAL
    ):
        lines, grey = bands[-1][1], paper
        paper = float(np.median(corners))
    for shade, end in reversed(bands[:-1]):
        if not lines and abs(shade - paper) > _APART:
            lines, grey = end, shade
    return _Edge(lines, grey)


def _bands(lying: NDArray[np.float32]) -> list[tuple[float, int]]:
    """Return the bands of equal lines from the edge inwards: grey, and the line where it ends."""
    height, width = lying.shape
    ends = min(_ENDS, width // 4)
    lines = lying[:, ends : width - ends]
    most = int(_DEEPEST * height)
    bands: list[tuple[float, int]] = []
    start = 0
    while start < most:
        some = np.sort(lines[start : min(start + 12, most)], axis=1)
        last = some.shape[1] - 1
        spans = some[:, round(0.9 * last)] - some[:, round(0.1 * last)]
        shades = some[:, last // 2]
        for number, (span, shade) in enumerate(zip(spans, shades, strict=True), start + 1):
            if span > _EQUAL:
                return bands
            if bands and abs(bands[-1][0] - shade) <= _EQUAL:
                bands[-1] = (bands[-1][0], number)
            else:
                bands.append((float(shade), number))
        start += len(some)
    return bands


def _without(grey: Grey, sides: Sequence[_Edge]) -> Grey:
    """Cut a border off a crop, with what round corners leave of it."""
    height, width = grey.values.shape
    top, bottom, left, right = (side.lines for side in sides)
    if height - top - bottom < 4 or width - left - right < 4:
        return grey
    inner = grey.values[top : height - bottom, left : width - right].copy()
    _tidy(inner, grey.values.dtype)
    mask = None if grey.mask is None else grey.mask[top : height - bottom, left : width - right]
    return replace(grey, values=inner, mask=mask)


def _tidy(inner: NDArray[Any], dtype: np.dtype[Any]) -> None:
    """Lay paper where a round corner of the border is left: small objects in the corners."""
    box = min(_ENDS, *(side // 4 for side in inner.shape))
    if box < 1:
        return
    paper = np.median(border(inner))
    apart = _APART * (1.0 if dtype == np.uint8 else float(inner.max()) / 255)
    differs = np.abs(inner.astype(np.float32) - paper) > apart
    objects, _ = ndimage.label(differs, np.ones((3, 3)))
    sizes = np.bincount(objects.ravel())
    for rows in (slice(None, box), slice(-box, None)):
        for columns in (slice(None, box), slice(-box, None)):
            corner = objects[rows, columns]
            place = corner[0 if rows.start is None else -1, 0 if columns.start is None else -1]
            near = np.unique(corner[corner > 0])
            for one in near:
                inside = corner == one
                touches = one == place or (
                    inside[0 if rows.start is None else -1].any()
                    and inside[:, 0 if columns.start is None else -1].any()
                )
                if touches and np.count_nonzero(inside) == sizes[one]:
                    inner[rows, columns][inside] = paper.astype(dtype)
