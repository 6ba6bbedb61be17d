"""A press of the mouse, its moves and its release, as the hand made them.

What reaches a plugin is not that. vispy leaves out each move that follows another within
10 ms, so that a quick hand's release may come without any move before it. napari hands a
move on up to 5 ms late, and by then a press may have come that the move knows nothing of.
Qt makes a double click of the second of two quick presses, and napari zooms on it. And a
layer's own callbacks hear no release where another layer became active meanwhile, as when
a folder was read: so this listens to the viewer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import napari

_log = logging.getLogger(__name__)

Steps = Generator[None, None, None]


class MouseEvent(Protocol):
    """An event of napari's mouse callbacks.

    Attributes
    ----------
    type : str
        Changes while a gesture goes on: ``mouse_press``, ``mouse_move``, ``mouse_release``.
    button : int
        1 is the left one.
    buttons : sequence of int
        Those that are held.
    modifiers : sequence
        Keys that are held.
    pos : sequence of float
        Where, in pixels of the canvas.
    position : sequence of float
        Where, in the viewer's world.
    native : object
        Qt's own event.
    press_event : MouseEvent or None
        What the move or the release belongs to.
    """

    type: str
    button: int
    buttons: Sequence[int]
    modifiers: Sequence[object]
    pos: Sequence[float]
    position: Sequence[float]
    native: object
    press_event: MouseEvent | None


class Gestures:
    """Hears a viewer's mouse and drives what a press begins.

    Parameters
    ----------
    begin : function of (viewer, event)
        Returns a generator, as napari's mouse callbacks are, or None where the press
        means nothing to the plugin. Of the moves it sees only those made since the press;
        it must not need any of them, for the release says where the hand is.
    takes_hold : function of (viewer, event)
        Whether a press would take hold of something, without doing it.
    ended : function
        Called when what a press began is over.
    """

    def __init__(
        self,
        begin: Callable[[napari.Viewer, MouseEvent], Steps | None],
        takes_hold: Callable[[napari.Viewer, MouseEvent], bool],
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self._begin = begin
        self._takes_hold = takes_hold
        self._ended = ended
        self._running: Steps | None = None
        self._camera: tuple[float, tuple[float, ...]] | None = None

    @property
    def held(self) -> bool:
        """Whether what a press began goes on."""
        return self._running is not None

    def listen(self, viewer: napari.Viewer) -> None:
        """Hear a viewer's mouse from now on."""
        if self.drag not in viewer.mouse_drag_callbacks:
            viewer.mouse_drag_callbacks.append(self.drag)
            # On both sides of napari's own, which zooms.
            viewer.mouse_double_click_callbacks.insert(0, self._before_zoom)
            viewer.mouse_double_click_callbacks.append(self._press_again)

    def leave(self, viewer: napari.Viewer) -> None:
        """Hear it no more."""
        for callbacks, own in (
            (viewer.mouse_drag_callbacks, self.drag),
            (viewer.mouse_double_click_callbacks, self._before_zoom),
            (viewer.mouse_double_click_callbacks, self._press_again),
        ):
            if own in callbacks:
                callbacks.remove(own)

    def drag(self, viewer: napari.Viewer, event: MouseEvent) -> Steps:
        """Follow the mouse from a press to its release: napari's mouse callback."""
        if event.button != 1:
            return
        if self._running is not None:
            # Its release was never told, as where a dialog took the mouse.
            _log.debug("A press came before the release of the one before was told.")
            self._running.close()
        steps = self._running = self._begin(viewer, event)
        if steps is None:
            return
        press, doubled = event.native, event.type == "mouse_double_click"
        try:
            for _ in steps:
                yield
                while event.type == "mouse_move" and not _since(event, press, doubled):
                    yield
        finally:
            steps.close()
            if self._running is steps:
                self._running = None
            self._ended()

    def _before_zoom(self, viewer: napari.Viewer, event: MouseEvent) -> None:
        camera = viewer.scene.camera
        held = event.button == 1 and self._takes_hold(viewer, event)
        self._camera = (camera.zoom, camera.center) if held else None

    def _press_again(self, viewer: napari.Viewer, event: MouseEvent) -> None:
        """Take a double click on what can be held for the press that the hand made."""
        from napari.utils.interactions import mouse_press_callbacks

        if self._camera is not None:
            viewer.scene.camera.zoom, viewer.scene.camera.center = self._camera
            self._camera = None
            mouse_press_callbacks(viewer, event)


def _since(move: MouseEvent, press: object, doubled: bool) -> bool:
    """Whether a move was made after a press, not before and only told after it."""
    before = move.press_event
    if before is None:
        # vispy counts a double click for no press; the buttons held are Qt's own word.
        return doubled and 1 in move.buttons
    return not doubled and before.native is press
