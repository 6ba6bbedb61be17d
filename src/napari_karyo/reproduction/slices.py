"""Every row of Table 1 trained and evaluated, in slices, going on where it stopped."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.io.atomic_write import atomic_write
from napari_karyo.models.ensemble import Ensemble
from napari_karyo.models.named import CONFIGS
from napari_karyo.models.network import ChromosomeNetwork
from napari_karyo.models.weights import halved, load_weights, save_weights
from napari_karyo.reproduction.checks import check, claim, fingerprint
from napari_karyo.reproduction.clock import Clock
from napari_karyo.reproduction.explanations import explain
from napari_karyo.reproduction.runs import EXPLAINED, OUTCOME, STAIN, TrainingRun, begun_seeds
from napari_karyo.training.evaluate import evaluate
from napari_karyo.training.provenance import provenance
from napari_karyo.training.train import calibrate, load_crops, train


def carry_out(
    runs: Sequence[TrainingRun],
    data: Path,
    work: Path,
    *,
    device: str = "auto",
    time_limit: float | None = None,
    compiled: bool = False,
    progress: Callable[[str], None] = print,
) -> bool:
    """Train, evaluate and explain what is not done yet.

    Parameters
    ----------
    runs : sequence of TrainingRun
        From `plan`.
    data : Path
        Folder with ``labels.csv``.
    work : Path
        Folder of the prepared crops, which all runs share.
    device : {"auto", "cuda", "mps", "cpu"}
    time_limit : float, optional
        Seconds after which what is being done is saved and this returns.
    compiled : bool
        Let torch compile each network first.
    progress : callable

    Returns
    -------
    bool
        Whether all of them are finished.

    Raises
    ------
    KaryoError
        Where what lies in the folder of a run is of other data or other weights.
    """
    clock = Clock(time_limit)
    check(runs, data)
    return all(
        _trained(run, data, work, device, clock, compiled, progress)
        and _evaluated(run, data, device, clock, progress)
        for run in runs
    ) and all(
        explain(run, data, work, clock, device=device, progress=progress) for run in _speakers(runs)
    )


def _speakers(runs: Sequence[TrainingRun]) -> list[TrainingRun]:
    """Return the runs whose saliency is to be measured: one seed speaks for its row."""
    speakers = []
    for row in EXPLAINED:
        own = [run for run in runs if run.row == row]
        if not own:
            continue
        # One that is measured, or that a slice began with, goes before the first one asked for.
        known = begun_seeds(own[0].place, row, own[0].epochs)
        if not any(run.explained for run in known):
            speakers.append(next((run for run in (*known, *own) if run.explanation()), own[0]))
    return speakers


def _trained(
    run: TrainingRun,
    data: Path,
    work: Path,
    device: str,
    clock: Clock,
    compiled: bool,
    progress: Callable[[str], None],
) -> bool:
    """Write the weights of a run; tell whether they are there."""
    if run.weights.is_file():
        _tell_of_another_patience(run, progress)
        return True
    if clock.up():
        return False
    progress(f"{run.row}, seed {run.seed}")
    if not run.begun:
        claim(run, data)
    if run.members:
        _join(run, data, work, device)
    else:
        # Drawn before the time that is left is asked for: the first time it takes minutes.
        load_crops([data], work, CONFIGS[run.row].input, (STAIN,), progress)
        weights = train(
            [data],
            run.folder,
            work=work,
            stains=(STAIN,),
            config=run.row,
            epochs=run.length,
            patience=run.patience,
            seed=run.seed,
            device=device,
            time_limit=clock.left,
            compiled=compiled,
            progress=progress,
        )
        if weights is None:
            return False
    clock.worked()
    return True


def _tell_of_another_patience(run: TrainingRun, progress: Callable[[str], None]) -> None:
    """Say where a finished run was not trained as far as the patience asked for would have."""
    # Never trained on: its figures on ``test`` were looked at.
    if run.trained and not run.members and run.trained != (run.end or run.length):
        asked = f"--patience {run.patience}" if run.patience else "no --patience"
        goes = f"ends after {run.end}" if run.end else "goes on from there"
        progress(
            f"{run.row}, seed {run.seed}: left as it is, of {run.trained} epochs; with {asked} "
            f"it {goes}. Delete the folder {run.folder} to have it made anew."
        )


def _evaluated(
    run: TrainingRun, data: Path, device: str, clock: Clock, progress: Callable[[str], None]
) -> bool:
    """Look at ``test`` with a trained run, once; tell whether its figures are there."""
    if run.outcome() is not None:
        return True
    if clock.up():
        return False
    # Training took hours, in which the table may have been changed.
    check([run], data)
    labels = fingerprint(data)
    report = evaluate(
        data, ClassifyOptions(model=run.weights, device=device), split="test", stains=(STAIN,)
    )
    content = {"labels_sha256": labels, **json.loads(report.to_json(crops=True))}
    with atomic_write(run.folder / OUTCOME, text=True) as file:
        file.write(json.dumps(content, indent=1))
    progress(f"{run.row}, seed {run.seed}: top-1 on test {report.figures(STAIN)['top1']:.2%}")
    clock.worked()
    return True


def _join(run: TrainingRun, data: Path, work: Path, device: str) -> None:
    """Write the ensemble of the members of the same seed, calibrated on ``val``."""
    from napari_karyo.inference.device import choose_device

    began = time.monotonic()
    loaded = [load_weights(member.weights) for member in run.members]
    networks = [one.network for one in loaded if isinstance(one.network, ChromosomeNetwork)]
    ensemble = halved(Ensemble(networks))
    crops = load_crops([data], work, ensemble.config.input, (STAIN,))
    place = choose_device(device)
    save_weights(
        run.weights,
        ensemble,
        calibrate(ensemble, crops, str(place.kind)),
        {
            "config": run.row,
            "command": "napari-karyo reproduce DATA --output FOLDER",
            "members": {
                member.row: one.sha256 for member, one in zip(run.members, loaded, strict=True)
            },
            "seed": run.seed,
            **provenance(str(place), time.monotonic() - began),
        },
    )
