"""Who sits where: every edit, and the way back from every edit."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from drawn import make_cell, make_classification
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from napari_karyo.classes import AUTOSOMES, CLASSES, MARKERS, TRAY
from napari_karyo.classified import propose
from napari_karyo.errors import EditError
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import (
    CELL_MARKS,
    PLAIN,
    SLOTS,
    Appearance,
    Change,
    Edit,
    Karyotype,
    State,
)

MALE = [name for name in AUTOSOMES for _ in range(2)] + ["X", "Y"]


@pytest.fixture
def karyotype() -> Karyotype:
    """Chromosomes 0 and 1 in 1, 2 and 3 in 2, and so on, 44 in X, 45 in Y."""
    return Karyotype(MALE, [3], names=[f"{n:02d}.png" for n in range(46)], who="AB")


@pytest.fixture
def heard(karyotype: Karyotype) -> list[Change]:
    """What the karyotype says."""
    changes: list[Change] = []
    karyotype.changed.connect(changes.append)
    return changes


def test_the_proposal(karyotype: Karyotype) -> None:
    state = karyotype.state
    assert state is karyotype.proposed
    assert tuple(state.slots) == SLOTS == (*CLASSES, MARKERS, TRAY)
    assert state.slots["2"] == (2, 3)
    assert state.slots[TRAY] == ()
    assert state.turned == {3}
    assert not state.corrected
    assert not state.reviewed
    assert (karyotype.slot_of(45), karyotype.position_of(3), len(karyotype)) == ("Y", 1, 46)
    assert karyotype.counts() == dict.fromkeys(AUTOSOMES, 2) | {"X": 1, "Y": 1}
    assert karyotype.iscn == "46,XY"
    assert karyotype.history == ()
    assert not karyotype.can_undo
    assert not karyotype.can_redo


def test_a_snapshot_is_left_alone(karyotype: Karyotype, heard: list[Change]) -> None:
    karyotype.move([0], "21")
    still = karyotype.snapshot()
    assert still.state is karyotype.state
    assert (still.names, still.who, still.iscn) == (karyotype.names, "AB", karyotype.iscn)
    karyotype.undo()
    karyotype.move([2], "22")
    assert still.slot_of(0) == "21"
    assert still.slot_of(2) == "2"
    assert [edit.chromosomes for edit in still.history] == [(0,)]
    count = len(heard)
    still.undo()
    assert still.state is karyotype.proposed
    assert karyotype.slot_of(2) == "22"
    assert len(heard) == count


def test_a_move_is_an_edit(karyotype: Karyotype, heard: list[Change]) -> None:
    before = karyotype.state
    edit = karyotype.move([0], "21")
    assert edit is not None
    assert karyotype.state.slots["1"] == (1,)
    assert karyotype.state.slots["21"] == (40, 41, 0)
    assert before.slots["1"] == (0, 1), "a state taken earlier stays as it was"
    assert (edit.kind, edit.chromosomes, edit.who) == ("move", (0,), "AB")
    assert edit.text == "00.png moved from 1 to 21"
    assert (edit.before, edit.after) == (before, karyotype.state)
    assert abs((datetime.now(UTC) - edit.time).total_seconds()) < 60
    assert heard == [Change(edit, "do", frozenset({"1", "21"}))]
    assert karyotype.history == (edit,)
    assert karyotype.iscn == "46,XY,-1,+21"
    assert karyotype.is_corrected(0)
    assert not karyotype.is_corrected(1)


def test_the_place_within_a_slot(karyotype: Karyotype) -> None:
    karyotype.move([0], "21", 0)
    assert karyotype.state.to_dict()["slots"]["21"] == [0, 40, 41]
    karyotype.move([1, 5], "21", 1)
    assert karyotype.state.to_dict()["slots"]["21"] == [0, 1, 5, 40, 41]
    # Counted without those that move.
    karyotype.move([0], "21", 4)
    assert karyotype.state.to_dict()["slots"]["21"] == [1, 5, 40, 41, 0]
    karyotype.move([41, 1], "21", 0)
    assert karyotype.state.to_dict()["slots"]["21"] == [41, 1, 5, 40, 0]
    edit = karyotype.history[-1]
    assert edit.text == "41.png and 01.png put elsewhere in 21"
    # Without a place, those that are there stay, and the others come to the right.
    karyotype.move([5, 2], "21")
    assert karyotype.state.to_dict()["slots"]["21"] == [41, 1, 5, 40, 0, 2]


def test_many_at_once_are_one_edit(karyotype: Karyotype, heard: list[Change]) -> None:
    edit = karyotype.to_tray(range(4))
    assert edit is not None
    assert karyotype.state.slots[TRAY] == (0, 1, 2, 3)
    assert edit.text == "4 chromosomes moved from 1 and 2 to the tray"
    assert edit.kind == "tray"
    assert heard[0].touched == {"1", "2", TRAY}
    assert karyotype.iscn == "42,XY,-1,-1,-2,-2"
    karyotype.undo()
    assert karyotype.state == karyotype.proposed


def test_swap(karyotype: Karyotype, heard: list[Change]) -> None:
    karyotype.swap(0, 45)
    assert karyotype.state.slots["1"] == (45, 1)
    assert karyotype.state.slots["Y"] == (0,)
    assert karyotype.state.corrected == {0, 45}
    assert heard[-1].touched == {"1", "Y"}
    karyotype.swap_with_neighbour(1, -1)
    assert karyotype.state.slots["1"] == (1, 45)
    karyotype.swap_with_neighbour(1)
    assert karyotype.state.slots["1"] == (45, 1)
    assert heard[-1].touched == {"1"}


def test_turning(karyotype: Karyotype, heard: list[Change]) -> None:
    karyotype.turn([3, 4])
    assert karyotype.state.turned == {4}
    assert karyotype.state.corrected == {3, 4}
    assert heard[-1].touched == {"2", "3"}
    assert karyotype.state.slots == karyotype.proposed.slots
    karyotype.turn([3])
    assert karyotype.state.turned == {3, 4}
    assert karyotype.state.corrected == {4}, "turned back is as proposed"


def test_moved_back_is_corrected_no_longer(karyotype: Karyotype) -> None:
    karyotype.move([0], "5")
    karyotype.move([0], "1")
    assert not karyotype.state.corrected
    assert karyotype.state.slots["1"] == (1, 0)
    assert len(karyotype.history) == 2


def test_reviewing(karyotype: Karyotype, heard: list[Change]) -> None:
    karyotype.review([0, 2])
    edit = karyotype.review([2, 4])
    assert edit is not None
    assert edit.chromosomes == (4,), "only what changed"
    assert karyotype.state.reviewed == {0, 2, 4}
    assert heard[-1].touched == {"3"}
    assert not karyotype.state.corrected
    karyotype.review([2], reviewed=False)
    assert karyotype.state.reviewed == {0, 4}
    assert karyotype.history[-1].text == "02.png no longer accepted"


def test_a_mark_of_review_is_for_the_place_it_was_given(karyotype: Karyotype) -> None:
    karyotype.review([0, 1, 2])
    karyotype.swap_with_neighbour(0)
    karyotype.turn([1])
    assert karyotype.state.reviewed == {0, 1, 2}
    karyotype.move([0], "9")
    assert karyotype.state.reviewed == {1, 2}
    karyotype.undo()
    assert karyotype.state.reviewed == {0, 1, 2}


def test_undo_and_redo(karyotype: Karyotype, heard: list[Change]) -> None:
    first = karyotype.move([0], "5")
    second = karyotype.turn([7])
    assert first is not None
    assert second is not None
    assert karyotype.undo() is second
    assert heard[-1] == Change(second, "undo", frozenset({"4"}))
    assert karyotype.history == (first,)
    assert karyotype.redo() is second
    assert heard[-1].direction == "redo"
    assert karyotype.undo() is second
    assert karyotype.undo() is first
    assert karyotype.state == karyotype.proposed
    assert karyotype.undo() is None
    assert karyotype.redo() is first
    karyotype.review([9])
    assert not karyotype.can_redo, "a new edit ends what could be done again"
    assert karyotype.redo() is None
    assert len(heard) == 8


NOTHING: dict[str, Callable[[Karyotype], Any]] = {
    "moved where it is": lambda k: k.move([2], "2"),
    "moved to its place": lambda k: k.move([2], "2", 0),
    "both to their places": lambda k: k.move([2, 3], "2", 0),
    "nobody moved": lambda k: k.move([], "7"),
    "nobody turned": lambda k: k.turn([]),
    "swapped with itself": lambda k: k.swap(2, 2),
    "no step": lambda k: k.swap_with_neighbour(2, 0),
    "mark that isn't there": lambda k: k.review([2], reviewed=False),
    "already a marker's place": lambda k: k.to_markers([]),
    "no derivative before": lambda k: k.mark_derivative(2, False),
    "rotated by nothing": lambda k: k.rotate([2], 0),
    "rotated all around": lambda k: k.rotate([2], 360),
    "straight as it is": lambda k: k.straighten([2], False),
    "the whole contrast": lambda k: k.set_contrast([2], 0, 1),
    "mark taken that isn't there": lambda k: k.mark("counted", False),
    "no note": lambda k: k.annotate(""),
    "nothing written": lambda k: k.write_iscn("  "),
    "no signature": lambda k: k.withdraw(),
    "nothing to undo": lambda k: k.undo(),
    "nothing to redo": lambda k: k.redo(),
}


@pytest.mark.parametrize("nothing", NOTHING.values(), ids=NOTHING)
def test_an_edit_that_changes_nothing_leaves_no_trace(
    karyotype: Karyotype, heard: list[Change], nothing: Callable[[Karyotype], Any]
) -> None:
    before = karyotype.state
    assert nothing(karyotype) is None
    assert karyotype.state is before
    assert karyotype.history == ()
    assert heard == []


def test_an_edit_that_changes_nothing_keeps_what_can_be_redone(karyotype: Karyotype) -> None:
    karyotype.move([0], "5")
    karyotype.undo()
    karyotype.move([0], "1")
    assert karyotype.can_redo


NONSENSE: dict[str, tuple[Callable[[Karyotype], Any], str]] = {
    "slot": (lambda k: k.move([0], "23"), "no slot '23'"),
    "small letter": (lambda k: k.move([0], "x"), "no slot 'x'"),
    "slot, nobody": (lambda k: k.move([], "24"), "no slot '24'"),
    "chromosome": (lambda k: k.move([0, 46], "5"), "no chromosome of number 46"),
    "negative": (lambda k: k.turn([-1]), "no chromosome of number -1"),
    "tray": (lambda k: k.to_tray([99]), "number 99"),
    "review": (lambda k: k.review([99]), "number 99"),
    "swap": (lambda k: k.swap(0, 46), "number 46"),
    "slot of": (lambda k: k.slot_of(46), "number 46"),
    "position of": (lambda k: k.position_of(46), "number 46"),
    "is corrected": (lambda k: k.is_corrected(46), "number 46"),
    "right": (lambda k: k.swap_with_neighbour(1), "01.png has no neighbour to the right in 1"),
    "left": (lambda k: k.swap_with_neighbour(44, -1), "no neighbour to the left in X"),
    "place": (lambda k: k.move([0], "5", 3), "no place 3 in 5"),
    "place left": (lambda k: k.move([0], TRAY, -1), "no place -1 in the tray"),
    "derivative of nothing": (lambda k: k.mark_derivative(46), "number 46"),
    "contrast": (lambda k: k.set_contrast([0], 0.5, 0.5), "shows nothing"),
    "contrast, none": (lambda k: k.set_contrast([0], float("nan"), 1), "no number"),
    "angle": (lambda k: k.rotate([0], float("inf")), "no number"),
    "rotate nobody": (lambda k: k.rotate([46], 3), "number 46"),
    "cell mark": (lambda k: k.mark("finished"), "can't be marked 'finished'"),
    "role": (lambda k: k.sign("liked"), "can't be signed"),
    "confirmed first": (lambda k: k.sign("confirmed"), "not been reviewed"),
    "merge one": (lambda k: k.merge([0, 0], "a", "1"), "two or more"),
    "merge nowhere": (lambda k: k.merge([0, 1], "a", "25"), "no slot '25'"),
    "merge nobody": (lambda k: k.merge([0, 46], "a", "1"), "number 46"),
    "split into one": (lambda k: k.split(0, ["a"], ["1"]), "two or more"),
    "split nowhere": (lambda k: k.split(0, ["a", "b"], ["1", ""]), "no slot ''"),
    "go nowhere": (lambda k: k.go_to(2), "no edit number 2"),
    "place here": (lambda k: k.move([0], "1", 2), "no place 2 in 1"),
}


@pytest.mark.parametrize(("nonsense", "words"), NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_refused_and_changes_nothing(
    karyotype: Karyotype,
    heard: list[Change],
    nonsense: Callable[[Karyotype], Any],
    words: str,
) -> None:
    karyotype.move([10], "1", 0)
    karyotype.undo()
    heard.clear()
    before = karyotype.state
    with pytest.raises(EditError, match=words):
        nonsense(karyotype)
    assert karyotype.state is before
    assert karyotype.can_redo
    assert heard == []


def test_a_proposal_must_make_sense() -> None:
    with pytest.raises(EditError, match="no slot '0'"):
        Karyotype(["1", "0"])
    with pytest.raises(EditError, match="3 names were given for 2"):
        Karyotype(["1", "2"], names=["a", "b", "c"])
    with pytest.raises(EditError, match="number 2"):
        Karyotype(["1", "2"], [2])
    for order in ([0], [0, 0], [0, 2], [1, 0, 1]):
        with pytest.raises(EditError, match="order"):
            Karyotype(["1", "1"], order=order)
    assert Karyotype(["1", "1"], order=[1, 0]).state.slots["1"] == (1, 0)


def test_an_empty_cell() -> None:
    karyotype = Karyotype([])
    assert karyotype.iscn == "0 (no chromosome placed)"
    assert karyotype.move([], "1") is None


def test_numbers_of_numpy_will_do() -> None:
    karyotype = Karyotype(["1", "1", "2"])
    edit = karyotype.move(np.array([1, 1, 0]), "2", np.int64(0))  # type: ignore[arg-type]
    assert edit is not None
    assert edit.chromosomes == (1, 0)
    assert karyotype.state.slots["2"] == (1, 0, 2)
    json.dumps(edit.to_dict())


def test_whoever_listens_sees_the_new_state(karyotype: Karyotype) -> None:
    seen: list[tuple[str, bool]] = []

    def look(change: Change) -> None:
        seen.append((karyotype.slot_of(0), karyotype.can_undo))

    karyotype.changed.connect(look)
    karyotype.move([0], "5")
    karyotype.undo()
    assert seen == [("5", True), ("1", False)]


def test_from_a_classification() -> None:
    table = np.full((5, 24), 0.001, np.float32)
    for row, (name, share) in enumerate(
        (("1", 0.6), ("1", 0.9), ("X", 0.9), ("1", 0.6), ("Y", 0.8))
    ):
        table[row, CLASSES.index(name)] = share
    classification = replace(
        make_classification(make_cell(["1"] * 5), ["1"] * 5),
        probabilities=table,
        p_arm_up=np.array([0.9, 0.1, 0.5, 0.49, 1.0], np.float32),
    )
    karyotype = propose(classification, who="CD")
    assert karyotype.state.slots["1"] == (1, 0, 3), "the likelier on the left"
    assert karyotype.state.turned == {1, 3}
    assert karyotype.names == ("00.png", "01.png", "02.png", "03.png", "04.png")
    assert karyotype.who == "CD"
    given = propose(classification, ["2", TRAY, "X", "2", "2"])
    assert given.state.slots["2"] == (0, 3, 4)
    assert given.slot_of(1) == TRAY


def test_a_state_cannot_be_changed(karyotype: Karyotype) -> None:
    slots: Any = karyotype.state.slots
    with pytest.raises(TypeError):
        slots["1"] = ()
    with pytest.raises(FrozenInstanceError):
        karyotype.state.turned = frozenset()  # type: ignore[misc]


def test_a_state_makes_sense_or_is_none() -> None:
    with pytest.raises(EditError, match="no slot '25'"):
        State({"25": (0,)})
    for slots in ({"1": (0,), "2": (0,)}, {"1": (0, 0)}):
        with pytest.raises(EditError, match="two places"):
            State(slots)
    for mark in ("turned", "corrected", "reviewed", "derivatives"):
        with pytest.raises(EditError, match="no chromosome of number 4"):
            State({"1": (0,)}, **{mark: frozenset({4})})


def test_states_and_edits_go_through_json_and_pickle(karyotype: Karyotype) -> None:
    karyotype.review([4])
    karyotype.turn([3, 5])
    edit = karyotype.to_tray([5, 9])
    assert edit is not None
    again = Edit.from_dict(json.loads(json.dumps(edit.to_dict())))
    assert again == edit
    assert again.time.tzinfo is not None
    assert hash(again.after) == hash(edit.after)
    for twin in (pickle.loads(pickle.dumps(edit)), copy.deepcopy(edit)):
        assert twin == edit


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"slots": {"1": "ab"}, "turned": [], "corrected": [], "reviewed": []},
        {"slots": {"1": [1]}, "turned": 3, "corrected": [], "reviewed": []},
        {"slots": {"1": [1], "2": [1]}, "turned": [], "corrected": [], "reviewed": []},
        {"slots": [], "turned": [], "corrected": [], "reviewed": []},
    ],
)
def test_damaged_content_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(EditError):
        State.from_dict(content)
    with pytest.raises(EditError):
        Edit.from_dict({"kind": "move", "before": content})


class AnySeriesOfEdits(RuleBasedStateMachine):
    """Whatever is done, every chromosome sits in one place, and every way back works."""

    @initialize(
        placements=st.lists(st.sampled_from(("1", "2", "21", "X", TRAY)), max_size=7),
        data=st.data(),
    )
    def propose(self, placements: list[str], data: st.DataObject) -> None:
        self.count = len(placements)
        members = st.integers(0, self.count - 1) if self.count else st.nothing()
        turned = data.draw(st.frozensets(members)) if self.count else frozenset()
        self.karyotype = Karyotype(placements, turned)
        #: What a view that redraws only touched slots would show.
        self.shown = self._picture(SLOTS)
        self.states = [self.karyotype.state]
        self.here = 0
        self.heard: list[Change] = []
        self.karyotype.changed.connect(self._hear)

    def _picture(self, slots: Any) -> dict[str, Any]:
        state = self.karyotype.state
        return {
            slot: [
                (
                    one,
                    one in state.turned,
                    one in state.corrected,
                    one in state.reviewed,
                    one in state.derivatives,
                    state.appearance(one),
                )
                for one in state.slots[slot]
            ]
            for slot in slots
        }

    def _hear(self, change: Change) -> None:
        self.heard.append(change)
        self.shown |= self._picture(change.touched)

    def _do(self, edit: Callable[[], Edit | None]) -> None:
        before, said = self.karyotype.state, len(self.heard)
        try:
            done = edit()
        except EditError:
            done = None
        if done is None:
            assert self.karyotype.state is before
            assert len(self.heard) == said
            return
        assert len(self.heard) == said + 1
        assert self.heard[-1].edit is done
        assert (done.before, done.after) == (before, self.karyotype.state)
        assert done.before != done.after
        if done.kind not in ("merge", "split", "mark", "note", "sign", "iscn"):
            assert self.heard[-1].touched
        self.states = [*self.states[: self.here + 1], self.karyotype.state]
        self.here += 1

    some = st.lists(st.integers(-1, 9), max_size=3)
    one = st.integers(-1, 9)
    slot = st.sampled_from(("1", "2", "21", "Y", MARKERS, TRAY, "23"))

    @rule(chromosomes=some, slot=slot, position=st.none() | st.integers(-1, 5))
    def move(self, chromosomes: list[int], slot: str, position: int | None) -> None:
        self._do(lambda: self.karyotype.move(chromosomes, slot, position))

    @rule(chromosomes=some)
    def tray(self, chromosomes: list[int]) -> None:
        self._do(lambda: self.karyotype.to_tray(chromosomes))

    @rule(chromosomes=some)
    def turn(self, chromosomes: list[int]) -> None:
        self._do(lambda: self.karyotype.turn(chromosomes))

    @rule(first=one, second=one)
    def swap(self, first: int, second: int) -> None:
        self._do(lambda: self.karyotype.swap(first, second))

    @rule(chromosome=one, step=st.integers(-2, 2))
    def neighbour(self, chromosome: int, step: int) -> None:
        self._do(lambda: self.karyotype.swap_with_neighbour(chromosome, step))

    @rule(chromosomes=some, reviewed=st.booleans())
    def review(self, chromosomes: list[int], reviewed: bool) -> None:
        self._do(lambda: self.karyotype.review(chromosomes, reviewed))

    @rule(chromosomes=some)
    def markers(self, chromosomes: list[int]) -> None:
        self._do(lambda: self.karyotype.to_markers(chromosomes))

    @rule(chromosome=one, derivative=st.booleans())
    def derivative(self, chromosome: int, derivative: bool) -> None:
        self._do(lambda: self.karyotype.mark_derivative(chromosome, derivative))

    @rule(chromosomes=some, by=st.sampled_from((-90.0, 0.0, 20.0, 180.0)))
    def rotate(self, chromosomes: list[int], by: float) -> None:
        self._do(lambda: self.karyotype.rotate(chromosomes, by))

    @rule(chromosomes=some, straight=st.booleans())
    def straighten(self, chromosomes: list[int], straight: bool) -> None:
        self._do(lambda: self.karyotype.straighten(chromosomes, straight))

    @rule(chromosomes=some, low=st.sampled_from((0.0, 0.4, 1.0)))
    def contrast(self, chromosomes: list[int], low: float) -> None:
        self._do(lambda: self.karyotype.set_contrast(chromosomes, low, 1.0))

    @rule(chromosomes=some, slot=slot)
    def merge(self, chromosomes: list[int], slot: str) -> None:
        self._do(lambda: self.karyotype.merge(chromosomes, "merged", slot))

    @rule(chromosome=one, slots=st.lists(slot, min_size=1, max_size=3))
    def split(self, chromosome: int, slots: list[str]) -> None:
        names = [f"part {n}" for n in range(len(slots))]
        self._do(lambda: self.karyotype.split(chromosome, names, slots))

    @rule(words=st.sampled_from(("counted", "karyotyped")), on=st.booleans())
    def mark(self, words: str, on: bool) -> None:
        self._do(lambda: self.karyotype.mark(words, on))

    @rule(who=st.sampled_from(("AB", "CD")), role=st.sampled_from(("reviewed", "confirmed")))
    def sign(self, who: str, role: str) -> None:
        self.karyotype.who = who
        self._do(lambda: self.karyotype.sign(role))

    @rule(text=st.sampled_from(("", "46,XX")))
    def iscn(self, text: str) -> None:
        self._do(lambda: self.karyotype.write_iscn(text))

    @rule()
    def undo(self) -> None:
        assert (self.karyotype.undo() is not None) == (self.here > 0)
        self.here = max(0, self.here - 1)

    @rule()
    def redo(self) -> None:
        assert (self.karyotype.redo() is not None) == (self.here < len(self.states) - 1)
        self.here = min(len(self.states) - 1, self.here + 1)

    @rule()
    def all_the_way_back_and_forth(self) -> None:
        while self.karyotype.can_undo:
            self.karyotype.undo()
        assert self.karyotype.state == self.karyotype.proposed
        while self.karyotype.can_redo:
            self.karyotype.redo()
        assert self.karyotype.state == self.states[-1]
        self.here = len(self.states) - 1

    @invariant()
    def everyone_has_one_place_at_most(self) -> None:
        state = self.karyotype.state
        seated = sorted(one for seats in state.slots.values() for one in seats)
        assert seated == list(self.karyotype.present) == sorted(set(seated))
        # Only merging and splitting take a chromosome away.
        gone = set(range(len(self.karyotype))) - set(seated)
        made = {
            one
            for edit in (*self.karyotype.history, *self.karyotype.undone)
            if edit.kind in ("merge", "split")
            for one in edit.chromosomes
        }
        assert gone <= made | set(range(self.count, len(self.karyotype)))
        assert tuple(state.slots) == SLOTS
        for one in seated:
            slot, place = self.karyotype.slot_of(one), self.karyotype.position_of(one)
            assert state.slots[slot][place] == one
        for one in gone:
            with pytest.raises(EditError, match="merged or split"):
                self.karyotype.slot_of(one)

    @invariant()
    def what_was_said_of_one_that_left_is_gone(self) -> None:
        state = self.karyotype.state
        there = state.positions.keys()
        assert state.turned | state.reviewed | state.derivatives | state.corrected <= there
        assert state.appearances.keys() <= there
        assert all(state.positions[one][0] in CLASSES for one in state.derivatives)

    @invariant()
    def the_present_is_where_the_history_says(self) -> None:
        assert self.karyotype.state == self.states[self.here]
        history = self.karyotype.history
        assert [edit.after for edit in history] == self.states[1 : self.here + 1]
        assert self.karyotype.can_undo == (self.here > 0)
        assert self.karyotype.can_redo == (self.here < len(self.states) - 1)

    @invariant()
    def corrected_is_what_differs_from_the_proposal(self) -> None:
        state, proposed = self.karyotype.state, self.karyotype.proposed
        for one in self.karyotype.present:
            moved = one not in proposed.slots[self.karyotype.slot_of(one)]
            turned = (one in state.turned) != (one in proposed.turned)
            derived = one in state.derivatives
            assert (one in state.corrected) == (moved or turned or derived)
            assert self.karyotype.is_corrected(one) == (moved or turned or derived)

    @invariant()
    def touched_slots_are_enough_for_a_view(self) -> None:
        assert self.shown == self._picture(SLOTS)

    @invariant()
    def the_count_is_the_slots(self) -> None:
        state = self.karyotype.state
        counted = sum(self.karyotype.counts().values()) + len(state.markers)
        assert counted == len(self.karyotype.present) - len(state.slots[TRAY])
        proposal = self.karyotype.proposal
        assert (proposal == "") == bool(self.karyotype.not_proposed)
        assert not proposal or int(proposal.partition(",")[0].split("<")[0].split()[0]) == counted


TestAnySeriesOfEdits = AnySeriesOfEdits.TestCase
TestAnySeriesOfEdits.settings = settings(max_examples=50, stateful_step_count=25, deadline=None)


def test_a_marker_counts_though_it_has_no_class() -> None:
    karyotype = Karyotype([*(name for name in AUTOSOMES for _ in (1, 2)), "X", "X", "21"])
    edit = karyotype.to_markers([46])
    assert edit is not None
    assert edit.kind == "marker"
    assert karyotype.slot_of(46) == MARKERS
    assert karyotype.state.markers == (46,)
    assert karyotype.iscn == "47,XX,+mar"
    assert karyotype.to_markers([46]) is None
    karyotype.to_tray([46])
    assert karyotype.iscn == "46,XX"
    assert karyotype.slot_of(46) == TRAY
    karyotype.undo()
    assert karyotype.iscn == "47,XX,+mar"
    assert State.from_dict(karyotype.state.to_dict()) == karyotype.state
    # Named after all, it is a marker no more.
    karyotype.move([46], "9")
    assert not karyotype.state.markers
    assert karyotype.iscn == "47,XX,+9"
    assert karyotype.last_edit_of(46) is karyotype.history[-1]
    assert karyotype.last_edit_of(0) is None


def test_a_handful_of_chromosomes_has_no_karyotype() -> None:
    assert Karyotype(["21"]).iscn == "1 (too few for a karyotype)"
    assert Karyotype(AUTOSOMES[:20]).iscn.startswith("20<2n>,?,-1,-2,")


# -- what is said of chromosomes and cells ----------------------------------------------


def test_a_derivative_stands_to_the_right(karyotype: Karyotype, heard: list[Change]) -> None:
    edit = karyotype.mark_derivative(16)
    assert edit is not None
    assert edit.kind == "derivative"
    assert edit.text == "16.png called a derivative of 9"
    assert karyotype.state.slots["9"] == (17, 16)
    assert karyotype.state.derivatives == {16}
    assert heard[-1].touched == {"9"}
    assert karyotype.mark_derivative(16) is None
    # It goes with the chromosome from class to class, but no marker is a derivative.
    karyotype.move([16], "22")
    assert karyotype.state.derivatives == {16}
    karyotype.to_markers([16])
    assert not karyotype.state.derivatives
    with pytest.raises(EditError, match="in no class"):
        karyotype.mark_derivative(16)
    karyotype.go_to(1)
    assert karyotype.state.derivatives == {16}
    karyotype.mark_derivative(16, False)
    assert not karyotype.state.derivatives
    assert heard[-1].touched == {"9"}


def test_looks_add_up_and_leave_all_else_alone(karyotype: Karyotype, heard: list[Change]) -> None:
    karyotype.rotate([0, 2], 100)
    karyotype.rotate([0], 100)
    karyotype.straighten([0])
    karyotype.set_contrast([0], 0.1, 0.8)
    state = karyotype.state
    assert state.appearances == {
        0: Appearance(-160.0, True, 0.1, 0.8),
        2: Appearance(100.0),
    }
    assert heard[0].touched == {"1", "2"}
    assert heard[1].touched == {"1"}
    assert not state.corrected
    assert state.slots == karyotype.proposed.slots
    assert State.from_dict(json.loads(json.dumps(state.to_dict()))) == state
    karyotype.rotate([2], -100)
    assert set(karyotype.state.appearances) == {0}, "plain again is not kept"
    karyotype.move([0], "5")
    assert karyotype.state.appearance(0) == Appearance(-160.0, True, 0.1, 0.8)
    karyotype.go_to(0)
    assert karyotype.state == karyotype.proposed


def test_half_a_circle_is_one_angle_whichever_way() -> None:
    assert Appearance(180) == Appearance(-180) == Appearance(540)
    assert Appearance(-0.0) == Appearance(360) == PLAIN
    assert str(Appearance(-0.0).angle) == "0.0"


def test_pieces_take_the_place_of_what_they_were_made_from(karyotype: Karyotype) -> None:
    edit = karyotype.merge([0, 40], "whole.png", "1")
    assert edit is not None
    assert (edit.kind, edit.chromosomes) == ("merge", (0, 40, 46))
    assert karyotype.state.slots["1"] == (46, 1)
    assert karyotype.state.slots["21"] == (41,)
    assert (len(karyotype), karyotype.names[46]) == (47, "whole.png")
    assert karyotype.is_corrected(46)
    assert 0 not in karyotype.present
    with pytest.raises(EditError, match=r"00\.png is no longer there"):
        karyotype.move([0], "5")
    assert karyotype.iscn == "45,XY,-21"
    karyotype.turn([44])
    karyotype.split(44, ["a.png", "b.png"], ["X", TRAY])
    assert karyotype.state.slots["X"] == (47,)
    assert karyotype.state.slots[TRAY] == (48,)
    assert 44 not in karyotype.state.turned
    karyotype.go_to(0)
    assert karyotype.state == karyotype.proposed
    # Their numbers are taken for good: what was merged can be merged again.
    assert len(karyotype) == 49
    assert karyotype.present == tuple(range(46))
    karyotype.go_to(1)
    assert karyotype.slot_of(46) == "1"


def test_marks_of_a_cell_bring_those_below(karyotype: Karyotype) -> None:
    karyotype.mark("karyotyped")
    assert karyotype.state.marks == set(CELL_MARKS)
    karyotype.mark("analysed", False)
    assert karyotype.state.marks == {"counted"}


def test_two_persons_sign_and_an_edit_takes_it_away(karyotype: Karyotype) -> None:
    karyotype.sign("reviewed")
    with pytest.raises(EditError, match="second person"):
        karyotype.sign("confirmed")
    assert karyotype.sign("reviewed") is None
    karyotype.who = "CD"
    karyotype.sign("confirmed")
    assert [(one.role, one.who) for one in karyotype.state.signatures] == [
        ("reviewed", "AB"),
        ("confirmed", "CD"),
    ]
    # How far the work has come is not what was signed; all else is.
    karyotype.mark("counted")
    assert len(karyotype.state.signatures) == 2
    for edit in (
        lambda: karyotype.rotate([0], 10),
        lambda: karyotype.annotate("two touch"),
        lambda: karyotype.review([3]),
        lambda: karyotype.move([0], "5"),
        lambda: karyotype.turn([0]),
        lambda: karyotype.mark_derivative(2),
        lambda: karyotype.write_iscn("46,XY"),
        lambda: karyotype.merge([0, 1], "a", "1"),
    ):
        edit()
        assert karyotype.state.signatures == ()
        karyotype.undo()
        assert len(karyotype.state.signatures) == 2
    # Who reviews anew has not been confirmed.
    karyotype.who = "EF"
    karyotype.sign("reviewed")
    assert [(one.role, one.who) for one in karyotype.state.signatures] == [("reviewed", "EF")]
    karyotype.withdraw()
    assert karyotype.state.signatures == ()
    karyotype.who = " "
    with pytest.raises(EditError, match="initials"):
        karyotype.sign("reviewed")


def test_a_karyotype_written_by_hand(karyotype: Karyotype) -> None:
    karyotype.write_iscn(" 46,XY,t(9;22) ")
    assert (karyotype.iscn, karyotype.iscn_by_hand) == ("46,XY,t(9;22)", True)
    assert karyotype.proposal == "46,XY"
    karyotype.write_iscn("")
    assert (karyotype.iscn, karyotype.iscn_by_hand) == ("46,XY", False)


def strange(**marks: Any) -> tuple[Classification, Karyotype]:
    found = make_classification(make_cell(), **marks)
    return found, propose(found, who="AB")


def test_of_an_unknown_cell_nothing_is_proposed_before_a_person_said_what_each_is() -> None:
    _, karyotype = strange(unknown="R-bands, it seems.", foreign=[5])
    assert karyotype.state.slots[TRAY] == (5,)
    assert (karyotype.proposal, karyotype.iscn) == ("", "")
    assert karyotype.not_proposed == "not known material"
    assert karyotype.iscn_words == "no karyotype proposed: not known material"
    assert karyotype.snapshot().iscn_words == karyotype.iscn_words
    karyotype.review(one for one in range(44) if one != 5)
    karyotype.move([44], "Y")
    assert karyotype.proposal == "", "one is left"
    karyotype.move([45], "X")
    # What lies in the tray is counted by nobody.
    assert (karyotype.proposal, karyotype.not_proposed) == ("45,XY,-3", "")
    karyotype.undo()
    assert karyotype.iscn == ""
    karyotype.write_iscn("46,XY")
    assert (karyotype.iscn, karyotype.iscn_words, karyotype.proposal) == ("46,XY", "46,XY", "")


def test_what_nobody_can_have_is_not_proposed_unless_a_person_says_so() -> None:
    _, karyotype = strange()
    assert karyotype.proposal == "46,XY"
    karyotype.move([0, 2, 4, 6, 8], "19")
    assert karyotype.proposal == ""
    assert karyotype.iscn_words == "no karyotype proposed: 7 copies of chromosome 19"
    karyotype.review(range(46))
    assert karyotype.iscn == "46,XY,-1,-2,-3,-4,-5,+19,+19,+19,+19,+19"
    karyotype.review([11], False)
    assert karyotype.iscn == ""


def test_few_crops_are_proposed_as_they_were() -> None:
    found = make_classification(make_cell(["1"] * 7), ["1"] * 7, withheld="Only 7 crops.")
    assert propose(found).iscn == "7 (too few for a karyotype)"


class Book:
    """A journal, or one whose disk is full."""

    def __init__(self) -> None:
        self.full = False
        self.kept: list[tuple[Any, Edit]] = []

    def keep(self, edit: Edit, direction: Any, who: str, time: datetime) -> None:
        if self.full:
            raise EditError("The disk is full.")
        self.kept.append((direction, edit))


def test_what_cannot_be_kept_does_not_happen(karyotype: Karyotype, heard: list[Change]) -> None:
    book = karyotype.journal = Book()
    karyotype.move([0], "5")
    karyotype.turn([3])
    karyotype.undo()
    before = karyotype.state
    count = len(heard)
    book.full = True
    for edit in (
        lambda: karyotype.move([1], "5"),
        lambda: karyotype.merge([1, 2], "a", "1"),
        karyotype.undo,
        karyotype.redo,
    ):
        with pytest.raises(EditError, match="full"):
            edit()
        assert karyotype.state is before
        assert len(heard) == count
        assert len(karyotype) == 46
        assert (len(karyotype.history), len(karyotype.undone)) == (1, 1)
    # What it kept leads to the same state again.
    again = Karyotype.from_state(karyotype.names, karyotype.proposed)
    again.replay(book.kept)
    assert (again.state, again.history, again.undone) == (
        karyotype.state,
        karyotype.history,
        karyotype.undone,
    )
    with pytest.raises(EditError, match="gap"):
        Karyotype.from_state(karyotype.names, karyotype.proposed).replay(book.kept[1:])


def test_who_made_the_corrections_that_stand(karyotype: Karyotype) -> None:
    karyotype.who = "AB"
    karyotype.move([0], "7")
    karyotype.who = "CD"
    karyotype.review([3])
    karyotype.annotate("seen")
    karyotype.who = "EF"
    karyotype.turn([5])
    karyotype.turn([5])
    assert karyotype.corrected_by == ("AB",)
    karyotype.review([6, 7, 8])
    karyotype.review([8], reviewed=False)
    karyotype.review([8])
    assert karyotype.accepted_together == {6, 7}


def test_turning_or_naming_a_derivative_settles_no_class(karyotype: Karyotype) -> None:
    karyotype.turn([4])
    karyotype.mark_derivative(4)
    assert karyotype.is_corrected(4)
    assert not karyotype.is_settled(4)
    karyotype.review([4])
    assert karyotype.is_settled(4)


def test_a_view_that_fails_changes_nothing_about_an_edit(karyotype: Karyotype) -> None:
    def fail(_change: object) -> None:
        raise RuntimeError("a view")

    count = len(karyotype)
    karyotype.changed.connect(fail)
    with pytest.raises(Exception, match="a view"):
        karyotype.split(0, ["a", "b"], ["1", "1"])
    assert len(karyotype.names) == count + 2
    assert karyotype.present[-2:] == (count, count + 1)


def test_a_derivative_stays_one_when_a_piece_is_merged_to_it(karyotype: Karyotype) -> None:
    slot = karyotype.slot_of(0)
    karyotype.mark_derivative(0)
    karyotype.merge([0, 9], "whole", slot)
    assert karyotype.state.derivatives == {len(karyotype) - 1}
