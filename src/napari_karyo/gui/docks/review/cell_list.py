"""The cells in the session with their state, one a line."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QTreeWidgetItem

from napari_karyo.gui.docks.review.lists import CompactList, CutAtTheEnd
from napari_karyo.gui.docks.review.words import state_short, state_words, waiting_signs
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.widgets import block

_HEADINGS = ("Cell", "n", "Karyotype", "Left", "State")

_KARYOTYPE, _STATE = 2, 4
#: Of the name and of the state: the karyotype takes the rest. Tooltips say all in full.
_WIDEST = 76


class CellList(CompactList):
    """The open cells; one that is clicked comes on top."""

    def __init__(self, session: Session) -> None:
        super().__init__(_HEADINGS, stretched=_KARYOTYPE, most=5)
        self._session = session
        self._cut = CutAtTheEnd(self)
        for column in (_KARYOTYPE, _STATE):
            self.setItemDelegateForColumn(column, self._cut)
        self.itemClicked.connect(self._show)

    def sizeHintForColumn(self, column: int) -> int:  # noqa: N802 - Qt's name
        """Return how wide a column is to be."""
        return min(int(super().sizeHintForColumn(column)), _WIDEST)

    def count(self) -> int:
        """Return how many cells are listed."""
        return int(self.topLevelItemCount())

    @property
    def row(self) -> int:
        """The row of the cell on top, -1 where there is none."""
        return int(self.indexOfTopLevelItem(self.currentItem()))

    def _show(self, item: QTreeWidgetItem) -> None:
        place = self.indexOfTopLevelItem(item)
        if 0 <= place < len(self._session.cells):
            self._session.show(self._session.cells[place])
            self._session.bring_back()

    def show_cells(self) -> None:
        """List the cells anew; hidden where there is one or none."""
        with block(self):
            self.clear()
            for cell in self._session.cells:
                item = QTreeWidgetItem()
                _fill(item, cell)
                self.addTopLevelItem(item)
        self.fit_rows()
        self.setVisible(self.count() > 1)
        self.follow()

    def follow(self) -> None:
        """Show the cell on top as it is now."""
        cell = self._session.current
        if cell is None or self.isHidden():
            return
        item = self.topLevelItem(self._session.cells.index(cell))
        if item is not None:
            _fill(item, cell)
            self.setCurrentItem(item)
            self.scrollToItem(item)


def _fill(item: QTreeWidgetItem, cell: OpenCell) -> None:
    numbers = cell.numbers
    words = state_words(cell)
    texts = (
        cell.name,
        str(numbers.placed + numbers.markers),
        ("✎ " if cell.karyotype.iscn_by_hand else "") + cell.karyotype.iscn_words,
        waiting_signs(cell),
        state_short(cell),
    )
    for column, text in enumerate(texts):
        if item.text(column) != text:
            item.setText(column, text)
        item.setToolTip(column, words)
    item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
