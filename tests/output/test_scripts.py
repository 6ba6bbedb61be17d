"""Names in any script are on the page in every format, or it is said that they can't be."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from pypdf import PdfReader
from reading_back import SVG, embedded_fonts, flat, pdf_letters, svg_root, svg_texts
from small_fonts import NAMES

from napari_karyo.classified import ClassifiedCell
from napari_karyo.inference.result import Classification
from napari_karyo.karyogram.page import SCREEN_DPI
from napari_karyo.karyotype import Karyotype
from napari_karyo.lettering import clean, line_mask, set_line
from napari_karyo.lettering.clean import plain
from napari_karyo.output.cell_page import page_of
from napari_karyo.output.export import ExportOptions, export
from napari_karyo.output.legible import illegible
from napari_karyo.output.report_content import report_of

ALL = NAMES | {"cyrillic": "Жуковська Їванна", "greek": "Ελένη Παπαδοπούλου"}


@pytest.fixture(params=ALL, ids=str)
def name(request: pytest.FixtureRequest) -> str:
    return ALL[request.param]


def cell_of(classification: Classification, karyotype: Karyotype, name: str) -> ClassifiedCell:
    """Return a cell that a name stands on in every place where one can."""
    karyotype.who = name
    karyotype.move([2], "22")
    karyotype.annotate(f"{name}, {name}")
    karyotype.sign("reviewed")
    cell = replace(classification.cell, name=name)
    return ClassifiedCell(replace(classification, cell=cell), karyotype)


@pytest.fixture
def cell(classification: Classification, karyotype: Karyotype, name: str) -> ClassifiedCell:
    return cell_of(classification, karyotype, name)


def drawn_letters(name: str) -> int:
    """Return how many glyphs of a name are drawn as outlines."""
    runs = set_line(clean(name)).runs
    return sum(
        bool(run.typeface.outline(one.number))
        for run in runs
        if not run.simple
        for one in run.glyphs
    )


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_names_are_in_pictures(
    small_fonts: None, cell: ClassifiedCell, name: str, tmp_path: Path, ending: str
) -> None:
    (path,) = export(
        cell, tmp_path / f"k.{ending}", ExportOptions(title=name, dpi=SCREEN_DPI, patient=name)
    )
    with Image.open(path) as file:
        pixels = np.asarray(file.convert("L"))
    _, page = page_of(cell, ExportOptions(title=name, patient=name))
    for text in page.texts:
        if name not in plain(text.string) or text.string == clean(name):
            continue
        top, left, cover = line_mask(text.string, text.x, text.y, text.size, text.align)
        there = pixels[top : top + cover.shape[0], left : left + cover.shape[1]]
        ink = there[cover == 255]
        assert ink.size > 100
        assert ink.max() <= ink.min() + 1, "all of it is ink of one colour"
    if ending == "tif":
        with tifffile.TiffFile(path) as tiff:
            assert name in tiff.pages[0].tags["ImageDescription"].value
    else:
        with Image.open(path) as file:
            assert name in file.info["Description"]


@pytest.mark.parametrize("report", [False, True])
def test_names_are_in_svg(
    small_fonts: None, cell: ClassifiedCell, name: str, tmp_path: Path, report: bool
) -> None:
    (path,) = export(
        cell, tmp_path / "k.svg", ExportOptions(title=name, patient=name, report=report)
    )
    assert flat(name) in flat("".join(svg_texts(path)))
    root = svg_root(path)
    outlined = list(root.iter(f"{SVG}path"))
    begun = sum((item.get("d") or "").count("M") for item in outlined)
    assert begun >= 4 * drawn_letters(name)
    # What is outlined can be searched: its text lies over it, unseen.
    unseen = [item.text for item in root.iter(f"{SVG}text") if item.get("fill") == "none"]
    assert len(unseen) == len(outlined) + sum(not (text or "").strip() for text in unseen)
    assert (not outlined) == (name in (ALL["cyrillic"], ALL["greek"]))
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", path.read_text("utf-8"))


@pytest.mark.parametrize("report", [False, True])
def test_names_are_in_pdf(
    small_fonts: None, cell: ClassifiedCell, name: str, tmp_path: Path, report: bool
) -> None:
    (path,) = export(
        cell, tmp_path / "k.pdf", ExportOptions(title=name, patient=name, report=report)
    )
    assert flat(name) in pdf_letters(path)
    assert all(embedded_fonts(path).values())
    content = PdfReader(path).pages[0].get_contents()
    assert content is not None
    data = content.get_data()
    unseen = data.count(b" 3 Tr")
    assert (unseen > 0) == (drawn_letters(name) > 0)
    assert data.count(b" m ") + data.count(b" m\n") >= 4 * drawn_letters(name)


def test_an_unseen_text_says_letters_beyond_the_first_plane(
    small_font_files: tuple[Path, ...], use_fonts: object, cell: ClassifiedCell, tmp_path: Path
) -> None:
    from small_fonts import make_font

    make_font("𠮷", "Rare").save(tmp_path / "rare.ttf")
    use_fonts((tmp_path / "rare.ttf",))  # type: ignore[operator]
    (path,) = export(cell, tmp_path / "k.pdf", ExportOptions(title="Karyogram", patient="𠮷"))
    assert "𠮷" in pdf_letters(path)


def test_tables_and_records_keep_names_as_they_are(
    no_fonts: None, cell: ClassifiedCell, name: str, tmp_path: Path
) -> None:
    titled = ExportOptions(title=name)
    (table,) = export(cell, tmp_path / f"{name}.csv", ExportOptions(title=name, patient=name))
    with table.open(encoding="utf-8", newline="") as stream:
        assert {row["edited_by"] for row in csv.DictReader(stream)} == {"", name}
    (record,) = export(cell, tmp_path / f"{name}.json", ExportOptions(title=name, patient=name))
    (cell,) = json.loads(record.read_text("utf-8"))["cells"]
    assert (cell["name"], cell["title"]) == (name, f"{name}: {name}")
    assert illegible([cell], table, titled) == illegible([cell], record, titled) == ""


def test_what_will_be_missing_is_said_before_and_drawn_as_boxes(
    no_fonts: None, classification: Classification, karyotype: Karyotype, tmp_path: Path
) -> None:
    cell = cell_of(classification, karyotype, "王小明")
    for report in (False, True):
        said = illegible(
            [cell],
            tmp_path / "k.pdf",
            ExportOptions(title="王小明", patient="Müller", report=report),
        )
        assert "王 (U+738B) 小 (U+5C0F) 明 (U+660E)" in said
        assert "fonts-noto-cjk" in said
        assert "ü" not in said
    latin = cell_of(classification, karyotype, "Müller")
    assert illegible([latin], tmp_path / "k.pdf", ExportOptions()) != "", "the note"
    (path,) = export(cell, tmp_path / "k.svg", ExportOptions(title="王小明"))
    assert len(list(svg_root(path).iter(f"{SVG}path"))) >= 3
    assert "?" not in "".join(svg_texts(path))
    assert "王小明" in "".join(svg_texts(path))
    (path,) = export(cell, tmp_path / "k.pdf", ExportOptions(title="王小明"))
    assert "王小明" in pdf_letters(path)


HOSTILE = "<b>\u202e&\x00\x1b]]>\udcff../../x\u2067" + "ש" * 200 + "Z" + "\u0301" * 60


@pytest.mark.parametrize("ending", ["png", "tif", "svg", "pdf", "csv", "json"])
def test_hostile_names_go_through_every_door(
    no_fonts: None,
    classification: Classification,
    karyotype: Karyotype,
    tmp_path: Path,
    ending: str,
) -> None:
    cell = cell_of(classification, karyotype, HOSTILE)
    inner = tmp_path / "out"
    inner.mkdir()
    options = ExportOptions(title=HOSTILE, patient=HOSTILE, dpi=72)
    illegible([cell], inner / f"k.{ending}", options)
    export(cell, inner / f"k.{ending}", options)
    if ending in ("svg", "pdf"):
        export(cell, inner / f"r.{ending}", replace(options, report=True))
        export(cell, inner / f"t.{ending}", ExportOptions(title=HOSTILE))
    assert {path.parent for path in tmp_path.rglob("*.*")} == {inner}
    if ending == "svg":
        for path in inner.iterdir():
            assert "\u202e" not in path.read_text("utf-8")
            assert svg_root(path).tag == f"{SVG}svg"
    content = report_of([cell], options)
    assert "\u202e" not in "".join(content.said)
