"""The dock Own model: what is collected, what of it is taken, what to correct next."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from corrected import corrected, keep, laboratory, photographed
from mouse import plain, settle, wait_for
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QStyle, QStyleOptionViewItem, QTreeWidget, QTreeWidgetItem

from napari_karyo.case import Case
from napari_karyo.gui.docks.case_opening import open_case
from napari_karyo.gui.docks.own_model.dock import COLLECT, NEXT, OwnModelDock, open_own_model
from napari_karyo.gui.session.session import session_of

#: Seconds, on a computer that has much else to do.
SLOW = 180.0


@pytest.fixture(scope="session")
def made_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six signed cells of three patients, drawn once."""
    return laboratory(tmp_path_factory.mktemp("made") / "cases")


@pytest.fixture
def cases(made_cases: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made_cases, tmp_path / "cases"))


@pytest.fixture
def dock(viewer: Any) -> OwnModelDock:
    viewer.window.resize(1400, 900)
    found = open_own_model(viewer)
    settle()
    return found


def read(dock: OwnModelDock, *paths: Path) -> None:
    dock.collect.add(list(paths))
    wait_for(lambda: dock.collect.worker is None, timeout=SLOW)


def tick(table: QTreeWidget, item: QTreeWidgetItem) -> None:
    """Click on the box of a line."""
    table.scrollToItem(item)
    settle()
    option = QStyleOptionViewItem()
    option.initFrom(table)
    option.rect = table.visualItemRect(item)
    option.features |= QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
    style = table.style()
    box = style.subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, option, table)
    place = QPoint(box.center().x(), option.rect.center().y())
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle()


def column(dock: OwnModelDock, place: int) -> list[str]:
    table = dock.collect.table
    return [table.topLevelItem(row).text(place) for row in range(table.topLevelItemCount())]


def test_it_says_what_there_is(dock: OwnModelDock, cases: Path) -> None:
    assert "Choose case files" in plain(dock.collect.said)
    assert not dock.collect.table.isVisible()
    assert "Collect cells first" in plain(dock.train.words)
    before = {path.name: path.read_bytes() for path in cases.iterdir()}
    read(dock, cases)
    table = dock.collect.table
    assert table.isVisible()
    assert column(dock, 1) == [f"Jane Doe {n}" for n in (0, 0, 1, 1, 2, 2)]
    assert set(column(dock, 3)) == {"46"}
    assert set(column(dock, 4)) == {"AB"}
    assert set(column(dock, 6)) == {"100%"}
    assert set(column(dock, 7)) == {"yes"}
    assert "6 cells of 3 patients, 276 crops; signed by AB" in plain(dock.collect.there)
    assert "<td align='center'>12</td>" in dock.collect.classes.text()
    assert plain(dock.collect.faults) == ""
    assert "Ready to train on 6 cells" in plain(dock.train.words)
    assert dock.train.start.isEnabled()
    assert "All cells of these cases are signed" in plain(dock.next.words)
    assert {path.name: path.read_bytes() for path in cases.iterdir()} == before


def test_a_cell_is_left_out_and_taken_back_by_its_box(dock: OwnModelDock, cases: Path) -> None:
    read(dock, cases)
    table = dock.collect.table
    tick(table, table.topLevelItem(0))
    tick(table, table.topLevelItem(1))
    assert column(dock, 7)[:2] == ["no"] * 2
    assert "Jane Doe 0/cell 0, Jane Doe 0/cell 1: you left it out." in plain(dock.collect.why_not)
    assert "4 cells of 2 patients" in plain(dock.collect.there)
    assert "Not yet: There are only 4 cells." in plain(dock.collect.faults).replace(
        "</b>", ""
    ).replace("<b>", "")
    assert not dock.train.start.isEnabled()
    assert "only 4 cells" in dock.train.start.toolTip()
    # What was chosen holds when all is read anew.
    read(dock)
    dock.collect.read()
    wait_for(lambda: dock.collect.worker is None, timeout=SLOW)
    assert "4 cells of 2 patients" in plain(dock.collect.there)
    tick(table, table.topLevelItem(1))
    assert "5 cells of 3 patients" in plain(dock.collect.there)
    assert dock.train.start.isEnabled()
    assert "you left it out" not in plain(dock.collect.details)
    table.setCurrentItem(table.topLevelItem(0))
    assert "you left it out" in plain(dock.collect.details)
    assert "Tick it to take it all the same." in plain(dock.collect.details)
    dock.collect.forget.click()
    assert dock.collect.collection is None
    assert "Choose case files" in plain(dock.collect.said)
    assert not dock.train.start.isEnabled()


def test_what_is_never_taken_has_no_box_and_says_why(dock: OwnModelDock, cases: Path) -> None:
    with Case.create(cases / "P9.karyo", "Nobody") as case:
        case.add(corrected(photographed(1)))
    (cases / "broken.karyo").write_bytes(b"no case at all")
    read(dock, cases)
    table = dock.collect.table
    item = table.topLevelItem(6)
    assert item.text(7) == "no"
    assert "Nobody/cell 1: nobody has signed it" in plain(dock.collect.why_not)
    assert not item.flags() & Qt.ItemFlag.ItemIsUserCheckable
    tick(table, item)
    assert "6 cells of 3 patients" in plain(dock.collect.there)
    assert "nobody has signed it" in plain(dock.collect.details)
    assert "broken.karyo" in plain(dock.collect.said)


def test_cases_that_this_window_has_open_are_read_as_they_stand(
    viewer: Any, dock: OwnModelDock, cases: Path, notices: list[str]
) -> None:
    dock.collect.opened.click()
    assert notices == ["No case is open in this window."]
    session = session_of(viewer)
    for path in sorted(cases.glob("*.karyo")):
        open_case(viewer, path)
    wait_for(lambda: len(session.cells) == 6 and not session.busy, timeout=SLOW)
    # An edit takes the signature away, at once.
    session.cells[0].karyotype.turn([0])
    dock = open_own_model(viewer)
    dock.collect.opened.click()
    wait_for(lambda: dock.collect.worker is None, timeout=SLOW)
    assert "5 cells of 3 patients" in plain(dock.collect.there)
    assert column(dock, 7).count("yes") == 5
    # It is among what is worth correcting, and a click on it opens it.
    session.show(session.cells[3])
    dock.show_tab(NEXT)
    settle()
    lines = dock.next.list
    assert lines.topLevelItemCount() == 1
    place = lines.visualItemRect(lines.topLevelItem(0)).center()
    QTest.mouseClick(lines.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.current is session.cells[0]
    session.close(session.cells[0])
    session.close(session.cells[0])
    QTest.mouseClick(lines.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert "is not open here" in notices[-1]
    session.close_cases()


def test_cells_of_a_patient_only_are_no_training(dock: OwnModelDock, tmp_path: Path) -> None:
    made = [corrected(photographed(seed)) for seed in (0, 1, 100, 101, 200)]
    keep(tmp_path / "P1.karyo", made, "Jane")
    dock.show_tab(COLLECT)
    read(dock, tmp_path / "P1.karyo")
    assert "All cells are of one patient" in plain(dock.collect.faults)
    assert not dock.train.start.isEnabled()
    dock.collect.ask_files()
    assert dock.collect.dialog is not None
    assert not dock.collect.dialog.isModal()
    dock.collect.dialog.close()
    dock.collect.ask_folder()
    dock.collect.dialog.close()
