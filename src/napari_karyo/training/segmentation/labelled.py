"""Spreads of which it is known where each chromosome lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.segmentation.ground import Field

#: Pixels of the field by which the core of a chromosome lies within its outline: the cores
#: of two that touch are twice as far apart.
MARGIN: Final = 2.2

#: Over so many pixels of the field the direction of a chromosome is that of its outline.
_ALONG: Final = 5.0

#: The channels of a target, in order; those of the network come first.
CHANNELS: Final = ("chromosome", "core", "crossing", "other", "cosine", "sine")
#: Whether the first and the fourth, and whether the others, are known at a pixel.
KNOWN: Final = ("outline_known", "rest_known")


@dataclass(frozen=True, eq=False)
class Instance:
    """One chromosome in a field.

    Attributes
    ----------
    mask : ndarray of bool, shape (height, width)
    top, left : int
        Where the mask's first pixel lies in the field.
    """

    mask: NDArray[np.bool_]
    top: int
    left: int

    @property
    def place(self) -> tuple[slice, slice]:
        """The part of the field that the mask covers."""
        height, width = self.mask.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)

    @staticmethod
    def cut(mask: NDArray[np.bool_]) -> Instance | None:
        """Return the instance of a mask as large as the field, None where it is empty."""
        found = ndimage.find_objects(mask.astype(np.uint8))
        if not found or found[0] is None:
            return None
        rows, columns = found[0]
        return Instance(mask[rows, columns].copy(), rows.start, columns.start)


@dataclass(frozen=True, eq=False)
class LabelledSpread:
    """A spread and its chromosomes.

    Attributes
    ----------
    name, split : str
        `split` is ``train``, ``val`` or ``test``.
    field : Field
    instances : list of Instance
    other : ndarray of bool, shape (height, width)
        What is stained and no chromosome: nuclei, dirt.
    unknown : ndarray of bool, shape (height, width)
        Chromosomes that nobody told apart.
    boxes : ndarray, shape (N, 4)
        Left, top, right and bottom of each chromosome in the photograph, where only these
        are known.
    classes : list of str
        Of each box, or of each instance; empty where none is known.
    """

    name: str
    split: str
    field: Field
    instances: list[Instance]
    other: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    boxes: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 4)))
    classes: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Instance]:
        return iter(self.instances)


def make_target(spread: LabelledSpread) -> NDArray[np.int8]:
    """Return what the network is to say of a spread.

    Returns
    -------
    ndarray, shape (8, height, width), int8
        `CHANNELS`, then `KNOWN`, times 100. The direction is that of a chromosome's axis,
        as cosine and sine of twice its angle to the columns; 0 at crossings.
    """
    shape = spread.field.values.shape
    count = np.zeros(shape, np.int16)
    core = np.zeros(shape, np.bool_)
    cosine, sine = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for one in spread:
        count[one.place] += one.mask
        padded = np.pad(one.mask, 1)
        core[one.place] |= ndimage.distance_transform_edt(padded)[1:-1, 1:-1] > MARGIN
        along = direction(one.mask)
        cosine[one.place] += np.where(one.mask, along[0], 0.0)
        sine[one.place] += np.where(one.mask, along[1], 0.0)
    crossing = count > 1
    chromosome = (count > 0) | spread.unknown
    for part in (cosine, sine):
        part[count != 1] = 0.0
    near = ndimage.binary_dilation(spread.unknown, iterations=2)
    rest_known = ~near
    channels = (chromosome, core, crossing, spread.other & ~chromosome, cosine, sine)
    known = (np.ones(shape, np.bool_), rest_known)
    return np.stack(
        [np.rint(100.0 * np.asarray(one)).astype(np.int8) for one in (*channels, *known)]
    )


def direction(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the direction of a chromosome's axis at each of its pixels.

    Parameters
    ----------
    mask : ndarray of bool, shape (height, width)

    Returns
    -------
    ndarray, shape (2, height, width), float32
        Cosine and sine of twice the angle to the columns, of length 1.
    """
    edge = int(3 * _ALONG)
    soft = ndimage.gaussian_filter(np.pad(mask, edge).astype(np.float32), 1.5)
    down, right = np.gradient(soft)
    # Across the axis the outline is steep; along it, it is not.
    cosine = ndimage.gaussian_filter(down**2 - right**2, _ALONG)
    sine = -ndimage.gaussian_filter(2 * down * right, _ALONG)
    length = np.maximum(np.hypot(cosine, sine), 1e-9)
    inner = (slice(edge, -edge), slice(edge, -edge))
    return np.stack([(cosine / length)[inner], (sine / length)[inner]]).astype(np.float32)
