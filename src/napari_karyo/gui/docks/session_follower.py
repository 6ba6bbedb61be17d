"""What shows all cells of a patient follows their edits, and can put one of them on top.

What edits ask waits a moment, so that a move in the karyogram never waits for it.
"""

from __future__ import annotations

import weakref
from typing import Final

from qtpy.QtCore import QTimer
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QWidget

from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.widgets import while_alive
from napari_karyo.karyotype import Karyotype

#: Milliseconds that edits wait, so that a flurry of them costs one drawing.
WAIT: Final = 150


class SessionFollower(QWidget):
    """A widget that shows what all cells of a patient hold, and follows their edits."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._watched: weakref.WeakSet[Karyotype] = weakref.WeakSet()
        self._stale = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._catch_up)
        # psygnal holds bound methods weakly: a closed widget is let go.
        session.cells_changed.connect(self._on_cells)
        session.cell_changed.connect(self._on_cells)
        session.worksheet_changed.connect(self.follow)
        self._watch()

    def refresh(self) -> None:
        """Show how things stand now."""
        raise NotImplementedError

    @while_alive
    def follow(self, *_: object) -> None:
        """Refresh in a moment, or when the widget is seen again."""
        self._stale = True
        # Not started anew by the next edit: a long flurry is followed too.
        if self.isVisible() and not self._timer.isActive():
            self._timer.start(WAIT)

    @while_alive
    def _on_cells(self, *_: object) -> None:
        self._watch()
        self.follow()

    def _watch(self) -> None:
        """Hear of the edits of every cell: those below the top are edited from Python."""
        for cell in self.session.cells:
            if cell.karyotype not in self._watched:
                self._watched.add(cell.karyotype)
                cell.karyotype.changed.connect(self.follow)

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Show how things stand, where they changed while nobody looked."""
        super().showEvent(a0)
        if self._stale:
            self._timer.start(0)

    def _catch_up(self) -> None:
        if self._stale and self.isVisible():
            self._stale = False
            self.refresh()


def show_cell(session: Session, cell: OpenCell, index: int | None = None) -> None:
    """Put a cell on top, a chromosome of it selected, and let the karyogram have the keys."""
    session.show(cell)
    if index is None or index in cell.present:
        session.select(index)
    session.bring_back()
