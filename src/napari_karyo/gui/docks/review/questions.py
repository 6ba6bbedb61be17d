"""The open questions of a cell as a list: the doubtful first, then those to look at."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtGui import QBrush, QColor
from qtpy.QtWidgets import QTreeWidgetItem

from napari_karyo.gui import actions
from napari_karyo.gui.docks.chromosome_card import WORDS
from napari_karyo.gui.docks.review.lists import CompactList, row_of
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session
from napari_karyo.ideogram.compare import percent
from napari_karyo.inference.confidence import Light
from napari_karyo.karyogram.lights import LIGHT_COLOURS, LIGHT_SIGNS
from napari_karyo.karyotype import slot_words

_INDEX = Qt.ItemDataRole.UserRole


class Questions(CompactList):
    """The chromosomes that want a look; one that is clicked is selected."""

    def __init__(self, session: Session) -> None:
        super().__init__(("", "", "", ""), stretched=2, most=5)
        self._session = session
        self.setToolTip("What wants a look, the least certain first")
        self.itemClicked.connect(self._take)

    def _take(self, item: QTreeWidgetItem) -> None:
        self._session.bring_back()
        self._session.select(item.data(0, _INDEX))

    def show_cell(self, cell: OpenCell | None) -> None:
        """List what wants a look in a cell; hidden where nothing does."""
        waiting = [] if cell is None else cell.doubtful()
        self.clear()
        if cell is not None:
            shown, lights, hiding = cell.shown_lights(), cell.lights(), cell.hiding()
            items = []
            for one in waiting:
                own = cell.classification.predicted[one]
                slot = cell.karyotype.slot_of(one)
                where = slot_words(slot)
                said = "its own choice" if own == slot else f"the model alone: {own}"
                share = percent(cell.confidence(one))
                if one in hiding:
                    said = "another hidden in it?"
                if lights[one] is Light.UNKNOWN:
                    # A probability of what it has never seen would only mislead.
                    said, share = "unlike what it knows", ""
                words = f"{actions.name_of(cell, one)}: {WORDS[lights[one]]}"
                item = row_of([LIGHT_SIGNS[shown[one]], f"in {where}", said, share], words)
                item.setData(0, _INDEX, one)
                item.setBackground(0, QBrush(QColor(LIGHT_COLOURS[shown[one]])))
                item.setForeground(0, QBrush(QColor("black")))
                item.setTextAlignment(0, Qt.AlignmentFlag.AlignCenter)
                items.append(item)
            self.addTopLevelItems(items)
        self.fit_rows()
        self.setVisible(bool(waiting))
        self.follow(self._session.selected)

    def follow(self, index: int | None) -> None:
        """Mark the selected chromosome, where it is one of them."""
        for row in range(self.topLevelItemCount()):
            item = self.topLevelItem(row)
            if item is not None and item.data(0, _INDEX) == index:
                self.setCurrentItem(item)
                return
        self.setCurrentItem(None)
