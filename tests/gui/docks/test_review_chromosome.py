"""The tab of the chromosome: the open questions, the comparison, and two side by side."""

from __future__ import annotations

import time
from typing import Any

import mouse
import pytest
from mouse import settle, wait_for
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QWidget

from napari_karyo.classes import MARKERS
from napari_karyo.gui.actions import put_into
from napari_karyo.gui.docks.opening import open_review
from napari_karyo.gui.docks.review import comparison_view
from napari_karyo.gui.docks.review.dock import ReviewDock

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dock(opened: Any) -> ReviewDock:
    dock = open_review(opened[0])
    settle()
    assert isinstance(dock, ReviewDock)
    return dock


def drawn(dock: ReviewDock) -> Any:
    """Wait for the picture of the selected chromosome."""
    view = dock.chromosome.comparison
    settle()
    wait_for(lambda: not view.stale and not view._timer.isActive())
    return view


def hover(widget: QWidget, place: QPoint) -> None:
    """Move the mouse over a widget with no button held."""
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        QPointF(widget.mapToGlobal(place)),
        none,
        none,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)


def test_the_open_questions_are_listed_and_clicked(opened: Any, dock: ReviewDock) -> None:
    _, session, _ = opened
    questions = dock.chromosome.questions
    assert questions.isVisible()
    rows = [questions.topLevelItem(n) for n in range(questions.topLevelItemCount())]
    assert [[row.text(column) for column in range(4)] for row in rows] == [
        ["!", "in 5", "its own choice", "51 %"],
        ["?", "in 16", "its own choice", "68 %"],
    ]
    assert questions.currentItem() is rows[0]
    place = questions.visualItemRect(rows[1]).center()
    QTest.mouseClick(questions.viewport(), LEFT, pos=place)
    assert session.selected == 30
    session.current.karyotype.review([30])
    assert questions.topLevelItemCount() == 1
    session.current.karyotype.review([8])
    assert not questions.isVisible()


def test_a_column_of_the_picture_places_the_chromosome(opened: Any, dock: ReviewDock) -> None:
    _, session, view = opened
    karyotype = session.current.karyotype
    picture = drawn(dock)
    assert [column.name for column in picture.shown.comparison.columns][:2] == ["5", "4"]
    place = picture.column_box("4").center().toPoint()
    hover(picture, place)
    assert "put it into 4" in picture.toolTip()
    QTest.mouseClick(picture, LEFT, pos=place)
    assert karyotype.slot_of(8) == "4"
    assert session.selected == 30, "it was a question, so the next one is selected"
    assert view.layers["karyogram"] is opened[0].layers.selection.active
    # What is seen is not of the selected one yet: a click means nothing.
    assert picture.stale
    edits = len(karyotype.history)
    QTest.mouseClick(picture, LEFT, pos=place)
    assert len(karyotype.history) == edits
    # A click on the class it sits in accepts it there.
    drawn(dock)
    assert session.current.doubtful() == [30]
    QTest.mouseClick(picture, LEFT, pos=picture.column_box("16").center().toPoint())
    assert 30 in karyotype.state.reviewed


def test_the_class_it_sits_in_is_always_among_those_shown(opened: Any, dock: ReviewDock) -> None:
    _, session, _ = opened
    put_into(session, "21", 8)
    session.select(8)
    picture = drawn(dock)
    names = [column.name for column in picture.shown.comparison.columns]
    assert names == ["5", "4", "21"]
    session.current.karyotype.move([8], MARKERS)
    picture = drawn(dock)
    assert "a <b>marker</b>" in dock.chromosome.card.words.text()
    assert "21" not in [column.name for column in picture.shown.comparison.columns]


def test_pictures_are_kept_and_turned(opened: Any, dock: ReviewDock, monkeypatch: Any) -> None:
    _, session, _ = opened
    made: list[bool] = []
    before = comparison_view.comparison

    def counted(*args: Any, **options: Any) -> Any:
        made.append(options["turned"])
        return before(*args, **options)

    # A picture is kept for its size. While the dock's words take another room one may be
    # drawn for a size that passes, so that here the size stays.
    picture = drawn(dock)
    picture.setFixedSize(picture.size())
    picture.follow()
    first = drawn(dock).shown
    monkeypatch.setattr(comparison_view, "comparison", counted)
    session.select(30)
    drawn(dock)
    session.select(8)
    drawn(dock)
    assert made == [False], "the one seen before is kept"
    assert picture.shown is first
    session.current.karyotype.turn([8])
    wait_for(lambda: made == [False, True])
    assert drawn(dock).shown.index == 8


def test_no_picture_is_drawn_while_an_edit_is(
    opened: Any, dock: ReviewDock, monkeypatch: Any
) -> None:
    _, session, _ = opened
    drawn(dock)

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("drawn on the path of an edit")

    monkeypatch.setattr(comparison_view, "comparison", never)
    session.select(30)
    session.current.karyotype.move([30], "3")
    dock.chromosome.comparison._timer.stop()


def test_an_edit_costs_the_dock_little(opened: Any, dock: ReviewDock) -> None:
    _, session, _ = opened
    karyotype = session.current.karyotype
    took = []
    for tab in ("Chromosome", "Cell"):
        dock.show_tab(tab)
        settle()
        for number in range(5):
            karyotype.move([number], "9")
            start = time.perf_counter()
            dock._on_edit()
            took.append(time.perf_counter() - start)
    # Of the 30 ms that a move may take; what it takes at best, whatever else runs here.
    assert min(took) < 0.015


def test_two_are_compared_by_key(opened: Any, dock: ReviewDock) -> None:
    viewer, session, _ = opened
    first, second = session.current.karyotype.state.slots["3"]
    session.select(first)
    alone = drawn(dock).shown.pixmap.toImage()
    mouse.key(viewer, Qt.Key.Key_C)
    assert session.pinned == first
    assert "Stop comparing" in dock.buttons["Compare"].text()
    session.select(second)
    both = drawn(dock)
    assert both.shown.comparison is None
    assert both.shown.pixmap.toImage() != alone
    mouse.key(viewer, Qt.Key.Key_Escape)
    assert session.pinned is None
    assert session.selected == second, "Escape stops comparing first"
    wait_for(lambda: drawn(dock).shown.comparison is not None)
    mouse.key(viewer, Qt.Key.Key_C)
    mouse.key(viewer, Qt.Key.Key_C)
    assert session.pinned is None
    # Another cell on top ends it.
    mouse.key(viewer, Qt.Key.Key_C)
    session.show(None)
    assert session.pinned is None


def test_what_was_merged_away_is_selected_no_more(opened: Any, dock: ReviewDock) -> None:
    from dataclasses import replace

    _, session, _ = opened
    cell = session.current
    session.pin(8)
    made = replace(cell.classification.cell.chromosomes[8], name="8 and 9")
    # As `OpenCell.merge` does it, with a network that says what it said before.
    found = cell.classification
    import numpy as np

    def one_more(values: Any) -> Any:
        return np.concatenate([values, values[8:9]])

    cell.classification = replace(
        found,
        cell=replace(found.cell, chromosomes=(*found.cell.chromosomes, made)),
        probabilities=one_more(found.probabilities),
        p_arm_up=one_more(found.p_arm_up),
        attention=one_more(found.attention),
        inputs=one_more(found.inputs),
        input_grids=one_more(found.input_grids),
        foreign=one_more(found.foreign),
        strange=one_more(found.strange),
        scales=one_more(found.scales),
        uprights=(*found.uprights, found.uprights[8]),
    )
    session.select(8)
    session.view.show()
    cell.karyotype.merge([8, 9], made.name, "5")
    assert session.selected == 46
    assert session.pinned is None
    assert "8 and 9" in dock.chromosome.card.words.text()
    cell.karyotype.undo()
    assert session.selected == 8
