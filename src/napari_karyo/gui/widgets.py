"""Small helps for Qt widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from html import escape
from typing import Any, Concatenate, ParamSpec, TypeVar

from qtpy.compat import isalive
from qtpy.QtWidgets import QApplication, QLabel, QWidget

Self = TypeVar("Self", bound=Any)
Rest = ParamSpec("Rest")


def while_alive(
    slot: Callable[Concatenate[Self, Rest], None],
) -> Callable[Concatenate[Self, Rest], None]:
    """Let a widget's method do nothing once Qt has destroyed the widget.

    A karyotype may be edited from Python after its window was closed.
    """

    @wraps(slot)
    def guarded(self: Self, *args: Rest.args, **options: Rest.kwargs) -> None:
        if isalive(getattr(self, "native", self)):
            slot(self, *args, **options)

    return guarded


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


def rich(text: str) -> str:
    """Return plain text fit for a rich-text label: escaped, and with places to break.

    A long ISCN string or file name has no spaces, and would force its dock wide.
    """
    zero_width_space = "\u200b"
    broken = "".join(sign + zero_width_space if sign in ",_-." else sign for sign in text)
    return escape(broken)


def free_keyboard() -> None:
    """Take the keyboard from whichever field has it: keys then reach the canvas.

    napari's window hands every key that no field wants to its canvas.
    """
    holder = QApplication.focusWidget()
    if holder is not None:
        holder.clearFocus()
