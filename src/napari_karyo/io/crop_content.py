"""What of a picture is not paper: where it lies, how large it is, how it compares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from napari_karyo.io.picture import Grey

#: Shares of the content's pixels whose greys are compared before the pixels are.
_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

#: Nearer to the paper than this, as a share of the range of greys, a pixel is empty.
EMPTY = 0.1

#: Farther from the paper than this a pixel is the object's, whatever compression left.
_OBJECT = 0.3


class CropContent:
    """A crop's content.

    Parameters
    ----------
    grey : Grey
        As integers.

    Attributes
    ----------
    grey : Grey
    shape : tuple of int
        Height and width of the picture.
    values : ndarray, shape (height, width), float32
        By how much of its range of greys each pixel differs from the paper, -1 to 1.
    extent : tuple of int
        Height and width of the object, in pixels.
    pixels : int
        That are not empty.
    quantiles : ndarray
        Of the greys of these.
    """

    def __init__(self, grey: Grey) -> None:
        self.grey = grey
        height, width = grey.values.shape
        self.shape = (int(height), int(width))
        values = grey.values.astype(np.float32)
        if grey.mask is not None:
            # Cut out: what is transparent is paper, at the end that the outline is nearer to.
            opaque = values[~grey.mask]
            values[grey.mask] = float(opaque.max()) + 1
        paper = float(np.median(border(values)))
        values -= paper
        spread = max(float(values.max()), -float(values.min())) or 1.0
        values /= spread
        self.values = values
        apart = np.abs(values)
        seen = apart > EMPTY
        self.pixels = int(np.count_nonzero(seen))
        objects = apart > _OBJECT
        rows, columns = np.flatnonzero(objects.any(axis=1)), np.flatnonzero(objects.any(axis=0))
        self.extent = (int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1) if len(rows) else (0, 0)
        greys = np.sort(values[seen])
        at = [int(share * (len(greys) - 1)) for share in _SHARES]
        self.quantiles = greys[at] if len(greys) else np.zeros(len(at), np.float32)


def border(values: NDArray[Any]) -> NDArray[Any]:
    """Return the pixels of a picture's four edges."""
    return np.concatenate([values[0], values[-1], values[1:-1, 0], values[1:-1, -1]])


def correlation(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Return the correlation of two arrays of one shape; 0 where one is constant."""
    a = np.asarray(one, np.float64).ravel()
    b = np.asarray(other, np.float64).ravel()
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else 0.0


def likeness(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Return the correlation of two contents of one shape, where either is not empty.

    On a large common canvas all pictures are alike in what is empty.
    """
    seen = (np.abs(one) > EMPTY) | (np.abs(other) > EMPTY)
    return correlation(one[seen], other[seen]) if seen.sum() > 9 else 0.0


def turned(values: NDArray[Any]) -> list[NDArray[Any]]:
    """Return a picture in its eight positions."""
    return [np.rot90(side, quarter) for side in (values, values[:, ::-1]) for quarter in range(4)]


def resized(values: NDArray[Any], shape: Sequence[int]) -> NDArray[np.float32]:
    """Return a picture made smaller, each pixel the mean of those that it covers.

    Parameters
    ----------
    values : ndarray, shape (height, width)
    shape : sequence of int
        The new height and width.
    """
    picture = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(picture.resize((int(shape[1]), int(shape[0])), Image.Resampling.BOX))
