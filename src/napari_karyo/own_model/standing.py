"""A crop turned as a person left it, without a single pixel drawn anew."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Polarity
from napari_karyo.preprocessing.foreground import bright_on_black, foreground
from napari_karyo.preprocessing.upright import principal_angle


def standing(
    image: NDArray[Any], polarity: Polarity, white: float, *, turned: bool, angle: float
) -> NDArray[Any]:
    """Return a crop turned by quarters until its chromosome stands as on the page.

    What is left of its lean, half of a quarter at most, is taken out when the network's input
    is drawn, as it was when the cell was classified: so a crop is resampled once.

    Parameters
    ----------
    image : ndarray, shape (height, width)
        Grey values as photographed.
    polarity : Polarity
    white : float
        The grey value of white in its cell.
    turned : bool
        Whether the page shows it top to bottom.
    angle : float
        By how many degrees, clockwise, a person rotated it on the page. Of a long chromosome
        only its way up is taken from that, for the network is shown all of them upright; of
        one that is as wide as long the nearest quarter.

    Raises
    ------
    PreprocessingError
        Where no chromosome stands out.
    """
    mask = foreground(bright_on_black(image, polarity, white))
    lean = principal_angle(mask)
    quarters = round(lean / (math.pi / 2))
    if lean == 0 and principal_angle(np.rot90(mask)) == 0:
        # As wide as long: nothing but the person says where its arms are.
        quarters = round(angle / 90)
    elif math.cos(math.radians(angle)) < 0:
        quarters += 2
    # Clockwise.
    return np.ascontiguousarray(np.rot90(image, -(quarters + 2 * turned)))
