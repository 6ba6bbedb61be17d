"""The box of what can be done on the photograph of a spread."""

from __future__ import annotations

from typing import Final

from qtpy.QtWidgets import QGroupBox, QPushButton, QVBoxLayout

from napari_karyo.gui.docks.review.buttons import button_grid
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.widgets import while_alive

#: Row by row.
_BUTTONS: Final = (
    ("Part crossing", "Draw new"),
    ("Paint", "Erase"),
    ("Shapes", "Labels"),
    ("Dirt", "Nucleus", "Twice"),
    ("Spread",),
)
#: Those that are pressed in while their tool is in use.
_TOOLS: Final = ("Part crossing", "Draw new", "Paint", "Erase", "Shapes")
#: Those that want no selected chromosome.
_ALWAYS: Final = frozenset({"Draw new", "Labels", "Spread"})


class SpreadBox(QGroupBox):
    """Buttons for the photograph; seen while the cell on top has one.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        super().__init__("Photograph of the spread")
        self._session = session
        self.buttons: dict[str, QPushButton] = {}
        column = QVBoxLayout(self)
        column.addWidget(button_grid(session, _BUTTONS, self.buttons))
        for name in _TOOLS:
            self.buttons[name].setCheckable(True)
            # Qt has pressed it in or out; what is so may be something else.
            self.buttons[name].clicked.connect(self._follow)
        # psygnal holds bound methods weakly: a closed box is let go.
        session.cell_changed.connect(self._follow)
        session.selection_changed.connect(self._follow)
        if session.view is not None:
            session.view.tools.changed.connect(self._follow)
        self._follow()

    @while_alive
    def _follow(self, *_: object) -> None:
        cell, view = self._session.current, self._session.view
        self.setVisible(cell is not None and cell.classification.cell.photograph is not None)
        active = None if view is None else view.tools.active
        for name, button in self.buttons.items():
            button.setEnabled(name in _ALWAYS or self._session.selected is not None)
            if name in _TOOLS:
                button.setChecked(active is not None and active.name == name)
