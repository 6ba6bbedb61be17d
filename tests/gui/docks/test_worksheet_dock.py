"""The worksheet's dock, by mouse and keys in a real window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from drawn import make_cell, make_classification
from mouse import settle, wait_for
from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QFocusEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QWidget

from napari_karyo.case import Case
from napari_karyo.gui.actions import perform
from napari_karyo.gui.actions.action_table import BY_NAME
from napari_karyo.gui.docks.review.fields import LineField
from napari_karyo.gui.docks.worksheet_dock import ChoiceField, WorksheetDock, open_worksheet
from napari_karyo.worksheet import CaseWorksheet, CellWorksheet


def choose(dock: WorksheetDock, name: str, word: str) -> None:
    """Choose a word as the keyboard does."""
    box = dock.fields[name]
    assert isinstance(box, ChoiceField)
    box.setFocus()
    box.setCurrentIndex(box.findText(word))
    box.activated.emit(box.currentIndex())


def enter(dock: WorksheetDock, name: str, words: str) -> None:
    """Type words into a field and press Enter."""
    field = dock.fields[name]
    line = field if isinstance(field, LineField) else field.line
    assert line is not None
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, words)
    QTest.keyClick(line, Qt.Key.Key_Return)


def leave(field: QWidget) -> None:
    """Leave a field as Tab does; without a window manager no window has the keyboard."""
    QApplication.sendEvent(field, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason))


def test_what_is_written_down_is_kept_shown_and_offered_again(
    opened: Any, tmp_path: Path, notices: list[str]
) -> None:
    viewer, session, view = opened
    case = Case.create(tmp_path / "P7.karyo", "P7")
    first = session.open(make_classification(make_cell(name="P7.1")), case=case)
    second = session.open(make_classification(make_cell(name="P7.2")), case=case)
    assert perform(session, BY_NAME["Worksheet"])
    dock = open_worksheet(viewer)
    settle()
    assert dock.window().focusWidget() is dock.fields["specimen"]
    before = view.canvas.copy()
    choose(dock, "specimen", "marrow")
    enter(dock, "banding", "GTG")
    enter(dock, "bands", "40")
    assert "can't be '40'" in notices[-1]
    enter(dock, "bands", "400")
    enter(dock, "stage", "102.5/14.3")
    sheet = CaseWorksheet(specimen="marrow", banding="GTG", bands="400")
    assert case.worksheet == first.worksheet == second.worksheet == sheet
    # The cell that no file keeps is another patient's.
    assert session.cells[0].worksheet == CaseWorksheet()
    assert second.karyotype.state.worksheet == CellWorksheet(stage="102.5/14.3")
    assert not first.karyotype.can_undo
    assert "20/20/2" in dock.goals.text()
    # It stands on the page at once, below the chromosomes.
    assert not np.array_equal(view.canvas[-70:], before[-70:])
    np.testing.assert_array_equal(view.canvas[120:1000], before[120:1000])
    second.karyotype.undo()
    assert dock.fields["stage"].text() == ""
    # Of another case it is offered, and not written in silence.
    session.show(session.cells[0])
    box = dock.fields["specimen"]
    assert box.currentText() == ""
    assert "marrow" in dock.usual.toolTip()
    dock.usual.click()
    assert session.cells[0].worksheet == sheet
    assert box.currentText() == "marrow"
    assert not dock.usual.isEnabled()
    # A refused word is told of, and the file's own stands there again.
    session.show(second)
    case.read_only = "it was asked for so"
    enter(dock, "reason", "AML?")
    assert "read-only" in notices[-1]
    assert dock.fields["reason"].text() == ""
    assert second.worksheet == sheet
    case.close()


def test_typing_is_written_when_left_and_forgotten_at_escape(opened: Any) -> None:
    viewer, session, _ = opened
    dock = open_worksheet(viewer)
    cell = session.current
    slide = dock.fields["slide"]
    assert isinstance(slide, LineField)
    slide.setFocus()
    QTest.keyClicks(slide, "3")
    leave(slide)
    assert cell.karyotype.state.worksheet.slide == "3"
    slide.setFocus()
    QTest.keyClicks(slide, "4")
    QTest.keyClick(slide, Qt.Key.Key_Escape)
    assert slide.text() == "3"
    # What is being typed belongs to the cell that it was typed for.
    slide.setFocus()
    QTest.keyClicks(slide, "5")
    other = session.open(make_classification(make_cell(name="other")))
    assert cell.karyotype.state.worksheet.slide == "53"
    assert other.karyotype.state.worksheet == CellWorksheet()
    wait_for(lambda: slide.text() == "")
    session.close(other)
    session.close(cell)
    assert not dock.isEnabled()
