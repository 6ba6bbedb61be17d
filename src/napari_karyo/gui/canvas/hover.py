"""What is said of the chromosome below the mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qtpy.QtGui import QCursor
from qtpy.QtOpenGLWidgets import QOpenGLWidget
from qtpy.QtWidgets import QApplication


class HoverWords:
    """Gives napari's canvas a tooltip that says what lies below the mouse.

    Parameters
    ----------
    words_at : function of a place in the viewer
        What is said there; nothing where it is empty.
    """

    def __init__(self, words_at: Callable[[Any], str]) -> None:
        self._words_at = words_at

    def listen(self, viewer: Any) -> None:
        """Hear a viewer's mouse from now on."""
        if self.hear not in viewer.mouse_move_callbacks:
            viewer.mouse_move_callbacks.append(self.hear)

    def leave(self, viewer: Any) -> None:
        """Hear it no more."""
        if self.hear in viewer.mouse_move_callbacks:
            viewer.mouse_move_callbacks.remove(self.hear)

    def hear(self, viewer: Any, event: Any) -> None:
        """Say what is below the mouse: napari's mouse callback."""
        canvas = QApplication.widgetAt(QCursor.pos())
        if not isinstance(canvas, QOpenGLWidget):
            return
        words = self._words_at(event.position) if viewer.dims.ndisplay == 2 else ""
        if canvas.toolTip() != words:
            canvas.setToolTip(words)
