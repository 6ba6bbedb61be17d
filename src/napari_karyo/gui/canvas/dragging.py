"""The mouse on the karyogram: clicking to select, and dragging onto a slot.

Each begins one generator: the code before the first ``yield`` runs on press, the loop
on every move that was heard of, the rest on release; `gesture` drives it. What lies under the
mouse is asked of the page, never of napari's layers. Another use of the mouse, such as
drawing a line, is a tool of `picture_tools`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from napari_karyo.gui import actions
from napari_karyo.gui.canvas.gesture import MouseEvent, Steps
from napari_karyo.gui.canvas.picture_tools import TREMBLE, Rotating, ToolHost, distance

if TYPE_CHECKING:
    import napari
    from napari.layers import Layer


def begin(view: ToolHost, viewer: napari.Viewer, event: MouseEvent) -> Steps | None:
    """Return what a press of the left button on the karyogram begins, if anything."""
    page, layer = view.page, viewer.layers.selection.active
    if page is None or not _has_mouse(view, viewer):
        return None
    tool = view.tools.active
    view.spread.in_hand = view.spread.to_sheet(event.position) is not None
    if tool is not None and tool.used and not view.spread.in_hand:
        # It was in hand for the photograph.
        view.tools.put_away()
        tool = None
    if tool is not None and not event.modifiers:
        return _holding_page(layer, tool.drag(event))
    if view.spread.in_hand:
        return _click_spread(view, event)
    row, column = view.to_page(event.position)
    rotated = _to_rotate(view, event, row, column)
    if rotated is not None:
        return _holding_page(layer, Rotating(view, rotated).drag(event))
    if event.modifiers:
        return None
    index = page.chromosome_at(row, column)
    if index is None:
        return _maybe_click_beside(view, event)
    view.session.select(index)
    return _holding_page(layer, _carry(view, index, event))


def takes_hold(view: ToolHost, viewer: napari.Viewer, event: MouseEvent) -> bool:
    """Whether a press takes hold of a chromosome or its handle, or is a tool's."""
    if view.page is None or not _has_mouse(view, viewer):
        return False
    if view.tools.active is not None and not event.modifiers:
        return True
    if view.spread.to_sheet(event.position) is not None:
        return not event.modifiers and bool(view.spread.chromosomes_at(event.position))
    row, column = view.to_page(event.position)
    if _to_rotate(view, event, row, column) is not None:
        return True
    return not event.modifiers and view.page.chromosome_at(row, column) is not None


def _has_mouse(view: ToolHost, viewer: napari.Viewer) -> bool:
    """Whether a press is for the karyogram: flat, active, and not being drawn on."""
    layer = viewer.layers.selection.active
    return (
        viewer.dims.ndisplay == 2
        and layer in view.layers.values()
        and str(layer.mode) == "pan_zoom"
    )


def _click_spread(view: ToolHost, event: MouseEvent) -> Steps | None:
    """Select what is clicked on the photograph; the photograph may be moved by any of it."""
    if event.modifiers:
        return None
    index = view.spread.choose(event.position)
    if index is None:
        return _maybe_click_beside(view, event)
    view.session.select(index)
    return None


def _to_rotate(view: ToolHost, event: MouseEvent, row: float, column: float) -> int | None:
    """Return the chromosome that a press rotates: by its handle, or with Alt or Shift."""
    assert view.page is not None
    pressed = {str(getattr(one, "name", one)) for one in event.modifiers}
    if not pressed and view.selection.on_handle(row, column):
        return view.session.selected
    if pressed in ({"Alt"}, {"Shift"}):
        # The desktop of some people moves windows with Alt, so that Shift must do as well.
        return view.page.chromosome_at(row, column)
    return None


def _carry(view: ToolHost, index: int, event: MouseEvent) -> Steps:
    """Carry a chromosome as long as the button is held, then put it down."""
    cell = view.session.current
    pressed_at = tuple(event.pos)
    lifted = given_up = False
    try:
        yield
        while event.type == "mouse_move":
            # Escape lets go of what is selected: it stays where it was.
            given_up = given_up or view.session.selected is None
            if cell is not view.session.current or view.page is None or given_up:
                view.selection.let_down()
                yield
                continue
            if not lifted and distance(pressed_at, event.pos) >= TREMBLE:
                lifted = True
                view.selection.lift(index)
            if lifted:
                view.selection.carry(*view.to_page(event.position))
            yield
    finally:
        view.selection.let_down()
    page = view.page
    # A quick hand lets go before a move was heard of.
    moved = lifted or distance(pressed_at, event.pos) >= TREMBLE
    if not moved or page is None or cell is None:
        return
    if cell is not view.session.current:
        # A run that ended, or a key, has put another cell under the mouse.
        view.session.say("Another cell came on top: nothing was changed.")
        return
    if given_up or view.session.selected is None:
        view.session.say("It stays where it was.")
        return
    row, column = view.to_page(event.position)
    slot = page.slot_at(row, column)
    if slot is None:
        view.session.say("Let go outside the slots: nothing was changed.")
        return
    if index not in cell.present:
        view.session.say("It was merged or split meanwhile: nothing was changed.")
        return
    position = page.position_in(slot, column)
    if cell.karyotype.slot_of(index) == slot:
        members = cell.karyotype.state.slots[slot]
        # The position is counted without the dragged one.
        position -= int(position > members.index(index))
        if members.index(index) == position:
            return
    actions.place(view.session, slot, index=index, position=position)


def _holding_page(layer: Layer, steps: Steps) -> Steps:
    """Let the page itself stay where it is while the mouse is at work on it."""
    pan = layer.mouse_pan
    layer.mouse_pan = False
    try:
        yield from steps
    finally:
        layer.mouse_pan = pan


def _maybe_click_beside(view: ToolHost, event: MouseEvent) -> Steps:
    """Let go of the selection on a click beside, but not when the page is moved."""
    pressed_at = tuple(event.pos)
    yield
    while event.type == "mouse_move":
        yield
    if distance(pressed_at, event.pos) < TREMBLE:
        view.session.select(None)


def wake_callback(view: ToolHost) -> Callable[[napari.Viewer, MouseEvent], None]:
    """Return the viewer's mouse callback that makes the karyogram active on a click on it.

    A folder dropped later leaves its crops active: without this, clicks and keys
    would do nothing. A layer that is being drawn on keeps its mouse, and so does
    one that is seen over the karyogram where the click went.
    """

    def wake(viewer: napari.Viewer, event: MouseEvent) -> None:
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
        on_spread = view.spread.to_sheet(event.position) is not None
        if not (on_page or on_spread) or _is_covered(view, viewer, event.position):
            return
        view.activate()
        index = view.page.chromosome_at(row, column)
        if on_spread:
            index = view.spread.choose(event.position)
        if index is not None and view.tools.active is None:
            view.session.select(index)

    return wake


def _is_covered(view: ToolHost, viewer: napari.Viewer, world: Iterable[float]) -> bool:
    """Whether a layer that is none of the karyogram's is seen over it at a place."""
    point = np.asarray(tuple(world)[-2:])
    layers, own = list(viewer.layers), list(view.layers.values())
    for layer in layers[layers.index(view.layers["karyogram"]) + 1 :]:
        if layer.visible and layer not in own:
            low, high = layer.extent.world[:, -2:]
            if (low <= point).all() and (point <= high).all():
                return True
    return False
