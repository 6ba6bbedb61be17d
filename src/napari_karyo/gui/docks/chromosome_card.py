"""The card of one chromosome: its light in words, and the classes it could be."""

from __future__ import annotations

from typing import Final

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QGridLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_karyo.classes import CLASSES, MARKERS, TRAY
from napari_karyo.gui import actions
from napari_karyo.gui.actions.action_table import BY_NAME
from napari_karyo.gui.canvas.keys import plain_key
from napari_karyo.gui.docks.review.words import sign_words
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.widgets import quiet, rich, wrapped_label
from napari_karyo.ideogram.compare import percent
from napari_karyo.inference.confidence import Light
from napari_karyo.karyotype import slot_words

WORDS = {
    Light.SURE: "sure",
    Light.LOOK: "worth a look",
    Light.DOUBTFUL: "doubtful, please check",
    Light.UNKNOWN: "unlike anything that the model knows; look at the photograph",
}
#: Alternatives offered.
COUNT = 5
#: Less of a chromosome under a crossing is not worth a word.
_CROSSED: Final = 0.02
#: The actions that take the best and the second best other class.
_TAKE = ("Best other", "Second other")


class ChromosomeCard(QWidget):
    """Says what is to be said of the selected chromosome, and offers its classes."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.words = wrapped_label()
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.words)
        self.choices = QWidget()
        grid = QGridLayout(self.choices)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        self.buttons: list[QPushButton] = []
        self.bars: list[QProgressBar] = []
        self.keys: list[QLabel] = []
        for row in range(COUNT):
            button = quiet(QPushButton(), pressed=self._place)
            bar, key = QProgressBar(), QLabel()
            bar.setRange(0, 1000)
            grid.addWidget(button, row, 0)
            grid.addWidget(bar, row, 1)
            grid.addWidget(key, row, 2)
            self.buttons.append(button)
            self.bars.append(bar)
            self.keys.append(key)
        grid.setColumnStretch(1, 1)
        column.addWidget(self.choices)
        self._names: list[str] = []

    def _place(self) -> None:
        row = next((n for n, button in enumerate(self.buttons) if button is self.sender()), COUNT)
        if row < len(self._names):
            self._session.bring_back()
            actions.put_into(self._session, self._names[row])

    def show_chromosome(self, cell: OpenCell | None, index: int | None) -> None:
        """Show one chromosome of a cell, or what to do where none is selected."""
        chosen = cell is not None and index is not None and index in cell.present
        self.choices.setVisible(chosen)
        if not chosen or cell is None or index is None:
            self.words.setText("Click a chromosome, or press N for the first doubtful one.")
            return
        slot = cell.karyotype.slot_of(index)
        self.words.setText(describe(cell, index))
        self._names = []
        takes = iter(_TAKE)
        for (name, share), button, bar, key in zip(
            cell.classification.alternatives(index, COUNT),
            self.buttons,
            self.bars,
            self.keys,
            strict=True,
        ):
            self._names.append(name)
            here = name == slot
            take = None if here else next(takes, None)
            press = "" if take is None else plain_key(BY_NAME[take].keys[0])
            button.setText(f"{name}  (here)" if here else name)
            button.setEnabled(not here)
            button.setToolTip("It sits here now" if here else f"Put it into class {name}")
            key.setText(press)
            key.setToolTip("" if take is None else f"Key: {press}")
            bar.setValue(round(share * 1000))
            bar.setFormat(percent(share))


def describe(cell: OpenCell, index: int) -> str:
    """Return what is to be said of one chromosome, as rich text.

    Its file, where it sits and by whose choice, and its light with the reason.
    """
    slot, light = cell.karyotype.slot_of(index), cell.lights()[index]
    own = cell.classification.predicted[index]
    state = cell.karyotype.state
    row = dict(cell.classification.alternatives(index, 24))
    where = {TRAY: "in the tray", MARKERS: "a <b>marker</b>"}.get(slot, f"in <b>{slot}</b>")
    if index in state.derivatives:
        where += ", a <b>derivative</b>"
    lines = [f"<b>{rich(actions.name_of(cell, index))}</b>", where]
    words = WORDS[light]
    if cell.is_settled(index):
        words = "accepted" if index in state.reviewed else "settled by hand"
        if slot == own and light is not Light.SURE:
            words += "; the model is not sure"
        elif slot in CLASSES and slot != own:
            words += "; the model disagrees"
    lines[1] += f" &nbsp;{sign_words(cell.shown_lights()[index])} {words}"
    if light is Light.UNKNOWN:
        lines.append(f"It would say {own} ({percent(row[own])}), which means little here.")
    elif slot in CLASSES and slot != own:
        lines.append(
            f"The model alone says {own} ({percent(row[own])}); {slot} has {percent(row[slot])}."
        )
    elif slot not in CLASSES:
        lines.append(f"The model says {own} ({percent(row[own])}).")
    else:
        lines.append(f"The model's own choice, {percent(row[own])}.")
    up = float(cell.classification.p_arm_up[index])
    asked = not cell.is_settled(index)
    if asked and cell.is_way_up_doubtful(index):
        lines.append(f"Which arm is up is doubtful ({percent(max(up, 1 - up))}).")
    if asked and index in cell.hiding():
        how = ": part the crossing (U)" if cell.classification.cell.photograph is not None else ""
        lines.append(f"Another one seems to lie hidden across it{how}.")
    elif (crossed := _crossed(cell, index)) >= _CROSSED:
        lines.append(
            f"Another one lies across {percent(crossed)} of it (the bar beside it): bands there "
            "may be those of the other."
        )
    first = cell.karyotype.proposed
    made = index not in first.positions
    before = next((name for name, members in first.slots.items() if index in members), slot)
    if made:
        lines.append("▲ a piece made by hand; the model classified it")
    elif before != slot:
        lines.append(f"▲ moved by hand from {slot_words(before)}")
    elif (index in state.turned) != (index in first.turned):
        lines.append("▲ flipped by hand")
    if index in cell.karyotype.accepted_together:
        lines.append("accepted together with others")
    elif index in state.reviewed:
        lines.append("accepted")
    return "<br>".join(lines)


def _crossed(cell: OpenCell, index: int) -> float:
    outline = cell.classification.cell.chromosomes[index].outline
    return 0.0 if outline is None else outline.crossed
