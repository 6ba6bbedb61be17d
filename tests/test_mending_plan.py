"""What `benchmarks/spread_clicks.py` has a person mend, without a window."""

from __future__ import annotations

import sys
from pathlib import Path

import poor_spread
import pytest

from napari_karyo.cell import Outline
from napari_karyo.segmentation import mending
from napari_karyo.segmentation.canvas import outline_of, share_overlaps

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from mending_plan import Correction, Truth


def truth() -> Truth:
    lines = (
        poor_spread.ALONE,
        *poor_spread.CROSSING,
        *poor_spread.TOUCHING,
        [*poor_spread.BROKEN[0], *poor_spread.BROKEN[1]],
        poor_spread.UNSEEN,
    )
    true = [outline_of(poor_spread.rod(line), 0, 0) for line in lines]
    return Truth(share_overlaps(true, []), poor_spread.SHAPE)


def made_by(correction: Correction, held: dict[int, Outline]) -> list[Outline]:
    """Return what the program makes of a correction."""
    first = [held[one] for one in correction.objects]
    if correction.kind == "cut":
        return mending.cut_outline(first[0], correction.lines[0])
    if correction.kind == "join":
        return [mending.join_outlines(first)]
    if correction.kind == "draw":
        return [mending.draw_outline(correction.lines[0], poor_spread.SHAPE)]
    if correction.kind == "part" and correction.lines:
        return mending.part_crossing(first[0], correction.lines)
    return mending.part_crossing_alone(first[0]) if correction.kind == "part" else []


def test_each_fault_gets_its_own_correction_and_nothing_is_left() -> None:
    true, held = truth(), dict(enumerate(poor_spread.outlines()))
    now = true.standing(held)
    # Of the broken one, the larger piece is more than half.
    assert now.wrong == len(now.missed) + len(now.false) >= 9
    assert 0 in now.pairs
    done: list[Correction] = []
    while (correction := true.next_correction(held)) is not None:
        done.append(correction)
        assert len(done) < 10
        new = made_by(correction, held)
        number = max(held) + 1
        held = {one: it for one, it in held.items() if one not in correction.objects}
        held |= dict(enumerate(new, start=number))
    assert sorted(one.kind for one in done) == ["cut", "draw", "join", "nucleus", "part"]
    assert true.standing(held).wrong == 0
    assert sum(one.presses for one in done) == 11
    by_kind = {one.kind: one.objects for one in done}
    assert by_kind["part"] == (1,)
    assert by_kind["cut"] == (2,)
    assert set(by_kind["join"]) == {3, 4}
    assert by_kind["nucleus"] == (5,)


def test_what_holds_another_one_is_wrong_though_it_overlaps_enough() -> None:
    true = truth()
    held = dict(enumerate(true.outlines))
    assert true.standing(held).wrong == 0
    assert true.next_correction(held) is None
    # The first of the touching two swallows the other: it is still the larger half of both.
    both = mending.join_outlines([held[3], held[4]])
    found = true.standing({**{one: it for one, it in held.items() if one not in (3, 4)}, 3: both})
    assert found.missed == [3, 4]
    assert found.false == [3]


def test_those_that_touch_or_cross_are_counted() -> None:
    # The two that touch have a gap of a pixel in this photograph.
    assert truth().touching() == {1, 2}


@pytest.mark.parametrize("kind", ["dirt", "nucleus"])
def test_what_lies_where_nothing_is_is_removed(kind: str) -> None:
    true = truth()
    held = dict(enumerate(true.outlines))
    held[9] = outline_of(poor_spread.rod([(200, 40)], 6 if kind == "dirt" else 35), 0, 0)
    assert true.next_correction(held) == Correction(kind, (9,))
