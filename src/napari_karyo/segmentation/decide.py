"""Which of several answers is right, decided by what the classifier recognizes.

A part of a photograph that is one whole chromosome is recognized: the classifier is sure of
it, its bands are those of an average chromosome of the class, its length and width fit the
cell. Two that touch, or half of one, are not. So each chromosome of a partition, and each that
other partitions would have instead, is classified; a logistic regression, fitted on spreads
of ``train``, tells from this and from the maps how well it agrees with a true one, and the
partition is taken whose chromosomes agree best.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Chromosome
from napari_karyo.errors import PreprocessingError
from napari_karyo.models.agreement import Agreement
from napari_karyo.segmentation.features import FEATURES, of_crops, of_shape, unusable
from napari_karyo.segmentation.maps import Maps
from napari_karyo.segmentation.objects import Kind, Segmentation, SpreadObject
from napari_karyo.segmentation.partition import Alternative, Candidate, Partition

if TYPE_CHECKING:
    from napari_karyo.inference.options import ClassifyOptions
    from napari_karyo.inference.result import Classification

#: An agreement that counts neither for nor against a partition.
_EVEN: Final = 0.3

#: By how much an alternative must be better, see `_gain`. Chosen with `_EVEN` on ``val``.
_BETTER: Final = 0.2

#: What agrees less is no chromosome: dirt, or where it is larger than so many times the median
#: chromosome, a cluster of several.
_NONE: Final = 0.3
_SEVERAL: Final = 1.5


#: How many views of each crop decide: as it lies.
_VIEWS: Final = 1


@dataclass(frozen=True, eq=False)
class Candidates:
    """The chromosomes of a partition, those of its alternatives, and what is known of them.

    Attributes
    ----------
    objects : tuple of SpreadObject
        Those of the partition first.
    count : int
        How many these are.
    alternatives : tuple of (frozenset of int, tuple of int)
        Which objects each would replace, and by which.
    table : ndarray, shape (N, len(FEATURES))
    boxes : tuple of tuple of int
        Of each object left, top, right and bottom of its crop, see `Segmentation.box`.
    """

    objects: tuple[SpreadObject, ...]
    count: int
    alternatives: tuple[tuple[frozenset[int], tuple[int, ...]], ...]
    table: NDArray[np.float64]
    boxes: tuple[tuple[int, int, int, int], ...]


def decide(candidates: Candidates, decision: Agreement) -> list[SpreadObject]:
    """Return the chromosomes of the partition that agrees best.

    Parameters
    ----------
    candidates : Candidates
    decision : Agreement

    Returns
    -------
    list of SpreadObject
        Each with its agreement as confidence; what hardly agrees with any chromosome is a
        cluster or dirt.
    """
    agreement = decision.of(candidates.table)
    gains = [
        (_gain(agreement[list(by)], agreement[list(replaced)]), number)
        for number, (replaced, by) in enumerate(candidates.alternatives)
    ]
    gone: set[int] = set()
    kept: list[int] = []
    for gain, number in sorted(gains, reverse=True):
        replaced, by = candidates.alternatives[number]
        if gain < _BETTER:
            break
        if gone.isdisjoint(replaced):
            gone |= replaced
            kept += by
    kept += [number for number in range(candidates.count) if number not in gone]
    objects = [
        replace(candidates.objects[number], confidence=float(agreement[number]))
        for number in sorted(kept)
    ]
    usual = float(np.median([np.count_nonzero(one.outline.mask) for one in objects]))
    return [_named(one, usual) for one in objects]


def _gain(new: NDArray[np.float64], old: NDArray[np.float64]) -> float:
    """Return how much better some outlines are than those whose place they would take.

    By what they are worth together, which favours several that are fairly good, and on
    average, which favours one that is very good.
    """
    together = float((new - _EVEN).sum() - (old - _EVEN).sum())
    return together / 2 + float(new.mean() - old.mean())


def _named(item: SpreadObject, usual: float) -> SpreadObject:
    if item.confidence >= _NONE:
        return item
    large = np.count_nonzero(item.outline.mask) > _SEVERAL * usual
    return replace(item, kind=Kind.CLUSTER if large else Kind.DIRT)


def find_candidates(
    segmentation: Segmentation,
    partition: Partition,
    maps: Maps,
    placed: Callable[[Candidate], SpreadObject],
    options: ClassifyOptions | None = None,
) -> Candidates | None:
    """Classify the chromosomes of a partition and of its alternatives.

    Parameters
    ----------
    segmentation : Segmentation
        Its chromosomes are those of the partition, in the same order.
    partition : Partition
    maps : Maps
    placed : callable
        Brings a shape of the field into the photograph.
    options : ClassifyOptions, optional

    Returns
    -------
    Candidates or None
        None where the classifier can make nothing of the spread.
    """
    from napari_karyo.inference.classify import classify

    own = segmentation.chromosomes
    try:
        classification = classify(segmentation.to_cell(), options, views=_VIEWS)
    except PreprocessingError:
        return None
    # The classifier leaves out what it can't use.
    names = [item.name for item in classification.cell]
    shapes = list(partition.shapes)
    objects = list(own)
    chosen: list[tuple[frozenset[int], tuple[int, ...]]] = []
    for alternative in partition.alternatives():
        chosen.append(_numbered(alternative, len(objects)))
        shapes += alternative.by
        objects += [placed(shape) for shape in alternative.by]
    more = [
        Chromosome(f"alternative-{number}", segmentation.crop(objects[number].outline))
        for number in range(len(own), len(objects))
    ]
    classification, row_of = _with_more(classification, more)
    row_of |= {name: row for row, name in enumerate(names)}
    of_crop = of_crops(classification)
    usual = float(np.median([np.count_nonzero(one.region.mask) for one in partition.shapes]))
    table = np.zeros((len(objects), len(FEATURES)))
    for number, shape in enumerate(shapes):
        name = segmentation.name_of(number) if number < len(own) else more[number - len(own)].name
        row = row_of.get(name)
        known = of_crop[row] if row is not None else unusable()
        table[number] = [*known, *of_shape(shape, maps, usual)]
    boxes = tuple(segmentation.box(one.outline) for one in objects)
    return Candidates(tuple(objects), len(own), tuple(chosen), table, boxes)


def _numbered(alternative: Alternative, first: int) -> tuple[frozenset[int], tuple[int, ...]]:
    return alternative.replaced, tuple(range(first, first + len(alternative.by)))


def _with_more(
    classification: Classification, more: Sequence[Chromosome]
) -> tuple[Classification, dict[str, int]]:
    """Classify further crops; those that hold nothing are left out."""
    from napari_karyo.inference.extend import classify_more

    first, usable = len(classification), {item.name: item for item in more}
    while True:
        try:
            # Every crop is prepared, or refused by its name, before the network runs.
            whole = classify_more(classification, list(usable.values()), views=_VIEWS)
        except PreprocessingError as error:
            del usable[str(error.path)]
        else:
            return whole, {name: first + number for number, name in enumerate(usable)}
