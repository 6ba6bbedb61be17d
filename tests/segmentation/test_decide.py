"""Which of several partitions is taken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from napari_karyo.cell import Outline
from napari_karyo.models.agreement import Agreement
from napari_karyo.segmentation.decide import Candidates, decide
from napari_karyo.segmentation.objects import Kind, SpreadObject

#: One feature, which is the agreement's logit.
PLAIN = Agreement((0.0,), (1.0,), ((0.001,),), (0.0,), (1000.0,), 0.0)


def item(number: int) -> SpreadObject:
    mask = np.ones((2, 2), np.bool_)
    return SpreadObject(Kind.CHROMOSOME, Outline(mask, number, 0, ~mask), 0.0)


def logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def candidates(
    shares: list[float], count: int, *alternatives: tuple[set[int], tuple[int, ...]]
) -> Candidates:
    return Candidates(
        tuple(item(number) for number in range(len(shares))),
        count,
        tuple((frozenset(replaced), by) for replaced, by in alternatives),
        np.array([[logit(share)] for share in shares]),
        ((0, 0, 2, 2),) * len(shares),
    )


def tops(found: list[SpreadObject]) -> list[int]:
    return [one.outline.top for one in found]


def test_the_better_partition_is_taken() -> None:
    # Two halves, or the whole of them.
    found = decide(candidates([0.3, 0.4, 0.95], 2, ({0, 1}, (2,))), PLAIN)
    assert tops(found) == [2]
    assert abs(found[0].confidence - 0.95) < 1e-6


def test_what_is_hardly_better_changes_nothing() -> None:
    found = decide(candidates([0.9, 0.9, 0.91], 2, ({0}, (2,))), PLAIN)
    assert tops(found) == [0, 1]


def test_alternatives_of_one_chromosome_exclude_each_other() -> None:
    found = decide(candidates([0.4, 0.4, 0.85, 0.95, 0.9], 2, ({0}, (2,)), ({0, 1}, (3, 4))), PLAIN)
    assert tops(found) == [3, 4]


def test_two_good_ones_are_worth_more_than_one() -> None:
    found = decide(candidates([0.9, 0.9, 0.95], 2, ({0, 1}, (2,))), PLAIN)
    assert tops(found) == [0, 1]


def test_what_agrees_with_nothing_is_dirt_or_a_cluster() -> None:
    found = decide(candidates([0.9, 0.9, 0.1], 3), PLAIN)
    assert [one.kind for one in found] == [Kind.CHROMOSOME, Kind.CHROMOSOME, Kind.DIRT]
    large = replace(
        item(2), outline=Outline(np.ones((4, 4), np.bool_), 2, 0, np.zeros((4, 4), np.bool_))
    )
    several = replace(candidates([0.9, 0.9, 0.1], 3), objects=(item(0), item(1), large))
    assert decide(several, PLAIN)[2].kind is Kind.CLUSTER
