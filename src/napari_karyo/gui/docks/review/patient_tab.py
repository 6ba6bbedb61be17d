"""The patient's tab: progress, the karyotype drawn from all cells, clones and counts.

It shows what `patient.summarize` says of the cells in the session and keeps nothing; goals
are kept in the case's worksheet.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QColor, QFont, QFontMetrics
from qtpy.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from napari_karyo.errors import KaryoError
from napari_karyo.goals import Goals
from napari_karyo.gui.actions import attempt
from napari_karyo.gui.docks.gallery_dock import GALLERY, open_gallery
from napari_karyo.gui.docks.review.patient_words import (
    ALL,
    ROWS,
    WORK,
    change_words,
    clone_words,
    entry,
    iscn_words,
    short_names,
)
from napari_karyo.gui.docks.session_follower import SessionFollower, show_cell
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.patients import of_one_patient, write_worksheet
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.widgets import block, free_keyboard, quiet, rich, while_alive, wrapped_label
from napari_karyo.inference.confidence import Light
from napari_karyo.karyogram.lights import LIGHT_COLOURS
from napari_karyo.karyotype import CELL_MARKS
from napari_karyo.patient import CountingProgress, Summary, neoplasm_words, summarize
from napari_karyo.worksheet import CaseWorksheet

#: Black on it is read in every theme.
_ODD: Final = QColor(LIGHT_COLOURS[Light.LOOK])


class PatientTab(SessionFollower):
    """What the cells of one patient say together."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.shown: list[OpenCell] = []
        self.found: Summary = summarize([])
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        self._add_progress(column)
        self.iscn = wrapped_label()
        self.iscn.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.basis = wrapped_label()
        self.mosaic = quiet(
            QCheckBox("Constitutional mosaic (mos)"),
            "Clones are there from birth: written with mos, the largest first. "
            "Without it they are written like those of a tumour.",
            self._set_mosaic,
        )
        self.clones = wrapped_label()
        self.changes = wrapped_label()
        self.button = quiet(
            QPushButton(f"{GALLERY}..."),
            "Show the chromosomes of one class of all cells side by side",
            self._open_gallery,
        )
        self.table = _table()
        self.table.cellClicked.connect(self._on_item)
        across, down = self.table.horizontalHeader(), self.table.verticalHeader()
        assert across is not None
        assert down is not None
        across.sectionClicked.connect(self._on_column)
        down.sectionClicked.connect(self._on_row)
        for widget in (self.iscn, self.basis, self.mosaic, self.clones, self.changes):
            column.addWidget(widget)
        column.addWidget(self.button)
        column.addWidget(self.table, 1)

    def _add_progress(self, column: QVBoxLayout) -> None:
        grid = QGridLayout()
        self.bars: dict[str, QProgressBar] = {}
        self.marks: dict[str, QCheckBox] = {}
        for row, mark in enumerate(CELL_MARKS):
            bar = QProgressBar()
            bar.setMinimumWidth(140)
            tip = f"Mark the cell on top as {mark}, or take the mark back"
            box = quiet(QCheckBox("this cell"), tip, self._mark)
            box.setObjectName(mark)
            grid.addWidget(bar, row, 0)
            grid.addWidget(box, row, 1)
            self.bars[mark], self.marks[mark] = bar, box
        self.goals = QLineEdit()
        self.goals.setMaximumWidth(90)
        self.goals.setToolTip("Cells to count, to analyse and to karyotype, such as 20/5/2")
        self.goals.editingFinished.connect(self._set_goals)
        goals = QHBoxLayout()
        goals.addWidget(QLabel("Goals"))
        goals.addWidget(self.goals)
        goals.addStretch(1)
        grid.addLayout(goals, len(CELL_MARKS), 0, 1, 2)
        grid.setColumnStretch(0, 1)
        column.addLayout(grid)

    # -- from the person ----------------------------------------------------------

    def _set_goals(self) -> None:
        # Qt says so when the field is left too, with nothing written.
        if self.goals.text() == self.found.progress.goals.text:
            return
        sheet = self._worksheet
        try:
            goals = Goals.parse(self.goals.text() or sheet.usual_goals.text)
            # Who writes what is usual follows the guideline again.
            own = "" if goals == sheet.usual_goals else goals.text
            write_worksheet(self.session, replace(sheet, goals=own))
        except KaryoError as error:
            self.session.say(str(error))
        self.follow_now()
        free_keyboard()

    def _set_mosaic(self, mosaic: bool) -> None:
        wanted = replace(self._worksheet, mosaic="yes" if mosaic else "no")
        attempt(self.session, lambda: write_worksheet(self.session, wanted))
        self.follow_now()

    @property
    def _worksheet(self) -> CaseWorksheet:
        cell = self.session.current
        return CaseWorksheet() if cell is None else cell.worksheet

    def _mark(self, on: bool) -> None:
        box, cell = self.sender(), self.session.current
        if cell is None or not isinstance(box, QCheckBox):
            return
        attempt(self.session, lambda: cell.karyotype.mark(box.objectName(), on))
        self.follow_now()

    def _open_gallery(self) -> None:
        open_gallery(self.session.viewer)

    def _on_item(self, row: int, _column: int) -> None:
        self._on_row(row)

    def _on_row(self, row: int) -> None:
        if ROWS[row] not in (WORK, ALL):
            open_gallery(self.session.viewer, ROWS[row])

    def _on_column(self, column: int) -> None:
        # The cell may have been closed a moment ago.
        if column < len(self.shown) and self.shown[column] in self.session.cells:
            show_cell(self.session, self.shown[column])

    # -- from the session ------------------------------------------------------------

    def follow_now(self) -> None:
        """Show how things stand, without waiting."""
        self.follow()
        self._catch_up()

    @while_alive
    def refresh(self) -> None:
        """Show how things stand now."""
        self.shown = of_one_patient(self.session, self.session.current)
        sheet = self._worksheet
        mosaic = sheet.is_mosaic
        self.found = found = summarize(self.shown, sheet.wanted, mosaic=mosaic)
        self._show_progress(found.progress)
        self.iscn.setText(iscn_words(found))
        self.basis.setText(rich(found.basis))
        self.mosaic.setVisible(len(found.finding.clones) > 1)
        with block(self.mosaic):
            self.mosaic.setChecked(mosaic)
        self.clones.setText(clone_words(found))
        self.clones.setVisible(len(found.finding.clones) > 1)
        neoplasm = neoplasm_words(found) if sheet.guideline.each_clone else ()
        self.changes.setText("<br>".join([change_words(found), *map(rich, neoplasm)]))
        self.button.setEnabled(bool(self.shown))
        self._fill_table(found)

    def _show_progress(self, progress: CountingProgress) -> None:
        for mark, done, goal in progress.steps:
            bar = self.bars[mark]
            bar.setRange(0, max(goal, 1))
            bar.setValue(min(done, goal) if goal else 1)
            bar.setFormat(f"{mark} {done} of {goal}" + (" ✓" if done >= goal else ""))
        if not self.goals.hasFocus():
            with block(self.goals):
                self.goals.setText(progress.goals.text)
        cell = self.session.current
        for mark, box in self.marks.items():
            box.setEnabled(cell is not None)
            with block(box):
                box.setChecked(cell is not None and mark in cell.karyotype.state.marks)

    def _fill_table(self, found: Summary) -> None:
        table = self.table
        table.setUpdatesEnabled(False)
        table.setColumnCount(len(found.names))
        plain, bold = table.font(), table.font()
        bold.setBold(True)
        letters = QFontMetrics(bold)
        # What is as it was is left alone: a hundred cells have thousands of entries.
        for column, short in enumerate(short_names(found.names)):
            counts = column in found.used
            head = table.horizontalHeaderItem(column)
            if head is None:
                head = QTableWidgetItem()
                table.setHorizontalHeaderItem(column, head)
            head.setText(short if counts else f"({short})")
            left_out = "" if counts else "\nDoes not count here"
            iscn = self.shown[column].karyotype.iscn_words
            head.setToolTip(f"{found.names[column]}\n{iscn}{left_out}")
            on_top = self.shown[column] is self.session.current
            if head.font().bold() != on_top:
                head.setFont(bold if on_top else plain)
            wide = max(letters.horizontalAdvance(word) for word in (head.text(), "46+")) + 14
            if table.columnWidth(column) != wide:
                table.setColumnWidth(column, wide)
            marks = self.shown[column].karyotype.state.marks
            for row, name in enumerate(ROWS):
                item = table.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                    table.setItem(row, column, item)
                text, odd, tip = entry(found, column, name, marks)
                item.setText(text)
                item.setToolTip(tip)
                if (item.data(Qt.ItemDataRole.BackgroundRole) is not None) != odd:
                    _highlight(item, bold if odd else None)
        table.setUpdatesEnabled(True)
        # The line of names came with the first cell.
        table.updateGeometry()


def _highlight(item: QTableWidgetItem, font: QFont | None) -> None:
    """Make an entry stand out, in a font; without one give it the theme's own look again."""
    for role, value in (
        (Qt.ItemDataRole.BackgroundRole, _ODD),
        (Qt.ItemDataRole.ForegroundRole, QColor("black")),
        (Qt.ItemDataRole.FontRole, font),
    ):
        item.setData(role, None if font is None else value)


class _Table(QTableWidget):
    """A table that is as tall as its rows: the tab around it scrolls."""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a size that shows all rows."""
        across, down = self.horizontalHeader(), self.verticalHeader()
        bar = self.horizontalScrollBar()
        if across is None or down is None or bar is None:
            return super().sizeHint()
        tall = across.sizeHint().height() + down.length() + bar.sizeHint().height() + 4
        return QSize(240, tall)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the same height: half a table hides what it is for."""
        return QSize(160, self.sizeHint().height())


def _table() -> QTableWidget:
    table = _Table(len(ROWS), 0)
    table.setVerticalHeaderLabels(list(ROWS))
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    table.setToolTip(
        "Chromosomes of each class in each cell. C counted, A analysed, K karyotyped. "
        "Click a cell's name to see it, a number to see the class in all cells."
    )
    for header in (table.horizontalHeader(), table.verticalHeader()):
        assert header is not None
        header.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # Not by its contents: Qt would measure all of them at each change of one.
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(18)
    table.resizeRowsToContents()
    return table
