"""Straight cuts through an outline, from one notch to another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.draw import line
from skimage.measure import find_contours

from napari_karyo.segmentation.ground import WIDTH

#: The outline is smoothed by this, in pixels of the field, and turns over so many on each side.
_SMOOTH, _ARM = 2.0, 7
#: A notch turns inwards by so many radians at least.
_NOTCH: Final = 0.5
#: Of the way around along the outline, the longest way straight across.
_SHORTER: Final = 0.45
#: A cut goes so far at most.
_LONGEST: Final = 4.0 * WIDTH
#: So many cuts are tried of each outline, the shortest for the deepest notches first.
_MOST: Final = 4


def cuts_of(mask: NDArray[np.bool_], least: int) -> Iterator[list[NDArray[np.bool_]]]:
    """Yield the parts of an outline cut in two, several ways.

    Parameters
    ----------
    mask : ndarray of bool, shape (height, width)
        In pixels of the field.
    least : int
        Pixels of the smaller part.
    """
    notches, turns, around = _notches(mask)
    count = len(notches)
    tried: list[tuple[float, int, int]] = []
    for first in range(count):
        for second in range(first + 1, count):
            straight = float(np.hypot(*(notches[first][1] - notches[second][1])))
            apart = abs(notches[first][0] - notches[second][0])
            along = min(apart, around - apart)
            if straight > _LONGEST or straight > _SHORTER * along:
                continue
            tried.append((straight / (turns[first] + turns[second]), first, second))
    for _, first, second in sorted(tried)[:_MOST]:
        parts = _cut(mask, notches[first][1], notches[second][1])
        if len(parts) == 2 and min(np.count_nonzero(one) for one in parts) >= least:
            yield parts


def _notches(
    mask: NDArray[np.bool_],
) -> tuple[list[tuple[int, NDArray[np.float64]]], list[float], int]:
    """Return the places along the outline where it turns inwards, how much, and its length."""
    contours = find_contours(np.pad(mask, 1).astype(np.float32), 0.5)
    outline = max(contours, key=len)[:-1] - 1
    if len(outline) < 6 * _ARM:
        return [], [], len(outline)
    # Steps of one pixel, or half of one at corners: near enough for an angle.
    smooth = ndimage.gaussian_filter1d(outline, _SMOOTH, axis=0, mode="wrap")
    before = smooth - np.roll(smooth, _ARM, axis=0)
    after = np.roll(smooth, -_ARM, axis=0) - smooth
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    turn = np.arctan2(cross, (before * after).sum(axis=1))
    rolled = np.roll(smooth, -1, axis=0)
    area = float((smooth[:, 0] * rolled[:, 1] - smooth[:, 1] * rolled[:, 0]).sum())
    inwards = -turn * np.sign(area)
    best = ndimage.maximum_filter1d(inwards, 2 * _ARM + 1, mode="wrap")
    places = np.flatnonzero((inwards == best) & (inwards > _NOTCH))
    return (
        [(int(place), smooth[place]) for place in places],
        [float(inwards[place]) for place in places],
        len(outline),
    )


def _cut(
    mask: NDArray[np.bool_], start: NDArray[np.float64], end: NDArray[np.float64]
) -> list[NDArray[np.bool_]]:
    """Return the parts of a mask on either side of a line, none of its pixels left out."""
    direction = (end - start) / max(float(np.linalg.norm(end - start)), 1e-6)
    ends = np.rint([start - 2 * direction, end + 2 * direction]).astype(int)
    rows, columns = line(*ends[0], *ends[1])
    there = (rows >= 0) & (columns >= 0) & (rows < mask.shape[0]) & (columns < mask.shape[1])
    cut = np.zeros_like(mask)
    cut[rows[there], columns[there]] = True
    numbered, count = ndimage.label(mask & ~cut)
    sizes = np.bincount(numbered.ravel(), minlength=count + 1)[1:]
    if count < 2:
        return []
    kept = np.argsort(sizes)[::-1][:2] + 1
    seeds = np.where(np.isin(numbered, kept), numbered, 0)
    _, nearest = ndimage.distance_transform_edt(seeds == 0, return_indices=True)
    whole = seeds[tuple(nearest)]
    return [mask & (whole == one) for one in kept]
