"""The paper's table, made with networks that cost little."""

from __future__ import annotations

import csv
import json
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from napari_karyo.classes import CLASSES
from napari_karyo.errors import KaryoError
from napari_karyo.inference.classify import classify
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.inference.saliency import attention_on_crop, saliency
from napari_karyo.io.cells import read_cell
from napari_karyo.models.named import TABLE_1
from napari_karyo.models.weights import load_weights, save_weights
from napari_karyo.reproduction import clock, explanations, slices
from napari_karyo.reproduction.checks import check
from napari_karyo.reproduction.runs import STAIN, TrainingRun, plan
from napari_karyo.reproduction.slices import carry_out
from napari_karyo.reproduction.summary_table import line_of, write_table
from napari_karyo.shell.app import command_line, main
from napari_karyo.training import train as entry


def silent(_: str) -> None:
    pass


def test_all_rows_at_once(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "out"
    command = ["reproduce", str(data), "--output", str(output), "--device", "cpu"]
    assert main(command) == 0
    said = capsys.readouterr().out
    with (output / "table.csv").open(newline="", encoding="utf-8") as file:
        table = {row["row"]: row for row in csv.DictReader(file)}
    assert list(table) == list(TABLE_1)
    assert table["res_crann"]["paper_top1"] == "90.42"
    assert table["ensemble"]["paper_top5"] == "99.03"
    assert table["resnet50_letter"]["paper_top1"] == ""
    for name, row in table.items():
        outcome = json.loads((output / name / "seed-0" / "test.json").read_text())
        assert float(row["mean_top1"]) == pytest.approx(
            100 * outcome["stains"][STAIN]["top1"], abs=0.01
        )
        assert row["seeds"] == "1"
        assert outcome["split"] == "test"
    assert "| Res-CRANN | 90.42," in said
    assert "2 epochs, as the paper" in said
    for name in ("curves.png", "confusion-crnn.png", "saliency.png"):
        assert np.asarray(Image.open(output / name)).std() > 5, name
    with (output / "confusion-crnn.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["true"] for row in rows] == list(CLASSES)
    assert sum(int(row[name]) for row in rows for name in (*CLASSES, "unusable")) == 6
    # Called again, nothing is trained or looked at a second time.
    before = {path: path.stat().st_mtime_ns for path in output.rglob("test.json")}
    assert main(command) == 0
    assert before == {path: path.stat().st_mtime_ns for path in output.rglob("test.json")}


def test_slices_end_where_one_call_ends(data: Path, tmp_path: Path) -> None:
    whole, sliced = tmp_path / "whole", tmp_path / "sliced"
    runs = plan(whole, ["crnn"], [3])
    assert carry_out(runs, data, whole / "crops", device="cpu", progress=silent)
    parts = plan(sliced, ["crnn"], [3])
    calls = 0
    while not carry_out(
        parts, data, sliced / "crops", device="cpu", time_limit=1e-6, progress=silent
    ):
        calls += 1
        assert line_of("crnn", parts).state.startswith("NOT FINISHED")
        assert "--row crnn" in write_table(parts, sliced).read_text()
        assert calls < 50
    assert calls > 1
    first, second = (load_weights(one[0].weights).network for one in (runs, parts))
    for name, value in first.state_dict().items():
        assert value.equal(second.state_dict()[name]), name
    # The curves as well, but for what a clock measured.
    curves = []
    for folder in (runs[0].folder, parts[0].folder):
        with (folder / "epochs.csv").open(newline="", encoding="utf-8") as file:
            names = ("epoch", "loss", f"{STAIN}_top1", f"{STAIN}_loss")
            curves.append([[row[name] for name in names] for row in csv.DictReader(file)])
    assert [row[0] for row in curves[0]] == ["1", "2"]
    assert curves[0] == curves[1]


def test_seeds_are_summed_up_and_a_short_training_says_so(data: Path, tmp_path: Path) -> None:
    runs = plan(tmp_path, ["deep_cnn"], [0, 1], epochs=1)
    carry_out(runs, data, tmp_path / "crops", device="cpu", progress=silent)
    tops = [100 * outcome["stains"][STAIN]["top1"] for run in runs if (outcome := run.outcome())]
    line = line_of("deep_cnn", runs)
    assert line.seeds == 2
    assert line.mean["top1"] == pytest.approx(np.mean(tops))
    assert line.spread["top1"] == pytest.approx(np.std(tops, ddof=1))
    assert line.state == "SHORT: 1 of the paper's 2 epochs"
    command = "napari-karyo reproduce DATA --output FOLDER --row deep_cnn --seed 0 --seed 1`"
    assert f"which this was not: `{command}" in write_table(runs, tmp_path).read_text()


def test_an_ensemble_brings_its_members_and_works_as_a_model(data: Path, tmp_path: Path) -> None:
    runs = plan(tmp_path, ["ensemble"])
    assert [run.row for run in runs] == ["resnet50", "crnn", "attention", "res_crann", "ensemble"]
    carry_out(runs, data, tmp_path / "crops", device="cpu", progress=silent)
    cell = read_cell(data / "q_band" / "cell2")
    for run in runs:
        found = classify(cell, ClassifyOptions(model=run.weights, device="cpu"))
        assert found.probabilities.shape == (6, 24)
        (shown,) = saliency(found, [0])
        assert shown.shape == found.cell.chromosomes[0].image.shape
        assert shown.max() == pytest.approx(1)
        if run.row in ("attention", "res_crann", "ensemble"):
            assert attention_on_crop(found, 0).max() == pytest.approx(1)
        else:
            assert not found.has_attention
            with pytest.raises(KaryoError, match="no attention"):
                attention_on_crop(found, 0)


@pytest.mark.parametrize(("epochs", "patience"), [(None, 0), (5, 0), (None, 3)])
def test_the_command_to_go_on_means_the_same_runs(
    data: Path, tmp_path: Path, epochs: int | None, patience: int
) -> None:
    runs = plan(tmp_path, ["deep_cnn", "crnn"], [1, 2], epochs, patience)
    text = write_table(runs, tmp_path).read_text(encoding="utf-8")
    (command,) = re.findall(r"To go on: `napari-karyo (.*)`", text)
    name, *words = shlex.split(command)
    chosen = command_line().commands[name].make_context(name, words).params
    options = [chosen[name] for name in ("rows", "seeds", "epochs", "patience")]
    assert plan(tmp_path, *options) == runs
    # What the command takes anyway is not said.
    text = write_table(plan(tmp_path, ["crnn"]), tmp_path).read_text(encoding="utf-8")
    assert "--row crnn`" in text


def test_summaries_are_of_all_that_lies_in_the_folder(data: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"

    def table(*options: str, folder: Path = output) -> dict[str, dict[str, str]]:
        command = ["reproduce", str(data), "--output", str(output), "--device", "cpu"]
        assert main([*command, *options]) == 0
        with (folder / "table.csv").open(newline="", encoding="utf-8") as file:
            return {row["row"]: row for row in csv.DictReader(file)}

    first = table("--row", "deep_cnn")
    assert list(first) == ["deep_cnn"]
    both = table("--row", "resnet50_letter")
    assert list(both) == ["deep_cnn", "resnet50_letter"]
    assert both["deep_cnn"] == first["deep_cnn"]
    seeds = table("--row", "deep_cnn", "--seed", "1")
    assert {row: line["seeds"] for row, line in seeds.items()} == {
        "deep_cnn": "2",
        "resnet50_letter": "1",
    }
    with (output / "confusion-deep_cnn.csv").open(newline="") as file:
        counts = [int(value) for row in list(csv.reader(file))[1:] for value in row[1:]]
    assert sum(counts) == 2 * 6
    # A short training has summaries of its own, and leaves these as they are.
    before = {path.name: path.read_bytes() for path in output.glob("*.*")}
    short = table("--row", "deep_cnn", "--epochs", "1", folder=output / "1-epochs")
    assert list(short) == ["deep_cnn"]
    assert short["deep_cnn"]["state"] == "SHORT: 1 of the paper's 2 epochs"
    assert before == {path.name: path.read_bytes() for path in output.glob("*.*")}
    assert (output / "1-epochs" / "deep_cnn" / "seed-0" / "test.json").is_file()


def test_another_labels_csv_is_refused(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    runs = plan(output, ["deep_cnn"])
    carry_out(runs, data, tmp_path / "crops", device="cpu", progress=silent)
    check(runs, data)
    labels = data / "labels.csv"
    head, *rows = labels.read_text().splitlines()
    # Another order, and rows of a stain that is not asked for, change nothing.
    other = rows[0].replace("q_band", "g_band")
    labels.write_text("\n".join([head, *reversed(rows), other]) + "\n")
    check(runs, data)
    labels.write_text("\n".join([head, *rows[:-1]]) + "\n")
    before = {path: path.stat().st_mtime_ns for path in output.rglob("*")}
    # Also where other rows are asked for, which would stand beside it in the table.
    for row in ("deep_cnn", "resnet50_letter"):
        assert main(["reproduce", str(data), "--output", str(output), "--row", row]) == 2
        said = capsys.readouterr().err
        assert "other rows of labels.csv" in said
        assert str(runs[0].folder) in said
    with pytest.raises(KaryoError, match=r"other rows of labels\.csv"):
        carry_out(runs, data, tmp_path / "crops", device="cpu", progress=silent)
    assert before == {path: path.stat().st_mtime_ns for path in output.rglob("*")}
    # An outcome says it too, should its folder be put together by hand.
    (runs[0].folder / "labels.sha256").unlink()
    with pytest.raises(KaryoError, match=r"nothing says of which labels\.csv"):
        check(runs, data)


def other_weights(run: TrainingRun) -> None:
    """Write the same network as if trained anew: another file."""
    kept = load_weights(run.weights)
    save_weights(run.weights, kept.network, kept.calibration, {**kept.facts, "again": True})


def test_a_damaged_outcome_is_named(tmp_path: Path) -> None:
    (run,) = plan(tmp_path, ["deep_cnn"])
    run.folder.mkdir(parents=True)
    (run.folder / "test.json").write_bytes(b'{"sha256": "\xff')
    with pytest.raises(KaryoError, match=r"test\.json: this is damaged\. Remove it"):
        run.outcome()


def test_an_outcome_of_other_weights_is_refused(data: Path, tmp_path: Path) -> None:
    runs = plan(tmp_path, ["deep_cnn"])
    carry_out(runs, data, tmp_path / "crops", device="cpu", progress=silent)
    outcome = json.loads((runs[0].folder / "test.json").read_text())
    assert outcome["sha256"] == load_weights(runs[0].weights).sha256
    other_weights(runs[0])
    with pytest.raises(KaryoError, match=r"test\.json: this outcome is of other weights"):
        carry_out(runs, data, tmp_path / "crops", device="cpu", progress=silent)
    runs[0].weights.unlink()
    with pytest.raises(KaryoError, match="are missing"):
        carry_out(runs, data, tmp_path / "crops", device="cpu", progress=silent)


def test_an_ensemble_of_other_members_is_refused(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "EXPLAINED", ())
    runs = plan(tmp_path, ["ensemble"])
    carry_out(runs, data, tmp_path / "crops", device="cpu", progress=silent)
    member, ensemble = runs[1], runs[-1]
    other_weights(member)
    # The member's own outcome is no longer its own either; the ensemble is told apart.
    (member.folder / "test.json").unlink()
    with pytest.raises(KaryoError, match="made with another crnn") as caught:
        carry_out(runs, data, tmp_path / "crops", device="cpu", progress=silent)
    assert caught.value.path == ensemble.weights
    assert str(ensemble.folder) in caught.value.remedy
    member.weights.unlink()
    with pytest.raises(KaryoError, match="crnn, whose weights are missing"):
        check(runs, data)


def counted(monkeypatch: pytest.MonkeyPatch, where: object, name: str) -> list[object]:
    """Note each call of a function, which is still carried out."""
    calls: list[object] = []
    function: Callable[..., object] = getattr(where, name)

    def call(*arguments: object, **options: object) -> object:
        calls.append(arguments)
        return function(*arguments, **options)

    monkeypatch.setattr(where, name, call)
    return calls


def test_saliency_is_measured_once_in_slices(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out"
    command = ["reproduce", str(data), "--output", str(output), "--device", "cpu"]
    command += ["--row", "crnn"]
    (run,) = plan(output, ["crnn"])
    measured = counted(monkeypatch, explanations, "measure")

    def a_slice() -> bool:
        return carry_out(
            [run], data, output / "crops", device="cpu", time_limit=1e-6, progress=silent
        )

    while run.outcome() is None:
        assert not a_slice()
    assert not measured
    states = []
    while not a_slice():
        states.append((len(measured), line_of("crnn", [run]).state))
        assert len(states) < 9
    # A class a slice.
    assert states == [(1, "NOT FINISHED: its saliency is not measured yet")]
    assert len(measured) == 2
    assert main(command) == 0
    assert line_of("crnn", [run]).state == "2 epochs, as the paper"
    kept = json.loads((run.folder / "faithfulness.json").read_text())
    assert kept["sha256"] == load_weights(run.weights).sha256
    assert kept["mean"]["crops"] == 6
    assert sorted(kept["classes"]) == ["1", "21"]
    with (output / "saliency.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["row"], row["seed"]) == ("crnn", "0")
    assert float(row["deletion"]) == pytest.approx(kept["mean"]["deletion"], rel=1e-3)
    # With everything there it is only drawn again: no network is asked, no crop loaded.
    loaded = counted(monkeypatch, explanations, "load_crops")
    (output / "saliency.png").unlink()
    assert main(command) == 0
    assert len(measured) == 2
    assert not loaded
    assert np.asarray(Image.open(output / "saliency.png")).std() > 5
    # Of other weights it is measured anew.
    (run.folder / "test.json").unlink()
    other_weights(run)
    assert not run.explained
    while not a_slice():
        pass
    assert len(measured) == 4


def test_the_time_that_loading_takes_counts(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(clock, "time", SimpleNamespace(monotonic=lambda: now[0]))
    limits: list[object] = []

    def slow(function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            now[0] += 60
            return function(*arguments)

        return call

    def training(*arguments: object, **options: object) -> object:
        limits.append(options["time_limit"])
        return entry.train(*arguments, **{**options, "time_limit": None})  # type: ignore[arg-type]

    monkeypatch.setattr(slices, "train", training)
    monkeypatch.setattr(slices, "load_crops", slow(slices.load_crops))
    monkeypatch.setattr(explanations, "load_crops", slow(explanations.load_crops))
    measured = counted(monkeypatch, explanations, "measure")
    runs = plan(tmp_path, ["crnn"])
    assert not carry_out(
        runs, data, tmp_path / "crops", device="cpu", time_limit=100, progress=silent
    )
    assert limits == [40]
    assert runs[0].outcome() is not None
    assert not measured


def test_a_longer_training_says_so(data: Path, tmp_path: Path) -> None:
    runs = plan(tmp_path, ["deep_cnn"], epochs=3)
    carry_out(runs, data, tmp_path / "crops", device="cpu", progress=silent)
    assert not runs[0].to_the_papers_length
    assert line_of("deep_cnn", runs).state == "LONGER: 3 epochs, the paper 2"
    assert "which this was not" in write_table(runs, tmp_path).read_text()


def test_an_ensemble_is_as_long_as_its_members(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for epochs, as_the_paper in ((None, True), (2, True), (1, False), (3, False)):
        assert plan(tmp_path, ["ensemble"], epochs=epochs)[-1].to_the_papers_length is as_the_paper
    # One member of another length is enough.
    monkeypatch.setitem(entry.RECIPES, "crnn", replace(entry.RECIPES["crnn"], epochs=5))
    assert not plan(tmp_path, ["ensemble"], epochs=2)[-1].to_the_papers_length
    assert plan(tmp_path, ["ensemble"])[-1].to_the_papers_length


def test_minutes_are_of_the_seeds_that_were_begun(data: Path, tmp_path: Path) -> None:
    runs = plan(tmp_path, ["deep_cnn"], [0, 1])
    assert np.isnan(line_of("deep_cnn", runs).minutes)
    runs[1].folder.mkdir(parents=True)
    (runs[1].folder / "epochs.csv").write_text("epoch,seconds\n1,120\n")
    assert line_of("deep_cnn", runs).minutes == 2


def test_an_unknown_row_is_named(tmp_path: Path) -> None:
    with pytest.raises(KaryoError, match="no row 'vgg'"):
        plan(tmp_path, ["vgg"])
