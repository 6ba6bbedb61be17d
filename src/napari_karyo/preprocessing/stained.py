"""What is stained in a crop and what is paper, by the measure of the foreground step."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.measure import label

from napari_karyo.cell import Polarity, brightest
from napari_karyo.preprocessing.foreground import (
    MIN_PIXELS,
    OTSU_SHARE,
    ground_grey,
    lifted_from_ground,
)


def white_of(*images: NDArray[Any]) -> float:
    """Return the grey value of white of some crops, as `Cell.white` does of a cell's."""
    if all(image.dtype == np.uint8 for image in images):
        return 255.0
    return brightest(images)


def stained_pixels(bright: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which pixels are stained: all objects, by the measure of the foreground step."""
    lifted = lifted_from_ground(bright)
    if float(np.ptp(lifted)) < 0.02:
        return np.zeros(bright.shape, np.bool_)
    level = max(0.02, OTSU_SHARE * float(threshold_otsu(lifted)))
    return np.asarray(lifted > level, np.bool_)


def large_objects(stained: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the objects that are large enough to be a chromosome."""
    objects = label(stained, connectivity=2)
    large = np.bincount(objects.ravel()) >= MIN_PIXELS
    large[0] = False
    return np.asarray(large[objects], np.bool_)


def paper_around(bright: NDArray[np.float32], stained: NDArray[np.bool_]) -> float:
    """Return the grey of the paper around what is stained."""
    around = bright[~ndimage.binary_dilation(stained, iterations=3)]
    if around.size >= MIN_PIXELS:
        return float(np.median(around))
    return ground_grey(bright)


def as_photographed(
    bright: NDArray[np.float32], polarity: Polarity, white: float, kind: np.dtype[Any]
) -> NDArray[Any]:
    """Return a picture that is bright on black as grey values of the photograph."""
    shown = 1.0 - bright if polarity is Polarity.DARK else bright
    most = float(np.iinfo(kind).max)
    return np.rint(np.clip(shown * white, 0.0, most)).astype(kind)
