"""Training folders in the person's own data: what is collected, trained and proved there."""

from __future__ import annotations

import csv
import json
import shutil
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from napari_karyo.errors import KaryoError
from napari_karyo.models.own import COMPARISON, PAGE, WEIGHTS, own_folder
from napari_karyo.own_model.collection import Collection
from napari_karyo.own_model.comparing import ModelComparison
from napari_karyo.own_model.keeping_out import divide, kept_out_in
from napari_karyo.own_model.suggesting import EarlierTraining
from napari_karyo.own_model.writing import ABOUT, write_data

_DATA: Final = "data"
_CHECKPOINT: Final = "checkpoint.pt"
_CURVE: Final = "curve.csv"
#: What stays of a training that has come to its end: the rest only served to go on.
_LASTING: Final = frozenset({_DATA, _CURVE, WEIGHTS, COMPARISON, PAGE})


@dataclass(frozen=True)
class TrainingFolder:
    """A folder in which a training was begun.

    Attributes
    ----------
    path : Path
        Named by when it was begun.
    """

    path: Path

    @property
    def data(self) -> Path:
        """The collected cells."""
        return self.path / _DATA

    @property
    def begun(self) -> str:
        """The day on which it was begun."""
        return self.path.name[:10]

    @property
    def finished(self) -> bool:
        """Whether the model is trained and compared."""
        return (self.path / COMPARISON).is_file()

    @property
    def has_checkpoint(self) -> bool:
        """Whether there is something to go on from."""
        return (self.path / _CHECKPOINT).is_file()

    @property
    def about(self) -> dict[str, Any]:
        """What was collected, in numbers: `napari_karyo.own_model.writing.about`."""
        try:
            found = json.loads((self.data / ABOUT).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def stains(self) -> tuple[str, ...]:
        """Values of `Polarity`."""
        found = self.about.get("stains")
        return tuple(map(str, found)) if isinstance(found, list) else ()

    @property
    def comparison(self) -> ModelComparison | None:
        """The proof; None where there is none that can be read."""
        try:
            return ModelComparison.from_json((self.path / COMPARISON).read_text(encoding="utf-8"))
        except (OSError, ValueError, KaryoError):
            return None

    def curve(self) -> list[dict[str, float]]:
        """Return the rows of the curve so far; none where there is none yet."""
        try:
            with (self.path / _CURVE).open(encoding="utf-8", newline="") as file:
                return [
                    {name: float(value) for name, value in row.items()}
                    for row in csv.DictReader(file)
                ]
        except (OSError, ValueError, TypeError, csv.Error):
            return []


def trainings_folder() -> Path:
    """Return where training folders lie: in the person's own data."""
    return own_folder().parent / "trainings"


def trainings() -> tuple[TrainingFolder, ...]:
    """Return the training folders, the newest first; what lies there and is none is left out."""
    try:
        paths = sorted(trainings_folder().iterdir(), reverse=True)
    except OSError:
        return ()
    found = (TrainingFolder(path) for path in paths if not path.name.startswith("."))
    return tuple(one for one in found if (one.data / "labels.csv").is_file())


def earlier_trainings() -> tuple[EarlierTraining, ...]:
    """Return what the trainings so far have brought, the newest first."""
    found = []
    for one in trainings():
        comparison = one.comparison
        brought = EarlierTraining.of(comparison, one.stains) if comparison is not None else None
        if brought is not None:
            found.append(brought)
    return tuple(found)


def begin(collection: Collection) -> TrainingFolder:
    """Write the used cells of a collection into a new training folder: whole, or not at all.

    Patients that a training before kept out stay kept out. What trainings that have come to
    their end no longer need is removed.

    Parameters
    ----------
    collection : Collection

    Raises
    ------
    KaryoError
        Where there is no cell, or it can't be written.
    """
    before: frozenset[str] = frozenset()
    for one in trainings():
        if one.finished:
            _slim(one)
        # One that can't be read costs itself.
        with suppress(KaryoError):
            before |= kept_out_in(one.data)
    name = f"{datetime.now():%Y-%m-%d-%H%M%S}"
    path, number = trainings_folder() / name, 2
    while path.exists():
        path, number = trainings_folder() / f"{name}-{number}", number + 1
    training = TrainingFolder(path)
    try:
        write_data(collection, divide(collection, before), training.data)
    except BaseException:
        discard(training)
        raise
    return training


def _slim(training: TrainingFolder) -> None:
    """Remove the checkpoint and the prepared crops of a training."""
    for path in training.path.iterdir():
        if path.name in _LASTING:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            # What another program holds open goes the next time.
            with suppress(OSError):
                path.unlink()


def discard(training: TrainingFolder) -> None:
    """Throw a training away; case files and adopted models stay."""
    gone = training.path.with_name(f".{uuid.uuid4().hex}.removed")
    try:
        training.path.rename(gone)
    except OSError:
        gone = training.path
    shutil.rmtree(gone, ignore_errors=True)
