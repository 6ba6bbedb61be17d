"""How a simulated spread is photographed: uneven light, lens, camera."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Polarity
from napari_karyo.segmentation.ground import resized
from napari_karyo.segmentation.region import Region

#: Stain of 1 lets so much light through, as the exponent of e.
_DARKNESS: Final = 1.35
#: Film and camera answer less and less to more stain.
_CURVE: Final = 0.9
#: Grey of the paper, of the dark, and of the brightest place of a bright stain.
_PAPER, _DARK, _BRIGHTEST = 0.88, 0.05, 0.93
#: No pixel leaves these greys: nothing is clipped.
_GREYS: Final = (2.0, 253.0)

#: Where an object lies, and how much stain there is at each of its pixels.
Stained = tuple[Region, NDArray[np.float32]]


def photograph(
    shape: tuple[int, int],
    stained: Sequence[Stained],
    polarity: Polarity,
    width: float,
    rng: np.random.Generator,
    *,
    uneven: float = 1.0,
    blur: float = 1.0,
    noise: float = 1.0,
) -> NDArray[np.uint8]:
    """Photograph what lies in a spread.

    Parameters
    ----------
    shape : tuple of int
        Height and width of the photograph.
    stained : sequence of (Region, ndarray)
        Stain of 1 is that of a chromosome's bands. Where objects cross, a dark stain
        holds back light one after the other, and of a bright one both send out light.
    polarity : Polarity
    width : float
        Of a chromosome, in pixels.
    rng : Generator
    uneven, blur, noise : float
        Factors on how uneven the light is, on the blur of the lens, and on the noise of the
        camera; 0 for none.
    """
    dark = polarity is Polarity.DARK
    seen = np.zeros(shape, np.float32)
    for region, stain in stained:
        # Light that is held back by a stain multiplies: its exponents add, as light does.
        seen[region.place] += np.maximum(stain, 0.0) ** _CURVE * _DARKNESS if dark else stain
    if dark:
        seen = np.exp(-seen)
    if blur:
        seen = ndimage.gaussian_filter(seen, blur * min(0.045 * width, 2.5), truncate=3.0)
    light = 1 + uneven * _uneven(shape, rng)
    if dark:
        grey = _PAPER * seen * light
    else:
        ground = _DARK + 0.03 * np.maximum(light, 0.0)
        exposure = (_BRIGHTEST - float(ground.max())) / max(float(seen.max()), 0.5)
        grey = ground + exposure * seen * (1 + 0.4 * (light - 1))
    # Few photons make little noise, the camera itself makes some everywhere.
    deviation = noise * np.sqrt(0.003**2 + 0.008**2 * np.maximum(grey, 0.0))
    grey = grey + deviation * rng.standard_normal(shape, np.float32)
    return np.rint(np.clip(255 * grey, *_GREYS)).astype(np.uint8)


def _uneven(shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return how much brighter than the mean the light is at each pixel, as a share."""
    down, right = (np.linspace(-1, 1, side, dtype=np.float32) for side in shape)
    down, right = down[:, None], right[None, :]
    slope = rng.uniform(-0.05, 0.05, 2)
    middle = rng.uniform(-0.3, 0.3, 2)
    away = (down - middle[0]) ** 2 + (right - middle[1]) ** 2
    lamp = slope[0] * down + slope[1] * right + rng.uniform(0.02, 0.05) * (0.7 - away)
    cloud = ndimage.gaussian_filter(rng.standard_normal((24, 24)), 1.5, mode="wrap")
    cloud *= 0.012 / max(float(cloud.std()), 1e-6)
    return np.asarray(np.clip(lamp + _smooth(cloud, shape), -0.3, 0.08), np.float32)


def _smooth(coarse: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return a coarse pattern made as large as the photograph, without facets."""
    middling = ndimage.zoom(coarse, 8, order=3)
    return resized(middling, shape)
