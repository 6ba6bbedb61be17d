"""What a model's calibration says for the cells of one polarity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from napari_karyo.cell import Polarity

#: What a calibration may hold for each polarity, besides for all cells: stains differ in how
#: far an answer can be trusted, and the harder one must not cost the other its lights.
BY_POLARITY: Final = ("temperature", "doubtful", "sure", "strength")


def key_of(name: str, polarity: Polarity) -> str:
    """Return what a value for one polarity is called in a calibration."""
    return f"{name}_{polarity}"


def calibration_for(calibration: Mapping[str, float], polarity: Polarity) -> dict[str, float]:
    """Return a calibration with what it holds for a polarity in the place of what is for all.

    Parameters
    ----------
    calibration : mapping of str to float
        Of a model, as `napari_karyo.models.weights.Weights` has it.
    polarity : Polarity
        Of the cells that it is asked for.
    """
    own = {
        name: calibration[key]
        for name in BY_POLARITY
        if (key := key_of(name, polarity)) in calibration
    }
    return {**calibration, **own}
