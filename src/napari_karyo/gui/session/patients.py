"""The open cells of one patient, and what the laboratory wrote down of the case.

Each of them has its case's worksheet; it is changed for all of them here, the file first.
"""

from __future__ import annotations

from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session
from napari_karyo.patient import count_again
from napari_karyo.worksheet import CaseWorksheet


def of_one_patient(session: Session, cell: OpenCell | None) -> list[OpenCell]:
    """Return the open cells that belong to the patient of one of them; none of None.

    Those kept in the same case file. Of a cell that no file keeps, all others that none
    keeps: nobody knows whose they are, but those of a file are another's.
    """
    return [] if cell is None else [one for one in session.cells if one.case is cell.case]


def count_again_words(session: Session, cell: OpenCell) -> str:
    """Return why a cell should be counted again: see `napari_karyo.patient.count_again`."""
    # Nobody knows whose the others are of a cell that no file keeps.
    others = [] if cell.case is None else of_one_patient(session, cell)
    return count_again(cell, others)


def write_worksheet(session: Session, worksheet: CaseWorksheet) -> None:
    """Write down something of the case whose cell lies on top.

    Raises
    ------
    CaseError
        Where its file can't be written; nothing is changed then.
    """
    cell = session.current
    if cell is None or worksheet == cell.worksheet:
        return
    if cell.case is not None:
        cell.case.write_worksheet(worksheet)
    for one in of_one_patient(session, cell):
        one.worksheet = worksheet
    session.worksheet_changed.emit()
