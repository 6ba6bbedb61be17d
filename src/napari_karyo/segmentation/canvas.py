"""Outlines as masks of one canvas, and what is measured on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

from napari_karyo.cell import Outline

_EIGHT: Final = np.ones((3, 3), np.bool_)


class Patch(NamedTuple):
    """A part of a photograph: its first row and column, and those behind its last ones."""

    top: int
    left: int
    bottom: int
    right: int


def bounds(outlines: Iterable[Outline], margin: int = 0) -> Patch:
    """Return the box of some outlines, with a margin that may lie outside the photograph."""
    places = [one.place for one in outlines]
    return Patch(
        min(rows.start for rows, _ in places) - margin,
        min(columns.start for _, columns in places) - margin,
        max(rows.stop for rows, _ in places) + margin,
        max(columns.stop for _, columns in places) + margin,
    )


def on_canvas(
    outline: Outline, box: Patch, values: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """Return an outline's mask, or other values of its pixels, in a box; cut off outside it."""
    canvas = np.zeros((box.bottom - box.top, box.right - box.left), np.bool_)
    rows, columns = outline.place
    top, bottom = max(rows.start, box.top), min(rows.stop, box.bottom)
    left, right = max(columns.start, box.left), min(columns.stop, box.right)
    if top < bottom and left < right:
        part = (outline.mask if values is None else values)[
            top - rows.start : bottom - rows.start, left - columns.start : right - columns.start
        ]
        canvas[top - box.top : bottom - box.top, left - box.left : right - box.left] = part
    return canvas


def outline_of(
    mask: NDArray[np.bool_], top: int, left: int, shared: NDArray[np.bool_] | None = None
) -> Outline:
    """Return the outline of a mask that isn't empty, without its empty edges.

    Parameters
    ----------
    mask : ndarray of bool, shape (height, width)
    top, left : int
        Where its first pixel lies in the photograph.
    shared : ndarray of bool, shape (height, width), optional
    """
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    inner = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    own = np.ascontiguousarray(mask[inner])
    return Outline(
        own,
        top + int(rows[0]),
        left + int(columns[0]),
        np.zeros_like(own) if shared is None else shared[inner] & own,
    )


def share_overlaps(outlines: Sequence[Outline], others: Iterable[Outline]) -> list[Outline]:
    """Return outlines with those of their pixels shared that are another one's too.

    Parameters
    ----------
    outlines : sequence of Outline
    others : iterable of Outline
        Of the other chromosomes that are there.
    """
    others = list(others)
    marked = []
    for number, one in enumerate(outlines):
        box = bounds([one])
        shared = np.zeros_like(one.mask)
        for other in (*outlines[:number], *outlines[number + 1 :], *others):
            shared |= on_canvas(other, box)
        marked.append(replace(one, shared=shared & one.mask))
    return marked


def components(*masks: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Return the connected parts of each of some masks."""
    parts = []
    for mask in masks:
        numbered, count = ndimage.label(mask, _EIGHT)
        parts += [numbered == number for number in range(1, count + 1)]
    return parts


def larger_components(mask: NDArray[np.bool_], least: int, share: float = 0.0) -> NDArray[np.bool_]:
    """Return the connected parts of so many pixels, and of such a share of the largest one."""
    numbered, count = ndimage.label(mask, _EIGHT)
    if not count:
        return mask
    sizes = np.bincount(numbered.ravel())
    sizes[0] = 0
    return np.asarray((sizes >= max(least, share * sizes.max()))[numbered], np.bool_)


def with_fewer_points(line: NDArray[Any], tolerance: float) -> NDArray[np.float64]:
    """Return a line with only so many of its points that it leaves none by more than a tolerance.

    Parameters
    ----------
    line : ndarray, shape (N, 2)
    tolerance : float
        In pixels.
    """
    # With scipy.signal and scipy.stats it takes half a second to import.
    from skimage.measure import approximate_polygon

    return np.asarray(approximate_polygon(line, tolerance), np.float64)


def line_distance(shape: tuple[int, ...], points: NDArray[Any]) -> NDArray[np.float64]:
    """Return how far each pixel of a canvas lies from a line of one point or more."""
    if len(points) > 8:
        # A hand draws many points in few directions.
        points = with_fewer_points(points, 0.3)
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float64)
    nearest = np.full(shape, np.inf)
    ends = points[1:] if len(points) > 1 else points
    for (y0, x0), (y1, x1) in zip(points, ends, strict=False):
        dy, dx = y1 - y0, x1 - x0
        length = dy * dy + dx * dx
        along = ((rows - y0) * dy + (columns - x0) * dx) / length if length > 0 else 0.0
        along = np.clip(along, 0.0, 1.0)
        away = np.hypot(rows - y0 - along * dy, columns - x0 - along * dx)
        np.minimum(nearest, away, out=nearest)
    return nearest


def half_width(mask: NDArray[np.bool_]) -> float:
    """Return half of the usual width of what a mask covers, in pixels; 1 at least."""
    distance = ndimage.distance_transform_edt(np.pad(mask, 1))
    along = distance[skeletonize(np.pad(mask, 1))]
    return max(1.0, float(np.median(along))) if along.size else 1.0
