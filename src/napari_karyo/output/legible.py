"""Which letters of a page no font of this computer has, asked before the page is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from napari_karyo.classified import ClassifiedCell
from napari_karyo.lettering import clean, missing_notice
from napari_karyo.output.files import PIXELS, VECTORS
from napari_karyo.output.options import ExportOptions
from napari_karyo.output.report_content import ReportContent, report_of


def illegible(cells: Sequence[ClassifiedCell], path: Path | str, options: ExportOptions) -> str:
    """Say which letters will be missing in a file, and which font to install.

    Parameters
    ----------
    cells : sequence of ClassifiedCell
    path : Path or str
        Of the file that is to be written. Tables and records have no fonts.
    options : ExportOptions

    Returns
    -------
    str
        Empty where none is missing.
    """
    if not cells or Path(path).suffix.lower() not in (*PIXELS, *VECTORS):
        return ""
    texts = [clean(options.patient)]
    if options.report:
        texts += _of_report(report_of(cells, options))
        cells = cells[:1]
    for cell in cells:
        heading = cell.heading(options.title)
        own_title = () if options.report else (heading.title,)
        texts += map(
            clean,
            (*own_title, heading.cell, heading.iscn, heading.signed, *heading.corrected_by),
        )
    return missing_notice(texts)


def _of_report(content: ReportContent) -> Iterator[str]:
    """Yield every text of a report but those of its karyogram."""
    for field in fields(content):
        if field.name != "karyogram":
            yield from map(clean, _strings(getattr(content, field.name)))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _strings(one)
