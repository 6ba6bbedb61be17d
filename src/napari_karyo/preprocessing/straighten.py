"""A bent chromosome pulled straight along its medial axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.errors import PreprocessingError
from napari_karyo.preprocessing.upright import MARGIN, Upright, sample


def straight_grid(picture: Upright) -> NDArray[np.float32]:
    """Return the grid, in the upright picture, whose rows cross the axis at right angles.

    Returns
    -------
    ndarray, shape (height, width, 2), float32
        Row and column in ``picture.image``. The height is the length of the axis and
        a margin; the width is the chromosome's own, measured across the axis.
    """
    axis = picture.axis.astype(np.float64)
    length = picture.length
    rows = np.arange(-MARGIN, round(length) + MARGIN + 1, dtype=np.float64)
    share = rows / max(length, 1.0) * (len(axis) - 1)
    inside = np.clip(share, 0, len(axis) - 1)
    at = np.arange(len(axis))
    middle = np.stack([np.interp(inside, at, axis[:, k]) for k in (0, 1)], -1)
    tangent = np.gradient(ndimage.gaussian_filter1d(axis, 2.0, axis=0, mode="nearest"), axis=0)
    tangent /= np.maximum(np.hypot(*tangent.T), 1e-6)[:, None]
    along = np.stack([np.interp(inside, at, tangent[:, k]) for k in (0, 1)], -1)
    # Beyond both ends the axis goes on straight.
    middle = middle + (rows - inside / (len(axis) - 1) * length)[:, None] * along
    across = np.stack([-along[:, 1], along[:, 0]], -1)
    half = int(np.ceil(_half_width(picture, middle, across))) + MARGIN
    offsets = np.arange(-half, half + 1, dtype=np.float64)
    grid = middle[:, None, :] + offsets[None, :, None] * across[:, None, :]
    return grid.astype(np.float32)


def _half_width(
    picture: Upright, middle: NDArray[np.float64], across: NDArray[np.float64]
) -> float:
    """Return how far the chromosome reaches from its axis, all rows but the widest few.

    A chromosome bent into a U has its other arm within reach of a crossing line, so
    each line is followed only until it first leaves the mask.
    """
    reach = np.arange(0.0, max(picture.mask.shape) / 2, 1.0)
    widths = []
    for sign in (-1.0, 1.0):
        line = middle[:, None, :] + sign * reach[None, :, None] * across[:, None, :]
        outside = sample(picture.mask, line.astype(np.float32), order=0) < 0.5
        outside[:, -1] = True
        widths.append(outside.argmax(axis=1))
    return float(np.quantile(np.concatenate(widths), 0.97))


def straighten(picture: Upright) -> Upright:
    """Pull an upright chromosome straight.

    Returns
    -------
    Upright
        Its grid still leads to the original crop. The picture itself where it is too thin.
    """
    grid = straight_grid(picture)
    inside = sample(picture.mask, grid) >= 0.5
    mask = inside & _reached_from_axis(inside)
    if not mask.any():
        # So thin that nothing is hit: there is nothing to pull straight.
        return picture
    # Its soft outline too, but not the other arm of a chromosome bent into a U.
    image = sample(picture.image, grid) * ndimage.binary_dilation(mask)
    # Through the grid of the upright picture back onto the crop; outside the picture
    # the nearest place is close enough, since nothing of the chromosome is there.
    where = np.moveaxis(grid, -1, 0)
    carried = np.stack(
        [
            ndimage.map_coordinates(picture.grid[..., k], where, order=1, mode="nearest")
            for k in (0, 1)
        ],
        axis=-1,
    )
    rows = np.arange(len(picture.axis)) / (len(picture.axis) - 1) * picture.length + MARGIN
    axis = np.stack([rows, np.full(len(rows), (grid.shape[1] - 1) / 2)], -1)
    return Upright(image, mask, carried.astype(np.float32), picture.length, axis.astype(np.float32))


def try_straighten(picture: Upright) -> Upright | None:
    """Return a chromosome pulled straight, or None where its axis makes no sense."""
    try:
        return straighten(picture)
    except (PreprocessingError, ValueError, IndexError):
        # Too small or too ragged for an axis.
        return None


def _reached_from_axis(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which pixels a line from the axis, the middle column, reaches without leaving.

    The axis itself may lie a little outside, in a notch or beyond an end.
    """
    middle = inside.shape[1] // 2
    reached = np.zeros_like(inside)
    for side in (slice(middle, None), slice(middle, None, -1)):
        half = inside[:, side].copy()
        half[:, 0] = True
        reached[:, side] |= np.logical_and.accumulate(half, axis=1)
    return reached
