"""Fields to write in, which give the keyboard back to the karyogram when done."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QFocusEvent, QKeyEvent
from qtpy.QtWidgets import QLineEdit, QPlainTextEdit

from napari_karyo.gui.widgets import block, free_keyboard

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class LineField(QLineEdit):
    """A line, written at Enter or when the field is left; Escape forgets."""

    written = Signal()
    forgotten = Signal()
    _entered = False

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Write at Enter, forget at Escape; both give the keyboard back."""
        key = None if a0 is None else a0.key()
        if key in _ENTER:
            self.written.emit()
            # Refused, it is not tried again while the keyboard goes elsewhere.
            self._entered = True
        elif key == Qt.Key.Key_Escape:
            self.setModified(False)
            self.forgotten.emit()
        else:
            super().keyPressEvent(a0)
            return
        free_keyboard()
        self._entered = False

    def focusOutEvent(self, a0: QFocusEvent | None) -> None:  # noqa: N802 - Qt's name
        """Write what was typed when the field is left, for its own menu not."""
        super().focusOutEvent(a0)
        menu = a0 is not None and a0.reason() == Qt.FocusReason.PopupFocusReason
        if self.isModified() and not menu and not self._entered:
            self.written.emit()

    def show_text(self, words: str) -> None:
        """Show what holds now, from its beginning."""
        if self.text() != words:
            with block(self):
                self.setText(words)
                self.setCursorPosition(0)


class NoteField(QPlainTextEdit):
    """A note, written when the field is left or at Ctrl+Enter, as one edit."""

    written = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("What is to be said of this cell")
        self.setToolTip("Written when you leave the field, or with Ctrl+Enter")
        self.setTabChangesFocus(True)
        # napari's themes give it no edge: nobody would see that one can write here.
        self.setStyleSheet("QPlainTextEdit { border: 1px solid #808080; border-radius: 2px; }")
        self.setFixedHeight(4 * self.fontMetrics().lineSpacing() + 10)

    @property
    def changed(self) -> bool:
        """Whether something was typed that is not written yet."""
        document = self.document()
        return document is not None and bool(document.isModified())

    def set_changed(self, changed: bool) -> None:
        """Say whether what is there is other than what is written."""
        document = self.document()
        if document is not None:
            document.setModified(changed)

    def show_text(self, words: str) -> None:
        """Show the note that holds now, unless another is being typed."""
        if not self.changed and self.toPlainText() != words:
            self.setPlainText(words)
            self.set_changed(False)

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Write at Ctrl+Enter and give the keyboard back; Enter alone begins a line."""
        control = Qt.KeyboardModifier.ControlModifier
        if e is not None and e.key() in _ENTER and e.modifiers() & control:
            if self.changed:
                self.written.emit()
            free_keyboard()
        else:
            super().keyPressEvent(e)

    def focusOutEvent(self, e: QFocusEvent | None) -> None:  # noqa: N802 - Qt's name
        """Write what was typed when the field is left."""
        super().focusOutEvent(e)
        if self.changed:
            self.written.emit()
