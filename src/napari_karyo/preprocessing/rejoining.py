"""Pieces of one photograph put back where they were cut from it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Polarity
from napari_karyo.preprocessing.foreground import bright_on_black
from napari_karyo.preprocessing.stained import as_photographed, paper_around, stained_pixels
from napari_karyo.preprocessing.upright import Upright

#: By so much, a share of white, a piece may differ from its photograph: greys are rounded.
_ROUNDED: Final = 0.008
#: What of a piece must lie on the photograph as it was: the edge of a cut does not.
_SAME: Final = 0.8
#: A piece that is put this near to its own place, in pixels, belongs there, whatever its
#: pictures' angles are within so many degrees: a short piece has no clear long axis.
_NEAR: Final = 8.0
_TILTED: Final = 50.0


@dataclass(frozen=True, eq=False)
class _Found:
    """A piece on the photograph that it was cut from.

    Attributes
    ----------
    stain : ndarray, float32
        What it has above its paper.
    top, left : int
        Row and column on the photograph of its first pixel.
    """

    stain: NDArray[np.float32]
    top: int
    left: int


@dataclass(frozen=True)
class Placing:
    """How a person put the second piece to the first: see `merge_crops`."""

    offset: tuple[float, float] | None
    angle: float
    turned: tuple[bool, bool]


def rejoined(
    photograph: NDArray[Any],
    pieces: Sequence[NDArray[Any]],
    pictures: Sequence[Upright],
    placing: Placing,
    polarity: Polarity,
    white: float,
) -> NDArray[Any] | None:
    """Return what a photograph shows of two pieces that were cut from it.

    Parameters
    ----------
    photograph : ndarray, shape (height, width)
        The crop that may have been cut.
    pieces : sequence of ndarray
        Two, as photographed.
    pictures : sequence of Upright
        Of the two.
    placing : Placing
        Where the second is put.
    polarity : Polarity
    white : float

    Returns
    -------
    ndarray or None
        With the photograph's own pixels, and the way up that the first has on the page.
        None where one of the two is no piece of it, or was put elsewhere than it lay.
    """
    shown = bright_on_black(photograph, polarity, white)
    paper = np.float32(paper_around(shown, stained_pixels(shown)))
    found = [_find(shown, bright_on_black(one, polarity, white), paper) for one in pieces]
    if found[0] is None or found[1] is None:
        return None
    first, second = found[0], found[1]
    if not _lies_as_put(first, second, pictures, placing):
        return None
    top, left = min(first.top, second.top), min(first.left, second.left)
    bottom = max(one.top + one.stain.shape[0] for one in (first, second))
    right = max(one.left + one.stain.shape[1] for one in (first, second))
    both = np.full((bottom - top, right - left), paper, np.float32)
    for one in (first, second):
        both[_place(one.stain, one.top - top, one.left - left)] += one.stain
    # Where both together are what was photographed, its own pixels; elsewhere a third lay.
    made = as_photographed(both, polarity, white, photograph.dtype)
    rows, columns = (
        slice(max(start, 0), min(stop, size))
        for start, stop, size in zip(
            (top, left), (bottom, right), photograph.shape[:2], strict=True
        )
    )
    inner = made[_place(photograph[rows, columns], rows.start - top, columns.start - left)]
    there = photograph[rows, columns]
    own = np.abs(inner.astype(np.float64) - there) <= _ROUNDED * white
    inner[own] = there[own]
    if (_down(pictures[0])[0] < 0) != placing.turned[0]:
        made = np.ascontiguousarray(made[::-1, ::-1])
    return made


def _find(
    photograph: NDArray[np.float32], piece: NDArray[np.float32], paper: np.float32
) -> _Found | None:
    """Find where a piece lies on a photograph, both bright on black."""
    from scipy.signal import fftconvolve  # with scipy.stats it takes half a second to import

    mask = stained_pixels(piece)
    if not mask.any():
        return None
    height, width = piece.shape
    padded = np.pad(photograph - paper, ((height, height), (width, width)))
    stain = piece - paper
    # The sum of squares of what differs within the piece, at every place.
    weights = mask.astype(np.float64)[::-1, ::-1]
    misfit = fftconvolve(padded.astype(np.float64) ** 2, weights, "valid") - 2 * fftconvolve(
        padded.astype(np.float64), weights * stain[::-1, ::-1], "valid"
    )
    top, left = np.unravel_index(int(misfit.argmin()), misfit.shape)
    there = padded[top : top + height, left : left + width]
    same = np.abs(there - stain)[mask] <= _ROUNDED
    if np.count_nonzero(same) < _SAME * np.count_nonzero(mask):
        return None
    return _Found(stain, int(top) - height, int(left) - width)


def _lies_as_put(
    first: _Found, second: _Found, pictures: Sequence[Upright], placing: Placing
) -> bool:
    """Whether a person put the second where it lay on the photograph, or nowhere."""
    if placing.offset is None:
        return True
    down = _down(pictures[0]) * (-1 if placing.turned[0] else 1)
    right = np.array([-down[1], down[0]])
    middles = [
        picture.grid.reshape(-1, 2).mean(axis=0) + np.array([found.top, found.left])
        for picture, found in zip(pictures, (first, second), strict=True)
    ]
    way = middles[1] - middles[0]
    lay = float(way @ down), float(way @ right)
    own_down = _down(pictures[1]) * (-1 if placing.turned[1] else 1)
    # By how much its picture must be rotated clockwise to stand as it lay.
    tilt = math.degrees(math.atan2(-float(own_down @ right), float(own_down @ down)))
    off = math.remainder(placing.angle - tilt, 360.0)
    return math.dist(lay, placing.offset) <= _NEAR and abs(off) <= _TILTED


def _down(picture: Upright) -> NDArray[np.float64]:
    """Return the way in the crop that is down in the upright picture, of length 1."""
    way = (picture.grid[-1, 0] - picture.grid[0, 0]).astype(np.float64)
    return np.asarray(way / max(float(np.hypot(*way)), 1e-9), np.float64)


def _place(image: NDArray[Any], top: int, left: int) -> tuple[slice, slice]:
    """Return where an image lies that begins at a row and a column."""
    return slice(top, top + image.shape[0]), slice(left, left + image.shape[1])
