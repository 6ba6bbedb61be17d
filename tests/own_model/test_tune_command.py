from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from napari_karyo.shell import tune as command
from napari_karyo.shell.app import main
from napari_karyo.training.dataset import Dataset


def test_it_trains_compares_and_says_the_verdict(
    data: Path,
    start: Path,
    tmp_path: Path,
    few_simulated: Dataset,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lowered: list[bool] = []
    monkeypatch.setattr(command, "_lower_priority", lambda: lowered.append(True))
    out = tmp_path / "out"
    words = ["tune", str(data), "--output", str(out), "--start", str(start), "--device", "cpu"]
    before = signal.getsignal(signal.SIGTERM)
    assert main([*words, "--time-limit", "0", "--progress", "json", "--background"]) == 0
    assert signal.getsignal(signal.SIGTERM) is before
    assert lowered == [True]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[-1]["stage"] == "paused"
    assert main([*words, "--progress", "json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(set(line) == {"stage", "step", "steps", "loss", "said"} for line in lines)
    assert lines[-1]["stage"] == "done"
    assert "own model is" in lines[-1]["said"]
    there = {path.name for path in out.iterdir()}
    assert {"checkpoint.pt", "curve.csv", "own.safetensors"} <= there
    assert {"comparison.json", "comparison.html"} <= there
    # Two bad models differ by chance: it is not to be had.
    content = json.loads((out / "comparison.json").read_text(encoding="utf-8"))
    code = main(["adopt", str(out), "--name", "lab"])
    assert code == (0 if content["is_better"] else 2)


def test_ended_from_outside_it_says_so(
    data: Path, start: Path, tmp_path: Path, few_simulated: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_karyo.own_model import learning

    monkeypatch.setattr(learning, "_step", lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    words = ["tune", str(data), "--output", str(tmp_path / "out"), "--start", str(start)]
    assert main([*words, "--device", "cpu"]) == 130


def test_bad_data_is_said_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tune", str(tmp_path), "--output", str(tmp_path / "out")]) == 2
    assert "no labels.csv" in capsys.readouterr().err
