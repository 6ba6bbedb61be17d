from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from own_model_data import write_cells
from small import CALIBRATION, small_weights

from napari_karyo.errors import ReadError
from napari_karyo.inference.device import Device
from napari_karyo.models.weights import load_weights
from napari_karyo.own_model.answers import (
    Asked,
    Outcomes,
    as_calibrated,
    ask,
    calibrated_on,
    outcomes,
)
from napari_karyo.own_model.comparing import (
    MEASURES,
    ComparedMeasure,
    ModelComparison,
    _compared,
    compare,
)
from napari_karyo.own_model.page import page_of
from napari_karyo.training.dataset import read_cells

CPU = Device("cpu", "test")


def answered(
    right: float, cells: int, rng: np.random.Generator, green: float = 0.5
) -> list[Outcomes]:
    found = []
    for _ in range(cells):
        placed = rng.random(46) < right
        sure = placed & (rng.random(46) < green)
        found.append(Outcomes(np.arange(46) % 24, placed, placed, sure, (~placed).astype(np.int64)))
    return found


def comparison(before: list[Outcomes], after: list[Outcomes]) -> ModelComparison:
    measures, classes = _compared(before, after)
    return ModelComparison(
        "default", "a" * 64, "b" * 64, "val", len(before), 3, 46 * len(before), measures, classes
    )


def test_a_better_model_is_better_beyond_chance_and_an_equal_one_is_not() -> None:
    rng = np.random.default_rng(0)
    poor, good, other = (answered(share, 8, rng) for share in (0.8, 0.95, 0.8))
    better = comparison(poor, good)
    assert better.is_better
    assert better.verdict.startswith("The own model is better beyond chance: 9")
    assert better.measure("clicks").better
    assert better.measure("clicks").own < better.measure("clicks").shipped
    assert better.measure("placed").crops == 8 * 46
    assert not comparison(poor, other).is_better
    assert "not better beyond chance" in comparison(poor, other).verdict
    worse = comparison(good, poor)
    assert "worse beyond chance" in worse.verdict
    assert not worse.is_better


def test_green_that_can_not_be_trusted_is_not_better() -> None:
    rng = np.random.default_rng(0)
    before = answered(0.7, 8, rng)
    after = [replace(one, green=np.ones(46, np.bool_)) for one in answered(0.95, 8, rng)]
    found = comparison(before, after)
    assert found.measure("placed").better
    assert not found.is_better
    assert "calls sure is wrong" in found.verdict


def test_it_goes_through_json_and_what_is_none_is_refused() -> None:
    rng = np.random.default_rng(0)
    found = comparison(answered(0.8, 3, rng), answered(0.9, 3, rng))
    assert ModelComparison.from_json(found.to_json()) == found
    for wrong in ("", "[]", "{}", '{"measures": 3}', found.to_json().replace('"placed"', '"p"')):
        with pytest.raises(ReadError):
            ModelComparison.from_json(wrong)


def test_the_page_says_the_verdict_first_and_escapes_names() -> None:
    rng = np.random.default_rng(0)
    found = comparison(answered(0.8, 8, rng), answered(0.95, 8, rng))
    page = page_of(replace(found, shipped="<b>default</b>"), "A & B")
    assert page.index(found.verdict[:30]) < page.index("<table")
    assert "A &amp; B" in page
    assert "<b>default" not in page
    assert "<script" not in page
    for words in MEASURES.values():
        assert words in page
    # The long names stand on lines of their own, the classes beside their figures.
    assert page.count("<tr>") == 2 + 2 * len(MEASURES) + 24
    assert page.count("colspan") == len(MEASURES)


def test_the_lights_of_a_cell_are_fitted_on_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_karyo.own_model import comparing

    data, seen = write_cells(tmp_path / "data", "ttvvv"), []
    real = comparing.calibrated_on

    def watching(asked: list[Asked], least: dict[str, float]) -> dict[str, float]:
        seen.append([one.labelled.cell.name for one in asked])
        return real(asked, least)

    monkeypatch.setattr(comparing, "calibrated_on", watching)
    done: list[tuple[int, int]] = []
    found = compare(
        data,
        small_weights(tmp_path, 1),
        small_weights(tmp_path),
        device="cpu",
        progress=lambda *cells: done.append(cells),
    )
    assert seen == [["cell3", "cell4"], ["cell2", "cell4"], ["cell2", "cell3"]]
    assert done == [(number, 6) for number in range(1, 7)]
    assert (found.cells, found.crops) == (3, 27)
    # Both are untrained, so nothing is proved.
    assert not found.is_better


def test_no_kept_out_cell_is_said(tmp_path: Path) -> None:
    data = write_cells(tmp_path / "data", "ttt")
    with pytest.raises(ReadError, match="no cell of the split 'val'"):
        compare(data, small_weights(tmp_path, 1), small_weights(tmp_path), device="cpu")


def test_outcomes_are_what_the_program_shows(tmp_path: Path) -> None:
    from napari_karyo.inference.classify import classify
    from napari_karyo.inference.confidence import Light, lights
    from napari_karyo.inference.options import ClassifyOptions

    data = write_cells(tmp_path / "data", "v")
    (data / "q_band/cell0/1_0.png").write_bytes(b"none")
    (cell,) = read_cells(data, tmp_path / "work", ("val",))
    model = small_weights(tmp_path)
    weights = load_weights(model)
    (asked,) = ask([cell], weights, CPU)
    assert asked.answer is not None
    found = as_calibrated(asked.answer, weights.calibration)
    shown = classify(cell.cell, ClassifyOptions(model=model, device="cpu"))
    assert np.allclose(found.probabilities, shown.probabilities)
    assert (found.unknown, found.withheld) == (shown.unknown, shown.withheld)
    assert found.thresholds == shown.thresholds
    outcome = outcomes(asked, weights.calibration)
    slots = dict(enumerate(shown.predicted))
    assert lights(found, slots) == lights(shown, slots)
    assert set(lights(found, slots).values()) <= set(Light)
    # The crop that can't be read counts as one to be placed by hand.
    assert len(outcome.expected) == 9
    assert outcome.clicks[-1] == 1
    assert not outcome.alone[-1]


def test_few_cells_make_nothing_bolder(tmp_path: Path) -> None:
    data = write_cells(tmp_path / "data", "vv")
    cells = list(read_cells(data, tmp_path / "work", ("val",)))
    weights = load_weights(small_weights(tmp_path))
    asked = ask(cells, weights, CPU)
    least = {**CALIBRATION, "temperature": 1.2, "sure": 0.97, "doubtful": 0.8, "bands_dark": 0.5}
    found = calibrated_on(asked, least)
    assert all(found[name] >= least[name] for name in ("temperature", "sure", "doubtful"))
    assert found["bands_bright"] <= 0.953
    assert found["bands_dark"] == 0.5
    assert calibrated_on([], least) == least


def test_what_is_measured_says_whether_it_is_better() -> None:
    assert ComparedMeasure("placed", 0.8, 0.9, 0.05, 0.15, 100).better
    assert ComparedMeasure("green_wrong", 0.1, 0.0, -0.2, -0.01, 100).better
    assert ComparedMeasure("clicks", 3.0, 5.0, 1.0, 3.0, 100).worse
    rng = np.random.default_rng(0)
    perfect = comparison(answered(1, 2, rng), answered(1, 2, rng))
    assert json.loads(perfect.to_json())["is_better"] is False
