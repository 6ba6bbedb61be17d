"""Whole-cell assignment: the classes of a cell's chromosomes decided together.

A chromosome that the network alone would call a third 9 is more likely the missing
X where the cell has room for an X. So all crops share out the places that a normal
cell has. A third copy costs something and always stays possible: a rule that forced
pairs would hide a trisomy.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from napari_karyo.classes import CLASS_INDEX, CLASSES, TRAY

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification

#: What a copy beyond the normal number costs, as a difference of log probabilities:
#: the network must hold the class e^5, 150 times, likelier than one with room. Chosen
#: on the validation cells (``benchmarks/assignment_penalties.py``): more places a few
#: more chromosomes right, and begins to hide third copies.
THIRD_COPY_PENALTY: Final = 5.0
#: The same for the next copies, each: dearer ones overrule a network that is sure of a
#: tetrasomy, and place nothing better.
FOURTH_COPY_PENALTY: Final = 5.0

#: Probabilities below this are taken for it, so that none rules a class out.
FLOOR: Final = 1e-9


def assign(
    probabilities: NDArray[np.floating],
    *,
    third_copy_penalty: float = THIRD_COPY_PENALTY,
    fourth_copy_penalty: float = FOURTH_COPY_PENALTY,
) -> tuple[str, ...]:
    """Give every chromosome of a cell its class, all at once.

    The sum of -log probability and penalties is least. Two places a class are free;
    the sex chromosomes have two free places together, X X or X Y, whichever fits
    better. Free places may stay empty, so lost chromosomes force nothing. Cells with
    58 chromosomes or more have three sets of free places, from 81 four, and so on.

    Parameters
    ----------
    probabilities : ndarray, shape (N, 24)
        Calibrated, in the order of `CLASSES`. N may be anything.
    third_copy_penalty : float
        Cost of the first copy that is not free, in units of -log probability.
    fourth_copy_penalty : float
        Cost of each copy after that one, not less than `third_copy_penalty`.

    Returns
    -------
    tuple of str, length N

    Raises
    ------
    ValueError
        Where the shape is wrong, a probability is no number, or a penalty is negative
        or the second less than the first.
    """
    table = np.asarray(probabilities, np.float64)
    if table.ndim != 2 or table.shape[1] != len(CLASSES):
        raise ValueError(f"Probabilities of shape (N, 24) are needed, not {table.shape}.")
    if not np.isfinite(table).all():
        raise ValueError("Every probability must be a number.")
    if not 0 <= third_copy_penalty <= fourth_copy_penalty < math.inf:
        raise ValueError("Penalties must be finite, not negative, the fourth not the smaller.")
    count = len(table)
    if count == 0:
        return ()
    price = -np.log(np.clip(table, FLOOR, None))
    sets = free_sets(count)
    penalties = np.full(count, fourth_copy_penalty)
    penalties[0] = third_copy_penalty
    best: tuple[float, NDArray[np.intp]] | None = None
    # Half of the sex chromosomes, rounded up, may be Y: XY, XYY, XXYY.
    for males in range((sets + 1) // 2 + 1):
        free = np.full(len(CLASSES), sets)
        free[CLASS_INDEX["X"]] = sets - males
        free[CLASS_INDEX["Y"]] = males
        cost, classes = _solve(price, free, penalties)
        # Of equal ones the first is kept: no Y is claimed that nothing speaks for.
        if best is None or cost < best[0] - 1e-9:
            best = cost, classes
    assert best is not None
    return tuple(CLASSES[one] for one in best[1])


def placements(classification: Classification) -> tuple[str, ...]:
    """Return the slot that is proposed for every crop of a cell.

    Returns
    -------
    tuple of str, length N
        The tray for what is no chromosome; the others share out the places without it,
        as `assign` does.
    """
    chromosomes = np.flatnonzero(~classification.foreign)
    slots = [TRAY] * len(classification)
    assigned = assign(classification.probabilities[chromosomes])
    for one, slot in zip(chromosomes, assigned, strict=True):
        slots[one] = slot
    return tuple(slots)


def free_sets(count: int) -> int:
    """Return how many haploid sets of places are free in a cell of this many crops.

    Two at least: a cell with few crops has lost some, it is not haploid.
    """
    return max(2, (count + 11) // 23)


def _solve(
    price: NDArray[np.float64], free: NDArray[np.int_], penalties: NDArray[np.float64]
) -> tuple[float, NDArray[np.intp]]:
    """Return the least sum and the class of each crop, with so many free places a class.

    Parameters
    ----------
    price : ndarray, shape (N, 24)
    free : ndarray of int, shape (24,)
    penalties : ndarray, shape (N,)
        Of the first, second, ... copy beyond the free ones.
    """
    count = len(price)
    # No more places than can be wanted, which is exact and keeps big cells quick: a crop
    # sits in a place that costs only where its best class, at the dearest, is no better.
    reach = price.min(axis=1, keepdims=True) + penalties[-1] - penalties[0] + 1e-6
    places = np.minimum(np.maximum(free, (price <= reach).sum(axis=0)), count)
    owner = np.repeat(np.arange(len(free)), places)
    copy = np.arange(len(owner)) - np.repeat(np.cumsum(places) - places, places)
    extra = copy - free[owner]
    fees = np.where(extra < 0, 0.0, penalties[np.clip(extra, 0, None)])
    cost = price[:, owner] + fees
    rows, columns = linear_sum_assignment(cost)
    return float(cost[rows, columns].sum()), owner[columns]
