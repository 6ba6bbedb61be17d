"""What a laboratory wrote down, kept in a case file and remembered for the next one."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from drawn import make_cell, make_classification

from napari_karyo.case import Case, remembered, schema
from napari_karyo.classified import ClassifiedCell, propose
from napari_karyo.errors import CaseError
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import Karyotype
from napari_karyo.worksheet import CaseWorksheet, CellWorksheet


@pytest.fixture
def found() -> Classification:
    return make_classification(make_cell())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "P1.karyo"


def started(path: Path, found: Classification) -> tuple[Case, int, Karyotype]:
    case = Case.create(path, "P1")
    karyotype = propose(found, who="AB")
    return case, case.add(ClassifiedCell(found, karyotype)), karyotype


def test_what_a_laboratory_writes_down_is_kept(path: Path, found: Classification) -> None:
    case, number, karyotype = started(path, found)
    sheet = CaseWorksheet(specimen="marrow", banding="GTG", reason="AML?", goals="30/20/3")
    own = CellWorksheet(slide="3", stage="102.5/14.3")
    assert not case.worksheet
    case.write_worksheet(sheet)
    karyotype.write_worksheet(own)
    karyotype.sign("reviewed")
    karyotype.write_worksheet(replace(own, culture="A"))
    # It stands on the page that was signed.
    assert karyotype.state.signatures == ()
    karyotype.undo()
    case.close()
    with Case.open(path) as again:
        assert again.worksheet == sheet
        cell = again.cell(number)
        assert cell.worksheet == sheet
        assert cell.karyotype.state.worksheet == own
        assert "slide 3, stage 102.5/14.3" in [one.edit.text for one in again.events(number)]
        assert cell.heading().written == ("marrow", "GTG", "slide 3", "stage 102.5/14.3")
        assert cell.snapshot().heading() == cell.heading()
        with pytest.raises(CaseError, match="specimen can't be 'hope'"):
            again.set_fact("specimen", "hope")
        assert again.worksheet == sheet


def test_a_fact_that_makes_no_sense_costs_itself(path: Path, found: Classification) -> None:
    case, number, _ = started(path, found)
    case.write_worksheet(CaseWorksheet(specimen="blood", banding="GTG"))
    case.close()
    with closing(sqlite3.connect(path)) as bare, bare:
        bare.execute("UPDATE fact SET value = 'hope' WHERE name = 'specimen'")
    with Case.open(path) as again:
        assert again.fact("specimen") is None
        assert again.cell(number).worksheet == CaseWorksheet(banding="GTG")


def test_a_file_of_version_3_says_nothing_of_slides(path: Path, found: Classification) -> None:
    case, number, karyotype = started(path, found)
    karyotype.move([3], "7")
    state = karyotype.state
    case.close()
    with closing(sqlite3.connect(path)) as bare, bare:
        bare.execute("DROP TRIGGER event_is_fixed")
        for table, column in (("cell", "proposed"), ("event", "edit")):
            bare.execute(
                f"UPDATE {table} SET {column} = json_remove({column}, '$.worksheet', "
                "'$.before.worksheet', '$.after.worksheet') WHERE TRUE"
            )
        (words,) = bare.execute("SELECT edit FROM event").fetchone()
        assert "worksheet" not in words
        (trigger,) = re.findall(r"CREATE TRIGGER event_is_fixed.*?END;", schema.TABLES, re.DOTALL)
        bare.execute(trigger)
        bare.execute("PRAGMA user_version = 3")
    with Case.open(path) as again:
        assert again.karyotype(number).state == state
        again.karyotype(number, "AB").write_worksheet(CellWorksheet(slide="3"))
        assert again.karyotype(number).state.worksheet.slide == "3"
    assert path.with_name("P1.karyo.version-3").exists()


def test_what_was_written_last_is_offered_and_nothing_of_the_patient(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "settings" / "worksheet.json"
    monkeypatch.setattr(remembered, "place", lambda: place)
    assert remembered.as_last_time() == CaseWorksheet()
    sheet = CaseWorksheet(
        specimen="blood", banding="GTG", reason="AML?", mosaicism="suspected", goals="9/9/9"
    )
    remembered.remember(sheet)
    remembered.remember(CaseWorksheet(banding="QFQ"))
    usual = remembered.as_last_time()
    assert usual == CaseWorksheet(specimen="blood", banding="QFQ")
    assert "AML" not in place.read_text()
    # It stands only where nothing else does.
    assert remembered.filled(CaseWorksheet(banding="RHG"), usual) == replace(usual, banding="RHG")
    for wrong in ("", "[", "[]", '{"specimen": "hope"}', '{"colour": "red"}', "[" * 9_999):
        place.write_text(wrong)
        assert remembered.as_last_time() == CaseWorksheet()
    place.unlink()
    place.parent.rmdir()
    place.parent.write_text("no folder")
    remembered.remember(sheet)
    assert remembered.as_last_time() == CaseWorksheet()
