"""Small helps for Qt widgets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from qtpy.QtWidgets import QApplication, QLabel, QWidget


@contextmanager
def block(widget: QWidget) -> Iterator[None]:
    """Change a widget without its telling anyone."""
    before = widget.blockSignals(True)
    try:
        yield
    finally:
        widget.blockSignals(before)


def wrapped_label(text: str = "") -> QLabel:
    """Return a label that breaks its lines, so that no screen scale cuts them off."""
    label = QLabel(text)
    label.setWordWrap(True)
    return label


def free_keyboard() -> None:
    """Take the keyboard from whichever field has it: keys then reach the canvas.

    napari's window hands every key that no field wants to its canvas.
    """
    holder = QApplication.focusWidget()
    if holder is not None:
        holder.clearFocus()
