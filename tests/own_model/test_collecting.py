"""Which cells of case files are learned from, which not, and why."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from corrected import classes_of, corrected, keep, laboratory, listing, photographed

from napari_karyo.case import Case
from napari_karyo.cell import Lost
from napari_karyo.classes import CLASS_INDEX, CLASSES, TRAY
from napari_karyo.karyotype import signing
from napari_karyo.own_model.collecting import collect
from napari_karyo.own_model.collection import patient_key


def test_only_what_is_signed_as_it_stands_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "P1.karyo"
    cells = [corrected(photographed(seed)) for seed in range(4)]
    with Case.create(path) as case:
        for cell in cells[:3]:
            case.add(cell)
        case.add(cells[3], supersedes=3)
        for cell in cells[:3]:
            cell.karyotype.sign("reviewed")
        cells[0].karyotype.who = "CD"
        cells[0].karyotype.sign("confirmed")
        # An edit takes the signature away.
        cells[1].karyotype.move([0], TRAY)
    found = collect([path])
    assert [cell.included for cell in found.cells] == [True, False, False, False]
    assert [cell.name for cell in found.used] == ["cell 0"]
    [used] = found.used
    assert used.reviewed_by == ("AB", "CD")
    assert used.since is not None
    assert used.patient == "P1"
    assert used.agreement == 1
    assert (used.model, used.model_hash) == ("drawn", "0" * 64)
    assert "nobody has signed it" in found.cells[1].why_not
    assert "classified anew" in found.cells[2].why_not
    assert not any(cell.can_be_taken for cell in found.cells[1:])
    assert found.taking({cell.key for cell in found.cells}).used == found.used
    assert found.per_class["1"] == 2
    assert found.patients == ("P1",)
    assert found.told().startswith("1 cell of 1 patient, 46 crops; signed by AB, CD on 20")


def test_what_a_person_leaves_out_and_takes_back(tmp_path: Path) -> None:
    found = collect([laboratory(tmp_path / "cases", patients=2, cells=1)])
    first, second = (cell.key for cell in found.cells)
    less = found.without({first})
    assert [cell.key for cell in less.used] == [second]
    assert [cell.key for cell in less.taking({first}).used] == [first, second]
    assert len(found.used) == 2


def test_one_cell_in_two_files_counts_once(tmp_path: Path) -> None:
    cases = laboratory(tmp_path / "cases", patients=2, cells=1)
    # Saved once more under another name, and a copy of the whole file.
    with Case.open(cases / "P0.karyo") as case, Case.create(tmp_path / "cases" / "S.karyo") as new:
        number = new.copy_from(case, 1)
        karyotype = new.karyotype(number, who="EF")
        karyotype.move([0], "2")
        karyotype.sign("reviewed")
    shutil.copy(cases / "P1.karyo", cases / "copy of P1.karyo")
    found = collect([cases])
    assert len(found.cells) == 4
    assert len(found.used) == 2
    assert {cell.patient for cell in found.used} >= {"Jane Doe 1"}
    doubles = [cell for cell in found.cells if not cell.included]
    assert all("is the same cell as" in cell.why_not for cell in doubles)
    assert not any(cell.can_be_taken for cell in doubles)


def test_of_a_cell_corrected_twice_the_one_signed_last_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, day in (("late", 2), ("early", 1)):
        clock = SimpleNamespace(now=lambda _zone, day=day: datetime(2024, 1, day, tzinfo=UTC))
        monkeypatch.setattr(signing, "datetime", clock)
        keep(tmp_path / f"{name}.karyo", [corrected(photographed(1))])
    found = collect([tmp_path])
    assert found.faults == ()
    assert [cell.case.name for cell in found.used] == ["late.karyo"]


def test_a_patient_of_several_files_has_one_key(tmp_path: Path) -> None:
    for number, name in enumerate(("Jane Doe", "jane  doe ")):
        keep(tmp_path / f"{number}.karyo", [corrected(photographed(number))], name)
    one, other = collect([tmp_path]).used
    assert one.patient_key == other.patient_key == patient_key("Jane Doe")
    assert len(one.patient_key) == 12


def test_broken_files_cost_themselves(tmp_path: Path) -> None:
    cases = laboratory(tmp_path / "cases", patients=2, cells=2)
    deeper = cases / "older" / "P9.karyo"
    deeper.parent.mkdir()
    deeper.write_bytes(b"nothing")
    (cases / "._P0.karyo").write_bytes(b"of another system")
    with Case.open(cases / "P1.karyo") as case, case.writing() as rows:
        rows.execute("UPDATE chromosome SET pixels = x'00' WHERE cell = 1 AND number = 3")
    (tmp_path / "empty").mkdir()
    before = listing(cases)
    said: list[str] = []
    found = collect(
        [cases, cases / "P0.karyo", tmp_path / "empty", tmp_path / "no.karyo"], said.append
    )
    assert len(found.used) == 3
    words = [f"{path.name}: {why}" for path, why in found.faults]
    assert len(words) == 4
    assert "P1.karyo: cell 100 is left out: cell 1 can't be read" in words[0]
    assert "P9.karyo: the case file is damaged" in words[1]
    assert words[2] == "empty: there is no case file in it: their names end in .karyo."
    assert "no.karyo: there is no such case file" in words[3]
    assert len(said) == 4
    assert listing(cases) == before


@pytest.mark.parametrize(
    ("change", "why", "can_be_taken"),
    [
        ({"lost": frozenset({Lost.SCALE})}, "resized to one size", False),
        ({"lost": frozenset({Lost.GREYS})}, "have no greys", False),
        ({"simulated": True}, "the program made it itself", True),
    ],
)
def test_cells_that_would_teach_what_is_wrong(
    tmp_path: Path, change: dict[str, object], why: str, can_be_taken: bool
) -> None:
    truth = replace(photographed(1), **change)  # type: ignore[arg-type]
    keep(tmp_path / "P1.karyo", [corrected(truth)])
    found = collect([tmp_path])
    [cell] = found.cells
    assert not cell.included
    assert why in cell.why_not
    assert bool(found.taking({cell.key}).used) is can_be_taken


def test_what_the_written_karyotype_says_against_it(tmp_path: Path) -> None:
    texts = ("47,XY,+21", "46,XY,t(9;22)(q34;q11.2)", "46,XY", "no karyotype")
    for seed, text in enumerate(texts):
        keep(
            tmp_path / f"P{seed}.karyo",
            [corrected(photographed(seed))],
            work=lambda cell, text=text: cell.karyotype.write_iscn(text),  # type: ignore[misc]
        )
    cells = collect([tmp_path]).cells
    assert "disagree (the text has 3 of 21, the karyogram 2)" in cells[0].why_not
    assert cells[0].can_be_taken
    # Nobody marked which of the four are abnormal.
    assert cells[1].left_out_chromosomes == {"of a class that the written karyotype changes": 4}
    assert {"9", "22"}.isdisjoint(crop.label for crop in cells[1].crops)
    assert [cell.included for cell in cells] == [False, True, True, True]


def test_a_cell_one_class_off_is_left_out_and_can_be_taken_back(tmp_path: Path) -> None:
    cases = laboratory(tmp_path / "cases", patients=2, cells=2)
    truth = photographed(50)
    slipped = {
        one: CLASSES[CLASS_INDEX[name] - 1]
        for one, name in enumerate(classes_of(truth))
        if name not in ("1", "X", "Y")
    }
    cell = corrected(truth, slipped)

    def work(cell):  # type: ignore[no-untyped-def]
        for one, slot in enumerate(classes_of(truth)):
            if cell.karyotype.slot_of(one) != slot:
                cell.karyotype.move([one], slot)

    keep(cases / "slipped.karyo", [cell], work=work)
    found = collect([cases])
    [left] = [one for one in found.cells if not one.included]
    assert left.case.name == "slipped.karyo"
    assert left.why_not.startswith("42 of its 46 chromosomes lie one class after")
    assert len(found.taking({left.key}).used) == 5
