"""What the network says of a cell, with everything needed to show and explain it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Cell
from napari_karyo.classes import CLASSES
from napari_karyo.preprocessing.upright import Upright


@dataclass(frozen=True, eq=False)
class Classification:
    """The classification of one cell with N chromosomes.

    Attributes
    ----------
    cell : Cell
        The chromosomes that could be prepared; the others are among its problems.
    probabilities : ndarray, shape (N, 24), float32
        Calibrated, in the order of `CLASSES`; each row sums to 1.
    p_arm_up : ndarray, shape (N,), float32
        Probability that the upright picture stands p arm up.
    attention : ndarray, shape (N, G), float32
        Weight of each row of the band sequence, top to bottom of the input; G is 0 for
        a model without attention.
    uprights : tuple of Upright, length N
        The pictures that the karyogram shows.
    inputs : ndarray, shape (N, 1, H, W), float32
        What the network saw.
    input_grids : ndarray, shape (N, H, W, 2), float32
        Row and column in the original crop of each pixel of the input.
    scale : float
        Input pixels per crop pixel: the length normalization's factor.
    model, model_hash : str
        Name and SHA-256 of the weights.
    device : str
        Where it was computed.
    thresholds : tuple of float
        The confidence light: doubtful below the first, sure from the second.
    notes : tuple of str
        What the person should know of the run.
    """

    cell: Cell
    probabilities: NDArray[np.float32]
    p_arm_up: NDArray[np.float32]
    attention: NDArray[np.float32]
    uprights: tuple[Upright, ...]
    inputs: NDArray[np.float32]
    input_grids: NDArray[np.float32]
    scale: float
    model: str
    model_hash: str
    device: str
    thresholds: tuple[float, float]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.cell)

    @property
    def has_attention(self) -> bool:
        """Whether the model weighs the rows of the band sequence."""
        return self.attention.shape[1] > 0

    @property
    def predicted(self) -> tuple[str, ...]:
        """The model's own choice for each chromosome, whatever the rest of the cell."""
        return tuple(CLASSES[index] for index in self.probabilities.argmax(axis=1))

    @property
    def confidence(self) -> NDArray[np.float32]:
        """Probability of the model's own choice, shape (N,)."""
        return np.asarray(self.probabilities.max(axis=1), np.float32)

    def alternatives(self, index: int, count: int = 5) -> list[tuple[str, float]]:
        """Return a chromosome's likeliest classes with their probabilities, best first."""
        row = self.probabilities[index]
        best = np.argsort(-row, kind="stable")[:count]
        return [(CLASSES[k], float(row[k])) for k in best]
