"""The confidence light: how far a placement can be trusted, readable without colour."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from napari_karyo.classes import CLASS_INDEX


class Light(StrEnum):
    """What the light says of a placement."""

    SURE = "sure"
    LOOK = "look"
    DOUBTFUL = "doubtful"

    @property
    def symbol(self) -> str:
        """A character that says it without colour."""
        return {"sure": "✓", "look": "?", "doubtful": "!"}[self.value]

    @property
    def shape(self) -> str:
        """The name of a point symbol that says it without colour."""
        return {"sure": "disc", "look": "triangle_up", "doubtful": "square"}[self.value]

    @property
    def words(self) -> str:
        """What it asks of the person."""
        return {
            "sure": "sure",
            "look": "worth a look",
            "doubtful": "doubtful: please check",
        }[self.value]


def light(probability: float, agrees: bool, thresholds: tuple[float, float]) -> Light:
    """Return the light of one placement.

    Parameters
    ----------
    probability : float
        Calibrated probability of the assigned class.
    agrees : bool
        Whether the assigned class is the model's own choice.
    thresholds : tuple of float
        Doubtful below the first, sure from the second; chosen on validation cells so
        that at most 1 in 500 sure ones is wrong.

    Returns
    -------
    Light
        Doubtful wherever the rest of the cell overruled the model.
    """
    doubtful, sure = thresholds
    if not agrees or probability < doubtful:
        return Light.DOUBTFUL
    return Light.SURE if probability >= sure else Light.LOOK


def lights(
    probabilities: NDArray[np.floating],
    assigned: Sequence[str],
    thresholds: tuple[float, float],
) -> tuple[Light, ...]:
    """Return the light of every chromosome; what is in the tray is doubtful.

    Parameters
    ----------
    probabilities : ndarray, shape (N, 24)
    assigned : sequence of str
        The slot of each chromosome.
    thresholds : tuple of float
    """
    found = []
    for row, slot in zip(probabilities, assigned, strict=True):
        index = CLASS_INDEX.get(slot)
        if index is None:
            found.append(Light.DOUBTFUL)
            continue
        found.append(light(float(row[index]), int(row.argmax()) == index, thresholds))
    return tuple(found)


def doubtful_order(
    probabilities: NDArray[np.floating],
    assigned: Sequence[str],
    thresholds: tuple[float, float],
) -> list[int]:
    """Return the chromosomes that are not sure, most doubtful first."""
    found = lights(probabilities, assigned, thresholds)
    rank = {Light.DOUBTFUL: 0, Light.LOOK: 1}

    def trust(index: int) -> tuple[int, float]:
        place = CLASS_INDEX.get(assigned[index])
        probability = 0.0 if place is None else float(probabilities[index][place])
        return rank[found[index]], probability

    return sorted((i for i, item in enumerate(found) if item in rank), key=trust)
