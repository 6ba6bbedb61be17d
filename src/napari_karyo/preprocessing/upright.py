"""A crop cut to its foreground and turned until its principal axis is vertical."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.errors import PreprocessingError
from napari_karyo.preprocessing.axis import medial_axis
from napari_karyo.preprocessing.foreground import foreground

#: Background kept around the chromosome, in pixels of the crop.
MARGIN = 2


@dataclass(frozen=True, eq=False)
class Upright:
    """A chromosome standing upright, at the crop's own pixel size.

    Attributes
    ----------
    image : ndarray, shape (height, width), float32
        0 to 1, bright on black whatever the stain; 0 outside the chromosome.
    mask : ndarray of bool, shape (height, width)
        The chromosome.
    grid : ndarray, shape (height, width, 2), float32
        Row and column in the original crop of every pixel; may lie outside it.
    length : float
        Length of the medial axis, in pixels of the crop.
    axis : ndarray, shape (points, 2), float32
        The medial axis, row and column in this picture, top to bottom.
    """

    image: NDArray[np.float32]
    mask: NDArray[np.bool_]
    grid: NDArray[np.float32]
    length: float
    axis: NDArray[np.float32]

    @property
    def brightness(self) -> float:
        """How bright the chromosome is: the grey that all but its brightest 2 % stay below."""
        return float(np.quantile(self.image[self.mask], 0.98))


def principal_angle(mask: NDArray[np.bool_]) -> float:
    """Return the angle between the mask's long axis and the vertical, in radians.

    Always within a quarter turn, so a chromosome that stands p arm up stays so.
    """
    rows, columns = np.nonzero(mask)
    rows = rows - rows.mean()
    columns = columns - columns.mean()
    covariance = np.cov(np.stack([rows, columns])) + np.eye(2) * 1e-6
    values, vectors = np.linalg.eigh(covariance)
    if values[1] < 1.15 * values[0]:
        # Nearly round: the axis means nothing, and turning would only blur.
        return 0.0
    row, column = vectors[:, int(values.argmax())]
    if row < 0:
        row, column = -row, -column
    return float(np.arctan2(column, row))


def turned_grid(mask: NDArray[np.bool_], angle: float, margin: int = MARGIN) -> NDArray[np.float32]:
    """Return where to sample so that the mask stands at `angle` to the vertical.

    Returns
    -------
    ndarray, shape (height, width, 2), float32
        Just large enough for the mask and the margin around it.
    """
    points = np.stack(np.nonzero(mask), axis=-1).astype(np.float64)
    centre = points.mean(axis=0)
    down = np.array([np.cos(angle), np.sin(angle)])
    right = np.array([-np.sin(angle), np.cos(angle)])
    along = (points - centre) @ down
    across = (points - centre) @ right
    top, bottom = along.min() - margin, along.max() + margin
    left, end = across.min() - margin, across.max() + margin
    height, width = round(bottom - top) + 1, round(end - left) + 1
    y = top + np.arange(height)
    x = left + np.arange(width)
    grid = centre + y[:, None, None] * down + x[None, :, None] * right
    return grid.astype(np.float32)


def sample(
    image: NDArray[np.generic], grid: NDArray[np.float32], order: int = 1
) -> NDArray[np.float32]:
    """Sample an image at a grid of (row, column) places; 0 outside it."""
    return np.asarray(
        ndimage.map_coordinates(
            np.asarray(image, np.float32),
            np.moveaxis(grid, -1, 0),
            order=order,
            mode="constant",
            cval=0.0,
        ),
        np.float32,
    )


def upright(bright: NDArray[np.float32]) -> Upright:
    """Cut a crop to its chromosome and turn it upright.

    Parameters
    ----------
    bright : ndarray, shape (height, width), float32
        Bright chromosome on black, 0 to 1.

    Raises
    ------
    PreprocessingError
        Where no chromosome is found.
    """
    mask = foreground(bright)
    grid = turned_grid(mask, principal_angle(mask))
    turned_mask = sample(mask, grid) >= 0.5
    if not turned_mask.any():
        raise PreprocessingError(
            "what stands out is a thin line and no chromosome.",
            "Cut the chromosome again at a higher magnification.",
        )
    # One pixel of blur at the outline belongs to the chromosome's picture.
    soft = sample(ndimage.binary_dilation(mask), grid)
    image = sample(bright, grid) * soft
    axis, length = medial_axis(turned_mask)
    return Upright(image, turned_mask, grid, length, axis)
