"""How like the chromosomes that the network learned from the crops of a cell are.

Five measures of each crop, none of which asks the network how sure it is: a network is sure
of much that it has never seen. `napari_karyo.inference.familiarity` judges by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from skimage.measure import regionprops

from napari_karyo.band_profiles.profiles import ROWS, load_profile
from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASSES
from napari_karyo.inference.result import Classification
from napari_karyo.preprocessing.scale import usual_lengths, weighted_median

#: Greys of the network's input, 0 to 1, above which a pixel is of the chromosome.
INSIDE: Final = 0.02

#: Of the length, at each end, that the comparison of bands leaves out: ends are blurred, and
#: telomeres are dark in one stain and cell and not in the other.
ENDS: Final = 0.04

#: By how much of the length, either way, bands may be shifted.
SHIFTS: Final = (-0.03, -0.015, 0.0, 0.015, 0.03)


@dataclass(frozen=True, eq=False)
class Likeness:
    """How like its class each of N crops is.

    Attributes
    ----------
    strength : ndarray, shape (N,)
        The network's largest logit over that of the cells it was calibrated on; below 0 it
        answers more weakly than there.
    bands : ndarray, shape (N,)
        Correlation of the band profile with that of an average chromosome of the class, -1
        to 1.
    contrast : ndarray, shape (N,)
        Standard deviation of the band profile over its mean.
    length : ndarray, shape (N,)
        Logarithm of the length over the usual one of the class in this cell.
    width : ndarray, shape (N,)
        Logarithm of the width over that of the cell's median crop.
    solidity : ndarray, shape (N,)
        Area over that of the convex hull, straightened as the network sees it.
    """

    strength: NDArray[np.float64]
    bands: NDArray[np.float64]
    contrast: NDArray[np.float64]
    length: NDArray[np.float64]
    width: NDArray[np.float64]
    solidity: NDArray[np.float64]


def measure(
    classification: Classification, strength: NDArray[np.floating], among: int | None = None
) -> Likeness:
    """Measure how like its class each crop of a cell is.

    Parameters
    ----------
    classification : Classification
    strength : ndarray, shape (N,)
        Of the network's answers, over what is usual; see `Likeness`.
    among : int, optional
        So many first crops tell the cell's usual length and width; all where left out.
    """
    own = classification.probabilities.argmax(axis=1)
    sure = classification.confidence.astype(np.float64) ** 2
    # In pixels of the input, which are of one size also where those of the crops are not.
    scales = classification.scales
    lengths = scales * [max(item.length, 1.0) for item in classification.uprights]
    areas = scales**2 * [max(1, int(item.mask.sum())) for item in classification.uprights]
    polarity = classification.cell.polarity
    relative = np.log(lengths / usual_lengths(polarity)[own])
    widths = np.log(areas / lengths)
    profiles = [
        band_profile(picture[0], bool(up >= 0.5))
        for picture, up in zip(classification.inputs, classification.p_arm_up, strict=True)
    ]
    averages = _averages(polarity)
    return Likeness(
        strength=np.asarray(strength, np.float64),
        bands=np.array(
            [_alike(profile, averages[index]) for profile, index in zip(profiles, own, strict=True)]
        ),
        contrast=np.array([float(one.std() / max(one.mean(), 1e-3)) for one in profiles]),
        length=relative - weighted_median(relative[:among], sure[:among]),
        width=widths - float(np.median(widths[:among])),
        solidity=np.array([_solidity(picture[0] > INSIDE) for picture in classification.inputs]),
    )


def band_profile(picture: NDArray[np.float32], p_arm_up: bool = True) -> NDArray[np.float64]:
    """Return the band profile of a chromosome as the network sees it.

    Parameters
    ----------
    picture : ndarray, shape (height, width), float32
        Straightened, bright on black, 0 to 1.
    p_arm_up : bool
        Whether it stands so; else the profile is read from below.

    Returns
    -------
    ndarray, shape (ROWS,)
        Mean grey of the inner two thirds of the width, p end first; zeros where there is
        nothing.
    """
    mask = picture > INSIDE
    rows = np.flatnonzero(mask.any(axis=1))
    if len(rows) < 2:
        return np.zeros(ROWS)
    part = slice(rows[0], rows[-1] + 1)
    mask, values = mask[part], np.asarray(picture[part], np.float64)
    columns = np.arange(mask.shape[1])
    width = mask.sum(axis=1)
    middle = (mask * columns).sum(axis=1) / np.maximum(width, 1)
    reach = np.maximum(width / 3, 0.6)
    inner = mask & (np.abs(columns - middle[:, None]) <= reach[:, None])
    profile = (values * inner).sum(axis=1) / np.maximum(inner.sum(axis=1), 1)
    even = np.interp(np.linspace(0, 1, ROWS), np.linspace(0, 1, len(profile)), profile)
    return even if p_arm_up else even[::-1]


@cache
def _averages(polarity: Polarity) -> tuple[NDArray[np.float64], ...]:
    """Return the standardized band profiles of the classes' average chromosomes.

    For each of `CLASSES` one a shift, shape (shifts, rows without the ends).
    """
    profiles = load_profile(polarity).classes
    places = np.arange(ROWS)
    return tuple(
        np.stack(
            [
                _standard(np.interp(places + shift * ROWS, places, profiles[name].bands))
                for shift in SHIFTS
            ]
        )
        for name in CLASSES
    )


def _alike(profile: NDArray[np.float64], average: NDArray[np.float64]) -> float:
    return float((average @ _standard(profile)).max())


def _standard(profile: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a profile without its ends, its mean 0 and its length as a vector 1."""
    ends = round(ENDS * ROWS)
    inner = profile[ends : len(profile) - ends]
    centred = inner - inner.mean()
    return np.asarray(centred / max(float(np.linalg.norm(centred)), 1e-9), np.float64)


def _solidity(mask: NDArray[np.bool_]) -> float:
    if mask.sum() < 3 or min(np.ptp(np.nonzero(mask), axis=1)) < 1:
        return 1.0
    return float(regionprops(mask.astype(np.uint8))[0].solidity)
