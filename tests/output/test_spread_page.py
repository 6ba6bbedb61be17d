"""Pages with the spread above the karyogram, in each format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn_spread import classified_spread
from PIL import Image
from pypdf import PdfReader
from reading_back import pdf_letters, pdf_pieces, svg_pictures, svg_root, svg_texts

from napari_karyo.classified import ClassifiedCell
from napari_karyo.karyogram.style import LIGHT
from napari_karyo.output.cell_page import no_spread, page_of
from napari_karyo.output.export import ExportOptions, export
from napari_karyo.output.paper import A4, LETTER, POINTS_PER_MM

SHOWN = ExportOptions(spread=True, dpi=72)


@pytest.fixture(scope="module")
def cell() -> ClassifiedCell:
    return classified_spread("Q")


@pytest.fixture(scope="module")
def bare(cell: ClassifiedCell) -> ClassifiedCell:
    """Return the same cell as it is where crops alone were read."""
    without = replace(cell.classification.cell, name="crops", photograph=None)
    return ClassifiedCell(replace(cell.classification, cell=without), cell.karyotype)


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_a_picture_is_upright(cell: ClassifiedCell, tmp_path: Path, ending: str) -> None:
    (path,) = export(cell, tmp_path / f"k.{ending}", SHOWN)
    with Image.open(path) as picture:
        assert picture.size == pytest.approx((A4.width, A4.height), abs=1)
        on_black = np.asarray(picture.convert("L"))
    (path,) = export(cell, path, replace(SHOWN, style=LIGHT))
    with Image.open(path) as picture:
        on_white = np.asarray(picture.convert("L"))
    assert np.median(on_black) == 0
    assert np.median(on_white) == 255
    # The upper half shows as much stain as 46 chromosomes have.
    upper = slice(60, len(on_black) // 2)
    assert (on_black[upper] > 60).mean() > 0.03
    assert (on_white[upper] < 195).mean() > 0.03


def test_a_picture_on_letter_keeps_its_margins(cell: ClassifiedCell) -> None:
    from napari_karyo.output.pictures import picture

    drawn = picture(cell, replace(SHOWN, paper=LETTER))
    assert drawn.shape[:2] == (792, 612)
    rim = 27
    assert drawn[:rim].max() == drawn[-rim:].max() == 0
    assert drawn[:, :rim].max() == drawn[:, -rim:].max() == 0


def test_numbers_are_letters_in_an_svg(cell: ClassifiedCell, tmp_path: Path) -> None:
    (path,) = export(cell, tmp_path / "k.svg", SHOWN)
    _, page = page_of(cell, SHOWN)
    assert svg_texts(path) == [text.string for text in page.texts]
    # One as its slot's, two in the spread.
    assert svg_texts(path).count("7") == 3
    assert len(svg_pictures(path)) == 47
    assert svg_root(path).get("width") == "210mm"


def test_numbers_are_letters_in_a_pdf(cell: ClassifiedCell, tmp_path: Path) -> None:
    (path,) = export(cell, tmp_path / "k.pdf", SHOWN)
    box = PdfReader(path).pages[0].mediabox
    assert (float(box.width), float(box.height)) == pytest.approx((A4.width, A4.height), abs=0.01)
    texts, pictures = pdf_pieces(path)
    assert len(pictures) == 47
    margin = 10 * POINTS_PER_MM - 0.1
    for text in texts:
        assert margin <= text.x <= A4.width - margin
        assert margin <= text.y <= A4.height - margin
    for one in pictures:
        assert margin <= one.x <= A4.width - margin - one.what[0]
        assert margin <= one.y <= A4.height - margin - one.what[1]


def test_a_report_shows_it_too(cell: ClassifiedCell, tmp_path: Path) -> None:
    (path,) = export(cell, tmp_path / "r.pdf", replace(SHOWN, report=True))
    assert len(PdfReader(path).pages) == 1
    assert len(pdf_pieces(path)[1]) == 47
    assert "Proposedkaryotype,bytheprogram" in pdf_letters(path)


def test_a_cell_without_a_photograph_has_its_page_across(
    cell: ClassifiedCell, bare: ClassifiedCell, tmp_path: Path
) -> None:
    (path,) = export([cell, bare], tmp_path / "both.pdf", SHOWN)
    boxes = [page.mediabox for page in PdfReader(path).pages]
    assert [box.height > box.width for box in boxes] == [True, False]
    for one in (cell, bare):
        assert not page_of(one, ExportOptions())[1].is_upright


def test_what_has_none_is_named_where_it_was_asked_for(
    cell: ClassifiedCell, bare: ClassifiedCell
) -> None:
    assert no_spread([bare], "k.pdf", ExportOptions()) == ""
    assert no_spread([bare], "k.csv", SHOWN) == ""
    assert no_spread([cell], "k.pdf", SHOWN) == ""
    said = no_spread([cell, bare], "k.pdf", SHOWN)
    assert said == "No spread is shown of crops: no photograph with outlines is known."
    assert no_spread([cell, bare], "k.pdf", replace(SHOWN, report=True)) == ""
    assert "crops and 3 more" in no_spread([bare] * 9, "k.png", SHOWN)
