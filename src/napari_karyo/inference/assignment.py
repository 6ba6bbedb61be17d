"""Which class each chromosome gets, seen together with the rest of its cell.

A cell has about two of each class. The assignment lets that weigh, but a third copy
always stays possible: a rule that forces pairs hides a trisomy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from napari_karyo.classes import CLASSES

#: Price of a third and each further copy, in units of log probability. Chosen on the
#: validation split; see docs/results.md.
EXTRA_COPY_PENALTY = 3.0

#: Smallest probability that counts: below it the network's zeros are noise.
FLOOR = 1e-6


def assign(
    probabilities: NDArray[np.floating],
    *,
    extra_copy_penalty: float = EXTRA_COPY_PENALTY,
) -> tuple[str, ...]:
    """Assign a class to every chromosome of a cell.

    Two places of each class are free (of Y one, since a second Y is as rare as a third
    copy of anything else); each further copy costs the penalty. In cells of far more than 46 chromosomes the free places rise with their
    number, so that a triploid is not priced out.

    Parameters
    ----------
    probabilities : ndarray, shape (N, 24)
        Calibrated probabilities in the order of `CLASSES`.
    extra_copy_penalty : float
        0 gives the model's own choices.

    Returns
    -------
    tuple of str
        A class for each chromosome.
    """
    count = len(probabilities)
    if count == 0:
        return ()
    cost = -np.log(np.maximum(np.asarray(probabilities, np.float64), FLOOR))
    level = max(2, round(count / 23))
    columns: list[NDArray[np.float64]] = []
    owners: list[int] = []
    for index, name in enumerate(CLASSES):
        free = level // 2 if name == "Y" else level
        # No class needs more places than there are chromosomes that might be of it.
        likely = int((cost[:, index] < -np.log(FLOOR) - 1e-9).sum())
        places = max(free, min(count, max(likely, free + 2)))
        for place in range(places):
            columns.append(cost[:, index] + (extra_copy_penalty if place >= free else 0.0))
            owners.append(index)
    matrix = np.stack(columns, axis=1)
    rows, chosen = linear_sum_assignment(matrix)
    placed = [""] * count
    for row, column in zip(rows, chosen, strict=True):
        placed[int(row)] = CLASSES[owners[int(column)]]
    return tuple(placed)
