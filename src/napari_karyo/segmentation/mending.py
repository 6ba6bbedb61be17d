"""Outlines made from outlines by hand: cut, joined, parted at a crossing, drawn and painted.

Everything is in pixels of the photograph; points are (row, column).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.draw import polygon
from skimage.measure import find_contours
from skimage.morphology import convex_hull_image

from napari_karyo.cell import Outline
from napari_karyo.errors import EditError
from napari_karyo.preprocessing.pieces import distinct_points, one_side
from napari_karyo.segmentation.canvas import (
    Patch,
    bounds,
    components,
    half_width,
    larger_components,
    line_distance,
    on_canvas,
    outline_of,
    share_overlaps,
    with_fewer_points,
)
from napari_karyo.segmentation.crossings import part_crossing, part_crossing_alone

__all__ = [
    "cut_outline",
    "draw_outline",
    "enclosed",
    "join_outlines",
    "paint_outline",
    "part_crossing",
    "part_crossing_alone",
    "polygons_of",
    "reshape_outline",
    "share_overlaps",
]

#: An outline of fewer pixels is none.
LEAST: Final = 12
#: A part smaller than this share of all goes with what it lies beside.
_CRUMB: Final = 0.03
#: So near to the drawn line, in pixels, an outline is cut by it.
_NEAR: Final = 2.0
#: Wider gaps than so many widths are not bridged.
_WIDEST_GAP: Final = 2.0
#: Pixels by which the polygon of an outline may leave it, so that it has few corners.
_TOLERANCE: Final = 1.0


def cut_outline(outline: Outline, line: Sequence[tuple[float, float]]) -> list[Outline]:
    """Cut an outline along a line.

    Parameters
    ----------
    outline : Outline
    line : sequence of (row, column)
        Two points or more. Its ends are drawn on straight; an arm that only what was drawn
        on crosses stays whole, unless the line itself crosses nothing.

    Returns
    -------
    list of Outline
        Two or more, the upper or else the left one first.

    Raises
    ------
    EditError
        Where the line leaves nothing on one of its sides.
    PreprocessingError
        Where the line is none.
    """
    points = distinct_points(line) - (outline.top, outline.left)
    side = one_side(outline.mask.shape, points, fine=1) >= 0.5
    upper = components(outline.mask & side)
    parts = [*upper, *components(outline.mask & ~side)]
    total = np.count_nonzero(outline.mask)
    drawn = line_distance(outline.mask.shape, points) <= _NEAR
    borders: dict[tuple[int, int], bool] = {}
    for second in range(1, len(parts)):
        beside = ndimage.binary_dilation(parts[second], np.ones((3, 3), np.bool_))
        for first in range(second):
            border = beside & parts[first]
            if border.any():
                borders[first, second] = bool((border & drawn).any())
    if not any(borders.values()):
        borders = dict.fromkeys(borders, True)
    small = {number for number, part in enumerate(parts) if np.count_nonzero(part) < _CRUMB * total}
    group = list(range(len(parts)))
    for (first, second), is_cut in borders.items():
        if not is_cut or {first, second} & small:
            old, new = group[second], group[first]
            group = [new if one == old else one for one in group]
    # What hangs on nothing, beyond a pale stretch, goes with the nearest on its side.
    for loose in set(range(len(parts))).difference(*borders):
        beyond = ndimage.distance_transform_edt(~parts[loose])
        beside = [
            one
            for one in range(len(parts))
            if group[one] != group[loose] and (one < len(upper)) == (loose < len(upper))
        ]
        if beside:
            nearest = min(beside, key=lambda one: float(beyond[parts[one]].min()))
            old, new = group[loose], group[nearest]
            group = [new if one == old else one for one in group]
    made = []
    for number in dict.fromkeys(group):
        members = [part for part, own in zip(parts, group, strict=True) if own == number]
        mask = np.logical_or.reduce(members)
        if np.count_nonzero(mask) >= LEAST:
            made.append(outline_of(mask, outline.top, outline.left, outline.shared))
    if len(made) < 2:
        raise EditError(
            "The line leaves no chromosome on one of its sides.",
            "Draw it between the two chromosomes, from edge to edge.",
        )
    return _in_reading_order(made)


def _in_reading_order(outlines: Sequence[Outline]) -> list[Outline]:
    """Return outlines by rows, or by columns where they lie more beside one another."""
    middles = np.array([_middle(one) for one in outlines])
    axis = int(np.ptp(middles[:, 1]) > np.ptp(middles[:, 0]))
    return [outlines[number] for number in np.argsort(middles[:, axis], kind="stable")]


def _middle(outline: Outline) -> tuple[float, float]:
    rows, columns = np.nonzero(outline.mask)
    return outline.top + float(rows.mean()), outline.left + float(columns.mean())


def join_outlines(outlines: Sequence[Outline]) -> Outline:
    """Return several outlines as one; a small gap between them is bridged.

    Raises
    ------
    EditError
        Where there are fewer than two, or they lie too far from one another.
    """
    if len(outlines) < 2:
        raise EditError("Only two or more can be joined.", "Choose two.")
    box = bounds(outlines, margin=2)
    masks = [on_canvas(one, box) for one in outlines]
    shared = np.logical_or.reduce([on_canvas(one, box, one.shared) for one in outlines])
    whole, rest = masks[0], masks[1:]
    while rest:
        # The nearest first: what lies between two others holds them together.
        away = ndimage.distance_transform_edt(~whole)
        gaps = [float(away[one].min()) for one in rest]
        nearest = int(np.argmin(gaps))
        whole = _bridged(whole, rest.pop(nearest), gaps[nearest])
    return outline_of(whole, box.top, box.left, shared)


def _bridged(first: NDArray[np.bool_], second: NDArray[np.bool_], gap: float) -> NDArray[np.bool_]:
    """Return two masks as one, with what lies between their nearest ends."""
    both = first | second
    if gap < 1.5:
        return both
    half = max(half_width(first), half_width(second))
    if gap > _WIDEST_GAP * 2 * half:
        raise EditError(
            f"They lie {gap:.0f} pixels apart: too far for pieces of one chromosome.",
            "Paint what lies between first.",
        )
    away_first, away_second = (ndimage.distance_transform_edt(~one) for one in (first, second))
    ends = np.argwhere(second & (away_first <= gap + 0.5))
    row, column = ends[len(ends) // 2]
    rows, columns = np.ogrid[: both.shape[0], : both.shape[1]]
    near = (rows - row) ** 2 + (columns - column) ** 2 <= (gap + half) ** 2
    bridge = convex_hull_image(both & near)
    # Only what lies between the two: their own hollows stay.
    bridge &= away_first + away_second <= gap + 2 + half
    return np.asarray(both | bridge, np.bool_)


def draw_outline(points: Sequence[tuple[float, float]], shape: tuple[int, int]) -> Outline:
    """Return the outline that a closed line of points draws.

    Parameters
    ----------
    points : sequence of (row, column)
    shape : tuple of int
        Height and width of the photograph; what lies outside is cut off.

    Raises
    ------
    EditError
        Where it encloses nothing of the photograph.
    """
    drawn = enclosed(points, shape)
    if drawn is None or np.count_nonzero(drawn.mask) < LEAST:
        raise EditError(
            "This line encloses no part of the photograph that could be a chromosome.",
            "Draw around the whole chromosome.",
        )
    return drawn


def enclosed(
    points: Sequence[tuple[float, float]] | NDArray[Any], shape: tuple[int, int]
) -> Outline | None:
    """Return what of a photograph a closed line encloses, however little; None for nothing.

    Parameters
    ----------
    points : sequence of (row, column)
    shape : tuple of int
        Height and width of the photograph.
    """
    corners = np.asarray(points, np.float64).reshape(-1, 2)
    if len(corners) < 3 or not np.isfinite(corners).all():
        return None
    # A corner far outside must not cost a picture as large.
    far = 4.0 * max(shape)
    corners = np.clip(corners, -far, far)
    top, left = (max(0, int(np.floor(low))) for low in corners.min(axis=0))
    ends = np.ceil(corners.max(axis=0)).astype(int) + 1
    bottom, right = (min(size, int(end)) for size, end in zip(shape, ends, strict=True))
    if bottom <= top or right <= left:
        return None
    mask = np.zeros((bottom - top, right - left), np.bool_)
    rows, columns = (corners - (top, left)).T
    mask[polygon(rows, columns, mask.shape)] = True
    return outline_of(mask, top, left) if mask.any() else None


def polygons_of(outline: Outline) -> list[NDArray[np.float64]]:
    """Return the corners of an outline, a polygon for each connected part, holes left out.

    Returns
    -------
    list of ndarray, shape (corners, 2)
        Rows and columns, within a pixel of the outline: few enough to be moved by hand.
    """
    filled = ndimage.binary_fill_holes(np.pad(outline.mask, 1)).astype(np.float64)
    polygons = []
    for line in find_contours(filled, 0.5, fully_connected="high"):
        few = with_fewer_points(line, _TOLERANCE)
        # The last corner is the first one.
        corners = few[:-1] if len(few) > 3 else line[:-1]
        polygons.append(corners + np.array([outline.top - 1, outline.left - 1]))
    return polygons


def reshape_outline(
    outline: Outline,
    polygons: Sequence[Sequence[tuple[float, float]] | NDArray[Any]],
    *,
    shape: tuple[int, int],
) -> Outline:
    """Return an outline as polygons were made of its own (`polygons_of`) by hand.

    Where the polygons were left as they were, so is each pixel, holes too.

    Parameters
    ----------
    outline : Outline
    polygons : sequence of sequence of (row, column)
        Around all of it.
    shape : tuple of int
        Height and width of the photograph; what lies outside is cut off.

    Raises
    ------
    EditError
        Where that changes nothing or leaves nothing.
    """
    was, now = (
        [drawn for one in lines if (drawn := enclosed(one, shape)) is not None]
        for lines in (polygons_of(outline), polygons)
    )
    box = bounds([outline, *was, *now])
    empty = np.zeros((box.bottom - box.top, box.right - box.left), np.bool_)
    before, after = on_canvas(outline, box), empty.copy()
    for one in now:
        after |= on_canvas(one, box)
    same = empty.copy()
    for one in was:
        same |= on_canvas(one, box)
    same = same == after
    if same.all():
        raise EditError("No pixel of the outline was changed.", "Move its corners further.")
    # What the polygon had cut off of the border goes with the border.
    numbered, _ = ndimage.label(np.where(same, before, after), np.ones((3, 3), np.bool_))
    within = np.unique(numbered[after])
    made = np.isin(numbered, within[within > 0])
    if np.count_nonzero(made) < LEAST:
        raise EditError(
            "The polygons leave nothing of it.", "Remove the chromosome where it is none."
        )
    return outline_of(made, box.top, box.left)


def paint_outline(
    outline: Outline,
    points: Sequence[tuple[float, float]],
    radius: float,
    erase: bool = False,
    *,
    shape: tuple[int, int],
) -> Outline:
    """Return an outline with a stroke of a round brush added, or taken away.

    Parameters
    ----------
    outline : Outline
    points : sequence of (row, column)
        Where the brush went: one or more.
    radius : float
        Of the brush.
    erase : bool
        Whether the stroke is taken away.
    shape : tuple of int
        Height and width of the photograph; what lies outside is cut off.

    Raises
    ------
    EditError
        Where the stroke changes nothing, leaves nothing, or does not touch the outline.
    """
    stroke = np.asarray(points, np.float64).reshape(-1, 2)
    if not len(stroke) or not np.isfinite(stroke).all() or not 0 < radius < max(shape):
        raise EditError("This is no stroke of a brush.")
    size = np.array(shape)
    low = np.clip(np.floor(stroke.min(axis=0) - radius), 0, size).astype(int)
    high = np.clip(np.ceil(stroke.max(axis=0) + radius) + 1, 0, size).astype(int)
    own = bounds([outline])
    box = Patch(
        min(own.top, int(low[0])),
        min(own.left, int(low[1])),
        max(own.bottom, int(high[0])),
        max(own.right, int(high[1])),
    )
    before = on_canvas(outline, box)
    brushed = line_distance(before.shape, stroke - (box.top, box.left)) <= radius
    if erase:
        # Crumbs that hung on what was erased go with it.
        after = larger_components(before & ~brushed, LEAST, 0.1)
    else:
        if not (ndimage.binary_dilation(before, iterations=2) & brushed).any():
            raise EditError(
                "The stroke does not touch the chromosome.",
                "Begin at its border; draw anew what is another one.",
            )
        after = before | brushed
    if np.array_equal(after, before):
        raise EditError("The stroke changes nothing.", "Draw it across the outline.")
    if np.count_nonzero(after) < LEAST:
        raise EditError("The stroke leaves nothing.", "Remove the chromosome where it is none.")
    shared = on_canvas(outline, box, outline.shared)
    return outline_of(after, box.top, box.left, shared)
