"""Which case file keeps a cell of the session, and what a case file holds."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

import napari_karyo
from napari_karyo.case import SUFFIX, Case, case_path
from napari_karyo.cell import Cell, Patient
from napari_karyo.errors import CaseError, KaryoError
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session

#: What is said of a cell that no file keeps.
SIMULATED: Final = "It is a simulated cell. Save it as .karyo to keep it."
NO_FILE: Final = "It was read from no file. Save it as .karyo to keep it."

#: What is installed here is no place for a person's work: beside a sample lies no case.
_PACKAGE = Path(napari_karyo.__file__).parent


def earlier_cases(cell: Cell, patient: Patient | None = None) -> list[Path]:
    """Return the case files that a cell's folder has already."""
    return [place for place in _places(case_path(cell, patient)) if place.is_file()]


def hold_earlier(
    session: Session, cells: Iterable[tuple[Cell, Patient | None]]
) -> tuple[list[Case], list[str]]:
    """Open the case files that cells have already, but those that are open here.

    What was done before is shown beside the new, never hidden by it. The session closes again
    those of which no cell comes into it.

    Parameters
    ----------
    session : Session
    cells : iterable of (Cell, Patient or None)

    Returns
    -------
    cases : list of Case
    reasons : list of str
        Why others can't be opened.
    """
    places = [path for cell, patient in cells for path in earlier_cases(cell, patient)]
    cases, reasons = [], []
    for path in dict.fromkeys(places):
        if session.case_at(path) is None:
            try:
                cases.append(session.hold(Case.open(path)))
            except KaryoError as error:
                reasons.append(str(error))
    return cases, reasons


def case_for(session: Session, cell: Cell, patient: Patient | None) -> tuple[Case | None, str]:
    """Return the case file that keeps a cell, made where there is none.

    Returns
    -------
    case : Case or None
    unkept : str
        Why there is none, in words for the person.
    """
    wanted = case_path(cell, patient)
    if wanted is None:
        return None, SIMULATED if cell.simulated else NO_FILE
    name = patient.name if patient is not None else cell.name
    there = earlier_cases(cell, patient)
    reasons = []
    # Beside a file that is there already no second one is begun in silence.
    for place in there[:1] or _places(wanted):
        try:
            case = session.case_at(place) or (Case.open(place) if there else _made(place, name))
        except (CaseError, OSError) as error:
            reasons.append(str(error))
            continue
        if not case.read_only:
            return session.hold(case), ""
        if session.case_at(place) is None:
            case.close()
        return None, f"{case.path.name} is open read-only: {case.read_only}"
    return None, " ".join(reasons)


def is_shipped(path: Path) -> bool:
    """Whether a file was installed with the program: nothing of a person's belongs beside it."""
    return path.is_relative_to(_PACKAGE)


def _places(wanted: Path | None) -> list[Path]:
    """Return where a case file may lie: beside its folder, or else in the person's own data."""
    if wanted is None:
        return []
    # Two folders of one name are two patients.
    mark = hashlib.sha256(str(wanted).encode("utf-8", "surrogateescape")).hexdigest()[:10]
    own = user_data_path("napari-karyo", appauthor=False) / "cases"
    kept = own / f"{wanted.stem}-{mark}{SUFFIX}"
    return [kept] if is_shipped(wanted) else [wanted, kept]


def _made(place: Path, name: str) -> Case:
    if place.parent.name == "cases":
        place.parent.mkdir(parents=True, exist_ok=True)
    return Case.create(place, name)


def restore(case: Case, who: str) -> Generator[OpenCell | KaryoError, None, None]:
    """Read the cells of a case as they were left, one by one; it touches no window.

    Yields
    ------
    OpenCell or KaryoError
        Why a cell can't be read: it doesn't cost the others.
    """
    for row in case.cells():
        if row.superseded:
            continue
        try:
            cell = case.cell(row.number, who)
        except KaryoError as error:
            yield error
            continue
        yield OpenCell(
            cell.classification, cell.karyotype, cell.label, cell.worksheet, case, row.number
        )


def save_copy(session: Session, cells: Iterable[OpenCell], path: Path | str) -> Path:
    """Write cells, with all that ever happened to them, into a new case file.

    Cells that no file kept are kept there from now on.

    Raises
    ------
    CaseError
        Where there is a file of that name, or it can't be written.
    """
    chosen = list(cells)
    first = next((cell.case for cell in chosen if cell.case is not None), None)
    case = Case.create(path, first.patient if first is not None else "")
    try:
        case.write_worksheet(chosen[0].worksheet)
        for cell in chosen:
            if cell.case is not None and cell.number is not None:
                case.copy_from(cell.case, cell.number)
            else:
                cell.number = case.add(cell)
                cell.case, cell.unkept = case, ""
                session.hold(case)
    finally:
        if session.case_at(case.path) is None:
            case.close()
    session.cells_changed.emit()
    return case.path
