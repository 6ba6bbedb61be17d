"""``napari-karyo train``: from labelled cells to a weights file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from napari_karyo.errors import KaryoError, ReadError
from napari_karyo.inference.device import choose_device
from napari_karyo.inference.predict import predict
from napari_karyo.models.ensemble import Network
from napari_karyo.models.named import CONFIGS
from napari_karyo.models.network import ChromosomeNetwork
from napari_karyo.models.weights import halved, load_weights, save_weights
from napari_karyo.preprocessing.prepare import InputSettings
from napari_karyo.preprocessing.scale import WHOLE
from napari_karyo.training.calibrate import calibration_by_polarity
from napari_karyo.training.dataset import (
    Dataset,
    check_stains,
    load_dataset,
    stain_polarity,
    stains_of,
)
from napari_karyo.training.fit import fit, validate
from napari_karyo.training.provenance import commit, crop_counts, provenance
from napari_karyo.training.recipes import RECIPES
from napari_karyo.training.team import joined


def train(
    data: Sequence[Path],
    output: Path,
    *,
    work: Path | None = None,
    stains: Collection[str] = (),
    config: str = "default",
    recipe: str | None = None,
    epochs: int | None = None,
    learning_rate: float | None = None,
    patience: int = 0,
    start: str | Path | None = None,
    seed: int = 0,
    device: str = "auto",
    resume: bool = True,
    time_limit: float | None = None,
    compiled: bool = False,
    progress: Callable[[str], None] = print,
) -> Path | None:
    """Train a network on labelled cells and write its weights.

    Where ``torchrun`` started several processes, they share each batch evenly; see
    `napari_karyo.training.team`.

    Parameters
    ----------
    data : sequence of Path
        Folders with ``labels.csv``; see `napari_karyo.training.dataset`.
    output : Path
        Folder for the checkpoint, ``epochs.csv`` and the weights.
    work : Path, optional
        Folder for the prepared crops; `output` where left out.
    stains : collection of str
        Which rows of ``labels.csv`` to use, by their stain; all where left empty.
    config : str
        A name of `napari_karyo.models.named.CONFIGS`.
    recipe : str, optional
        A name of `napari_karyo.training.recipes.RECIPES`; that of the configuration where
        left out.
    epochs : int, optional
        Instead of the recipe's.
    learning_rate : float, optional
        Instead of the recipe's.
    patience : int
        Epochs in a row without a lower loss on ``val`` after which training stops; 0 never
        stops early.
    start : str or Path, optional
        A model of the same configuration to go on from, by name or file, instead of
        chance.
    seed : int
    device : {"auto", "cuda", "mps", "cpu"}
    resume : bool
        Go on from the checkpoint in `output`, where there is one.
    time_limit : float, optional
        Seconds of training after which this call saves and returns.
    compiled : bool
        Let torch compile the network first; see `napari_karyo.training.fit.fit`.
    progress : callable
        Told what happens, a line at a time.

    Returns
    -------
    Path or None
        The weights file, or None where the time limit came before the end.

    Raises
    ------
    KaryoError
        Where the configuration is unknown or not that of `start`, the data can't be used
        or lack a split, or the checkpoint in `output` was made with other settings.
    """
    if config not in CONFIGS:
        raise KaryoError(
            f"there is no configuration {config!r}.", f"Choose one of {', '.join(CONFIGS)}."
        )
    if recipe is not None and recipe not in RECIPES:
        raise KaryoError(f"there is no recipe {recipe!r}.", f"Choose one of {', '.join(RECIPES)}.")
    first = load_weights(start) if start is not None else None
    sizes, plan = CONFIGS[config], RECIPES[recipe or config]
    begin = first.network if first is not None else None
    if begin is not None and (not isinstance(begin, ChromosomeNetwork) or begin.config != sizes):
        raise KaryoError(
            f"{start} is no network of the configuration {config!r}.",
            "Give the --config that it was trained with.",
        )
    plan = replace(plan, patience=patience)
    if epochs is not None:
        plan = replace(plan, epochs=epochs)
    if learning_rate is not None:
        plan = replace(plan, learning_rate=learning_rate)
    if not sizes.either_way_up:
        plan = replace(plan, augmentation=replace(plan.augmentation, upside_down=0.0))
    output.mkdir(parents=True, exist_ok=True)
    path = output / f"{config}.safetensors"
    trained_by = commit()
    with joined(device) as team:
        say = progress if team.first else _silent
        place = choose_device(device)
        say(f"training on {place}" + (f", {team.size} processes" if team.size > 1 else ""))
        crops = team.in_turn(lambda: load_crops(data, work or output, sizes.input, stains, say))
        try:
            network, finished, seconds = fit(
                crops,
                sizes,
                plan,
                place,
                output,
                seed,
                resume,
                time_limit,
                compiled,
                begin,
                say,
                team,
            )
        except ValueError as error:
            raise KaryoError(str(error)) from error
    if not finished:
        return None
    if not team.first:
        return path
    # What is calibrated and measured is what will be read back.
    network = halved(network)
    calibration = calibrate(network, crops, str(place.kind))
    facts: dict[str, Any] = {
        "config": config,
        "command": f"napari-karyo train{' DATA' * len(data)} --output FOLDER --config {config}"
        + (f" --recipe {recipe}" if recipe else "")
        + f" --epochs {plan.epochs} --learning-rate {plan.learning_rate:g} --seed {seed}"
        + (f" --patience {patience}" if patience else "")
        + "".join(f" --stain {stain}" for stain in sorted(stains))
        + (f" --start {Path(start).name}" if start is not None else "")
        + (" --compile" if compiled else ""),
        **({"started_from": first.sha256, "before": first.facts} if first else {}),
        "recipe": asdict(plan),
        "seed": seed,
        **({"processes": team.size} if team.size > 1 else {}),
        **provenance(str(place), seconds),
        # The code that trained, which may have been changed while it did.
        "commit": trained_by,
        "crops": crop_counts(crops),
        "val": validate(network, crops, crops.select("val"), place),
    }
    digest = save_weights(path, network, calibration, facts)
    progress(f"{path}: {path.stat().st_size / 1e6:.1f} MB, SHA-256 {digest}")
    return path


def _silent(_: str) -> None:
    """Say nothing: the first of several processes speaks for all."""


def load_crops(
    data: Sequence[Path],
    work: Path,
    settings: InputSettings,
    stains: Collection[str] = (),
    progress: Callable[[str], None] | None = None,
) -> Dataset:
    """Draw the crops of ``train`` and ``val`` of several data folders.

    Raises
    ------
    ReadError
        Where there is none of a split, or of a stain that was named.
    """
    splits = ("train", "val")
    used = list(data)
    if stains:
        there = [stains_of(one, splits) for one in data]
        check_stains(stains, set().union(*there), data[0])
        # A folder of other stains alone has nothing to give.
        used = [one for one, own in zip(data, there, strict=True) if own & set(stains)]
    crops = Dataset.joined(
        [load_dataset(one, work, settings, splits, progress, stains) for one in used]
    )
    for split in splits:
        if not len(crops.select(split)):
            raise ReadError(
                f"no crop of the split {split!r} could be used.",
                "Training needs rows of both train and val, of different patients.",
                data[0] / "labels.csv",
            )
    return crops


def calibrate(network: Network, crops: Dataset, device: str) -> dict[str, float]:
    """Choose temperature, the light's thresholds and the usual strength on the split ``val``.

    The light is that of whole cells (`napari_karyo.inference.confidence.light`), so only
    whole cells are asked, where there are any.
    """
    val = crops.select("val")
    _, cell, sizes = np.unique(crops.cells[val], return_inverse=True, return_counts=True)
    whole = sizes[cell] >= WHOLE
    if whole.any():
        val = val[whole]
    inputs = crops.pictures(val)
    prediction = predict(network, inputs, choose_device(device))
    polarities = np.array([stain_polarity(stain) for stain in crops.stains[val]])
    return calibration_by_polarity(prediction, crops.labels[val], crops.cells[val], polarities)
