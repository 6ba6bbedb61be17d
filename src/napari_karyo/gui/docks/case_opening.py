"""A case file opened in a window: its cells as they were left, one after another."""

from __future__ import annotations

import logging
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from napari.utils.notifications import show_error, show_warning
from superqt.utils import WorkerBase

from napari_karyo.case import Case
from napari_karyo.counted import count
from napari_karyo.errors import KaryoError
from napari_karyo.gui.canvas.karyogram_view import open_view
from napari_karyo.gui.docks.opening import open_review
from napari_karyo.gui.session.case_files import restore
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session, session_of
from napari_karyo.gui.session.settings import read_settings
from napari_karyo.gui.session.worker import worker_for
from napari_karyo.gui.widgets import free_keyboard

if TYPE_CHECKING:
    import napari

_log = logging.getLogger(__name__)


def open_case(viewer: napari.Viewer, path: Path | str) -> WorkerBase:
    """Open a case file in a viewer: its cells come into the session one after another.

    Returns
    -------
    WorkerBase
        The thread that reads them.

    Raises
    ------
    CaseError
        Where it is missing, damaged or of a newer version.
    """
    session = session_of(viewer)
    whole = Path(path).expanduser().absolute()
    case = session.case_at(whole) or session.hold(Case.open(whole))
    if case.read_only:
        show_warning(
            f"{case.path}: opened read-only, because {case.read_only}. What you change here is "
            "refused."
        )
    open_view(viewer)
    arrival, place = _Arrival(session, case), case.path
    worker = worker_for(
        session,
        restore,
        case,
        read_settings().initials,
        stepped=arrival.came,
        returned=arrival.ended,
        unforeseen=lambda error: f"{place}: the case could not be read: {error}",
        log=_log,
        brings_cells=True,
    )
    worker.start()
    return worker


class _Arrival:
    """What becomes of the cells that a thread reads from a case.

    The session is held weakly: see `worker_for`.
    """

    def __init__(self, session: Session, case: Case) -> None:
        self._session = weakref.ref(session)
        self._path = case.path
        self._opened: list[weakref.ref[OpenCell]] = []

    @property
    def session(self) -> Session | None:
        """The session, as long as its window is open."""
        session = self._session()
        return session if session is not None and session.viewer_is_open else None

    def came(self, cell: OpenCell | KaryoError) -> None:
        """Put a cell in the session, the first one on top."""
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

    def ended(self, _: object) -> None:
        """Say how many came."""
        session, number = self.session, len(self._opened)
        if session is None:
            return
        if not number:
            show_warning(f"{self._path}: this case holds no cell that can be shown.")
            return
        cells = count(number, "cell")
        session.say(f"{self._path.name}: {cells} opened as they were left.")
