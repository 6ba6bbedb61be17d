"""The page of one cell on its way out, and what is said about it."""

from __future__ import annotations

from napari_karyo.classified import ClassifiedCell
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.page import Page
from napari_karyo.lettering.clean import plain
from napari_karyo.output.options import ExportOptions


def name_of(cell: ClassifiedCell) -> str:
    """Return what a cell is called in a file."""
    return cell.classification.cell.name or "without a name"


def page_of(cell: ClassifiedCell, options: ExportOptions) -> tuple[Composer, Page]:
    """Return the cell's page and who draws it."""
    composer = Composer(cell.classification, style=options.style)
    heading = cell.heading(options.printed_title)
    return composer, composer.layout.page(cell.karyotype.state, heading)


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
