"""What is asked of the window that a session's docks are in."""

from __future__ import annotations

from qtpy.compat import isalive
from qtpy.QtOpenGLWidgets import QOpenGLWidget
from qtpy.QtWidgets import QMainWindow, QWidget

from napari_karyo.gui.session.session import Session


def attend(session: Session, dock: QWidget) -> None:
    """Follow the window that a dock of a session is in, once.

    The session leaves with it: napari itself keeps closed windows alive, and a person may
    keep the viewer, so that case files would stay held until the program ends.

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
    canvas = window.findChild(QOpenGLWidget)

    def make_current(_event: object) -> None:
        if isalive(canvas):
            canvas.makeCurrent()

    if canvas is not None:
        session.viewer.layers.events.removing.connect(make_current)
