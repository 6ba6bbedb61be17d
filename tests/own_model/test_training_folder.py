"""Training folders in the person's own data."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from corrected import collected
from own_model_data import write_result

from napari_karyo.errors import ExportError
from napari_karyo.own_model import training_folder
from napari_karyo.own_model.collection import Collection
from napari_karyo.own_model.keeping_out import kept_out_in
from napari_karyo.own_model.training_folder import (
    begin,
    discard,
    earlier_trainings,
    trainings,
    trainings_folder,
)


def some_cells(patients: int = 4, cells: int = 2) -> Collection:
    return Collection(
        tuple(
            collected(f"patient {patient}", 10 * patient + number)
            for patient in range(patients)
            for number in range(cells)
        )
    )


def test_a_training_is_begun_found_and_thrown_away(own_data: Path) -> None:
    assert trainings() == ()
    assert earlier_trainings() == ()
    first = begin(some_cells())
    assert first.path.parent == trainings_folder()
    assert own_data in first.path.parents
    assert (first.finished, first.has_checkpoint, first.curve()) == (False, False, [])
    assert first.about["cells"]["train"] + first.about["cells"]["kept out"] == 8
    assert first.stains == ("dark",)
    assert first.begun.count("-") == 2
    assert "patient 1" not in (first.data / "labels.csv").read_text()
    second = begin(some_cells())
    assert trainings() == (second, first)
    (first.path / "curve.csv").write_text("step,loss\n1,3.5\n2,2.5\n")
    assert first.curve() == [{"step": 1.0, "loss": 3.5}, {"step": 2.0, "loss": 2.5}]
    write_result(first.path)
    assert first.finished
    assert [one.cells for one in earlier_trainings()] == [10]
    discard(second)
    assert trainings() == (first,)
    assert not list(trainings_folder().glob(".*"))


def test_who_was_kept_out_stays_kept_out() -> None:
    first = begin(some_cells(3))
    kept = kept_out_in(first.data)
    assert kept
    second = begin(some_cells(9))
    known = {cell.patient_key for cell in some_cells(3).cells}
    assert kept & known <= kept_out_in(second.data)
    (first.data / "labels.csv").write_text("nonsense")
    third = begin(some_cells(9))
    assert kept & known <= kept_out_in(third.data)


def test_nothing_is_left_of_what_can_t_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ExportError, match="no cell to write"):
        begin(Collection(tuple(replace(one, why_not="no.") for one in some_cells().cells)))
    assert trainings() == ()

    def full(*_: object) -> None:
        (trainings_folder() / "2026-01-01-000000").mkdir(parents=True, exist_ok=True)
        raise ExportError("the disk is full.")

    monkeypatch.setattr(training_folder, "write_data", full)
    with pytest.raises(ExportError, match="disk is full"):
        begin(some_cells())
    assert trainings() == ()


@pytest.mark.parametrize("content", ["", "[", "[1]", json.dumps({"measures": 1})])
def test_what_is_damaged_is_none(content: str) -> None:
    training = begin(some_cells())
    (training.path / "comparison.json").write_text(content)
    (training.data / "collection.json").write_text(content)
    (training.path / "curve.csv").write_text("step,loss\n1,x\n")
    assert training.comparison is None
    assert training.stains == ()
    assert training.curve() == []
    assert earlier_trainings() == ()


def test_what_a_finished_training_no_longer_needs_is_removed_when_another_begins() -> None:
    first, open_one = begin(some_cells()), begin(some_cells())
    for one in (first, open_one):
        (one.path / "checkpoint.pt").write_bytes(b"much")
        (one.path / "prepared").mkdir()
        (one.path / "curve.csv").write_text("step,loss\n1,3.5\n")
    write_result(first.path)
    result = first.comparison
    begin(some_cells())
    assert not first.has_checkpoint
    assert not (first.path / "prepared").exists()
    assert first.comparison == result
    assert first.curve()
    assert kept_out_in(first.data)
    assert open_one.has_checkpoint
    assert (open_one.path / "prepared").is_dir()
