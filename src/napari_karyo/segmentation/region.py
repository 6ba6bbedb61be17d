"""A part of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Outline


@dataclass(frozen=True, eq=False)
class Region:
    """A part of a picture, such as one chromosome.

    Attributes
    ----------
    mask : ndarray of bool, shape (height, width)
    top, left : int
        Where the mask's first pixel lies in the picture.
    """

    mask: NDArray[np.bool_]
    top: int
    left: int

    @property
    def place(self) -> tuple[slice, slice]:
        """The part of the picture that the mask covers."""
        height, width = self.mask.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)

    @staticmethod
    def cut(mask: NDArray[np.bool_]) -> Region | None:
        """Return the region of a mask as large as the picture, None where it is empty."""
        found = ndimage.find_objects(mask.astype(np.uint8))
        if not found or found[0] is None:
            return None
        rows, columns = found[0]
        return Region(mask[rows, columns].copy(), rows.start, columns.start)

    def within(self, top: int, left: int, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """Return the mask as a window of the picture shows it.

        Parameters
        ----------
        top, left : int
            Of the window, which covers all of the mask.
        shape : tuple of int
            Its height and width.
        """
        window = np.zeros(shape, np.bool_)
        rows, columns = self.place
        window[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = (
            self.mask
        )
        return window

    def grown(self, by: int, shape: tuple[int, ...]) -> Region:
        """Return the region with what lies around it.

        Parameters
        ----------
        by : int
            Pixels.
        shape : tuple of int
            Height and width of the picture.
        """
        rows, columns = self.place
        top, left = max(0, rows.start - by), max(0, columns.start - by)
        bottom, right = min(shape[0], rows.stop + by), min(shape[1], columns.stop + by)
        mask = self.within(top, left, (bottom - top, right - left))
        return Region(np.asarray(ndimage.binary_dilation(mask, iterations=by)), top, left)


def hull_of(places: Sequence[tuple[slice, slice]]) -> tuple[slice, slice]:
    """Return the smallest place that covers some."""
    rows, columns = (
        slice(min(place[axis].start for place in places), max(place[axis].stop for place in places))
        for axis in (0, 1)
    )
    return rows, columns


def shared_pixels(one: Region | Outline, other: Region | Outline) -> int:
    """Return how many pixels two parts of a picture share."""
    top, left = max(one.top, other.top), max(one.left, other.left)
    bottom = min(one.top + one.mask.shape[0], other.top + other.mask.shape[0])
    right = min(one.left + one.mask.shape[1], other.left + other.mask.shape[1])
    if top >= bottom or left >= right:
        return 0
    first, second = (
        part.mask[top - part.top : bottom - part.top, left - part.left : right - part.left]
        for part in (one, other)
    )
    return int(np.count_nonzero(first & second))
