"""The average chromosome of a class, drawn from the band profiles that are shipped.

It is drawn by what draws simulated chromosomes (`napari_karyo.simulation.draw`), straight,
without grain or noise and with nothing left to chance.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from napari_karyo.band_profiles.profiles import ROWS, ClassProfile, load_profile
from napari_karyo.cell import Polarity
from napari_karyo.simulation.draw import Look, draw

#: What is smaller than this many pixels is drawn twice as large, then made smaller, for a
#: smooth outline.
_SMALL: Final = 160
#: How far bands are set off from what lies around them, and what that is, in pixels of a crop.
_SHARPNESS: Final = 0.8
_AROUND: Final = 2.6


class _Still(np.random.Generator):
    """A generator that always draws the mean: no chromosome strays from its class."""

    def __init__(self) -> None:
        super().__init__(np.random.PCG64(0))

    def standard_normal(self, size: Any = None, *_: Any, **__: Any) -> Any:
        """Return zeros."""
        return 0.0 if size is None else np.zeros(size)

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:  # noqa: ARG002
        """Return the mean."""
        return loc if size is None else np.full(size, loc, np.float64)

    def random(self, size: Any = None, *_: Any, **__: Any) -> Any:
        """Return zeros."""
        return 0.0 if size is None else np.zeros(size)


@lru_cache(maxsize=128)
def average_picture(name: str, stain: str | Polarity, height: int) -> NDArray[np.float32]:
    """Draw the average chromosome of a class, p arm up.

    Parameters
    ----------
    name : str
        A member of `CLASSES`.
    stain : {"G", "Q"} or Polarity
        Whose averages are taken.
    height : int
        Pixels from end to end.

    Returns
    -------
    ndarray, shape (height, width), float32, read-only
        Bright on black whatever the stain, about 1 at the peak, 0 outside. The width
        follows from the mean outline.
    """
    profiles = load_profile(stain)
    profile = profiles.classes[name]
    profile = _sharper(profile, profiles.length)
    fine = 2 if height < _SMALL else 1
    scale = max(1, height) * fine / profile.length
    look = Look(
        scale=scale,
        width=scale / profiles.length,
        sharpness=0.0,
        contrast=1.0,
        seam=0.0,
        grain=0.0,
        grain_size=1.0,
        split=0.0,
        blur=0.6,
        noise=0.0,
        tilt=0.0,
        bend=0.0,
        strong=0.0,
    )
    large = draw(profile, look, _Still())
    # As measured on a crop: its peak is the grey that all but the brightest stay below.
    large = np.clip(large / np.quantile(large[large > 0.03], 0.98), 0.0, 1.1).astype(np.float32)
    rows, columns = np.nonzero(large > 0.03)
    box = large[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    width = max(1, round(box.shape[1] / fine))
    small = Image.fromarray(box).resize((width, max(1, height)), Image.Resampling.BOX)
    picture = np.asarray(small, np.float32).copy()
    picture.flags.writeable = False
    return picture


def _sharper(profile: ClassProfile, autosome: float) -> ClassProfile:
    """Return a profile with its bands set off as far as on a single chromosome.

    What sharpens simulated chromosomes goes by the pixels they are drawn in; here they are
    drawn larger than life, and it is to be the same at every size.
    """
    along = profile.length * autosome / ROWS
    # Only along the axis: across it, the rim would be set off and the bands burn out there.
    around = ndimage.gaussian_filter1d(profile.texture, _AROUND / along, axis=0, mode="nearest")
    texture = profile.texture + _SHARPNESS * (profile.texture - around)
    return replace(profile, texture=np.clip(texture, 0.05, None).astype(np.float32))


def average_width(name: str, stain: str | Polarity, height: float) -> float:
    """Return about how wide the average chromosome of a height is, in pixels."""
    profiles = load_profile(stain)
    profile = profiles.classes[name]
    return 2.0 * float(profile.half_width.max()) * height / (profile.length * profiles.length)
