"""A small regression: how well an outline agrees with a true chromosome."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

#: No feature counts for more standard deviations than this.
FAR: Final = 5.0
#: Of a file that can be meant.
_MOST: Final = 100


@dataclass(frozen=True)
class Agreement:
    """A regression with one hidden layer.

    Attributes
    ----------
    middle, scale : tuple of float
        Of each feature its mean and standard deviation.
    hidden : tuple of tuple of float
        Of each hidden unit its weights.
    bias : tuple of float
        Of each hidden unit.
    answer : tuple of float
        The weight of each hidden unit.
    constant : float
    """

    middle: tuple[float, ...]
    scale: tuple[float, ...]
    hidden: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]
    answer: tuple[float, ...]
    constant: float

    def of(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how well outlines agree with true chromosomes, 0 to 1.

        Parameters
        ----------
        table : ndarray, shape (N, features)
        """
        standard = (table - np.array(self.middle)) / np.array(self.scale)
        units = np.tanh(np.clip(standard, -FAR, FAR) @ np.array(self.hidden).T + self.bias)
        score = units @ np.array(self.answer) + self.constant
        return np.asarray(1 / (1 + np.exp(-np.clip(score, -30, 30))))

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers by their names, for JSON."""
        return asdict(self)

    @staticmethod
    def from_dict(said: Mapping[str, Any]) -> Agreement:
        """Return the regression of numbers by their names.

        Raises
        ------
        ValueError
            Where they can't be meant.
        """
        try:
            found = Agreement(
                _row(said["middle"]),
                _row(said["scale"]),
                tuple(_row(one) for one in said["hidden"]),
                _row(said["bias"]),
                _row(said["answer"]),
                _row([said["constant"]])[0],
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ValueError("its numbers are not complete") from error
        features, units = len(found.middle), len(found.hidden)
        fits = (
            len(found.scale) == features
            and all(len(one) == features for one in found.hidden)
            and len(found.bias) == len(found.answer) == units
        )
        if not fits or not 0 < features <= _MOST or not 0 < units <= _MOST:
            raise ValueError("its numbers are of different counts")
        if min(found.scale) <= 0:
            raise ValueError("its scales are not above zero")
        return found


def _row(values: Any) -> tuple[float, ...]:
    row = tuple(float(one) for one in values)
    if not all(math.isfinite(one) for one in row):
        raise ValueError("a number is not finite")
    return row
