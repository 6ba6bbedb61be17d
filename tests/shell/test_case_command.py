"""``napari-karyo case``: told, written out, refused."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from drawn import make_cell, make_classification
from pypdf import PdfReader

from napari_karyo.case import Case, remembered
from napari_karyo.classified import ClassifiedCell, propose
from napari_karyo.shell.app import main
from napari_karyo.worksheet import CaseWorksheet


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A case of two cells, the first corrected."""
    path = tmp_path / "P1.karyo"
    with Case.create(path, "Jane Müller") as case:
        for name in ("one", "two"):
            found = make_classification(make_cell(name=name))
            karyotype = propose(found, who="AB")
            case.add(ClassifiedCell(found, karyotype))
            if name == "one":
                karyotype.move([3], "7")
                karyotype.undo()
                karyotype.mark("counted")
                karyotype.sign("reviewed")
    return path


def test_it_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["case", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{path} (patient Jane Müller): 2 cells"
    assert "one: 46,XY (proposal), counted, reviewed by AB, 2 edits; 46 crops" in lines[1]
    assert "two: 46,XY (proposal), 0 edits" in lines[2]
    assert len(lines) == 3
    assert main(["case", str(path), "--history", "--cell", "one"]) == 0
    words = capsys.readouterr().out
    assert "AB  03.png moved from 2 to 7" in words
    assert "AB  undone: 03.png moved from 2 to 7" in words
    assert "two" not in words


def test_it_is_told_while_another_program_writes(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Case.open(path) as case:
        assert main(["case", str(path)]) == 0
        assert not case.read_only
        case.karyotype(1, who="CD").turn([3])
    assert "2 cells" in capsys.readouterr().out


@pytest.mark.parametrize(
    "more", [(), ("--history",), ("--output", "pages.pdf"), ("--set", "specimen=blood")]
)
def test_nothing_is_left_beside_it(
    path: Path, more: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert main(["case", str(path), *more]) == 0
    # The lock is the system's, and stays for whoever writes next.
    assert {one.name for one in tmp_path.iterdir()} <= {
        path.name,
        f".{path.name}.lock",
        "elsewhere",
    }


def test_a_cell_that_can_not_be_read_names_no_copy(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE cell SET proposed = '{}' WHERE name = 'one'")
    assert main(["case", str(path)]) == 1
    said = capsys.readouterr()
    assert "one is left out: cell 1 can't be read" in said.err
    assert "napari-karyo-" not in said.out + said.err
    assert said.out.splitlines()[0].startswith(str(path))


def test_it_is_written_out(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = tmp_path / "pages.pdf"
    assert main(["case", str(path), "--output", str(pages), "--paper", "letter"]) == 0
    reader = PdfReader(pages)
    assert len(reader.pages) == 2
    assert "Jane Müller" not in reader.pages[0].extract_text()
    assert main(["case", str(path), "--output", str(pages), "--patient"]) == 0
    assert "Jane Müller" in PdfReader(pages).pages[0].extract_text()
    report = tmp_path / "report.pdf"
    assert main(["case", str(path), "--output", str(report), "--report"]) == 0
    text = PdfReader(report).pages[0].extract_text()
    assert "46,XY" in text
    assert "AB" in text
    assert "Jane" not in text
    record = tmp_path / "all.json"
    assert main(["case", str(path), "--output", str(record), "--cell", "two"]) == 0
    assert len(json.loads(record.read_text())["cells"]) == 1
    assert str(record) in capsys.readouterr().out


def test_it_is_refused(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["case", str(tmp_path / "no.karyo")]) == 2
    assert "no such case file" in capsys.readouterr().err
    assert main(["case", str(path), "--cell", "three"]) == 2
    assert "Its cells: one, two" in capsys.readouterr().err
    assert main(["case", str(path), "--output", str(tmp_path / "x.doc")]) == 2
    assert ".pdf" in capsys.readouterr().err
    assert main(["case", str(path), "--report", "--output", str(tmp_path / "x.png")]) == 2
    assert not list(tmp_path.glob("x.*"))


def test_letters_without_a_font_are_named(
    no_fonts: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "P2.karyo"
    with Case.create(path, "王小明") as case:
        found = make_classification(make_cell(name="one"))
        case.add(ClassifiedCell(found, propose(found)))
    asked = ["case", str(path), "--output", str(tmp_path / "pages.pdf")]
    assert main(asked) == 0
    assert capsys.readouterr().err == ""
    assert main([*asked, "--patient"]) == 0
    said = capsys.readouterr()
    assert "warning: No font of this computer has 王 (U+738B)" in said.err
    assert "pages.pdf" in said.out


def test_another_file_is_no_damaged_case(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "karyogram.png"
    path.write_bytes(bytes(range(256)))
    assert main(["case", str(path)]) == 2
    said = capsys.readouterr().err
    assert "this is no case file. Give the name of one that ends in .karyo." in said
    path = path.rename(tmp_path / "P1.karyo")
    assert main(["case", str(path)]) == 2
    assert "the case file is damaged" in capsys.readouterr().err


def test_it_is_written_down_from_the_shell(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(remembered, "place", lambda: tmp_path / "settings" / "worksheet.json")
    case = ["case", str(path)]
    assert main([*case, "--set", "specimen=blood", "--set", "banding=GTG"]) == 0
    assert "specimen=blood, banding=GTG" in capsys.readouterr().out
    assert main([*case, "--cell", "two", "--set", "slide=3", "--who", "CD"]) == 0
    assert "two: 46,XY (proposal), slide=3, 1 edit" in capsys.readouterr().out
    with Case.open(path) as opened:
        assert opened.worksheet == CaseWorksheet(specimen="blood", banding="GTG")
        (event,) = opened.events(2)
        assert (event.who, event.edit.text) == ("CD", "slide 3")
    for wrong, words in (
        (["slide=4"], "slide is of one cell"),
        (["colour=red"], "Names: specimen,"),
        (["specimen"], "NAME=VALUE"),
        (["banding=QFQ", "specimen=hope"], "One of: blood,"),
    ):
        assert main([*case, *(word for one in wrong for word in ("--set", one))]) == 2
        assert words in capsys.readouterr().err
    # None of it was written where some of it was refused.
    with Case.open(path) as opened:
        assert opened.worksheet.banding == "GTG"
    other = tmp_path / "P2.karyo"
    Case.create(other, "P2").close()
    assert main(["case", str(other), "--as-last-time"]) == 0
    with Case.open(other) as opened:
        assert opened.worksheet == CaseWorksheet(specimen="blood", banding="GTG")
