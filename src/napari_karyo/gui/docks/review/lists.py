"""Compact lists that are clicked and never take the keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import QEvent, QModelIndex, Qt
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import (
    QHeaderView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
)

#: Room for the frame of a list.
_FRAME = 4


class CutAtTheEnd(QStyledItemDelegate):
    """Draws texts of which the beginning tells most, such as a karyotype.

    Cut in the middle, ``46,XX,-7,+22`` would be the karyotype of another cell.
    """

    def initStyleOption(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem | None, index: QModelIndex
    ) -> None:
        """Let three dots stand at the end."""
        super().initStyleOption(option, index)
        if option is not None:
            option.textElideMode = Qt.TextElideMode.ElideRight


def row_of(texts: Sequence[str], tip: str) -> QTreeWidgetItem:
    """Return a row of a list, with one tooltip."""
    item = QTreeWidgetItem(list(texts))
    for column in range(len(texts)):
        item.setToolTip(column, tip)
    return item


class CompactList(QTreeWidget):
    """A list as high as its rows, up to some number of them.

    Parameters
    ----------
    headings : sequence of str
        Of the columns; none are shown where all are empty.
    stretched : int
        The column that takes the room left over.
    most : int
        Rows seen without scrolling.
    """

    def __init__(self, headings: Sequence[str], stretched: int, most: int) -> None:
        super().__init__()
        self._most = most
        self.setColumnCount(len(headings))
        self.setHeaderLabels(list(headings))
        self.setHeaderHidden(not any(headings))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self.header()
        assert header is not None
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(12)
        for column in range(len(headings)):
            header.setSectionResizeMode(
                column,
                QHeaderView.ResizeMode.Stretch
                if column == stretched
                else QHeaderView.ResizeMode.ResizeToContents,
            )

    @property
    def chosen_row(self) -> int:
        """The row that is chosen, -1 where none is."""
        item = self.currentItem()
        return -1 if item is None else int(self.indexOfTopLevelItem(item))

    def changeEvent(self, a0: QEvent | None) -> None:  # noqa: N802 - Qt's name
        """Measure the rows again at another font or theme."""
        super().changeEvent(a0)
        if a0 is not None and a0.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.fit_rows()

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Measure the rows as they are shown: before, they have no style yet."""
        super().showEvent(a0)
        self.fit_rows()

    def fit_rows(self) -> None:
        """Be as high as the rows, once they are there."""
        rows = min(max(self.topLevelItemCount(), 1), self._most)
        high = self.sizeHintForRow(0) if self.topLevelItemCount() else 18
        header = self.header()
        top = 0 if header is None or self.isHeaderHidden() else header.sizeHint().height()
        wanted = top + rows * high + _FRAME
        if self.minimumHeight() != wanted or self.maximumHeight() != wanted:
            self.setFixedHeight(wanted)
