"""Case files and the session: which file keeps a cell, and its cells opened as they were left."""

from __future__ import annotations

import hashlib
import logging
import weakref
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from napari_karyo.case import SUFFIX, Case, case_path
from napari_karyo.cell import Cell, Patient
from napari_karyo.errors import CaseError, KaryoError
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session, session_of

#: What is said of a cell that no file keeps.
SIMULATED = "a simulated cell; save it under a name that ends in .karyo to keep it"

#: Facts of a case that a copy of it takes along.
_AGREED = ("goals", "mosaic")

_log = logging.getLogger(__name__)


def earlier_cases(cell: Cell, patient: Patient | None = None) -> list[Path]:
    """Return the case files that a cell's folder has already."""
    return [place for place in _places(case_path(cell, patient)) if place.is_file()]


def hold_earlier(
    session: Session, cells: Iterable[tuple[Cell, Patient | None]]
) -> tuple[list[Case], list[str]]:
    """Open the case files that cells have already, but those that are open here.

    What was done before is shown beside the new, never hidden by it. The session closes again
    what no cell of comes onto it.

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

    Parameters
    ----------
    session : Session
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


def _places(wanted: Path | None) -> list[Path]:
    """Return where a case file may lie: beside its folder, or else in the person's own data."""
    if wanted is None:
        return []
    # Two folders of one name are two patients.
    mark = hashlib.sha256(str(wanted).encode("utf-8", "surrogateescape")).hexdigest()[:10]
    own = user_data_path("napari-karyo", appauthor=False) / "cases"
    return [wanted, own / f"{wanted.stem}-{mark}{SUFFIX}"]


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
            # In this order: another program may write between the two.
            karyotype = case.karyotype(row.number, who)
            classification = case.classification(row.number)
        except KaryoError as error:
            yield error
            continue
        yield OpenCell(classification, karyotype, row.label, case, row.number)


def open_case(viewer: Any, path: Path | str) -> Any:
    """Open a case file in a viewer: its cells come into the session one after another.

    Parameters
    ----------
    viewer : napari.Viewer
    path : Path or str

    Returns
    -------
    FunctionWorker
        The thread that reads them.

    Raises
    ------
    CaseError
        Where it is missing, damaged or of a newer version.
    """
    from napari.qt.threading import create_worker
    from napari.utils.notifications import show_warning

    from napari_karyo.gui.canvas.karyogram_view import open_view
    from napari_karyo.gui.session.settings import read_settings

    session = session_of(viewer)
    whole = Path(path).expanduser().absolute()
    case = session.case_at(whole) or session.hold(Case.open(whole))
    if case.read_only:
        show_warning(
            f"{case.path}: opened read-only, because {case.read_only}. What you change here is "
            "refused."
        )
    open_view(viewer)
    worker = create_worker(
        restore, case, read_settings().initials, _start_thread=False, _ignore_errors=True
    )
    _Arrival(session, case).follow(worker)
    session.busy.add(worker)
    worker.start()
    return worker


class _Arrival:
    """What becomes of the cells that a thread reads from a case.

    napari keeps each worker, and what is connected to it, longer than its window: the
    session is held weakly, or it could never be let go.
    """

    def __init__(self, session: Session, case: Case) -> None:
        self._session = weakref.ref(session)
        self._path = case.path
        self._opened: list[weakref.ref[OpenCell]] = []

    def follow(self, worker: Any) -> None:
        """Hear of what a worker brings."""
        worker.yielded.connect(self.came)
        worker.returned.connect(lambda _: self.ended())
        worker.errored.connect(self.failed)
        this = weakref.ref(worker)
        worker.finished.connect(lambda: self.finished(this()))

    @property
    def session(self) -> Session | None:
        """The session, as long as its window is open."""
        session = self._session()
        return session if session is not None and session.viewer_is_open else None

    def came(self, cell: OpenCell | KaryoError) -> None:
        """Put a cell in the session, the first one on top."""
        from napari.utils.notifications import show_error

        from napari_karyo.gui.docks.opening import open_review
        from napari_karyo.gui.widgets import free_keyboard

        session = self.session
        if session is None:
            return
        if isinstance(cell, KaryoError):
            show_error(str(cell))
            return
        self._opened.append(weakref.ref(session.adopt(cell, show=not self._opened)))
        if len(self._opened) == 1:
            open_review(session.viewer)
            free_keyboard()

    def ended(self) -> None:
        """Say how many came."""
        from napari.utils.notifications import show_warning

        session, number = self.session, len(self._opened)
        if session is None:
            return
        if not number:
            show_warning(f"{self._path}: this case holds no cell that can be shown.")
            return
        cells = f"{number} cell{'' if number == 1 else 's'}"
        session.say(f"{self._path.name}: {cells} opened as they were left.")

    def failed(self, error: Exception) -> None:
        """Tell why it can't be read."""
        from napari.utils.notifications import show_error

        if self.session is None:
            # The file was closed with the window.
            return
        known = isinstance(error, KaryoError)
        if not known:
            _log.error("%s could not be read.", self._path, exc_info=error)
        words = str(error) if known else f"{self._path}: the case could not be read: {error!r}"
        show_error(words)

    def finished(self, worker: Any) -> None:
        """Let the case go where nothing came of it."""
        session = self._session()
        if session is not None:
            session.busy.discard(worker)
            session.let_go()


def save_copy(session: Session, cells: Iterable[OpenCell], path: Path | str) -> Path:
    """Write cells, with all that ever happened to them, into a new case file.

    Cells that no file kept are kept there from now on.

    Parameters
    ----------
    session : Session
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
    first = next((cell.case for cell in chosen if cell.case is not None), None)
    case = Case.create(path, first.patient if first is not None else "")
    try:
        for name in _AGREED:
            value = first.fact(name) if first is not None else None
            if value is not None:
                case.set_fact(name, value)
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
    return case.path
