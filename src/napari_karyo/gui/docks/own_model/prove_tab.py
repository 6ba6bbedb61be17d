"""The proof: both models on the kept-out cells, and the own one adopted where it is better."""

from __future__ import annotations

import logging
from typing import Final

from napari.utils.notifications import show_info
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QTextBrowser, QVBoxLayout, QWidget
from superqt.utils import WorkerBase

from napari_karyo.gui.session.session import Session
from napari_karyo.gui.session.settings import read_settings
from napari_karyo.gui.session.worker import weakly, worker_for
from napari_karyo.gui.widgets import free_keyboard, quiet, rich, while_alive, wrapped_label
from napari_karyo.models.own import WEIGHTS as OWN_WEIGHTS
from napari_karyo.models.own import OwnModel, adopt
from napari_karyo.own_model.comparing import ModelComparison
from napari_karyo.own_model.page import page_of
from napari_karyo.own_model.training_folder import TrainingFolder

_log = logging.getLogger(__name__)

_NONE: Final = (
    "No training has come to its end yet. At its end both models classify the kept-out cells, "
    "and what becomes of them is compared here."
)


class ProveTab(QWidget):
    """The comparison of the last training that has ended."""

    adopted = Signal(object)
    """A model was adopted: `OwnModel`."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.training: TrainingFolder | None = None
        self.comparison: ModelComparison | None = None
        self.worker: WorkerBase | None = None
        self.verdict = wrapped_label()
        self.page = QTextBrowser()
        self.page.setOpenLinks(False)
        self.page.setMinimumHeight(260)
        self.name = QLineEdit()
        self.name.setPlaceholderText("its name, such as Bern 2026")
        self.name.setMaxLength(60)
        self.adopt = quiet(QPushButton("Adopt as"))
        self.why = wrapped_label()
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.verdict)
        column.addWidget(self.page, 1)
        row = QHBoxLayout()
        row.addWidget(self.adopt)
        row.addWidget(self.name, 1)
        column.addLayout(row)
        column.addWidget(self.why)
        self.name.textChanged.connect(self._enable)
        self.name.returnPressed.connect(self.take)
        self.adopt.clicked.connect(self.take)
        self.show_training(None)

    def show_training(self, training: TrainingFolder | None) -> None:
        """Show the comparison of a training, or that there is none."""
        self.training = training
        self.comparison = training.comparison if training is not None else None
        if self.comparison is None:
            words = _NONE
            if training is not None:
                words = "The comparison can't be read. Let the training end again."
            self.verdict.setText(rich(words))
            self.page.hide()
        else:
            self.verdict.setText(f"<b>{rich(self.comparison.verdict)}</b>")
            self.page.setHtml(page_of(self.comparison, with_verdict=False))
            self.page.show()
        self._enable()

    def why_not(self) -> str:
        """Return why the model can't be adopted now; empty where it can."""
        if self.comparison is None:
            return "There is nothing to adopt yet."
        if not self.comparison.is_better:
            return (
                "It is not adopted, because it is not better beyond chance. Correct more cells, of "
                "other patients too, and train again."
            )
        if self.worker is not None:
            return "It is being adopted..."
        if not self.name.text().strip():
            return "Give it a name: it stands in the list of models and in each case."
        return ""

    @while_alive
    def _enable(self, *_: object) -> None:
        why = self.why_not()
        self.adopt.setEnabled(not why)
        better = self.comparison is not None and self.comparison.is_better
        self.name.setEnabled(better and self.worker is None)
        self.why.setText(rich(why))

    def take(self) -> None:
        """Adopt the model, in a thread: its weights are read before and hashed."""
        if self.why_not() or self.training is None:
            return
        self.worker = worker_for(
            self.session,
            _adopt,
            self.training,
            self.name.text().strip(),
            self.session.who or read_settings().initials,
            returned=weakly(self._on_adopted),
            failed=weakly(self._on_failed),
            unforeseen=lambda error: f"The model could not be adopted: {error}",
            log=_log,
            finished=weakly(self._on_end),
        )
        free_keyboard()
        self._enable()
        self.worker.start()

    @while_alive
    def _on_adopted(self, model: OwnModel) -> None:
        show_info(f"Adopted: {model.name}. It stands in the list of models now.")
        self.name.clear()
        self.adopted.emit(model)

    @while_alive
    def _on_failed(self, words: str) -> None:
        self.worker = None
        self._enable()
        self.why.setText(rich(words))

    @while_alive
    def _on_end(self) -> None:
        # What was said of a failure stays.
        if self.worker is not None:
            self.worker = None
            self._enable()


def _adopt(training: TrainingFolder, name: str, who: str) -> OwnModel:
    from napari_karyo.models.weights import load_weights

    # What can't be loaded is told before anything is copied.
    load_weights(training.path / OWN_WEIGHTS)
    return adopt(training.path, name, who)
