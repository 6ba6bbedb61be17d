"""The page of one cell on its way out, and what is said about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from napari_karyo.classified import ClassifiedCell
from napari_karyo.counted import listed
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.page import Page
from napari_karyo.karyogram.spread_picture import BAND, has_spread, with_spread
from napari_karyo.lettering.clean import plain
from napari_karyo.output.files import PIXELS, VECTORS
from napari_karyo.output.options import ExportOptions

#: Of the spread's height on a page of its own.
_IN_REPORT: Final = 0.7


def name_of(cell: ClassifiedCell) -> str:
    """Return what a cell is called in a file."""
    return cell.classification.cell.name or "without a name"


def page_of(cell: ClassifiedCell, options: ExportOptions) -> tuple[Composer, Page]:
    """Return the cell's page and who draws it."""
    composer = Composer(cell.classification, style=options.style)
    heading = cell.heading(options.printed_title)
    page = composer.layout.page(cell.karyotype.state, heading)
    if options.spread:
        # A report has less room, and the karyogram is what it is about.
        band = BAND * (_IN_REPORT if options.report else 1.0)
        page = with_spread(page, cell.classification.cell, cell.karyotype.state, band)
    return composer, page


def no_spread(cells: Sequence[ClassifiedCell], path: Path | str, options: ExportOptions) -> str:
    """Say which cells of a file have no spread to show though one is wanted; else nothing."""
    if not options.spread or Path(path).suffix.lower() not in (*PIXELS, *VECTORS):
        return ""
    drawn = cells[:1] if options.report else cells
    without = [name_of(cell) for cell in drawn if not has_spread(cell.classification.cell)]
    if not without:
        return ""
    return plain(f"No spread is shown of {listed(without)}: no photograph with outlines is known.")


def description(cell: ClassifiedCell, options: ExportOptions) -> str:
    """Return what a file says about its picture, for those who find it later."""
    heading, karyotype = cell.heading(options.printed_title), cell.karyotype
    simulated = " (simulated)" if heading.simulated else ""
    words = karyotype.iscn_words
    if karyotype.iscn:
        by_hand = karyotype.iscn_by_hand
        label = "Karyotype, written by hand:" if by_hand else "Proposed karyotype"
        words = f"{label} {karyotype.iscn}"
    else:
        words = f"{words[0].upper()}{words[1:]}"
    return plain(
        f"{heading.title}. Cell {heading.cell}{simulated}. {words}. Proposal, for research use."
    )
