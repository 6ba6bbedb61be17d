"""Which of several answers is right, decided by what the classifier recognizes.

A part of a photograph that is one whole chromosome is recognized: the classifier is sure of
it, its bands are those of an average chromosome of the class, its length and width fit the
cell. Two that touch, or half of one, are not. So each chromosome of a partition, and each that
other partitions would have instead, is classified; a small network, trained on spreads of
``train``, looks at its outline and tells from this and from the classifier's answer how well it
agrees with a true one, and the partition is taken whose chromosomes agree best. What was put
together or parted so has other answers of its own, which are tried once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.segmentation.candidates import Answer, Candidates, numbered
from napari_karyo.segmentation.objects import Kind, SpreadObject
from napari_karyo.segmentation.proposed import Proposed
from napari_karyo.segmentation.retried import retried

if TYPE_CHECKING:
    from napari_karyo.inference.options import ClassifyOptions
    from napari_karyo.models.agreement import AgreementNetwork

#: An agreement that counts neither for nor against a partition.
_EVEN: Final = 0.4

#: By how much an alternative must be better, see `_gain`. Chosen with `_EVEN` on ``val``.
_BETTER: Final = 0.1

#: What agrees less is no chromosome: dirt, or where it is larger than so many times the median
#: chromosome, a cluster of several.
_NONE: Final = 0.3
_SEVERAL: Final = 1.5


def decide(
    proposed: Proposed, decision: AgreementNetwork, options: ClassifyOptions | None = None
) -> list[SpreadObject] | None:
    """Return the chromosomes of the partition that agrees best.

    Parameters
    ----------
    proposed : Proposed
    decision : AgreementNetwork
    options : ClassifyOptions, optional
        Of the classifier.

    Returns
    -------
    list of SpreadObject or None
        Each with its agreement as confidence; what hardly agrees with any chromosome is a
        cluster or dirt. None where the classifier can make nothing of the spread.
    """
    candidates = Candidates.of(proposed, options)
    if candidates is None:
        return None
    agreement = decision.of(candidates.table, candidates.pictures)
    first = range(len(proposed.partition.shapes))
    chosen = choose(agreement, first, candidates.answers)
    known, new = len(candidates), set(chosen).difference(first)
    again = list(retried(candidates.shapes, chosen, new, proposed.maps))
    candidates.add([shape for alternative in again for shape in alternative.by])
    more = decision.of(candidates.table[known:], candidates.pictures[known:])
    agreement = np.concatenate([agreement, more])
    chosen = choose(agreement, chosen, numbered(again, chosen, known))
    return name_objects(
        [replace(candidates.objects[one], confidence=float(agreement[one])) for one in chosen]
    )


def choose(
    agreement: NDArray[np.float64], chosen: Sequence[int], answers: Sequence[Answer]
) -> list[int]:
    """Return which candidates agree best: of other answers the best first.

    Parameters
    ----------
    agreement : ndarray, shape (N,)
        Of each candidate.
    chosen : sequence of int
        The candidates of the partition.
    answers : sequence of (frozenset of int, tuple of int)
    """
    gains = [
        (_gain(agreement[list(by)], agreement[list(replaced)]), number)
        for number, (replaced, by) in enumerate(answers)
    ]
    gone: set[int] = set()
    taken: list[int] = []
    for gain, number in sorted(gains, reverse=True):
        replaced, by = answers[number]
        if gain < _BETTER:
            break
        if gone.isdisjoint(replaced):
            gone |= replaced
            taken += by
    return sorted([*(number for number in chosen if number not in gone), *taken])


def _gain(new: NDArray[np.float64], old: NDArray[np.float64]) -> float:
    """Return how much better some outlines are than those whose place they would take.

    By what they are worth together, which favours several that are fairly good, and on
    average, which favours one that is very good.
    """
    together = float((new - _EVEN).sum() - (old - _EVEN).sum())
    return together / 2 + float(new.mean() - old.mean())


def name_objects(objects: Sequence[SpreadObject]) -> list[SpreadObject]:
    """Return the objects, each with what it is by its confidence and size."""
    usual = float(np.median([np.count_nonzero(one.outline.mask) for one in objects]))
    return [_named(one, usual) for one in objects]


def _named(item: SpreadObject, usual: float) -> SpreadObject:
    if item.confidence >= _NONE:
        return item
    large = np.count_nonzero(item.outline.mask) > _SEVERAL * usual
    return replace(item, kind=Kind.CLUSTER if large else Kind.DIRT)
