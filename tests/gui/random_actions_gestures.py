"""What a person does with the mouse and the keys."""

from __future__ import annotations

import mouse
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent, QWheelEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication
from random_actions_person import (
    DOINGS,
    Person,
    can_point,
    doing,
    has_cell,
    has_layers,
    has_page,
    hears_the_mouse,
)

from napari_karyo.classes import CLASSES
from napari_karyo.gui.actions import perform
from napari_karyo.gui.actions.action_table import ACTIONS
from napari_karyo.gui.canvas.keys import CLASS_KEYS
from napari_karyo.gui.canvas.selection_overlay import handle_of

_HELD = {
    "Control": Qt.KeyboardModifier.ControlModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
}
_NAMED = {
    "Enter": Qt.Key.Key_Return,
    "Escape": Qt.Key.Key_Escape,
    "Delete": Qt.Key.Key_Delete,
    "Right": Qt.Key.Key_Right,
    "Left": Qt.Key.Key_Left,
    "Up": Qt.Key.Key_Up,
    "Down": Qt.Key.Key_Down,
    "PageDown": Qt.Key.Key_PageDown,
    "PageUp": Qt.Key.Key_PageUp,
}
#: Keys of the table, of the tools, and of napari itself.
KEYS = (
    *(key for action in ACTIONS for key in action.keys),
    *CLASS_KEYS,
    "Up",
    "Down",
    "Control-G",
)


#: What may happen while a mouse button is held.
MEANWHILE = {
    "press_a_key",
    "press_a_key_over_the_karyogram",
    "undo_storm",
    "edit_from_the_console",
    "go_to_another_cell",
    "close_a_cell",
    "delete_a_layer",
    "delete_all_layers",
    "hide_or_show_a_layer",
    "three_dimensions",
    "grid_mode",
    "close_a_dock",
    "open_a_drawn_cell",
    "wait_for_the_run",
    "classify",
    "make_a_layer_active",
    "begin_a_tool",
    "zoom",
}


# -- mouse --------------------------------------------------------------------------


def _canvas_point(person: Person, place: tuple[float, float]) -> QPoint:
    """Where a place shows, not farther out of the window than a hand goes."""
    point = mouse.on_canvas(person.viewer, *place)
    return QPoint(min(max(point.x(), -400), 3000), min(max(point.y(), -400), 3000))


def _send(person: Person, kind: QEvent.Type, point: QPoint, held: bool) -> None:
    canvas, left = mouse.native(person.viewer), Qt.MouseButton.LeftButton
    if not hears_the_mouse(person):
        return
    moved = kind == QEvent.Type.MouseMove
    event = QMouseEvent(
        kind,
        QPointF(point),
        QPointF(canvas.mapToGlobal(point)),
        Qt.MouseButton.NoButton if moved else left,
        left if held else Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(canvas, event)
    mouse.settle()


def _press(person: Person, place: tuple[float, float]) -> None:
    point = _canvas_point(person, place)
    _send(person, QEvent.Type.MouseMove, point, held=False)
    _send(person, QEvent.Type.MouseButtonPress, point, held=True)


def _move(person: Person, place: tuple[float, float]) -> None:
    _send(person, QEvent.Type.MouseMove, _canvas_point(person, place), held=True)


def _release(person: Person, place: tuple[float, float]) -> None:
    _send(person, QEvent.Type.MouseButtonRelease, _canvas_point(person, place), held=False)


def drag_along(
    person: Person, start: tuple[float, float], end: tuple[float, float], steps: int
) -> None:
    """Drag as quickly as the hand likes: not every move is heard of."""
    _press(person, start)
    for step in range(1, steps + 1):
        share = step / steps
        _move(person, tuple(a + (b - a) * share for a, b in zip(start, end, strict=True)))
    _release(person, end)


@doing(6, can_point)
def click(person: Person) -> None:
    place = person.one_place()
    _press(person, place)
    _release(person, place)


@doing(3, can_point)
def click_otherwise(person: Person) -> None:
    canvas, point = mouse.native(person.viewer), _canvas_point(person, person.one_place())
    button = person.chance.choice((Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton))
    held = person.chance.choice((Qt.KeyboardModifier.NoModifier, *_HELD.values()))
    if person.chance.random() < 0.3:
        QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, held, point)
        return
    QTest.mousePress(canvas, button, held, point)
    _move(person, person.one_place())
    QTest.mouseRelease(canvas, button, held, _canvas_point(person, person.one_place()))


@doing(12, has_page)
def drag(person: Person) -> None:
    drag_along(person, person.one_place(), person.one_place(), person.chance.randrange(5))


@doing(4, lambda person: has_page(person) and person.session.selected is not None)
def drag_the_handle(person: Person) -> None:
    page = person.view.page
    start = handle_of(page, page.places[person.session.selected])
    drag_along(person, start, person.one_place(), person.chance.randrange(6))


@doing(8, has_page)
def drag_and_do_something_meanwhile(person: Person) -> None:
    """Something else happens while the button is held."""
    start, end = person.one_place(), person.one_place()
    _press(person, start)
    _move(person, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
    other = person.chance.choice([one for one in DOINGS if one.name in MEANWHILE])
    if other.can(person):
        other.do(person)
        mouse.settle()
    _move(person, end)
    _release(person, end)


@doing(2, can_point)
def zoom(person: Person) -> None:
    canvas, point = mouse.native(person.viewer), _canvas_point(person, person.one_place())
    where = QPointF(point)
    event = QWheelEvent(
        where,
        QPointF(canvas.mapToGlobal(point)),
        QPoint(0, 0),
        QPoint(0, person.chance.choice((-240, -120, 120, 240))),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


@doing(2)
def see_all(person: Person) -> None:
    person.viewer.reset_view()


# -- keys ---------------------------------------------------------------------------


def press_key(person: Person, written: str) -> None:
    """Press a key as napari writes it, such as ``Control-Shift-Z``."""
    *held, last = written.split("-") if len(written) > 1 else [written]
    modifier = Qt.KeyboardModifier.NoModifier
    for one in held:
        modifier |= _HELD[one]
    code = _NAMED.get(last) or Qt.Key(ord(last.upper()))
    QTest.keyClick(mouse.native(person.viewer), code, modifier)


@doing(22)
def press_a_key(person: Person) -> None:
    press_key(person, person.chance.choice(KEYS))


@doing(10, has_page)
def press_a_key_over_the_karyogram(person: Person) -> None:
    person.view.bring_back()
    press_key(person, person.chance.choice(KEYS))


@doing(6, has_page)
def type_a_class(person: Person) -> None:
    person.view.activate()
    for letter in person.chance.choice(CLASSES):
        press_key(person, letter)
    if person.chance.random() < 0.5:
        press_key(person, person.chance.choice(("Enter", "Escape", "N", "Control-Z")))


@doing(3, has_layers)
def make_a_layer_active(person: Person) -> None:
    person.viewer.layers.selection.active = person.one_layer()


@doing(3, has_cell)
def press_a_button(person: Person) -> None:
    perform(person.session, person.chance.choice(ACTIONS))
