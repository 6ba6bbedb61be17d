"""What a laboratory writes down: what may stand where, and what is kept of it."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from napari_karyo.case import Case
from napari_karyo.errors import EditError
from napari_karyo.goals import Goals
from napari_karyo.worksheet import (
    REMEMBERED,
    CaseWorksheet,
    CellWorksheet,
)

WHOLE = CaseWorksheet(
    specimen="blood",
    banding="GTG",
    bands="550",
    bands_by="estimated",
    microscope="check",
    reason="Recurrent miscarriage",
)


@pytest.mark.parametrize("kind", [CaseWorksheet, CellWorksheet])
def test_each_field_is_described(kind: Any) -> None:
    assert [one.name for one in fields(kind)] == list(kind.FIELDS)
    assert not kind()
    assert all(field.allows(choice) for field in kind.FIELDS.values() for choice in field.choices)


@pytest.mark.parametrize(
    "wrong",
    [
        {"specimen": "hope"},
        {"bands": "many"},
        {"bands": "55"},
        {"bands_by": "guessed"},
        {"microscope": "yes"},
        {"goals": "2/5/20"},
        {"mosaic": "maybe"},
        {"banding": "G" * 41},
        {"reason": "two\nlines"},
        {"reason": "\ud800"},
        {"reason": 3},
        {"reason": None},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(EditError):
        CaseWorksheet(**wrong)
    with pytest.raises(EditError):
        CaseWorksheet.from_dict(wrong)


@pytest.mark.parametrize("content", [[], "slide", {"slyde": "3"}, {1: "3"}])
def test_what_is_no_worksheet_is_refused(content: Any) -> None:
    with pytest.raises(EditError):
        CellWorksheet.from_dict(content)


def test_only_what_is_written_is_said() -> None:
    assert CaseWorksheet().words == CellWorksheet().words == ()
    assert WHOLE.words == ("blood", "GTG, 550 bands (estimated)", "checked at the microscope")
    assert CaseWorksheet(bands="400-550").words == ("400-550 bands",)
    assert CaseWorksheet(microscope="neither").words == ("analysed and checked on images alone",)
    cell = CellWorksheet(culture="A", colony="4", slide="2", stage="102.5/14.3")
    assert cell.words == ("culture A", "colony 4", "slide 2", "stage 102.5/14.3")
    assert CellWorksheet().changed(replace(cell, culture="", colony="")) == (
        "slide 2, stage 102.5/14.3"
    )
    assert cell.changed(CellWorksheet(culture="A", colony="4", slide="2")) == "stage removed"
    # The reason of referral is the patient's: no page shows it.
    assert "miscarriage" not in "".join(WHOLE.words)


def test_nothing_of_the_patient_is_remembered() -> None:
    assert set(REMEMBERED) == {"specimen", "banding", "bands", "bands_by", "microscope"}


def test_the_laboratory_knows_better_than_a_guideline() -> None:
    assert CaseWorksheet(specimen="tumour").wanted == Goals(20, 20, 2)
    assert CaseWorksheet(specimen="tumour", goals="10/10/3").wanted == Goals(10, 10, 3)
    assert CaseWorksheet(mosaicism="suspected").wanted == Goals(50, 5, 2)
    # Clones of a neoplasm came about in life; of another specimen from birth.
    assert CaseWorksheet().is_mosaic
    assert not CaseWorksheet(specimen="marrow").is_mosaic
    assert CaseWorksheet(specimen="marrow", mosaic="yes").is_mosaic
    assert not CaseWorksheet(mosaic="no").is_mosaic


def test_facts_keep_it_and_what_makes_no_sense_there_is_left_out(tmp_path: Path) -> None:
    with Case.create(tmp_path / "case.karyo") as case:
        before = {name for (name,) in case.query("SELECT name FROM fact")}
        case.write_worksheet(WHOLE)
        assert case.worksheet == WHOLE
        written = {name for (name,) in case.query("SELECT name FROM fact")} - before
        assert written == WHOLE.to_dict().keys()
        case.write("UPDATE fact SET value = 'hope' WHERE name = 'specimen'")
        assert case.worksheet == replace(WHOLE, specimen="")
        case.write_worksheet(replace(WHOLE, reason=""))
        assert case.fact("reason") == ""
