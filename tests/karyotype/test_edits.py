"""Every edit, and the way back from every edit."""

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

from napari_karyo.classes import AUTOSOMES, CLASSES, MARKERS, TRAY
from napari_karyo.classified import propose
from napari_karyo.errors import EditError
from napari_karyo.karyotype import (
    SLOTS,
    Change,
    Edit,
    Karyotype,
    State,
)


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
    assert karyotype.state.corrected == {0}


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
    edit = karyotype.move(range(4), TRAY)
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
    "already a marker's place": lambda k: k.move([], MARKERS),
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
    "tray": (lambda k: k.move([99], TRAY), "number 99"),
    "review": (lambda k: k.review([99]), "number 99"),
    "swap": (lambda k: k.swap(0, 46), "number 46"),
    "slot of": (lambda k: k.slot_of(46), "number 46"),
    "position of": (lambda k: k.position_of(46), "number 46"),
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
    edit = karyotype.move([5, 9], TRAY)
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
