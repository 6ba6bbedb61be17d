"""The karyogram in vectors: one SVG a cell, one PDF for any number of cells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO

from napari_karyo.karyogram.style import Style
from napari_karyo.output.drawing import Drawing, draw_page
from napari_karyo.output.files import check_export, written
from napari_karyo.output.paper import A4, Paper, fit_page
from napari_karyo.output.pdf import PdfBook
from napari_karyo.output.sheet import Sheet
from napari_karyo.output.svg import SvgSheet


def export_svg(
    sheet: Sheet, path: Path | str, *, style: Style | None = None, paper: Paper = A4
) -> Path:
    """Write a cell's karyogram as SVG, lying across.

    Parameters
    ----------
    sheet : Sheet
    path : Path or str
        Ends in ``.svg``. A file of that name is replaced.
    style : Style, optional
        Colours; those of the cell's stain where not given.
    paper : Paper

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ExportError
        Where the name is another's or the file cannot be written.
    """
    path = Path(path)
    check_export(path, endings=(".svg",))
    content = svg_of(sheet, style, paper)
    with written(path) as stream:
        stream.write(content)
    return path


def export_pdf(
    sheets: Sequence[Sheet],
    path: Path | str,
    *,
    title: str = "",
    style: Style | None = None,
    paper: Paper = A4,
) -> Path:
    """Write karyograms as PDF, lying across, one page a cell.

    Parameters
    ----------
    sheets : sequence of Sheet
    path : Path or str
        Ends in ``.pdf``. A file of that name is replaced.
    title : str
        Of the whole file; that of the first sheet where it is empty.
    style : Style, optional
        Colours; those of each cell's stain where not given.
    paper : Paper

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ExportError
        Where the name is another's or the file cannot be written.
    """
    path = Path(path)
    check_export(path, endings=(".pdf",))
    with written(path) as stream:
        write_pdf(stream, sheets, title=title, style=style, paper=paper)
    return path


def svg_of(sheet: Sheet, style: Style | None, paper: Paper) -> bytes:
    """Return a cell's karyogram as the content of an SVG file."""
    drawing = SvgSheet(paper.landscape, sheet.full_title, sheet.description())
    _draw(drawing, sheet, style, paper.landscape)
    return drawing.to_bytes()


def write_pdf(
    stream: IO[bytes],
    sheets: Sequence[Sheet],
    *,
    title: str = "",
    style: Style | None = None,
    paper: Paper = A4,
) -> None:
    """Write karyograms into an open file as PDF, one page a cell."""
    first = sheets[0]
    words = first.description() if len(sheets) == 1 else f"{len(sheets)} cells, for research use."
    book = PdfBook(stream, title or first.full_title, words)
    for sheet in sheets:
        # A cell's pictures are let go before the next one's are made.
        book.begin(paper.landscape, f"Cell {sheet.name}" if len(sheets) > 1 else "")
        _draw(book, sheet, style, paper.landscape)
    book.close()


def _draw(drawing: Drawing, sheet: Sheet, style: Style | None, paper: Paper) -> None:
    composer, page = sheet.page(style)
    # To the edges, where a printer leaves its strip white: nothing stands there.
    drawing.rectangle(0, 0, paper.width, paper.height, composer.style.paper)
    draw_page(drawing, composer, page, fit_page(page, paper.inner))
