"""What `examples` shows is run: the scripts, and the cells of the notebook."""

from __future__ import annotations

import json
import re
import runpy
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
EXAMPLES = PROJECT / "examples"
#: Of each script, a part of what it prints, and the files that it writes.
SCRIPTS = {
    "classify_folder": ("number of each class", ()),
    "correct_and_export": (
        "rotated",
        ("case.karyo", "karyogram.png", "karyogram.pdf", "table.csv"),
    ),
    "patient_report": ("47,XX,+21", ("report.pdf", "cells.csv")),
    "photograph_to_karyogram": ("chromosomes", ("spread.png",)),
}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is written lie in a folder of the test."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_the_script_runs(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said, files = SCRIPTS[name]
    monkeypatch.setattr(sys, "argv", [f"{name}.py"])
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    assert said in capsys.readouterr().out
    assert all(Path(file).stat().st_size > 500 for file in files)


def test_a_script_takes_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from napari_karyo.io.cells import write_cell
    from napari_karyo.simulation.sample import simulate_cell

    write_cell(simulate_cell("46,XX", seed=1), tmp_path / "cell")
    monkeypatch.setattr(sys, "argv", ["classify_folder.py", str(tmp_path / "cell")])
    runpy.run_path(str(EXAMPLES / "classify_folder.py"), run_name="__main__")
    assert "karyotype: 46,XX" in capsys.readouterr().out


def test_the_cells_of_the_notebook_run(capsys: pytest.CaptureFixture[str]) -> None:
    book = json.loads((EXAMPLES / "karyogram.ipynb").read_text(encoding="utf-8"))
    names: dict[str, object] = {}
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            exec(compile("".join(cell["source"]), f"cell {cell['id']}", "exec"), names)
    assert "47,XY,+21" in capsys.readouterr().out
    assert Path("karyogram.png").is_file()


def test_every_example_is_in_the_gallery() -> None:
    page = (PROJECT / "docs" / "examples.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"examples/(\w+\.\w+)", page))
    assert shown == {path.name for path in EXAMPLES.iterdir() if path.is_file()}
    assert {f"{name}.py" for name in SCRIPTS} == {path.name for path in EXAMPLES.glob("*.py")}
