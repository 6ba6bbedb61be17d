"""A chromosome's crop, cut out of the photograph by its outline."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Outline, Polarity, Spread
from napari_karyo.segmentation.canvas import Patch, bounds, on_canvas
from napari_karyo.segmentation.ground import flatten, measure_width

#: Of a chromosome's usual width: the paper around it in its crop.
_MARGIN: Final = 0.25


def margin_of(width: float) -> int:
    """Return the paper around each chromosome in its crop, in pixels.

    Parameters
    ----------
    width : float
        Usual width of a chromosome of the spread, in pixels.
    """
    return max(2, round(_MARGIN * width))


def crop_box(outline: Outline, margin: int, shape: tuple[int, ...]) -> Patch:
    """Return the part of a photograph that a crop shows."""
    top, left, bottom, right = bounds([outline], margin)
    return Patch(max(0, top), max(0, left), min(shape[0], bottom), min(shape[1], right))


def cut_crop(
    density: NDArray[np.float32],
    outlines: Iterable[Outline],
    outline: Outline,
    polarity: Polarity,
    margin: int,
) -> NDArray[np.uint8]:
    """Return the crop of an outline, its neighbours removed.

    Parameters
    ----------
    density : ndarray, shape (height, width), float32
        The photograph on an even background: see `napari_karyo.segmentation.ground.flatten`.
    outlines : iterable of Outline
        Of all that is there; its own may be among them.
    outline : Outline
    polarity : Polarity
    margin : int
        Pixels around it: see `margin_of`.

    Returns
    -------
    ndarray, shape (height, width), uint8
        On white of a dark stain, on black of a bright one.
    """
    box = crop_box(outline, margin, density.shape)
    inner = on_canvas(outline, box)
    taken = np.zeros_like(inner)
    for one in outlines:
        taken |= on_canvas(one, box)
    near = ndimage.binary_dilation(inner, iterations=max(1, margin // 2))
    seen = density[box.top : box.bottom, box.left : box.right]
    own = np.where(inner | (near & ~taken), seen, 0.0)
    grey = own if polarity is Polarity.BRIGHT else 1.0 - own
    return np.rint(255 * grey).astype(np.uint8)


@lru_cache(maxsize=2)
def flat_spread(spread: Spread) -> tuple[NDArray[np.float32], int]:
    """Return a photograph on an even background, and the margin of its crops.

    They are computed once, while the spread is worked on.

    Raises
    ------
    ReadError
        Where nothing stands out from the background.
    """
    density = flatten(spread.image, spread.polarity)
    density.flags.writeable = False
    return density, margin_of(measure_width(density))
