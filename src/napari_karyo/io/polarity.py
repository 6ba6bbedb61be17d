"""Whether chromosomes are bright on black or dark on white, in crops and in a spread."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Polarity, camera_white
from napari_karyo.io.crop_content import resized

#: The photograph of a spread is looked at in so many pixels on the longer side.
_GRID: Final = 96


def find_polarity(images: Iterable[NDArray[Any]]) -> Polarity:
    """Find a cell's stain polarity from its crops.

    The corners of a crop are background, even of one cut tight around a chromosome;
    each crop votes whether they are darker or brighter than the grey range's middle,
    with as much weight as they stand out from it. A crop with transparent places shows
    no background: its outline, darker or brighter than the rest, votes instead.

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
            vote += _outline(image, low, high)
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


def _outline(image: np.ma.MaskedArray[Any, Any], low: float, high: float) -> float:
    """Return a cut-out's vote: above zero where its outline is brighter than the rest."""
    opaque = ~np.ma.getmaskarray(image)
    inside = ndimage.binary_erosion(opaque, border_value=0)
    deeper = ndimage.binary_erosion(inside, border_value=0)
    rim, next_to_it = opaque & ~inside, inside & ~deeper
    if not next_to_it.any():
        return 0.0
    values = np.asarray(image.data, np.float64)
    # Cut with a margin, the outline is paper: it lies at one end of the greys.
    end = float(np.clip((np.median(values[rim]) - low) / (high - low), 0, 1)) - 0.5
    # Cut close, it lies anywhere between them, but on the slope from the chromosome to
    # the paper. Means, because the bands along the outline are on both sides of the step.
    step = float(values[rim].mean() - values[next_to_it].mean()) / (high - low)
    return end + 4 * step


def find_spread_polarity(image: NDArray[Any]) -> Polarity:
    """Find how the stain shows in the photograph of a spread.

    Chromosomes cover the smaller part of it: they are the longer tail of the greys.

    Parameters
    ----------
    image : ndarray, shape (height, width)
    """
    factor = min(1.0, _GRID / max(image.shape))
    small = resized(image, [max(4, round(side * factor)) for side in image.shape])
    rest = small - ndimage.median_filter(small, size=max(3, max(small.shape) // 3))
    # Of their third powers, so that a few chromosomes on an empty ground are enough.
    return Polarity.BRIGHT if float(np.mean(rest**3)) > 0 else Polarity.DARK


def on_paper(image: NDArray[Any], polarity: Polarity, white: float | None = None) -> NDArray[Any]:
    """Lay a picture with transparent places on the background of its stain.

    Parameters
    ----------
    image : ndarray, shape (height, width), uint8 or uint16
        Returned as it is where it is no masked array.
    polarity : Polarity
    white : float, optional
        Of the 16-bit pictures of the cell, see `camera_white`; found from this picture
        alone where left out.
    """
    if not isinstance(image, np.ma.MaskedArray):
        return image
    if polarity is Polarity.BRIGHT:
        paper = 0.0
    elif image.dtype == np.uint8:
        paper = 255.0
    else:
        paper = camera_white([image.compressed()]) if white is None else white
    return np.ascontiguousarray(image.filled(int(paper)))
