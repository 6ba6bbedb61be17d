from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import torch
from own_model_data import QUICK, write_cells
from small import SMALL, small_network

from napari_karyo.errors import KaryoError, ReadError
from napari_karyo.inference.device import Device
from napari_karyo.models.weights import load_weights
from napari_karyo.own_model import learning
from napari_karyo.own_model.comparing import MEASURES, ModelComparison
from napari_karyo.own_model.learning import between, learn
from napari_karyo.own_model.simulated_crops import simulated_crops
from napari_karyo.own_model.tuning import TuningProgress, prove, tune
from napari_karyo.training.dataset import Dataset, load_dataset

CPU = Device("cpu", "test")


def curve(folder: Path) -> list[dict[str, str]]:
    with (folder / "curve.csv").open(newline="", encoding="utf-8") as file:
        return [{**row, "seconds": ""} for row in csv.DictReader(file)]


def test_it_learns_and_is_compared(
    data: Path, start: Path, tmp_path: Path, few_simulated: Dataset
) -> None:
    told: list[TuningProgress] = []
    out = tmp_path / "out"
    path = tune(data, out, start=start, device="cpu", progress=told.append)
    assert path == out / "own.safetensors"
    weights = load_weights(path)
    before = load_weights(start)
    assert weights.facts["started_from"] == before.sha256
    learned = weights.facts["learned_from"]
    assert (learned["cells"], learned["patients"], learned["crops"]) == (4, 4, 36)
    assert learned["kept_out"] == {"cells": 2, "patients": 2, "crops": 18}
    assert {"bands_bright", "contrast_bright", "strength_bright"} <= set(weights.calibration)
    for name in ("temperature", "sure", "doubtful"):
        assert weights.calibration[f"{name}_bright"] >= before.calibration[name]
        # What was learned of bright cells costs the others no light.
        assert weights.calibration[name] == before.calibration[name]
    assert [row["step"] for row in curve(out)] == ["2", "4"]
    assert {one.stage for one in told} == {"prepare", "train", "calibrate"}
    assert [one.step for one in told if one.stage == "train"] == [1, 2, 3, 4]
    # Of 24 classes only three are there, which is said.
    assert any("no chromosome of the class 2, 3" in one.said for one in told)

    comparison = prove(data, out, shipped=start, device="cpu", progress=told.append)
    assert told[-1].said == comparison.verdict
    assert (comparison.cells, comparison.patients, comparison.crops) == (2, 2, 18)
    assert comparison.own_sha256 == weights.sha256
    assert comparison.learned_from["cells"] == 4
    assert [one.name for one in comparison.measures] == list(MEASURES)
    assert [one.name for one in comparison.per_class] == ["1", "9", "21"]
    written = (out / "comparison.json").read_text(encoding="utf-8")
    assert ModelComparison.from_json(written) == comparison
    assert json.loads(written)["is_better"] is comparison.is_better
    page = (out / "comparison.html").read_text(encoding="utf-8")
    assert page.index("own model is") < page.index("<table")


@pytest.mark.parametrize("killed", [1, 2, 3, 4])
def test_a_training_that_was_killed_ends_as_one_that_was_not(
    data: Path, tmp_path: Path, few_simulated: Dataset, killed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    crops = load_dataset(data, tmp_path / "work", SMALL.input)
    monkeypatch.setattr(learning, "SAVED_EVERY", -1.0)
    begin, ends = small_network(), []
    for name in ("whole", "killed"):
        folder = tmp_path / name
        folder.mkdir()
        if name == "killed":
            calls = count(1)
            real = learning._step

            def killing(
                *arguments: object, calls: count[int] = calls, real: Callable[..., None] = real
            ) -> None:
                if next(calls) == killed:
                    raise KeyboardInterrupt
                real(*arguments)

            monkeypatch.setattr(learning, "_step", killing)
            with pytest.raises(KeyboardInterrupt):
                learn(begin, crops, few_simulated, QUICK, CPU, folder)
            monkeypatch.setattr(learning, "_step", real)
            torch.rand(5)
        ends.append(learn(begin, crops, few_simulated, QUICK, CPU, folder))
    first, second = (one.network.state_dict() for one in ends)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert curve(tmp_path / "whole") == curve(tmp_path / "killed")


def test_time_is_up_and_the_same_command_goes_on(
    data: Path, start: Path, tmp_path: Path, few_simulated: Dataset
) -> None:
    out = tmp_path / "out"
    calls = 0
    while tune(data, out, start=start, device="cpu", time_limit=0.0) is None:
        calls += 1
        assert not (out / "own.safetensors").exists()
    assert calls == QUICK.steps - 1


def test_a_checkpoint_of_another_training_is_refused(
    data: Path, start: Path, tmp_path: Path, few_simulated: Dataset
) -> None:
    out = tmp_path / "out"
    assert tune(data, out, start=start, device="cpu", time_limit=0.0) is None
    with pytest.raises(KaryoError, match="made with another"):
        tune(data, out, start=start, device="cpu", seed=1)
    assert tune(data, out, start=start, device="cpu", seed=1, resume=False) is not None


def test_norms_stay_and_the_share_of_the_way_is_gone(
    data: Path, tmp_path: Path, few_simulated: Dataset
) -> None:
    crops = load_dataset(data, tmp_path / "work", SMALL.input)
    begin = small_network()
    end = learn(begin, crops, few_simulated, QUICK, CPU, tmp_path).network
    before, after = begin.state_dict(), end.state_dict()
    still = [name for name in before if name.endswith(("running_mean", "running_var"))]
    assert still
    assert all(torch.equal(before[name], after[name]) for name in still)
    assert not torch.equal(before["head.weight"], after["head.weight"])
    half = between(begin, end, 0.5).state_dict()["head.weight"]
    assert torch.allclose(half, (before["head.weight"] + after["head.weight"]) / 2)
    assert torch.equal(between(begin, end, 0.0).state_dict()["head.weight"], before["head.weight"])


def test_what_the_start_says_of_simulated_crops_is_kept(
    data: Path, tmp_path: Path, few_simulated: Dataset
) -> None:
    crops = load_dataset(data, tmp_path / "work", SMALL.input)
    plan = replace(QUICK, steps=20, rows=1, simulated=6)
    away = {}
    for keep in (0.0, 20.0):
        folder = tmp_path / str(keep)
        folder.mkdir()
        learn(
            small_network(), crops, few_simulated, replace(plan, keep_simulated=keep), CPU, folder
        )
        away[keep] = float(curve(folder)[-1]["kept"])
    assert away[20.0] < away[0.0] or away[0.0] == 0.0


@pytest.mark.parametrize(
    ("splits", "said"),
    [
        ("ttv", "There are only 3 cells"),
        ("ttttt", "no cell to be kept out"),
        ("ttttv", "only 1 cell to be kept out"),
        ("vvvvv", "no cell to learn from"),
    ],
)
def test_data_that_prove_nothing_are_refused(
    tmp_path: Path, start: Path, splits: str, said: str
) -> None:
    data = write_cells(tmp_path / "data", splits)
    with pytest.raises(ReadError, match=said):
        tune(data, tmp_path / "out", start=start, device="cpu")
    assert not (tmp_path / "out").exists()


def test_one_patient_and_two_stains_are_refused(tmp_path: Path, start: Path) -> None:
    data = write_cells(tmp_path / "data", "ttttt")
    table = data / "labels.csv"
    for number in range(5):
        table.write_text(table.read_text().replace(f",p{number},", ",p0,"))
    with pytest.raises(ReadError, match="All cells are of one patient"):
        tune(data, tmp_path / "out", start=start, device="cpu")
    table = write_cells(tmp_path / "two", "tttvv") / "labels.csv"
    table.write_text(table.read_text().replace("q_band,p0,", "g_band,p0,"))
    with pytest.raises(ReadError, match="two stains"):
        tune(table.parent, tmp_path / "out", start=start, device="cpu")


def test_simulated_crops_are_of_both_stains_and_all_classes() -> None:
    crops = simulated_crops(SMALL.input, 1)
    assert set(crops.stains) == {"g_band", "q_band"}
    assert len(set(crops.labels.tolist())) == 23
    assert crops.inputs.shape[1:] == (SMALL.input.height, SMALL.input.width)
