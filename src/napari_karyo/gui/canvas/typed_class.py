"""Typing a class: ``7``, ``x``, or ``1`` and ``2`` quickly for 12.

A digit that can begin a two-digit class waits for a moment for the second one;
Enter confirms at once, Escape forgets it. What is typed is shown while it waits.
"""

from __future__ import annotations

from qtpy.QtCore import QTimer

from napari_karyo.classes import CLASSES, parse_class
from napari_karyo.gui import actions
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session

#: How long the first digit waits for a second one, in milliseconds.
PATIENCE = 800


class TypedClass:
    """Collects the digits of a class for the selected chromosome."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._text = ""
        self._target: tuple[OpenCell, int] | None = None
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(PATIENCE)
        self._timer.timeout.connect(self.confirm)
        # What was typed belongs to the chromosome it was typed for.
        session.selection_changed.connect(self._settle)
        session.cell_changed.connect(self.clear)

    @property
    def pending(self) -> str:
        """The digits that wait, or an empty string."""
        return self._text

    def key(self, character: str) -> None:
        """Take one typed character: a digit, x or y."""
        found = actions.selected_in(self._session)
        if found is None:
            return
        self._target = found
        text = self._text + character.upper()
        name = parse_class(text)
        waits = any(other != name and other.startswith(text) for other in CLASSES) or text == "0"
        if name is None and not waits:
            self.clear()
            self._session.say(f"There is no chromosome {text}. Type 1 to 22, x or y.")
            return
        self._text = text
        if waits:
            self._timer.start()
            self._session.say(f"Class {text}_   a second digit, Enter to confirm, Escape to forget")
        else:
            self.confirm()

    def confirm(self) -> None:
        """Place the chromosome into the class typed so far."""
        name, target = parse_class(self._text), self._target
        self.clear()
        if not self._session.viewer_is_open:
            # The window was closed while a second digit could come: nothing was said of it.
            return
        if name is not None and target is not None and target[0] is self._session.current:
            actions.put_into(self._session, name, target[1])

    def clear(self, *_: object) -> None:
        """Forget what was typed."""
        self._timer.stop()
        self._text = ""
        self._target = None

    def _settle(self, selected: int | None) -> None:
        if self._text and self._target is not None and selected != self._target[1]:
            self.confirm()
