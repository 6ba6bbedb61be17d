"""The tab of the selected chromosome: what is open, what it could be, and the edits."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_karyo.classes import CLASSES
from napari_karyo.gui.actions.looking import toggle_overlay
from napari_karyo.gui.docks.chromosome_card import ChromosomeCard
from napari_karyo.gui.docks.picture_box import PictureBox
from napari_karyo.gui.docks.review.buttons import button_grid
from napari_karyo.gui.docks.review.comparison_view import ComparisonView
from napari_karyo.gui.docks.review.questions import Questions
from napari_karyo.gui.docks.spread_box import SpreadBox
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.widgets import block, let_shrink, while_alive, wrapped_label

#: The actions that get a button, row by row.
_BUTTONS = (
    ("Accept", "Next doubtful"),
    ("Accept sure", "Compare"),
    ("Flip", "Swap"),
    ("To tray", "Marker", "Derivative"),
)
#: Those that want a selected chromosome.
_NEED_ONE = ("Accept", "Flip", "Swap", "To tray", "Marker", "Derivative", "Compare")


class ChromosomeTab(QWidget):
    """Shows the selected chromosome and what can be done with it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.buttons: dict[str, QPushButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 6, 4, 4)
        column.setSpacing(6)
        self.questions = Questions(session)
        self.comparison = ComparisonView(session)
        self.card = ChromosomeCard(session)
        for part in (self.questions, self.comparison, self.card):
            column.addWidget(part)
        column.addWidget(button_grid(session, _BUTTONS, self.buttons))
        picture = PictureBox(session)
        # In one line it would force the dock wide.
        picture.range.setWordWrap(True)
        column.addWidget(picture)
        column.addWidget(SpreadBox(session))
        column.addWidget(self._look_box())
        column.addStretch(1)
        session.selection_changed.connect(self._on_selection)
        session.pinned_changed.connect(self._on_pinned)
        session.overlay_changed.connect(self._on_overlay)

    def _look_box(self) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        self.saliency = QCheckBox("Saliency (S)")
        self.attention = QCheckBox("Attention (A)")
        self.saliency_class = QComboBox()
        let_shrink(self.saliency_class)
        self.saliency_class.setToolTip(
            "The class that the saliency of the selected chromosome speaks for"
        )
        self.saliency.setToolTip("What the network looked at, over the karyogram and as a curve")
        self.attention.setToolTip("How the network weighed the rows, over the karyogram")
        for widget in (self.saliency, self.attention, self.saliency_class):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        grid.addWidget(wrapped_label("<b>What the network looked at</b>"), 0, 0, 1, 2)
        grid.addWidget(self.saliency, 1, 0)
        grid.addWidget(self.attention, 1, 1)
        grid.addWidget(QLabel("Saliency for"), 2, 0)
        grid.addWidget(self.saliency_class, 2, 1)
        self.saliency.clicked.connect(self._switch_saliency)
        self.attention.clicked.connect(self._switch_attention)
        self.saliency_class.activated.connect(self._choose_saliency)
        return box

    # -- from the person ----------------------------------------------------------

    def _switch_saliency(self) -> None:
        self._session.bring_back()
        toggle_overlay(self._session, "saliency")

    def _switch_attention(self) -> None:
        self._session.bring_back()
        toggle_overlay(self._session, "attention")

    def _choose_saliency(self, place: int) -> None:
        index, view = self._session.selected, self._session.view
        if index is not None and view is not None:
            view.overlays.ask(index, None if place == 0 else CLASSES[place - 1])

    # -- from the session ------------------------------------------------------------

    def refresh(self) -> None:
        """Show the current cell as it is now."""
        cell = self._session.current
        self.questions.show_cell(cell)
        for button in self.buttons.values():
            button.setEnabled(cell is not None)
        self._on_selection(self._session.selected)

    @while_alive
    def _on_selection(self, index: int | None) -> None:
        self.card.show_chromosome(self._session.current, index)
        self.questions.follow(index)
        selected_in = self._session.current is not None and index is not None
        for name in _NEED_ONE:
            self.buttons[name].setEnabled(selected_in)
        self.comparison.follow()
        self._on_pinned(self._session.pinned)
        self._on_overlay()

    @while_alive
    def _on_pinned(self, index: int | None) -> None:
        button = self.buttons["Compare"]
        words = "Stop comparing" if index is not None else "Compare (C)"
        if button.text() != words:
            button.setText(words)
        button.setEnabled(index is not None or self._session.selected is not None)
        self.comparison.follow()

    @while_alive
    def _on_overlay(self, *_: object) -> None:
        cell, index = self._session.current, self._session.selected
        view = self._session.view
        for box, kind in ((self.saliency, "saliency"), (self.attention, "attention")):
            with block(box):
                box.setChecked(view is not None and view.overlays.is_on(kind))
                box.setEnabled(
                    cell is not None and (kind == "saliency" or cell.classification.has_attention)
                )
        with block(self.saliency_class):
            self.saliency_class.clear()
            self.saliency_class.setEnabled(cell is not None and index is not None)
            if cell is None or index is None:
                return
            own = cell.classification.predicted[index]
            self.saliency_class.addItems([f"the model's own ({own})", *CLASSES])
            asked = cell.shown_class.get(index)
            self.saliency_class.setCurrentIndex(0 if asked is None else CLASSES.index(asked) + 1)
        self.comparison.follow()
