"""The box of the edits that change a chromosome's picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import QGridLayout, QGroupBox, QLabel, QPushButton, QWidget
from superqt import QRangeSlider

from napari_karyo.gui.actions import attempt
from napari_karyo.gui.actions.action_table import BY_NAME
from napari_karyo.gui.actions.pictures import reset_contrast, set_contrast
from napari_karyo.gui.docks.review.buttons import ActionButton
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.widgets import block, quiet, while_alive
from napari_karyo.karyotype import PLAIN, Appearance

#: Row by row.
_BUTTONS: Final = (
    ("Rotate left", "Rotate right"),
    ("Straighten", "Reset picture"),
    ("Split", "Merge"),
)
#: Of the slider, from paper to full ink.
_PERCENT: Final = 100
#: Milliseconds after which a turn of the wheel over the slider is taken for ended.
_REST: Final = 400


class PictureBox(QGroupBox):
    """Buttons and a slider for the picture of the selected chromosome."""

    def __init__(self, session: Session) -> None:
        super().__init__("Picture")
        self._session = session
        grid = QGridLayout(self)
        self.buttons: dict[str, QPushButton] = {}
        for row, names in enumerate(_BUTTONS):
            for column, name in enumerate(names):
                button = ActionButton(session, BY_NAME[name])
                # Qt has pressed it in or out; what is so may be something else.
                button.clicked.connect(self._on_tool)
                grid.addWidget(button, row, 2 * column, 1, 2)
                self.buttons[name] = button
        for name in ("Straighten", "Split", "Merge"):
            # Pressed in while it is so.
            self.buttons[name].setCheckable(True)
        self.contrast = quiet(
            QRangeSlider(Qt.Orientation.Horizontal),
            "Contrast: what is paler than the left end is drawn as paper, what is stronger "
            "than the right end as full ink. Keys: = and -",
        )
        self.contrast.setRange(0, _PERCENT)
        self.range = QLabel()
        self.plain = quiet(
            QPushButton("As photographed"), "The contrast of the whole cell", self._photographed
        )
        row = len(_BUTTONS)
        grid.addWidget(QLabel("Contrast"), row, 0)
        grid.addWidget(self.contrast, row, 1, 1, 3)
        grid.addWidget(self.range, row + 1, 0, 1, 2)
        grid.addWidget(self.plain, row + 1, 2, 1, 2)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST)
        self._about: tuple[OpenCell, int] | None = None
        self._connect()
        self._follow()

    def _connect(self) -> None:
        session = self._session
        # psygnal holds bound methods weakly: a closed box is let go.
        session.cell_changed.connect(self._on_change)
        session.karyotype_changed.connect(self._on_change)
        session.selection_changed.connect(self._on_change)
        if session.view is not None:
            session.view.tools.changed.connect(self._on_tool)
        self.contrast.valueChanged.connect(self._preview)
        self.contrast.sliderReleased.connect(self._settle)
        self._rest.timeout.connect(self._settle)

    # -- from the person ----------------------------------------------------------

    def _photographed(self) -> None:
        attempt(self._session, lambda: reset_contrast(self._session))
        self._follow()

    def _preview(self) -> None:
        """Show the chromosome as it would look; it is no edit yet."""
        if self._session.view is None:
            return
        # First, for it may put another chromosome in the place of the selected one.
        self._session.view.tools.give_way()
        found = self._found()
        if found is None:
            return
        self._about = found
        self._say_range()
        self._session.view.selection.preview(found[1], self._appearance(found))
        if not self.contrast.isSliderDown():
            # The wheel and a click beside the handles have no release.
            self._rest.start()

    def _settle(self) -> None:
        """Make the one edit that the movement of the slider led to."""
        self._rest.stop()
        about, self._about = self._about, None
        view = self._session.view
        if view is not None:
            view.selection.end_preview()
        if about is None or about != self._found():
            self._follow()
            return
        wanted = self._appearance(about)
        attempt(self._session, lambda: set_contrast(self._session, wanted.low, wanted.high))
        self._follow()

    def _appearance(self, found: tuple[OpenCell, int]) -> Appearance:
        low, high = self._ends()
        appearance = found[0].karyotype.state.appearance(found[1])
        return replace(appearance, low=min(low, high - 0.01), high=high)

    def _ends(self) -> tuple[float, float]:
        low, high = map(int, self.contrast.value())
        return low / _PERCENT, high / _PERCENT

    def _found(self) -> tuple[OpenCell, int] | None:
        cell, index = self._session.current, self._session.selected
        if cell is None or index is None or index not in cell.present:
            return None
        return cell, index

    # -- from the session ------------------------------------------------------------

    @while_alive
    def _on_change(self, _what: object = None) -> None:
        if self._about is not None:
            # What was slid was about another chromosome, or about how it was before.
            self._about = None
            self._rest.stop()
            if self._session.view is not None:
                self._session.view.selection.end_preview()
        self._follow()

    @while_alive
    def _on_tool(self, *_pressed: object) -> None:
        self._follow()

    def _follow(self) -> None:
        """Show how the selected chromosome looks."""
        found = self._found()
        appearance = PLAIN if found is None else found[0].karyotype.state.appearance(found[1])
        widgets: list[QWidget] = [*self.buttons.values(), self.contrast]
        for widget in widgets:
            widget.setEnabled(found is not None)
        self.buttons["Reset picture"].setEnabled(appearance != PLAIN)
        self.plain.setEnabled((appearance.low, appearance.high) != (PLAIN.low, PLAIN.high))
        view = self._session.view
        tool = None if view is None else view.tools.active
        self.buttons["Straighten"].setChecked(appearance.straightened)
        for name in ("Split", "Merge"):
            self.buttons[name].setChecked(tool is not None and tool.name == name)
        with block(self.contrast):
            ends = (round(_PERCENT * appearance.low), round(_PERCENT * appearance.high))
            self.contrast.setValue(tuple(min(max(end, 0), _PERCENT) for end in ends))
        self._say_range()

    def _say_range(self) -> None:
        low, high = self._ends()
        self.range.setText(f"{low:.0%} to {high:.0%} of the stain")
