"""The photograph of a spread made even: flat background, one contrast, one scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.morphology import skeletonize

from napari_karyo.cell import Polarity
from napari_karyo.errors import ReadError

#: Width of a chromosome, in pixels, in the field that the network reads.
WIDTH: Final = 14.0

#: What the median chromosome's pixel is in the field; white is 1.
LEVEL: Final = 0.5

#: The background is measured on a grid of so many pixels on the longer side, in windows of a
#: sixth of it.
_GRID: Final = 96

#: Width is measured in a picture of so many pixels on the longer side, at most, first.
_SIDE: Final = 1024
#: Pixels of middle lines that tell a width.
_LEAST_LINE: Final = 20
#: Narrower chromosomes than this are measured anew in all pixels.
_NARROW: Final = 6.0


@dataclass(frozen=True, eq=False)
class Field:
    """A photograph as the network reads it.

    Attributes
    ----------
    values : ndarray, shape (height, width), float32
        Chromosomes bright on 0, about `LEVEL`; `WIDTH` pixels wide.
    factor : float
        Pixels of the field for one pixel of the photograph.
    shape : tuple of int
        Height and width of the photograph.
    """

    values: NDArray[np.float32]
    factor: float
    shape: tuple[int, int]


def flatten(image: NDArray[Any], polarity: Polarity) -> NDArray[np.float32]:
    """Return how much stain there is at each pixel, with an even background of 0.

    Parameters
    ----------
    image : ndarray, shape (height, width)
        Grey values as photographed.
    polarity : Polarity

    Returns
    -------
    ndarray, shape (height, width), float32
        Of a dark stain the share of the light that was held back; of a bright one the light
        above the background, as a share of the brightest.
    """
    values = np.asarray(image, np.float32)
    small = _small(values)
    dark = polarity is Polarity.DARK
    window = max(3, max(small.shape) // 6)
    ground = ndimage.percentile_filter(small, 90 if dark else 20, size=window, mode="nearest")
    ground = ndimage.gaussian_filter(ground, window / 3, mode="nearest")
    ground = resized(ground, values.shape)
    if dark:
        above = np.maximum(ground, 1.0)
        np.divide(values, above, out=above)
        np.subtract(1.0, above, out=above)
    else:
        above = values - ground
        above /= max(float(np.quantile(above, 0.999)), 1.0)
    return np.clip(above, 0.0, 1.0, out=above)


def measure_width(density: NDArray[np.float32]) -> float:
    """Return the usual width of a chromosome, in pixels.

    Parameters
    ----------
    density : ndarray, shape (height, width), float32
        See `flatten`.

    Returns
    -------
    float
        The median, along the middle lines of all objects, of twice the distance to the
        outline. Nuclei and dirt have short middle lines.

    Raises
    ------
    ReadError
        Where nothing stands out from the background.
    """
    factor = min(1.0, _SIDE / max(density.shape))
    while True:
        shape = [max(8, round(side * factor)) for side in density.shape]
        seen = resized(density, shape) if factor < 1 else density
        width = _width(seen) / factor
        if factor == 1.0 or width * factor >= _NARROW:
            return width
        factor = 1.0


def make_field(density: NDArray[np.float32], width: float) -> Field:
    """Return a photograph as the network reads it.

    Parameters
    ----------
    density : ndarray, shape (height, width), float32
        See `flatten`.
    width : float
        Usual width of a chromosome in it, in pixels.
    """
    factor = WIDTH / width
    shape = [max(8, round(side * factor)) for side in density.shape]
    values = resized(density, shape)
    slender = values[~broad(values > _threshold(values))]
    # Nuclei may be far brighter than the chromosomes, and larger than all of them together.
    inside = slender[slender > _threshold(slender)]
    level = float(np.median(inside)) if inside.size else 1.0
    values = np.clip(values * (LEVEL / max(level, 1e-3)), 0.0, 1.0)
    return Field(values.astype(np.float32), factor, (density.shape[0], density.shape[1]))


def resized(values: NDArray[Any], shape: Sequence[int]) -> NDArray[np.float32]:
    """Return a picture made smaller or larger: linear between pixels, means where smaller."""
    picture = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(picture.resize((int(shape[1]), int(shape[0])), Image.Resampling.BILINEAR))


def stained(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return what stands out from the background of a field."""
    soft = ndimage.gaussian_filter(values, 0.7)
    wide = broad(soft > _threshold(soft))
    slender = soft[~wide]
    if slender.size < 2 or np.ptp(slender) == 0:
        return wide
    return wide | np.asarray(soft > _threshold(slender), np.bool_)


def _small(image: NDArray[Any]) -> NDArray[np.float32]:
    factor = min(1.0, _GRID / max(image.shape))
    return resized(np.asarray(image, np.float32), [max(4, round(s * factor)) for s in image.shape])


def _threshold(density: NDArray[np.float32]) -> float:
    return 0.75 * float(threshold_otsu(density))


def broad(objects: NDArray[np.bool_], radius: float = WIDTH) -> NDArray[np.bool_]:
    """Return what is wider than chromosomes are, in a field.

    Parameters
    ----------
    objects : ndarray of bool, shape (height, width)
    radius : float
        Half of the width from which on; that of two chromosomes side by side where left out.
    """
    wide = np.zeros_like(objects)
    numbered, _ = ndimage.label(objects, np.ones((3, 3)))
    for number, place in enumerate(ndimage.find_objects(numbered), start=1):
        if min(one.stop - one.start for one in place) <= radius:
            continue
        # With room around it to grow.
        room = math.ceil(radius) + 4
        here = tuple(slice(max(0, one.start - room), one.stop + room) for one in place)
        inner = ndimage.distance_transform_edt(numbered[here] == number) > radius
        if inner.any():
            wide[here] |= ndimage.distance_transform_edt(~inner) < radius + 4
    return wide


def _width(density: NDArray[np.float32]) -> float:
    soft = ndimage.gaussian_filter(density, 1.0)
    width = middle_width(ndimage.binary_fill_holes(soft > _threshold(soft)))
    if width is None:
        raise ReadError(
            "nothing in this picture stands out from its background.",
            "Choose the photograph of a metaphase spread.",
        )
    return width


def middle_width(objects: NDArray[np.bool_]) -> float | None:
    """Return the usual width of objects, in pixels: the median along their middle lines.

    Parameters
    ----------
    objects : ndarray of bool, shape (height, width)

    Returns
    -------
    float or None
        None where there is hardly anything.
    """
    distance = ndimage.distance_transform_edt(objects)
    along = distance[skeletonize(objects)]
    along = along[along > 1.0]
    return 2.0 * float(np.median(along)) if along.size >= _LEAST_LINE else None
