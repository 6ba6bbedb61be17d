"""Two pieces of one chromosome put together end to end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Polarity
from napari_karyo.errors import PreprocessingError
from napari_karyo.preprocessing.foreground import bright_on_black, foreground
from napari_karyo.preprocessing.rejoining import Placing, rejoined
from napari_karyo.preprocessing.stained import (
    as_photographed,
    paper_around,
    stained_pixels,
    white_of,
)
from napari_karyo.preprocessing.upright import Upright, upright

#: Paper around a piece, in pixels of the crop.
MARGIN: Final = 6
#: So far a piece is pushed into the other, in pixels: ends fade on a photograph, and more
#: until both are one object.
_SHALLOWEST: Final = 3
_DEEPEST: Final = 8
#: What of the narrower end must hang on the other.
_SEAM_SHARE: Final = 0.6
#: What of each piece the foreground step must find in the whole.
_FOUND: Final = 0.6
#: As far beyond its outline, in pixels, stain reaches.
_REACH: Final = 3
#: Rows at an end by which it is told how wide the end is.
_END_ROWS: Final = 7


@dataclass(frozen=True, eq=False)
class _Part:
    """A chromosome to be put together with another, as it stands on the page.

    Attributes
    ----------
    stain : ndarray, float32
        What is brighter than its own paper, 0 beside the chromosome.
    mask : ndarray of bool
    """

    stain: NDArray[np.float32]
    mask: NDArray[np.bool_]


def merge_crops(
    first: NDArray[Any],
    second: NDArray[Any],
    polarity: Polarity,
    *,
    offset: tuple[float, float] | None = None,
    angle: float = 0.0,
    turned: tuple[bool, bool] = (False, False),
    white: float | None = None,
    photographs: Sequence[NDArray[Any]] = (),
) -> NDArray[Any]:
    """Put two pieces of one chromosome together, end to end, as a person sees them.

    Parameters
    ----------
    first, second : ndarray, shape (height, width), uint8 or uint16
        Crops as photographed. They need not lie together on a photograph.
    polarity : Polarity
    offset : tuple of float, optional
        Way down and to the right, in pixels of the crops, from the middle of the first's
        upright picture to the middle of the second's. Without it the smaller piece goes
        to the upper or the lower end of the larger one, where the widths fit best, and
        touches it.
    angle : float
        Degrees that the second is rotated clockwise, beyond its upright picture.
    turned : tuple of bool
        Whether the upright pictures of first and second are turned top to bottom, as they
        may stand on the page.
    white : float, optional
        The grey value of white, `Cell.white`; found from the two where not given.
    photographs : sequence of ndarray
        Crops that both may have been cut from. Where they were, and are not put elsewhere,
        they lie again as they lay, with the pixels of the photograph.

    Returns
    -------
    ndarray, shape (height, width)
        Both as one chromosome on the crops' paper, of the first's type; upright, or as on
        the photograph.

    Raises
    ------
    PreprocessingError
        Where a crop holds no chromosome, or where the two do not touch as placed.
    """
    if white is None:
        white = white_of(first, second)
    bright = [bright_on_black(image, polarity, white) for image in (first, second)]
    pictures = [upright(one) for one in bright]
    placing = Placing(offset, angle, turned)
    for photograph in photographs:
        whole = rejoined(photograph, (first, second), pictures, placing, polarity, white)
        if whole is not None:
            return whole
    papers = [paper_around(one, stained_pixels(one)) for one in bright]
    parts = [
        _part(one, picture, paper, 180.0 * turn + (angle if number else 0.0))
        for number, (one, picture, paper, turn) in enumerate(
            zip(bright, pictures, papers, turned, strict=True)
        )
    ]
    paper = float(np.mean(papers))
    if offset is not None:
        laid = _laid(parts[0], parts[1], offset)
        if not _is_one(laid, paper):
            raise PreprocessingError(
                "The two pieces do not touch as they are placed.",
                "Put one nearer to the other's end.",
            )
    else:
        laid = _touching(parts, paper)
    return as_photographed(np.pad(laid.stain, MARGIN) + paper, polarity, white, first.dtype)


def _part(bright: NDArray[np.float32], picture: Upright, paper: float, angle: float) -> _Part:
    """Turn a chromosome upright and by an angle, sampled once from its crop."""
    turn = math.radians(angle)
    cos, sin = math.cos(turn), math.sin(turn)
    height, width = picture.mask.shape
    # Odd, so that the middle of the picture is a pixel whatever the angle.
    half_y = math.ceil((abs(height * cos) + abs(width * sin)) / 2)
    half_x = math.ceil((abs(width * cos) + abs(height * sin)) / 2)
    y, x = np.mgrid[-half_y : half_y + 1, -half_x : half_x + 1].astype(np.float64)
    rows = (height - 1) / 2 + y * cos - x * sin
    columns = (width - 1) / 2 + y * sin + x * cos
    # The upright picture's grid is a rotation: it goes on beyond the picture's edges.
    corner = picture.grid[0, 0].astype(np.float64)
    down = (picture.grid[-1, 0] - corner) / max(height - 1, 1)
    right = (picture.grid[0, -1] - corner) / max(width - 1, 1)
    where = corner[:, None, None] + rows * down[:, None, None] + columns * right[:, None, None]
    values = ndimage.map_coordinates(bright, where, order=3, mode="constant", cval=paper)
    mask = (
        ndimage.map_coordinates(
            picture.mask.astype(np.float32), np.stack([rows, columns]), order=1, cval=0.0
        )
        >= 0.5
    )
    # Its blurred outline belongs to it, what lies beside it does not.
    near = ndimage.gaussian_filter(
        ndimage.binary_dilation(mask, iterations=2).astype(np.float32), 0.7
    )
    stain = np.clip(values - paper, 0.0, None) * near
    return _Part(stain.astype(np.float32), mask)


@dataclass(frozen=True, eq=False)
class _Laid:
    """Two parts laid on one sheet.

    Attributes
    ----------
    stain : ndarray, float32
    masks : tuple of ndarray of bool
        Where each of the two lies.
    top : int
        The first row of the first.
    """

    stain: NDArray[np.float32]
    masks: tuple[NDArray[np.bool_], NDArray[np.bool_]]
    top: int


def _laid(first: _Part, second: _Part, offset: tuple[float, float]) -> _Laid:
    """Lay two parts on one sheet, the second moved by an offset between their middles."""
    middles = [_middle(part.mask) for part in (first, second)]
    shift = [round(middles[0][axis] + offset[axis] - middles[1][axis]) for axis in (0, 1)]
    origin = [min(0, one) for one in shift]
    size = [
        max(first.mask.shape[axis], shift[axis] + second.mask.shape[axis]) - origin[axis]
        for axis in (0, 1)
    ]
    stains = [np.zeros(size, np.float32) for _ in range(2)]
    masks = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    shown = zip((first, second), ((0, 0), shift), stains, masks, strict=True)
    for part, place, stain, mask in shown:
        top, left = place[0] - origin[0], place[1] - origin[1]
        height, width = part.mask.shape
        stain[top : top + height, left : left + width] = part.stain
        mask[top : top + height, left : left + width] = part.mask
    return _Laid(_together(stains, masks), masks, -origin[0])


def _together(
    stains: Sequence[NDArray[np.float32]], masks: Sequence[NDArray[np.bool_]]
) -> NDArray[np.float32]:
    """Return the stain of two parts as one photograph would show it.

    Where they meet one passes into the other, with the distance to what each has for itself:
    a sum would be a dark band with hard sides, and the stronger of the two a rim around it.
    Both ends fade there, which would leave a pale band, so each is taken for as strong as it
    is before it fades; the outline fades as that of both together.
    """
    total = np.asarray(stains[0] + stains[1], np.float32)
    if not (masks[0].any() and masks[1].any()):
        return total
    alone = masks[0] & ~masks[1], masks[1] & ~masks[0]
    if not (alone[0].any() and alone[1].any()):
        return np.maximum(*stains)
    depths = [_depth(mask) for mask in masks]
    seam = (depths[0] > -_REACH) & (depths[1] > -_REACH)
    away = [np.asarray(ndimage.distance_transform_edt(~own), np.float32) for own in alone]
    passed = away[0] / np.maximum(away[0] + away[1], 1e-6)
    shares = [(1 - passed) * _faded(depths[0]), passed * _faded(depths[1])]
    mixed = (1 - passed) * stains[0] + passed * stains[1]
    # A narrow gap between the two belongs to the whole.
    wide = np.pad(masks[0] | masks[1], _REACH)
    closed = ndimage.binary_closing(wide, iterations=_REACH)[_REACH:-_REACH, _REACH:-_REACH]
    whole = _faded(_depth(closed))
    strongest = ndimage.maximum_filter(np.maximum(*stains), size=5)
    joined = np.minimum(mixed * whole / np.maximum(shares[0] + shares[1], 0.1), strongest)
    return np.asarray(np.where(seam, joined, total), np.float32)


def _depth(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return how far within a mask's outline each pixel lies; less than 0 outside."""
    inside = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    return np.asarray(inside - ndimage.distance_transform_edt(~mask), np.float32) - np.where(
        mask, np.float32(0.5), np.float32(-0.5)
    )


def _faded(depth: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how strong stain is so far within an outline, of what it is deep within."""
    # The outline is where stain begins: half of it is reached more than a pixel within.
    return np.asarray(1 / (1 + np.exp(np.clip((1.3 - depth) * 1.7, -20, 20))), np.float32)


def _middle(mask: NDArray[np.bool_]) -> tuple[float, float]:
    return (mask.shape[0] - 1) / 2, (mask.shape[1] - 1) / 2


def _touching(parts: Sequence[_Part], paper: float) -> _Laid:
    """Put the smaller part to the end of the larger one that is as wide as its own end."""
    large, small = sorted(range(2), key=lambda one: -int(parts[one].mask.sum()))
    ends = [_ends(part.mask) for part in parts]
    # Its lower end below: the upper end of the small one comes to it.
    misfit = {
        "below": abs(math.log(ends[large]["lower"][1] / ends[small]["upper"][1])),
        "above": abs(math.log(ends[large]["upper"][1] / ends[small]["lower"][1])),
    }
    below = misfit["below"] <= misfit["above"]
    at, to = ("lower", "upper") if below else ("upper", "lower")
    row, wide, column = ends[large][at]
    own_row, own_wide, own_column = ends[small][to]
    middles = [_middle(part.mask) for part in parts]
    side = 1 if below else -1
    across = (column - middles[large][1]) - (own_column - middles[small][1])
    fallback: _Laid | None = None
    for deep in range(_SHALLOWEST, _DEEPEST + 1):
        along = (row - middles[large][0]) - (own_row - middles[small][0]) + side * (1 - deep)
        laid = _laid(parts[large], parts[small], (along, across))
        if _is_one(laid, paper):
            seam = laid.top + int(row) - side * (deep // 2)
            if _seam_width(laid.stain, seam) >= _SEAM_SHARE * min(wide, own_wide):
                return laid
            # They hang by a corner or a pale bridge: a gap would be seen.
            fallback = laid if fallback is None else fallback
    if fallback is None:
        raise PreprocessingError(
            "The two pieces can't be put together end to end.",
            "Place one at the other's end by hand.",
        )
    return fallback


def _seam_width(stain: NDArray[np.float32], seam: int) -> int:
    """Return how many pixels wide two parts hang together near the row where they meet."""
    stained = stained_pixels(np.pad(stain, MARGIN))
    near = slice(MARGIN + seam - 2, MARGIN + seam + 3)
    return int(stained[near].sum(axis=1).min())


def _ends(mask: NDArray[np.bool_]) -> dict[str, tuple[float, float, float]]:
    """Return row, width and middle column of the upper and the lower end of a mask."""
    rows = np.nonzero(mask.any(axis=1))[0]
    near = max(1, min(_END_ROWS, len(rows) // 3))
    found = {}
    for name, end, first in (("upper", rows[0], rows[:near]), ("lower", rows[-1], rows[-near:])):
        wide = float(np.median(mask[first].sum(axis=1)))
        found[name] = (float(end), max(1.0, wide), float(np.nonzero(mask[first])[1].mean()))
    return found


def _is_one(laid: _Laid, paper: float) -> bool:
    """Whether the foreground step finds both parts as one object."""
    try:
        found = foreground(np.pad(laid.stain, MARGIN) + np.float32(paper))
    except PreprocessingError:
        return False
    inside = found[MARGIN:-MARGIN, MARGIN:-MARGIN]
    first, second = laid.masks
    # Most of what each has for itself.
    return all(
        np.count_nonzero(inside & own) > _FOUND * max(1, int(np.count_nonzero(own)))
        for own in (first & ~second, second & ~first)
    )
