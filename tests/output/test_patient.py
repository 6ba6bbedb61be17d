"""A whole patient: pages of one PDF, files with numbers, one table and one record."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from napari_karyo.classified import ClassifiedCell
from napari_karyo.errors import ExportError
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import Karyotype
from napari_karyo.output.csv_table import COLUMNS
from napari_karyo.output.export import ExportOptions, cell_paths, export


@pytest.fixture
def cells(classification: Classification, karyotype: Karyotype) -> list[ClassifiedCell]:
    other = replace(classification, cell=replace(classification.cell, name="cell_8"))
    third = replace(classification, cell=replace(classification.cell, name="a/b: 9"))
    return [
        ClassifiedCell(classification, karyotype),
        ClassifiedCell(other, Karyotype(("1", "2", "21", "X"), names=karyotype.names)),
        ClassifiedCell(third, karyotype.snapshot()),
    ]


def test_a_pdf_has_a_page_a_cell(cells: list[ClassifiedCell], tmp_path: Path) -> None:
    (path,) = export(cells, tmp_path / "p.pdf", ExportOptions(patient="Patient 3"))
    reader = PdfReader(path)
    assert len(reader.pages) == 3
    assert reader.metadata.title == "Patient 3"  # type: ignore[union-attr]
    for page, name in zip(reader.pages, ("cell_7", "cell_8", "a/b: 9"), strict=True):
        assert f"Cell {name}" in page.extract_text()
        assert (float(page.mediabox.width) > float(page.mediabox.height)) is True
    assert [item.title for item in reader.outline] == [  # type: ignore[union-attr]
        "Cell cell_7",
        "Cell cell_8",
        "Cell a/b: 9",
    ]


@pytest.mark.parametrize("ending", [".png", ".svg", ".tif"])
def test_pictures_get_a_file_each(cells: list[ClassifiedCell], tmp_path: Path, ending: str) -> None:
    paths = export(cells, tmp_path / f"p{ending}", ExportOptions(dpi=72))
    assert [path.name for path in paths] == [f"p-0{number}{ending}" for number in (1, 2, 3)]
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_the_name_may_say_the_cell(cells: list[ClassifiedCell], tmp_path: Path) -> None:
    paths = export(cells, tmp_path / "{number} {cell}.svg")
    assert [path.name for path in paths] == ["01 cell_7.svg", "02 cell_8.svg", "03 a-b- 9.svg"]
    assert all(path.is_file() for path in paths)
    same = cell_paths(tmp_path / "{cell}.png", ["a", "A", "b"])
    assert [path.name for path in same] == ["a-01.png", "A-02.png", "b-03.png"]


def test_a_failure_at_the_last_cell_leaves_no_file_of_the_first(
    cells: list[ClassifiedCell], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "p-01.svg"
    old.write_text("old", encoding="utf-8")
    calls = []

    def failing(cell: ClassifiedCell, *_: object) -> bytes:
        calls.append(cell)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        return b"new"

    monkeypatch.setattr("napari_karyo.output.export.svg_of", failing)
    with pytest.raises(ExportError, match="No space left"):
        export(cells, tmp_path / "p.svg")
    assert old.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [old]


def test_a_table_and_a_record_hold_all_cells(cells: list[ClassifiedCell], tmp_path: Path) -> None:
    (table,) = export(cells, tmp_path / "p.csv")
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == ("cell", *COLUMNS)
    assert [row["cell"] for row in rows] == ["cell_7"] * 4 + ["cell_8"] * 4 + ["a/b: 9"] * 4
    assert [row["assigned"] for row in rows[4:8]] == ["1", "2", "21", "X"]
    (record,) = export(cells, tmp_path / "p.json")
    content = json.loads(record.read_text(encoding="utf-8"))
    assert [cell["name"] for cell in content["cells"]] == ["cell_7", "cell_8", "a/b: 9"]


def test_no_cell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no cell"):
        export([], tmp_path / "p.pdf")
    assert not list(tmp_path.iterdir())
