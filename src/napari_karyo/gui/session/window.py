"""What is asked of the window that a session's docks are in."""

from __future__ import annotations

import weakref

from qtpy.compat import isalive
from qtpy.QtCore import QEvent, QObject
from qtpy.QtOpenGLWidgets import QOpenGLWidget
from qtpy.QtWidgets import QMainWindow, QWidget

from napari_karyo.gui.session.session import Session


def attend(session: Session, dock: QWidget) -> None:
    """Follow the window that a dock of a session is in, once.

    The session leaves with it: napari itself keeps closed windows alive, and a person may
    keep the viewer, so that case files would stay held until the program ends. What was typed
    or drawn and not taken back yet becomes an edit before.

    And layers are removed while the window's own OpenGL context is current. napari 0.9
    frees what a layer has in the graphics memory in whichever context is current: with
    none it ends the program at the next drawing, with another window's it takes from that.

    Parameters
    ----------
    session : Session
    dock : QWidget
        Inside the window by now.
    """
    window: QWidget | None = dock
    while window is not None and not isinstance(window, QMainWindow):
        window = window.parentWidget()
    if window is None or session.attended:
        return
    session.attended = True
    # A bound method: Qt holds it weakly.
    window.destroyed.connect(session.leave)
    window.installEventFilter(_Closing(session, window))
    canvas = window.findChild(QOpenGLWidget)

    def make_current(_event: object) -> None:
        if isalive(canvas):
            canvas.makeCurrent()

    if canvas is not None:
        session.viewer.layers.events.removing.connect(make_current)


class _Closing(QObject):
    """Lets a session take what its fields and tools still hold when its window is closed."""

    def __init__(self, session: Session, window: QMainWindow) -> None:
        super().__init__(window)
        self._session = weakref.ref(session)

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:  # noqa: ARG002, N802
        """Hear of the closing, by Qt's name for it; nothing is kept from the window."""
        session = self._session()
        if session is not None and a1 is not None and a1.type() == QEvent.Type.Close:
            session.fields_left.emit()
        return False
