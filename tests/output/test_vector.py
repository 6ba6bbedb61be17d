"""SVG and PDF: letters as letters, chromosomes as films, all of it within the margins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader
from reading_back import (
    SVG,
    embedded_fonts,
    flat,
    pdf_letters,
    pdf_pieces,
    svg_pictures,
    svg_root,
    svg_texts,
)

from napari_karyo.classified import ClassifiedCell
from napari_karyo.errors import ExportError
from napari_karyo.inference.result import Classification
from napari_karyo.karyogram.compose import pixels
from napari_karyo.karyogram.style import DARK, LIGHT, Style
from napari_karyo.karyotype import Karyotype
from napari_karyo.lettering import shipped, text_width
from napari_karyo.output.cell_page import page_of
from napari_karyo.output.export import ExportOptions, export
from napari_karyo.output.files import export_file
from napari_karyo.output.paper import A4, LETTER, POINTS_PER_MM, Paper, fit_page

MARGIN = 10 * POINTS_PER_MM


#: What every page here is titled.
TITLED = ExportOptions(title="Patient <3> & co")


def write(cell: ClassifiedCell, path: Path, **more: Any) -> Path:
    """Write a page; return its file."""
    (written_path,) = export(cell, path, replace(TITLED, **more))
    return written_path


@pytest.fixture
def cell(classification: Classification, karyotype: Karyotype) -> ClassifiedCell:
    karyotype.who = "AB"
    karyotype.move([2], "22")
    return ClassifiedCell(classification, karyotype)


def test_an_svg_says_the_page_in_words_and_pictures(cell: ClassifiedCell, tmp_path: Path) -> None:
    path = write(cell, tmp_path / "k.svg")
    _, page = page_of(cell, TITLED)
    assert svg_root(path).tag == f"{SVG}svg"
    assert svg_texts(path) == [text.string for text in page.texts]
    assert "Patient <3> & co" in svg_texts(path)
    assert len(svg_pictures(path)) == len(page.places) == 4
    assert len(list(svg_root(path).iter(f"{SVG}polygon"))) == len(page.marks)
    # One a line, and the paper.
    assert len(list(svg_root(path).iter(f"{SVG}rect"))) == len(page.lines) + 1


@pytest.mark.parametrize("paper", [A4, LETTER])
def test_a_pdf_says_the_page_in_words_and_pictures(
    cell: ClassifiedCell, tmp_path: Path, paper: Paper
) -> None:
    path = write(cell, tmp_path / "k.pdf", paper=paper)
    _, page = page_of(cell, TITLED)
    reader = PdfReader(path)
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    sides = sorted((paper.width_mm, paper.height_mm))
    assert [float(box.width), float(box.height)] == pytest.approx(
        [sides[1] * POINTS_PER_MM, sides[0] * POINTS_PER_MM], abs=0.01
    )
    letters = pdf_letters(path)
    for text in page.texts:
        assert flat(text.string) in letters
    assert len(pdf_pieces(path)[1]) == 4
    assert "for research use" in str(reader.metadata.subject)  # type: ignore[union-attr]


@pytest.mark.parametrize("paper", [A4, LETTER])
def test_nothing_stands_in_the_margins_of_a_pdf(
    cell: ClassifiedCell, tmp_path: Path, paper: Paper
) -> None:
    texts, pictures = pdf_pieces(write(cell, tmp_path / "k.pdf", paper=paper))
    across, down = paper.landscape.width - MARGIN, paper.landscape.height - MARGIN
    assert texts
    for text in texts:
        assert text.x >= MARGIN - 0.1
        assert MARGIN - 0.1 <= text.y <= down + 0.1
    for picture in pictures:
        assert picture.x >= MARGIN - 0.1
        assert picture.y >= MARGIN - 0.1
        assert picture.x + picture.what[0] <= across + 0.1
        assert picture.y + picture.what[1] <= down + 0.1


@pytest.mark.parametrize("paper", [A4, LETTER])
def test_nothing_stands_in_the_margins_of_an_svg(
    cell: ClassifiedCell, tmp_path: Path, paper: Paper
) -> None:
    root = svg_root(write(cell, tmp_path / "k.svg", paper=paper))
    wide, high = (float(value) for value in root.get("viewBox", "").split()[2:])
    assert root.get("width", "").removesuffix("mm") == f"{paper.landscape.width_mm:g}"
    paper_drawn, *rest = root.iter(f"{SVG}rect")
    assert float(paper_drawn.get("width", 0)) == wide
    for item in (*rest, *root.iter(f"{SVG}image")):
        left, top, width, height = (
            float(item.get(name, 0)) for name in ("x", "y", "width", "height")
        )
        assert min(left, top) >= MARGIN - 0.1
        assert left + width <= wide - MARGIN + 0.1
        assert top + height <= high - MARGIN + 0.1
    for item in root.iter(f"{SVG}text"):
        size, x, y = (float(item.get(name, 0)) for name in ("font-size", "x", "y"))
        width = text_width(item.text or "", size)
        left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[item.get("text-anchor", "")]
        assert left >= MARGIN - 0.1
        assert left + width <= wide - MARGIN + 0.1
        assert y - shipped().ascent * size >= MARGIN - 0.1
        assert y + shipped().descent * size <= high - MARGIN + 0.1
        # Long ones hold their place in whatever font; the embedded one needs no squeezing.
        if len(item.text or "") > 20:
            assert float(item.get("textLength", 0)) == pytest.approx(width, abs=0.01)


@pytest.mark.parametrize("style", [LIGHT, DARK])
def test_films_on_paper_are_the_page_of_pixels(
    cell: ClassifiedCell, tmp_path: Path, style: Style
) -> None:
    """What a viewer makes of paper and films is what `compose` draws, to a grey value."""
    pictures = svg_pictures(write(cell, tmp_path / "k.svg", style=style))
    composer, page = page_of(cell, replace(TITLED, style=style))
    bare = replace(page, texts=(), lines=(), marks=())
    fit = fit_page(page, A4.landscape.inner)
    for (item, film), place in zip(pictures, page.places.values(), strict=True):
        alone = replace(bare, places={place.index: place})
        # At a scale at which the chromosome has as many pixels as its film.
        scale = len(film) / place.box.height
        drawn = composer.compose(alone, scale)[pixels(place.box, scale)][..., 0]
        grey, alpha = film[..., 0].astype(float), film[..., 1] / 255.0
        seen = np.rint(style.paper[0] * (1 - alpha) + grey * alpha).astype(np.uint8)
        same = Image.fromarray(seen).resize(drawn.shape[::-1], Image.Resampling.BILINEAR)
        difference = np.abs(np.asarray(same, float) - drawn)
        assert np.ptp(drawn) > 100
        assert difference.mean() < 1
        assert difference.max() < 40
        # At least 300 pixels an inch, and no fewer than were photographed.
        assert len(film) >= 300 / 72 * float(item.get("height", 0)) - 0.01
        assert len(film) >= len(composer.uprights[place.index].image)
        assert float(item.get("height", 0)) == pytest.approx(fit.scale * place.box.height, abs=0.01)


@pytest.mark.parametrize(("style", "paper"), [(None, "#ffffff"), (DARK, "#000000")])
def test_the_paper_has_the_colour_of_the_style(
    cell: ClassifiedCell, tmp_path: Path, style: Style | None, paper: str
) -> None:
    root = svg_root(write(cell, tmp_path / "k.svg", style=style))
    drawn = next(root.iter(f"{SVG}rect"))
    assert drawn.get("fill") == paper


def test_a_turned_chromosome_is_drawn_turned(cell: ClassifiedCell, tmp_path: Path) -> None:
    before = svg_pictures(write(cell, tmp_path / "a.svg"))[0][1]
    cell.karyotype.turn([0])
    after = svg_pictures(write(cell, tmp_path / "b.svg"))[0][1]
    difference = before[::-1, ::-1].astype(int) - after
    assert np.abs(difference).max() <= 2
    assert np.abs(before.astype(int) - after).max() > 50


def test_the_fonts_are_in_the_files(cell: ClassifiedCell, tmp_path: Path) -> None:
    fonts = embedded_fonts(write(cell, tmp_path / "k.pdf"))
    assert any("IBMPlexSans" in name for name in fonts)
    assert all(fonts.values()), fonts
    assert "src: url('data:font/ttf" in write(cell, tmp_path / "k.svg").read_text("utf-8")


def test_papers_know_which_way_they_lie() -> None:
    assert (A4.landscape.width_mm, A4.landscape.height_mm) == (297, 210)
    assert LETTER.landscape.portrait == LETTER
    assert LETTER.inner.width == pytest.approx((215.9 - 20) * POINTS_PER_MM)


@pytest.mark.parametrize("ending", [".svg", ".pdf", ".json"])
def test_a_full_disk_leaves_the_old_file(
    cell: ClassifiedCell, tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"k{ending}"
    path.write_text("old", encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ExportError, match="No space left"):
        export(cell, path)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]
    monkeypatch.undo()
    with export_file(path) as stream:
        stream.write(b"new")
    assert path.read_bytes() == b"new"


def test_a_folder_that_is_not_there_is_named(cell: ClassifiedCell, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="none does not exist"):
        write(cell, tmp_path / "none" / "k.pdf")
