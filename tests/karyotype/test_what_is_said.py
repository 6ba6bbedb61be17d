"""What is said of chromosomes and cells: markers, derivatives, marks, signatures, the proposal."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from drawn import make_cell, make_classification

from napari_karyo.classes import AUTOSOMES, MARKERS, TRAY
from napari_karyo.classified import propose
from napari_karyo.errors import EditError
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import (
    CELL_MARKS,
    PLAIN,
    Appearance,
    Change,
    Edit,
    Karyotype,
    State,
)


def test_a_marker_counts_though_it_has_no_class() -> None:
    karyotype = Karyotype([*(name for name in AUTOSOMES for _ in (1, 2)), "X", "X", "21"])
    edit = karyotype.move([46], MARKERS)
    assert edit is not None
    assert edit.kind == "marker"
    assert karyotype.slot_of(46) == MARKERS
    assert karyotype.state.markers == (46,)
    assert karyotype.iscn == "47,XX,+mar"
    assert karyotype.move([46], MARKERS) is None
    karyotype.move([46], TRAY)
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
    karyotype.move([16], MARKERS)
    assert not karyotype.state.derivatives
    with pytest.raises(EditError, match="in no class"):
        karyotype.mark_derivative(16)
    karyotype.go_to(1)
    assert karyotype.state.derivatives == {16}
    karyotype.mark_derivative(16, False)
    assert not karyotype.state.derivatives
    assert heard[-1].touched == {"9"}


def test_appearances_add_up_and_change_nothing_else(
    karyotype: Karyotype, heard: list[Change]
) -> None:
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
    assert 46 in karyotype.state.corrected
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
    assert 4 in karyotype.state.corrected
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
