"""The session: the cells open in one viewer, which one lies on top, and what is selected.

The session holds no truth about a karyotype: that is `Karyotype`. It knows which cell
is looked at and which chromosome the person has selected, and says when that
changes. It imports neither napari nor Qt, so it can be tested without a window.
"""

from __future__ import annotations

import weakref
from collections.abc import Collection
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from psygnal import Signal

from napari_karyo.classified import identity, propose
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.view import (
    ClassifyWindow,
    ClassTyping,
    ReviewWindow,
    SessionView,
    Window,
)
from napari_karyo.gui.session.windows import WINDOWS, has_window

if TYPE_CHECKING:
    import napari

    from napari_karyo.case import Case
    from napari_karyo.inference.result import Classification
    from napari_karyo.karyotype import Change


class Session:
    """The cells open in one viewer.

    Attributes
    ----------
    cells : list of OpenCell
    view : SessionView or None
        Shows the current cell; set by `karyogram_view`, and ``typing`` too.
    typing : ClassTyping or None
    busy : set
        Threads that still bring cells into the session.
    cases : dict of Path to Case
        The case files that are open here.
    attended : bool
        Whether the window tells when it is gone: see `window.attend`.
    """

    cells_changed = Signal()
    """A cell was opened or closed below the one on top."""
    cell_changed = Signal(object)
    """Another cell lies on top, or none: OpenCell or None."""
    karyotype_changed = Signal(object)
    """The current cell was edited: Change."""
    selection_changed = Signal(object)
    """Another chromosome is selected: its index, or None."""
    pinned_changed = Signal(object)
    """Another chromosome is kept for comparing: its index, or None."""
    overlay_changed = Signal()
    """An overlay was switched, or shows another class."""
    worksheet_changed = Signal()
    """Something else is written down of the case whose cell lies on top."""
    fields_left = Signal()
    """What was typed into fields is to be written now, before something else is done."""
    said = Signal(str)
    """A short word for the status line."""

    def __init__(self, viewer: napari.Viewer) -> None:
        self._viewer = weakref.ref(viewer)
        self.cells: list[OpenCell] = []
        self.view: SessionView | None = None
        self.typing: ClassTyping | None = None
        self.busy: set[object] = set()
        self.cases: dict[Path, Case] = {}
        self._current: OpenCell | None = None
        self._selected: int | None = None
        self._pinned: int | None = None
        self._who: str | None = None
        self._left = False
        self.attended = False

    @property
    def viewer(self) -> napari.Viewer:
        """The napari viewer that this session belongs to."""
        viewer = self._viewer()
        if viewer is None:
            raise RuntimeError("The viewer of this karyogram has been closed.")
        return viewer

    @property
    def viewer_is_open(self) -> bool:
        """Whether the viewer still has its window."""
        viewer = self._viewer()
        return viewer is not None and not self._left and has_window(viewer)

    @property
    def current(self) -> OpenCell | None:
        """The cell on top."""
        return self._current

    @property
    def selected(self) -> int | None:
        """The chromosome selected."""
        return self._selected

    @property
    def pinned(self) -> int | None:
        """The chromosome that the selected one is compared with."""
        return self._pinned

    def open(
        self,
        classification: Classification,
        who: str = "",
        show: bool = True,
        keep: Collection[OpenCell] = (),
        case: Case | None = None,
        unkept: str = "",
    ) -> OpenCell:
        """Put a classified cell in the session, and on top.

        Classifying a cell again replaces its karyogram, but never one that a person
        has corrected: that one stays open beside the new one.

        Parameters
        ----------
        classification : Classification
        who : str
            Initials of the person who will correct.
        show : bool
            Whether it comes on top. It does so anyway where it replaces the one on top.
        keep : collection of OpenCell
            Not to be replaced: those just opened by the same run.
        case : Case, optional
            The file that keeps it, and every edit of it, from now on.
        unkept : str
            Why there is no such file.

        Raises
        ------
        CaseError
            Where the case can't be written: the cell is not opened then.
        """
        who = who if self._who is None else self._who
        cell = OpenCell(classification, propose(classification, who=who), unkept=unkept)
        others = (old.worksheet for old in self.cells if old.case is case)
        cell.worksheet = next(others, cell.worksheet) if case is None else case.worksheet
        same = [
            old
            for old in self.cells
            if identity(old.classification) == identity(classification)
            or (case is not None and old.identity == (case.path, classification.cell.name))
        ]
        if self._current in same:
            # What was typed makes the cell one that a person has worked on.
            self.fields_left.emit()
        untouched = next(
            (old for old in same if not old.karyotype.edit_count and old not in keep),
            None,
        )
        if untouched is not None:
            cell.label = untouched.label
        else:
            self._tell_apart(cell)
        if case is not None:
            before = untouched.number if untouched is not None and untouched.case is case else None
            cell.number = case.add(cell, before)
            cell.case = case
        if untouched is not None:
            self.cells[self.cells.index(untouched)] = cell
            self.let_go()
        else:
            self.cells.append(cell)
        if show or (untouched is not None and untouched is self._current):
            self.show(cell)
        else:
            self.cells_changed.emit()
        return cell

    def adopt(self, cell: OpenCell, show: bool = False) -> OpenCell:
        """Open a cell of a case as it was left; one that is open already stays.

        Parameters
        ----------
        cell : OpenCell
        show : bool
            Whether it comes on top.

        Returns
        -------
        OpenCell
            The one that is open.
        """
        there = next(
            (
                old
                for old in self.cells
                if old.case is not None
                and cell.case is not None
                and old.case.path == cell.case.path
                and old.number == cell.number
            ),
            None,
        )
        if there is None:
            there = cell
            if self._who is not None:
                cell.karyotype.who = self._who
            self._tell_apart(cell)
            # Something may have been written down while it was read.
            others = (old.worksheet for old in self.cells if old.case is cell.case)
            cell.worksheet = next(others, cell.worksheet)
            self.cells.append(cell)
            if not show:
                self.cells_changed.emit()
        if show:
            self.show(there)
        return there

    def case_at(self, path: Path) -> Case | None:
        """Return the case file of that name, where it is open here."""
        return self.cases.get(path.expanduser().resolve())

    def hold(self, case: Case) -> Case:
        """Keep a case file open until none of its cells is open any more."""
        return self.cases.setdefault(case.path, case)

    def let_go(self) -> None:
        """Close the case files of which no cell is open, and none is to come."""
        if self._left:
            self.close_cases()
        if self.busy:
            return
        used = {cell.case.path for cell in self.cells if cell.case is not None}
        for path in self.cases.keys() - used:
            self.cases.pop(path).close()

    @property
    def who(self) -> str:
        """Who edits, as was said in this window; empty where it was not."""
        return self._who or ""

    def set_who(self, who: str) -> None:
        """Say who edits from now on, in all cells, those that come later too."""
        self._who = who
        for cell in self.cells:
            cell.karyotype.who = who

    def _tell_apart(self, cell: OpenCell) -> None:
        names = {old.name for old in self.cells}
        number = 2
        while cell.name in names:
            cell.label, number = f"({number})", number + 1

    def show(self, cell: OpenCell | None) -> None:
        """Put one of the open cells on top, its first open question selected."""
        if cell is self._current and cell is not None:
            return
        self.fields_left.emit()
        if self._current is not None:
            self._current.karyotype.changed.disconnect(self._pass_on)
            self._current.asked_to_close = False
        self._current = cell
        self._selected = self._pinned = None
        if cell is not None:
            cell.karyotype.changed.connect(self._pass_on)
            self._selected = next(iter(cell.doubtful()), None)
        self.cell_changed.emit(cell)
        self.selection_changed.emit(self._selected)

    def close(self, cell: OpenCell) -> None:
        """Take a cell from the session; the next one, if any, comes on top.

        Its case file is closed with the last of its cells.
        """
        self.fields_left.emit()
        place = self.cells.index(cell)
        self.cells.remove(cell)
        self.let_go()
        if cell is self._current:
            left = self.cells[min(place, len(self.cells) - 1)] if self.cells else None
            self.show(left)
        else:
            self.cells_changed.emit()

    def close_cases(self) -> None:
        """Close all case files. Nothing has to be written."""
        while self.cases:
            self.cases.popitem()[1].close()

    def leave(self, *_: object) -> None:
        """Let the files go with the window; what a thread still brings is not taken.

        The viewer itself may live on in a variable of the person's.
        """
        self._left = True
        self.close_cases()

    def _pass_on(self, change: Change) -> None:
        if self._current is not None:
            # What was said of closing is old: there is something new to lose.
            self._current.asked_to_close = False
        verb = {"do": "", "undo": "Undone: ", "redo": "Done again: "}[change.direction]
        self.say(verb + change.edit.text)
        let_go = self._let_go_of_the_gone(change)
        self.karyotype_changed.emit(change)
        if let_go:
            self.selection_changed.emit(self._selected)

    def _let_go_of_the_gone(self, change: Change) -> bool:
        """Select what a merged or split chromosome became; return whether it was selected."""
        here = self._current.present if self._current is not None else ()
        if self._pinned is not None and self._pinned not in here:
            self._pinned = None
        if self._selected is None or self._selected in here:
            return False
        self._selected = next((one for one in change.edit.chromosomes if one in here), None)
        return True

    def select(self, index: int | None) -> None:
        """Select a chromosome; None lets go of the one selected."""
        if self._current is None:
            index = None
        if index != self._selected:
            self._selected = index
            self.selection_changed.emit(index)

    def pin(self, index: int | None) -> None:
        """Keep a chromosome for comparing it with the selected one, or no longer."""
        if self._current is None:
            index = None
        if index != self._pinned:
            self._pinned = index
            self.pinned_changed.emit(index)

    @overload
    def open_window(self, name: Literal["review"]) -> ReviewWindow: ...

    @overload
    def open_window(self, name: Literal["classify"]) -> ClassifyWindow: ...

    @overload
    def open_window(self, name: Window) -> object: ...

    def open_window(self, name: str) -> object:
        """Open one of `WINDOWS`, or bring it forward; return its dock or dialog."""
        module, function = WINDOWS[name].split(":")
        window: object = getattr(import_module(module), function)(self.viewer)
        return window

    def bring_back(self) -> None:
        """Show the karyogram where it was covered, and let it have the keys."""
        if self.view is not None:
            self.view.bring_back()

    def say(self, words: str) -> None:
        """Say a short word to the person, in the status line."""
        self.said.emit(words)


_sessions: weakref.WeakKeyDictionary[napari.Viewer, Session] = weakref.WeakKeyDictionary()


def session_of(viewer: napari.Viewer) -> Session:
    """Return the session of a viewer, making it at the first call.

    Parameters
    ----------
    viewer : napari.Viewer
        Or the proxy of it that napari hands to plugins.
    """
    bare = getattr(viewer, "__wrapped__", viewer)
    session = _sessions.get(bare)
    if session is None:
        session = _sessions[bare] = Session(bare)
        # Of a viewer without a window, its files go free with it; all is written already.
        weakref.finalize(bare, session.close_cases)
    return session


def session_with(cell: OpenCell) -> Session | None:
    """Return the session that a cell is open in, in whichever window."""
    return next((session for session in list(_sessions.values()) if cell in session.cells), None)
