"""The report: one page that a person signs, files and hands on."""

from __future__ import annotations

from dataclasses import replace
from typing import IO, Final

from napari_karyo.classes import AUTOSOMES
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.page import Box, Page
from napari_karyo.lettering import clean, cut, text_width
from napari_karyo.output.blocks import (
    ALERT,
    FAINT,
    GAP,
    INK,
    LEADING,
    PADDING,
    RULE,
    SIZE,
    Block,
    BlockRow,
    Words,
    draw_block,
    draw_row,
    fitted,
    heading,
    paragraph,
    table_row,
)
from napari_karyo.output.drawing import Drawing, draw_page
from napari_karyo.output.paper import A4, Paper, content_box, fit_page
from napari_karyo.output.pdf import PdfBook
from napari_karyo.output.report_content import CELL_COLUMNS, ReportContent
from napari_karyo.output.svg import SvgSheet

#: Around a karyogram on paper of its own colour.
_RIM: Final = 8.0
#: The karyogram is made smaller, to this share, before anything is cut from the lists.
_SMALLEST: Final = 0.62
#: Karyograms of other clones on a page.
_A_PAGE: Final = 2
#: Lines about clones that stay in any case.
_CLONES: Final = 9
#: Shares of the table's width, as `CELL_COLUMNS`.
_SHARES: Final = (0.19, 0.09, 0.33, 0.13, 0.12, 0.14)


def write_report(stream: IO[bytes], ending: str, content: ReportContent, paper: Paper = A4) -> None:
    """Write a report into an open file: an upright page, and in PDF pages of other clones.

    Parameters
    ----------
    stream : binary file
    ending : {".pdf", ".svg"}
    content : ReportContent
        From `report_of`.
    paper : Paper
    """
    paper = paper.portrait
    about = f"{content.karyotype_label}: {content.karyotype}. {content.notice}."
    if ending == ".svg":
        if content.other_clones:
            more = "The karyograms of the other clones are in the report as PDF."
            content = replace(content, clones=(*content.clones, more))
        sheet = SvgSheet(paper, content.title, about)
        draw_report(sheet, content, paper)
        stream.write(sheet.to_bytes())
        return
    book = PdfBook(stream, content.title, about)
    book.begin(paper)
    draw_report(book, content, paper)
    for first in range(0, len(content.other_clones), _A_PAGE):
        book.begin(paper)
        _draw_clones(book, content, first, paper)
    book.close()


def draw_report(drawing: Drawing, content: ReportContent, paper: Paper) -> None:
    """Draw a report on a sheet of paper.

    What does not fit is not drawn beyond the page: the karyogram gets smaller, then the
    lists lose their last rows and say how many.

    Parameters
    ----------
    drawing : Drawing
    content : ReportContent
    paper : Paper
        Upright.
    """
    drawing.rectangle(0, 0, paper.width, paper.height, (255, 255, 255))
    inner = paper.inner
    width = inner.width
    top = _draw_head(drawing, content, inner)
    foot = _foot(content, width)
    foot_height = sum(row.height for row in foot)
    room = inner.bottom - foot_height - GAP - top
    blocks = _blocks(content, width)
    full = _full_height(content, width)
    needed = sum(block.height for block in blocks)
    picture = max(min(full, room - needed), _SMALLEST * full)
    blocks = fitted(blocks, room - picture)
    # Blocks that can lose nothing more may still be too high: then the picture pays.
    picture = max(min(picture, room - sum(block.height for block in blocks)), 0.0)
    if content.karyogram is not None and picture > 4 * _RIM:
        _draw_karyogram(drawing, *content.karyogram, Box(top, inner.left, picture, width))
        top += picture
    for block in blocks:
        top = draw_block(drawing, block, Box(top, inner.left, 0.0, width))
    _draw_foot(drawing, foot, inner)


def _draw_foot(drawing: Drawing, foot: list[BlockRow], inner: Box) -> None:
    top = inner.bottom - sum(row.height for row in foot)
    drawing.rectangle(inner.left, top - 3.0, inner.width, 0.5, RULE)
    for row in foot:
        draw_row(drawing, row, top, inner.left)
        top += row.height


def _draw_clones(drawing: Drawing, content: ReportContent, first: int, paper: Paper) -> None:
    """Draw a page of karyograms of other clones, two of them as large as the first page's."""
    drawing.rectangle(0, 0, paper.width, paper.height, (255, 255, 255))
    inner = paper.inner
    top = _draw_head(drawing, content, inner)
    foot = _foot(content, inner.width)
    each = (inner.bottom - sum(row.height for row in foot) - GAP - top) / _A_PAGE
    for words, composer, page in content.other_clones[first : first + _A_PAGE]:
        caption = paragraph(words, inner.width, bold=True, most=2)
        draw_row(drawing, caption, top, inner.left)
        height = each - caption.height - GAP
        _draw_karyogram(
            drawing, composer, page, Box(top + caption.height, inner.left, height, inner.width)
        )
        top += each
    _draw_foot(drawing, foot, inner)


def _draw_head(drawing: Drawing, content: ReportContent, inner: Box) -> float:
    """Draw title, laboratory, patient and date; return where the next thing begins."""
    width, y = inner.width, inner.top + 14.0
    right = inner.left + width
    title = cut(clean(content.title), 15.0, 0.55 * width, bold=True)
    drawing.text(title, inner.left, y, 15.0, INK, bold=True)
    if content.laboratory:
        words = cut(clean(content.laboratory), 9.5, 0.42 * width)
        drawing.text(words, right, y, 9.5, INK, align="right")
    y += 16.0
    date = text_width(content.date, SIZE + 0.5)
    if content.patient:
        words = cut(f"Patient: {clean(content.patient)}", 9.5, width - date - 20)
        drawing.text(words, inner.left, y, 9.5, INK)
    drawing.text(content.date, right, y, SIZE + 0.5, INK, align="right")
    drawing.rectangle(inner.left, y + 6.0, width, 1.0, INK)
    return y + 14.0


def _foot(content: ReportContent, width: float) -> list[BlockRow]:
    """Return what stands at the foot: what made this, and what it is not."""
    notice = BlockRow(
        LEADING, (Words(cut(content.notice, SIZE, width, bold=True), width / 2, SIZE, SIZE, True,
                        INK, "middle"),)
    )  # fmt: skip
    made = "   |   ".join(content.made_with)
    lines = paragraph(made, width, size=7.0, colour=FAINT, most=4)
    return [lines, notice]


def _full_height(content: ReportContent, width: float) -> float:
    """Return how high the karyogram is where it takes all of the width."""
    if content.karyogram is None:
        return 0.0
    box = content_box(content.karyogram[1])
    return (width - 2 * _RIM) * box.height / box.width + 2 * _RIM


def _draw_karyogram(drawing: Drawing, composer: Composer, page: Page, room: Box) -> None:
    box = content_box(page)
    wide = min(room.width, (room.height - 2 * _RIM) * box.width / box.height + 2 * _RIM)
    left = room.left + (room.width - wide) / 2
    drawing.rectangle(left, room.top, wide, room.height, composer.style.paper)
    inside = Box(
        room.top + _RIM, left + _RIM, max(1.0, room.height - 2 * _RIM), max(1.0, wide - 2 * _RIM)
    )
    draw_page(drawing, composer, page, fit_page(page, inside))


def _blocks(content: ReportContent, width: float) -> list[Block]:
    """Return the parts below the karyogram, none of them cut."""
    size = 13.0 if text_width(clean(content.karyotype), 13.0, bold=True) <= width else 9.5
    label = paragraph(content.karyotype_label, width, colour=FAINT, most=3)
    karyotype = paragraph(content.karyotype, width, size=size, bold=True, most=8)
    caption = paragraph(content.caption, width, most=2)
    blocks = [Block((label, karyotype, caption), least=3)]
    if content.case:
        rows = tuple(paragraph(words, width, most=4) for words in content.case)
        blocks.append(Block(rows, (heading("Case"),), least=len(rows)))
    if content.warnings:
        inside = width - 2 * PADDING
        rows = tuple(paragraph(f"- {words}", inside, most=4) for words in content.warnings)
        title = BlockRow(LEADING + 1, (Words("Look at this first", 0, SIZE, SIZE, True, ALERT),))
        blocks.append(Block(rows, (title,), ("warning", "warnings"), least=3, boxed=True))
    if content.counts:
        blocks.append(_counts(content, width))
    if content.clones:
        rows = tuple(
            paragraph(words, width, bold=not n, most=4) for n, words in enumerate(content.clones)
        )
        blocks.append(
            Block(rows, (heading("Clones"),), ("line", "lines"), least=min(len(rows), _CLONES))
        )
    if content.cells:
        widths = [share * width for share in _SHARES]
        head = table_row(CELL_COLUMNS, widths, bold=True, ruled=True)
        rows = tuple(table_row(cells, widths) for cells in content.cells)
        title = heading(f"Cells: {len(content.cells)}")
        blocks.append(Block(rows, (title, head), ("cell", "cells"), least=2))
    if content.said:
        rows = tuple(paragraph(words, width, most=4) for words in content.said)
        blocks.append(Block(rows, (heading("Review"),), ("line", "lines"), least=1))
    return blocks


def _counts(content: ReportContent, width: float) -> Block:
    """Return how many of each class there are, what is not two of an autosome in bold."""
    step = width / len(content.counts)
    names = [
        Words(name, step * (n + 0.5), SIZE, 7.0, False, FAINT, "middle")
        for n, (name, _) in enumerate(content.counts)
    ]
    numbers = [
        Words(
            str(number),
            step * (n + 0.5),
            SIZE,
            SIZE,
            name in AUTOSOMES and number != 2,
            INK,
            "middle",
        )
        for n, (name, number) in enumerate(content.counts)
    ]
    rows = (BlockRow(LEADING + 3, tuple(names), True), BlockRow(LEADING, tuple(numbers)))
    return Block(rows, (heading("Chromosomes of this cell, by class"),), least=2)
