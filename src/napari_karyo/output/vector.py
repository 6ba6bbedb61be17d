"""The karyogram in vectors: one SVG a cell, one PDF for any number of cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from napari_karyo.classified import ClassifiedCell
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.page import Page
from napari_karyo.output.cell_page import description, name_of, page_of
from napari_karyo.output.drawing import Drawing, draw_page
from napari_karyo.output.options import ExportOptions
from napari_karyo.output.paper import Paper, fit_page
from napari_karyo.output.pdf import PdfBook
from napari_karyo.output.svg import SvgSheet


def svg_of(cell: ClassifiedCell, options: ExportOptions) -> bytes:
    """Return a cell's karyogram as the content of an SVG file, lying as its page does."""
    composer, page = page_of(cell, options)
    paper = options.sheet.under(page)
    drawing = SvgSheet(paper, options.full_title, description(cell, options))
    _draw(drawing, composer, page, paper)
    return drawing.to_bytes()


def write_pdf(stream: IO[bytes], cells: Sequence[ClassifiedCell], options: ExportOptions) -> None:
    """Write karyograms into an open file as PDF, one page a cell, each lying as its page does."""
    several = len(cells) > 1
    words = f"{len(cells)} cells, for research use."
    title = options.patient if several and options.patient else options.full_title
    book = PdfBook(stream, title, words if several else description(cells[0], options))
    for cell in cells:
        # A cell's pictures are let go before the next one's are made.
        composer, page = page_of(cell, options)
        paper = options.sheet.under(page)
        book.begin(paper, f"Cell {name_of(cell)}" if several else "")
        _draw(book, composer, page, paper)
    book.close()


def _draw(drawing: Drawing, composer: Composer, page: Page, paper: Paper) -> None:
    # To the edges, where a printer leaves its strip white: nothing stands there.
    drawing.rectangle(0, 0, paper.width, paper.height, composer.style.paper)
    draw_page(drawing, composer, page, fit_page(page, paper.inner))
