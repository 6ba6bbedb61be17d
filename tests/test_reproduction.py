"""The paper's table, made with networks that cost little."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small import labelled_cells

from napari_karyo.classes import CLASSES
from napari_karyo.cli import main
from napari_karyo.errors import KaryoError
from napari_karyo.inference.classify import classify
from napari_karyo.inference.saliency import attention_on_crop, saliency
from napari_karyo.io.cells import read_cell
from napari_karyo.models.named import CONFIGS, TABLE_1
from napari_karyo.models.weights import load_weights
from napari_karyo.reproduction.runs import STAIN, carry_out, plan
from napari_karyo.reproduction.table import line_of, write_table
from napari_karyo.training import train as entry


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three small cells, and all networks and recipes made small."""
    for name, config in CONFIGS.items():
        canvas = replace(config.input, height=64, width=64)
        sizes: dict[str, object] = {"widths": (4,) * 4, "depths": (1,) * 4, "stem_width": 4}
        if config.backbone == "plain":
            sizes = {"widths": (2, 4), "hidden": (8, 6)}
        small = replace(config, input=canvas, lstm_width=8, **sizes)  # type: ignore[arg-type]
        monkeypatch.setitem(CONFIGS, name, small)
        quick = replace(entry.RECIPES[name], epochs=2, batch=2)
        monkeypatch.setitem(entry.RECIPES, name, quick)
    return labelled_cells(tmp_path / "data")


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
        assert "--rows crnn" in write_table(parts, sliced).read_text()
        assert calls < 50
    assert calls > 1
    first, second = (load_weights(one[0].weights).network for one in (runs, parts))
    for name, value in first.state_dict().items():
        assert value.equal(second.state_dict()[name]), name


def test_seeds_are_summed_up_and_a_short_training_says_so(data: Path, tmp_path: Path) -> None:
    runs = plan(tmp_path, ["deep_cnn"], [0, 1], epochs=1)
    carry_out(runs, data, tmp_path / "crops", device="cpu", progress=silent)
    tops = [100 * outcome["stains"][STAIN]["top1"] for run in runs if (outcome := run.outcome())]
    line = line_of("deep_cnn", runs)
    assert line.seeds == 2
    assert line.mean["top1"] == pytest.approx(np.mean(tops))
    assert line.spread["top1"] == pytest.approx(np.std(tops, ddof=1))
    assert line.state == "SHORT: 1 of the paper's 2 epochs"
    assert "which this was not" in write_table(runs, tmp_path).read_text()


def test_an_ensemble_brings_its_members_and_works_as_a_model(data: Path, tmp_path: Path) -> None:
    runs = plan(tmp_path, ["ensemble"])
    assert [run.row for run in runs] == ["resnet50", "crnn", "attention", "res_crann", "ensemble"]
    carry_out(runs, data, tmp_path / "crops", device="cpu", progress=silent)
    cell = read_cell(data / "q_band" / "cell2")
    for run in runs:
        found = classify(cell, model=run.weights, device="cpu")
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


def test_an_unknown_row_is_named(tmp_path: Path) -> None:
    with pytest.raises(KaryoError, match="no row 'vgg'"):
        plan(tmp_path, ["vgg"])
