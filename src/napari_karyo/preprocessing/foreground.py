"""Which pixels of a crop are the chromosome."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.measure import label

from napari_karyo.cell import Polarity
from napari_karyo.errors import PreprocessingError

#: Fewer pixels than this show no bands, whatever they are.
MIN_PIXELS = 12

#: A threshold at this share of Otsu's keeps the pale ends and bands of a chromosome,
#: which Otsu's own threshold cuts off.
OTSU_SHARE = 0.55


def bright_on_black(
    image: NDArray[Any], polarity: Polarity, white: float = 255.0
) -> NDArray[np.float32]:
    """Return a crop as bright chromosome on black, 0 to 1.

    Q-bright bands are G-dark bands, so that after this step both stains show the
    same band pattern.

    Parameters
    ----------
    image : ndarray, shape (height, width)
        Grey values as photographed.
    polarity : Polarity
        How the stain shows.
    white : float
        The grey value of white, `Cell.white`.

    Returns
    -------
    ndarray, shape (height, width), float32
    """
    scaled = np.asarray(image, np.float32) / np.float32(white)
    if polarity is Polarity.DARK:
        scaled = 1.0 - scaled
    return np.clip(scaled, 0.0, 1.0)


def foreground(bright: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Find the chromosome: the largest bright object, with its holes filled.

    Parameters
    ----------
    bright : ndarray, shape (height, width), float32
        Bright chromosome on black, 0 to 1.

    Returns
    -------
    ndarray of bool, shape (height, width)

    Raises
    ------
    PreprocessingError
        Where nothing stands out from the background.
    """
    border = np.concatenate([bright[0], bright[-1], bright[:, 0], bright[:, -1]])
    # A crop cut tight has the chromosome on its border, so the background is the
    # border's dark side and not its mean.
    background = float(np.quantile(border, 0.2))
    lifted = np.clip(bright - background, 0.0, None)
    inside = lifted[lifted > 0.02]
    if inside.size < MIN_PIXELS or float(np.ptp(lifted)) < 0.02:
        raise PreprocessingError(
            "no chromosome stands out from the background.",
            "Check that the crop is not empty and that the stain (bright or dark) is right.",
        )
    level = max(0.02, OTSU_SHARE * float(threshold_otsu(lifted)))
    objects = label(lifted > level, connectivity=2)
    sizes = np.bincount(objects.ravel())
    sizes[0] = 0
    mask = ndimage.binary_fill_holes(objects == int(sizes.argmax()))
    if int(mask.sum()) < MIN_PIXELS:
        raise PreprocessingError(
            f"the largest object has only {int(mask.sum())} pixels.",
            "Cut the chromosome again at a higher magnification.",
        )
    return np.asarray(mask, np.bool_)
