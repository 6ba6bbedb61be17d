"""Every row of Table 1 trained and evaluated, in slices, going on where it stopped."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari_karyo.errors import KaryoError
from napari_karyo.models.ensemble import Ensemble
from napari_karyo.models.named import TABLE_1
from napari_karyo.models.network import ChromosomeNetwork
from napari_karyo.models.weights import load_weights, rounded, save_weights
from napari_karyo.training.evaluate import evaluate
from napari_karyo.training.provenance import provenance
from napari_karyo.training.recipes import RECIPES
from napari_karyo.training.train import calibrate, load_crops, train

#: Files in the folder of a run.
CURVE, OUTCOME = "epochs.csv", "test.json"
#: The paper's images: Q-banded, of the laboratory of Padova.
STAIN = "q_band"


@dataclass(frozen=True)
class Run:
    """One row of the table trained from one seed.

    Attributes
    ----------
    row : str
        A key of `TABLE_1`.
    seed : int
    folder : Path
        Its checkpoint, weights, curve and outcome.
    epochs : int
        To be trained; of an ensemble, its members', where they are not the paper's, else 0.
    """

    row: str
    seed: int
    folder: Path
    epochs: int

    @property
    def weights(self) -> Path:
        """The weights file, written when training has ended."""
        return self.folder / f"{self.row}.safetensors"

    @property
    def members(self) -> tuple[str, ...]:
        """The rows whose probabilities it averages."""
        return TABLE_1[self.row].members

    @property
    def to_the_papers_length(self) -> bool:
        """Whether it is trained for as many epochs as the paper says."""
        if self.members:
            return not self.epochs
        return self.epochs >= RECIPES[self.row].epochs

    def curve(self) -> list[dict[str, str]]:
        """Return the rows of its training curve so far, an epoch each."""
        path = self.folder / CURVE
        if not path.is_file():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def outcome(self) -> dict[str, Any] | None:
        """Return its figures on ``test``, where it is finished."""
        path = self.folder / OUTCOME
        if not path.is_file():
            return None
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content


def plan(
    output: Path, rows: Sequence[str] = (), seeds: Sequence[int] = (0,), epochs: int | None = None
) -> list[Run]:
    """Return the runs, the single networks before the ensembles that need them.

    Parameters
    ----------
    output : Path
    rows : sequence of str
        Keys of `TABLE_1`; all where left empty. An ensemble brings its members.
    seeds : sequence of int
    epochs : int, optional
        Instead of the paper's numbers: a short training, marked so in the table.

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
    runs = []
    for name, row in TABLE_1.items():
        for seed in seeds if name in wanted else ():
            length = epochs or (0 if row.members else RECIPES[name].epochs)
            short = f"-{epochs}-epochs" if epochs is not None else ""
            runs.append(Run(name, seed, output / f"{name}{short}" / f"seed-{seed}", length))
    return runs


def carry_out(
    runs: Sequence[Run],
    data: Path,
    work: Path,
    *,
    device: str = "auto",
    time_limit: float | None = None,
    compiled: bool = False,
    progress: Callable[[str], None] = print,
) -> bool:
    """Train and evaluate what is not done yet.

    Parameters
    ----------
    runs : sequence of Run
        From `plan`.
    data : Path
        Folder with ``labels.csv``.
    work : Path
        Folder of the prepared crops, which all runs share.
    device : {"auto", "cuda", "mps", "cpu"}
    time_limit : float, optional
        Seconds after which training is saved and this returns.
    compiled : bool
        Let torch compile each network first.
    progress : callable

    Returns
    -------
    bool
        Whether all of them are finished.
    """
    until = None if time_limit is None else time.monotonic() + time_limit
    waiting = [run for run in runs if run.outcome() is None]
    for run in waiting:
        left = None if until is None else until - time.monotonic()
        # However short the slice, something is done in each.
        if left is not None and left <= 0 and run is not waiting[0]:
            progress("time is up; the same command goes on from here")
            return False
        progress(f"{run.row}, seed {run.seed}")
        if not run.weights.is_file():
            if run.members:
                _join(run, runs, data, work, device)
            elif (
                train(
                    [data],
                    run.folder,
                    work=work,
                    stains=(STAIN,),
                    config=run.row,
                    epochs=run.epochs,
                    seed=run.seed,
                    device=device,
                    time_limit=left,
                    compiled=compiled,
                    progress=progress,
                )
                is None
            ):
                return False
        report = evaluate(data, split="test", model=run.weights, device=device, stains=(STAIN,))
        half = run.folder / f"{OUTCOME}.part"
        half.write_text(report.to_json(crops=True), encoding="utf-8")
        half.replace(run.folder / OUTCOME)
        figures = report.figures(STAIN)
        progress(f"{run.row}, seed {run.seed}: top-1 on test {figures['top1']:.2%}")
    return True


def _join(run: Run, runs: Sequence[Run], data: Path, work: Path, device: str) -> None:
    """Write the ensemble of the members of the same seed, calibrated on ``val``."""
    from napari_karyo.inference.device import choose_device

    began = time.monotonic()
    parts = [
        next(one for one in runs if one.row == name and one.seed == run.seed)
        for name in run.members
    ]
    loaded = [load_weights(part.weights) for part in parts]
    networks = [one.network for one in loaded if isinstance(one.network, ChromosomeNetwork)]
    ensemble = rounded(Ensemble(networks))
    crops = load_crops([data], work, ensemble.config.input, (STAIN,))
    place = choose_device(device)
    run.folder.mkdir(parents=True, exist_ok=True)
    save_weights(
        run.weights,
        ensemble,
        calibrate(ensemble, crops, str(place.kind)),
        {
            "config": run.row,
            "command": "napari-karyo reproduce DATA --output FOLDER",
            "members": {part.row: one.sha256 for part, one in zip(parts, loaded, strict=True)},
            "seed": run.seed,
            **provenance(str(place), time.monotonic() - began),
        },
    )
