"""What was done to a cell, edit by edit, to go back to any of it."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtGui import QBrush
from qtpy.QtWidgets import QPushButton, QTreeWidgetItem, QVBoxLayout, QWidget

from napari_karyo.gui.actions import attempt
from napari_karyo.gui.desk import Desk
from napari_karyo.gui.review.buttons import quiet
from napari_karyo.gui.review.lists import CompactList
from napari_karyo.gui.review.words import local
from napari_karyo.karyotype import Edit

_HERE = "▶"


class HistoryList(QWidget):
    """All edits, undone ones too; a double click goes there.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._listed: tuple[object, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.rows = CompactList(("", "When", "Who", "What"), stretched=3, most=9)
        self.rows.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.button = quiet(QPushButton("Go to the chosen one"))
        self.button.setToolTip("Undo or redo all that lies between; a double click does the same")
        column.addWidget(self.rows)
        column.addWidget(self.button)
        self.rows.itemDoubleClicked.connect(self._go)
        self.button.clicked.connect(self._go_to_chosen)

    def _go_to_chosen(self) -> None:
        item = self.rows.currentItem()
        if item is not None:
            self._go(item)

    def _go(self, item: QTreeWidgetItem, _column: int = 0) -> None:
        cell, edits = self._desk.current, self.rows.indexOfTopLevelItem(item)
        if cell is not None:
            attempt(self._desk, lambda: cell.karyotype.go_to(edits))

    def show_history(self) -> None:
        """List the edits of the current cell, where they are others than listed."""
        cell = self._desk.current
        done = () if cell is None else cell.karyotype.history
        undone = () if cell is None else cell.karyotype.undone
        listed = (cell, len(done), *(id(edit) for edit in (*done, *undone)))
        if listed == self._listed:
            return
        self._listed = listed
        self.rows.clear()
        first = QTreeWidgetItem(["", "", "", "as the program proposed it"])
        items = [first, *(_item(edit) for edit in (*done, *undone))]
        items[len(done)].setText(0, _HERE)
        faint = QBrush(self.palette().color(self.palette().ColorRole.PlaceholderText))
        for item in items[len(done) + 1 :]:
            font = item.font(3)
            font.setItalic(True)
            for column in range(4):
                item.setForeground(column, faint)
                item.setFont(column, font)
            item.setToolTip(3, f"{item.toolTip(3)}\nundone")
        self.rows.addTopLevelItems(items)
        self.rows.fit_rows()
        self.rows.setCurrentItem(items[len(done)])
        self.rows.scrollToItem(items[len(done)])
        self.button.setEnabled(len(items) > 1)


def _item(edit: Edit) -> QTreeWidgetItem:
    item = QTreeWidgetItem(["", local(edit.time), edit.who, edit.text])
    when = local(edit.time, always_day=True)
    by = f" by {edit.who}" if edit.who else ""
    for column in range(4):
        item.setToolTip(column, f"{edit.text}\n{when}{by}")
    return item
