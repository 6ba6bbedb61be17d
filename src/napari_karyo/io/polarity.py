"""Whether a cell's chromosomes are bright on black or dark on white."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Polarity


def find_polarity(images: Iterable[NDArray[Any]]) -> Polarity:
    """Find a cell's stain polarity from its crops.

    The corners of a crop are background, even of one cut tight around a chromosome;
    each crop votes whether they are darker or brighter than the grey range's middle,
    with as much weight as they stand out from it.

    Parameters
    ----------
    images : iterable of ndarray, shape (height, width)
        Grey values as photographed, all of one cell.

    Returns
    -------
    Polarity
        `Polarity.DARK` where there is no image at all.
    """
    vote = 0.0
    for image in images:
        low, high = (float(value) for value in np.quantile(image, (0.01, 0.99)))
        if high - low < 2:
            continue
        edge = max(1, min(image.shape) // 8)
        corners = np.concatenate(
            [
                image[rows, columns].ravel()
                for rows in (slice(None, edge), slice(-edge, None))
                for columns in (slice(None, edge), slice(-edge, None))
            ]
        )
        vote += float(np.clip((np.median(corners) - low) / (high - low), 0, 1)) - 0.5
    return Polarity.BRIGHT if vote < 0 else Polarity.DARK
