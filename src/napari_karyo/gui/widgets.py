"""Small helps for Qt widgets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from html import escape
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray
from qtpy.compat import isalive
from qtpy.QtCore import Qt
from qtpy.QtGui import (
    QContextMenuEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPixmap,
    QTextDocumentFragment,
)
from qtpy.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QMenu,
    QScrollArea,
    QTabWidget,
    QWidget,
)

Self = TypeVar("Self")
Rest = ParamSpec("Rest")
Quiet = TypeVar("Quiet", bound=QWidget)

#: A word may be this long before it gets places to break.
LONG_WORD = 12
ZERO_WIDTH_SPACE = "\u200b"
_LONG = re.compile(rf"\S{{{LONG_WORD + 1},}}")
_PIECE = re.compile(rf"[^,_\-./\\]{{1,{LONG_WORD}}}[,_\-./\\]{{0,3}}|[,_\-./\\]{{1,3}}")


def while_alive(
    slot: Callable[Concatenate[Self, Rest], None],
) -> Callable[Concatenate[Self, Rest], None]:
    """Let a widget's method do nothing once Qt has destroyed the widget.

    A karyotype may be edited from Python after its window was closed.
    """

    @wraps(slot)
    def guarded(self: Self, *args: Rest.args, **options: Rest.kwargs) -> None:
        # A magicgui form holds its widget. Of a destroyed one nothing else may be asked.
        widget = self if isinstance(self, QWidget) else getattr(self, "native", None)
        if isalive(widget):
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


class CopyLabel(QLabel):
    """A label that gives the clipboard its words without the places to break.

    Who pastes a karyotype into a report wants no signs in it that cannot be seen.
    """

    def copy(self) -> None:
        """Put what is selected into the clipboard, or all where nothing is."""
        words = self.selectedText()
        if not words:
            words = QTextDocumentFragment.fromHtml(self.text()).toPlainText()
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(words.replace(ZERO_WIDTH_SPACE, ""))

    def keyPressEvent(self, ev: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Copy in our way, and leave every other key to Qt."""
        if ev is not None and ev.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(ev)

    def contextMenuEvent(self, ev: QContextMenuEvent | None) -> None:  # noqa: N802 - Qt's name
        """Offer our own copying: Qt's menu would copy the places to break as well."""
        if ev is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy", self.copy)
        menu.popup(ev.globalPos())


def wrapped_label(text: str = "") -> CopyLabel:
    """Return a rich-text label that breaks its lines, so that no screen scale cuts them off."""
    label = CopyLabel(text)
    # Not left for Qt to guess: it would show the "&amp;" of a text without tags as it is.
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setWordWrap(True)
    return label


def breakable(text: str) -> str:
    """Return a text whose long words may be broken: they would force a dock wide."""
    return _LONG.sub(lambda word: ZERO_WIDTH_SPACE.join(_PIECE.findall(word[0])), text)


def rich(text: str) -> str:
    """Return plain text fit for a rich-text label: escaped, and with places to break."""
    return escape(breakable(text))


def let_shrink(box: QComboBox) -> None:
    """Let a combo box be narrower than its longest entry, such as a cell's long name."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(LONG_WORD)


def quiet(widget: Quiet, tip: str = "", pressed: Callable[..., object] | None = None) -> Quiet:
    """Let a widget be used without taking the keyboard; give it a tooltip, and what a press does.

    A bound method and no lambda: Qt would keep the dock alive with the lambda.
    """
    widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if tip:
        widget.setToolTip(tip)
    if pressed is not None:
        assert isinstance(widget, QAbstractButton)
        widget.clicked.connect(pressed)
    return widget


def pixmap_of(picture: NDArray[np.uint8]) -> QPixmap:
    """Return a picture, red, green and blue, as Qt draws it."""
    height, width, _ = picture.shape
    image = QImage(picture.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    # A copy: the image itself does not keep the bytes.
    return QPixmap.fromImage(image.copy())


def scrolled(inside: QWidget) -> QScrollArea:
    """Return an area that scrolls up and down where a widget is higher than there is room."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    return area


def quiet_tabs(pages: Mapping[str, QWidget]) -> QTabWidget:
    """Return tabs by the words on them, which are pressed without taking the keyboard."""
    tabs = QTabWidget()
    tabs.setDocumentMode(True)
    bar = tabs.tabBar()
    if bar is not None:
        bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bar.setExpanding(True)
    for name, page in pages.items():
        tabs.addTab(page, name)
    return tabs


def free_keyboard() -> None:
    """Take the keyboard from whichever field has it: keys then reach the canvas.

    napari's window hands every key that no field wants to its canvas.
    """
    holder = QApplication.focusWidget()
    if holder is not None:
        holder.clearFocus()
