"""Case files and the desk: which file keeps a cell, and its cells opened as they were left."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from napari_karyo.case import SUFFIX, Case, case_path
from napari_karyo.cell import Cell, Patient
from napari_karyo.errors import CaseError, KaryoError
from napari_karyo.gui.desk import Desk, desk_of
from napari_karyo.gui.open_cell import OpenCell

#: What is said of a cell that no file keeps.
SIMULATED = "a simulated cell; save it under a name that ends in .karyo to keep it"


def earlier_case(cell: Cell, patient: Patient | None = None) -> Path | None:
    """Return the case file that a cell's folder has already, or None."""
    path = case_path(cell, patient)
    return next((place for place in _places(path) if place.is_file()), None)


def case_for(desk: Desk, cell: Cell, patient: Patient | None) -> tuple[Case | None, str]:
    """Return the case file that keeps a cell, made where there is none.

    Parameters
    ----------
    desk : Desk
    cell : Cell
    patient : Patient or None

    Returns
    -------
    case : Case or None
    unkept : str
        Why there is none, in words for the person.
    """
    wanted = case_path(cell, patient)
    if wanted is None:
        return None, SIMULATED
    name = patient.name if patient is not None else cell.name
    reasons = []
    for place in _places(wanted):
        try:
            case = desk.case_at(place) or (
                Case.open(place) if place.is_file() else _made(place, name)
            )
        except (CaseError, OSError) as error:
            reasons.append(str(error))
            if place.is_file():
                # Beside a file that can't be used no second one is begun in silence.
                break
            continue
        if case.read_only:
            return None, f"{case.path.name} is open read-only: {case.read_only}"
        return case, ""
    return None, " ".join(reasons)


def _places(wanted: Path | None) -> list[Path]:
    """Return where a case file may lie: beside its folder, or else in the person's own data."""
    if wanted is None:
        return []
    # Two folders of one name are two patients.
    elsewhere = "-".join(part for part in wanted.parent.parts[-2:] if part.strip("/\\"))
    own = user_data_path("napari-karyo", appauthor=False) / "cases"
    return [wanted, own / f"{elsewhere}-{wanted.stem}{SUFFIX}"]


def _made(place: Path, name: str) -> Case:
    if place.parent.name == "cases":
        place.parent.mkdir(parents=True, exist_ok=True)
    return Case.create(place, name)


def restore(case: Case, who: str) -> Generator[OpenCell, None, None]:
    """Read the cells of a case as they were left, one by one; it touches no window.

    Yields
    ------
    OpenCell
    """
    for row in case.cells():
        if not row.superseded:
            classification = case.classification(row.number)
            karyotype = case.karyotype(row.number, who)
            label = row.name.removeprefix(classification.cell.name).strip()
            yield OpenCell(classification, karyotype, label, case, row.number)


def open_case(
    viewer: Any, path: Path | str, done: Callable[[list[OpenCell]], object] | None = None
) -> Any:
    """Open a case file in a viewer: its cells come onto the desk one after another.

    Parameters
    ----------
    viewer : napari.Viewer
    path : Path or str
    done : callable, optional
        Told of the cells when all are there.

    Returns
    -------
    FunctionWorker or None
        The thread that reads them; None where the file can't be opened.

    Raises
    ------
    CaseError
        Where it is missing, damaged or of a newer version.
    """
    from napari.qt.threading import create_worker
    from napari.utils.notifications import show_error, show_warning

    from napari_karyo.gui.docks import open_review
    from napari_karyo.gui.karyogram_view import open_view
    from napari_karyo.gui.settings import read_settings
    from napari_karyo.gui.widgets import free_keyboard

    desk = desk_of(viewer)
    whole = Path(path).expanduser().absolute()
    case = desk.case_at(whole) or Case.open(whole)
    if case.read_only:
        show_warning(
            f"{case.path}: opened read-only, because {case.read_only}. What you change here is "
            "refused."
        )
    open_view(viewer)
    opened: list[OpenCell] = []

    def came(cell: OpenCell) -> None:
        opened.append(desk.adopt(cell, show=not opened))
        if len(opened) == 1:
            open_review(viewer)
            free_keyboard()

    def failed(error: Exception) -> None:
        known = isinstance(error, KaryoError)
        show_error(str(error) if known else f"{whole}: the case could not be read: {error!r}")
        if not opened:
            case.close()

    def ended() -> None:
        if not opened:
            case.close()
            show_warning(f"{whole}: this case holds no cell yet.")
            return
        cells = f"{len(opened)} cell{'' if len(opened) == 1 else 's'}"
        desk.say(f"{case.path.name}: {cells} opened as they were left.")
        if done is not None:
            done(opened)

    worker = create_worker(
        restore,
        case,
        read_settings().initials,
        _start_thread=False,
        _ignore_errors=True,
        _connect={"yielded": came, "returned": lambda _: ended(), "errored": failed},
    )
    desk.busy.add(worker)
    worker.finished.connect(lambda: desk.busy.discard(worker))
    worker.start()
    return worker


def save_copy(cells: Iterable[OpenCell], path: Path | str) -> Path:
    """Write cells, with all that ever happened to them, into a new case file.

    Cells that no file kept are kept there from now on.

    Parameters
    ----------
    cells : iterable of OpenCell
    path : Path or str

    Returns
    -------
    Path

    Raises
    ------
    CaseError
        Where there is a file of that name, or it can't be written.
    """
    chosen = list(cells)
    adopted = False
    case = Case.create(path, chosen[0].case.patient if chosen and chosen[0].case else "")
    try:
        for cell in chosen:
            if cell.case is not None and cell.number is not None:
                case.copy_from(cell.case, cell.number)
            else:
                cell.number = case.add(cell.classification, cell.karyotype, cell.label)
                cell.case, cell.unkept, adopted = case, "", True
    finally:
        if not adopted:
            case.close()
    return case.path
