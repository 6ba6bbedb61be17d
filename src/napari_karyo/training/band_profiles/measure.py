"""One real crop, straightened and put on axes that all crops of a class share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.band_profiles.profiles import COLUMNS, REACH, ROWS
from napari_karyo.cell import Cell
from napari_karyo.errors import PreprocessingError
from napari_karyo.preprocessing.foreground import bright_on_black
from napari_karyo.preprocessing.straighten import straighten
from napari_karyo.preprocessing.upright import MARGIN, Upright, sample, upright

#: A crop whose outline fills its own length times width by less than this is folded
#: or holds a neighbour.
_LEAST_FILL = 0.75


@dataclass(frozen=True, eq=False)
class Measured:
    """What one crop says of its class.

    Attributes
    ----------
    label : str
        Its class.
    texture : ndarray, shape (ROWS, 2 * COLUMNS), float32
        Grey along and across the axis, bright on black, 1 at the crop's own peak.
        Across, the outline lies at one and minus one of the columns' range of `REACH`.
    half_width : ndarray, shape (ROWS,), float32
        From the axis to the outline, in pixels of the crop.
    length : float
        Of the medial axis, in pixels of the crop.
    peak : float
        The grey of the bright bands, 0 to 1.
    """

    label: str
    texture: NDArray[np.float32]
    half_width: NDArray[np.float32]
    length: float
    peak: float


def across() -> NDArray[np.float64]:
    """Return the distance from the axis of each column, 1 at the outline."""
    columns = np.arange(2 * COLUMNS) + 0.5
    return (columns / COLUMNS - 1.0) * REACH


def measure(bright: NDArray[np.float32], label: str) -> Measured | None:
    """Measure one crop; None where it is folded or holds parts of a neighbour.

    Parameters
    ----------
    bright : ndarray, shape (height, width), float32
        Bright chromosome on black, 0 to 1.
    label : str
        Its class.

    Raises
    ------
    PreprocessingError
        Where no chromosome is found.
    """
    standing = upright(bright)
    straight = straighten(standing)
    centre, half = _outline(straight)
    shape = straight.mask[MARGIN : MARGIN + len(half)]
    fill = standing.mask.sum() / max(2.0 * half.sum(), 1.0)
    if shape.sum() < standing.mask.sum() * _LEAST_FILL or not _LEAST_FILL < fill < 1.3:
        return None
    at = (np.arange(ROWS) + 0.5) / ROWS * straight.length
    rows = np.arange(len(half))
    half_width = np.interp(at, rows, half)
    middle = np.interp(at, rows, centre)
    columns = middle[:, None] + across() * half_width[:, None]
    grid = np.stack([np.broadcast_to(at[:, None] + MARGIN, columns.shape), columns], axis=-1)
    peak = float(np.quantile(standing.image[standing.mask], 0.98))
    texture = sample(straight.image, grid.astype(np.float32)) / max(peak, 1e-3)
    return Measured(label, texture, half_width.astype(np.float32), standing.length, peak)


def _outline(straight: Upright) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the middle and half the width of the outline in each row along the axis.

    Each row is the run of the mask nearest to the axis, smoothed along it: the
    medial axis itself wanders by a pixel, which would wash out the two chromatids.
    """
    count = round(straight.length) + 1
    mask = straight.mask[MARGIN : MARGIN + count]
    width = mask.shape[1]
    columns = np.arange(width)
    middle = (width - 1) / 2
    left = np.full(len(mask), middle)
    right = np.full(len(mask), middle)
    for row, line in enumerate(mask):
        if not line.any():
            continue
        start = int(columns[line][np.abs(columns[line] - middle).argmin()])
        gaps = columns[~line]
        left[row] = max(gaps[gaps < start], default=-1) + 0.5
        right[row] = min(gaps[gaps > start], default=width) - 0.5
    centre = ndimage.gaussian_filter1d((left + right) / 2, 2.0, mode="nearest")
    half = ndimage.gaussian_filter1d((right - left) / 2, 0.7, mode="nearest")
    return centre, np.maximum(half, 0.5)


def measure_cell(cell: Cell, classes: frozenset[str]) -> list[Measured]:
    """Measure the crops of some classes of a labelled cell; unusable ones are left out."""
    found = []
    for chromosome in cell:
        label = chromosome.expected
        if label is None or label not in classes:
            continue
        try:
            one = measure(bright_on_black(chromosome.image, cell.polarity, cell.white), label)
        except PreprocessingError:
            continue
        if one is not None:
            found.append(one)
    return found
