"""More than one cell, and what happens at the wrong moment, in a real window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import mouse
import numpy as np
import pytest
from drawn import MALE, make_cell, make_classification
from qtpy.QtCore import Qt

from napari_karyo.cell import Patient
from napari_karyo.classes import TRAY
from napari_karyo.gui.contact_sheet import layer_data
from napari_karyo.gui.desk import desk_of
from napari_karyo.gui.karyogram_view import open_view
from napari_karyo.gui.review_dock import ReviewDock
from napari_karyo.gui.run_widget import EVERY, ClassifyForm


def add(viewer: Any, name: str, patient: str | None = None) -> Any:
    cell = replace(make_cell(MALE[:12], name), path=None)
    of = Patient(patient, (cell, cell)) if patient else None
    data, options, _ = layer_data(cell, of)
    return viewer.add_image(data, **options)


def test_a_cell_read_twice_can_be_chosen_twice(viewer: Any) -> None:
    form = ClassifyForm(viewer)
    viewer.window.add_dock_widget(form, name="Classify chromosomes")
    first, second = add(viewer, "cell 1"), add(viewer, "cell 1")
    assert form.cells.value is second
    assert set(form.cells.choices) == {first, second, EVERY}
    one, two = add(viewer, "cell 1", "patient A"), add(viewer, "cell 1", "patient B")
    assert {one, two} <= set(form.cells.choices)


def test_twins_of_one_run_both_stay(viewer: Any) -> None:
    open_view(viewer)
    desk = desk_of(viewer)
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock, name="Review")
    form = ClassifyForm(viewer)
    viewer.window.add_dock_widget(form, name="Classify chromosomes")
    twins = [make_classification(make_cell()) for _ in range(2)]
    for _ in range(2):
        form._on_result(twins)
        assert [cell.name for cell in desk.cells] == ["cell A", "cell A (2)"]
        assert desk.current in desk.cells
    assert dock.cells.count() == 2


def test_the_next_cells_crops_do_not_cover_its_karyogram(viewer: Any, classification: Any) -> None:
    open_view(viewer)
    desk = desk_of(viewer)
    desk.open(classification)
    crops = add(viewer, "cell B")
    assert crops.visible
    desk.open(make_classification(make_cell(name="cell B")))
    assert not crops.visible
    assert viewer.layers.selection.active.name == "cell B karyogram"


def test_a_cell_that_changes_under_the_hand_is_not_corrected(opened: Any) -> None:
    viewer, desk, view = opened
    mouse.settle()
    first = desk.current
    mouse.press(viewer, view.page.places[8].box.center)
    mouse.move(viewer, (300.0, 700.0))
    desk.open(make_classification(make_cell(name="cell B")))
    goal = view.page.slots["4"].inner.center
    mouse.move(viewer, goal)
    assert not view.layers["ghost"].visible
    mouse.release(viewer, goal)
    assert not first.karyotype.history
    assert not desk.current.karyotype.history
    assert view.layers["karyogram"].mouse_pan


def test_all_layers_can_be_removed_at_once(opened: Any, qtbot: Any) -> None:
    viewer, desk, view = opened
    desk.current.karyotype.move([8], "4")
    viewer.layers.select_all()
    viewer.layers.remove_selected()
    qtbot.wait(50)
    assert not viewer.layers
    assert not view.shown
    assert desk.current.karyotype.slot_of(8) == "4"
    view.show()
    assert len(viewer.layers) == 7
    qtbot.wait(50)
    assert len(viewer.layers) == 7


def test_a_click_on_the_karyogram_wakes_it(opened: Any) -> None:
    viewer, desk, view = opened
    mouse.settle()
    other = add(viewer, "cell B")
    other.visible = False
    viewer.layers.selection.active = other
    mouse.click(viewer, view.page.places[8].box.center)
    assert desk.selected == 8
    assert viewer.layers.selection.active is view.layers["karyogram"]
    # A layer that is seen keeps its mouse.
    labels = viewer.add_labels(np.zeros((10, 10), int))
    desk.select(None)
    mouse.click(viewer, view.page.places[9].box.center)
    assert viewer.layers.selection.active is labels
    assert desk.selected is None


def test_a_marker_is_called_by_key_and_counted(opened: Any) -> None:
    viewer, desk, view = opened
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock, name="Review")
    desk.select(0)
    view.activate()
    mouse.key(viewer, Qt.Key.Key_M)
    karyotype = desk.current.karyotype
    assert karyotype.slot_of(0) == TRAY
    assert karyotype.iscn == "46,XY,-1,+mar"
    assert "marker" in dock.counts.text()
    assert any(text.string == "mar" for text in view.page.texts)
    mouse.key(viewer, Qt.Key.Key_M)
    assert karyotype.iscn == "45,XY,-1"


def test_a_corrected_cell_is_closed_only_when_asked_twice(opened: Any) -> None:
    viewer, desk, view = opened
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock, name="Review")
    desk.current.karyotype.move([8], "4")
    dock.buttons["Close cell"].click()
    assert len(desk.cells) == 1
    assert "press again" in dock.message.text()
    dock.buttons["Close cell"].click()
    assert not desk.cells
    assert not view.shown
    desk.open(make_classification(make_cell()))
    dock.buttons["Close cell"].click()
    assert not desk.cells


def test_rich_text_swallows_nothing(opened: Any, tmp_path: Path) -> None:
    viewer, desk, _ = opened
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock, name="Review")
    triploid = [name for name in dict.fromkeys(MALE) if name not in "XY" for _ in range(3)]
    desk.open(make_classification(make_cell([*triploid, "X", "X", "X", "21"], name="cell <3n>")))
    from qtpy.QtGui import QTextDocument

    text = QTextDocument()
    text.setHtml(dock.iscn.text())
    plain = text.toPlainText().replace("\u200b", "")
    assert plain.startswith(desk.current.karyotype.iscn)
    assert "<3n>" in plain


@pytest.mark.parametrize("length", [40, 165])
def test_a_long_karyotype_leaves_the_dock_its_width(opened: Any, length: int) -> None:
    from napari_karyo.gui.widgets import rich, wrapped_label

    words = ",".join(["46", "XY", *(f"+{n % 22 + 1}" for n in range(length // 4))])
    assert wrapped_label(rich(words)).minimumSizeHint().width() < 120
