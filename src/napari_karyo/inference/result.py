"""What the network says of a cell, with everything needed to show and explain it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Cell
from napari_karyo.classes import CLASSES
from napari_karyo.counted import listed
from napari_karyo.preprocessing.prepare import InputSettings
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
    scales : ndarray, shape (N,), float64
        Input pixels per crop pixel of each: the length normalization's factor, the same for
        all unless their relative length is lost.
    model, model_hash : str
        Name and SHA-256 of the weights.
    device : str
        Where it was computed.
    thresholds : tuple of float
        The confidence light: doubtful below the first, sure from the second.
    foreign : ndarray, shape (N,), bool
        Which crops are no chromosome, as far as the network can tell: dirt, a nucleus, a
        cluster of several, a letter. A piece that a person made is never among them.
    strange : ndarray, shape (N,), bool
        Which crops are unlike a single chromosome, the foreign ones among them: of the others
        a badly splayed or folded one, as a rule. They stay in their slots.
    unknown : str
        Why the cell is unlike everything that the network has learned from, and what to
        do, in a sentence; empty for a cell like those. Of an unknown cell nothing is
        known: each light says so, and no karyotype is proposed.
    withheld : str
        Why nothing of the cell is called sure, in a sentence; empty where nothing stands
        against it.
    notes : tuple of str
        What the person should know of the run.
    settings : InputSettings
        How the crops became the network's inputs.
    made : int
        How many chromosomes, at the end, were made from others after the run: merged or
        split by a person.
    """

    cell: Cell
    probabilities: NDArray[np.float32]
    p_arm_up: NDArray[np.float32]
    attention: NDArray[np.float32]
    uprights: tuple[Upright, ...]
    inputs: NDArray[np.float32]
    input_grids: NDArray[np.float32]
    scales: NDArray[np.float64]
    model: str
    model_hash: str
    device: str
    thresholds: tuple[float, float]
    foreign: NDArray[np.bool_]
    strange: NDArray[np.bool_]
    unknown: str = ""
    withheld: str = ""
    notes: tuple[str, ...] = ()
    settings: InputSettings = field(default_factory=InputSettings)
    made: int = 0

    def __len__(self) -> int:
        return len(self.cell)

    @property
    def photographed(self) -> int:
        """How many chromosomes, the first ones, are as they were read."""
        return len(self) - self.made

    @property
    def scale(self) -> float:
        """The cell's own scale: the median of those crops that were read."""
        return float(np.median(self.scales[: self.photographed]))

    @property
    def white(self) -> float:
        """The grey value of white, which chromosomes made later don't change."""
        first = self.cell.chromosomes[: self.photographed]
        return replace(self.cell, chromosomes=first).white

    def extended(self, other: Classification) -> Classification:
        """Return the cell with further chromosomes, made by merging or splitting.

        Parameters
        ----------
        other : Classification
            Of the further chromosomes alone, with inputs and attention of the same size.

        Returns
        -------
        Classification
            Those of before first, under their numbers; the notes of both.

        Raises
        ------
        ValueError
            Where the two don't fit: crops of another depth, or a name that is taken.
        """
        mine, theirs = self.cell.chromosomes, other.cell.chromosomes
        if {item.image.dtype for item in theirs} - {item.image.dtype for item in mine}:
            # A cell brings all its crops to one depth: the old ones would change.
            raise ValueError("The further crops are of another depth than the cell's.")
        taken = {item.name for item in mine} & {item.name for item in theirs}
        if taken:
            raise ValueError(f"There is a crop {min(taken)} in this cell already.")
        arrays: dict[str, Any] = {
            name: np.concatenate([own, getattr(other, name)])
            for name, own in vars(self).items()
            if isinstance(own, np.ndarray)
        }
        return replace(
            self,
            cell=replace(self.cell, chromosomes=(*mine, *theirs)),
            uprights=(*self.uprights, *other.uprights),
            **arrays,
            notes=tuple(dict.fromkeys((*self.notes, *other.notes))),
            made=self.made + len(other),
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """All that the person should know of the cell, what weighs most first."""
        return (*filter(None, (self.unknown, self.foreign_words, self.withheld)), *self.notes)

    @property
    def foreign_words(self) -> str:
        """Which crops are no chromosome, in a sentence; empty where there is none."""
        names = [item.name for item, odd in zip(self.cell, self.foreign, strict=True) if odd]
        if not names:
            return ""
        which = "1 crop looks" if len(names) == 1 else f"{len(names)} crops look"
        return f"{which} like no chromosome ({listed(names)}). Look at the photographs."

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
