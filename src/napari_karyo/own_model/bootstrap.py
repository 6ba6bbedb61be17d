"""Intervals of the difference between two models that looked at the same cells.

Cells are drawn again, with both models' answers for each: chromosomes of one cell share its
stain, its photograph and its scale, so that they are not so many independent trials. A few
cells drawn again say little of others, which would make the interval too narrow: then the
chromosomes within each cell are drawn again too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: How often cells are drawn.
DRAWS: Final = 2_000

#: With fewer cells than this the chromosomes within them are drawn again too.
MANY: Final = 10

#: Of the interval, in shares of the draws that lie outside at each end.
TAIL: Final = 0.025


@dataclass(frozen=True, eq=False)
class Share:
    """A figure that is a sum over crops by another sum over crops.

    Attributes
    ----------
    top, bottom : ndarray, shape (N,)
        What each crop adds to the sums.
    """

    top: NDArray[np.float64]
    bottom: NDArray[np.float64]

    @property
    def value(self) -> float:
        """The figure; 0 where nothing is there to divide by."""
        return float(self.drawn(np.ones((1, len(self.top))))[0])

    def drawn(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the figure for each of R draws, that is each row of weights (R, N)."""
        bottom = weights @ self.bottom
        return np.where(bottom > 0, weights @ self.top / np.maximum(bottom, 1e-12), 0.0)


def draw_again(cells: NDArray[np.int64], seed: int = 0, draws: int = DRAWS) -> NDArray[np.float64]:
    """Return how often each crop is drawn, shape (`draws`, N).

    Parameters
    ----------
    cells : ndarray, shape (N,), int64
        The cell of each crop.
    seed, draws : int
    """
    rng = np.random.default_rng(seed)
    names, which, sizes = np.unique(cells, return_inverse=True, return_counts=True)
    count = len(names)
    times = rng.multinomial(count, np.full(count, 1 / count), size=draws)
    weights = times[:, which].astype(np.float64)
    if count < MANY:
        for cell, size in enumerate(sizes):
            again = rng.multinomial(times[:, cell] * size, np.full(size, 1 / size))
            weights[:, which == cell] = again
    return weights


def interval(weights: NDArray[np.float64], before: Share, after: Share) -> tuple[float, float]:
    """Return between which ends 95 % of the draws have the difference, after less before."""
    found = after.drawn(weights) - before.drawn(weights)
    low, high = np.quantile(found, (TAIL, 1 - TAIL))
    return float(low), float(high)
