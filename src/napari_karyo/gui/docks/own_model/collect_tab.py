"""Collecting: which case files, which of their cells, and what they are enough for."""

from __future__ import annotations

import logging
from html import escape
from pathlib import Path
from typing import Any, Final

from napari.utils.notifications import show_info
from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from superqt.utils import WorkerBase

from napari_karyo.case import SUFFIX
from napari_karyo.gui.docks.own_model.cell_table import CellTable, in_full, reasons
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.session.worker import weakly, worker_for
from napari_karyo.gui.widgets import quiet, rich, while_alive, wrapped_label
from napari_karyo.own_model.checking import faults_of
from napari_karyo.own_model.collecting import collect
from napari_karyo.own_model.collection import CellKey, CollectedCell, Collection

_log = logging.getLogger(__name__)

_NOTHING: Final = (
    "Choose case files of cells that were corrected and signed as reviewed, or folders of "
    "them. They are only read."
)
#: Classes of a line of the grid.
_ACROSS: Final = 12
#: Named of what was chosen, and of what could not be read.
_MOST: Final = 4


class CollectTab(QWidget):
    """What there is to learn from."""

    collected = Signal(object)
    """Other cells are taken: the collection."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.paths: list[Path] = []
        self.found: Collection | None = None
        self.worker: WorkerBase | None = None
        self.dialog: QFileDialog | None = None
        self._left_out: set[CellKey] = set()
        self._taken: set[CellKey] = set()
        self._again = False
        self.files = quiet(QPushButton("Add case files..."))
        self.folder = quiet(QPushButton("Add folder..."))
        self.opened = quiet(QPushButton("Add open cases"))
        self.forget = quiet(QPushButton("Forget all"))
        self.files.setToolTip("Case files (.karyo) in which cells were corrected and signed")
        self.folder.setToolTip("A folder in which case files are sought, however deep")
        self.opened.setToolTip("The cases that are open in this window, as they stand now")
        self.forget.setToolTip("Choose anew; nothing is removed from the disk")
        self.chosen, self.said = wrapped_label(), wrapped_label(rich(_NOTHING))
        self.table = CellTable()
        self.details, self.there = wrapped_label(), wrapped_label()
        self.classes, self.faults = wrapped_label(), wrapped_label()
        self.why_not = wrapped_label()
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        for widgets in ((self.files, self.folder), (self.opened, self.forget)):
            row = QHBoxLayout()
            for widget in widgets:
                row.addWidget(widget, 1)
            column.addLayout(row)
        for part in (self.chosen, self.said, self.table, self.details):
            column.addWidget(part)
        for part in (self.there, self.classes, self.faults, self.why_not):
            column.addWidget(part)
        column.addStretch(1)
        self.files.clicked.connect(self.ask_files)
        self.folder.clicked.connect(self.ask_folder)
        self.opened.clicked.connect(self.add_open)
        self.forget.clicked.connect(self.forget_all)
        self.table.switched.connect(self._on_switched)
        self.table.looked_at.connect(self._on_looked_at)
        self._show()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a width in which the table is read."""
        return QSize(520, super().sizeHint().height())

    @property
    def collection(self) -> Collection | None:
        """The cells as the person wants them; None before anything was read."""
        if self.found is None:
            return None
        return self.found.taking(self._taken).without(self._left_out)

    # -- what is chosen -----------------------------------------------------------------

    def ask_files(self) -> None:
        """Ask for case files; the window stays usable behind the question."""
        dialog = self._dialog("Case files")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(f"Cases (*{SUFFIX})")
        dialog.show()

    def ask_folder(self) -> None:
        """Ask for a folder of case files."""
        dialog = self._dialog("Folder of case files")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
        dialog.show()

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self.window(), title)
        dialog.setModal(False)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self.add)
        self.destroyed.connect(dialog.close)
        self.dialog = dialog
        return dialog

    def add_open(self) -> None:
        """Add the cases that are open in this window."""
        self.session.fields_left.emit()
        if not self.session.cases:
            show_info("No case is open in this window.")
            return
        self.add(list(self.session.cases))

    @while_alive
    def add(self, paths: list[Any]) -> None:
        """Add case files and folders, and read all anew: they may have been worked on."""
        for path in map(Path, paths):
            if path not in self.paths:
                self.paths.append(path)
        self.read()

    def forget_all(self) -> None:
        """Choose anew."""
        self.paths.clear()
        self._left_out.clear()
        self._taken.clear()
        self.found = None
        self._again = False
        self.said.setText(rich(_NOTHING))
        self._show()
        self.collected.emit(None)

    def read(self) -> None:
        """Read the cells in a thread; asked for while it reads, once more afterwards."""
        if self.worker is not None:
            self._again = True
            return
        if not self.paths:
            return
        self.worker = worker_for(
            self.session,
            collect,
            list(self.paths),
            returned=weakly(self._on_found),
            failed=weakly(self._on_failed),
            unforeseen=lambda error: f"The cases could not be read: {error}",
            log=_log,
            finished=weakly(self._on_end),
        )
        self.said.setText("Reading...")
        self.worker.start()

    @while_alive
    def _on_found(self, found: Collection) -> None:
        # What was forgotten meanwhile is not wanted any more.
        if not self.paths:
            return
        self.found = found
        lines = [f"{path.name}: {why}" for path, why in found.faults]
        if len(lines) > _MOST:
            lines[_MOST:] = [f"... and {len(lines) - _MOST} more could not be read."]
        self.said.setText("<br/>".join(map(rich, lines)))
        self._show()
        self.collected.emit(self.collection)

    @while_alive
    def _on_failed(self, words: str) -> None:
        self.said.setText(rich(words))

    @while_alive
    def _on_end(self) -> None:
        self.worker = None
        if self._again:
            self._again = False
            self.read()

    # -- which of them --------------------------------------------------------------------

    def _on_switched(self, key: CellKey, taken: bool) -> None:
        self._left_out.discard(key)
        self._taken.discard(key)
        (self._taken if taken else self._left_out).add(key)
        self._show()
        self.collected.emit(self.collection)

    def _on_looked_at(self, cell: CollectedCell) -> None:
        self.details.setText("<br/>".join(map(rich, in_full(cell).splitlines())))
        self.details.show()

    def _show(self) -> None:
        """Show the cells, what they are together, and what speaks against training."""
        names = [path.name + ("" if path.suffix == SUFFIX else "/") for path in self.paths]
        if len(names) > _MOST:
            names[_MOST:] = [f"and {len(names) - _MOST} more"]
        self.chosen.setText(rich("From " + ", ".join(names)) if names else "")
        self.forget.setEnabled(bool(self.paths))
        collection = self.collection
        parts = (self.table, self.there, self.classes, self.faults, self.why_not)
        for part in parts:
            part.setVisible(collection is not None)
        self.chosen.setVisible(bool(names))
        self.said.setVisible(bool(self.said.text()))
        if collection is None:
            self.details.hide()
            return
        self.table.show_cells(collection)
        cell = next((one for one in collection.cells if one.key == self.table.chosen_key), None)
        self.details.setVisible(cell is not None)
        if cell is not None:
            self._on_looked_at(cell)
        self.there.setText(f"<b>{rich(collection.told())}</b>")
        self.classes.setText(grid_of(collection.per_class) if collection.used else "")
        left_out = reasons(collection)
        if len(left_out) > _MOST:
            left_out[_MOST:] = ["... and others: click on a line to read why."]
        self.why_not.setText("<br/>".join(["<b>Left out</b>", *map(rich, left_out)]))
        self.why_not.setVisible(bool(left_out))
        self.faults.setText(
            "<br/>".join(
                f"{'<b>Not yet:</b>' if fault.prevents else 'Note:'} {rich(str(fault))}"
                for fault in faults_of(collection)
            )
        )
        self.faults.setVisible(bool(self.faults.text()))


def grid_of(numbers: dict[str, int]) -> str:
    """Return how many crops of each class there are, as rows of a table."""
    names = list(numbers)
    rows = []
    for start in range(0, len(names), _ACROSS):
        part = names[start : start + _ACROSS]
        heads = "".join(f"<th align='center'>{escape(name)}</th>" for name in part)
        cells = "".join(
            f"<td align='center'>{numbers[name] or '<b>none</b>'}</td>" for name in part
        )
        rows.append(f"<tr><td>class</td>{heads}</tr><tr><td>crops</td>{cells}</tr>")
    return f"<table cellspacing='0' cellpadding='3'>{''.join(rows)}</table>"
