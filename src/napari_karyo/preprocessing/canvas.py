"""The network's input: one chromosome, scaled, in the middle of a fixed canvas."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.preprocessing.upright import Upright, sample


def canvas_grid(
    picture: Upright, factor: float, height: int, width: int
) -> tuple[NDArray[np.float32], float]:
    """Return where in the picture each pixel of the canvas lies.

    A chromosome that does not fit, being bent across or longer than the canvas, is
    made smaller until it does: nothing is cut off.

    Parameters
    ----------
    picture : Upright
    factor : float
        Canvas pixels per picture pixel, from `length_factor`.
    height, width : int
        Of the canvas, in pixels.

    Returns
    -------
    grid : ndarray, shape (height, width, 2), float32
    factor : float
        The one used, smaller where the chromosome did not fit.
    """
    rows, columns = np.nonzero(picture.mask)
    tall, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    factor = min(factor, (height - 2) / tall, (width - 2) / wide)
    centre = (rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2
    y = (np.arange(height) - (height - 1) / 2) / factor + centre[0]
    x = (np.arange(width) - (width - 1) / 2) / factor + centre[1]
    return np.stack(np.meshgrid(y, x, indexing="ij"), axis=-1).astype(np.float32), float(factor)


def to_canvas(
    picture: Upright, factor: float, height: int, width: int, white: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw a chromosome on the network's canvas.

    Parameters
    ----------
    picture : Upright
    factor : float
        Canvas pixels per picture pixel.
    height, width : int
        Of the canvas, in pixels.
    white : float
        The picture's grey that is drawn as 1; what is brighter is drawn as 1 too.

    Returns
    -------
    image : ndarray, shape (height, width), float32
        0 outside; inside the chromosome 0 to 1.
    grid : ndarray, shape (height, width, 2), float32
        Row and column in the original crop.
    """
    local, factor = canvas_grid(picture, factor, height, width)
    image = picture.image
    if factor < 0.75:
        # Shrinking by sampling alone would alias the fine bands.
        image = ndimage.gaussian_filter(image, 0.5 * (1 / factor - 1) + 0.3)
    drawn = sample(image, local)
    drawn = np.clip(drawn / max(white, 1e-3), 0.0, 1.0)
    where = np.moveaxis(local, -1, 0)
    grid = np.stack(
        [_lead_on(picture.grid[..., k], where) for k in (0, 1)],
        axis=-1,
    )
    return drawn, grid.astype(np.float32)


def _lead_on(values: NDArray[np.float32], where: NDArray[np.float32]) -> NDArray[np.float32]:
    """Read a coordinate map at places; beyond it no place of the crop is meant."""
    return np.asarray(
        ndimage.map_coordinates(values, where, order=1, mode="constant", cval=-1e4), np.float32
    )
