"""The command line: what it writes, what it says and how it ends."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small import bar, small_weights

from napari_karyo import cli, commands
from napari_karyo.classes import CLASSES


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(small_weights(tmp_path_factory.mktemp("weights")))


@pytest.fixture
def make_cell(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str, lengths: tuple[int, ...] = (60, 50, 34, 22)) -> Path:
        folder = tmp_path / name
        folder.mkdir(parents=True)
        for number, rows in enumerate(lengths, start=1):
            Image.fromarray(bar(rows, (4, rows // 2))).save(folder / f"{number}_1.png")
        return folder

    return make


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_classify_writes_one_row_a_crop(
    make_cell: Callable[..., Path], tmp_path: Path, weights: str
) -> None:
    table = tmp_path / "table.csv"
    cells = [str(make_cell("first")), str(make_cell("second", (40, 30)))]
    assert cli.main(["classify", *cells, "--output", str(table), "--model", weights]) == 0
    rows = rows_of(table)
    assert list(rows[0]) == [
        "cell",
        "file",
        "predicted",
        "confidence",
        "assigned",
        *[f"p_{number}" for number in range(1, 23)],
        "p_X",
        "p_Y",
    ]
    assert [row["cell"] for row in rows] == ["first"] * 4 + ["second"] * 2
    assert [row["file"] for row in rows[4:]] == ["1_1.png", "2_1.png"]
    for row in rows:
        shares = {name: float(row[f"p_{name}"]) for name in CLASSES}
        assert sum(shares.values()) == pytest.approx(1, abs=0.002)
        assert float(row["confidence"]) == pytest.approx(max(shares.values()), abs=1e-4)
        assert shares[row["predicted"]] == max(shares.values())
        assert row["assigned"] in CLASSES


def test_problems_are_warnings_that_name_the_file(
    make_cell: Callable[..., Path],
    tmp_path: Path,
    weights: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cell, table = make_cell("cell"), tmp_path / "table.csv"
    Image.fromarray(np.zeros((30, 20), np.uint8)).save(cell / "black.png")
    assert cli.main(["classify", str(cell), "--output", str(table), "--model", weights]) == 0
    assert len(rows_of(table)) == 4
    said = capsys.readouterr().err
    assert "warning" in said
    assert "black.png" in said


@pytest.mark.parametrize("normalization", ["cell", "patient"])
def test_a_bad_cell_costs_only_itself(
    normalization: str,
    make_cell: Callable[..., Path],
    tmp_path: Path,
    weights: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    good, other, table = make_cell("good"), make_cell("other", (40, 30)), tmp_path / "table.csv"
    nothing = tmp_path / "nowhere"
    arguments = [str(good), str(nothing), str(other), "--output", str(table), "--model", weights]
    assert cli.main(["classify", *arguments, "--normalization", normalization]) == 1
    assert {row["cell"] for row in rows_of(table)} == {"good", "other"}
    assert "nowhere" in capsys.readouterr().err


def test_no_table_where_no_cell_could_be_read(
    tmp_path: Path, weights: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "table.csv"
    arguments = [str(tmp_path / "nowhere"), "--output", str(table), "--model", weights]
    assert cli.main(["classify", *arguments]) == 2
    assert not table.exists()
    assert "nowhere" in capsys.readouterr().err


def test_a_patient_folder_expands_into_its_cells(
    make_cell: Callable[..., Path], tmp_path: Path, weights: str
) -> None:
    for patient in ("anna", "berta"):
        for cell in ("1", "2"):
            make_cell(f"{patient}/{cell}", (40, 30))
    table = tmp_path / "table.csv"
    patients = [str(tmp_path / "anna"), str(tmp_path / "berta")]
    assert cli.main(["classify", *patients, "--output", str(table), "--model", weights]) == 0
    names = list(dict.fromkeys(row["cell"] for row in rows_of(table)))
    assert names == ["anna/1", "anna/2", "berta/1", "berta/2"]


def test_cells_of_a_patient_share_the_length_factor(
    make_cell: Callable[..., Path], tmp_path: Path, weights: str
) -> None:
    # The same crops beside a longer cell are drawn smaller, so the network sees others.
    pair = [str(make_cell("short", (30, 24, 20))), str(make_cell("long", (90, 80, 70)))]
    seen = {}
    for normalization in ("cell", "patient"):
        table = tmp_path / f"{normalization}.csv"
        arguments = [*pair, "--output", str(table), "--model", weights]
        assert cli.main(["classify", *arguments, "--normalization", normalization]) == 0
        seen[normalization] = [row["p_1"] for row in rows_of(table) if row["cell"] == "short"]
    assert seen["cell"] != seen["patient"]


def test_missing_output_folder_is_found_before_the_work(
    make_cell: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "absent" / "table.csv"
    assert cli.main(["classify", str(make_cell("cell")), "--output", str(table)]) == 2
    assert "absent" in capsys.readouterr().err


def test_karyogram_writes_the_picture(
    make_cell: Callable[..., Path],
    tmp_path: Path,
    weights: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    picture = tmp_path / "picture.png"
    arguments = [str(make_cell("cell")), "--output", str(picture), "--model", weights]
    assert cli.main(["karyogram", *arguments, "--dpi", "72", "--title", "Case 7"]) == 0
    with Image.open(picture) as image:
        assert image.width > image.height > 300
        assert np.asarray(image).std() > 0
    assert "proposal" in capsys.readouterr().out


def test_karyogram_refuses_a_patient(
    make_cell: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_cell("patient/1")
    make_cell("patient/2")
    arguments = ["karyogram", str(tmp_path / "patient"), "--output", str(tmp_path / "p.png")]
    assert cli.main(arguments) == 2
    assert "several cells" in capsys.readouterr().err


def test_weights_that_are_none(
    make_cell: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = tmp_path / "fake.safetensors"
    fake.write_text("not weights")
    table = tmp_path / "table.csv"
    arguments = [str(make_cell("cell")), "--output", str(table), "--model", str(fake)]
    assert cli.main(["classify", *arguments]) == 2
    assert "fake.safetensors" in capsys.readouterr().err
    assert not table.exists()


def test_evaluate_prints_and_writes_figures(
    make_cell: Callable[..., Path],
    tmp_path: Path,
    weights: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    make_cell("patient/1")
    make_cell("patient/2")
    report = tmp_path / "report.json"
    arguments = [str(tmp_path / "patient"), "--model", weights, "--json", str(report)]
    assert cli.main(["evaluate", *arguments]) == 0
    content = json.loads(report.read_text())
    assert len(content["crops"]) == 8
    assert content["stains"]["bright"]["crops"] == 8
    assert "bright" in capsys.readouterr().out


def test_demo_without_a_display_writes_a_picture_and_says_where(
    tmp_path: Path,
    weights: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from napari_karyo.inference import classify as inference

    own = inference.get_weights(weights)
    monkeypatch.setattr(inference, "get_weights", lambda model="default": own)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(commands.sys, "platform", "linux")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["demo", "--karyotype", "45,X", "--stain", "Q"]) == 0
    assert str(tmp_path / "karyogram-demo.png") in capsys.readouterr().out
    with Image.open(tmp_path / "karyogram-demo.png") as image:
        assert image.width > 3000


def test_info_names_version_and_device(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["info"]) == 0
    said = capsys.readouterr().out
    assert f"napari-karyo {cli.__version__}" in said
    assert "device" in said


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["classify"],
        ["classify", "cell"],
        ["karyogram", "cell", "--output", "a.png", "--device", "abacus"],
        ["train", "data", "--output", "there", "--epochs", "0"],
    ],
)
def test_mistyped_commands_end_with_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert "usage: napari-karyo" in capsys.readouterr().err


def test_interrupt_ends_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "info", stopped)
    assert cli.main(["info"]) == 130
    assert "stopped" in capsys.readouterr().err
