"""The outline of one chromosome in a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


@dataclass(frozen=True, eq=False)
class Instance:
    """The outline of one chromosome in a picture.

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
    def cut(mask: NDArray[np.bool_]) -> Instance | None:
        """Return the instance of a mask as large as the picture, None where it is empty."""
        found = ndimage.find_objects(mask.astype(np.uint8))
        if not found or found[0] is None:
            return None
        rows, columns = found[0]
        return Instance(mask[rows, columns].copy(), rows.start, columns.start)
