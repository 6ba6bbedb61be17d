"""The patient's tab and the gallery: what they say, and what a click does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from drawn import make_cell, make_classification
from mouse import plain, settle, wait_for
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QAbstractButton, QScrollArea, QWidget

from napari_karyo.case import Case
from napari_karyo.classes import CLASSES, MARKERS, TRAY
from napari_karyo.gui.actions import looking
from napari_karyo.gui.docks.gallery_dock import GalleryDock, in_words, open_gallery
from napari_karyo.gui.docks.review.patient_tab import PatientTab, facts_of
from napari_karyo.gui.docks.review.patient_words import short_names
from napari_karyo.gui.docks.session_follower import of_one_patient
from napari_karyo.gui.session.session import Session, session_of
from napari_karyo.patient import summarize

ROWS = ("done", "all", *CLASSES, "mar")


@pytest.fixture
def session(viewer: Any) -> Session:
    """Four cells of one patient in a session, the last on top."""
    session = session_of(viewer)
    for number in (1, 2, 10, 11):
        session.open(make_classification(make_cell(name=f"P7.{number}")))
    return session


@pytest.fixture
def tab(viewer: Any, session: Session) -> PatientTab:
    tab = PatientTab(session)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(tab)
    viewer.window.add_dock_widget(area, name="patient")
    wait_for(lambda: tab.shown)
    return tab


def entry(tab: PatientTab, row: str, column: int) -> Any:
    return tab.table.item(ROWS.index(row), column)


def caught_up(widget: Any) -> None:
    wait_for(lambda: not widget._stale)


def press(button: QAbstractButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, button.height() // 2))


def test_it_says_what_the_cells_hold_together(session: Session, tab: PatientTab) -> None:
    assert "46,XY[4]" in plain(tab.iscn)
    assert "Modal number 46, most often 46,XY (4 of 4)" in plain(tab.iscn)
    assert "No cell is marked counted yet: all 4 cells count." in plain(tab.basis)
    assert tab.bars["counted"].format() == "counted 0 of 20"
    for cell in session.cells[:2]:
        cell.karyotype.move([0], "21")
    session.cells[2].karyotype.move([5], TRAY)
    caught_up(tab)
    assert "mos " in plain(tab.iscn)
    assert "[2]/46,XY[2]" in plain(tab.iscn)
    words = plain(tab.changes)
    assert "a gain or structural change in 2 cells, a loss in 3" in words
    assert "✓ <b>+21</b>: 2 cells, a gain needs 2: clonal" in words
    assert "○ <b>-3</b>: 1 cell, a loss needs 3: not clonal (P7.10)" in words
    assert "P7.1, P7.2" in plain(tab.clones)
    # Written like a tumour's.
    press(tab.mosaic)
    assert "mos " not in plain(tab.iscn)


def test_the_table_marks_unusual_numbers_without_colour_too(
    session: Session, tab: PatientTab
) -> None:
    headers = [tab.table.horizontalHeaderItem(column).text() for column in range(4)]
    assert headers == ["1", "2", "10", "11"]
    assert entry(tab, "21", 1).text() == "2"
    assert entry(tab, "21", 1).data(Qt.ItemDataRole.BackgroundRole) is None
    session.cells[1].karyotype.move([0], "21")
    session.cells[1].karyotype.move([2], MARKERS)
    caught_up(tab)
    odd = entry(tab, "21", 1)
    assert odd.text() == "3+"
    assert odd.font().bold()
    assert odd.data(Qt.ItemDataRole.BackgroundRole) is not None
    assert "2 expected" in odd.toolTip()
    assert entry(tab, "1", 1).text() == "1−"
    assert entry(tab, "mar", 1).text() == "1+"
    assert entry(tab, "mar", 0).text() == ""
    assert entry(tab, "all", 1).text() == "46"
    assert entry(tab, "Y", 0).text() == "1"
    session.cells[1].karyotype.undo()
    session.cells[1].karyotype.undo()
    caught_up(tab)
    assert odd.text() == "2"
    assert odd.data(Qt.ItemDataRole.BackgroundRole) is None


def test_cells_are_marked_and_goals_changed(session: Session, tab: PatientTab) -> None:
    press(tab.marks["analysed"])
    assert session.current.karyotype.state.marks == {"counted", "analysed"}
    assert tab.bars["analysed"].format() == "analysed 1 of 5"
    assert entry(tab, "done", 3).text() == "A"
    assert "Of 1 cell marked counted." in plain(tab.basis)
    # The others don't count any more.
    assert tab.table.horizontalHeaderItem(0).text() == "(1)"
    session.show(session.cells[0])
    caught_up(tab)
    assert not tab.marks["analysed"].isChecked()
    tab.goals.setText("4/1/0")
    QTest.keyClick(tab.goals, Qt.Key.Key_Return)
    assert tab.bars["counted"].format() == "counted 1 of 4"
    assert tab.bars["analysed"].format() == "analysed 1 of 1 ✓"
    said: list[str] = []
    session.said.connect(said.append)
    tab.goals.setText("1/2/3")
    QTest.keyClick(tab.goals, Qt.Key.Key_Return)
    assert "20/5/2" in said[-1]
    assert tab.goals.text() == "4/1/0"


def test_goals_are_kept_in_the_case_file(viewer: Any, tmp_path: Path) -> None:
    session = session_of(viewer)
    path = tmp_path / "P7.karyo"
    case = Case.create(path, "P7")
    session.open(make_classification(make_cell(name="P7.1")), case=case)
    tab = PatientTab(session)
    viewer.window.add_dock_widget(tab, name="patient")
    wait_for(lambda: tab.shown)
    tab.goals.setText("30/10/3")
    QTest.keyClick(tab.goals, Qt.Key.Key_Return)
    assert case.fact("goals") == "30/10/3"
    # A cell of nobody's file has goals of its own.
    session.open(make_classification(make_cell(name="loose")))
    caught_up(tab)
    assert tab.goals.text() == "20/5/2"
    assert [one.name for one in tab.shown] == ["loose"]
    session.show(session.cells[0])
    caught_up(tab)
    assert tab.goals.text() == "30/10/3"
    case.read_only = "it was asked for so"
    said: list[str] = []
    session.said.connect(said.append)
    tab.goals.setText("5/1/1")
    QTest.keyClick(tab.goals, Qt.Key.Key_Return)
    assert "read-only" in said[-1]
    assert tab.goals.text() == "30/10/3"
    case.close()


def test_only_cells_of_the_same_case_are_one_patients(viewer: Any, tmp_path: Path) -> None:
    session = session_of(viewer)
    assert of_one_patient(session, session.current) == []
    with Case.create(tmp_path / "a.karyo") as first, Case.create(tmp_path / "b.karyo") as second:
        for name, case in (("a1", first), ("b1", second), ("a2", first), ("c", None), ("d", None)):
            session.open(make_classification(make_cell(name=name)), case=case)
        for top, expected in ((0, ["a1", "a2"]), (1, ["b1"]), (4, ["c", "d"])):
            session.show(session.cells[top])
            assert [one.name for one in of_one_patient(session, session.current)] == expected
        assert facts_of(session) is facts_of(session)
        assert facts_of(session) is not first


def test_a_click_on_the_table_shows_the_cell_or_the_class(
    viewer: Any, session: Session, tab: PatientTab
) -> None:
    header = tab.table.horizontalHeader()
    x = header.sectionViewportPosition(0) + header.sectionSize(0) // 2
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 8))
    assert session.current is session.cells[0]
    place = tab.table.visualItemRect(entry(tab, "9", 2)).center()
    QTest.mouseClick(tab.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    dock = gallery_of(viewer)
    assert dock.slot == "9"
    # Opened once.
    press(tab.button)
    assert gallery_of(viewer) is dock


def test_the_key_of_the_gallery_closes_it_again(viewer: Any, session: Session) -> None:
    session.select(session.current.karyotype.state.slots["2"][0])
    looking.same_class(session)
    dock = gallery_of(viewer)
    assert (dock.isVisible(), dock.slot) == (True, "2")
    # Of another chromosome it shows that one's class first.
    session.select(session.current.karyotype.state.slots["5"][0])
    looking.same_class(session)
    assert (dock.isVisible(), dock.slot) == (True, "5")
    looking.same_class(session)
    assert not dock.isVisible()
    looking.same_class(session)
    assert dock.isVisible()
    assert gallery_of(viewer) is dock


def gallery_of(viewer: Any) -> GalleryDock:
    found = [one for one in viewer.window.dock_widgets.values() if isinstance(one, GalleryDock)]
    assert len(found) == 1
    return found[0]


def test_a_click_in_the_gallery_selects_that_chromosome_in_its_cell(
    viewer: Any, session: Session
) -> None:
    session.select(30)
    dock = open_gallery(viewer)
    # The class of the selected one.
    assert dock.slot == session.current.karyotype.slot_of(30)
    dock.show_slot("13")
    wait_for(lambda: dock.canvas.arrangement is not None and len(dock.shown) == 4)
    spot = dock.canvas.arrangement.panels[1].spots[1]
    y, x = spot.box.center
    QTest.mouseClick(dock.canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert session.current is session.cells[1]
    assert session.selected == spot.index == 25
    assert dock.canvas.marked == (1, 25)
    panel = dock.canvas.arrangement.panels[2].box
    corner = QPoint(round(panel.left) + 3, round(panel.bottom) - 4)
    QTest.mouseClick(dock.canvas, Qt.MouseButton.LeftButton, pos=corner)
    assert session.current is session.cells[2]
    assert session.selected is None


def test_the_gallery_speaks_of_one_cell_as_of_one(session: Session) -> None:
    one = summarize(session.cells[:1])
    assert in_words(one, "1") == "1 cell, none with another number than expected"
    session.cells[0].karyotype.move([0], TRAY)
    one = summarize(session.cells[:1])
    assert in_words(one, "1").startswith("1 of 1 cell has another number: P7.1: 1 (-1)")


def test_the_gallery_follows_edits_only_while_it_is_seen(
    viewer: Any, session: Session, monkeypatch: Any
) -> None:
    dock = open_gallery(viewer, "21")
    caught_up(dock)
    assert "none with another number" in plain(dock.words)
    refreshed: list[int] = []
    refresh = GalleryDock.refresh

    def count(self: GalleryDock) -> None:
        refreshed.append(1)
        refresh(self)

    monkeypatch.setattr(GalleryDock, "refresh", count)
    for one in range(4):
        session.current.karyotype.move([one], "21")
        # The edit itself waits for no drawing.
        assert not refreshed
    caught_up(dock)
    assert len(refreshed) == 1
    assert "P7.11: 6 (+4)" in plain(dock.words)
    assert len(dock.canvas.arrangement.panels[3].spots) == 6
    # A cell below the top, edited from Python.
    session.cells[0].karyotype.move([40], TRAY)
    caught_up(dock)
    assert "P7.1: 1 (-1)" in plain(dock.words)
    holder = dock.parent()
    holder.hide()
    settle()
    before = len(refreshed)
    session.current.karyotype.undo()
    QTest.qWait(400)
    assert len(refreshed) == before
    holder.show()
    caught_up(dock)
    assert "P7.11: 5 (+3)" in plain(dock.words)


def test_the_gallery_draws_what_is_in_sight(viewer: Any, session: Session) -> None:
    one = session.current.classification
    for number in range(60):
        cell = replace(one.cell, name=f"Q{number}", chromosomes=tuple(one.cell.chromosomes))
        fresh = tuple(replace(item) for item in cell.chromosomes)
        session.open(replace(one, cell=replace(cell, chromosomes=fresh)), show=False)
    dock = open_gallery(viewer, "1")
    canvas = dock.canvas
    wait_for(lambda: len(dock.shown) == 64)

    def drawn(place: int) -> bool:
        panel = canvas.arrangement.panels[place]
        return canvas.gallery.is_drawn(canvas.cells[place], panel, canvas.devicePixelRatioF())

    wait_for(lambda: drawn(0))
    settle()
    assert not drawn(63)
    dock.area.verticalScrollBar().setValue(dock.area.verticalScrollBar().maximum())
    wait_for(lambda: drawn(63))
    # An edit leaves the person where she looks; another cell on top comes into sight.
    there = dock.area.verticalScrollBar().value()
    session.current.karyotype.move([44], TRAY)
    caught_up(dock)
    assert dock.area.verticalScrollBar().value() == there
    session.show(session.cells[5])
    caught_up(dock)
    assert dock.area.verticalScrollBar().value() < there
    session.show(session.cells[63])
    caught_up(dock)
    wait_for(lambda: drawn(63))
    # The picture on the screen is the panel.
    box = canvas.arrangement.panels[63].box
    shot = canvas.grab().toImage()
    ratio = shot.devicePixelRatio()
    spot = canvas.arrangement.panels[63].spots[0].box

    def light(y: float, x: float) -> int:
        return shot.pixelColor(round(x * ratio), round(y * ratio)).lightness()

    assert light(*spot.center) < 200
    assert light(box.top + 2, box.left + 2) > 250


def test_stepping_through_the_classes_and_lights(viewer: Any, session: Session) -> None:
    dock = open_gallery(viewer, "22")
    press(dock.after)
    assert dock.slot == "X"
    press(dock.before)
    press(dock.before)
    assert dock.slot == "21"
    assert not dock.canvas.arrangement.panels[0].page.lights
    press(dock.lights)
    assert len(dock.canvas.arrangement.panels[0].page.lights) == 2
    dock.show_slot("tray")
    assert "4 cells" in plain(dock.words)


def test_closing_cells_leaves_nothing_behind(
    viewer: Any, session: Session, tab: PatientTab
) -> None:
    dock = open_gallery(viewer, "1")
    caught_up(dock)
    first = session.cells[0]
    session.close(first)
    # Clicked before the picture was drawn anew.
    dock._choose(0, 3)
    tab._on_column(0)
    assert session.current is not first
    while session.cells:
        session.close(session.cells[0])
    caught_up(tab)
    caught_up(dock)
    assert tab.table.columnCount() == 0
    assert plain(tab.iscn) == "No karyotype yet"
    assert not tab.marks["counted"].isEnabled()
    assert dock.shown == []


def test_nothing_to_press_takes_the_keyboard_and_all_fits_320_pixels(
    viewer: Any, session: Session, tab: PatientTab
) -> None:
    dock = open_gallery(viewer, "1")
    for one in range(12):
        session.current.karyotype.move([one], TRAY)
    caught_up(tab)
    for widget in (tab, dock):
        for button in widget.findChildren(QAbstractButton):
            assert button.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert tab.table.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert tab.minimumSizeHint().width() <= 300
    # All rows of the table are there: the dock scrolls, not the table in it.
    assert tab.table.viewport().height() >= tab.table.verticalHeader().length()
    assert QWidget.minimumSizeHint(dock).width() < 500


def test_a_hundred_cells(viewer: Any, session: Session, tab: PatientTab) -> None:
    one = session.current.classification
    for number in range(96):
        fresh = tuple(replace(item) for item in one.cell.chromosomes)
        cell = replace(one.cell, name=f"P7.{20 + number}", chromosomes=fresh)
        session.open(replace(one, cell=cell), show=False)
    caught_up(tab)
    assert tab.table.columnCount() == 100
    assert "46,XY[100]" in plain(tab.iscn)


def test_short_names_keep_numbers_whole() -> None:
    assert short_names(("P7.10", "P7.11")) == ["10", "11"]
    assert short_names(("cell_1", "cell_12")) == ["1", "12"]
    assert short_names(("a", "b")) == ["a", "b"]
    assert short_names(("P7.1",)) == ["P7.1"]
    assert short_names(("P7.1", "P7.1 (2)")) == ["1", "1 (2)"]
