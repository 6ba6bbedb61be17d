"""Cells and crops that the model does not know, in a real window."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from drawn import UNSURE, make_cell, make_classification, page_lights
from mouse import plain
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from napari_karyo.classes import TRAY
from napari_karyo.gui.actions.action_table import BY_NAME
from napari_karyo.gui.classify.run import put_into_session
from napari_karyo.gui.classify.work import Outcome
from napari_karyo.gui.docks.review.dock import ReviewDock
from napari_karyo.gui.notices import tell_unknown
from napari_karyo.gui.session.session import session_of
from napari_karyo.inference.result import Classification

WHY = "It looks like R-banding, which the model has not learned. Sort it by hand."


def strange(name: str = "cell A", **marks: Any) -> Classification:
    return make_classification(make_cell(name=name), unsure=UNSURE, **marks)


@pytest.fixture
def session(viewer: Any) -> Any:
    from napari_karyo.gui.canvas.karyogram_view import open_view
    from napari_karyo.gui.session.session import session_of

    open_view(viewer)
    return session_of(viewer)


@pytest.fixture
def dock(viewer: Any, session: Any) -> ReviewDock:
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock, name="Review karyogram")
    return dock


def header(session: Any) -> list[str]:
    return [text.string for text in session.view.page.texts if text.region == "header"]


def test_of_an_unknown_cell_nothing_is_green_and_nothing_proposed(
    session: Any, dock: ReviewDock
) -> None:
    cell = session.open(strange(unknown=WHY))
    assert set(page_lights(session.view).values()) == {"unknown"}
    assert any(
        words.startswith("UNLIKE WHAT THE MODEL KNOWS: It looks") for words in header(session)
    )
    assert "no karyotype proposed" in header(session)
    assert "no karyotype proposed: not known material" in plain(dock.iscn)
    assert "proposal" not in plain(dock.iscn)
    assert WHY in plain(dock.counts)
    assert "×\N{NO-BREAK SPACE}46 unlike what the model knows" in plain(dock.counts)
    assert cell.unaccepted_sure() == []
    # The most doubtful is selected all the same, and what the network would say is not praised.
    assert session.selected == 8
    assert "which means little here" in plain(dock.chromosome.card.words)
    assert "unlike anything that the model knows" in plain(dock.chromosome.card.words)


def test_a_line_of_the_dock_begins_as_a_sentence_does(session: Any, dock: ReviewDock) -> None:
    session.open(strange(unknown="its bands are not where the model knows them."))
    assert "Its bands are not" in plain(dock.counts)


def test_it_is_proposed_once_a_person_has_said_what_each_is(session: Any, dock: ReviewDock) -> None:
    cell = session.open(strange(unknown=WHY))
    cell.karyotype.review(range(46))
    assert set(page_lights(session.view).values()) == {"settled"}
    assert "46,XY" in header(session)
    assert not any("UNLIKE" in words for words in header(session))
    assert "46,XY" in plain(dock.iscn)
    cell.karyotype.undo()
    dock.show_tab("Cell")
    assert dock.cell.iscn.text() == ""
    assert plain(dock.cell.by) == "no karyotype proposed: not known material"
    cell.karyotype.write_iscn("46,XY")
    dock.cell.refresh()
    assert (dock.cell.iscn.text(), plain(dock.cell.by)) == ("46,XY", "by hand")
    # Text and page agree, and there is no proposal to compare with.
    assert dock.cell.differences.isHidden()


def test_all_are_accepted_as_they_lie_by_one_edit(session: Any, dock: ReviewDock) -> None:
    cell = session.open(strange(unknown=WHY))
    cell.karyotype.move([3], "X")
    dock.show_tab("Cell")
    button = dock.buttons["Accept all as they lie"]
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert cell.doubtful() == []
    assert plain(dock.message) == "45 chromosomes accepted as they lie. Ctrl+Z takes that back."
    assert not button.isVisible()
    cell.karyotype.undo()
    assert len(cell.doubtful()) == 45
    assert button.isVisible()


def test_only_of_a_cell_that_is_not_known_all_are_accepted(session: Any, dock: ReviewDock) -> None:
    dock.show_tab("Cell")
    button = dock.buttons["Accept all as they lie"]
    session.open(strange("known"))
    assert not button.isVisible()
    session.open(strange("few", withheld="Only 7 crops."))
    assert button.isVisible()
    assert BY_NAME["Accept all as they lie"].keys == ()


def test_once_all_is_settled_the_warning_is_a_small_line(session: Any, dock: ReviewDock) -> None:
    cell = session.open(strange(unknown=WHY, withheld="Nothing is called sure."))
    assert "<b>" not in dock.counts.text()
    cell.karyotype.review(range(46))
    assert WHY not in plain(dock.counts)
    assert "sure" not in plain(dock.counts)
    assert "<small>Unlike what the model knows; a person placed each.</small>" in plain(dock.counts)
    cell.karyotype.undo()
    assert WHY in plain(dock.counts)


def test_a_crop_that_is_no_chromosome_lies_in_the_tray_marked_and_is_asked_for_first(
    session: Any, dock: ReviewDock
) -> None:
    cell = session.open(strange(foreign=[2, 40]))
    assert cell.karyotype.state.slots[TRAY] == (2, 40)
    shown = page_lights(session.view)
    assert [one for one, kind in shown.items() if kind == "unknown"] == [2, 40]
    assert cell.doubtful()[:3] == [2, 40, 8]
    assert "44,XY,-2,-21" in plain(dock.iscn)
    # What is printed says that nobody has looked at them: 8 is doubtful too.
    assert "NOT YET REVIEWED: 3 doubtful" in header(session)
    assert "2 crops look like no chromosome (02.png, 40.png)." in plain(dock.counts)
    first = dock.chromosome.questions.topLevelItem(0)
    assert [first.text(column) for column in range(4)] == [
        "×",
        "in the tray",
        "unlike what it knows",
        "",
    ]
    # A person's word counts more: it sits where it was put, and nobody asks again.
    cell.karyotype.move([2], "2")
    assert page_lights(session.view)[2] == "settled"
    assert cell.doubtful()[0] == 40


def test_all_that_is_not_known_is_told_once(viewer: Any, notices: list[str]) -> None:
    results = [strange("A", unknown=WHY), strange("B", foreign=[2]), strange("C", unknown=WHY)]
    put_into_session(session_of(viewer), Outcome([(one, None) for one in results], []))
    told = [words for words in notices if "R-banding" in words]
    assert told == [
        f"A, C: {WHY}\nB: 1 crop looks like no chromosome (02.png). Look at the photographs."
    ]
    notices.clear()
    tell_unknown([strange("D"), strange("E", withheld="Only 7 crops.")])
    assert not notices


def test_many_cells_are_told_in_a_few_lines(viewer: Any, notices: list[str]) -> None:
    several = [strange(f"{n}", foreign=np.arange(46)[: n + 1]) for n in range(7)]
    tell_unknown([*several, *(strange(f"R{n}", unknown=WHY) for n in range(7))])
    lines = notices[-1].splitlines()
    assert len(lines) == 6
    assert lines[-1] == "... and 3 more; the review dock says of each cell."
