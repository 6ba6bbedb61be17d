"""What the README promises, held against the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from napari_karyo.output.files import FORMATS
from napari_karyo.shell.app import command_line

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the README's code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_python_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from napari_karyo.io.cells import write_cell
    from napari_karyo.simulation.sample import simulate_cell

    monkeypatch.chdir(tmp_path)
    write_cell(simulate_cell("46,XX", seed=1), tmp_path / "path" / "to" / "cell")
    [example] = blocks("python")
    exec(compile(example, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("4")
    assert (tmp_path / "karyogram.png").stat().st_size > 10_000
    assert (tmp_path / "table.csv").read_text().count("\n") == 47


def test_the_shell_examples_are_understood() -> None:
    lines = [
        line
        for block in blocks("sh")
        for line in block.splitlines()
        if line.startswith("napari-karyo")
    ]
    assert len(lines) == 17
    for line in lines:
        name, *words = line.replace("...", "").split()[1:]
        command_line().commands[name].make_context(name, words)


def test_the_two_commands_are_those_of_the_checks() -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    commands = [line for line in lines if "bootstrap" in line]
    assert commands == ["python3 tools/bootstrap.py demo", "python3 tools/bootstrap.py test"]
    checks = (PROJECT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert commands[1] in checks


def test_files_that_the_readme_links_to_are_there() -> None:
    linked = [name for name in re.findall(r"\]\(([^)]+)\)", README) if "://" not in name]
    assert linked
    assert [name for name in linked if not (PROJECT / name.partition("#")[0]).is_file()] == []


def test_headings_that_the_readme_links_to_are_there() -> None:
    missing = []
    for name, heading in re.findall(r"\]\(([^):#]+)#([^)]+)\)", README):
        text = (PROJECT / name).read_text(encoding="utf-8")
        titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
        if heading not in anchors:
            missing.append(f"{name}#{heading}")
    assert missing == []


@pytest.mark.gui
def test_the_keys_of_the_readme_are_bound() -> None:
    from napari_karyo.gui.canvas.keys import help_rows, plain_key

    bound = {key for _, keys, _ in help_rows() for key in keys.split(" / ")}
    # The first cell of each row of the tables of keys, classes left out.
    cells = re.findall(r"^ *\| ([^|]*`[^|]*) \|", README, re.MULTILINE)
    named = {key for cell in cells for key in re.findall(r"`([^`]+)`", cell)}
    named -= {"1", "22", "X", "Y"}
    assert len(named) >= 20
    assert {plain_key(key) if len(key) == 1 else key for key in named} <= bound


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_that_is_written_is_named(ending: str) -> None:
    name = FORMATS[ending].rpartition(", ")[2]
    formats = (PROJECT / "docs" / "how-to" / "file-formats.md").read_text(encoding="utf-8")
    [at_the_top] = re.findall(r"^- Writes .*", README, re.MULTILINE)
    [in_the_window] = re.findall(r"\n8\. \*\*Export\*\*.*?\n\n", README, re.DOTALL)
    [written] = re.findall(r"^What comes out: .*", formats, re.MULTILINE)
    assert all(name in words for words in (at_the_top, in_the_window, written))
    [output] = [one for one in command_line().commands["case"].params if one.name == "output"]
    # One name for both endings of TIFF.
    assert ending.replace(".tiff", ".tif") in re.findall(r"\.\w+", output.help)
