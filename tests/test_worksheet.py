"""What a laboratory writes down: what may stand where, and what is kept of it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from napari_karyo.errors import EditError
from napari_karyo.goals import Goals
from napari_karyo.worksheet import (
    REMEMBERED,
    CaseWorksheet,
    CellWorksheet,
    keep_worksheet,
    worksheet_of,
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


class Kept(dict[str, str]):
    """Facts in memory, with a note of what was written."""

    def fact(self, name: str) -> str | None:
        return self.get(name)

    def set_fact(self, name: str, value: str) -> None:
        self[name] = value


def test_facts_keep_it_and_what_makes_no_sense_there_is_left_out() -> None:
    facts = Kept()
    keep_worksheet(facts, WHOLE)
    assert worksheet_of(facts) == WHOLE
    assert facts.keys() == WHOLE.to_dict().keys()
    facts["specimen"] = "hope"
    assert worksheet_of(facts) == replace(WHOLE, specimen="")
    keep_worksheet(facts, replace(WHOLE, reason=""))
    assert facts["reason"] == ""
