"""The hand on the karyogram: clicking to select, and dragging onto a slot.

One generator, as napari's mouse callbacks want it: the code before the first
``yield`` runs on press, the loop on every move, the rest on release. What lies
under the mouse is asked of the page, never of napari's layers. Another use of the
mouse, such as drawing a line, is a tool of `picture_tools`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_karyo.gui import actions
from napari_karyo.gui.picture_tools import TREMBLE, Rotating, distance

if TYPE_CHECKING:
    from napari_karyo.gui.karyogram_view import KaryogramView


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
        page = view.page
        if event.button != 1 or str(layer.mode) != "pan_zoom" or page is None:
            return
        tool = view.tools.active
        if tool is not None and not event.modifiers:
            with _page_held(layer):
                yield from tool.drag(event)
            return
        row, column = view.to_page(event.position)
        rotated = _to_rotate(view, event, row, column)
        if rotated is not None:
            with _page_held(layer):
                yield from Rotating(view, rotated).drag(event)
            return
        if event.modifiers:
            return
        index = page.chromosome_at(row, column)
        if index is None:
            yield from _maybe_click_beside(view, event)
            return
        view.desk.select(index)
        with _page_held(layer):
            yield from _carry(view, index, event)

    return drag


def _to_rotate(view: KaryogramView, event: Any, row: float, column: float) -> int | None:
    """Return the chromosome that a press rotates: by its handle, or with Alt or Shift."""
    assert view.page is not None
    pressed = {str(getattr(one, "name", one)) for one in event.modifiers}
    if not pressed and view.hand.on_handle(row, column):
        return view.desk.selected
    if pressed in ({"Alt"}, {"Shift"}):
        # The desktop of some people moves windows with Alt, so that Shift must do as well.
        return view.page.chromosome_at(row, column)
    return None


def _carry(view: KaryogramView, index: int, event: Any) -> Generator[None, None, None]:
    """Carry a chromosome as long as the button is held, then put it down."""
    cell = view.desk.current
    pressed_at = tuple(event.pos)
    lifted = given_up = False
    try:
        yield
        while event.type == "mouse_move":
            # Escape lets go of what is in hand: it stays where it was.
            given_up = given_up or view.desk.selected is None
            if cell is not view.desk.current or view.page is None or given_up:
                view.hand.let_down()
                yield
                continue
            if not lifted and distance(pressed_at, event.pos) >= TREMBLE:
                lifted = True
                view.hand.lift(index)
            if lifted:
                view.hand.carry(*view.to_page(event.position))
            yield
    finally:
        view.hand.let_down()
    page = view.page
    # A quick hand lets go before a move was heard of.
    moved = lifted or distance(pressed_at, event.pos) >= TREMBLE
    if not moved or page is None or cell is None:
        return
    if cell is not view.desk.current:
        # A run that ended, or a key, has put another cell under the hand.
        view.desk.say("Another cell came on top: nothing was changed.")
        return
    if given_up or view.desk.selected is None:
        view.desk.say("It stays where it was.")
        return
    row, column = view.to_page(event.position)
    slot = page.slot_at(row, column)
    if slot is None:
        view.desk.say("Let go outside the slots: nothing was changed.")
        return
    if index not in cell.present:
        view.desk.say("It was merged or split meanwhile: nothing was changed.")
        return
    position = page.position_in(slot, column)
    if cell.karyotype.slot_of(index) == slot:
        seats = cell.karyotype.state.slots[slot]
        # The seat is counted without the one in the hand.
        position -= int(position > seats.index(index))
        if seats.index(index) == position:
            return
    actions.place(view.desk, slot, index=index, position=position)


@contextmanager
def _page_held(layer: Any) -> Iterator[None]:
    """Let the page itself stay where it is while the hand is at work on it."""
    pan = layer.mouse_pan
    layer.mouse_pan = False
    try:
        yield
    finally:
        layer.mouse_pan = pan


def _maybe_click_beside(view: KaryogramView, event: Any) -> Generator[None, None, None]:
    """Let go of the selection on a click beside, but not when the page is moved."""
    pressed_at = tuple(event.pos)
    yield
    while event.type == "mouse_move":
        yield
    if distance(pressed_at, event.pos) < TREMBLE:
        view.desk.select(None)


def wake_callback(view: KaryogramView) -> Any:
    """Return the viewer's mouse callback that makes the karyogram active on a click on it.

    A folder dropped later leaves its crops active: without this, clicks and keys
    would do nothing. A layer that is being drawn on keeps its mouse, and so does
    one that is seen over the karyogram where the click went.
    """

    def wake(viewer: Any, event: Any) -> None:
        if event.button != 1 or event.modifiers or viewer.dims.ndisplay != 2:
            return
        active = viewer.layers.selection.active
        karyogram = view.layers.get("karyogram")
        if view.page is None or karyogram is None or not karyogram.visible:
            return
        if active in view.layers.values():
            return
        if active is not None and active.visible and str(active.mode) != "pan_zoom":
            return
        row, column = view.to_page(event.position)
        on_page = 0 <= row < view.page.height and 0 <= column < view.page.width
        if not on_page or _is_covered(view, viewer, event.position):
            return
        view.activate()
        index = view.page.chromosome_at(row, column)
        if index is not None and view.tools.active is None:
            view.desk.select(index)

    return wake


def _is_covered(view: KaryogramView, viewer: Any, world: Iterable[float]) -> bool:
    """Whether a layer that is none of the karyogram's is seen over it at a place."""
    point = np.asarray(tuple(world)[-2:])
    layers, own = list(viewer.layers), list(view.layers.values())
    for layer in layers[layers.index(view.layers["karyogram"]) + 1 :]:
        if layer.visible and layer not in own:
            low, high = layer.extent.world[:, -2:]
            if (low <= point).all() and (point <= high).all():
                return True
    return False
