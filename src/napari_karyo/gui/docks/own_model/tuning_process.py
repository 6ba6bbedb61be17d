"""The training, in a program of its own that ends with the window."""

from __future__ import annotations

import json
import sys
import time
import weakref
from collections.abc import Sequence
from typing import Any, Final

from filelock import FileLock, Timeout
from napari.utils.notifications import show_info, show_warning
from qtpy.compat import isalive
from qtpy.QtCore import QCoreApplication, QObject, QProcess, QProcessEnvironment, QTimer, Signal
from qtpy.QtWidgets import QMainWindow, QWidget

from napari_karyo.errors import KaryoError
from napari_karyo.gui.session.session import Session
from napari_karyo.own_model.training_folder import TrainingFolder, discard

#: Milliseconds that it is given to end by itself, before it is killed: it loses nothing.
_PATIENCE: Final = 3000

#: How it may end.
DONE, PAUSED, REFUSED, FAILED, CANCELLED = "done", "paused", "refused", "failed", "cancelled"

#: The program, and how it is asked to train.
COMMAND: Final = (sys.executable, "-m", "napari_karyo", "tune")

#: What the shell says of data that no model can be made of.
_REFUSED_CODE: Final = 2


class TuningProcess(QObject):
    """A training that runs beside the window.

    It belongs to the window and not to the dock, which may be closed meanwhile, and ends with
    the window: what was trained is in the training folder.

    Parameters
    ----------
    training : TrainingFolder
    options : sequence of str
        More words for the command ``tune``.
    window : QMainWindow, optional
    """

    told = Signal(object)
    """Something was said: a dict, of the keys of `TuningProgress`."""
    ended = Signal(str, str)
    """It is over: how, and what there is to say."""

    def __init__(
        self, training: TrainingFolder, options: Sequence[str], window: QMainWindow | None
    ) -> None:
        super().__init__(window)
        self.training = training
        self.last: dict[str, Any] = {}
        self._asked = ""
        self._first: tuple[int, float] | None = None
        self._errors = ""
        self._over = False
        self._lock = FileLock(training.path / ".lock")
        self._process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUTF8", "1")
        self._process.setProcessEnvironment(environment)
        program, *words = COMMAND
        self._process.setProgram(program)
        words += [str(training.data), "--output", str(training.path)]
        self._process.setArguments([*words, "--background", "--progress", "json", *options])
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self._process.kill)

    def start(self) -> None:
        """Begin, or go on.

        Raises
        ------
        KaryoError
            Where another window trains this.
        """
        try:
            self._lock.acquire(timeout=0)
        except (Timeout, OSError) as error:
            raise KaryoError(
                "this training runs in another window, or its folder can't be written to.",
                "Close the other window first.",
                self.training.path,
            ) from error
        self._process.start()

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return not self._over

    @property
    def pid(self) -> int:
        """The number of the program."""
        return int(self._process.processId())

    def pause(self) -> None:
        """End it; it goes on from its last checkpoint."""
        self._end(PAUSED)

    def cancel(self) -> None:
        """End it and throw the training away."""
        self._end(CANCELLED)

    def time_left(self) -> float | None:
        """Return the seconds that the training will take, from how it went so far; or None."""
        if self._first is None or self.last.get("stage") != "train":
            return None
        step, began = self._first
        done = self.last["step"] - step
        if done < 1:
            return None
        return float((self.last["steps"] - self.last["step"]) * (time.monotonic() - began) / done)

    def _end(self, how: str) -> None:
        if self._over:
            return
        self._asked = how
        self._process.terminate()
        # On Windows a program without a window hears nothing of it.
        QTimer.singleShot(_PATIENCE, self._process.kill)

    def _read(self) -> None:
        while self._process.canReadLine():
            try:
                said = json.loads(bytes(self._process.readLine().data()))
            except ValueError:
                continue
            if isinstance(said, dict) and {"stage", "step", "steps", "said"} <= said.keys():
                if said["stage"] == "train" and self._first is None and not said["said"]:
                    self._first = (said["step"], time.monotonic())
                self.last = said
                self.told.emit(said)

    def _read_errors(self) -> None:
        found = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        self._errors = (self._errors + found)[-4000:]

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._close(FAILED, f"The training can't be started: {self._process.errorString()}")

    def _on_finished(self, code: int, _status: object) -> None:
        self._read()
        self._read_errors()
        if code == 0 and self.last.get("stage") == "done":
            self._close(DONE, str(self.last["said"]))
        elif self._asked == PAUSED:
            self._close(PAUSED, "The training is paused.")
        elif self._asked == CANCELLED:
            self._close(CANCELLED, "The training was thrown away.")
        elif code == _REFUSED_CODE:
            self._close(REFUSED, _last_said(self._errors))
        else:
            why = _last_said(self._errors) or f"the program ended with {code}"
            self._close(FAILED, f"The training ended before its time ({why}). It can go on.")

    def _close(self, how: str, words: str) -> None:
        if self._over:
            return
        self._over = True
        self._lock.release()
        if how == CANCELLED or (how == REFUSED and not self.training.has_checkpoint):
            discard(self.training)
        if how == DONE:
            show_info(words)
        elif how in (REFUSED, FAILED):
            show_warning(words)
        self.ended.emit(how, words)


def _last_said(errors: str) -> str:
    """Return the last line of standard error, without the program's name."""
    lines = [line for line in errors.splitlines() if line.strip()]
    return lines[-1].removeprefix("napari-karyo: ").strip() if lines else ""


_running: weakref.WeakKeyDictionary[Session, TuningProcess] = weakref.WeakKeyDictionary()


def running_in(session: Session) -> TuningProcess | None:
    """Return the training that runs in a session's window."""
    found = _running.get(session)
    return found if found is not None and isalive(found) and found.running else None


def start_in(
    session: Session, training: TrainingFolder, options: Sequence[str], widget: QWidget
) -> TuningProcess:
    """Start a training, or go on with it.

    Parameters
    ----------
    session : Session
    training : TrainingFolder
    options : sequence of str
        More words for the command ``tune``.
    widget : QWidget
        In the session's window.

    Raises
    ------
    KaryoError
        Where another window trains this.
    """
    window: QWidget | None = widget
    while window is not None and not isinstance(window, QMainWindow):
        window = window.parentWidget()
    process = TuningProcess(training, options, window)
    process.start()
    _running[session] = process
    return process
