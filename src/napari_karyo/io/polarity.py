"""Whether a cell's chromosomes are bright on black or dark on white."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Polarity


def find_polarity(images: Iterable[NDArray[Any]]) -> Polarity:
    """Find a cell's stain polarity from its crops.

    The corners of a crop are background, even of one cut tight around a chromosome;
    each crop votes whether they are darker or brighter than the grey range's middle,
    with as much weight as they stand out from it. A crop with transparent places shows
    no background: its outline, darker or brighter than its inside, votes instead.

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
        seen = image.compressed() if isinstance(image, np.ma.MaskedArray) else image
        low, high = (float(value) for value in np.quantile(seen, (0.01, 0.99)))
        if high - low < 2:
            continue
        if np.ma.isMaskedArray(image):
            vote += _outline(image) / (high - low)
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


def _outline(image: np.ma.MaskedArray[Any, Any]) -> float:
    """Return how much brighter the outline of a cut-out is than its inside."""
    opaque = ~np.ma.getmaskarray(image)
    inside = ndimage.binary_erosion(opaque, iterations=2, border_value=0)
    rim = opaque & ~ndimage.binary_erosion(opaque, border_value=0)
    if not inside.any() or not rim.any():
        return 0.0
    values = np.asarray(image.data, np.float64)
    return float(np.median(values[rim]) - np.median(values[inside]))


def on_paper(image: NDArray[Any], polarity: Polarity) -> NDArray[Any]:
    """Lay a picture with transparent places on the background of its stain."""
    if not isinstance(image, np.ma.MaskedArray):
        return image
    paper = image.compressed().max() if polarity is Polarity.DARK else 0
    if polarity is Polarity.DARK and image.dtype == np.uint8:
        paper = 255
    return np.ascontiguousarray(image.filled(paper))
