"""What to correct next, and what more cells have brought."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from corrected import collected, corrected, keep, photographed
from own_model_data import comparison

from napari_karyo.case import Case
from napari_karyo.own_model.collecting import collect
from napari_karyo.own_model.collection import Collection
from napari_karyo.own_model.suggesting import EarlierTraining, brought_so_far, worth_correcting

SIGNED = datetime(2026, 11, 30, tzinfo=UTC)


def test_the_least_sure_come_first_of_different_patients() -> None:
    waiting = [
        replace(collected(patient, number), expected_wrong=wrong, why_not="nobody has signed it.")
        for patient, number, wrong in (
            ("Jane", 1, 5.0),
            ("Jane", 2, 9.0),
            ("John", 1, 0.5),
            ("Kim", 1, 3.0),
        )
    ]
    signed = replace(collected("John", 2), since=SIGNED, expected_wrong=8.0)
    never = replace(collected("Kim", 2), why_not="it was classified anew since.")
    found = worth_correcting(Collection((signed, never, *waiting)))
    # Jane's second comes after a first of everybody.
    order = [(one.cell.patient, one.cell.number) for one in found]
    assert order == [("Jane", 2), ("Kim", 1), ("John", 1), ("Jane", 1)]
    assert found[0].why.startswith("about 9.0 of its chromosomes are in a wrong class")
    assert [one.signed for one in found] == [0, 0, 1, 0]
    # Of what it doesn't know its doubt says nothing.
    strange = replace(waiting[2], unknown=True)
    found = worth_correcting(Collection((waiting[0], waiting[3], strange)))
    assert [one.cell.patient for one in found] == ["John", "Jane", "Kim"]
    assert found[0].why == "it is unlike everything that the model knows"
    assert len(worth_correcting(Collection(tuple(waiting)), most=2)) == 2
    assert worth_correcting(Collection((signed,))) == ()


def test_what_a_person_settled_is_no_doubt_any_more(tmp_path: Path) -> None:
    path = keep(tmp_path / "P1.karyo", [corrected(photographed(1))])
    with Case.create(tmp_path / "P2.karyo", "P2") as case:
        cell = corrected(photographed(2))
        case.add(cell)
        before = sum(1 - row.max() for row in cell.classification.probabilities)
        cell.karyotype.review([0, 1])
        settled = sum(1 - row.max() for row in cell.classification.probabilities[2:])
    found = collect([path, tmp_path / "P2.karyo"])
    [one] = worth_correcting(found)
    assert one.cell.case == tmp_path / "P2.karyo"
    assert one.expected_wrong == pytest.approx(settled)
    assert settled < before


def test_what_more_cells_have_brought() -> None:
    assert brought_so_far([]) == ""
    five = EarlierTraining(5, 0.90, 0.93, 3, ("dark",))
    once = brought_so_far([five], ["dark"])
    assert "From 5 cells: 93.0% in the right place, with the shipped model 90.0%" in once
    assert "seen after a training from more" in once
    assert brought_so_far([five], ["bright"]) == ""
    ten = EarlierTraining(10, 0.90, 0.97, 3, ("dark",))
    older = EarlierTraining(10, 0.90, 0.50, 3, ("dark",))
    twice = brought_so_far([ten, five, older])
    assert twice.endswith("The last 5 cells more brought +4.0 points over the shipped model.")
    assert "50.0%" not in twice


def test_an_earlier_training_is_read_from_its_comparison() -> None:
    found = EarlierTraining.of(comparison(cells=7), ["dark"])
    assert found == EarlierTraining(7, 0.9, 0.95, 6, ("dark",))
    assert EarlierTraining.of(replace(comparison(), learned_from={})) is None
