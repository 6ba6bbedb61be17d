"""What was found in the photograph of a spread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Cell, Chromosome, Outline, Problem, Spread
from napari_karyo.segmentation.crops import crop_box, cut_crop, keep_flat, margin_of
from napari_karyo.segmentation.remarks import remarks_on


class Kind(StrEnum):
    """What an object of a spread is."""

    CHROMOSOME = "chromosome"
    CLUSTER = "cluster"
    """Several chromosomes that could not be told apart."""
    NUCLEUS = "nucleus"
    DIRT = "dirt"


#: What counts as a chromosome.
CHROMOSOMES = (Kind.CHROMOSOME, Kind.CLUSTER)


@dataclass(frozen=True, eq=False)
class SpreadObject:
    """An object of a spread.

    Attributes
    ----------
    kind : Kind
    outline : Outline
    confidence : float
        How sure it is that this is one whole object of its kind, 0 to 1.
    expected : str or None
        The class that whoever outlined it gave it.
    """

    kind: Kind
    outline: Outline
    confidence: float
    expected: str | None = None

    @property
    def angle(self) -> float:
        """Angle of the long axis to the columns, in degrees, counterclockwise, -90 to 90."""
        points = np.argwhere(self.outline.mask).astype(np.float64)
        points -= points.mean(axis=0)
        _, vectors = np.linalg.eigh(points.T @ points)
        down, right = vectors[:, -1]
        return float(np.degrees(np.arctan2(-down, right)) + 90) % 180 - 90


@dataclass(frozen=True, eq=False)
class Segmentation:
    """A spread and its objects.

    Attributes
    ----------
    spread : Spread
    objects : tuple of SpreadObject
        In reading order.
    density : ndarray, shape (height, width), float32
        The photograph on an even background: see `napari_karyo.segmentation.ground.flatten`.
    width : float
        Usual width of a chromosome, in pixels.
    """

    spread: Spread
    objects: tuple[SpreadObject, ...]
    density: NDArray[np.float32] = field(repr=False)
    width: float = 0.0

    @property
    def chromosomes(self) -> tuple[SpreadObject, ...]:
        """The objects that are chromosomes, clusters too."""
        return tuple(one for one in self if one.kind in CHROMOSOMES)

    @property
    def count(self) -> int:
        """How many chromosomes there are; a cluster counts once."""
        return len(self.chromosomes)

    def __iter__(self) -> Iterator[SpreadObject]:
        return iter(self.objects)

    def of(self, objects: Iterable[SpreadObject]) -> Segmentation:
        """Return the spread with other objects, in reading order."""
        return replace(self, objects=in_reading_order(objects, self.width))

    @property
    def margin(self) -> int:
        """Pixels of paper around each chromosome in its crop."""
        return margin_of(self.width)

    def box(self, outline: Outline) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom of a crop in the photograph."""
        top, left, bottom, right = crop_box(outline, self.margin, self.density.shape)
        return left, top, right, bottom

    def crop(self, outline: Outline) -> NDArray[np.uint8]:
        """Return the crop of an outline, its neighbours removed.

        Parameters
        ----------
        outline : Outline
            Of one of the objects, or one that a person drew.

        Returns
        -------
        ndarray, shape (height, width), uint8
            On white of a dark stain, on black of a bright one.
        """
        outlines = [one.outline for one in self]
        return cut_crop(self.density, outlines, outline, self.spread.polarity, self.margin)

    def name_of(self, number: int) -> str:
        """Return the file name of a chromosome's crop, by its place among them from 0."""
        return f"{number + 1:0{max(2, len(str(self.count)))}d}.png"

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was recognized in the photograph, and what it lacks or has too much of."""
        chromosomes = [one.outline for one in self.chromosomes]
        nuclei, clusters = (
            sum(one.kind is kind for one in self) for kind in (Kind.NUCLEUS, Kind.CLUSTER)
        )
        name = self.spread.path.name if self.spread.path is not None else self.spread.name
        said = remarks_on(name, chromosomes, nuclei, clusters, self.density, self.width)
        return (*self.spread.problems, *said)

    def to_cell(self) -> Cell:
        """Return the cell of all chromosomes, each cut out and named by its number."""
        # The first edit of an outline needs it again.
        keep_flat(self.spread, self.density)
        crops = tuple(
            Chromosome(
                self.name_of(number), self.crop(item.outline), None, item.expected, item.outline
            )
            for number, item in enumerate(self.chromosomes)
        )
        return Cell(
            self.spread.name,
            crops,
            self.spread.polarity,
            self.spread.path,
            self.problems,
            simulated=self.spread.simulated,
            spread=self.spread.path,
            photograph=self.spread,
        )


def in_reading_order(found: Iterable[SpreadObject], width: float) -> tuple[SpreadObject, ...]:
    """Return objects from top to bottom, those of one height from left to right.

    Parameters
    ----------
    found : iterable of SpreadObject
    width : float
        Usual width of a chromosome, in pixels.
    """
    row = 4 * max(width, 1.0)

    def key(item: SpreadObject) -> tuple[int, int]:
        outline = item.outline
        return int((outline.top + outline.mask.shape[0] / 2) / row), outline.left

    return tuple(sorted(found, key=key))
