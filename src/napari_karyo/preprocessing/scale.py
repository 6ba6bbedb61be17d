"""The scale of a cell, judged by what its chromosomes are.

The length factor from the lengths alone (`preprocessing.length`) is right for a whole
cell. Where crops are missing, pieces are among them or chromosomes lie merged, the
reference length is another, and all crops come too large or too small. Once classes
are known, from labels or from a first pass of the network, every chromosome tells the
scale: by its length over the usual length of its class.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from napari_karyo.band_profiles.profiles import load_profile
from napari_karyo.cell import Polarity
from napari_karyo.classes import AUTOSOMES, CLASS_INDEX, CLASSES
from napari_karyo.preprocessing.length import length_factor
from napari_karyo.preprocessing.prepare import InputSettings

#: With fewer crops than this a cell is not whole, and its longest may not be among them.
WHOLE = 35


@cache
def usual_lengths(polarity: Polarity) -> NDArray[np.float64]:
    """Return each class's mean length over the mean autosome's of the same cell.

    Parameters
    ----------
    polarity : Polarity
        The stain whose averages are taken.

    Returns
    -------
    ndarray, shape (24,)
        In the order of `CLASSES`; read-only.
    """
    profiles = load_profile(polarity).classes
    lengths = np.array([profiles[name].length for name in CLASSES])
    lengths.flags.writeable = False
    return lengths


def factor_of_classes(
    lengths: Sequence[float],
    classes: NDArray[np.integer],
    weights: NDArray[np.floating],
    polarity: Polarity,
    settings: InputSettings,
) -> float:
    """Return the factor that a whole cell of this scale has on average.

    Parameters
    ----------
    lengths : sequence of float, length N
        Medial-axis lengths, in pixels of the crops.
    classes : ndarray of int, shape (N,)
        What each is, as an index of `CLASSES`.
    weights : ndarray, shape (N,)
        How much each is believed, 0 or more, not all 0.
    polarity : Polarity
        Of the stain.
    settings : InputSettings
        The network's.

    Returns
    -------
    float
        Pixels of input per pixel of crop.
    """
    usual = usual_lengths(polarity)
    ratios = np.asarray(lengths, np.float64) / usual[classes]
    # The median: one that is cut in two or called wrong has no say for the others.
    autosome = weighted_median(ratios, np.asarray(weights, np.float64))
    return rows_of_autosome(polarity, settings) / autosome


def rows_of_autosome(polarity: Polarity, settings: InputSettings) -> float:
    """Return how many rows of the input the mean autosome of a whole cell fills."""
    usual = usual_lengths(polarity)
    whole = [float(usual[CLASS_INDEX[name]]) for name in (*AUTOSOMES, "X") for _ in range(2)]
    return length_factor(whole, settings.target_rows, settings.quantile)


def weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the median of some values, each with a weight of 0 or more, not all 0."""
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    # Where the half falls between two of them, both count, as in any median.
    middle = [np.searchsorted(below, below[-1] / 2, side=side) for side in ("left", "right")]
    return float(values[order][middle].mean())


def same_factor(one: float, other: float, ratio: float) -> bool:
    """Tell whether two length factors are nearer to each other than a ratio, 1 or more."""
    return abs(math.log(one / other)) < math.log(ratio)
