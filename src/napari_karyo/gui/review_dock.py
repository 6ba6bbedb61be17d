"""The review dock: the chromosome in hand, its alternatives, the edits, and the export.

It shows what the desk holds and calls the table of actions; it keeps nothing of
its own. Its buttons never take the keyboard, so that the keys go on working.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QEvent, QObject, QSize, Qt
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QGroupBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from napari_karyo.classes import CLASSES, TRAY
from napari_karyo.gui import actions
from napari_karyo.gui.chromosome_card import ChromosomeCard
from napari_karyo.gui.desk import Desk, OpenCell, desk_of
from napari_karyo.gui.docks import REVIEW
from napari_karyo.gui.export_panel import ExportPanel
from napari_karyo.gui.karyogram_view import open_view
from napari_karyo.gui.keys import help_html, plain_key
from napari_karyo.gui.widgets import (
    block,
    let_shrink,
    rich,
    while_alive,
    wrapped_label,
)
from napari_karyo.inference.confidence import Light
from napari_karyo.karyogram.heading import Numbers

if TYPE_CHECKING:
    import napari

#: The actions that get a button, row by row.
_BUTTONS = (
    ("Accept", "Next doubtful"),
    ("Flip", "Swap"),
    ("To tray", "Marker"),
    ("Undo", "Redo"),
    ("Keys", "Close cell"),
)


class ReviewDock(QScrollArea):
    """The dock beside the karyogram.

    Parameters
    ----------
    napari_viewer : napari.Viewer
    """

    def __init__(self, napari_viewer: napari.Viewer) -> None:
        super().__init__()
        self.view = open_view(napari_viewer)
        self.desk: Desk = desk_of(napari_viewer)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        inside = QWidget()
        self._inside = inside
        column = QVBoxLayout(inside)
        column.setContentsMargins(6, 6, 6, 6)
        self.cells = QComboBox()
        let_shrink(self.cells)
        self.cells.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.iscn = wrapped_label()
        self.iscn.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.counts = wrapped_label()
        self.card = ChromosomeCard(self.desk)
        self.message = wrapped_label()
        self.help = wrapped_label(help_html())
        self.help.setVisible(False)
        self.export = ExportPanel(self.desk)
        column.addWidget(self.cells)
        column.addWidget(self.iscn)
        column.addWidget(self.counts)
        column.addWidget(self.card)
        column.addWidget(self._edit_box())
        column.addWidget(self.message)
        column.addWidget(self.help)
        column.addWidget(self._look_box())
        column.addWidget(self.export)
        column.addStretch(1)
        self.setWidget(inside)
        self.setObjectName(REVIEW)
        self._connect()
        self._on_cell(self.desk.current)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least size: there is no scroll bar along the bottom."""
        scroll = self.verticalScrollBar()
        bar = 0 if scroll is None else scroll.sizeHint().width()
        return QSize(self._inside.minimumSizeHint().width() + bar + 6, 200)

    def eventFilter(  # noqa: N802 - Qt's name
        self, watched: QObject | None, event: QEvent | None
    ) -> bool:
        """Widen the dock when what is inside needs more room, for example at a new font."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return bool(super().eventFilter(watched, event))

    def _connect(self) -> None:
        desk = self.desk
        # psygnal holds bound methods weakly: a closed dock is let go.
        desk.cells_changed.connect(self._on_cells)
        desk.cell_changed.connect(self._on_cell)
        desk.karyotype_changed.connect(self._on_edit)
        desk.selection_changed.connect(self._on_selection)
        desk.overlay_changed.connect(self._on_overlay)
        desk.said.connect(self._on_said)
        self.view.help_asked.connect(self.toggle_help)
        self.cells.activated.connect(self._choose_cell)
        self.saliency.clicked.connect(self._switch_saliency)
        self.attention.clicked.connect(self._switch_attention)
        self.saliency_class.activated.connect(self._choose_saliency)

    def _edit_box(self) -> QWidget:
        box = QGroupBox("Correct")
        grid = QGridLayout(box)
        self.buttons: dict[str, QPushButton] = {}
        for row, names in enumerate(_BUTTONS):
            for place, name in enumerate(names):
                action = actions.BY_NAME[name]
                keys = " or ".join(plain_key(key) for key in action.keys)
                button = QPushButton(f"{name} ({plain_key(action.keys[0])})")
                button.setToolTip(f"{action.what}. Key: {keys}")
                button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                button.setObjectName(name)
                button.clicked.connect(self._press)
                grid.addWidget(button, row, place)
                self.buttons[name] = button
        return box

    def _look_box(self) -> QWidget:
        box = QGroupBox("What the network looked at")
        grid = QGridLayout(box)
        self.saliency = QCheckBox("Saliency (S)")
        self.attention = QCheckBox("Attention (A)")
        self.saliency_class = QComboBox()
        self.saliency_class.setToolTip(
            "The class that the saliency of the selected chromosome speaks for"
        )
        for widget in (self.saliency, self.attention, self.saliency_class):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        grid.addWidget(self.saliency, 0, 0)
        grid.addWidget(self.attention, 0, 1)
        grid.addWidget(wrapped_label("Saliency of the selected one speaks for"), 1, 0, 1, 2)
        grid.addWidget(self.saliency_class, 2, 0, 1, 2)
        return box

    # -- from the person ----------------------------------------------------------

    def _press(self) -> None:
        # A bound method and no lambda: Qt would keep the dock alive with the lambda.
        button = self.sender()
        if button is not None:
            self.view.bring_back()
            actions.BY_NAME[button.objectName()].do(self.desk)

    def _choose_cell(self, place: int) -> None:
        if 0 <= place < len(self.desk.cells):
            self.desk.show(self.desk.cells[place])
            self.view.bring_back()

    def _switch_saliency(self) -> None:
        self.view.bring_back()
        self.view.overlays.toggle("saliency")

    def _switch_attention(self) -> None:
        self.view.bring_back()
        self.view.overlays.toggle("attention")

    def _choose_saliency(self, place: int) -> None:
        index = self.desk.selected
        if index is not None:
            self.view.overlays.ask(index, None if place == 0 else CLASSES[place - 1])

    @while_alive
    def toggle_help(self) -> None:
        """Show the list of keys or hide it."""
        self.help.setVisible(self.help.isHidden())

    # -- from the desk ------------------------------------------------------------

    @while_alive
    def _on_cells(self) -> None:
        cell, names = self.desk.current, [one.name for one in self.desk.cells]
        with block(self.cells):
            self.cells.clear()
            for place, name in enumerate(names):
                self.cells.addItem(name)
                # The dock may be narrower than a name.
                self.cells.setItemData(place, name, Qt.ItemDataRole.ToolTipRole)
            if cell is not None:
                self.cells.setCurrentIndex(self.desk.cells.index(cell))
        about = "The open cells; the one chosen lies on top"
        self.cells.setToolTip(about if cell is None else f"{cell.name}\n{about}")
        self.cells.setVisible(len(names) > 1)

    @while_alive
    def _on_cell(self, _cell: OpenCell | None) -> None:
        self._on_cells()
        self._on_edit()

    @while_alive
    def _on_edit(self, _change: Any = None) -> None:
        cell = self.desk.current
        for name, button in self.buttons.items():
            button.setEnabled(cell is not None or name == "Keys")
        self.export.setEnabled(cell is not None)
        if cell is None:
            self.iscn.setText("No karyogram yet")
            self.counts.setText("Open a folder of crops and press Classify.")
        else:
            self.iscn.setText(
                f"<span style='font-size:large'><b>{rich(cell.karyotype.iscn)}</b></span>"
                " &nbsp;proposal"
            )
            self.counts.setText(counts_text(cell))
            self.buttons["Undo"].setEnabled(cell.karyotype.can_undo)
            self.buttons["Redo"].setEnabled(cell.karyotype.can_redo)
        self._on_selection(self.desk.selected)

    @while_alive
    def _on_selection(self, index: int | None) -> None:
        self.card.show_chromosome(self.desk.current, index)
        in_hand = self.desk.current is not None and index is not None
        for name in ("Accept", "Flip", "Swap", "To tray", "Marker"):
            self.buttons[name].setEnabled(in_hand)
        self._on_overlay()

    @while_alive
    def _on_said(self, words: str) -> None:
        self.message.setText(rich(words))

    @while_alive
    def _on_overlay(self) -> None:
        cell, index = self.desk.current, self.desk.selected
        for box, kind in ((self.saliency, "saliency"), (self.attention, "attention")):
            with block(box):
                box.setChecked(self.view.overlays.is_on(kind))
                box.setEnabled(
                    cell is not None and (kind == "saliency" or cell.classification.has_attention)
                )
        with block(self.saliency_class):
            self.saliency_class.clear()
            if cell is None or index is None:
                self.saliency_class.setEnabled(False)
                return
            self.saliency_class.setEnabled(True)
            own = cell.classification.predicted[index]
            self.saliency_class.addItems([f"the model's own choice ({own})", *CLASSES])
            asked = cell.shown_class.get(index)
            place = 0 if asked is None else CLASSES.index(asked) + 1
            self.saliency_class.setCurrentIndex(place)


def counts_text(cell: OpenCell) -> str:
    """Return how many chromosomes there are and how many want a look, in words."""
    state = cell.karyotype.state
    in_tray = len(state.slots.get(TRAY, ()))
    markers = len(state.markers)
    numbers = Numbers(len(cell) - in_tray, markers, in_tray)
    lights = [light for index, light in enumerate(cell.lights()) if not cell.settled(index)]
    doubtful, look = lights.count(Light.DOUBTFUL), lights.count(Light.LOOK)
    lines = [numbers.text]
    if doubtful or look:
        parts = ([f"! {doubtful} doubtful"] if doubtful else []) + (
            [f"? {look} to look at"] if look else []
        )
        lines.append(", ".join(parts))
    else:
        lines.append("✓ nothing left to look at")
    if state.corrected:
        lines.append(f"▲ {len(state.corrected)} corrected by hand")
    lost = sum(problem.left_out for problem in cell.classification.cell.problems)
    if lost:
        lines.append(f"{lost} file{'' if lost == 1 else 's'} left out")
    lines += [rich(note) for note in cell.classification.notes]
    return "<br>".join(lines)
