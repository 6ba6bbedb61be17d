"""A classification in a thread, and what becomes of its results.

A run belongs to the session and not to the form that began it: the person may close the form,
and the karyograms come all the same. Nothing of the viewer is touched in the thread.
"""

from __future__ import annotations

import logging
import weakref
from typing import TYPE_CHECKING

from napari.utils.notifications import show_warning
from psygnal import Signal
from superqt.utils import WorkerBase

from napari_karyo.cell import Cell, Patient
from napari_karyo.counted import count
from napari_karyo.errors import KaryoError
from napari_karyo.gui.canvas.contact_sheet import cells_in
from napari_karyo.gui.canvas.karyogram_view import open_view
from napari_karyo.gui.classify import work
from napari_karyo.gui.docks.opening import open_review
from napari_karyo.gui.notices import tell_problems, tell_unknown
from napari_karyo.gui.session.case_files import case_for, hold_earlier
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.session.settings import read_settings
from napari_karyo.gui.session.worker import worker_for
from napari_karyo.gui.widgets import breakable, free_keyboard

if TYPE_CHECKING:
    from napari_karyo.inference.options import ClassifyOptions
    from napari_karyo.inference.passes import Progress
    from napari_karyo.inference.result import Classification

#: Cells that may share a length factor, with their patient; photographs of some.
Group = tuple[Patient | None, list[work.Chosen]]

_log = logging.getLogger(__name__)


class ClassificationRun:
    """One run over cells.

    Parameters
    ----------
    session : Session
        Where the results are put; held weakly.
    groups : list of (Patient or None, list of Cell, Spread or OutlinedSpread)
        Cells that share a length factor; of a photograph the cell is found by the run.
    options : ClassifyOptions
    """

    said = Signal(str)
    """What the form shows: how far it is, what came of it, or why nothing did."""
    stepped = Signal(object)
    """A part is done: a step of `iter_classify`."""
    ended = Signal()
    """It is over, whatever came of it."""

    def __init__(self, session: Session, groups: list[Group], options: ClassifyOptions) -> None:
        self._session = weakref.ref(session)
        # The thread only reads them; which are open is the session's affair, and changes here.
        cases, self._left_out = hold_earlier(
            session, [(as_cell(one), patient) for patient, cells in groups for one in cells]
        )
        self._worker: WorkerBase | None = worker_for(
            session,
            work.run,
            groups,
            cases,
            read_settings().initials,
            options,
            stepped=self.step,
            returned=self.take,
            aborted=lambda: self.said.emit("Cancelled; nothing was changed."),
            failed=self.fail,
            unforeseen=lambda error: (
                f"The classification stopped: {error}. Nothing was lost; "
                "try device cpu, or report this message."
            ),
            log=_log,
            finished=self.end,
            brings_cells=True,
        )

    def start(self) -> None:
        """Begin."""
        if self._worker is not None:
            self._worker.start()

    def quit(self) -> None:
        """Cancel: it ends after the batch it is at."""
        if self._worker is not None:
            self._worker.quit()

    def step(self, step: Progress) -> None:
        """Tell how far it is."""
        self.stepped.emit(step)
        self.said.emit(step.text)

    def end(self) -> None:
        """Let the worker go: napari holds what it is connected to."""
        self._worker = None
        self.ended.emit()

    def take(self, outcome: work.Outcome) -> None:
        """Put the results in the session, and say what there is to know of them."""
        session = self._session()
        if session is None or not session.viewer_is_open:
            return
        left_out = [*outcome.left_out, *self._left_out]
        if left_out:
            show_warning("\n".join(left_out))
        if not outcome.results:
            self.said.emit("No cell could be classified.")
            return
        self.said.emit(put_into_session(session, outcome))

    def fail(self, words: str) -> None:
        """Tell the form why nothing came of it."""
        self.said.emit(breakable(words))


def as_cell(one: work.Chosen) -> Cell:
    """Return a cell; of a photograph, one of its name and place without any chromosome yet."""
    if isinstance(one, Cell):
        return one
    spread = one.spread if isinstance(one, work.OutlinedSpread) else one
    return Cell(spread.name, (), spread.polarity, spread.path)


def put_into_session(session: Session, outcome: work.Outcome) -> str:
    """Put the results of a run in a session, each in its case file; return what is to be said."""
    viewer = session.viewer
    open_view(viewer)
    who = read_settings().initials
    for earlier in outcome.earlier:
        session.adopt(earlier)
    opened: list[OpenCell] = []
    for result, patient in outcome.results:
        opened.append(_keep(session, result, patient, who, opened))
    session.show(opened[0])
    results = [result for result, _ in outcome.results]
    tell_unknown(results)
    open_review(viewer)
    free_keyboard()
    # Those of reading were told when the folder was read.
    told = {problem for _, cell, _ in cells_in(viewer.layers) for problem in cell.problems}
    for result in results:
        tell_problems(result.cell.name, [one for one in result.cell.problems if one not in told])
    crops = sum(len(result.cell) for result in results)
    lines = [f"{count(crops, 'crop')} classified on {results[0].device}."]
    notes = {note for result in results for note in result.remarks}
    return breakable(" ".join([*lines, *sorted(notes)]))


def _keep(
    session: Session,
    result: Classification,
    patient: Patient | None,
    who: str,
    opened: list[OpenCell],
) -> OpenCell:
    """Put a result in the session, in its case file; without one where none can be had."""
    case, unkept = case_for(session, result.cell, patient)
    try:
        return session.open(result, who=who, show=False, keep=opened, case=case, unkept=unkept)
    except KaryoError as error:
        return session.open(result, who=who, show=False, keep=opened, unkept=str(error))
