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


def wait_for(condition: Callable[[], Any], timeout: float = 120.0) -> None:
    """Let Qt work until something is so."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "it never came"
        settle()
        time.sleep(0.01)


def rest(view: Any) -> None:
    """Wait until nothing of a karyogram's view waits to be fitted into its window."""
    settle()
    wait_for(lambda: view.sight.at_rest)


def laid_out(view: Any) -> None:
    """Wait until the window of a karyogram's view has its size, and the view is fitted into it."""
    viewer = view.session.viewer
    last: list[Any] = [None, time.monotonic()]

    def still() -> bool:
        size = tuple(viewer.canvas.size)
        if size != last[0]:
            last[:] = size, time.monotonic()
        return bool(view.sight.at_rest) and time.monotonic() - last[1] > 0.3

    wait_for(still)


def write(dock: Any, path: Path) -> bool:
    """Export the cell on top from its dock, and tell whether a file came of it."""
    dock.export.export(path, dock.session.current)
    wait_for(lambda: dock.export.worker is None)
    return path.is_file()


def native(viewer: Any) -> QWidget:
    """Return the canvas's own widget."""
    return viewer.window._qt_viewer.canvas.native


def on_canvas(viewer: Any, row: float, column: float) -> QPoint:
    """Return where a place of the scene shows on the canvas.

    In Qt's pixels, which the zoom is in too, whatever the scale of the screen.
    """
    canvas = native(viewer)
    zoom = viewer.scene.camera.zoom
    middle = viewer.scene.camera.center[-2:]
    x = canvas.width() / 2 + (column - middle[1]) * zoom
    y = canvas.height() / 2 + (row - middle[0]) * zoom
    return QPoint(round(x), round(y))


def click(viewer: Any, place: tuple[float, float]) -> None:
    """Click on a place of the scene, (row, column)."""
    press(viewer, place)
    release(viewer, place)


def press(viewer: Any, place: tuple[float, float]) -> None:
    """Press the left button."""
    _move(viewer, place, held=False)
    QTest.mousePress(native(viewer), Qt.MouseButton.LeftButton, pos=on_canvas(viewer, *place))
    settle()


def press_again(viewer: Any, place: tuple[float, float]) -> None:
    """Press the left button so soon after a click there that Qt calls it a double click."""
    _send(viewer, QEvent.Type.MouseButtonDblClick, on_canvas(viewer, *place), held=True)
    settle()


def move(viewer: Any, place: tuple[float, float]) -> None:
    """Move with the left button held, as slowly as it takes to be heard of."""
    _move(viewer, place, held=True)


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


def fling(viewer: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag so quickly that no move is heard of between the press and the release."""
    press(viewer, start)
    release(viewer, end)


def key(viewer: Any, code: Any, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
    """Press and release a key on the canvas."""
    QTest.keyClick(native(viewer), code, modifier)
    settle()


def _move(viewer: Any, place: tuple[float, float], held: bool) -> None:
    """Move until napari has heard of it.

    vispy leaves out a move that follows another within 10 ms, and napari hands one on up to
    5 ms late. Whether a move is heard of would else hang on how quick the computer is.
    """
    point = on_canvas(viewer, *place)

    def there() -> bool:
        now = on_canvas(viewer, *viewer.cursor.position[-2:])
        return (now - point).manhattanLength() <= 1

    def move() -> bool:
        _send(viewer, QEvent.Type.MouseMove, point, held)
        settle()
        return there()

    wait_for(move)


def _send(viewer: Any, kind: QEvent.Type, point: QPoint, held: bool) -> None:
    # QTest's own mouseMove carries no pressed button.
    canvas = native(viewer)
    left = Qt.MouseButton.LeftButton
    event = QMouseEvent(
        kind,
        QPointF(point),
        QPointF(canvas.mapToGlobal(point)),
        Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else left,
        left if held else Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(canvas, event)


def plain(label: Any) -> str:
    """Return a label's text without the places where its lines may break."""
    return label.text().replace("\u200b", "")
