"""What a picture shows: one chromosome, the spread of a cell, or its karyogram."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Polarity
from napari_karyo.io.crop_content import resized
from napari_karyo.io.polarity import find_spread_polarity

#: Pictures are looked at in so many pixels, at most, on the longer side.
_SIDE: Final = 512
#: The ground is measured in so many.
_GRID: Final = 64
#: An object has so many of those pixels, and so large a share of the usual one.
_LEAST, _SHARE = 30, 0.25
#: A picture of a whole cell is at least so wide and high; and where it is not so much, it
#: shows so many objects. No crop of one chromosome is as large, save on a common canvas.
_SMALL: Final = 250
_LARGE, _FEW = 400, 4
#: A karyogram has so many rows, of so many objects each, and of so many together.
_ROWS, _IN_ROW, _IN_ROWS = 3, 3, 15
#: One line goes through this share of the objects of a row.
_ON_LINE: Final = 0.8
#: Empty paper between two rows, as a share of the height.
_GAP: Final = 0.008


class PictureKind(StrEnum):
    """What a picture shows."""

    CROP = "crop"
    """A single chromosome, or too little to be more."""
    SPREAD = "spread"
    """A metaphase spread, as photographed."""
    KARYOGRAM = "karyogram"
    """The chromosomes of a cell in rows."""


def find_kind(image: NDArray[Any]) -> PictureKind:
    """Tell what a picture shows, by its size and by what stands out from its ground.

    Parameters
    ----------
    image : ndarray, shape (height, width)
        Grey values as photographed.
    """
    if min(image.shape) < _SMALL:
        return PictureKind.CROP
    objects = _objects(image)
    count = _count(objects)
    if count < (2 if min(image.shape) >= _LARGE else _FEW):
        return PictureKind.CROP
    return PictureKind.KARYOGRAM if _in_rows(objects) else PictureKind.SPREAD


def count_objects(image: NDArray[Any]) -> int:
    """Return how many objects of about one size stand out from the ground of a picture."""
    return _count(_objects(image))


def _objects(image: NDArray[Any]) -> NDArray[np.int32]:
    """Return the objects of a picture, numbered, in fewer pixels."""
    from skimage.filters import threshold_otsu

    shape = image.shape
    factor = min(1.0, _SIDE / max(shape))
    values = resized(image, [max(4, round(side * factor)) for side in shape])
    coarse = resized(image, [max(4, round(side * min(1.0, _GRID / max(shape)))) for side in shape])
    ground = ndimage.median_filter(coarse, size=max(3, max(coarse.shape) // 3), mode="nearest")
    zoom = [large / small for large, small in zip(values.shape, ground.shape, strict=True)]
    ground = ndimage.zoom(ground, zoom, order=1, mode="nearest", grid_mode=True)
    apart = values - ground
    if find_spread_polarity(image) is Polarity.DARK:
        apart = -apart
    apart = ndimage.gaussian_filter(np.maximum(apart, 0), 1.0)
    if not np.ptp(apart) > 0:
        return np.zeros(apart.shape, np.int32)
    numbered, _ = ndimage.label(apart > 0.75 * threshold_otsu(apart))
    return np.asarray(numbered, np.int32)


def _count(objects: NDArray[np.int32]) -> int:
    pixels = np.bincount(objects.ravel())[1:]
    pixels = pixels[pixels >= _LEAST]
    if not len(pixels):
        return 0
    return int(np.count_nonzero(pixels >= _SHARE * np.median(pixels)))


def _in_rows(objects: NDArray[np.int32]) -> bool:
    """Tell whether objects stand in rows with empty paper between, as in a karyogram."""
    pixels = np.bincount(objects.ravel())
    large = pixels >= _LEAST
    large[0] = False
    filled = np.asarray(large[objects].any(axis=1), np.bool_)
    # A gap narrower than usual is none.
    closing = max(1, round(_GAP * len(filled)))
    filled = ndimage.binary_closing(np.pad(filled, closing), iterations=closing)[closing:-closing]
    rows, count = ndimage.label(filled)
    if not _ROWS <= count <= 3 * _ROWS:
        return False
    counts = []
    for row in range(1, count + 1):
        part = objects[rows == row]
        standing = [int(number) for number in np.unique(part) if large[number]]
        if not standing:
            continue
        # One line goes through nearly all objects of a row; those of a spread lie anyhow.
        at_line = np.stack([(part == number).any(axis=1) for number in standing]).sum(axis=0)
        if len(standing) < _IN_ROW or at_line.max() < _ON_LINE * len(standing):
            return False
        counts.append(len(standing))
    return len(counts) >= _ROWS and sum(counts) >= _IN_ROWS
