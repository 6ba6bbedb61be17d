"""The day on which a laboratory makes its own model: the real program, the shipped model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mouse import plain
from own_model_data import write_result
from own_model_day import ModelDay

from napari_karyo.case import Case
from napari_karyo.gui.docks.own_model.dock import MODELS, PROVE
from napari_karyo.io.cells import write_cell
from napari_karyo.models.own import own_models
from napari_karyo.simulation.sample import simulate_cell


@pytest.fixture
def patients(tmp_path: Path) -> list[Path]:
    """Folders as a laboratory cuts them: three cells of two patients, and one of a third."""
    folders = []
    for patient, cells in (("P1", 3), ("P2", 3), ("P3", 1)):
        folders.append(tmp_path / patient)
        for number in range(cells):
            cell = simulate_cell("46,XY", seed=10 * len(folders) + number, stain="G")
            write_cell(cell, folders[-1] / f"cell {number + 1}")
    return folders


@pytest.mark.timeout(1200)
def test_a_laboratory_makes_its_own_model(viewer: Any, patients: list[Path]) -> None:
    viewer.window.resize(1500, 950)
    day = ModelDay(viewer, "AB")
    for folder in patients[:2]:
        day.next_patient(folder)
        day.classify()
    assert len(day.session.cells) == 6
    for cell in list(day.session.cells):
        day.session.show(cell)
        day.correct_and_sign()

    day.open_own_model()
    day.collect()
    assert "6 cells of 2 patients, 276 crops; signed by AB" in plain(day.own.collect.there)
    # Few steps of the real training: enough to see that all goes together.
    day.train("--steps", "2")
    day.wait_for_the_proof()
    training = day.own.prove.training
    assert training is not None
    assert [row["step"] for row in training.curve()] == [1, 2]
    comparison = day.own.prove.comparison
    assert comparison is not None
    assert (comparison.cells, comparison.patients) == (3, 1)
    # The shipped model has nothing to learn of simulated cells, and it is said.
    assert not comparison.is_better
    assert "not better beyond chance" in plain(day.own.prove.verdict)
    assert not day.own.prove.adopt.isEnabled()
    assert own_models() == ()

    # From here on as if it were: the weights are those just trained, the figures made by hand.
    write_result(training.path, weights=training.path / "own.safetensors")
    day.own.prove.show_training(training)
    day.adopt("Bern 2026")
    day.own.models.use.click()
    assert day.form.model.value == "Bern 2026"

    day.next_patient(patients[2])
    day.classify()
    cell = day.session.current
    assert cell.classification.model == "Bern 2026"
    assert cell.classification.model_hash == own_models()[0].sha256
    day.show(MODELS)
    day.own.models.back.click()
    assert day.form.model.value == "default"
    assert cell.classification.model == "Bern 2026"
    day.session.close_cases()
    with Case.open(patients[2].with_name("P3.karyo")) as case:
        [entry] = case.cells()
        assert entry.model == "Bern 2026"
    # Tomorrow the last proof is there again.
    assert day.own.prove.training == training
    assert PROVE in {day.own.tabs.tabText(place) for place in range(day.own.tabs.count())}
