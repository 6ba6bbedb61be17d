"""napari-karyo segment, and photographs in the place of cells: on drawn spreads with labels."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from drawn_spread import write_spread
from PIL import Image
from small import small_weights

from napari_karyo.io.cells import write_cell
from napari_karyo.io.objects_table import COLUMNS
from napari_karyo.shell.app import main
from napari_karyo.simulation.sample import simulate_cell


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture
def spread(tmp_path: Path) -> Path:
    return write_spread(tmp_path / "in" / "spread.png", labels=True)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_segment_writes_a_cell_that_classify_goes_on_from(
    tmp_path: Path, spread: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = tmp_path / "cell"
    assert main(["segment", str(spread), "--output", str(cell)]) == 0
    told = capsys.readouterr()
    assert told.out == (
        f"{cell}: 46 chromosomes, 0 nuclei, 0 of dirt; 720 x 560 pixels, dark on white\n"
    )
    assert "spread_labels.png outlines" in told.err
    rows = rows_of(cell / "objects.csv")
    assert tuple(rows[0]) == COLUMNS
    assert sorted(row["file"] for row in rows) == sorted(path.name for path in cell.glob("*.png"))
    table, straight = tmp_path / "table.csv", tmp_path / "straight.csv"
    options = ["--model", str(weights), "--device", "cpu"]
    assert main(["classify", str(cell), "--output", str(table), *options]) == 0
    assert "objects.csv" not in capsys.readouterr().err
    assert main(["classify", str(spread), "--output", str(straight), *options]) == 0
    from_crops, from_photograph = rows_of(table), rows_of(straight)
    assert len(from_crops) == 46
    assert [{**row, "cell": ""} for row in from_crops] == [
        {**row, "cell": ""} for row in from_photograph
    ]
    assert from_photograph[0]["cell"] == "spread"


def test_several_spreads_have_a_folder_each(
    tmp_path: Path, spread: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = write_spread(tmp_path / "other" / "spread.png", "Q", labels=True)
    out = tmp_path / "out"
    assert main(["segment", str(spread.parent), str(again), "--output", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["spread", "spread (2)"]
    assert "bright on black" in capsys.readouterr().out.splitlines()[1]


def test_what_is_no_photograph_costs_itself(
    tmp_path: Path, spread: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crops = tmp_path / "crops"
    write_cell(simulate_cell(seed=1), crops)
    missing = tmp_path / "missing.png"
    out = tmp_path / "out"
    assert main(["segment", *map(str, (spread, crops, missing)), "--output", str(out)]) == 1
    told = capsys.readouterr().err
    assert "no photographs of spreads, or crops too" in told
    assert "no such file" in told
    assert len(rows_of(out / "spread" / "objects.csv")) == 46
    assert main(["segment", str(missing), "--output", str(tmp_path / "new")]) == 2
    assert not (tmp_path / "new").exists()


def test_nothing_is_overwritten(
    tmp_path: Path, spread: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = tmp_path / "cell"
    write_cell(simulate_cell(seed=1), cell)
    assert main(["segment", str(spread), "--output", str(cell)]) == 2
    assert "holds files already" in capsys.readouterr().err
    assert not (cell / "objects.csv").exists()


def test_karyogram_takes_a_photograph(tmp_path: Path, spread: Path, weights: Path) -> None:
    picture = tmp_path / "page.png"
    words = ["karyogram", str(spread), "--output", str(picture), "--dpi", "72"]
    assert main([*words, "--model", str(weights), "--device", "cpu"]) == 0
    with Image.open(picture) as page:
        assert min(page.size) > 300


def test_karyogram_shows_the_spread_where_it_is_asked_for(
    tmp_path: Path, spread: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "page.png"
    rest = ["--output", str(picture), "--dpi", "72", "--model", str(weights), "--device", "cpu"]
    assert main(["karyogram", str(spread), "--spread", *rest]) == 0
    with Image.open(picture) as page:
        assert page.height > page.width
    assert "No spread" not in capsys.readouterr().err
    crops = tmp_path / "crops"
    write_cell(simulate_cell(seed=1), crops)
    assert main(["karyogram", str(crops), "--spread", *rest]) == 0
    with Image.open(picture) as page:
        assert page.width > page.height
    assert "warning: No spread is shown of crops" in capsys.readouterr().err
    assert main(["karyogram", str(crops), "--no-spread", *rest]) == 0
    assert "No spread" not in capsys.readouterr().err


def test_karyogram_wants_one_spread(
    tmp_path: Path, spread: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_spread(spread.with_name("second.png"), labels=True)
    words = ["karyogram", str(spread.parent), "--output", str(tmp_path / "page.png")]
    assert main([*words, "--model", str(weights), "--device", "cpu"]) == 2
    assert "several spreads" in capsys.readouterr().err


def test_train_and_evaluate_hand_on_what_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from napari_karyo.training.segmentation import evaluate, train

    asked: dict[str, Any] = {}

    def trained(data: Path, output: Path, **options: Any) -> None:
        asked.update(options, data=data, output=output)

    monkeypatch.setattr(train, "train_segmentation", trained)
    words = ["train-segmentation", str(tmp_path), "--output", str(tmp_path / "out")]
    assert main([*words, "--steps", "7", "--time-limit", "60"]) == 0
    assert "goes on from here" in capsys.readouterr().out
    assert (asked["steps"], asked["seed"], asked["time_limit"]) == (7, 0, 60)
    figures: dict[str, Any] = {
        "spreads": 3,
        "there": 138,
        "unlocated": 2,
        "found": 0.925,
        "false": 1.0,
        "unmapped": 0.25,
        "right": None,
        "groups": 0.5,
        "count_within_one": 2 / 3,
        "seconds": 1.5,
    }

    def measured(data: Path, split: str, **options: Any) -> dict[str, dict[str, Any]]:
        asked.update(options, split=split)
        return {"dapi": figures}

    monkeypatch.setattr(evaluate, "evaluate_segmentation", measured)
    words = ["evaluate-segmentation", str(tmp_path), "--every", "2", "--stain", "dapi"]
    assert main(words) == 0
    assert (asked["split"], asked["every"], asked["stains"]) == ("val", 2, ["dapi"])
    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["stain", "spreads", "chromosomes"]
    words = ["dapi", "3", "138", "2", "92.5%", "1.00", "0.25", "-", "50.0%", "66.7%", "1.50"]
    assert row.split() == words
