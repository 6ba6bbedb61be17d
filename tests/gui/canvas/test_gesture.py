"""What the hand does is done, in whatever order and however late its moves are told."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import mouse
import pytest
from napari.utils._proxies import ReadOnlyWrapper
from napari.utils.interactions import (
    mouse_move_callbacks,
    mouse_press_callbacks,
    mouse_release_callbacks,
)
from qtpy.QtCore import Qt

from napari_karyo.gui.canvas.selection_overlay import handle_of

Place = tuple[float, float]


class Told:
    """Tells a viewer of the mouse as napari's canvas does, in an order of our own.

    Parameters
    ----------
    viewer : napari.Viewer
    start, end : (row, column)
        Where the button is pressed and where it is let go.
    """

    def __init__(self, viewer: Any, start: Place, end: Place) -> None:
        self.viewer = viewer
        self.start, self.end = start, end
        self.pressed: Any = None

    def press(self) -> None:
        self.pressed = self._tell(mouse_press_callbacks, "mouse_press", self.start, None, [1])

    def move(self, share: float) -> None:
        (y0, x0), (y1, x1) = self.start, self.end
        place = y0 + (y1 - y0) * share, x0 + (x1 - x0) * share
        self._tell(mouse_move_callbacks, "mouse_move", place, self.pressed, [1])

    def move_of_before(self, press: Any = None) -> None:
        """A move made elsewhere before the press, or with the press before, told now."""
        buttons = [] if press is None else [1]
        self._tell(mouse_move_callbacks, "mouse_move", (560.0, 60.0), press, buttons)

    def release(self) -> None:
        self._tell(mouse_release_callbacks, "mouse_release", self.end, self.pressed, [])
        self.pressed = None

    def _tell(
        self,
        callbacks: Callable[..., None],
        kind: str,
        place: Place,
        press: Any,
        buttons: list[int],
    ) -> Any:
        point = mouse.on_canvas(self.viewer, *place)
        event = SimpleNamespace(
            type=kind,
            button=1,
            buttons=buttons,
            modifiers=(),
            pos=(point.x(), point.y()),
            position=place,
            press_event=press,
            native=object(),
            is_dragging=press is not None,
            handled=False,
        )
        told = ReadOnlyWrapper(event, exceptions=("handled",))
        callbacks(self.viewer, told)
        active = self.viewer.layers.selection.active
        if active is not None:
            callbacks(active, told)
        return event


def every_move(told: Told) -> None:
    told.press()
    for step in range(1, 9):
        told.move(step / 8)
    told.release()


def no_move(told: Told) -> None:
    told.press()
    told.release()


def the_first_only(told: Told) -> None:
    told.press()
    told.move(0.1)
    told.release()


def one_from_before_the_press(told: Told) -> None:
    told.press()
    told.move_of_before()
    told.release()


def one_of_the_drag_before(told: Told) -> None:
    told.press()
    told.move_of_before(SimpleNamespace(native=object()))
    told.move(0.5)
    told.release()


def the_last_after_the_release(told: Told) -> None:
    told.press()
    told.move(0.3)
    told.release()
    told.move(1.0)


def the_press_twice(told: Told) -> None:
    """The first one's release was never told, as where a dialog took the mouse."""
    told.press()
    told.move(0.7)
    told.press()
    told.release()


def another_layer_becomes_active(told: Told) -> None:
    told.press()
    told.viewer.layers.selection.active = None
    told.release()


ORDERS = (
    every_move,
    no_move,
    the_first_only,
    one_from_before_the_press,
    one_of_the_drag_before,
    the_last_after_the_release,
    the_press_twice,
    another_layer_becomes_active,
)


def history(session: Any) -> list[str]:
    return [edit.kind for edit in session.current.karyotype.history]


def afresh(opened: Any) -> None:
    _, session, view = opened
    session.current.karyotype.go_to(0)
    session.select(8)
    view.activate()


def check_at_rest(opened: Any) -> None:
    """Nothing is left of what the hand did but its edit."""
    _, _, view = opened
    assert view.tools.active is None
    assert not view.selection.drag_preview.shown
    assert view.layers["karyogram"].mouse_pan


def test_each_gesture_is_done_in_every_order(opened: Any) -> None:
    viewer, session, view = opened
    mouse.settle()
    for order in ORDERS:
        afresh(opened)
        order(Told(viewer, view.page.places[8].box.center, view.page.slots["4"].box.center))
        assert session.current.karyotype.slot_of(8) == "4", order
        assert history(session) == ["move"], order
        check_at_rest(opened)

        afresh(opened)
        place = view.page.places[8]
        y, x = handle_of(view.page, place)
        middle = place.box.center
        # A quarter, clockwise.
        end = middle[0] + (x - middle[1]), middle[1] - (y - middle[0])
        order(Told(viewer, (y, x), end))
        assert session.current.karyotype.state.appearance(8).angle == pytest.approx(90, abs=1), (
            order
        )
        assert history(session) == ["look"], order
        check_at_rest(opened)

        afresh(opened)
        box = view.page.places[8].box
        row = box.top + 0.45 * box.height
        mouse.key(viewer, Qt.Key.Key_K)
        order(Told(viewer, (row, box.left - 8), (row, box.right + 8)))
        assert history(session) == ["split"], order
        check_at_rest(opened)


def test_a_click_is_no_drag_in_any_order(opened: Any) -> None:
    viewer, session, view = opened
    mouse.settle()
    afresh(opened)
    box = view.page.places[8].box
    for order in ORDERS:
        session.select(None)
        view.activate()
        order(Told(viewer, box.center, box.center))
        assert session.selected == 8, order
        assert not history(session), order
        check_at_rest(opened)
        # A corner of a line to cut along, and not the line.
        view.activate()
        mouse.key(viewer, Qt.Key.Key_K)
        order(Told(viewer, box.center, box.center))
        assert not history(session), order
        assert len(view.tools.active.points) == 1, order
        view.activate()
        mouse.key(viewer, Qt.Key.Key_Escape)
        check_at_rest(opened)


def test_real_moves_that_nobody_heard_of_rotate(opened: Any) -> None:
    viewer, session, view = opened
    mouse.settle()
    afresh(opened)
    place = view.page.places[8]
    y, x = handle_of(view.page, place)
    middle = place.box.center
    mouse.fling(viewer, (y, x), (middle[0] + (x - middle[1]), middle[1] - (y - middle[0])))
    assert session.current.karyotype.state.appearance(8).angle == pytest.approx(90, abs=3)
    check_at_rest(opened)


def test_a_drag_at_once_after_a_click_is_no_double_click(opened: Any) -> None:
    viewer, session, view = opened
    mouse.settle()
    camera = viewer.scene.camera.center, viewer.scene.camera.zoom
    start, goal = view.page.places[8].box.center, view.page.slots["4"].box.center
    mouse.click(viewer, start)
    mouse.press_again(viewer, start)
    mouse.move(viewer, goal)
    assert view.selection.drag_preview.shown
    mouse.release(viewer, goal)
    assert session.current.karyotype.slot_of(8) == "4"
    assert (viewer.scene.camera.center, viewer.scene.camera.zoom) == camera
    check_at_rest(opened)


def test_a_double_click_ends_a_line(opened: Any) -> None:
    viewer, session, view = opened
    mouse.settle()
    afresh(opened)
    box = view.page.places[8].box
    row = box.top + 0.45 * box.height
    mouse.key(viewer, Qt.Key.Key_K)
    for column in (box.left - 8, box.right + 8):
        mouse.click(viewer, (row, column))
    assert not history(session)
    mouse.press_again(viewer, (row, box.right + 8))
    mouse.release(viewer, (row, box.right + 8))
    assert history(session) == ["split"]
    check_at_rest(opened)


def test_a_double_click_beside_zooms_as_everywhere_in_napari(opened: Any) -> None:
    viewer, session, _view = opened
    mouse.settle()
    zoom = viewer.scene.camera.zoom
    mouse.click(viewer, (112.0, 880.0))
    mouse.press_again(viewer, (112.0, 880.0))
    mouse.release(viewer, (112.0, 880.0))
    assert viewer.scene.camera.zoom > zoom
    assert not history(session)
