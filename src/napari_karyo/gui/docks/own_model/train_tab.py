"""Training: start, pause, go on, cancel, and the curve while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from napari.utils.notifications import show_warning
from qtpy.QtCore import QTimer, Signal
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from napari_karyo.counted import count
from napari_karyo.errors import KaryoError
from napari_karyo.gui.docks.own_model.curve_plot import CurvePlot
from napari_karyo.gui.docks.own_model.tuning_process import (
    DONE,
    PAUSED,
    TuningProcess,
    running_in,
    start_in,
)
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.session.settings import read_settings
from napari_karyo.gui.widgets import quiet, rich, while_alive, wrapped_label
from napari_karyo.own_model.checking import faults_of
from napari_karyo.own_model.collection import Collection
from napari_karyo.own_model.training_folder import TrainingFolder, begin, discard, trainings

if TYPE_CHECKING:
    import napari

_COLLECT: Final = "Collect cells first."
#: Milliseconds after which a first press of *Cancel* is forgotten.
_FORGOTTEN: Final = 20_000
#: What the stages of the program are called.
_STAGES: Final = {
    "prepare": "preparing the chromosomes",
    "train": "training",
    "calibrate": "fitting the lights on the kept-out cells",
    "compare": "comparing with the shipped model",
}


class TrainTab(QWidget):
    """A training and how it goes.

    Attributes
    ----------
    options : list of str
        More words for the command ``tune``.
    """

    ended = Signal(object)
    """A training has come to its end: the training folder."""

    def __init__(self, napari_viewer: napari.Viewer, session: Session) -> None:
        super().__init__()
        self.session = session
        self.collection: Collection | None = None
        self.options: list[str] = []
        self.training: TrainingFolder | None = None
        self.process: TuningProcess | None = None
        self._asked_to_cancel = False
        self._steps = 0
        self.start = quiet(QPushButton("Start"))
        self.pause = quiet(QPushButton("Pause"))
        self.go_on = quiet(QPushButton("Go on"))
        self.cancel = quiet(QPushButton("Cancel"))
        self.start.setToolTip("Teach the shipped model the collected cells")
        self.pause.setToolTip("End for now; at most half a minute of the training is done again")
        self.go_on.setToolTip("Go on where it was paused, today or another day")
        self.cancel.setToolTip("Throw the training away; the case files stay as they are")
        self.words, self.said = wrapped_label(), wrapped_label()
        self.progress = QProgressBar()
        self.progress.setTextVisible(True)
        self.curve = CurvePlot(napari_viewer)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        row = QHBoxLayout()
        for button in (self.start, self.pause, self.go_on, self.cancel):
            row.addWidget(button, 1)
        column.addWidget(self.words)
        column.addLayout(row)
        column.addWidget(self.progress)
        column.addWidget(self.said)
        column.addWidget(self.curve)
        column.addStretch(1)
        self.start.clicked.connect(self.begin)
        self.pause.clicked.connect(self.pause_it)
        self.go_on.clicked.connect(self.continue_it)
        self.cancel.clicked.connect(self.cancel_it)
        # What was never finished is offered again, whoever began it, in whichever window.
        self._follow(running_in(session))
        self.look_again()

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Look again for a training to go on with: another window may have begun one."""
        super().showEvent(a0)
        QTimer.singleShot(0, self.look_again)

    @property
    def running(self) -> bool:
        """Whether a training of this window runs."""
        return self.process is not None and self.process.running

    @while_alive
    def look_again(self) -> None:
        """Offer a training that was begun and not finished."""
        if not self.running:
            there = next((one for one in trainings() if not one.finished), None)
            if there is not None or (self.training is not None and not self.training.finished):
                self.training = there
        self._show()

    def consider(self, collection: Collection | None) -> None:
        """Take other cells for the next training."""
        self.collection = collection
        self._show()

    # -- from the person --------------------------------------------------------------

    def begin(self) -> None:
        """Write the collected cells into a new training folder, and start."""
        why = self._why_not()
        if why or self.collection is None:
            show_warning(why)
            return
        try:
            self.training = begin(self.collection)
        except KaryoError as error:
            self._tell(str(error), warn=True)
            return
        self.continue_it()

    def continue_it(self) -> None:
        """Start the program, on what it finds in the training folder."""
        if self.training is None or self.running:
            return
        device = read_settings().device
        try:
            process = start_in(
                self.session, self.training, ["--device", device, *self.options], self
            )
        except KaryoError as error:
            self._tell(str(error), warn=True)
            return
        self._tell("Starting...")
        self._follow(process)
        self._show()

    def pause_it(self) -> None:
        """End for now."""
        if self.process is not None:
            self._tell("Pausing...")
            self.process.pause()

    def cancel_it(self) -> None:
        """Throw the training away, at the second press."""
        if not self._asked_to_cancel:
            self._asked_to_cancel = True
            self._tell("Press Cancel once more to throw this training away.")
            QTimer.singleShot(_FORGOTTEN, self._forget)
            return
        self._asked_to_cancel = False
        if self.process is not None and self.process.running:
            self._tell("Cancelling...")
            self.process.cancel()
        elif self.training is not None:
            discard(self.training)
            self.training = None
            self._tell("The training was thrown away.")
            self.look_again()

    @while_alive
    def _forget(self) -> None:
        """Ask anew the next time: a press of long ago means nothing."""
        self._asked_to_cancel = False

    # -- from the program -------------------------------------------------------------

    def _follow(self, process: TuningProcess | None) -> None:
        self.process = process
        self._asked_to_cancel = False
        if process is not None:
            self.training = process.training
            process.told.connect(self._on_told)
            process.ended.connect(self._on_ended)

    @while_alive
    def _on_told(self, said: dict[str, Any]) -> None:
        steps = max(1, int(said["steps"]))
        self.progress.setRange(0, steps)
        self.progress.setValue(min(int(said["step"]), steps))
        stage = _STAGES.get(str(said["stage"]), "")
        left = self.process.time_left() if self.process is not None else None
        if said["said"]:
            self.said.setText(rich(str(said["said"])))
        elif stage:
            more = f", {_time(left)} left" if left is not None else ""
            words = f"{stage}: {said['step']} of {said['steps']}{more}"
            self.said.setText(rich(words[0].upper() + words[1:]))
        if said["stage"] == "train":
            self._steps = steps
            self._draw()

    @while_alive
    def _on_ended(self, how: str, words: str) -> None:
        training = self.training
        self.process = None
        self._asked_to_cancel = False
        self._tell(words)
        self.look_again()
        if how == DONE and training is not None:
            self.ended.emit(training)
        elif how == PAUSED:
            self._tell(f"{words} Go on when you like: today, or when you open this again.")

    # -- what is shown ------------------------------------------------------------------

    def _tell(self, words: str, warn: bool = False) -> None:
        self.said.setText(rich(words))
        if warn:
            show_warning(words)

    def _why_not(self) -> str:
        """Return why no training can be started; empty where one can."""
        if self.collection is None or not self.collection.cells:
            return _COLLECT
        if self.training is not None and not self.training.finished:
            return "Go on with this training, or cancel it, before another is started."
        return next((str(one) for one in faults_of(self.collection) if one.prevents), "")

    def _show(self) -> None:
        """Show which training there is, and what can be done."""
        open_one = self.training is not None and not self.training.finished
        why = self._why_not()
        self.start.setEnabled(not self.running and not why)
        self.start.setToolTip(why or "Teach the shipped model the collected cells")
        self.pause.setEnabled(self.running)
        self.go_on.setEnabled(open_one and not self.running)
        self.cancel.setEnabled(open_one)
        self.progress.setVisible(self.running)
        if open_one and self.training is not None:
            self.words.setText(rich(words_of(self.training, self.running)))
        elif why:
            self.words.setText(rich(why))
        elif self.collection is not None:
            self.words.setText(rich(f"Ready to train on {self.collection.told()}"))
        self.said.setVisible(True)
        self._draw()

    def _draw(self) -> None:
        rows = self.training.curve() if self.training is not None else []
        self.curve.show_rows(rows, self._steps if self.running else 0)


def words_of(training: TrainingFolder, running: bool) -> str:
    """Return what a training that is not finished learns from, and how far it is."""
    about = training.about
    cells = about.get("cells")
    parts = []
    if isinstance(cells, dict) and {"train", "kept out"} <= cells.keys():
        parts.append(
            f"It learns from {count(cells['train'], 'cell')}; {cells['kept out']} are kept out to "
            "measure on."
        )
    rows = training.curve()
    if rows and not running:
        parts.append(f"It has come to step {int(rows[-1].get('step', 0))}.")
    state = "runs" if running else "is not finished"
    return " ".join([f"The training begun on {training.begun} {state}.", *parts])


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"about {max(5, 5 * round(seconds / 5))} s"
    return f"about {round(seconds / 60)} min"
