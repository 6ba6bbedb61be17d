"""What was found in the photograph of a spread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Cell, Chromosome, Outline, Spread
from napari_karyo.segmentation.crops import crop_box, cut_crop, margin_of


class Kind(StrEnum):
    """What an object of a spread is."""

    CHROMOSOME = "chromosome"
    CLUSTER = "cluster"
    """Several chromosomes that could not be told apart."""
    NUCLEUS = "nucleus"
    DIRT = "dirt"


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
        return tuple(one for one in self if one.kind in (Kind.CHROMOSOME, Kind.CLUSTER))

    @property
    def count(self) -> int:
        """How many chromosomes there are; a cluster counts once."""
        return len(self.chromosomes)

    def __iter__(self) -> Iterator[SpreadObject]:
        return iter(self.objects)

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

    def to_cell(self) -> Cell:
        """Return the cell of all chromosomes, each cut out and named by its number."""
        names = f"{{:0{max(2, len(str(self.count)))}d}}.png"
        crops = tuple(
            Chromosome(
                names.format(number), self.crop(item.outline), None, item.expected, item.outline
            )
            for number, item in enumerate(self.chromosomes, start=1)
        )
        return Cell(
            self.spread.name,
            crops,
            self.spread.polarity,
            self.spread.path,
            self.spread.problems,
            spread=self.spread.path,
            photograph=self.spread,
        )
