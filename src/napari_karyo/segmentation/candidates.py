"""Outlines that may be chromosomes, and what is known of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Chromosome
from napari_karyo.errors import PreprocessingError
from napari_karyo.segmentation.features import of_crops, of_shape, unusable
from napari_karyo.segmentation.objects import SpreadObject
from napari_karyo.segmentation.outline_picture import picture_outline
from napari_karyo.segmentation.partition import Alternative, Candidate
from napari_karyo.segmentation.proposed import Proposed

if TYPE_CHECKING:
    from napari_karyo.inference.options import ClassifyOptions
    from napari_karyo.inference.result import Classification

#: How many views of each crop decide: as it lies.
_VIEWS: Final = 1

#: Which candidates would be replaced, and by which.
Answer = tuple[frozenset[int], tuple[int, ...]]


class Candidates:
    """The chromosomes of a partition and of its alternatives, and what else is added, classified.

    Parameters
    ----------
    proposed : Proposed
    classification : Classification
        Of the chromosomes of its partition, as far as the classifier can use them.
    device : str
        Where the classifier runs.

    Attributes
    ----------
    shapes : list of Candidate
        Those of the partition first, in its order.
    objects : list of SpreadObject
        The same in the photograph.
    answers : list of (frozenset of int, tuple of int)
        The alternatives of the partition.
    table : ndarray, shape (N, len(FEATURES))
        See `napari_karyo.segmentation.features`.
    pictures : ndarray of uint8, shape (N, 7, 96, 56)
        See `napari_karyo.segmentation.outline_picture`.
    """

    def __init__(self, proposed: Proposed, classification: Classification, device: str) -> None:
        self._proposed, self._classification, self._device = proposed, classification, device
        self.shapes: list[Candidate] = list(proposed.partition.shapes)
        self.objects: list[SpreadObject] = list(proposed.segmentation.chromosomes)
        self._usual = float(np.median([np.count_nonzero(one.region.mask) for one in self.shapes]))
        # The classifier leaves out what it can't use.
        names = [item.name for item in classification.cell]
        row_of = {name: row for row, name in enumerate(names)}
        names_of = map(proposed.segmentation.name_of, range(len(self.shapes)))
        rows = [row_of.get(name) for name in names_of]
        alternatives = list(proposed.partition.alternatives())
        self.answers = numbered(alternatives, range(len(self.shapes)), len(self.shapes))
        rows += self._append([shape for one in alternatives for shape in one.by])
        # Whatever is added later is measured against the same.
        self._among = len(self._classification)
        self.table = self._measure(self.shapes, rows)
        self.pictures = self._look(self.shapes)

    @classmethod
    def of(cls, proposed: Proposed, options: ClassifyOptions | None = None) -> Candidates | None:
        """Classify the chromosomes of a partition and of its alternatives.

        Returns
        -------
        Candidates or None
            None where the classifier can make nothing of the spread.
        """
        from napari_karyo.inference.classify import classify
        from napari_karyo.inference.options import ClassifyOptions

        options = options or ClassifyOptions()
        try:
            cell = proposed.segmentation.to_cell()
            return cls(proposed, classify(cell, options, views=_VIEWS), options.device)
        except PreprocessingError:
            return None

    def __len__(self) -> int:
        return len(self.shapes)

    @property
    def boxes(self) -> tuple[tuple[int, int, int, int], ...]:
        """Of each object left, top, right and bottom of its crop, see `Segmentation.box`."""
        return tuple(self._proposed.segmentation.box(one.outline) for one in self.objects)

    def add(self, shapes: Sequence[Candidate]) -> None:
        """Classify further outlines; they are numbered from the last one on."""
        if not shapes:
            return
        rows = self._append(shapes)
        self.table = np.concatenate([self.table, self._measure(shapes, rows)])
        self.pictures = np.concatenate([self.pictures, self._look(shapes)])

    def _append(self, shapes: Sequence[Candidate]) -> list[int | None]:
        """Return in which row of the classification each is: None where it can't be used."""
        objects = [self._proposed.placed(shape) for shape in shapes]
        more = [
            Chromosome(f"candidate-{number}", self._proposed.segmentation.crop(one.outline))
            for number, one in enumerate(objects, start=len(self))
        ]
        self.shapes += shapes
        self.objects += objects
        return self._classify(more)

    def _classify(self, more: Sequence[Chromosome]) -> list[int | None]:
        from napari_karyo.inference.extend import classify_more

        first, usable = len(self._classification), {item.name: item for item in more}
        while True:
            try:
                # Every crop is prepared, or refused by its name, before the network runs.
                whole = classify_more(
                    self._classification, list(usable.values()), device=self._device, views=_VIEWS
                )
            except PreprocessingError as error:
                del usable[str(error.path)]
            else:
                break
        self._classification = whole
        row_of = {name: first + number for number, name in enumerate(usable)}
        return [row_of.get(item.name) for item in more]

    def _measure(
        self, shapes: Sequence[Candidate], rows: Sequence[int | None]
    ) -> NDArray[np.float64]:
        of_crop = of_crops(self._classification, self._among)
        known = [unusable() if row is None else of_crop[row] for row in rows]
        own = [of_shape(shape, self._proposed.maps, self._usual) for shape in shapes]
        return np.concatenate([np.stack(known), np.stack(own)], axis=1)

    def _look(self, shapes: Sequence[Candidate]) -> NDArray[np.uint8]:
        field, maps = self._proposed.field, self._proposed.maps
        return np.stack([picture_outline(shape, field, maps) for shape in shapes])


def numbered(
    alternatives: Sequence[Alternative], chosen: Sequence[int], first: int
) -> list[Answer]:
    """Return alternatives by the numbers of candidates.

    Parameters
    ----------
    alternatives : sequence of Alternative
    chosen : sequence of int
        The candidates that the alternatives speak of.
    first : int
        The number of the first outline that they would have instead; the others follow.
    """
    answers: list[Answer] = []
    for alternative in alternatives:
        by = tuple(range(first, first + len(alternative.by)))
        answers.append((frozenset(chosen[one] for one in alternative.replaced), by))
        first += len(by)
    return answers
