"""What was done to a cell, edit by edit, to go back to any of it."""

from __future__ import annotations

import weakref
from bisect import bisect_left
from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtGui import QBrush
from qtpy.QtWidgets import QPushButton, QTreeWidgetItem, QVBoxLayout, QWidget

from napari_karyo.gui.actions import attempt
from napari_karyo.gui.docks.review.lists import CompactList, row_of
from napari_karyo.gui.docks.review.words import local
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.widgets import quiet
from napari_karyo.karyotype import Edit

_HERE = "▶"
_FIRST = "as the program proposed it"


class HistoryList(QWidget):
    """All edits, undone ones too; a double click goes there."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        #: What is listed below the first row, and of which cell.
        self._listed: list[Edit] = []
        self._cell: Callable[[], OpenCell | None] = lambda: None
        #: The row of the last edit that was done.
        self._here = -1
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.rows = CompactList(("", "When", "Who", "What"), stretched=3, most=9)
        self.rows.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.button = quiet(
            QPushButton("Go to the chosen one"),
            "Undo or redo all that lies between; a double click does the same",
            self._go_to_chosen,
        )
        column.addWidget(self.rows)
        column.addWidget(self.button)
        self.rows.itemDoubleClicked.connect(self._go)

    def _go_to_chosen(self) -> None:
        item = self.rows.currentItem()
        if item is not None:
            self._go(item)

    def _go(self, item: QTreeWidgetItem, _column: int = 0) -> None:
        cell, edits = self._session.current, self.rows.indexOfTopLevelItem(item)
        if cell is not None:
            attempt(self._session, lambda: cell.karyotype.go_to(edits))

    def show_history(self) -> None:
        """List the edits of the current cell; what is listed already stays as it is.

        An edit changes the end of a history only: so the row of the last edit that is
        still there is looked for, and nothing before it is visited.
        """
        cell = self._session.current
        karyotype = None if cell is None else cell.karyotype
        number = 0 if karyotype is None else karyotype.edit_count
        done = 0 if karyotype is None else karyotype.done_count
        listed = self._listed
        anew = cell is not self._cell() or self._here < 0
        if anew:
            self._cell = (lambda: None) if cell is None else weakref.ref(cell)
            self.rows.clear()
            self.rows.addTopLevelItem(QTreeWidgetItem([_HERE, "", "", _FIRST]))
            self._here = 0
            listed.clear()
        kept = 0
        if karyotype is not None:
            kept = bisect_left(
                range(min(len(listed), number)),
                True,
                key=lambda place: listed[place] is not karyotype.edit_at(place),
            )
        if not anew and (kept, number, done) == (len(listed), len(listed), self._here):
            return
        for place in range(len(listed), kept, -1):
            self.rows.takeTopLevelItem(place)
        del listed[kept:]
        here, self._here = min(self._here, kept), done
        if karyotype is not None:
            listed += [karyotype.edit_at(place) for place in range(kept, number)]
            self.rows.addTopLevelItems([_item(edit) for edit in listed[kept:]])
        changed = {*range(min(here, done), max(here, done) + 1), *range(kept + 1, number + 1)}
        for place in changed:
            self._mark(self.rows.topLevelItem(place), place)
        self.rows.fit_rows()
        item = self.rows.topLevelItem(done)
        self.rows.setCurrentItem(item)
        self.rows.scrollToItem(item)
        self.button.setEnabled(number > 0)

    def _mark(self, item: QTreeWidgetItem | None, place: int) -> None:
        """Show whether an edit was done, was undone, or is the last one that was done."""
        if item is None:
            return
        item.setText(0, _HERE if place == self._here else "")
        undone = place > self._here
        font = item.font(3)
        font.setItalic(undone)
        faint = self.palette().color(self.palette().ColorRole.PlaceholderText)
        for column in range(4):
            item.setData(column, Qt.ItemDataRole.FontRole, font if undone else None)
            item.setData(column, Qt.ItemDataRole.ForegroundRole, QBrush(faint) if undone else None)
        if place:
            words = _tip(self._listed[place - 1])
            item.setToolTip(3, f"{words}\nundone" if undone else words)


def _item(edit: Edit) -> QTreeWidgetItem:
    return row_of(["", local(edit.time), edit.who, edit.text], _tip(edit))


def _tip(edit: Edit) -> str:
    by = f" by {edit.who}" if edit.who else ""
    return f"{edit.text}\n{local(edit.time, always_day=True)}{by}"
