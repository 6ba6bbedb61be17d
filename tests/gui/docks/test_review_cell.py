"""The tab of the cell: karyotype by hand, marks, signatures, note, file and history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mouse
import pytest
from drawn import UNSURE, make_cell, make_classification
from mouse import settle
from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QFocusEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QStyleOptionViewItem

from napari_karyo.case import Case
from napari_karyo.gui.docks.opening import open_review
from napari_karyo.gui.docks.review.dock import ReviewDock

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def dock(opened: Any) -> ReviewDock:
    dock = open_review(opened[0])
    dock.show_tab("Cell")
    settle()
    assert isinstance(dock, ReviewDock)
    return dock


def write(field: Any, words: str) -> None:
    """Type into a field as a person does, its text selected."""
    QTest.mouseClick(field.viewport() if hasattr(field, "viewport") else field, LEFT)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, words)
    settle()


def test_the_karyotype_is_written_by_hand(opened: Any, dock: ReviewDock) -> None:
    _, session, _ = opened
    tab, karyotype = dock.cell, session.current.karyotype
    assert tab.iscn.text() == "46,XY"
    assert "proposal" in tab.by.text()
    write(tab.iscn, "47,XY,+21")
    assert "Enter writes it" in tab.by.text()
    assert karyotype.iscn == "46,XY", "typing alone writes nothing"
    assert "the text has 3 of 21, the karyogram 2" in tab.differences.text()
    QTest.keyClick(tab.iscn, Qt.Key.Key_Return)
    assert karyotype.iscn == "47,XY,+21"
    assert karyotype.iscn_by_hand
    assert "by hand" in dock.iscn.text()
    assert QApplication.focusWidget() is not tab.iscn, "the keys go to the karyogram again"
    # It agrees as soon as the karyogram does.
    session.current.karyotype.move([0], "21")
    session.current.karyotype.move([0], "1")
    assert tab.differences.isVisible()
    write(tab.iscn, "no karyotype")
    assert tab.differences.isVisible()
    QTest.keyClick(tab.iscn, Qt.Key.Key_Escape)
    assert tab.iscn.text() == "47,XY,+21"
    QTest.mouseClick(tab.to_proposal, LEFT)
    assert not karyotype.iscn_by_hand
    assert tab.iscn.text() == "46,XY"
    assert not tab.differences.isVisible()
    assert not tab.to_proposal.isEnabled()


def test_a_karyotype_left_without_enter_is_written(opened: Any, dock: ReviewDock) -> None:
    _, session, _ = opened
    tab, first = dock.cell, session.current
    write(tab.iscn, "47,XY,+21")
    menu = QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.PopupFocusReason)
    QApplication.sendEvent(tab.iscn, menu)
    assert not first.karyotype.history, "who opens the field's menu is still writing"
    QApplication.sendEvent(tab.iscn, QFocusEvent(QEvent.Type.FocusOut))
    assert first.karyotype.iscn == "47,XY,+21"
    assert len(first.karyotype.history) == 1
    write(tab.iscn, "45,X")
    session.open(make_classification(make_cell(name="cell B")))
    assert first.karyotype.iscn == "45,X", "of the cell that it was typed for"
    assert not session.current.karyotype.iscn_by_hand
    assert tab.iscn.text() == session.current.karyotype.iscn
    second = session.current
    write(tab.iscn, "46,XX")
    write(tab.note, "Few")
    session.close(second)
    assert (second.karyotype.iscn, second.karyotype.state.note) == ("46,XX", "Few")
    # Escape forgets, and nothing is written afterwards.
    write(tab.iscn, "48,XXYY")
    QTest.keyClick(tab.iscn, Qt.Key.Key_Escape)
    write(tab.iscn, "46,XY[3]")
    dock.parent().close()
    assert first.karyotype.iscn == "46,XY[3]"
    assert [edit.kind for edit in first.karyotype.history] == ["iscn"] * 3


def test_an_untouched_cell_with_a_typed_karyotype_is_not_replaced(
    opened: Any, dock: ReviewDock
) -> None:
    _, session, _ = opened
    first = session.current
    write(dock.cell.iscn, "45,X")
    session.open(first.classification)
    assert first in session.cells
    assert first.karyotype.iscn == "45,X"


def test_what_is_typed_is_part_of_what_is_signed(opened: Any, dock: ReviewDock) -> None:
    _, session, _ = opened
    karyotype = session.current.karyotype
    session.set_who("AB")
    said: list[str] = []
    session.said.connect(said.append)
    write(dock.cell.note, "Looked at twice")
    write(dock.cell.iscn, "47,XY,+21")
    QTest.mouseClick(dock.buttons["Reviewed"], LEFT)
    assert [edit.kind for edit in karyotype.history][-1] == "sign"
    assert karyotype.iscn == "47,XY,+21"
    assert karyotype.state.note == "Looked at twice"
    assert karyotype.state.signatures
    assert "disagree: the text has 3 of 21, the karyogram 2" in said[-1]


def test_the_same_content_in_other_words_is_said(opened: Any, dock: ReviewDock) -> None:
    tab = dock.cell
    write(tab.iscn, "46,XY[20]")
    QTest.keyClick(tab.iscn, Qt.Key.Key_Return)
    assert "same content; the program would write <b>46,XY</b>" in tab.differences.text()
    assert "⚠" not in tab.differences.text()
    write(tab.iscn, "45,X")
    assert "⚠ the text has none of Y, the karyogram 1" in tab.differences.text()
    assert "same content" not in tab.differences.text()


def test_the_list_of_cells_cuts_no_karyotype_in_the_middle(opened: Any, dock: ReviewDock) -> None:
    _, session, _ = opened
    session.open(make_classification(make_cell(name="a cell of a very long name indeed")))
    karyotype = session.current.karyotype
    karyotype.who = "AB"
    karyotype.write_iscn("46,XY,t(9;22)(q34;q11.2),del(5)(q13),+22,-7")
    karyotype.mark("karyotyped")
    karyotype.sign("reviewed")
    settle()
    cells = dock.cells
    item = cells.topLevelItem(1)
    assert item.text(4).startswith("✓ AB karyotyped")
    option = QStyleOptionViewItem()
    option.textElideMode = cells.textElideMode()
    delegate = cells.itemDelegateForColumn(2)
    delegate.initStyleOption(option, cells.indexFromItem(item, 2))
    assert option.textElideMode == Qt.TextElideMode.ElideRight
    widths = [cells.columnWidth(column) for column in range(5)]
    assert sum(widths) <= cells.viewport().width()
    assert max(widths) == widths[2], widths


def test_the_marks_bring_one_another(opened: Any, dock: ReviewDock) -> None:
    _, session, _ = opened
    marks = dock.cell.marks
    marks["analysed"].click()
    assert session.current.karyotype.state.marks == {"counted", "analysed"}
    assert marks["counted"].isChecked()
    assert not marks["karyotyped"].isChecked()
    marks["counted"].click()
    assert not session.current.karyotype.state.marks
    assert not marks["analysed"].isChecked()


def test_two_people_sign(opened: Any, dock: ReviewDock, notices: list[str]) -> None:
    _, session, _ = opened
    tab, karyotype = dock.cell, session.current.karyotype
    QTest.mouseClick(dock.buttons["Reviewed"], LEFT)
    assert not karyotype.state.signatures
    assert any("initials" in words for words in notices)
    write(tab.initials, "AB")
    QTest.mouseClick(dock.buttons["Reviewed"], LEFT)
    assert "reviewed by AB, 20" in tab.signed.text()
    QTest.mouseClick(dock.buttons["Confirmed"], LEFT)
    assert "second person" in notices[-1]
    write(tab.initials, "CD")
    QTest.mouseClick(dock.buttons["Confirmed"], LEFT)
    assert "confirmed by CD" in tab.signed.text()
    # A cell that comes later is edited by the same person.
    session.open(make_classification(make_cell(name="cell B")))
    assert session.current.karyotype.who == "CD"
    session.show(session.cells[0])
    assert "✓✓ AB, CD" in dock.cells.topLevelItem(0).text(4)
    QTest.mouseClick(tab.withdraw, LEFT)
    assert not karyotype.state.signatures
    assert "Not signed" in tab.signed.text()


def test_a_note_is_one_edit(opened: Any, dock: ReviewDock) -> None:
    _, session, _ = opened
    tab, karyotype = dock.cell, session.current.karyotype
    write(tab.note, "Breaks")
    QTest.keyClick(tab.note, Qt.Key.Key_Return)
    QTest.keyClicks(tab.note, "at 3q")
    assert not karyotype.history, "not written while it is typed"
    # An edit from elsewhere does not take away what is being typed.
    karyotype.move([0], "2")
    assert tab.note.toPlainText() == "Breaks\nat 3q"
    QTest.keyClick(tab.note, Qt.Key.Key_Return, CONTROL)
    assert karyotype.state.note == "Breaks\nat 3q"
    assert [edit.kind for edit in karyotype.history] == ["move", "note"]
    write(tab.note, "Other words")
    QApplication.sendEvent(tab.note, QFocusEvent(QEvent.Type.FocusOut))
    assert karyotype.state.note == "Other words"
    first = session.current
    write(tab.note, "Of the first")
    session.open(make_classification(make_cell(name="cell B")))
    assert first.karyotype.state.note == "Of the first"
    assert not session.current.karyotype.state.note
    assert tab.note.toPlainText() == ""


def test_the_list_of_edits_follows_row_by_row(opened: Any, dock: ReviewDock) -> None:
    _, session, _ = opened
    rows, karyotype = dock.cell.history.rows, session.current.karyotype

    def check() -> None:
        edits = (*karyotype.history, *karyotype.undone)
        items = [rows.topLevelItem(place) for place in range(rows.topLevelItemCount())]
        assert [item.text(3) for item in items[1:]] == [edit.text for edit in edits]
        here = len(karyotype.history)
        assert [bool(item.text(0)) for item in items].index(True) == here
        assert sum(bool(item.text(0)) for item in items) == 1
        assert [item.font(3).italic() for item in items] == [
            place > here for place in range(len(items))
        ]
        assert [item.toolTip(3).endswith("undone") for item in items[1:]] == [
            place > here for place in range(1, len(items))
        ]
        assert rows.currentItem() is items[here]

    check()
    for number in range(8):
        karyotype.move([number], "X")
        check()
    first = rows.topLevelItem(1)
    karyotype.go_to(3)
    check()
    karyotype.redo()
    check()
    # Two others take the place of those undone, while the list is not seen.
    dock.show_tab("Export")
    karyotype.move([20], "1")
    karyotype.move([21], "2")
    karyotype.undo()
    dock.show_tab("Cell")
    check()
    assert rows.topLevelItem(1) is first, "what is listed already stays"
    other = session.current
    session.open(make_classification(make_cell(name="cell B")))
    assert rows.topLevelItemCount() == 1
    assert not dock.cell.history.button.isEnabled()
    session.show(other)
    check()


def test_the_history_is_jumped_through(opened: Any, dock: ReviewDock) -> None:
    _, session, _ = opened
    rows, karyotype = dock.cell.history.rows, session.current.karyotype
    karyotype.who = "AB"
    karyotype.move([0], "2")
    karyotype.turn([1])
    karyotype.review([2, 3])
    state = karyotype.state

    def texts() -> list[str]:
        return [rows.topLevelItem(n).text(3) for n in range(rows.topLevelItemCount())]

    assert texts() == ["as the program proposed it", *(edit.text for edit in karyotype.history)]
    assert rows.topLevelItem(1).text(2) == "AB"
    assert ":" in rows.topLevelItem(1).text(1)
    place = rows.visualItemRect(rows.topLevelItem(1)).center()
    QTest.mouseClick(rows.viewport(), LEFT, pos=place)
    QTest.mouseDClick(rows.viewport(), LEFT, pos=place)
    assert len(karyotype.history) == 1
    assert rows.topLevelItemCount() == 4, "undone ones stay in sight"
    assert rows.topLevelItem(1).text(0) == "▶"
    assert rows.topLevelItem(3).font(3).italic()
    rows.setCurrentItem(rows.topLevelItem(3))
    QTest.mouseClick(dock.cell.history.button, LEFT)
    assert karyotype.state == state
    rows.setCurrentItem(rows.topLevelItem(0))
    QTest.mouseClick(dock.cell.history.button, LEFT)
    assert karyotype.state == karyotype.proposed
    karyotype.move([5], "2")
    assert rows.topLevelItemCount() == 2


def test_it_says_what_keeps_the_cell(
    opened: Any, dock: ReviewDock, tmp_path: Path, notices: list[str]
) -> None:
    _, session, _ = opened
    tab = dock.cell
    assert "No file keeps this cell. Save it as" in tab.kept.text()
    path = tmp_path / "P1.karyo"
    with Case.create(path, "P1") as case:
        found = make_classification(make_cell(name="P1"), unsure=UNSURE)
        session.open(found, case=case)
        assert "Kept in P1.karyo" in tab.kept.text()
        assert "drawn" in tab.model.text()
        session.current.karyotype.move([8], "4")
        session.close(session.current)
    from napari_karyo.gui.session.case_files import restore

    reading = Case.open(path, read_only=True)
    session.adopt(next(restore(reading, "")), show=True)
    dock.show_tab("Cell")
    assert "read-only" in tab.kept.text()
    before = session.current.karyotype.state
    assert before.note == ""
    # Everything that the tab offers is refused in words, and shows what holds.
    tab.marks["counted"].click()
    assert not tab.marks["counted"].isChecked()
    write(tab.note, "lost?")
    QTest.keyClick(tab.note, Qt.Key.Key_Return, CONTROL)
    assert tab.note.toPlainText() == "lost?", "what was typed is still there to be copied"
    write(tab.iscn, "47,XY,+21")
    QTest.keyClick(tab.iscn, Qt.Key.Key_Return)
    QTest.mouseDClick(tab.history.rows.viewport(), LEFT)
    tab.history.rows.setCurrentItem(tab.history.rows.topLevelItem(0))
    QTest.mouseClick(tab.history.button, LEFT)
    assert session.current.karyotype.state == before
    assert sum("read-only" in words for words in notices) >= 4
    session.close(session.current)
    reading.close()


def test_the_tabs_are_reached_by_key(opened: Any, dock: ReviewDock) -> None:
    viewer, _, _ = opened

    def shown() -> str:
        return str(dock.tabs.tabText(dock.tabs.currentIndex()))

    mouse.key(viewer, Qt.Key.Key_1, CONTROL)
    assert shown() == "Chromosome"
    mouse.key(viewer, Qt.Key.Key_2, CONTROL)
    assert shown() == "Cell"
    mouse.key(viewer, Qt.Key.Key_1, CONTROL)
    mouse.key(viewer, Qt.Key.Key_H)
    assert dock.pages.currentIndex() == 1
    mouse.key(viewer, Qt.Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
    assert shown() == "Cell"
    assert dock.pages.currentIndex() == 0
    assert not dock.cell.history.visibleRegion().isEmpty()
