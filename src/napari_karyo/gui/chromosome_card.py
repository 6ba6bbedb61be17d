"""The card of one chromosome: its crop, its light in words, and the alternatives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import Qt
from qtpy.QtGui import QImage, QPixmap
from qtpy.QtWidgets import (
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_karyo.cell import Polarity
from napari_karyo.classes import TRAY
from napari_karyo.gui import actions
from napari_karyo.gui.desk import Desk, OpenCell
from napari_karyo.gui.widgets import rich, wrapped_label
from napari_karyo.inference.confidence import Light
from napari_karyo.karyogram.lamps import LAMP_COLOURS, LAMP_SIGNS

WORDS = {
    Light.SURE: "sure",
    Light.LOOK: "worth a look",
    Light.DOUBTFUL: "doubtful, please check",
}
#: Below this probability of the way up the person is told: on ``val`` 9 of 20 such crops
#: of G-band stood upside down, and 6 of the other 1,773.
UP_DOUBTFUL = 0.9
#: Alternatives offered.
COUNT = 5
_PICTURE = 130


class ChromosomeCard(QGroupBox):
    """Shows the chromosome in hand.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__("Selected chromosome")
        self._desk = desk
        column = QVBoxLayout(self)
        top = QHBoxLayout()
        self.picture = QLabel()
        self.picture.setFixedSize(_PICTURE // 2 + 20, _PICTURE)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words = wrapped_label()
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.picture)
        top.addWidget(self.words, 1)
        column.addLayout(top)
        self.choices = QWidget()
        grid = QGridLayout(self.choices)
        grid.setContentsMargins(0, 0, 0, 0)
        self.buttons: list[QPushButton] = []
        self.bars: list[QProgressBar] = []
        for row in range(COUNT):
            button, bar = QPushButton(), QProgressBar()
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(self._place)
            bar.setRange(0, 1000)
            grid.addWidget(button, row, 0)
            grid.addWidget(bar, row, 1)
            self.buttons.append(button)
            self.bars.append(bar)
        grid.setColumnStretch(1, 1)
        column.addWidget(self.choices)
        self._names: list[str] = []

    def _place(self) -> None:
        row = next((n for n, button in enumerate(self.buttons) if button is self.sender()), COUNT)
        if row < len(self._names):
            if self._desk.view is not None:
                self._desk.view.bring_back()
            actions.place(self._desk, self._names[row])

    def show_chromosome(self, cell: OpenCell | None, index: int | None) -> None:
        """Show one chromosome of a cell, or what to do where none is in hand."""
        chosen = cell is not None and index is not None
        self.choices.setVisible(chosen)
        self.picture.setVisible(chosen)
        if cell is None or index is None:
            self.words.setText("Click a chromosome, or press N for the first doubtful one.")
            return
        slot = cell.karyotype.slot_of(index)
        self.words.setText(describe(cell, index))
        turned = index in cell.karyotype.state.turned
        self.picture.setPixmap(_pixmap(standing_picture(cell, index, turned), self.picture))
        self._names = []
        for (name, share), button, bar in zip(
            cell.classification.alternatives(index, COUNT), self.buttons, self.bars, strict=True
        ):
            self._names.append(name)
            here = name == slot
            button.setText(f"{name}  (here)" if here else name)
            button.setEnabled(not here)
            button.setToolTip("It sits here now" if here else f"Put it into class {name}")
            bar.setValue(round(share * 1000))
            bar.setFormat(percent(share))


def percent(share: float) -> str:
    """Return a probability as a person reads it, never rounded to certainty."""
    if share > 0.995:
        return "over 99 %"
    return "under 1 %" if share < 0.005 else f"{share:.0%}".replace("%", " %")


def describe(cell: OpenCell, index: int) -> str:
    """Return what is to be said of one chromosome, as rich text.

    Its file, where it sits and by whose choice, and its light with the reason.
    """
    slot, light = cell.karyotype.slot_of(index), cell.lights()[index]
    own = cell.classification.predicted[index]
    state = cell.karyotype.state
    row = dict(cell.classification.alternatives(index, 24))
    where = "in the tray" if slot == TRAY else f"in <b>{slot}</b>"
    if index in state.markers:
        where += ", a <b>marker</b>"
    lines = [f"<b>{rich(actions.name_of(cell, index))}</b>", where]
    lamp, words = cell.lamps()[index], WORDS[light]
    colour, sign = LAMP_COLOURS[lamp], LAMP_SIGNS[lamp]
    if cell.settled(index):
        words = "settled by hand"
        if slot == own and light is not Light.SURE:
            words += "; the model is not sure"
        elif slot not in (own, TRAY):
            words += "; the model disagrees"
    lines[1] += (
        f" &nbsp;<span style='background:{colour};color:black'>&nbsp;{sign}&nbsp;</span> {words}"
    )
    if slot not in (TRAY, own):
        lines.append(
            f"The model alone says {own} ({percent(row[own])}); {slot} has {percent(row[slot])}."
        )
    elif slot == TRAY:
        lines.append(f"The model says {own} ({percent(row[own])}).")
    else:
        lines.append(f"The model's own choice, {percent(row[own])}.")
    up = float(cell.classification.p_arm_up[index])
    if max(up, 1 - up) < UP_DOUBTFUL and not cell.settled(index):
        lines.append(f"Which arm is up is doubtful ({percent(max(up, 1 - up))}).")
    first = cell.karyotype.proposed
    before = next((name for name, seats in first.slots.items() if index in seats), slot)
    if before != slot:
        lines.append(f"▲ moved by hand from {'the tray' if before == TRAY else before}")
    elif (index in state.turned) != (index in first.turned):
        lines.append("▲ flipped by hand")
    if index in state.reviewed:
        lines.append("accepted")
    return "<br>".join(lines)


def standing_picture(cell: OpenCell, index: int, turned: bool) -> NDArray[np.uint8]:
    """Return the upright picture as it stands in its slot, in the stain's own polarity.

    Returns
    -------
    ndarray, shape (height, width), uint8
    """
    image = cell.classification.uprights[index].image
    top = float(image.max()) or 1.0
    grey = np.clip(image / top, 0, 1)
    if cell.classification.cell.polarity is Polarity.DARK:
        grey = 1 - grey
    if turned:
        grey = grey[::-1, ::-1]
    return np.ascontiguousarray(np.rint(grey * 255).astype(np.uint8))


def _pixmap(grey: NDArray[np.uint8], label: QLabel) -> QPixmap:
    height, width = grey.shape
    image = QImage(grey.tobytes(), width, height, width, QImage.Format.Format_Grayscale8).copy()
    ratio = label.devicePixelRatioF()
    pixmap = QPixmap.fromImage(image).scaled(
        label.size() * ratio,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
