"""The confidence light of a chromosome, readable without colour."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.classes import CLASS_INDEX, CLASSES, TRAY

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification
    from napari_karyo.karyotype import Karyotype


#: Below this probability of the way up a person has to look: on ``val`` 9 of 20 such crops
#: of G-band stood upside down, and 6 of the other 1,773.
UP_DOUBTFUL: Final = 0.9


class Light(StrEnum):
    """How sure the model is of the class that a chromosome was given."""

    SURE = "sure"
    LOOK = "look"
    DOUBTFUL = "doubtful"


def light(p_assigned: float, agrees: bool, thresholds: tuple[float, float]) -> Light:
    """Return the light of one chromosome.

    Parameters
    ----------
    p_assigned : float
        Calibrated probability of the class it was given.
    agrees : bool
        Whether that is the model's own choice. Where it is not, the light is always
        doubtful: two ways of deciding have disagreed.
    thresholds : tuple of float
        Doubtful below the first, sure from the second.
    """
    doubtful_below, sure_from = thresholds
    # Written so that a probability that is no number is doubtful too.
    if not agrees or not p_assigned >= doubtful_below:
        return Light.DOUBTFUL
    return Light.SURE if p_assigned >= sure_from else Light.LOOK


def lights(
    probabilities: NDArray[np.floating],
    assigned: Sequence[str],
    thresholds: tuple[float, float],
) -> tuple[Light, ...]:
    """Return the light of every chromosome of a cell.

    Parameters
    ----------
    probabilities : ndarray, shape (N, 24)
        Calibrated, in the order of `CLASSES`.
    assigned : sequence of str, length N
        The slot of each. In the tray nobody claims a class: such a one is worth a look.
    thresholds : tuple of float
        See `light`.
    """
    shares = assigned_probability(probabilities, assigned)
    own = probabilities.argmax(axis=1)
    return tuple(
        Light.LOOK if slot == TRAY else light(float(share), CLASSES[int(best)] == slot, thresholds)
        for slot, share, best in zip(assigned, shares, own, strict=True)
    )


def lights_of(classification: Classification, karyotype: Karyotype) -> dict[int, Light]:
    """Return the light of every chromosome of a cell where it sits now.

    One that would be sure is worth a look where it is not clear which arm is up, unless
    a person has turned it.

    Parameters
    ----------
    classification : Classification
    karyotype : Karyotype
        Who sits where. Of a marker nobody claims a class, as of what lies in the tray.

    Returns
    -------
    dict of int to Light
        Of the chromosomes that are there, by number.
    """
    state = karyotype.state
    present = sorted(state.seats)
    slots = [state.seats[one][0] for one in present]
    claimed = [slot if slot in CLASS_INDEX else TRAY for slot in slots]
    shown = lights(classification.probabilities[present], claimed, classification.thresholds)
    found = dict(zip(present, shown, strict=True))
    for one, item in found.items():
        if item is Light.SURE and is_way_up_doubtful(classification, karyotype, one):
            found[one] = Light.LOOK
    return found


def is_way_up_doubtful(
    classification: Classification, karyotype: Karyotype, chromosome: int
) -> bool:
    """Tell whether it is not clear which arm is up, and no person has turned it."""
    by_hand = (chromosome in karyotype.state.turned) != (chromosome in karyotype.proposed.turned)
    up = float(classification.p_arm_up[chromosome])
    return not by_hand and max(up, 1 - up) < UP_DOUBTFUL


def doubtful_order(
    probabilities: NDArray[np.floating],
    assigned: Sequence[str],
    thresholds: tuple[float, float],
) -> list[int]:
    """Return the chromosomes that want a look, the most doubtful first.

    The doubtful ones come before those only worth a look; among equals the less
    probable first. Sure ones are left out.

    Parameters
    ----------
    probabilities, assigned, thresholds
        See `lights`.

    Returns
    -------
    list of int
        Indices of the cell's chromosomes.
    """
    rank = {Light.DOUBTFUL: 0, Light.LOOK: 1}
    shown = lights(probabilities, assigned, thresholds)
    shares = assigned_probability(probabilities, assigned)
    waiting = [one for one, item in enumerate(shown) if item in rank]
    return sorted(waiting, key=lambda one: (rank[shown[one]], float(shares[one]), one))


def assigned_probability(
    probabilities: NDArray[np.floating], assigned: Sequence[str]
) -> NDArray[np.float64]:
    """Return the probability of the class that each chromosome was given.

    Parameters
    ----------
    probabilities : ndarray, shape (N, 24)
    assigned : sequence of str, length N
        For one in the tray, the probability of the model's own choice is returned.

    Returns
    -------
    ndarray, shape (N,), float64
    """
    return np.array(
        [
            row.max() if slot == TRAY else row[CLASS_INDEX[slot]]
            for row, slot in zip(probabilities, assigned, strict=True)
        ],
        np.float64,
    )
