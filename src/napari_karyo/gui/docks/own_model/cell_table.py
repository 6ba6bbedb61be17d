"""The cells of some case files, each of which can be left out or taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QTreeWidgetItem

from napari_karyo.counted import listed
from napari_karyo.gui.docks.review.lists import CompactList
from napari_karyo.gui.widgets import block
from napari_karyo.own_model.collection import CellKey, CollectedCell, Collection

_HEADINGS: Final = ("", "Patient", "Cell", "Crops", "By", "Signed", "Agrees", "Taken")
_BOX, _PATIENT, _CELL, _CROPS, _BY, _SIGNED, _AGREES, _TAKEN = range(8)
#: Of names; tooltips, and the words below, say all in full.
_WIDEST: Final = 84
#: Of the cells that are left out for one reason.
_MOST_NAMED: Final = 5


class CellTable(CompactList):
    """The cells of a collection, one a line, with a box to be ticked."""

    switched = Signal(object, bool)
    """A person takes a cell, or leaves it out: its key, and whether it is taken."""
    looked_at = Signal(object)
    """Another line is chosen: its cell."""

    def __init__(self) -> None:
        super().__init__(_HEADINGS, stretched=_TAKEN, most=12)
        self._cells: tuple[CollectedCell, ...] = ()
        # napari's styles draw no empty box in a list.
        self.setStyleSheet("::indicator:unchecked { border: 1px solid gray; }")
        self.itemChanged.connect(self._on_changed)
        self.currentItemChanged.connect(self._on_current)

    def sizeHintForColumn(self, column: int) -> int:  # noqa: N802 - Qt's name
        """Return how wide a column is to be."""
        return min(int(super().sizeHintForColumn(column)), _WIDEST)

    def show_cells(self, collection: Collection) -> None:
        """List the cells of a collection; the line that was chosen stays chosen."""
        before = self.chosen_key
        same = [cell.key for cell in self._cells] == [cell.key for cell in collection.cells]
        self._cells = collection.cells
        with block(self):
            if same:
                # A click on a box is still being heard: its line must not go away beneath it.
                for place, cell in enumerate(self._cells):
                    item = self.topLevelItem(place)
                    if item is not None:
                        _fill(item, cell)
                return
            self.clear()
            for cell in self._cells:
                item = QTreeWidgetItem()
                _fill(item, cell)
                self.addTopLevelItem(item)
                if cell.key == before:
                    self.setCurrentItem(item)
        self.fit_rows()

    @property
    def chosen_key(self) -> CellKey | None:
        """The cell of the line that is chosen."""
        place = self.chosen_row
        return self._cells[place].key if 0 <= place < len(self._cells) else None

    def item_of(self, key: CellKey) -> QTreeWidgetItem | None:
        """Return the line of a cell."""
        place = next((n for n, cell in enumerate(self._cells) if cell.key == key), -1)
        return self.topLevelItem(place)

    def _on_changed(self, item: QTreeWidgetItem, column: int) -> None:
        place = self.indexOfTopLevelItem(item)
        if column == _BOX and 0 <= place < len(self._cells):
            taken = item.checkState(_BOX) == Qt.CheckState.Checked
            self.switched.emit(self._cells[place].key, taken)

    def _on_current(self, item: QTreeWidgetItem | None, *_: object) -> None:
        place = self.indexOfTopLevelItem(item) if item is not None else -1
        if 0 <= place < len(self._cells):
            self.looked_at.emit(self._cells[place])


def _fill(item: QTreeWidgetItem, cell: CollectedCell) -> None:
    agreement = cell.agreement
    texts = (
        "",
        cell.patient,
        cell.name,
        str(len(cell.crops)) if cell.crops else "",
        ", ".join(cell.reviewed_by),
        "" if cell.since is None else f"{cell.since.astimezone():%Y-%m-%d}",
        "" if agreement is None else f"{agreement:.0%}",
        "yes" if cell.included else "no",
    )
    words = in_full(cell)
    for column, text in enumerate(texts):
        item.setText(column, text)
        item.setToolTip(column, words)
        if not cell.included and not cell.can_be_taken:
            item.setForeground(column, Qt.GlobalColor.gray)
    for column in (_CROPS, _AGREES):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
    if cell.included or cell.can_be_taken:
        flags |= Qt.ItemFlag.ItemIsUserCheckable
        state = Qt.CheckState.Checked if cell.included else Qt.CheckState.Unchecked
        item.setCheckState(_BOX, state)
    item.setFlags(flags)


def in_full(cell: CollectedCell) -> str:
    """Return what there is to say of a cell, in plain words."""
    lines = [f"{cell.patient}, {cell.name} ({cell.case.name})"]
    if not cell.included:
        lines.append(f"Left out: {cell.why_not}")
        if cell.can_be_taken:
            lines.append("Tick it to take it all the same.")
    if cell.left_out_chromosomes:
        lines.append(f"Without {cell.left_out_words}.")
    if cell.model:
        lines.append(f"Classified by the model {Path(cell.model).name}.")
    return "\n".join(lines)


def reasons(collection: Collection) -> list[str]:
    """Return why cells are left out, those of the same reason together."""
    names: dict[str, list[str]] = {}
    for cell in collection.cells:
        if not cell.included:
            names.setdefault(cell.why_not, []).append(f"{cell.patient}/{cell.name}")
    return [f"{listed(some, _MOST_NAMED)}: {why}" for why, some in names.items()]
