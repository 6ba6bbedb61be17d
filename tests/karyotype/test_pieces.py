"""Edits in which chromosomes leave the page and others come: one step, and one step back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from napari_karyo.classes import TRAY
from napari_karyo.errors import EditError
from napari_karyo.karyotype import Change, Edit, Karyotype


def test_a_crossing_is_parted(karyotype: Karyotype, heard: list[Change]) -> None:
    before = karyotype.state
    edit = karyotype.part(0, ["a", "b"], ["1", "9"], [False, True])
    assert edit is not None
    assert (edit.kind, edit.chromosomes, edit.who) == ("part", (0, 46, 47), "AB")
    assert edit.text == "00.png parted into a and b"
    assert karyotype.state.slots["1"] == (46, 1)
    assert karyotype.state.slots["9"] == (16, 17, 47)
    assert karyotype.state.turned == {3, 47}
    assert (len(heard), heard[0].touched) == (1, {"1", "9"})
    assert karyotype.iscn == "47,XY,+9"
    karyotype.undo()
    assert karyotype.state == before
    karyotype.redo()
    assert 47 in karyotype.present


def test_one_that_nobody_had_found_is_drawn(karyotype: Karyotype, heard: list[Change]) -> None:
    edit = karyotype.draw("47.png", "21")
    assert edit is not None
    assert (edit.kind, edit.chromosomes) == ("draw", (46,))
    assert edit.text == "47.png drawn"
    assert heard[0].touched == {"21"}
    assert karyotype.iscn == "47,XY,+21"
    assert not karyotype.is_settled(46)
    assert karyotype.corrected_by == ("AB",)
    karyotype.undo()
    assert karyotype.iscn == "46,XY"


def test_what_was_painted_at_is_the_same(karyotype: Karyotype) -> None:
    karyotype.move([0], "5")
    karyotype.mark_derivative(0)
    karyotype.rotate([0], 20)
    edit = karyotype.repaint(0, "00.png (1)", "5", turned=True)
    assert edit is not None
    assert edit.text == "00.png outlined anew as 00.png (1)"
    state = karyotype.state
    assert state.slots["5"] == (8, 9, 46)
    assert state.derivatives == {46}
    assert state.appearance(46).angle == 20
    assert 46 in state.turned
    # A person had said of it where it belongs.
    assert karyotype.is_settled(46)
    karyotype.undo()
    assert karyotype.state.slots["5"] == (8, 9, 0)


def test_in_another_slot_nothing_was_said_of_it(karyotype: Karyotype) -> None:
    karyotype.review([0, 1])
    karyotype.repaint(0, "a", "9")
    assert not karyotype.is_settled(46)
    assert karyotype.is_settled(1)


@pytest.mark.parametrize(
    ("what", "words"),
    [("nucleus", "it is a nucleus"), ("dirt", "it is dirt"), ("twice", "drawn twice")],
)
def test_what_is_none_counts_no_more(
    karyotype: Karyotype, heard: list[Change], what: str, words: str
) -> None:
    before = karyotype.state
    edit = karyotype.remove([45], what)
    assert edit is not None
    assert (edit.kind, edit.chromosomes, edit.text) == ("remove", (45,), f"45.png removed: {words}")
    assert heard[0].touched == {"Y"}
    assert (len(karyotype), len(karyotype.present)) == (46, 45)
    assert karyotype.iscn == "45,X"
    with pytest.raises(EditError, match="no longer there"):
        karyotype.turn([45])
    assert Edit.from_dict(json.loads(json.dumps(edit.to_dict()))) == edit
    karyotype.undo()
    assert karyotype.state == before
    assert karyotype.iscn == "46,XY"


def test_all_may_be_removed() -> None:
    karyotype = Karyotype(["1", TRAY])
    karyotype.remove([0, 1], "dirt")
    assert karyotype.present == ()
    assert karyotype.remove([], "dirt") is None
    karyotype.undo()
    assert karyotype.present == (0, 1)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda k: k.part(0, ["a"], ["1"]), "two or more"),
        (lambda k: k.part(60, ["a", "b"], ["1", "1"]), "number 60"),
        (lambda k: k.draw("a", "25"), "no slot '25'"),
        (lambda k: k.repaint(60, "a", "1"), "number 60"),
        (lambda k: k.remove([0], "a dog"), "removed as 'a dog'"),
    ],
)
def test_what_makes_no_sense_changes_nothing(karyotype: Karyotype, edit: Any, words: str) -> None:
    before, names = karyotype.state, karyotype.names
    with pytest.raises(EditError, match=words):
        edit(karyotype)
    assert (karyotype.state, karyotype.names) == (before, names)


def test_what_is_not_told_apart_in_a_spread_withholds_the_proposal() -> None:
    normal = [*(str(number) for number in range(1, 23) for _ in range(2)), "X", "X"]
    placements = [*normal[:-3], *[TRAY] * 3]
    # Crops that lie in the tray are dirt, which somebody exported with the others.
    assert Karyotype(placements).proposal
    in_spread = Karyotype(placements, in_spread=True)
    assert in_spread.proposal == ""
    assert in_spread.iscn_words == (
        "no karyotype proposed: 3 objects of the spread are not told apart"
    )
    assert in_spread.snapshot().proposal == ""
    in_spread.remove([45], "dirt")
    assert in_spread.proposal.startswith("43,")


def test_no_karyotype_is_proposed_of_chromosomes_whose_lengths_are_lost() -> None:
    normal = [*(str(number) for number in range(1, 23) for _ in range(2)), "X", "X"]
    resized = Karyotype(normal, lengths_lost=True)
    why = "no karyotype proposed: the relative lengths of its chromosomes are lost"
    assert (resized.proposal, resized.iscn_words) == ("", why)
    assert resized.snapshot().iscn_words == why
    # Once a person has said of each what it is, the count is the person's.
    resized.review(range(46))
    assert resized.proposal == "46,XX"
