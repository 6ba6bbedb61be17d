"""The command napari-karyo, on small drawn cells and a small untrained network."""

from __future__ import annotations

import csv
import gc
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from small import bar, small_weights

from napari_karyo import __version__
from napari_karyo.classes import CLASSES
from napari_karyo.shell import window
from napari_karyo.shell.app import main

HEADER = [
    "cell",
    "file",
    "predicted",
    "confidence",
    "assigned",
    "light",
    *(f"p_{n}" for n in CLASSES),
]


def draw_cell(folder: Path, crops: int = 5) -> Path:
    """Write a cell of bars of different lengths, named by class."""
    folder.mkdir(parents=True)
    for number in range(1, crops + 1):
        image = bar(70 - 6 * number, bright=(8, 20 + number))
        Image.fromarray(image).save(folder / f"{number}_1.png")
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture
def cell(tmp_path: Path) -> Path:
    return draw_cell(tmp_path / "cell 1")


def rows_of(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == HEADER
        return list(reader)


def classify(table: Path, weights: Path, *more: object) -> int:
    words = ["classify", *map(str, more), "--output", str(table)]
    return main([*words, "--model", str(weights), "--device", "cpu"])


# classify


def test_classify_writes_a_row_a_crop(
    tmp_path: Path, cell: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "table.csv"
    assert classify(table, weights, cell) == 0
    rows = rows_of(table)
    assert [row["file"] for row in rows] == [f"{n}_1.png" for n in range(1, 6)]
    for row in rows:
        shares = {name: float(row[f"p_{name}"]) for name in CLASSES}
        assert sum(shares.values()) == pytest.approx(1, abs=0.002)
        assert float(row["confidence"]) == pytest.approx(shares[row["predicted"]], abs=1e-4)
        assert row["confidence"] == row[f"p_{max(shares, key=shares.__getitem__)}"]
        assert row["assigned"] in CLASSES
        assert row["cell"] == "cell 1"
    said = capsys.readouterr()
    assert "5 chromosomes of 1 cell" in said.out
    [note] = said.err.splitlines()
    assert note.startswith("note: cell 1: Only 5 crops")


def test_what_is_not_known_is_said_in_the_table_and_on_standard_error(
    tmp_path: Path,
    cell: Path,
    weights: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from napari_karyo.archive import work
    from napari_karyo.inference import classify as module

    plain, marks = module.classify_cells, {}
    for place in (module, work):
        monkeypatch.setattr(
            place,
            "classify_cells",
            lambda *cells, **chosen: [replace(one, **marks) for one in plain(*cells, **chosen)],
        )
    table = tmp_path / "table.csv"
    marks["foreign"] = np.array([False, True, False, False, False])
    assert classify(table, weights, cell) == 0
    lights = [row["light"] for row in rows_of(table)]
    assert lights[1] == "unknown"
    assert {*lights[:1], *lights[2:]} <= {"look", "doubtful"}, "of few crops none is sure"
    assert [row["assigned"] == "tray" for row in rows_of(table)] == [False, True] + 3 * [False]
    assert "note: cell 1: 1 crop looks like no chromosome (2_1.png)." in capsys.readouterr().err
    marks["unknown"] = "It looks like R-banding."
    assert classify(table, weights, cell) == 0
    assert {row["light"] for row in rows_of(table)} == {"unknown"}
    assert "warning: cell 1: It looks like R-banding." in capsys.readouterr().err.splitlines()
    picture = ["karyogram", str(cell), "--model", str(weights), "--output", str(tmp_path / "k.png")]
    assert main(picture) == 0
    said = capsys.readouterr()
    assert "no karyotype proposed: not known material, for research use" in said.out
    assert "look at 2_1.png: in the tray" in said.out.splitlines()[1]
    assert "It looks like R-banding." in said.err


def test_a_bad_crop_is_a_warning_and_no_row(
    tmp_path: Path, cell: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (cell / "6_1.png").write_bytes((cell / "1_1.png").read_bytes()[:60])
    Image.fromarray(np.zeros((40, 20), np.uint8)).save(cell / "7_1.png")
    table = tmp_path / "table.csv"
    assert classify(table, weights, cell) == 0
    assert [row["file"] for row in rows_of(table)] == [f"{n}_1.png" for n in range(1, 6)]
    warned = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning")]
    assert sum("6_1.png" in line for line in warned) == 1
    assert sum("7_1.png" in line for line in warned) == 1


def test_the_class_in_a_file_name_is_never_used(tmp_path: Path, weights: Path) -> None:
    named, unnamed = draw_cell(tmp_path / "named"), draw_cell(tmp_path / "unnamed")
    for number in range(1, 6):
        (unnamed / f"{number}_1.png").rename(unnamed / f"crop {number}.png")
    table = tmp_path / "table.csv"
    assert classify(table, weights, named, unnamed) == 0
    rows = rows_of(table)
    kept = [{k: v for k, v in row.items() if k not in ("cell", "file")} for row in rows]
    assert kept[:5] == kept[5:]


def test_one_bad_folder_costs_only_itself(
    tmp_path: Path, cell: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "no crops"
    empty.mkdir()
    table = tmp_path / "table.csv"
    assert classify(table, weights, empty, cell) == 1
    assert len(rows_of(table)) == 5
    assert str(empty) in capsys.readouterr().err


def test_nothing_classified_writes_no_table(
    tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "table.csv"
    assert classify(table, weights, tmp_path / "not there") == 2
    assert not table.exists()
    said = capsys.readouterr().err
    assert "not there" in said
    assert "no table written" in said


@pytest.mark.parametrize("normalization", ["cell", "patient"])
def test_a_patient_s_cells_all_come(tmp_path: Path, weights: Path, normalization: str) -> None:
    for patient in ("Anna", "Berta"):
        for number in (1, 2):
            draw_cell(tmp_path / patient / f"cell {number}", crops=3)
    table = tmp_path / "table.csv"
    folders = (tmp_path / "Anna", tmp_path / "Berta")
    assert classify(table, weights, *folders, "--normalization", normalization) == 0
    cells = list(dict.fromkeys(row["cell"] for row in rows_of(table)))
    assert cells == ["Anna/cell 1", "Anna/cell 2", "Berta/cell 1", "Berta/cell 2"]


def test_polarity_can_be_overridden(tmp_path: Path, cell: Path, weights: Path) -> None:
    found, said, wrong = (tmp_path / f"{name}.csv" for name in ("found", "said", "wrong"))
    assert classify(found, weights, cell) == 0
    assert classify(said, weights, cell, "--polarity", "bright") == 0
    assert classify(wrong, weights, cell, "--polarity", "dark") in (0, 2)
    assert found.read_text() == said.read_text()
    assert not wrong.exists() or wrong.read_text() != said.read_text()


def test_a_folder_to_write_to_that_is_missing_is_found_first(
    tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "missing" / "table.csv"
    assert classify(table, weights, tmp_path / "never read") == 2
    said = capsys.readouterr().err
    assert f"the folder {tmp_path / 'missing'} does not exist" in said
    assert "never read" not in said


def test_weights_that_are_none_are_named(
    tmp_path: Path, cell: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.safetensors"
    broken.write_text("these are no weights")
    assert classify(tmp_path / "table.csv", broken, cell) == 2
    said = capsys.readouterr().err
    assert str(broken) in said
    assert "Traceback" not in said


# karyogram


def test_karyogram_writes_a_picture(
    tmp_path: Path, cell: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "picture.png"
    words = ["karyogram", str(cell), "--output", str(path), "--dpi", "100"]
    assert main([*words, "--model", str(weights), "--device", "cpu"]) == 0
    with Image.open(path) as picture:
        assert picture.info["dpi"] == pytest.approx((100, 100), abs=0.1)
        assert np.ptp(np.asarray(picture.convert("L"))) > 100
    said = capsys.readouterr().out
    assert "proposal 5" in said
    assert "for research use" in said
    # With so few crops nothing is sure: each is named.
    for file in cell.glob("*.png"):
        assert f"look at {file.name}: placed in " in said


def test_karyogram_wants_one_cell(
    tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in (1, 2):
        draw_cell(tmp_path / "Anna" / f"cell {number}", crops=3)
    path = tmp_path / "picture.png"
    words = ["karyogram", str(tmp_path / "Anna"), "--output", str(path)]
    assert main([*words, "--model", str(weights)]) == 2
    assert "several cells" in capsys.readouterr().err
    assert not path.exists()
    # The folder of a patient with one cell is that cell.
    draw_cell(tmp_path / "Bert" / "cell 1", crops=1)
    words = ["karyogram", str(tmp_path / "Bert"), "--output", str(path)]
    assert main([*words, "--model", str(weights)]) == 0
    assert path.exists()
    said = capsys.readouterr()
    assert "Only 1 crop: its scale is not certain" in said.err


def test_a_folder_is_named_once(
    cell: Path, tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in cell.glob("*.png"):
        image = np.asarray(Image.open(path))
        Image.fromarray(np.where(image > 127, 255, 0).astype(np.uint8)).save(path)
    assert classify(tmp_path / "t.csv", weights, cell) == 0
    said = capsys.readouterr().err
    assert "warning: cell 1: the crops are black and white" in said
    assert "cell 1: cell 1" not in said


def test_karyogram_refuses_a_format_it_can_t_write(
    tmp_path: Path, cell: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "picture.docx"
    words = ["karyogram", str(cell), "--output", str(path)]
    assert main([*words, "--model", str(weights)]) == 2
    assert ".png" in capsys.readouterr().err


# evaluate and train


def test_evaluate_prints_and_writes_figures(
    tmp_path: Path, cell: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "report.json"
    words = ["evaluate", str(cell.parent), "--json", str(path), "--device", "cpu"]
    assert main([*words, "--model", str(weights)]) == 0
    assert "top-1" in capsys.readouterr().out
    assert len(json.loads(path.read_text())["crops"]) == 5


def test_train_hands_everything_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_karyo.training import train as module

    seen: dict[str, Any] = {}

    def train(data: list[Path], output: Path, **options: Any) -> Path:
        seen.update(options, data=data, output=output)
        return output / "default.safetensors"

    monkeypatch.setattr(module, "train", train)
    words = "train data more --output out --epochs 3 --learning-rate 0.001 --start default"
    words += " --seed 7 --device cpu --time-limit 9 --no-resume --stain q_band --stain g_band"
    words += " --patience 4 --recipe looks"
    assert main(words.split()) == 0
    del seen["progress"]
    assert seen == {
        "data": [Path("data"), Path("more")],
        "output": Path("out"),
        "stains": ["q_band", "g_band"],
        "config": "default",
        "recipe": "looks",
        "epochs": 3,
        "learning_rate": 0.001,
        "patience": 4,
        "start": "default",
        "seed": 7,
        "device": "cpu",
        "resume": False,
        "time_limit": 9.0,
        "compiled": False,
    }


# demo and info


def test_demo_writes_a_picture_where_there_is_no_display(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(window, "is_possible", lambda: False)
    monkeypatch.chdir(tmp_path)
    assert main(["demo"]) == 0
    said = capsys.readouterr().out
    assert str(tmp_path / "karyogram-demo.png") in said
    assert "47,XY,+21" in said
    with Image.open(tmp_path / "karyogram-demo.png") as picture:
        assert picture.width > 2000


def test_a_display_that_can_t_be_reached_is_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only X11 can be named and missing")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    assert not window.is_possible()
    monkeypatch.setenv("DISPLAY", ":987")
    assert not window.is_possible()


@pytest.mark.gui
def test_demo_opens_a_window_where_there_is_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_karyo.gui.contributions import launch

    shown = []
    monkeypatch.setattr(launch, "launch", shown.append)
    assert main(["demo", "--karyotype", "45,X", "--stain", "Q"]) == 0
    [cell] = shown
    assert len(cell) == 45
    assert cell.polarity == "bright"
    assert cell.simulated


def test_info_names_versions_and_the_device(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info"]) == 0
    said = capsys.readouterr().out
    assert f"napari-karyo {__version__}" in said
    for word in ("Python", "napari ", "torch", "device", "model"):
        assert word in said


# the command line itself


def test_only_a_process_of_its_own_collects_its_garbage_less_often() -> None:
    code = "import gc, sys; from napari_karyo.shell.app import main; {}; print(gc.get_threshold())"
    usual, own = (
        subprocess.run(
            [sys.executable, "-c", code.format(call), "--version"],
            capture_output=True,
            text=True,
            check=True,
            timeout=240,
        ).stdout.splitlines()[-1]
        for call in ("main(['--version'])", "main()")
    )
    assert usual == str(gc.get_threshold())
    assert own == "(10000, 10, 10)"


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], ["-h"], ["classify", "--help"], ["--version"]):
        assert main(words) == 0
    said = capsys.readouterr().out
    assert "research use" in said
    assert "photograph of a spread" in " ".join(said.split())
    assert __version__ in said


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["karyotype"],
        ["classify"],
        ["classify", "cell"],
        ["classify", "cell", "--output", "a.csv", "--device", "tpu"],
        ["train", "data", "--output", "out", "--epochs", "0"],
    ],
)
def test_a_wrong_command_line_is_explained(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert "Usage: napari-karyo" in capsys.readouterr().err


def test_ctrl_c_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("napari_karyo.shell.info.info", stop)
    assert main(["info"]) == 130
    assert "stopped" in capsys.readouterr().err


def test_a_full_or_locked_disk_is_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full() -> int:
        raise OSError(28, "No space left on device", str(tmp_path / "out.csv"))

    monkeypatch.setattr("napari_karyo.shell.info.info", full)
    assert main(["info"]) == 2
    said = capsys.readouterr().err
    assert f"{tmp_path / 'out.csv'}: No space left on device. Check that" in said
    assert "Errno" not in said


def test_the_whole_way_without_napari_and_qt(tmp_path: Path, cell: Path, weights: Path) -> None:
    code = """
import sys
from importlib.abc import MetaPathFinder

class Wall(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in WINDOWS:
            raise ModuleNotFoundError(name)

WINDOWS = {"napari", "qtpy", "magicgui", "superqt", "PyQt5", "PyQt6", "PySide2", "PySide6"}
sys.meta_path.insert(0, Wall())
from napari_karyo.shell.app import main
cell, weights, folder = sys.argv[1:]
network = ["--model", weights, "--device", "cpu"]
assert main(["classify", cell, "--output", folder + "/table.csv", *network]) == 0
assert main(["karyogram", cell, "--output", folder + "/k.png", "--dpi", "72", *network]) == 0
assert main(["info"]) == 0
"""
    command = [sys.executable, "-c", code, str(cell), str(weights), str(tmp_path)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert len(rows_of(tmp_path / "table.csv")) == 5
    assert (tmp_path / "k.png").stat().st_size > 1000


@pytest.mark.parametrize(
    ("given", "meant"), [("--out", "--output"), ("--pol", "--polarity"), ("--modle", "--model")]
)
def test_an_unknown_option_is_told_with_the_right_one(
    given: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["classify", "cell", given, "x"]) == 2
    said = capsys.readouterr().err
    assert f"No such option: {given}" in said
    assert meant in said
    others = {"--output", "--polarity", "--model"} - {meant}
    assert not [one for one in others if one in said]


def test_help_says_what_options_do_and_when_to_use_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command, words in (
        ("train", ("--compile", "C++ compiler", "for long trainings")),
        ("classify", ("--normalization", "of each cell its own (cell)", "for cells of few crops")),
    ):
        assert main([command, "--help"]) == 0
        said = " ".join(capsys.readouterr().out.split())
        assert all(word in said for word in words)
