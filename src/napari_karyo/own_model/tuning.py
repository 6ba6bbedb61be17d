"""``napari-karyo tune``: from a laboratory's corrected cells to its own model, and the proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from napari_karyo.classes import CLASSES
from napari_karyo.counted import count
from napari_karyo.errors import KaryoError, ReadError
from napari_karyo.inference.device import Device, choose_device
from napari_karyo.io.atomic_write import atomic_write
from napari_karyo.models.network import ChromosomeNetwork
from napari_karyo.models.own import COMPARISON, PAGE, WEIGHTS
from napari_karyo.models.weights import Weights, halved, load_weights, save_weights
from napari_karyo.own_model.answers import ask, calibrated_on
from napari_karyo.own_model.checking import FEWEST_CELLS, preventing
from napari_karyo.own_model.comparing import ModelComparison, compare
from napari_karyo.own_model.keeping_out import FEWEST_KEPT, KEPT, TRAIN
from napari_karyo.own_model.page import page_of
from napari_karyo.own_model.plan import TuningPlan
from napari_karyo.training.dataset import Dataset, read_cells, read_labels, stain_polarity
from napari_karyo.training.provenance import commit, crop_counts, provenance
from napari_karyo.training.train import load_crops


@dataclass(frozen=True)
class TuningProgress:
    """How far a tuning has come.

    Attributes
    ----------
    stage : {"prepare", "train", "calibrate", "compare", "done"}
    step, steps : int
        Of this stage.
    loss : float, optional
        Mean over the last steps, while it trains.
    said : str
        What there is to say, a line; mostly nothing.
    """

    stage: str
    step: int
    steps: int
    loss: float | None = None
    said: str = ""


#: Told at every step.
Told = Callable[[TuningProgress], None]


def tune(
    data: Path,
    output: Path,
    *,
    start: str | Path = "default",
    seed: int = 0,
    device: str = "auto",
    time_limit: float | None = None,
    steps: int | None = None,
    resume: bool = True,
    plan: TuningPlan | None = None,
    progress: Told | None = None,
) -> Path | None:
    """Teach a trained model the cells that a laboratory has corrected.

    Parameters
    ----------
    data : Path
        A folder with ``labels.csv`` (`napari_karyo.training.dataset`): it learns from the split
        ``train``; ``val`` are kept-out patients, on which temperature and thresholds are fitted.
    output : Path
        The training folder: ``checkpoint.pt``, ``curve.csv`` and ``own.safetensors``.
    start : str or Path
        What it goes on from.
    seed : int
    device : {"auto", "cuda", "mps", "cpu"}
    time_limit : float, optional
        Seconds of training after which this call saves and returns.
    steps : int, optional
        Instead of the plan's.
    resume : bool
        Go on from the checkpoint in `output`, where there is one.
    plan : TuningPlan, optional
    progress : callable, optional

    Returns
    -------
    Path or None
        The weights file, or None where the time limit came before the end.

    Raises
    ------
    KaryoError
        Where there are too few cells, none is kept out, they are of two stains, or the
        checkpoint in `output` is of another training.
    """
    told = progress or (lambda _: None)
    check(data)
    plan = plan or TuningPlan()
    if steps is not None:
        plan = replace(plan, steps=steps)
    first = load_weights(start)
    network = first.network
    if not isinstance(network, ChromosomeNetwork) or not network.config.either_way_up:
        raise KaryoError(
            f"{start} can't be taught: it is no single network that tells which arm is up.",
            "Start from a shipped model.",
        )
    output.mkdir(parents=True, exist_ok=True)
    place, trained_by = choose_device(device), commit()
    told(TuningProgress("prepare", 0, 1, said=f"training on {place}"))
    settings = network.config.input
    crops = load_crops(
        [data], output, settings, (), lambda line: told(TuningProgress("prepare", 0, 1, said=line))
    )
    for line in _missing(crops):
        told(TuningProgress("prepare", 0, 1, said=line))
    # Later: it takes torch.
    from napari_karyo.own_model.learning import learn
    from napari_karyo.own_model.simulated_crops import simulated_crops

    simulated = simulated_crops(settings, plan.simulated_cells, seed)
    try:
        learned = learn(
            network,
            crops,
            simulated,
            plan,
            place,
            output,
            seed,
            resume,
            time_limit,
            lambda step, loss, said: told(
                TuningProgress("train", step, plan.steps, loss if loss == loss else None, said)
            ),
        )
    except ValueError as error:
        raise KaryoError(str(error)) from error
    if not learned.finished:
        return None
    path = output / WEIGHTS
    # A comparison that lies there is of the weights before.
    for name in (COMPARISON, PAGE):
        (output / name).unlink(missing_ok=True)
    facts = _facts(first, crops, plan, seed)
    facts |= {**provenance(str(place), learned.seconds), "commit": trained_by}
    # What is calibrated is what will be read back.
    taught = halved(learned.network)
    calibration = _calibrated(taught, first, data, output, place, told)
    digest = save_weights(path, taught, calibration, facts)
    told(TuningProgress("calibrate", 1, 1, said=f"{path}: SHA-256 {digest}"))
    return path


def prove(
    data: Path,
    folder: Path,
    *,
    shipped: str | Path = "default",
    device: str = "auto",
    progress: Told | None = None,
) -> ModelComparison:
    """Compare the model of a training folder with the shipped one, and write it down there.

    Parameters
    ----------
    data : Path
        As for `tune`; the split ``val`` is compared on.
    folder : Path
        The training folder; ``comparison.json`` and ``comparison.html`` are written into it.
    shipped : str or Path
    device : {"auto", "cuda", "mps", "cpu"}
    progress : callable, optional

    Raises
    ------
    KaryoError
    """
    told = progress or (lambda _: None)
    comparison = compare(
        data,
        folder / WEIGHTS,
        shipped,
        device=device,
        progress=lambda done, total: told(TuningProgress("compare", done, total)),
    )
    # The page first: who finds the comparison finds its page too.
    with atomic_write(folder / PAGE, text=True) as stream:
        stream.write(page_of(comparison))
    with atomic_write(folder / COMPARISON, text=True) as stream:
        stream.write(comparison.to_json() + "\n")
    told(TuningProgress("done", 1, 1, said=comparison.verdict))
    return comparison


def check(data: Path) -> None:
    """Refuse data that no model can be made of and proved with.

    Raises
    ------
    ReadError
        With a sentence that says what is missing.
    """
    table = data / "labels.csv"
    rows = [row for row in read_labels(data) if row["split"] in (TRAIN, KEPT)]
    cells = {(row["stain"], row["patient"], row["cell"]): row["split"] for row in rows}
    kept = list(cells.values()).count(KEPT)
    patients = {(stain, patient) for stain, patient, _ in cells}
    stains = {stain_polarity(row["stain"]) for row in rows}
    if len(patients) > 1 and kept in (0, len(cells)):
        missing = "to learn from (train)" if kept else "to be kept out (val)"
        raise ReadError(
            f"labels.csv names no cell {missing}.",
            "Give the cells of one patient at least the split val, and the others train.",
            table,
        )
    if len(patients) > 1 and len(cells) >= FEWEST_CELLS and kept < FEWEST_KEPT:
        raise ReadError(
            f"labels.csv names only {count(kept, 'cell')} to be kept out (val).",
            "Give the cells of another patient the split val too.",
            table,
        )
    for fault in preventing(len(cells), len(patients), kept, stains):
        raise ReadError(fault.what, fault.remedy, table)


def _missing(crops: Dataset) -> list[str]:
    """Say of which classes there is nothing to learn from."""
    there = set(np.unique(crops.labels[crops.select("train")]).tolist())
    names = [name for index, name in enumerate(CLASSES) if index not in there]
    if not names:
        return []
    return [
        f"no chromosome of the class {', '.join(names)} to learn from: what the shipped model "
        "knows of it is kept"
    ]


def _calibrated(
    network: ChromosomeNetwork,
    first: Weights,
    data: Path,
    output: Path,
    place: Device,
    told: Told,
) -> dict[str, float]:
    """Fit the temperature and the light of a network on the kept-out cells."""
    own = replace(first, network=network)
    cells = list(read_cells(data, output, ("val",)))
    asked = ask(cells, own, place, lambda done: told(TuningProgress("calibrate", done, len(cells))))
    return calibrated_on(asked, first.calibration)


def _facts(first: Weights, crops: Dataset, plan: TuningPlan, seed: int) -> dict[str, Any]:
    def numbers(split: str) -> dict[str, int]:
        which = crops.select(split)
        return {
            "cells": len(np.unique(crops.cells[which])),
            "patients": len(np.unique(crops.patients[which])),
            "crops": len(which),
        }

    return {
        "config": "own",
        "command": f"napari-karyo tune DATA --output FOLDER --steps {plan.steps} --seed {seed}",
        "started_from": first.sha256,
        "plan": asdict(plan),
        "seed": seed,
        "crops": crop_counts(crops),
        "learned_from": {
            **numbers("train"),
            "kept_out": numbers("val"),
            "started_from": first.sha256,
            "before": first.facts.get("crops", {}).get("train", {}),
        },
    }
