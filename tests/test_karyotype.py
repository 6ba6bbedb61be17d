"""Edits of the karyotype: any series of them, undone and redone."""

from __future__ import annotations

import json

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from napari_karyo.classes import CLASSES, TRAY
from napari_karyo.errors import EditError
from napari_karyo.karyotype import SLOTS, Change, Edit, Karyotype, State

PAIRS = [name for name in CLASSES for _ in range(2)][:-2]  # 46,XX: no Y


def pairs() -> Karyotype:
    return Karyotype(PAIRS, turned=[3], who="AB")


def test_a_move_is_one_event_and_follows_into_the_iscn_form() -> None:
    karyotype = pairs()
    seen: list[Change] = []
    karyotype.changed.connect(seen.append)
    assert karyotype.iscn == "46,XX"
    assert karyotype.move(0, "21")
    assert karyotype.slot_of(0) == "21"
    assert karyotype.iscn == "46,XX,-1,+21"
    assert [change.touched for change in seen] == [frozenset({"1", "21"})]
    assert seen[0].edit.who == "AB"
    assert seen[0].edit.text == "0 to slot 21"
    assert karyotype.is_corrected(0)


def test_corrected_means_other_than_proposed() -> None:
    karyotype = pairs()
    karyotype.move(0, "2")
    karyotype.turn(5)
    assert karyotype.state.corrected == {0, 5}
    karyotype.move(0, "1")
    karyotype.turn(5)
    assert karyotype.state.corrected == frozenset()
    assert len(karyotype.history) == 4


def test_an_edit_that_changes_nothing_is_none() -> None:
    karyotype = pairs()
    karyotype.changed.connect(lambda change: pytest.fail(str(change)))
    assert not karyotype.move(0, "1")
    assert not karyotype.move(0, "1", 0)
    assert not karyotype.review(0, False)
    assert not karyotype.undo()
    assert not karyotype.redo()
    assert karyotype.history == ()


@pytest.mark.parametrize(
    "edit",
    [
        lambda k: k.move(0, "23"),
        lambda k: k.move(46, "1"),
        lambda k: k.move(-1, "1"),
        lambda k: k.turn(99),
        lambda k: k.swap(1, 1),
        lambda k: k.swap_with_neighbour(0, -1),
        lambda k: k.swap_with_neighbour(1, 1),
        lambda k: Karyotype(["1"], turned=[1]),
        lambda k: Karyotype(["nowhere"]),
        lambda k: k.slot_of(99),
    ],
)
def test_nonsense_is_refused_and_leaves_no_trace(edit) -> None:  # type: ignore[no-untyped-def]
    karyotype = pairs()
    with pytest.raises(EditError):
        edit(karyotype)
    assert karyotype.state == karyotype.proposed
    assert not karyotype.can_undo


def test_neighbours_swap() -> None:
    karyotype = pairs()
    karyotype.swap_with_neighbour(0)
    assert karyotype.state.slots["1"] == (1, 0)
    karyotype.swap(0, 45)
    assert karyotype.state.slots["1"] == (1, 45)
    assert karyotype.slot_of(0) == "X"


def test_a_place_within_the_slot() -> None:
    karyotype = pairs()
    karyotype.move([10, 11], "1", 1)
    assert karyotype.state.slots["1"] == (0, 10, 11, 1)
    assert karyotype.position_of(11) == 2


def test_the_tray_is_not_counted() -> None:
    karyotype = pairs()
    karyotype.to_tray([44])
    assert karyotype.iscn == "45,X"
    assert karyotype.state.slots[TRAY] == (44,)


def test_an_edit_after_undo_forgets_what_was_undone() -> None:
    karyotype = pairs()
    karyotype.move(0, "2")
    karyotype.undo()
    karyotype.move(0, "3")
    assert not karyotype.can_redo
    assert len(karyotype.history) == 1


def test_edits_survive_json() -> None:
    karyotype = pairs()
    karyotype.move([0, 3], "X", 1)
    karyotype.review(2)
    for edit in karyotype.history:
        assert Edit.from_dict(json.loads(json.dumps(edit.to_dict()))) == edit
    assert State.from_dict(karyotype.state.to_dict()) == karyotype.state


class AnyEdits(RuleBasedStateMachine):
    """Any series of edits, undos and redos."""

    def __init__(self) -> None:
        super().__init__()
        self.karyotype = pairs()
        self.shown = dict(self.karyotype.state.slots)
        self.karyotype.changed.connect(self.redraw)

    def redraw(self, change: Change) -> None:
        """A view that redraws only what it is told."""
        for name in change.touched:
            self.shown[name] = self.karyotype.state.slots[name]

    some = st.integers(0, 45)

    @rule(items=st.lists(some, min_size=1, max_size=3), slot=st.sampled_from(SLOTS))
    def move(self, items: list[int], slot: str) -> None:
        self.karyotype.move(items, slot)

    @rule(item=some, slot=st.sampled_from(SLOTS), place=st.integers(0, 4))
    def move_to_place(self, item: int, slot: str, place: int) -> None:
        self.karyotype.move(item, slot, place)

    @rule(item=some)
    def turn(self, item: int) -> None:
        self.karyotype.turn(item)

    @rule(a=some, b=some)
    def swap(self, a: int, b: int) -> None:
        if a != b:
            self.karyotype.swap(a, b)

    @rule(item=some)
    def review(self, item: int) -> None:
        self.karyotype.review(item)

    @rule()
    def undo(self) -> None:
        self.karyotype.undo()

    @rule()
    def redo(self) -> None:
        self.karyotype.redo()

    @rule()
    def all_the_way_back_and_forth(self) -> None:
        state = self.karyotype.state
        count = len(self.karyotype.history)
        while self.karyotype.undo():
            pass
        assert self.karyotype.state == self.karyotype.proposed
        for _ in range(count):
            self.karyotype.redo()
        assert self.karyotype.state == state

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        members = [item for slot in self.karyotype.state.slots.values() for item in slot]
        assert sorted(members) == list(range(46))

    @invariant()
    def the_view_shows_the_model(self) -> None:
        assert self.shown == dict(self.karyotype.state.slots)


AnyEdits.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestAnyEdits = AnyEdits.TestCase
