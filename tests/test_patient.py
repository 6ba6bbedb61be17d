"""What the cells of one patient say together."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from drawn import MALE

from napari_karyo import patient
from napari_karyo.classes import AUTOSOMES, MARKERS, TRAY
from napari_karyo.goals import Goals
from napari_karyo.iscn import FEWEST
from napari_karyo.karyotype import Karyotype
from napari_karyo.patient import CountingProgress, neoplasm_words, progress_of
from napari_karyo.worksheet import CellWorksheet

FEMALE = (*(name for name in AUTOSOMES for _ in range(2)), "X", "X")


@dataclass(frozen=True)
class Named:
    """A karyotype with its cell's name, and what is equal in karyograms of one cell."""

    name: str
    karyotype: Karyotype
    identity: Hashable = None


def summed(cells: Sequence[Named | Karyotype], *options: Any, **more: Any) -> patient.Summary:
    """Sum up cells, naming those without a name; each is another cell unless it says so."""
    given = [
        one if isinstance(one, Named) else Named(f"cell {n}", one) for n, one in enumerate(cells, 1)
    ]
    apart = [
        replace(one, identity=n) if one.identity is None else one for n, one in enumerate(given)
    ]
    return patient.summarize(apart, *options, **more)


def karyotype(more: Sequence[str] = (), less: Sequence[str] = (), base: Sequence[str] = FEMALE):
    """Return a cell with some chromosomes more and some less."""
    members = [*base, *more]
    for name in less:
        members.remove(name)
    return Karyotype(members)


def test_it_counts_classes_markers_and_derivatives_but_not_the_tray() -> None:
    cell = Karyotype([*MALE, "9", MARKERS, TRAY])
    cell.mark_derivative(46)
    found = summed([cell])
    assert found.counts["9"] == (3,)
    assert found.counts["X"] == found.counts["Y"] == (1,)
    assert found.counts[MARKERS] == (1,)
    assert found.odd(0, MARKERS) == 1
    assert dict(found.contents[0].derivatives) == {"9": 1}
    assert found.contents[0].total == 48
    assert found.finding.modal_number == (48,)


def test_a_karyotyped_cell_is_analysed_and_counted_too() -> None:
    cells = [karyotype() for _ in range(4)]
    cells[0].mark("karyotyped")
    cells[1].mark("analysed")
    cells[2].mark("counted")
    found = progress_of([cell.state for cell in cells], Goals(12, 2, 1))
    assert (found.counted, found.analysed, found.karyotyped) == (3, 2, 1)
    assert found.text == "counted 3 of 12, analysed 2 of 2, karyotyped 1 of 1"
    assert not found.reached
    assert CountingProgress(3, 2, 1, Goals(3, 2, 1)).reached


def test_a_mosaic_is_found_by_the_rule() -> None:
    cells = [karyotype(less=["X"]) for _ in range(5)] + [karyotype() for _ in range(14)]
    cells += [karyotype(less=["21"])]
    found = summed(cells)
    assert found.finding.iscn == "mos 45,X[5]/46,XX[15]"
    assert found.finding.clones[0].cells == (0, 1, 2, 3, 4)
    alone = found.finding.non_clonal
    assert [(seen.change, seen.cells) for seen in alone] == [("-21", (19,))]
    assert found.modal == "Modal number 46, most often 46,XX (14 of 20)"
    assert summed(cells, mosaic=False).finding.iscn.startswith("45,X,-X[5]")
    # Where no cell shows what the person was born with, nobody knows what was lost.
    assert summed(cells[:5], mosaic=False).finding.iscn == "45,X[5]"
    # The rule can be another.
    assert "45,XX,-21[1]" in summed(cells, losses=1).finding.iscn


def test_a_gain_takes_two_cells_and_a_loss_three() -> None:
    normal = [karyotype() for _ in range(8)]
    two_gains = [*normal, karyotype(["8"]), karyotype(["8"])]
    assert summed(two_gains).finding.iscn == "mos 47,XX,+8[2]/46,XX[8]"
    two_losses = [*normal, karyotype(less=["7"]), karyotype(less=["7"])]
    assert summed(two_losses).finding.iscn == "46,XX[10]"
    assert summed([*two_losses, karyotype(less=["7"])]).finding.iscn.count("-7") == 1


def test_only_cells_marked_counted_count_once_one_is_marked() -> None:
    cells = [karyotype() for _ in range(3)] + [karyotype(["21"]) for _ in range(3)]
    every = summed(cells)
    assert every.used == (0, 1, 2, 3, 4, 5)
    assert not every.marked
    assert "No cell is marked counted yet: all 6 cells count." in every.basis
    for cell in cells[3:5]:
        cell.mark("counted")
    some = summed(cells)
    assert some.marked
    assert some.used == (3, 4)
    assert some.basis == "Of 2 cells marked counted."
    assert some.finding.iscn == "47,XX,+21[2]"
    # Cells go on with their own numbers.
    assert some.finding.clones[0].cells == (3, 4)
    assert some.finding.changes[0].cells == (3, 4)


def test_a_cell_of_which_no_karyotype_is_proposed_does_not_count() -> None:
    unknown = Karyotype([*FEMALE, "21"], unknown="All crops are of one size.")
    misread = karyotype(["19"] * 3)
    cells = [karyotype(), karyotype(), karyotype(), unknown, misread]
    names = ("a", "b", "c", "strange", "misread")
    found = summed([Named(*one) for one in zip(names, cells, strict=True)])
    assert (found.used, found.not_proposed) == ((0, 1, 2), (3, 4))
    assert found.iscn == "46,XX[3]"
    assert "Left out, no karyotype proposed: strange, misread." in found.basis
    # Where they are odd is shown all the same: it is what a person has to look at.
    assert (found.odd(3, "21"), found.odd(4, "19")) == (1, 3)
    # A person who has said of each what it is has counted it.
    unknown.review(range(47))
    assert summed(cells).used == (0, 1, 2, 3)


def test_a_handful_of_chromosomes_is_left_out_and_named() -> None:
    part = Karyotype(["1"] * (FEWEST - 1))
    part.mark("counted")
    cells = [Named("good", karyotype()), Named("part", part)]
    found = summed(cells)
    assert found.few == (1,)
    assert found.used == (0,)
    # Its mark is worth nothing: it is no cell with a karyotype.
    assert not found.marked
    assert found.progress.counted == 0
    assert "fewer than 20 chromosomes: part" in found.basis
    assert found.expected[1] == {}
    assert found.odd(1, "1") == 0
    assert found.counts["1"] == (2, 19)


def test_two_karyograms_of_one_cell_count_once() -> None:
    first, second = karyotype(["21"]), karyotype(["21"])
    cells = [
        Named("a", first, "same"),
        Named("b", karyotype()),
        Named("a (2)", second, "same"),
    ]
    found = summed(cells)
    assert found.repeated == (0,)
    assert found.used == (1, 2)
    assert "second karyogram of a cell: a." in found.basis
    # The one on which more was done counts.
    first.mark("counted")
    found = summed(cells)
    assert found.repeated == (2,)
    assert found.progress.counted == 1


def test_what_a_normal_cell_would_have() -> None:
    cells = [
        karyotype(["21"]),
        karyotype(less=["X"]),
        karyotype(),
        Karyotype([*FEMALE, *FEMALE, "3"]),
        karyotype(base=MALE),
    ]
    found = summed(cells)
    assert [found.odd(cell, "21") for cell in range(5)] == [1, 0, 0, 0, 0]
    assert [found.odd(cell, "X") for cell in range(5)] == [0, -1, 0, 0, -1]
    # Four of each are usual in a tetraploid cell.
    assert found.expected[3]["1"] == 4
    assert found.odd(3, "3") == 1
    # Another sex than the patient's is what shall be seen.
    assert found.odd(4, "Y") == 1
    assert found.counts[MARKERS] == (0, 0, 0, 0, 0)


def test_a_karyotype_written_by_hand_is_told_of() -> None:
    cell = karyotype()
    cell.write_iscn("46,XX,t(9;22)(q34;q11.2)")
    found = summed([Named("a", cell)])
    assert found.by_hand == (0,)
    assert "Written by hand: a" in found.basis


def test_no_cell_says_nothing() -> None:
    found = summed([])
    assert found.finding.iscn == found.modal == ""
    assert found.basis == "No cell is open."
    assert found.progress.text == "counted 0 of 20, analysed 0 of 5, karyotyped 0 of 2"
    only_a_part = summed([Karyotype(["1"])])
    assert only_a_part.finding.iscn == ""
    assert "cell 1" in only_a_part.basis


def test_cells_that_are_all_different_have_no_usual_karyotype() -> None:
    found = summed([karyotype(less=["19"]), karyotype(less=["21"])])
    assert found.modal == "Modal number 45, no two cells alike"
    three = summed([karyotype(less=["X"]), karyotype(), karyotype(less=["X"])])
    assert three.modal == "Modal number 45, most often 45,X (2 of 3)"
    assert summed([karyotype()]).modal == "Modal number 46, most often 46,XX (1 of 1)"


def test_long_lists_of_cells_are_cut() -> None:
    found = summed([karyotype() for _ in range(9)])
    assert found.called(range(9)) == "cell 1, cell 2, cell 3, cell 4, cell 5, cell 6 and 3 more"


def test_colonies_of_counted_cells_are_counted_once() -> None:
    cells = [karyotype() for _ in range(4)]
    for cell, culture, colony in zip(cells, "AABA", ("1", "1", "1", "2"), strict=True):
        cell.write_worksheet(CellWorksheet(culture=culture, colony=colony))
    for cell in cells[:3]:
        cell.mark("counted")
    found = progress_of([cell.state for cell in cells])
    assert found.colonies == 2
    assert found.text.endswith("; of 2 colonies")


def test_of_a_neoplasm_each_clone_wants_a_karyogram_and_abnormalities_are_counted() -> None:
    cells = [karyotype(["8"], ["Y"], MALE) for _ in range(3)]
    cells += [karyotype(["8", "9"], ["Y"], MALE) for _ in range(2)]
    cells += [karyotype(base=MALE) for _ in range(3)]
    cells[0].mark("karyotyped")
    for cell in cells[1:]:
        cell.mark("counted")
    found = summed(cells, mosaic=False)
    # What an acquired loss took is written beside what the person was born with.
    assert found.finding.iscn == "46,X,-Y,+8[3]/47,X,-Y,+8,+9[2]/46,XY[3]"
    # Three over all clones, each counted once.
    assert found.finding.abnormalities == 3
    words = neoplasm_words(found)
    assert "3 abnormalities" in words[0]
    assert ": complex (from 3 on; ISCN 2024, 6.5)" in words[0]
    assert words[1] == "No cell is marked karyotyped of: 47,X,-Y,+8,+9[2], 46,XY[3]."
    for cell in cells[3:6:2]:
        cell.mark("karyotyped")
    assert neoplasm_words(summed(cells, mosaic=False))[1].startswith("A cell of each clone")
    two = summed([*cells[:3], *cells[5:]], mosaic=False)
    assert ": not complex" in two.finding.complexity
    assert neoplasm_words(summed(cells[:1])) == ()


def photographed(name: str, *more: str, less: Sequence[str] = ()) -> Named:
    members = [*FEMALE, *more]
    for one in less:
        members.remove(one)
    return Named(name, Karyotype(members, in_spread=True), name)


def test_an_odd_number_in_a_photograph_asks_for_a_person() -> None:
    short, normal, more = (
        photographed("A", less=["22", "22"]),
        photographed("B"),
        photographed("C", "21"),
    )
    looked = "44 found: look for crossings and touching ones."
    assert patient.count_again(short, []) == patient.count_again(short, [short, normal]) == looked
    assert patient.count_again(normal, []) == ""
    assert patient.count_again(more, []).startswith(
        "47 found: look for dirt and for one cut in two"
    )
    # What another cell has too is the patient's, and then 46 is odd.
    assert patient.count_again(more, [more, photographed("D", "21")]) == ""
    assert patient.count_again(normal, [normal, more]).startswith("46 found, and no other cell")
    # Crops that somebody cut out were counted by whoever did.
    assert patient.count_again(Named("E", karyotype(less=["22"]), "E"), []) == ""
    short.karyotype.mark("counted")
    assert patient.count_again(short, []) == ""
