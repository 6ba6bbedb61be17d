"""Which of several partitions is taken, and what is tried again."""

from __future__ import annotations

import numpy as np

from napari_karyo.cell import Outline
from napari_karyo.segmentation.candidates import numbered
from napari_karyo.segmentation.decide import choose, name_objects
from napari_karyo.segmentation.maps import Maps
from napari_karyo.segmentation.objects import Kind, SpreadObject
from napari_karyo.segmentation.partition import Alternative, Candidate
from napari_karyo.segmentation.region import Region
from napari_karyo.segmentation.retried import retried


def chosen(
    shares: list[float], count: int, *answers: tuple[set[int], tuple[int, ...]]
) -> list[int]:
    known = [(frozenset(replaced), by) for replaced, by in answers]
    return choose(np.array(shares), range(count), known)


def test_the_better_partition_is_taken() -> None:
    # Two halves, or the whole of them.
    assert chosen([0.3, 0.4, 0.95], 2, ({0, 1}, (2,))) == [2]


def test_what_is_hardly_better_changes_nothing() -> None:
    assert chosen([0.9, 0.9, 0.91], 2, ({0}, (2,))) == [0, 1]


def test_alternatives_of_one_chromosome_exclude_each_other() -> None:
    assert chosen([0.4, 0.4, 0.85, 0.95, 0.9], 2, ({0}, (2,)), ({0, 1}, (3, 4))) == [3, 4]


def test_two_good_ones_are_worth_more_than_one() -> None:
    assert chosen([0.9, 0.9, 0.95], 2, ({0, 1}, (2,))) == [0, 1]


def item(confidence: float, side: int = 2) -> SpreadObject:
    mask = np.ones((side, side), np.bool_)
    return SpreadObject(Kind.CHROMOSOME, Outline(mask, 0, 0, ~mask), confidence)


def test_what_agrees_with_nothing_is_dirt_or_a_cluster() -> None:
    found = name_objects([item(0.9), item(0.9), item(0.1), item(0.1, side=4)])
    assert [one.kind for one in found] == ["chromosome", "chromosome", "dirt", "cluster"]
    assert found[2].kind is Kind.DIRT


def bar(top: int, left: int, height: int, width: int) -> Candidate:
    mask = np.ones((height, width), np.bool_)
    return Candidate(Region(mask, top, left), np.zeros_like(mask))


def test_what_was_parted_is_tried_with_what_touches_it() -> None:
    # The lower half of a long chromosome was joined with a small one beside it, and was parted.
    upper, joined, lower, small = (
        bar(0, 20, 40, 14),
        bar(40, 20, 40, 60),
        bar(40, 20, 40, 14),
        bar(50, 34, 14, 46),
    )
    far = bar(100, 100, 40, 14)
    maps = Maps(*(np.zeros((200, 200), np.float32) for _ in range(6)))
    shapes = [upper, joined, far, lower, small]
    united = [one for one in retried(shapes, [0, 2, 3, 4], {3, 4}, maps) if len(one.replaced) == 2]
    # The numbers are those of the partition: upper, far, lower, small.
    assert {frozenset((0, 2)), frozenset((2, 3))} <= {one.replaced for one in united}
    assert not any(1 in one.replaced for one in united)
    (whole,) = (one.by[0].region for one in united if one.replaced == frozenset((0, 2)))
    assert (whole.top, whole.left, whole.mask.shape) == (0, 20, (80, 14))
    assert whole.mask.all()


def test_what_was_tried_is_not_tried_again() -> None:
    upper, lower = bar(0, 20, 40, 14), bar(40, 20, 40, 14)
    maps = Maps(*(np.zeros((120, 60), np.float32) for _ in range(6)))
    (whole,) = (one for one in retried([upper, lower], [0, 1], {0}, maps) if len(one.replaced) == 2)
    known = [upper, lower, *whole.by]
    assert not [one for one in retried(known, [0, 1], {0}, maps) if len(one.replaced) == 2]
    # Nothing is new.
    assert not list(retried([upper, lower], [0, 1], set(), maps))


def test_what_was_put_together_is_parted_by_its_notches() -> None:
    mask = np.zeros((80, 60), np.bool_)
    mask[:, :14] = True
    mask[33:47, 14:] = True
    joined = Candidate(Region(mask, 10, 20), np.zeros_like(mask))
    maps = Maps(*(np.zeros((120, 120), np.float32) for _ in range(6)))
    parted = list(retried([joined], [0], {0}, maps))
    assert parted
    for one in parted:
        assert one.replaced == {0}
        pixels = sum(np.count_nonzero(part.region.mask) for part in one.by)
        assert len(one.by) == 2
        assert abs(pixels - np.count_nonzero(mask)) < 60


def test_alternatives_of_what_was_chosen_are_numbered_as_candidates() -> None:
    one, two = bar(0, 0, 40, 14), bar(40, 0, 40, 14)
    alternatives = [
        Alternative(frozenset((0, 2)), (one,)),
        Alternative(frozenset((1,)), (one, two)),
    ]
    assert numbered(alternatives, [0, 3, 5], 7) == [
        (frozenset((0, 5)), (7,)),
        (frozenset((3,)), (8, 9)),
    ]
