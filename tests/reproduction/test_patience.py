"""A training that stops when nothing is gained any more."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from napari_karyo.models.weights import load_weights
from napari_karyo.reproduction import slices
from napari_karyo.reproduction.runs import STAIN, TrainingRun, plan
from napari_karyo.reproduction.slices import carry_out
from napari_karyo.reproduction.summary_table import line_of, write_table
from napari_karyo.shell.app import main
from napari_karyo.training import fit
from napari_karyo.training import train as entry

#: Loss on ``val`` of each epoch. With patience 2 it ends after the fourth, since an equal loss
#: is no lower one; with 3 it goes on to the lower one of the fifth, and to the end.
LOSSES = (3.0, 2.0, 2.5, 2.0, 1.0, 1.5)
COMMAND = ["--row", "deep_cnn", "--device", "cpu"]


@pytest.fixture(autouse=True)
def losses(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each epoch its loss, and every network as many epochs."""
    validate = fit.validate
    closed = [0]

    def given(*arguments: Any) -> dict[str, float]:
        return {**validate(*arguments), f"{STAIN}_loss": LOSSES[closed[0]]}

    # Which epoch is open survives a call's end.
    def averaged(state: fit.TrainingState) -> Any:
        closed[0] = len(state.rows)
        return network(state)

    network = fit.TrainingState.mean_network
    monkeypatch.setattr(fit.TrainingState, "mean_network", averaged)
    monkeypatch.setattr(fit, "validate", given)
    for name in ("deep_cnn", "resnet50"):
        monkeypatch.setitem(entry.RECIPES, name, replace(entry.RECIPES[name], epochs=len(LOSSES)))


def carried(output: Path, data: Path, **options: Any) -> tuple[TrainingRun, list[str]]:
    """Carry out a run of the Deep CNN; return it and what was said."""
    limit = options.pop("time_limit", None)
    (run,) = plan(output, ["deep_cnn"], **options)
    said: list[str] = []
    crops = output / "crops"
    carry_out([run], data, crops, device="cpu", time_limit=limit, progress=said.append)
    return run, said


def same_weights(one: TrainingRun, other: TrainingRun) -> bool:
    first, second = (load_weights(run.weights).network.state_dict() for run in (one, other))
    return all(value.equal(second[name]) for name, value in first.items())


def test_it_stops_and_keeps_the_weights_of_the_lowest_loss(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    command = ["reproduce", str(data), "--output", str(output), "--patience", "2"]
    assert main([*command, *COMMAND]) == 0
    assert "stopped after 4 of 6 epochs" in capsys.readouterr().out
    with (output / "table.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["planned"], row["trained"], row["lowest"]) == ("6", "4", "2")
    assert row["state"] == "STOPPED after 4 of 6 epochs: 2 without lower loss"
    assert f"{row['state']} | 2 |" in (output / "table.md").read_text(encoding="utf-8")
    (stopped,) = plan(output, ["deep_cnn"])
    assert [epoch["lowest"] for epoch in stopped.curve()] == ["1", "2", "2", "2"]
    facts = load_weights(stopped.weights).facts
    assert facts["recipe"]["patience"] == 2
    assert " --patience 2" in facts["command"]
    # Those are what two epochs give, and not what four do.
    two, _ = carried(tmp_path / "other", data, epochs=2)
    assert same_weights(stopped, two)
    whole, _ = carried(tmp_path / "other", data)
    assert (whole.trained, whole.lowest, whole.stopped) == (6, 5, False)
    assert line_of("deep_cnn", [whole]).state == "6 epochs, as the paper"
    assert not same_weights(stopped, whole)


def test_slices_stop_where_one_call_stops(data: Path, tmp_path: Path) -> None:
    whole, _ = carried(tmp_path / "whole", data, patience=2)
    for _ in range(50):
        sliced, said = carried(tmp_path / "sliced", data, patience=2, time_limit=1e-6)
        if sliced.outcome():
            break
        assert "left as it is" not in "".join(said)
    assert (whole.trained, sliced.trained) == (4, 4)
    assert same_weights(whole, sliced)


def test_what_ran_out_trains_no_more_after_a_kill(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, _ = carried(tmp_path, data, patience=2)
    before = load_weights(run.weights).network.state_dict()
    # Killed after the last checkpoint, before the weights were written.
    (run.folder / "test.json").unlink()
    run.weights.unlink()
    monkeypatch.setattr(fit, "_step", lambda *_: pytest.fail("it was trained on"))
    run, _ = carried(tmp_path, data, patience=2)
    after = load_weights(run.weights).network.state_dict()
    assert all(value.equal(after[name]) for name, value in before.items())


def test_a_training_goes_on_with_another_patience(data: Path, tmp_path: Path) -> None:
    run, _ = carried(tmp_path / "sliced", data, patience=2)
    (run.folder / "test.json").unlink()
    run.weights.unlink()
    run, said = carried(tmp_path / "sliced", data, patience=3)
    assert "patience 3, was 2" in said
    whole, _ = carried(tmp_path / "whole", data, patience=3)
    assert (run.trained, whole.trained) == (6, 6)
    assert same_weights(run, whole)


def test_what_is_finished_is_left_as_it_is_and_that_is_said(data: Path, tmp_path: Path) -> None:
    run, _ = carried(tmp_path, data, patience=2)
    before = run.weights.stat().st_mtime_ns
    for patience, words in ((0, "no --patience it goes on"), (1, "--patience 1 it ends after 3")):
        run, said = carried(tmp_path, data, patience=patience)
        assert words in "".join(said)
        assert str(run.folder) in "".join(said)
    run, said = carried(tmp_path, data, patience=2)
    assert not said
    assert run.weights.stat().st_mtime_ns == before


def test_the_table_says_it_of_members_and_with_another_length(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "EXPLAINED", ())
    monkeypatch.setattr("napari_karyo.reproduction.summary_table.EXPLAINED", ())
    runs = plan(tmp_path, ["ensemble"], patience=2)
    carry_out(runs, data, tmp_path / "crops", device="cpu", progress=lambda _: None)
    assert line_of("ensemble", [runs[-1]]).state == "STOPPED early: its members resnet50"
    short, _ = carried(tmp_path, data, patience=2, epochs=5)
    line = line_of("deep_cnn", [short])
    assert line.state == (
        "SHORT: 5 of the paper's 6 epochs; STOPPED after 4 of 5 epochs: 2 without lower loss"
    )
    text = write_table([short], tmp_path).read_text(encoding="utf-8")
    assert "was not: `napari-karyo reproduce DATA --output FOLDER --row deep_cnn --patience" in text
