"""The dock in which a laboratory writes down what it must of a case and of the cell on top.

What is chosen or typed is written at once, the case's into its file, the cell's as an edit with
undo. Tab goes from field to field, Escape gives the keyboard back to the karyogram.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from qtpy.QtCore import Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QComboBox, QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from napari_karyo.case.remembered import as_last_time, filled, remember
from napari_karyo.gui.actions import attempt
from napari_karyo.gui.docks.review.fields import LineField
from napari_karyo.gui.docks.showing import current, show_dock
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.patients import write_worksheet
from napari_karyo.gui.session.session import Session, session_of
from napari_karyo.gui.widgets import block, let_shrink, rich, while_alive, wrapped_label
from napari_karyo.worksheet import CaseWorksheet, CellWorksheet, WorksheetField

if TYPE_CHECKING:
    import napari

    from napari_karyo.karyotype import Change

WORKSHEET: Final = "Worksheet"
#: Those are in the patient's tab, beside what they are about.
_ELSEWHERE: Final = frozenset({"goals", "mosaic"})


class ChoiceField(QComboBox):
    """One of some words, or another one where that is allowed.

    Parameters
    ----------
    field : WorksheetField
    write : callable
        Called when something else was chosen or typed.
    """

    def __init__(self, field: WorksheetField, write: Callable[[], None]) -> None:
        super().__init__()
        self.addItems(["", *field.choices])
        let_shrink(self)
        # Else the wheel that scrolls the dock would change what it passes over.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.line = None if field.only else LineField()
        if self.line is not None:
            self.setEditable(True)
            self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            self.setLineEdit(self.line)
            # What was typed in part would be taken for the whole: 40 for 400.
            self.setCompleter(None)
            self.line.setPlaceholderText("or another")
            self.line.written.connect(write)
        self.activated.connect(write)

    def wheelEvent(self, e: QWheelEvent | None) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to the dock."""
        if e is not None:
            e.ignore()


class WorksheetDock(QWidget):
    """What is written down of the case, and where the cell on top is found again."""

    def __init__(self, napari_viewer: napari.Viewer) -> None:
        super().__init__()
        self.session: Session = session_of(napari_viewer)
        self._cell: OpenCell | None = None
        column = QVBoxLayout(self)
        self.whose, self.which = wrapped_label(), wrapped_label()
        self.usual = QPushButton("As last time")
        self.usual.clicked.connect(self._take_usual)
        self.goals = wrapped_label()
        self.fields: dict[str, ChoiceField | LineField] = {}
        column.addWidget(self.whose)
        column.addLayout(self._form(CaseWorksheet.FIELDS, self._write_case))
        column.addWidget(self.goals)
        column.addWidget(self.usual)
        column.addWidget(self.which)
        column.addLayout(self._form(CellWorksheet.FIELDS, self._write_cell))
        column.addStretch(1)
        session = self.session
        session.cell_changed.connect(self.refresh)
        session.karyotype_changed.connect(self._on_edit)
        session.worksheet_changed.connect(self.refresh)
        session.fields_left.connect(self.write)
        self.refresh()

    def _form(self, fields: Mapping[str, WorksheetField], write: Callable[[], None]) -> QFormLayout:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, field in fields.items():
            if name in _ELSEWHERE:
                continue
            widget: ChoiceField | LineField
            if field.choices:
                widget = ChoiceField(field, write)
            else:
                widget = LineField()
                widget.setMaxLength(field.longest)
                widget.written.connect(write)
            line = widget if isinstance(widget, LineField) else widget.line
            if line is not None:
                line.forgotten.connect(partial(self._show, name))
            widget.setObjectName(name)
            widget.setToolTip(field.what)
            label = QLabel(field.label)
            label.setBuddy(widget)
            form.addRow(label, widget)
            self.fields[name] = widget
        return form

    def begin(self) -> None:
        """Let the first field have the keyboard."""
        self.fields["specimen"].setFocus()

    # -- from the person ----------------------------------------------------------

    def _typed(self, fields: Mapping[str, WorksheetField]) -> dict[str, str]:
        return {
            name: (one.text() if isinstance(one, LineField) else one.currentText()).strip()
            for name, one in self.fields.items()
            if name in fields
        }

    @while_alive
    def write(self) -> None:
        """Write what is being typed, to the cell and case that it was typed for."""
        self._write_case()
        self._write_cell()

    @while_alive
    def _write_case(self, *_: object) -> None:
        cell = self._cell
        if cell is None or cell is not self.session.current:
            return
        typed = self._typed(CaseWorksheet.FIELDS)

        def write() -> None:
            worksheet = replace(cell.worksheet, **typed)
            if worksheet != cell.worksheet:
                write_worksheet(self.session, worksheet)
                remember(worksheet)

        attempt(self.session, write)
        self._settle(CaseWorksheet.FIELDS)

    @while_alive
    def _write_cell(self, *_: object) -> None:
        cell = self._cell
        if cell is None:
            return
        typed = self._typed(CellWorksheet.FIELDS)
        attempt(self.session, lambda: cell.karyotype.write_worksheet(CellWorksheet(**typed)))
        self._settle(CellWorksheet.FIELDS)

    def _settle(self, fields: Mapping[str, WorksheetField]) -> None:
        """Show what is written now; what was refused is not tried again."""
        for name in fields.keys() & self.fields.keys():
            widget = self.fields[name]
            line = widget if isinstance(widget, LineField) else widget.line
            if line is not None:
                line.setModified(False)
        self.refresh()

    def _take_usual(self) -> None:
        cell = self.session.current
        if cell is not None:
            wanted = filled(cell.worksheet, as_last_time())
            attempt(self.session, lambda: write_worksheet(self.session, wanted))

    # -- from the session ------------------------------------------------------------

    @while_alive
    def _on_edit(self, _change: Change) -> None:
        for name in CellWorksheet.FIELDS:
            self._show(name)

    @while_alive
    def refresh(self, *_: object) -> None:
        """Show what is written now."""
        cell = self._cell = self.session.current
        self.setEnabled(cell is not None)
        for name in self.fields:
            self._show(name)
        if cell is None:
            self.whose.setText("No karyogram yet")
            self.which.clear()
            self.goals.clear()
            return
        case, sheet = cell.case, cell.worksheet
        patient = "of these cells" if case is None else f"of {case.path.stem}"
        self.whose.setText(f"<b>Case</b> {rich(patient)}")
        self.which.setText(f"<b>Cell</b> {rich(cell.name)}")
        own = "the laboratory's own" if sheet.goals else sheet.guideline.source
        words = f"Cells to count / analyse / karyotype: {sheet.wanted.text} ({own})"
        if sheet.guideline.in_colonies:
            words += ", each of a colony of its own"
        if sheet.guideline.each_clone:
            words += ", and a karyogram of each clone"
        self.goals.setText(rich(words))
        usual = as_last_time()
        self.usual.setEnabled(filled(sheet, usual) != sheet)
        self.usual.setToolTip(
            f"Write where nothing is written yet: {', '.join(usual.words) or 'nothing so far'}"
        )

    def _show(self, name: str) -> None:
        cell, widget = self._cell, self.fields[name]
        of_case = name in CaseWorksheet.FIELDS
        words = ""
        if cell is not None:
            words = getattr(cell.worksheet if of_case else cell.karyotype.state.worksheet, name)
        if isinstance(widget, LineField):
            if not widget.isModified():
                widget.show_text(words)
                widget.setModified(False)
        elif widget.line is None or not widget.line.isModified():
            with block(widget):
                if widget.line is None:
                    widget.setCurrentText(words)
                else:
                    widget.setEditText(words)
                    widget.line.setModified(False)


def open_worksheet(viewer: napari.Viewer | None = None) -> WorksheetDock:
    """Open the dock, or bring it forward, and let its first field have the keyboard."""
    dock = show_dock(current(viewer), WORKSHEET, WorksheetDock)
    dock.begin()
    return dock
