"""The review dock: what it says, and that its buttons are the keys' own actions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawn import make_cell, make_classification
from mouse import plain, wait_for, write
from PIL import Image
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QAbstractButton, QCheckBox, QLabel, QPushButton

from napari_karyo.cell import Problem
from napari_karyo.classes import TRAY
from napari_karyo.gui.actions.action_table import BY_NAME
from napari_karyo.gui.docks.review.dock import ReviewDock


def press(button: QAbstractButton) -> None:
    # A box is as wide as its column, and is switched on its sign and its words alone.
    place = QPoint(10, button.height() // 2)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=place)


def test_it_follows_selection_and_edits(opened: Any, dock: ReviewDock) -> None:
    _, session, view = opened
    assert "46,XY" in plain(dock.iscn)
    assert "proposal" in plain(dock.iscn)
    assert "1 doubtful" in plain(dock.counts)
    assert "1 to look at" in plain(dock.counts)
    assert not dock.buttons["Undo"].isEnabled()
    session.select(8)
    words = plain(dock.chromosome.card.words)
    assert "08.png" in words
    assert "doubtful" in words
    assert dock.chromosome.card.buttons[0].text() == "5  (here)"
    assert dock.chromosome.card.buttons[1].text() == "4"
    assert dock.chromosome.card.bars[1].format() == "47 %"
    press(dock.chromosome.card.buttons[1])
    assert session.current.karyotype.slot_of(8) == "4"
    # It was an open question, so the next one is selected.
    assert session.selected == 30
    session.select(8)
    assert "moved by hand from 5" in plain(dock.chromosome.card.words)
    assert "1 corrected by hand" in plain(dock.counts)
    assert dock.chromosome.card.buttons[1].text() == "4  (here)"
    session.current.karyotype.move([0], "21")
    assert "47," not in plain(dock.iscn)
    assert "+21" in plain(dock.iscn)
    press(dock.buttons["Undo"])
    press(dock.buttons["Undo"])
    assert session.current.karyotype.slot_of(8) == "5"
    assert not dock.buttons["Undo"].isEnabled()
    press(dock.buttons["Redo"])
    assert session.current.karyotype.slot_of(8) == "4"
    assert view.layers["karyogram"] is not None


def test_buttons_do_what_the_keys_do(opened: Any, dock: ReviewDock) -> None:
    _, session, _ = opened
    assert session.selected == 8, "the first open question is selected when a cell comes on top"
    press(dock.buttons["Next doubtful"])
    assert session.selected == 30
    press(dock.buttons["Next doubtful"])
    assert session.selected == 8
    press(dock.buttons["Flip"])
    assert 8 in session.current.karyotype.state.turned
    assert "flipped by hand" in plain(dock.chromosome.card.words)
    first, second = session.current.karyotype.state.slots["5"]
    press(dock.buttons["Swap"])
    assert session.current.karyotype.state.slots["5"] == (second, first)
    press(dock.buttons["To tray"])
    assert "1 unclassified" in plain(dock.counts)
    press(dock.buttons["Accept"])
    assert 8 in session.current.karyotype.state.reviewed
    assert session.selected == 30
    press(dock.buttons["Keys"])
    assert dock.pages.currentIndex() == 1
    assert dock.help.isVisible()
    press(dock.buttons["Keys"])
    assert dock.pages.currentIndex() == 0
    for name, button in dock.buttons.items():
        assert BY_NAME[name].what in button.toolTip()
        assert button.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_saliency_class_and_switches(opened: Any, dock: ReviewDock, monkeypatch: Any) -> None:
    _, session, view = opened
    asked: list[tuple[int, str]] = []

    def saliency(classification: Any, indices: Any, classes: Any) -> list[np.ndarray]:
        asked.extend(zip(indices, classes, strict=True))
        return [
            np.full(classification.cell.chromosomes[index].image.shape, 0.5, np.float32)
            for index in indices
        ]

    monkeypatch.setattr("napari_karyo.inference.saliency.saliency", saliency)
    press(dock.chromosome.attention)
    assert view.layers["attention"].visible
    assert dock.chromosome.attention.isChecked()
    session.select(8)
    dock.chromosome.saliency.click()
    wait_for(lambda: len(asked) == 46 and view.overlays.idle)
    assert (8, "5") in asked
    assert view.layers["saliency"].data.max() == pytest.approx(0.5, abs=0.01)
    dock.chromosome.saliency_class.setCurrentIndex(4)
    dock.chromosome.saliency_class.activated.emit(4)
    wait_for(lambda: (8, "4") in asked and view.overlays.idle)
    assert len(asked) == 47
    dock.chromosome.saliency.click()
    assert not view.layers["saliency"].visible


def test_saliency_that_fails_says_so_and_hides(
    opened: Any, dock: ReviewDock, monkeypatch: Any, notices: list[str]
) -> None:
    from napari_karyo.errors import WeightsError

    view = opened[2]

    def saliency(*_: Any) -> None:
        raise WeightsError("the weights are gone.", "Install the package again.", "w.safetensors")

    monkeypatch.setattr("napari_karyo.inference.saliency.saliency", saliency)
    dock.chromosome.saliency.click()
    wait_for(lambda: view.overlays.idle)
    assert not view.layers["saliency"].visible
    assert any("the weights are gone" in words for words in notices)


def test_export_is_what_the_screen_shows(
    opened: Any, dock: ReviewDock, tmp_path: Path, notices: list[str]
) -> None:
    _viewer, session, view = opened
    session.current.karyotype.move([8], "4")
    # A print has no frame around what is selected.
    session.select(None)
    from napari_karyo.karyogram.page import SCREEN_DPI

    dock.export.resolution.setValue(round(SCREEN_DPI))
    picture = tmp_path / "cell.png"
    assert write(dock, picture)
    written = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    # A print has no lights.
    view.toggle_lights()
    screen = view.layers["karyogram"].data[..., :3].astype(int)
    # Whole dots an inch are offered, so the file may be a few pixels smaller.
    assert abs(written.shape[0] - screen.shape[0]) <= 4
    assert abs(written.shape[1] - screen.shape[1]) <= 6
    small = np.asarray(
        Image.fromarray(written.astype(np.uint8)).resize((screen.shape[1], screen.shape[0]))
    ).astype(int)
    assert np.abs(small - screen).mean() < 2.0
    assert write(dock, tmp_path / "cell.tif")
    assert write(dock, tmp_path / "cell.csv")
    assert "cell.csv" in notices[-1]
    assert not write(dock, tmp_path / "nowhere" / "cell.png")
    assert "does not exist" in notices[-1]
    dock.export.ask()
    assert dock.export.dialog is not None
    assert not dock.export.dialog.isModal()
    dock.export.dialog.close()


def test_a_spread_that_is_not_there_is_told(
    opened: Any, dock: ReviewDock, notices: list[str], tmp_path: Path
) -> None:
    assert not dock.export.spread.isChecked()
    dock.export.spread.setChecked(True)
    dock.export.resolution.setValue(72)
    assert write(dock, tmp_path / "cell.png")
    assert any(said.startswith("No spread is shown of") for said in notices)
    notices.clear()
    assert write(dock, tmp_path / "cell.csv")
    assert not any(said.startswith("No spread") for said in notices)


def test_screen_pixels_match_the_export(opened: Any, dock: ReviewDock, tmp_path: Path) -> None:
    import mouse

    viewer, session, view = opened
    view.toggle_lights()
    session.select(None)
    viewer.reset_view()
    mouse.settle()
    shot = viewer.screenshot(canvas_only=True, flash=False)[..., :3].astype(float)
    picture = tmp_path / "cell.png"
    assert write(dock, picture)
    page = Image.open(picture).convert("RGB")
    zoom = viewer.scene.camera.zoom
    wide = round(view.page.width * zoom)
    tall = round(view.page.height * zoom)
    expected = np.asarray(page.resize((wide, tall), Image.Resampling.BOX)).astype(float)
    top, left = (shot.shape[0] - tall) // 2, (shot.shape[1] - wide) // 2
    seen = shot[top : top + tall, left : left + wide]
    likeness = np.corrcoef(seen.mean(axis=-1).ravel(), expected.mean(axis=-1).ravel())[0, 1]
    assert likeness > 0.8
    assert abs(seen.mean() - expected.mean()) < 4


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("cells", [1, 3])
def test_no_text_is_cut_off(opened: Any, dock: ReviewDock, theme: str, cells: int) -> None:
    import mouse

    viewer, session, _ = opened
    viewer.theme = theme
    for number in range(1, cells):
        session.open(make_classification(make_cell(name=f"cell {number}")), show=False)
    session.current.karyotype.write_iscn("47,XY,+21")
    session.current.karyotype.annotate("What is to be said")
    session.select(8)
    holder = dock.parent()
    viewer.window._qt_window.resizeDocks([holder], [320], Qt.Orientation.Horizontal)
    mouse.settle()
    # napari's own title bar may want more than the dock does.
    assert dock.minimumSizeHint().width() <= 320
    assert dock.width() <= 345
    assert viewer.window._qt_window.height() <= 820
    for place in range(dock.tabs.count()):
        dock.tabs.setCurrentIndex(place)
        mouse.settle()
        area = dock.tabs.currentWidget()
        inside = area.widget()
        name = dock.tabs.tabText(place)
        assert inside.width() <= area.viewport().width(), name
        for child in [*dock.findChildren(QPushButton), *dock.findChildren(QCheckBox)]:
            if child.isVisible():
                assert child.width() >= child.minimumSizeHint().width(), child.text()
                assert child.height() >= child.minimumSizeHint().height() - 1, child.text()
        for label in dock.findChildren(QLabel):
            if label.wordWrap() and label.isVisible():
                assert label.height() >= label.heightForWidth(label.width()) - 1, label.text()
    assert dock.pages.height() > 0.5 * dock.height(), "the tabs have the room, not an empty end"
    assert dock.buttons["Undo"].mapTo(dock, QPoint(0, 0)).y() > 0.9 * dock.height() - 20
    bar = dock.tabs.tabBar()
    assert bar.tabRect(bar.count() - 1).right() <= bar.width(), "every tab is seen"


def test_several_cells_and_problems(opened: Any, dock: ReviewDock) -> None:
    from dataclasses import replace

    _, session, _ = opened
    first = session.current
    cell = make_cell(name="cell B")
    cell = replace(cell, problems=(Problem("x.tif", "is empty.", "Export it again."),))
    session.open(make_classification(cell))
    assert dock.cells.isVisible()
    assert [dock.cells.topLevelItem(n).text(0) for n in range(2)] == ["cell A", "cell B"]
    assert dock.cells.row == 1
    assert "1 file left out" in plain(dock.counts)
    row = dock.cells.visualItemRect(dock.cells.topLevelItem(0)).center()
    QTest.mouseClick(dock.cells.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert session.current is first
    assert dock.cells.row == 0
    session.close(session.cells[1])
    assert not dock.cells.isVisible(), "one cell wants no list"


def test_an_empty_dock_says_what_to_do(viewer: Any) -> None:
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock, name="Review karyogram")
    assert "Classify" in plain(dock.counts)
    assert not dock.buttons["Flip"].isEnabled()
    assert not dock.export.isEnabled()


def test_a_file_dialog_does_not_outlive_its_dock(opened: Any) -> None:
    from qtpy.QtCore import QCoreApplication, QEvent

    from napari_karyo.gui.docks.opening import open_review

    viewer, _session, _view = opened
    dock = open_review(viewer)
    dock.export.ask()
    closed: list[int] = []
    dock.export.dialog.finished.connect(closed.append)
    viewer.window.remove_dock_widget(dock)
    dock.deleteLater()
    # Outside an event loop of the application nothing is deleted later by itself.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    wait_for(lambda: closed)


def test_an_alternative_brings_the_karyogram_back(opened: Any, dock: ReviewDock) -> None:
    _viewer, session, view = opened
    session.select(8)
    view.remove()
    offered = dock.chromosome.card.buttons[1].text()
    dock.chromosome.card.buttons[1].click()
    assert view.shown
    assert session.current.karyotype.slot_of(8) == offered


def test_closing_the_dock_leaves_the_karyogram_working(opened: Any) -> None:
    import gc
    import weakref

    import mouse

    from napari_karyo.gui.docks.opening import open_review

    viewer, session, view = opened
    gone = weakref.ref(open_review(viewer))
    viewer.window.remove_dock_widget(gone())
    mouse.settle()
    gc.collect()
    assert gone() is None, "a closed dock is let go"
    session.select(3)
    session.current.karyotype.move([3], "9")
    assert view.page.places[3].slot == "9"
    again = open_review(viewer)
    assert "moved by hand" not in plain(again.iscn)
    assert "03.png" in plain(again.chromosome.card.words)


def test_the_card_and_the_status_say_what_is_so(opened: Any, dock: ReviewDock) -> None:
    viewer, session, _view = opened
    karyotype = session.current.karyotype
    session.select(0)
    karyotype.move([0], "2")
    assert "the model disagrees" in plain(dock.chromosome.card.words)
    assert "not sure" not in plain(dock.chromosome.card.words)
    assert viewer.status == plain(dock.message) == karyotype.history[-1].text
    BY_NAME["Undo"].do(session)
    assert viewer.status.startswith("Undone: ")
    assert plain(dock.message) == viewer.status
    karyotype.move([0], TRAY)
    assert "settled by hand" in plain(dock.chromosome.card.words)
    assert "disagrees" not in plain(dock.chromosome.card.words)
    # Which way up it stands is a question of its own.
    assert "Which arm is up" not in plain(dock.chromosome.card.words)
    session.current.classification.p_arm_up[4] = 0.3
    session.select(4)
    assert "Which arm is up is doubtful (70 %)" in plain(dock.chromosome.card.words)
    karyotype.turn([4])
    assert "Which arm is up" not in plain(dock.chromosome.card.words)
