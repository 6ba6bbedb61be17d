"""What was photographed: a chromosome's crop, a metaphase cell, a patient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Polarity(StrEnum):
    """How the stain shows on the photograph."""

    BRIGHT = "bright"
    """Bright chromosome on black, as in Q-banding and DAPI."""
    DARK = "dark"
    """Dark chromosome on white, as in G-banding."""


@dataclass(frozen=True)
class Problem:
    """A file that could not be used; the rest of the cell goes on without it.

    Attributes
    ----------
    file, what, remedy : str
        Which file, what happened, and what the person can do.
    left_out : bool
        False for a mere remark, such as a folder with more crops than a cell has.
    """

    file: str
    what: str
    remedy: str
    left_out: bool = True

    def __str__(self) -> str:
        return f"{self.file}: {self.what} {self.remedy}"


@dataclass(frozen=True, eq=False)
class Chromosome:
    """One single-chromosome crop, as read.

    Attributes
    ----------
    name : str
        Unique within the cell: the file's name, and ``name[page]`` for a stack.
    image : ndarray, shape (height, width), uint8 or uint16
        Grey values as photographed, not inverted, not scaled.
    path : Path or None
        The file it came from.
    expected : str or None
        The class that the file's name or ``labels.csv`` gives. For evaluation
        only: the classifier never sees it.
    """

    name: str
    image: NDArray[Any]
    path: Path | None = None
    expected: str | None = None


@dataclass(frozen=True, eq=False)
class Cell:
    """The chromosomes of one metaphase cell.

    Attributes
    ----------
    name : str
        The folder's name.
    chromosomes : tuple of Chromosome
    polarity : Polarity
        Found from the images, or set by the person.
    path : Path or None
    problems : tuple of Problem
        Files of the folder that could not be used.
    simulated : bool
        True for cells that the program made itself.
    """

    name: str
    chromosomes: tuple[Chromosome, ...]
    polarity: Polarity
    path: Path | None = None
    problems: tuple[Problem, ...] = ()
    simulated: bool = False

    def __len__(self) -> int:
        return len(self.chromosomes)

    def __iter__(self) -> Iterator[Chromosome]:
        return iter(self.chromosomes)

    @property
    def white(self) -> float:
        """The largest grey value that the crops' type can hold here.

        8-bit crops give 255. 16-bit crops give the brightest value of the cell,
        because cameras of 10, 12 and 14 bits write into 16; a few hot pixels are passed
        over. The crops of a cell are of one depth: `io.cells` sees to it.
        """
        if all(item.image.dtype == np.uint8 for item in self.chromosomes):
            return 255.0
        return brightest(item.image for item in self.chromosomes)


def brightest(images: Iterable[NDArray[Any]]) -> float:
    """Return the brightest grey of some pictures, single hot pixels passed over."""
    return max((float(np.quantile(image, 0.995)) for image in images), default=1.0) or 1.0


@dataclass(frozen=True, eq=False)
class Patient:
    """The cells of one patient, which share one length normalization."""

    name: str
    cells: tuple[Cell, ...]
    path: Path | None = None
    problems: tuple[Problem, ...] = field(default=())
