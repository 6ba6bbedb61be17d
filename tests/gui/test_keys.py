"""Every key of the table, pressed on the canvas of a real window."""

from __future__ import annotations

from typing import Any

import mouse
import numpy as np
from drawn import lamps_of, make_cell, make_classification
from qtpy.QtCore import Qt

from napari_karyo.classes import TRAY
from napari_karyo.gui import typing_class
from napari_karyo.gui.actions import ACTIONS
from napari_karyo.gui.keys import help_html, help_rows

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def test_typing_a_class(opened: Any, qtbot: Any) -> None:
    viewer, desk, _ = opened
    karyotype = desk.current.karyotype
    mouse.key(viewer, Qt.Key.Key_7)
    assert not karyotype.history, "nothing is in hand"
    desk.select(0)
    mouse.key(viewer, Qt.Key.Key_7)
    assert karyotype.slot_of(0) == "7"
    mouse.key(viewer, Qt.Key.Key_X)
    assert karyotype.slot_of(0) == "X"
    mouse.key(viewer, Qt.Key.Key_1)
    assert karyotype.slot_of(0) == "X"
    assert "1_" in viewer.status
    mouse.key(viewer, Qt.Key.Key_2)
    assert karyotype.slot_of(0) == "12"
    mouse.key(viewer, Qt.Key.Key_2)
    mouse.key(viewer, Qt.Key.Key_Return)
    assert karyotype.slot_of(0) == "2"
    assert 0 not in karyotype.state.reviewed, "Enter confirmed the typing, no more"
    mouse.key(viewer, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: karyotype.slot_of(0) == "1", timeout=3 * typing_class.PATIENCE)
    count = len(karyotype.history)
    mouse.key(viewer, Qt.Key.Key_2)
    mouse.key(viewer, Qt.Key.Key_Escape)
    mouse.key(viewer, Qt.Key.Key_2)
    mouse.key(viewer, Qt.Key.Key_9)
    assert "no chromosome 29" in viewer.status
    assert len(karyotype.history) == count
    assert desk.selected == 0
    # What was typed belongs to the chromosome it was typed for.
    mouse.key(viewer, Qt.Key.Key_2)
    desk.select(10)
    assert karyotype.slot_of(0) == "2"
    assert karyotype.slot_of(10) == "6"


def test_correcting_by_keys(opened: Any) -> None:
    viewer, desk, view = opened
    karyotype = desk.current.karyotype
    start = karyotype.state
    first, second = start.slots["3"]
    desk.select(first)
    picture = view.layers["karyogram"].data.copy()
    mouse.key(viewer, Qt.Key.Key_F)
    assert first in karyotype.state.turned
    assert (view.layers["karyogram"].data != picture).any()
    mouse.key(viewer, Qt.Key.Key_W)
    assert karyotype.state.slots["3"] == (second, first)
    mouse.key(viewer, Qt.Key.Key_Left, SHIFT)
    assert karyotype.state.slots["3"] == (first, second)
    mouse.key(viewer, Qt.Key.Key_Left, SHIFT)
    assert "no homologue" in viewer.status
    mouse.key(viewer, Qt.Key.Key_Right, SHIFT)
    assert karyotype.state.slots["3"] == (second, first)
    mouse.key(viewer, Qt.Key.Key_T)
    assert karyotype.slot_of(first) == TRAY
    for _ in range(5):
        mouse.key(viewer, Qt.Key.Key_Z, CONTROL)
    assert karyotype.state.slots == start.slots
    assert karyotype.state.turned == start.turned
    assert np_equal(view.layers["karyogram"].data, picture)
    mouse.key(viewer, Qt.Key.Key_Z, CONTROL)
    assert "Nothing to undo" in viewer.status
    mouse.key(viewer, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert first in karyotype.state.turned
    mouse.key(viewer, Qt.Key.Key_Y, CONTROL)
    assert karyotype.state.slots["3"] == (second, first)
    assert viewer.dims.ndisplay == 2, "Ctrl+Y did not reach napari's own 3D switch"
    assert viewer.layers.selection.active is view.layers["karyogram"]


def test_walking_through_the_doubtful(opened: Any) -> None:
    viewer, desk, view = opened
    mouse.key(viewer, Qt.Key.Key_N)
    assert desk.selected == 8
    mouse.key(viewer, Qt.Key.Key_N)
    assert desk.selected == 30
    mouse.key(viewer, Qt.Key.Key_P)
    assert desk.selected == 8
    mouse.key(viewer, Qt.Key.Key_Return)
    assert 8 in desk.current.karyotype.state.reviewed
    assert desk.selected == 30
    mouse.key(viewer, Qt.Key.Key_Return)
    assert not desk.current.open_questions()
    mouse.key(viewer, Qt.Key.Key_N)
    assert "Nothing doubtful is left" in viewer.status
    mouse.key(viewer, Qt.Key.Key_Right)
    order = [i for seats in desk.current.karyotype.state.slots.values() for i in seats]
    assert desk.selected == order[order.index(30) + 1]
    mouse.key(viewer, Qt.Key.Key_Left)
    assert desk.selected == 30
    mouse.key(viewer, Qt.Key.Key_Escape)
    assert desk.selected is None
    assert len(desk.current.karyotype.state.reviewed) == 2
    # What a person has settled no longer calls for a look, whatever the model thinks.
    assert desk.current.lights()[8] == "doubtful"
    assert lamps_of(view)[8] == "settled"


def test_lights_can_be_hidden(opened: Any) -> None:
    viewer, desk, view = opened
    mosaic = view.layers["karyogram"]
    with_lights = mosaic.data.copy()
    mouse.key(viewer, Qt.Key.Key_L)
    assert not view.page.lamps
    without = view.composer.compose(view.composer.layout.page(desk.current.karyotype.state))
    body = view.page.slots["6"].box
    rows = slice(int(body.top), int(body.bottom))
    assert np.array_equal(mosaic.data[rows, :, :3], without[rows])
    # An edit in the meantime does not bring them back.
    desk.current.karyotype.move([0], "2")
    assert not view.page.lamps
    desk.current.karyotype.undo()
    mouse.key(viewer, Qt.Key.Key_L)
    assert np.array_equal(mosaic.data, with_lights)


def test_attention_is_switched_by_key_and_follows_an_edit(opened: Any) -> None:
    viewer, desk, view = opened
    layer = view.layers["attention"]
    mouse.key(viewer, Qt.Key.Key_A)
    assert layer.visible
    before = layer.data.copy()
    assert before.max() > 0.9
    # It lies on the chromosomes only.
    for place in view.page.places.values():
        rows = slice(int(place.box.top), int(place.box.bottom))
        columns = slice(int(place.box.left), int(place.box.right))
        assert before[rows, columns].max() > 0.5
    assert not before[:90].any()
    desk.current.karyotype.move([0], "22")
    assert not np_equal(layer.data, before)
    desk.current.karyotype.undo()
    assert np_equal(layer.data, before)
    mouse.key(viewer, Qt.Key.Key_A)
    assert not layer.visible
    desk.current.karyotype.move([0], "22")
    mouse.key(viewer, Qt.Key.Key_A)
    assert not np_equal(layer.data, before)


def test_keys_leave_other_layers_alone(opened: Any) -> None:
    viewer, desk, _ = opened
    desk.select(0)
    viewer.add_points([[10, 10]])
    mouse.key(viewer, Qt.Key.Key_7)
    mouse.key(viewer, Qt.Key.Key_T)
    assert not desk.current.karyotype.history


def test_next_cell(opened: Any) -> None:
    viewer, desk, view = opened
    first = desk.current
    desk.open(make_classification(make_cell(name="cell B")))
    desk.current.karyotype.move([0], "5")
    mouse.key(viewer, Qt.Key.Key_PageDown, CONTROL)
    assert desk.current is first
    assert view.layers["karyogram"].name == "cell A karyogram"
    assert view.page.places[0].slot == "1"
    mouse.key(viewer, Qt.Key.Key_PageDown, CONTROL)
    assert view.page.places[0].slot == "5"


def np_equal(first: Any, second: Any) -> bool:
    import numpy as np

    return bool(np.array_equal(first, second))


def test_help_is_made_from_the_table() -> None:
    html = help_html()
    for action in ACTIONS:
        assert action.what in html
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))
    assert any("Ctrl+Z" in row[1] for row in help_rows())
