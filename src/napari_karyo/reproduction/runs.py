"""The runs of Table 1: a row from a seed each, and what of it lies in the output folder."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from napari_karyo.errors import KaryoError, ReadError
from napari_karyo.models.named import TABLE_1
from napari_karyo.models.weights import sha256
from napari_karyo.training.recipes import RECIPES

#: Files in the folder of a run.
CHECKPOINT, CURVE, OUTCOME = "checkpoint.pt", "epochs.csv", "test.json"
LABELS, EXPLANATION = "labels.sha256", "faithfulness.json"
#: The paper's images: Q-banded, of the laboratory of Padova.
STAIN = "q_band"
#: The networks of Figure 5, and the ensemble: those whose saliency is measured.
EXPLAINED = ("resnet50", "crnn", "attention", "res_crann", "ensemble")


@dataclass(frozen=True)
class TrainingRun:
    """One row of the table trained from one seed.

    Attributes
    ----------
    row : str
        A key of `TABLE_1`.
    seed : int
    folder : Path
        Its checkpoint, weights, curve, outcome, and of what ``labels.csv`` they are.
    epochs : int, optional
        Instead of the paper's; of an ensemble, its members'.
    patience : int
        What is asked for now, which need not be what it was trained with; 0 never stops early.
    """

    row: str
    seed: int
    folder: Path
    epochs: int | None = None
    patience: int = 0

    @property
    def weights(self) -> Path:
        """The weights file, written when training has ended."""
        return self.folder / f"{self.row}.safetensors"

    @property
    def place(self) -> Path:
        """The folder of all runs of its length: see `place_of`."""
        return self.folder.parent.parent

    @property
    def members(self) -> tuple[TrainingRun, ...]:
        """The runs whose probabilities it averages: of the same seed and length."""
        return tuple(
            replace(self, row=row, folder=self.place / row / self.folder.name)
            for row in TABLE_1[self.row].members
        )

    @property
    def length(self) -> int:
        """The epochs that it is trained for; 0 for an ensemble, which is not trained."""
        if self.members:
            return 0
        return RECIPES[self.row].epochs if self.epochs is None else self.epochs

    @property
    def beside_the_paper(self) -> tuple[int, ...]:
        """By how many epochs it, or each member of it, is longer than the paper's."""
        if self.members:
            return tuple(beside for one in self.members for beside in one.beside_the_paper)
        return (self.length - RECIPES[self.row].epochs,)

    @property
    def to_the_papers_length(self) -> bool:
        """Whether it, or each member of it, is trained for as many epochs as the paper says."""
        return not any(self.beside_the_paper)

    @property
    def begun(self) -> bool:
        """Whether anything of it lies in its folder."""
        names = (self.weights.name, CHECKPOINT, CURVE, OUTCOME, LABELS)
        return any((self.folder / name).is_file() for name in names)

    @property
    def explained(self) -> bool:
        """Whether its saliency is measured."""
        found = self.explanation()
        return found is not None and "mean" in found

    def curve(self) -> list[dict[str, str]]:
        """Return the rows of its training curve so far, an epoch each."""
        path = self.folder / CURVE
        if not path.is_file():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    @property
    def trained(self) -> int:
        """How many epochs it was trained for so far."""
        return len(self.curve())

    @property
    def lowest(self) -> int | None:
        """The epoch of the lowest loss on ``val`` so far, whose weights are kept."""
        curve = self.curve()
        return int(curve[-1].get("lowest") or 0) or None if curve else None

    @property
    def stopped(self) -> bool:
        """Whether its patience ran out, or that of any of its members, before its last epoch."""
        if self.members:
            return any(member.stopped for member in self.members)
        return self.weights.is_file() and 0 < self.trained < self.length

    @property
    def end(self) -> int | None:
        """The epoch after which the patience asked for ends it; None where not by its curve."""
        for row in self.curve() if self.patience else ():
            epoch, lowest = int(row["epoch"]), int(row.get("lowest") or row["epoch"])
            if epoch - lowest >= self.patience:
                return epoch
        return None

    def outcome(self) -> dict[str, Any] | None:
        """Return its figures on ``test``, where it is finished."""
        return _read(self.folder / OUTCOME)

    def explanation(self) -> dict[str, Any] | None:
        """Return what is measured of its saliency so far, where that is of these weights."""
        found = _read(self.folder / EXPLANATION) if self.weights.is_file() else None
        return found if found and found["sha256"] == sha256(self.weights) else None


def _read(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ReadError("this is damaged.", "Remove it to have it made anew.", path) from error
    return content


def place_of(output: Path, epochs: int | None = None) -> Path:
    """Return the folder of all runs of one length and of their summaries.

    Parameters
    ----------
    output : Path
    epochs : int, optional
        Instead of the paper's. Such runs have a folder of their own, so that what sums them
        up never takes the place of what sums up the others.
    """
    return output if epochs is None else output / f"{epochs}-epochs"


def plan(
    output: Path,
    rows: Sequence[str] = (),
    seeds: Sequence[int] = (0,),
    epochs: int | None = None,
    patience: int = 0,
) -> list[TrainingRun]:
    """Return the runs, the single networks before the ensembles that need them.

    Parameters
    ----------
    output : Path
    rows : sequence of str
        Keys of `TABLE_1`; all where left empty. An ensemble brings its members.
    seeds : sequence of int
    epochs : int, optional
        Instead of the paper's numbers: marked so in a table of its own.
    patience : int
        Epochs in a row without a lower loss on ``val`` after which a training stops; 0 never
        stops early.

    Raises
    ------
    KaryoError
        Where a row is unknown.
    """
    unknown = [name for name in rows if name not in TABLE_1]
    if unknown:
        raise KaryoError(
            f"Table 1 has no row {unknown[0]!r}.", f"Its rows are {', '.join(TABLE_1)}."
        )
    wanted = set(rows or TABLE_1)
    for name in tuple(wanted):
        wanted.update(TABLE_1[name].members)
    place = place_of(output, epochs)
    return [
        TrainingRun(name, seed, place / name / f"seed-{seed}", epochs, patience)
        for name in TABLE_1
        if name in wanted
        for seed in dict.fromkeys(seeds)
    ]


def found(
    output: Path, asked: Sequence[TrainingRun] = (), epochs: int | None = None
) -> list[TrainingRun]:
    """Return the runs of one length that were begun in a folder, with those asked for.

    Parameters
    ----------
    output : Path
    asked : sequence of TrainingRun
        Of the same folder and length: among them even where they were not begun.
    epochs : int, optional
        Instead of the paper's numbers.

    Returns
    -------
    list of TrainingRun
        In the order of `TABLE_1`, and of the seeds.
    """
    place = place_of(output, epochs)
    runs = {(run.row, run.seed): run for run in asked}
    for row in TABLE_1:
        for run in begun_seeds(place, row, epochs):
            runs.setdefault((row, run.seed), run)
    order = list(TABLE_1)
    return sorted(runs.values(), key=lambda run: (order.index(run.row), run.seed))


def begun_seeds(place: Path, row: str, epochs: int | None = None) -> list[TrainingRun]:
    """Return the runs of a row that were begun in the folder of their length."""
    folders = {
        int(number[1]): folder
        for folder in place.glob(f"{row}/seed-*")
        if (number := re.fullmatch(r"seed-(\d+)", folder.name))
    }
    runs = [TrainingRun(row, seed, folder, epochs) for seed, folder in sorted(folders.items())]
    return [run for run in runs if run.begun]
