"""What workers are asked to do in tests: to die, or to do no more than say who they were."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from napari_karyo.archive.parts import CellRows, Part, Row
from napari_karyo.archive.patients import ArchivePatient
from napari_karyo.archive.work import Job
from napari_karyo.classes import CLASSES


def kill_this() -> None:
    """End this process as a system does that lacks memory."""
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def small_part(patient: ArchivePatient) -> Part:
    """Return a part with one chromosome."""
    row = Row("a.png", "1", 0.5, "1", "look", [0.0] * len(CLASSES))
    return Part([CellRows("cell 1", patient.name, [row])])


def die_once(patient: ArchivePatient, job: Job) -> Part:
    """End the worker by force at the first try of each patient called Berta."""
    if patient.name == "Berta":
        mark = Path(patient.paths[0]) / "tried"
        if not mark.exists():
            mark.touch()
            kill_this()
    return small_part(patient)


def always_die(patient: ArchivePatient, job: Job) -> Part:
    """End every worker that is asked for Berta."""
    if patient.name == "Berta":
        kill_this()
    return small_part(patient)


def know_nothing(patient: ArchivePatient, job: Job) -> Part:
    """Fail as a machine does on which a package is missing."""
    raise ModuleNotFoundError("No module named 'torch'")


def small_part_of(patient: ArchivePatient, job: Job) -> Part:
    """Return a part with one chromosome, as `small_part`."""
    return small_part(patient)
