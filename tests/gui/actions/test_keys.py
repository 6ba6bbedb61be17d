"""Every key of the table, pressed on the canvas of a real window."""

from __future__ import annotations

from html import escape
from typing import Any

import mouse
import numpy as np
from drawn import make_cell, make_classification, page_lights
from qtpy.QtCore import Qt

from napari_karyo.classes import TRAY
from napari_karyo.gui.actions.action_table import ACTIONS
from napari_karyo.gui.canvas import typed_class
from napari_karyo.gui.canvas.keys import CLASS_KEYS, help_html, help_rows

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


def test_typing_a_class(opened: Any, qtbot: Any) -> None:
    viewer, session, _ = opened
    karyotype = session.current.karyotype
    session.select(None)
    mouse.key(viewer, Qt.Key.Key_7)
    assert not karyotype.history, "nothing is selected"
    session.select(0)
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
    qtbot.waitUntil(lambda: karyotype.slot_of(0) == "1", timeout=3 * typed_class.PATIENCE)
    count = len(karyotype.history)
    mouse.key(viewer, Qt.Key.Key_2)
    mouse.key(viewer, Qt.Key.Key_Escape)
    mouse.key(viewer, Qt.Key.Key_2)
    mouse.key(viewer, Qt.Key.Key_9)
    assert "no chromosome 29" in viewer.status
    assert len(karyotype.history) == count
    assert session.selected == 0
    # What was typed belongs to the chromosome it was typed for.
    mouse.key(viewer, Qt.Key.Key_2)
    session.select(10)
    assert karyotype.slot_of(0) == "2"
    assert karyotype.slot_of(10) == "6"


def test_correcting_by_keys(opened: Any) -> None:
    viewer, session, view = opened
    karyotype = session.current.karyotype
    start = karyotype.state
    first, second = start.slots["3"]
    session.select(first)
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
    viewer, session, view = opened
    assert session.selected == 8, "the first open question is selected when a cell comes on top"
    mouse.key(viewer, Qt.Key.Key_N)
    assert session.selected == 30
    mouse.key(viewer, Qt.Key.Key_P)
    assert session.selected == 8
    mouse.key(viewer, Qt.Key.Key_Return)
    assert 8 in session.current.karyotype.state.reviewed
    assert session.selected == 30
    mouse.key(viewer, Qt.Key.Key_Return)
    assert not session.current.doubtful()
    mouse.key(viewer, Qt.Key.Key_N)
    assert "Nothing doubtful is left" in viewer.status
    mouse.key(viewer, Qt.Key.Key_Right)
    order = [i for members in session.current.karyotype.state.slots.values() for i in members]
    assert session.selected == order[order.index(30) + 1]
    mouse.key(viewer, Qt.Key.Key_Left)
    assert session.selected == 30
    mouse.key(viewer, Qt.Key.Key_Escape)
    assert session.selected is None
    assert len(session.current.karyotype.state.reviewed) == 2
    # What a person has settled no longer calls for a look, whatever the model thinks.
    assert session.current.lights()[8] == "doubtful"
    assert page_lights(view)[8] == "settled"


def test_lights_can_be_hidden(opened: Any) -> None:
    viewer, session, view = opened
    mosaic = view.layers["karyogram"]
    with_lights = mosaic.data.copy()
    mouse.key(viewer, Qt.Key.Key_L)
    assert not view.page.lights
    without = view.composer.compose(view.composer.layout.page(session.current.karyotype.state))
    body = view.page.slots["6"].box
    rows = slice(int(body.top), int(body.bottom))
    assert np.array_equal(mosaic.data[rows, :, :3], without[rows])
    # An edit in the meantime does not bring them back.
    session.current.karyotype.move([0], "2")
    assert not view.page.lights
    session.current.karyotype.undo()
    mouse.key(viewer, Qt.Key.Key_L)
    assert np.array_equal(mosaic.data, with_lights)


def test_attention_is_switched_by_key_and_follows_an_edit(opened: Any) -> None:
    viewer, session, view = opened
    mouse.key(viewer, Qt.Key.Key_A)
    layer = view.layers["attention"]
    assert layer.visible
    before = layer.data.copy()
    assert before.max() > 0.9
    # It lies on the chromosomes only.
    for place in view.page.places.values():
        rows = slice(int(place.box.top), int(place.box.bottom))
        columns = slice(int(place.box.left), int(place.box.right))
        assert before[rows, columns].max() > 0.5
    assert not before[:90].any()
    session.current.karyotype.move([0], "22")
    assert not np_equal(layer.data, before)
    session.current.karyotype.undo()
    assert np_equal(layer.data, before)
    mouse.key(viewer, Qt.Key.Key_A)
    assert not layer.visible
    session.current.karyotype.move([0], "22")
    mouse.key(viewer, Qt.Key.Key_A)
    assert not np_equal(layer.data, before)


def test_keys_leave_other_layers_alone(opened: Any) -> None:
    viewer, session, _ = opened
    session.select(0)
    viewer.add_points([[10, 10]])
    mouse.key(viewer, Qt.Key.Key_7)
    mouse.key(viewer, Qt.Key.Key_T)
    assert not session.current.karyotype.history


def test_next_cell(opened: Any) -> None:
    viewer, session, view = opened
    first = session.current
    session.open(make_classification(make_cell(name="cell B")))
    session.current.karyotype.move([0], "5")
    mouse.key(viewer, Qt.Key.Key_PageDown, CONTROL)
    assert session.current is first
    assert view.layers["karyogram"].name == "cell A karyogram"
    assert view.page.places[0].slot == "1"
    mouse.key(viewer, Qt.Key.Key_PageDown, CONTROL)
    assert view.page.places[0].slot == "5"
    mouse.key(viewer, Qt.Key.Key_PageUp, CONTROL)
    assert session.current is first


def np_equal(first: Any, second: Any) -> bool:
    import numpy as np

    return bool(np.array_equal(first, second))


def test_help_is_made_from_the_table() -> None:
    html = help_html()
    for action in ACTIONS:
        assert escape(action.what) in html
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))
    assert not set(keys) & set(CLASS_KEYS)
    names = [action.name for action in ACTIONS]
    assert len(names) == len(set(names))
    assert any("Ctrl+Z" in row[1] for row in help_rows())


def test_no_key_is_one_of_naparis_menus(viewer: Any) -> None:
    from app_model import Application
    from app_model.types import KeyBinding

    app = Application.get_app("test_app")
    assert app is not None
    taken = {str(rule.keybinding) for rule in app.keybindings}
    assert "Ctrl+O" in taken
    ours = {
        str(KeyBinding.from_str(key.replace("Control", "Ctrl").replace("-", "+")))
        for action in ACTIONS
        for key in action.keys
    }
    assert not taken & ours


def test_answers_go_on_to_the_next_question(opened: Any) -> None:
    viewer, session, _ = opened
    karyotype = session.current.karyotype
    assert session.selected == 8
    mouse.key(viewer, Qt.Key.Key_Comma)
    assert karyotype.slot_of(8) == "4", "the likeliest class other than where it sat"
    assert session.selected == 30
    assert "1 left to look at" in viewer.status
    # Undone, it is selected again.
    mouse.key(viewer, Qt.Key.Key_Z, CONTROL)
    assert session.selected == 8
    assert karyotype.slot_of(8) == "5"
    # Who types the class it sits in has accepted it.
    mouse.key(viewer, Qt.Key.Key_5)
    assert 8 in karyotype.state.reviewed
    assert session.selected == 30
    second = [name for name, _ in session.current.classification.alternatives(30)][2]
    mouse.key(viewer, Qt.Key.Key_Period)
    assert karyotype.slot_of(30) == second
    assert session.selected == 30, "nothing is left to go on to"
    assert "Nothing doubtful is left" in viewer.status
    # What was no question does not call the person away.
    session.select(0)
    mouse.key(viewer, Qt.Key.Key_7)
    assert session.selected == 0
    # Nor does a class typed for one that is selected no more.
    karyotype.go_to(0)
    session.select(8)
    mouse.key(viewer, Qt.Key.Key_1)
    session.select(20)
    assert karyotype.slot_of(8) == "1"
    assert session.selected == 20


def test_all_sure_ones_are_accepted_at_once(opened: Any) -> None:
    viewer, session, view = opened
    karyotype = session.current.karyotype
    karyotype.move([0], "2")
    mouse.key(viewer, Qt.Key.Key_G)
    assert karyotype.state.reviewed == frozenset(range(46)) - {0, 8, 30}
    assert len(karyotype.history) == 2, "one edit"
    assert session.current.doubtful() == [8, 30]
    assert page_lights(view)[5] == "settled"
    mouse.key(viewer, Qt.Key.Key_G)
    assert "No sure one" in viewer.status
    mouse.key(viewer, Qt.Key.Key_Z, CONTROL)
    assert not karyotype.state.reviewed


def test_a_derivative_is_called_by_key(opened: Any) -> None:
    viewer, session, _ = opened
    karyotype = session.current.karyotype
    first = karyotype.state.slots["9"][0]
    session.select(first)
    mouse.key(viewer, Qt.Key.Key_D)
    assert karyotype.state.derivatives == {first}
    assert karyotype.state.slots["9"][-1] == first
    mouse.key(viewer, Qt.Key.Key_D)
    assert not karyotype.state.derivatives


def test_a_cell_is_marked_and_signed_by_keys(opened: Any, notices: list[str]) -> None:
    viewer, session, _ = opened
    karyotype = session.current.karyotype
    for expected in (1, 2, 3, 0):
        mouse.key(viewer, Qt.Key.Key_K, CONTROL)
        assert len(karyotype.state.marks) == expected
    mouse.key(viewer, Qt.Key.Key_Return, CONTROL)
    assert not karyotype.state.signatures
    assert any("initials" in words for words in notices)
    session.set_who("AB")
    mouse.key(viewer, Qt.Key.Key_Return, CONTROL)
    assert [(sign.role, sign.who) for sign in karyotype.state.signatures] == [("reviewed", "AB")]
    assert "2 chromosomes of it were never looked at" in viewer.status
    mouse.key(viewer, Qt.Key.Key_Return, CONTROL | SHIFT)
    assert len(karyotype.state.signatures) == 1
    assert "second person" in notices[-1]
    session.set_who("CD")
    mouse.key(viewer, Qt.Key.Key_Return, CONTROL | SHIFT)
    assert [sign.who for sign in karyotype.state.signatures] == ["AB", "CD"]


def test_a_refused_edit_is_told_and_changes_nothing(opened: Any, notices: list[str]) -> None:
    from napari_karyo.errors import CaseError

    class Full:
        def keep(self, *_: Any) -> None:
            raise CaseError("the disk is full.", "Make room.", "P1.karyo")

    viewer, session, view = opened
    karyotype = session.current.karyotype
    karyotype.move([0], "2")
    karyotype.journal = Full()
    session.select(8)
    before, picture = karyotype.state, view.layers["karyogram"].data.copy()
    keys = [
        (Qt.Key.Key_7, NONE),
        (Qt.Key.Key_Return, NONE),
        (Qt.Key.Key_Comma, NONE),
        (Qt.Key.Key_G, NONE),
        (Qt.Key.Key_F, NONE),
        (Qt.Key.Key_W, NONE),
        (Qt.Key.Key_T, NONE),
        (Qt.Key.Key_M, NONE),
        (Qt.Key.Key_D, NONE),
        (Qt.Key.Key_K, CONTROL),
        (Qt.Key.Key_Z, CONTROL),
    ]
    for count, (code, modifier) in enumerate(keys, start=1):
        mouse.key(viewer, code, modifier)
        assert sum("disk is full" in words for words in notices) == count, code
        assert "disk is full" in viewer.status
        assert karyotype.state == before
        assert session.selected == 8
    mouse.drag(viewer, view.page.places[8].box.center, view.page.slots["1"].inner.center)
    assert karyotype.state == before
    assert "disk is full" in viewer.status
    assert np_equal(view.layers["karyogram"].data, picture)


def test_a_typical_cell_takes_few_keys(opened: Any) -> None:
    """Three wrong ones: from opening to the question where to write it, at most eight."""
    from drawn import MALE

    viewer, session, _ = opened
    wrong = {4: ("5", 0.45), 17: ("11", 0.42), 40: ("22", 0.40)}
    session.open(make_classification(make_cell(name="cell C"), MALE, wrong))
    karyotype = session.current.karyotype
    presses = 0
    while session.current.doubtful():
        mouse.key(viewer, Qt.Key.Key_Comma)
        presses += 1
    for code in (Qt.Key.Key_G, Qt.Key.Key_E):
        mouse.key(viewer, code, CONTROL if code == Qt.Key.Key_E else NONE)
        presses += 1
    assert [karyotype.slot_of(one) for one in wrong] == ["5", "11", "22"]
    assert presses <= 8

    dialog = session.open_window("review").export.dialog
    assert dialog is not None
    assert dialog.isVisible()
    dialog.close()
    mouse.settle()
