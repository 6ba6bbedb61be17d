"""A picture as a file holds it, before it is known what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: What the samples of a colour picture are called.
COLOURS = ("red", "green", "blue")


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture of an image file, as decoded.

    Attributes
    ----------
    name : str
        The file's name, with ``[page]`` for each page of a stack.
    path : Path
        The file.
    planes : ndarray, shape (planes, height, width)
        Grey values of each channel, of any real type; a grey picture has one plane.
    names : tuple of str, one for each plane
        What the file calls its channels; ``""`` where it says nothing.
    colour : bool
        Whether the planes are red, green and blue.
    mask : ndarray of bool, shape (height, width), or None
        Transparent places.
    focus : bool
        Whether the file calls its pictures planes of focus of one.
    lossy : bool
        Whether the file's compression changes grey values, as JPEG does.
    reduced : int
        How many smaller copies of this picture the file holds besides.
    """

    name: str
    path: Path
    planes: NDArray[Any]
    names: tuple[str, ...] = ("",)
    colour: bool = False
    mask: NDArray[np.bool_] | None = None
    focus: bool = False
    lossy: bool = False
    reduced: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = self.planes.shape[-2:]
        return int(height), int(width)


@dataclass(frozen=True, eq=False)
class Grey:
    """A picture of which one channel was taken.

    Attributes
    ----------
    name, path, focus, lossy
        As in `Picture`.
    values : ndarray, shape (height, width)
        Of any real type until the cell's range of greys is known, then uint8 or uint16.
    mask : ndarray of bool, shape (height, width), or None
        Transparent places.
    """

    name: str
    path: Path
    values: NDArray[Any]
    mask: NDArray[np.bool_] | None = None
    focus: bool = False
    lossy: bool = False


def is_ramp(table: NDArray[Any], white: float = 255) -> bool:
    """Tell whether a table of colours is a ramp that paints greys in false colours.

    Parameters
    ----------
    table : ndarray, shape (colours, 3)
    white : float
        The largest value in it.
    """
    table = np.asarray(table, np.float64) / white
    if len(table) < 16 or float(np.abs(table - table[:, :1]).max()) < 0.02:
        return False
    return float(np.abs(np.diff(table, axis=0)).max()) < 0.15
