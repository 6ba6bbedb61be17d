"""A real mouse and real keys for the tests: Qt events on napari's canvas."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QWidget


def settle() -> None:
    """Let Qt do what waits."""
    for _ in range(3):
        QApplication.processEvents()


def wait_for(condition: Callable[[], Any], timeout: float = 30.0) -> None:
    """Let Qt work until something is so."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "it never came"
        settle()
        time.sleep(0.01)


def write(dock: Any, path: Path) -> bool:
    """Export the cell on top from its dock, and tell whether a file came of it."""
    dock.export.export(path, dock.desk.current)
    wait_for(lambda: dock.export.worker is None)
    return path.is_file()


def native(viewer: Any) -> QWidget:
    """Return the canvas's own widget."""
    return viewer.window._qt_viewer.canvas.native


def on_canvas(viewer: Any, row: float, column: float) -> QPoint:
    """Return where a place of the scene shows on the canvas."""
    canvas = native(viewer)
    zoom = viewer.scene.camera.zoom
    middle = viewer.scene.camera.center[-2:]
    ratio = canvas.devicePixelRatioF()
    x = canvas.width() / 2 + (column - middle[1]) * zoom / ratio
    y = canvas.height() / 2 + (row - middle[0]) * zoom / ratio
    return QPoint(round(x), round(y))


def click(viewer: Any, place: tuple[float, float]) -> None:
    """Click on a place of the scene, (row, column)."""
    point = on_canvas(viewer, *place)
    _move(viewer, point, held=False)
    QTest.mousePress(native(viewer), Qt.MouseButton.LeftButton, pos=point)
    QTest.mouseRelease(native(viewer), Qt.MouseButton.LeftButton, pos=point)
    settle()


def press(viewer: Any, place: tuple[float, float]) -> None:
    """Press the left button."""
    point = on_canvas(viewer, *place)
    _move(viewer, point, held=False)
    QTest.mousePress(native(viewer), Qt.MouseButton.LeftButton, pos=point)
    settle()


def move(viewer: Any, place: tuple[float, float]) -> None:
    """Move with the left button held."""
    _move(viewer, on_canvas(viewer, *place), held=True)
    settle()


def release(viewer: Any, place: tuple[float, float]) -> None:
    """Let the left button go."""
    QTest.mouseRelease(native(viewer), Qt.MouseButton.LeftButton, pos=on_canvas(viewer, *place))
    settle()


def drag(viewer: Any, start: tuple[float, float], end: tuple[float, float], steps: int = 6) -> None:
    """Drag from one place of the scene to another, step by step."""
    press(viewer, start)
    for step in range(1, steps + 1):
        share = step / steps
        move(
            viewer,
            (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share),
        )
    release(viewer, end)


def key(viewer: Any, code: Any, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
    """Press and release a key on the canvas."""
    QTest.keyClick(native(viewer), code, modifier)
    settle()


def _move(viewer: Any, point: QPoint, held: bool) -> None:
    # QTest's own mouseMove carries no pressed button.
    canvas = native(viewer)
    where = QPointF(point)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        where,
        QPointF(canvas.mapToGlobal(point)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton if held else Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(canvas, event)
