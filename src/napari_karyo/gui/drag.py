"""Dragging a chromosome onto a slot, and clicking to select.

One generator, as napari's mouse callbacks want it: the code before the first
``yield`` runs on press, the loop on every move, the rest on release. What lies
under the mouse is asked of the page, never of napari's layers.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from napari_karyo.gui import actions

if TYPE_CHECKING:
    from napari_karyo.gui.karyogram_view import KaryogramView

#: Canvas pixels the mouse may tremble before a click becomes a drag.
TREMBLE = 4.0


def drag_callback(view: KaryogramView) -> Any:
    """Return the mouse callback of a karyogram's layers.

    Parameters
    ----------
    view : KaryogramView

    Returns
    -------
    generator function of (layer, event)
    """

    def drag(layer: Any, event: Any) -> Generator[None, None, None]:
        if event.button != 1 or str(layer.mode) != "pan_zoom" or event.modifiers:
            return
        page = view.page
        if page is None:
            return
        row, column = _on_page(view, event)
        index = page.chromosome_at(row, column)
        cell = view.desk.current
        if index is None:
            yield from _maybe_click_beside(view, event)
            return
        view.desk.select(index)
        pressed_at = tuple(event.pos)
        pan = layer.mouse_pan
        moving = False
        # The page itself must stay where it is while a chromosome is in the hand.
        layer.mouse_pan = False
        try:
            yield
            while event.type == "mouse_move":
                if cell is not view.desk.current or view.page is None:
                    view.let_down()
                    yield
                    continue
                row, column = _on_page(view, event)
                if not moving and _distance(pressed_at, event.pos) >= TREMBLE:
                    moving = True
                    view.lift(index)
                if moving:
                    view.carry(row, column)
                yield
        finally:
            layer.mouse_pan = pan
            view.let_down()
        page = view.page
        if not moving or page is None or cell is None:
            return
        if cell is not view.desk.current:
            # A run that ended, or a key, has put another cell under the hand.
            view.desk.say("Another cell came on top: nothing was changed.")
            return
        row, column = _on_page(view, event)
        slot = page.slot_at(row, column)
        if slot is None:
            view.desk.say("Let go outside the slots: nothing was changed.")
            return
        position = page.position_in(slot, column)
        if cell.karyotype.slot_of(index) == slot:
            seats = cell.karyotype.state.slots[slot]
            # The seat is counted without the one in the hand.
            position -= int(position > seats.index(index))
            if seats.index(index) == position:
                return
        actions.place(view.desk, slot, index=index, position=position)

    return drag


def _maybe_click_beside(view: KaryogramView, event: Any) -> Generator[None, None, None]:
    """Let go of the selection on a click beside, but not when the page is moved."""
    pressed_at = tuple(event.pos)
    yield
    while event.type == "mouse_move":
        yield
    if _distance(pressed_at, event.pos) < TREMBLE:
        view.desk.select(None)


def _on_page(view: KaryogramView, event: Any) -> tuple[float, float]:
    row, column = view.to_page(event.position)
    return row, column


def _distance(first: Any, second: Any) -> float:
    return float(max(abs(first[0] - second[0]), abs(first[1] - second[1])))
