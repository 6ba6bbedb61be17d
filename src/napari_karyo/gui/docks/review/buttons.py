"""Buttons made from the table of actions; they never take the keyboard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qtpy.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from napari_karyo.gui.actions import Action, perform
from napari_karyo.gui.actions.action_table import BY_NAME
from napari_karyo.gui.canvas.keys import plain_key
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.widgets import quiet

#: Of the words on a button, in letters.
_LONGEST = 18


class ActionButton(QPushButton):
    """A button that does what an action's key does.

    Parameters
    ----------
    session : Session
    action : Action
    with_key : bool
        Whether its key stands on it; it is in the tooltip anyway.
    """

    def __init__(self, session: Session, action: Action, with_key: bool = True) -> None:
        key = f" ({plain_key(action.keys[0])})" if with_key and action.keys else ""
        # Longer ones would force the dock wide; the tooltip and the help say the key too.
        words = f"{action.name}{key}"
        super().__init__(words if len(words) <= _LONGEST else action.name)
        self._session, self._action = session, action
        keys = " or ".join(plain_key(key) for key in action.keys)
        self.setObjectName(action.name)
        quiet(self, f"{action.what}. Key: {keys}" if keys else action.what, self._press)

    def _press(self) -> None:
        self._session.bring_back()
        perform(self._session, self._action)


def button_grid(
    session: Session,
    names: Iterable[Sequence[str]],
    made: dict[str, QPushButton],
    with_keys: bool = True,
) -> QWidget:
    """Return buttons of actions, row by row.

    Parameters
    ----------
    session : Session
    names : iterable of sequences of str
        Rows of names in the table.
    made : dict of str to QPushButton
        They are added here by name.
    with_keys : bool
        Whether keys stand on them.
    """
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    for row_names in names:
        row = QHBoxLayout()
        row.setSpacing(4)
        for name in row_names:
            button = ActionButton(session, BY_NAME[name], with_keys)
            row.addWidget(button, 1)
            made[name] = button
        column.addLayout(row)
    return box
