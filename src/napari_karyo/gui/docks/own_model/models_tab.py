"""The adopted models: what each is, which one classifies, and the way back."""

from __future__ import annotations

from html import escape
from typing import Final

from napari.utils.notifications import show_error
from qtpy.QtCore import Qt, QTimer
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from napari_karyo.counted import count
from napari_karyo.errors import KaryoError
from napari_karyo.gui.docks.review.lists import CompactList, row_of
from napari_karyo.gui.session.model_list import model_list
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.widgets import block, quiet, rich, while_alive, wrapped_label
from napari_karyo.models.own import OwnModel, own_models, remove
from napari_karyo.own_model.comparing import MEASURES

_NONE: Final = "No model of your own has been adopted yet. The shipped model classifies."
_SHIPPED: Final = "default"
#: Milliseconds after which a first press of *Remove* is forgotten.
_FORGOTTEN: Final = 20_000


class ModelsTab(QWidget):
    """The adopted models."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.models: tuple[OwnModel, ...] = ()
        self._asked_to_remove = ""
        self.list = CompactList(("Model", "Adopted", "By"), stretched=0, most=8)
        self.card, self.said = wrapped_label(), wrapped_label()
        self.page = QTextBrowser()
        self.page.setOpenLinks(False)
        self.page.setMinimumHeight(260)
        self.use = quiet(QPushButton("Use"))
        self.compared = quiet(QPushButton("Comparison"))
        self.remove = quiet(QPushButton("Remove"))
        self.back = quiet(QPushButton("Back to the shipped model"))
        self.use.setToolTip("Classify with it: it is chosen in the form")
        self.compared.setToolTip("The page that it was adopted by")
        self.remove.setToolTip("Take it off the list for good; cases keep what it said")
        self.back.setToolTip("Classify with the shipped model again: it is chosen in the form")
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.list)
        row = QHBoxLayout()
        for button in (self.use, self.compared, self.remove):
            row.addWidget(button, 1)
        column.addLayout(row)
        column.addWidget(self.back)
        for part in (self.said, self.card):
            column.addWidget(part)
        column.addWidget(self.page, 1)
        column.addStretch(0)
        self.page.hide()
        self.list.currentItemChanged.connect(self._on_chosen)
        self.use.clicked.connect(self.use_it)
        self.compared.clicked.connect(self.show_page)
        self.remove.clicked.connect(self.remove_it)
        self.back.clicked.connect(self.go_back)
        model_list.changed.connect(self.refresh)
        self.refresh()

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Look again: the shell adopts and removes too."""
        super().showEvent(a0)
        self.refresh()

    @property
    def chosen(self) -> OwnModel | None:
        """The model of the line that is chosen."""
        place = self.list.chosen_row
        return self.models[place] if 0 <= place < len(self.models) else None

    @while_alive
    def refresh(self) -> None:
        """List the adopted models."""
        before = self.chosen
        self.models = own_models()
        names = [model.name for model in self.models]
        with block(self.list):
            self.list.clear()
            for model in self.models:
                texts = [model.name, model.adopted[:10], model.who]
                self.list.addTopLevelItem(row_of(texts, model.verdict))
            if names:
                kept = before is not None and before.name in names
                place = names.index(before.name) if kept and before is not None else 0
                self.list.setCurrentItem(self.list.topLevelItem(place))
        self.list.fit_rows()
        self.list.setVisible(bool(names))
        self._show()

    def choose(self, name: str) -> None:
        """Choose a model of the list."""
        self.refresh()
        for item in self.list.findItems(name, Qt.MatchFlag.MatchExactly, 0):
            self.list.setCurrentItem(item)

    @while_alive
    def _on_chosen(self, *_: object) -> None:
        self.page.hide()
        self._show()

    def _show(self) -> None:
        model = self.chosen
        self._asked_to_remove = ""
        self.said.clear()
        for button in (self.use, self.remove):
            button.setEnabled(model is not None)
        self.compared.setEnabled(model is not None and model.page is not None)
        self.card.setText(rich(_NONE) if model is None else card_of(model))
        if model is None:
            self.page.hide()

    # -- from the person ------------------------------------------------------------------

    def use_it(self) -> None:
        """Classify with the chosen model."""
        if self.chosen is not None:
            self._classify_with(self.chosen.name)

    def go_back(self) -> None:
        """Classify with the shipped model again."""
        self._classify_with(_SHIPPED)

    def _classify_with(self, name: str) -> None:
        self.session.open_window("classify").choose_model(name)
        words = "the shipped model" if name == _SHIPPED else name
        self._say(f"The form classifies with {words} now. Cells keep what was said of them.")

    def show_page(self) -> None:
        """Show the page that the chosen model was adopted by, or hide it again."""
        model = self.chosen
        if model is None or model.page is None or self.page.isVisible():
            self.page.hide()
            return
        try:
            self.page.setHtml(model.page.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            show_error(f"{model.page}: the page can't be read ({error}).")
            return
        self.page.show()

    def remove_it(self) -> None:
        """Remove the chosen model, at the second press."""
        model = self.chosen
        if model is None:
            return
        if self._asked_to_remove != model.name:
            self._asked_to_remove = model.name
            self._say(f"Press Remove once more to remove {model.name} for good.")
            QTimer.singleShot(_FORGOTTEN, self._forget)
            return
        try:
            remove(model.name)
        except (KaryoError, OSError) as error:
            show_error(str(error))
            return
        model_list.changed.emit()
        self._say(f"{model.name} is removed. Cases that it classified keep what it said.")

    @while_alive
    def _forget(self) -> None:
        """Ask anew the next time: a press of long ago means nothing."""
        self._asked_to_remove = ""

    def _say(self, words: str) -> None:
        self.said.setText(rich(words))
        self.session.say(words)


def card_of(model: OwnModel) -> str:
    """Return from what, when and by whom a model was made, and its figures, as rich text."""
    learned = model.learned_from
    by = f" by {rich(model.who)}" if model.who else ""
    lines = [f"<b>{rich(model.name)}</b>, adopted {rich(model.adopted[:10])}{by}"]
    named = (("cells", "cell"), ("patients", "patient"), ("crops", "chromosome"))
    parts = [count(learned[key], word) for key, word in named if isinstance(learned.get(key), int)]
    if parts:
        lines.append(f"Learned from {', '.join(parts)}.")
    lines.append(rich(model.verdict))
    rows = []
    for one in model.figures:
        try:
            name, shipped, own = str(one["name"]), float(one["shipped"]), float(one["own"])
        except (KeyError, TypeError, ValueError):
            continue
        if name in MEASURES:
            shown = [
                f"{value:.1f}" if name == "clicks" else f"{100 * value:.1f} %"
                for value in (shipped, own)
            ]
            cells = "".join(f"<td align='right'>{value}</td>" for value in shown)
            rows.append(f"<tr><td>{escape(MEASURES[name])}</td>{cells}</tr>")
    table = ""
    if rows:
        heads = "<tr><th></th><th>shipped</th><th>own</th></tr>"
        table = f"<table cellpadding='3'>{heads}{''.join(rows)}</table>"
    return "<br/>".join(lines) + table + f"<br/>SHA-256 {rich(model.sha256[:16])}..."
