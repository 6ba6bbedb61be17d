"""The confidence light of a chromosome, readable without colour."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from napari_karyo.classes import CLASS_INDEX

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification


class Light(StrEnum):
    """How sure it is which class a chromosome is of."""

    SURE = "sure"
    LOOK = "look"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"
    """It has learned from nothing like it: what it says of it means nothing."""
    SETTLED = "settled"
    """A person has said what it is, whatever the model thinks."""


def light(p_assigned: float, agrees: bool, thresholds: tuple[float, float]) -> Light:
    """Return the light of one chromosome of a kind that the model knows.

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


def lights(classification: Classification, slots: Mapping[int, str]) -> dict[int, Light]:
    """Return the light of chromosomes of a cell.

    In a cell that is unlike everything the model knows all are unknown; a crop that is no
    chromosome, or unlike any, is unknown wherever it sits. Where sure lights are withheld,
    what would be sure is worth a look.

    Parameters
    ----------
    classification : Classification
    slots : mapping of int to str
        Where each chromosome sits, by its number. In the tray and among the markers
        nobody claims a class: such a one is worth a look.

    Returns
    -------
    dict of int to Light
        Of the same chromosomes, in the same order.
    """
    return {
        one: Light.UNKNOWN
        if classification.unknown or classification.foreign[one] or classification.strange[one]
        else known_light(classification, one, slot)
        for one, slot in slots.items()
    }


def known_light(classification: Classification, chromosome: int, slot: str) -> Light:
    """Return the light of a chromosome as if the model knew all of its kind.

    Parameters
    ----------
    classification : Classification
    chromosome : int
    slot : str
        Where it sits.
    """
    if slot not in CLASS_INDEX:
        return Light.LOOK
    row, place = classification.probabilities[chromosome], CLASS_INDEX[slot]
    found = light(float(row[place]), int(row.argmax()) == place, classification.thresholds)
    return Light.LOOK if found is Light.SURE and classification.withheld else found


def slot_probability(classification: Classification, chromosome: int, slot: str) -> float:
    """Return the probability of the class whose slot a chromosome sits in.

    Of one in the tray or among the markers, the probability of the model's own choice.
    """
    row = classification.probabilities[chromosome]
    return float(row[CLASS_INDEX[slot]] if slot in CLASS_INDEX else row.max())
