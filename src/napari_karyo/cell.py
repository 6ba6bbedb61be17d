"""What was photographed: a chromosome's crop, a metaphase cell, a patient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
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


class Lost(StrEnum):
    """What another program took from a cell's crops that classes are told by."""

    SCALE = "scale"
    """The crops were resized to one size: their relative length is lost."""
    GREYS = "greys"
    """The crops are of one bit, or nearly so: their bands are lost."""


@dataclass(frozen=True)
class Problem:
    """A file that could not be used, or what was recognized in a folder and done about it.

    Attributes
    ----------
    file, what, remedy : str
        Which file, what happened, and what the person can do.
    left_out : bool
        False for a mere remark, such as a folder with more crops than a cell has, or a
        frame that was removed: one sentence for each kind, never one a file.
    """

    file: str
    what: str
    remedy: str
    left_out: bool = True

    def __str__(self) -> str:
        return f"{self.file}: {self.what} {self.remedy}"


@dataclass(frozen=True, eq=False)
class Outline:
    """Where a chromosome lies in the photograph of its spread.

    Attributes
    ----------
    mask : ndarray of bool, shape (height, width)
        Its pixels, those beneath other chromosomes too.
    top, left : int
        Where the mask's first pixel lies in the photograph.
    shared : ndarray of bool, shape (height, width)
        Those of its pixels where another chromosome lies upon or beneath it.
    """

    mask: NDArray[np.bool_]
    top: int
    left: int
    shared: NDArray[np.bool_]

    @property
    def place(self) -> tuple[slice, slice]:
        """The part of the photograph that the mask covers."""
        height, width = self.mask.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom in the photograph; the last two behind the last pixel."""
        rows, columns = self.place
        return columns.start, rows.start, columns.stop, rows.stop

    @property
    def crossed(self) -> float:
        """How much of it lies upon or beneath another chromosome, as a share of its pixels."""
        return int(np.count_nonzero(self.shared)) / max(1, int(np.count_nonzero(self.mask)))


@dataclass(frozen=True, eq=False)
class Spread:
    """The photograph of a metaphase spread.

    Attributes
    ----------
    name : str
        The file's name without its ending.
    image : ndarray, shape (height, width), uint8 or uint16
        Grey values as photographed.
    polarity : Polarity
    path : Path or None
    problems : tuple of Problem
        What was recognized when it was read.
    simulated : bool
        Whether the program made it.
    """

    name: str
    image: NDArray[Any]
    polarity: Polarity
    path: Path | None = None
    problems: tuple[Problem, ...] = ()
    simulated: bool = False


@dataclass(frozen=True, eq=False)
class Chromosome:
    """One single-chromosome crop, as read.

    Attributes
    ----------
    name : str
        Unique within the cell: the file's name, and ``name[page]`` for a stack.
    image : ndarray, shape (height, width), uint8 or uint16
        Grey values as photographed, not inverted, not scaled; but a 16-bit crop among
        8-bit ones is brought to 8 bits by its `Cell`.
    path : Path or None
        The file it came from.
    expected : str or None
        The class that the file's name or ``labels.csv`` gives. For evaluation
        only: the classifier never sees it.
    outline : Outline or None
        Where it was cut out of the photograph of the spread.
    """

    name: str
    image: NDArray[Any]
    path: Path | None = None
    expected: str | None = None
    outline: Outline | None = None


@dataclass(frozen=True, eq=False)
class Cell:
    """The chromosomes of one metaphase cell.

    The crops of a cell are of one depth, so that its `white` is that of each crop: where
    8-bit and 16-bit ones come together, the deep ones are brought to 8 bits.

    Attributes
    ----------
    name : str
        The folder's name.
    chromosomes : tuple of Chromosome
    polarity : Polarity
        Found from the images, or set by the person.
    path : Path or None
    problems : tuple of Problem
        Files of the folder that could not be used, and remarks.
    simulated : bool
        True for cells that the program made itself.
    lost : frozenset of Lost
        What was taken from all of the crops before they were read.
    spread : Path or None
        The photograph of the metaphase spread that lay beside the crops.
    photograph : Spread or None
        What the crops were cut out of, where the program did that itself.
    """

    name: str
    chromosomes: tuple[Chromosome, ...]
    polarity: Polarity
    path: Path | None = None
    problems: tuple[Problem, ...] = ()
    simulated: bool = False
    lost: frozenset[Lost] = frozenset()
    spread: Path | None = None
    photograph: Spread | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "chromosomes", _of_one_depth(self.chromosomes, self.polarity))

    def __len__(self) -> int:
        return len(self.chromosomes)

    def __iter__(self) -> Iterator[Chromosome]:
        return iter(self.chromosomes)

    @property
    def white(self) -> float:
        """The largest grey value that the crops' type can hold here.

        8-bit crops give 255. 16-bit crops give the brightest value of the cell,
        because cameras of 10, 12 and 14 bits write into 16; a few hot pixels are passed
        over.
        """
        if all(item.image.dtype == np.uint8 for item in self.chromosomes):
            return 255.0
        return brightest(item.image for item in self.chromosomes)

    @property
    def margin(self) -> int | None:
        """The paper around each chromosome in its crop, in pixels; None without any outline."""
        rests = [
            (crop - own) // 2
            for item in self
            if item.outline is not None
            for crop, own in zip(item.image.shape, item.outline.mask.shape, strict=True)
        ]
        # At the photograph's border there is less.
        return max(0, int(np.median(rests))) if rests else None

    def crossing_in(self, chromosome: Chromosome) -> NDArray[np.bool_] | None:
        """Return where in its crop a chromosome lies upon or beneath another one.

        Parameters
        ----------
        chromosome : Chromosome
            One of the cell, or a further one that was cut out of its photograph.

        Returns
        -------
        ndarray of bool, the crop's shape, or None
            None where no other one lies there, as far as is known.
        """
        outline = chromosome.outline
        if outline is None or not outline.shared.any():
            return None
        crossing = np.zeros(chromosome.image.shape[:2], np.bool_)
        spare = np.subtract(crossing.shape, outline.mask.shape).tolist()
        if min(spare) < 0:
            # It is shown by another picture than that of its outline.
            return None
        places = []
        for axis, (paper, own) in enumerate(zip(spare, outline.place, strict=True)):
            # As much on either side; less where the photograph ends.
            if self.photograph is not None:
                beyond = self.photograph.image.shape[axis] - own.stop
                before = max(paper // 2, paper - beyond)
            else:
                before = min(self.margin or 0, paper)
            first = min(own.start, before)
            places.append(slice(first, first + own.stop - own.start))
        crossing[tuple(places)] = outline.shared
        return crossing


def brightest(images: Iterable[NDArray[Any]]) -> float:
    """Return the brightest grey of some pictures, single hot pixels passed over."""
    return max((float(np.quantile(image, 0.995)) for image in images), default=1.0) or 1.0


def camera_white(images: Iterable[NDArray[Any]]) -> float:
    """Return the white of the camera that took 16-bit pictures: the least that holds them."""
    most = brightest(images)
    return next((white for white in _CAMERA_WHITES if most <= white), _CAMERA_WHITES[-1])


#: Of 8, 10, 12, 14 and 16 bits; programs also save 8-bit pictures as 16-bit ones.
_CAMERA_WHITES = (255.0, 1023.0, 4095.0, 16383.0, 65535.0)


def _of_one_depth(
    chromosomes: tuple[Chromosome, ...], polarity: Polarity
) -> tuple[Chromosome, ...]:
    """Bring 16-bit crops among 8-bit ones to 8 bits, so that white means one thing."""
    deep = [item.image for item in chromosomes if item.image.dtype != np.uint8]
    if not deep or len(deep) == len(chromosomes):
        return chromosomes
    # The brightest of a dark stain is the paper. That of a bright stain is a chromosome,
    # and a dim one must not become a brilliant one.
    white = brightest(deep) if polarity is Polarity.DARK else camera_white(deep)
    return tuple(
        item
        if item.image.dtype == np.uint8
        else replace(
            item,
            image=np.clip(np.rint(item.image * (255 / white)), 0, 255).astype(np.uint8),
        )
        for item in chromosomes
    )


@dataclass(frozen=True, eq=False)
class Patient:
    """The cells of one patient, which share one length normalization."""

    name: str
    cells: tuple[Cell, ...]
    path: Path | None = None
    problems: tuple[Problem, ...] = field(default=())
