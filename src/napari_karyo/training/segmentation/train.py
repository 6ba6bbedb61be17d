"""``napari-karyo train-segmentation``: from labelled spreads to a weights file."""

from __future__ import annotations

import copy
import csv
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel

from napari_karyo.errors import WeightsError
from napari_karyo.inference.device import Device, choose_device
from napari_karyo.io.atomic_write import atomic_write
from napari_karyo.models.binding import import_bound
from napari_karyo.models.spread_weights import (
    SpreadWeights,
    load_spread_weights,
    save_spread_weights,
)
from napari_karyo.models.unet import SpreadNetwork
from napari_karyo.training.checkpoint import read_checkpoint
from napari_karyo.training.fit import running_mean
from napari_karyo.training.provenance import commit, provenance
from napari_karyo.training.segmentation.archives import ARCHIVES, Photograph
from napari_karyo.training.segmentation.compose import compose, ground_of
from napari_karyo.training.segmentation.confirmed import label_confirmed
from napari_karyo.training.segmentation.decision import fit_decision
from napari_karyo.training.segmentation.labelled import (
    LabelledSpread,
    label_photograph,
    make_target,
)
from napari_karyo.training.segmentation.singles import Single, crops_alone, singles_of
from napari_karyo.training.segmentation.tiles import Spreads, loss_of
from napari_karyo.training.speed import tiny_as_zero

STEPS: Final = 1500
BATCH: Final = 12
_RATE: Final = 2e-3
_AVERAGE: Final = 0.998
#: Composed spreads of each stain.
_COMPOSED: Final = 250
#: How often each kind is shown.
_SHARES: Final = {"q_band": 0.12, "dapi": 0.2, "g_band": 0.33, "composed": 0.35}
#: Steps after which the loss on ``val`` is measured, on so many tiles.
_CLOSE, _VAL_TILES = 100, 96


def train_segmentation(
    data: Path,
    output: Path,
    *,
    steps: int = STEPS,
    seed: int = 0,
    start: Path | None = None,
    device: str = "auto",
    time_limit: float | None = None,
    progress: Callable[[str], None] = print,
) -> Path | None:
    """Train the network that reads spreads and write its weights.

    Parameters
    ----------
    data : Path
        Folder of ``q_spreads.zip``, ``mfish.zip``, ``raw_spreads.zip``, ``g_band.zip`` and
        ``labels.csv``.
    output : Path
        Folder for the checkpoint, ``curve.csv`` and the weights.
    steps : int
        Of training, each of `BATCH` tiles. With 0 the network of `start` is kept, and only what
        decides between several answers is trained.
    seed : int
    start : Path, optional
        Weights to go on from, instead of chance. Outlines that they find in G-band spreads,
        and that a box confirms, are taught too.
    device : {"auto", "cuda", "mps", "cpu"}
    time_limit : float, optional
        Seconds of training after which this call saves and returns; the same call goes on.
    progress : callable
        Told what happens, a line at a time.

    Returns
    -------
    Path or None
        The weights file, or None where the time limit came before the end.

    Raises
    ------
    WeightsError
        Where there is nothing to start from, and no step to train.
    """
    place = choose_device(device)
    trained_by = commit()
    output.mkdir(parents=True, exist_ok=True)
    first = load_spread_weights(start) if start is not None else None
    counts: dict[str, int] = {}
    if steps:
        spreads, val, counts = gather(data, seed, first, progress)
        network, seconds = _fit(
            spreads, val, output, steps, seed, first, place, time_limit, progress
        )
        if network is None:
            return None
    elif first is not None:
        network, seconds = copy.deepcopy(first.network), 0.0
    else:
        raise WeightsError("no steps are to be trained.", "Name weights with --start.", output)
    facts: dict[str, Any] = {
        "command": "napari-karyo train-segmentation DATA --output FOLDER"
        f" --steps {steps} --seed {seed}" + (f" --start {start.name}" if start is not None else ""),
        **({"started_from": first.sha256, "before": first.facts} if first else {}),
        "seed": seed,
        "spreads": counts,
        **provenance(str(place), seconds),
        "commit": trained_by,
    }
    path = output / "spread.safetensors"
    # What decides is fitted with the network that will be read back.
    stored = SpreadWeights(network.half().float(), None, "", {})
    progress("fitting what decides between several answers")
    decision, facts["decision"] = fit_decision(data, stored, seed, progress)
    digest = save_spread_weights(path, network, facts, decision)
    progress(f"{path}: {path.stat().st_size / 1e6:.1f} MB, SHA-256 {digest}")
    return path


def gather(
    data: Path,
    seed: int,
    first: SpreadWeights | None = None,
    progress: Callable[[str], None] = print,
) -> tuple[Spreads, Spreads, dict[str, int]]:
    """Return the spreads to train on, composed ones among them, those of ``val``, and counts.

    Parameters
    ----------
    data : Path
    seed : int
    first : SpreadWeights, optional
        Outlines that these find, and a box confirms, are taught too.
    progress : callable
        Told a line a stain.
    """
    rng = np.random.default_rng(seed)
    real: list[LabelledSpread] = []
    composed: list[LabelledSpread] = []
    val: list[LabelledSpread] = []
    counts = {}
    for stain, (file, read) in ARCHIVES.items():
        val += [label_photograph(one) for one in read(data / file, ("val",))]
        own = [_labelled(one, first) for one in read(data / file, ("train",))]
        real += own
        singles = [single for one in own for single in singles_of(one)]
        composed += _composed(singles, own, rng, stain)
        if stain == "g_band":
            crops = crops_alone(data / "g_band.zip", (), ("train",))
            composed += _composed(crops, own, rng, "crops")
            counts["crops_alone"] = len(crops)
        outlined = sum(len(one.instances) for one in own)
        counts[stain], counts[f"{stain}_outlined"] = len(own), outlined
        counts[f"{stain}_alone"] = len(singles)
        progress(
            f"{stain}: {len(own)} spreads, {outlined} outlines,"
            f" {len(singles)} chromosomes that lie alone"
        )
    counts["composed"] = len(composed)
    shares = [_SHARES[stain] / counts[stain] for stain in ARCHIVES for _ in range(counts[stain])]
    shares += [_SHARES["composed"] / len(composed)] * len(composed)
    both = [*real, *composed]
    return (
        Spreads([one.field.values for one in both], [make_target(one) for one in both], shares),
        Spreads(
            [one.field.values for one in val],
            [make_target(one) for one in val],
            [1.0] * len(val),
        ),
        counts,
    )


def _labelled(photograph: Photograph, first: SpreadWeights | None) -> LabelledSpread:
    if first is not None and len(photograph.boxes):
        return label_confirmed(photograph, first)
    return label_photograph(photograph)


def _composed(
    singles: list[Single], own: list[LabelledSpread], rng: np.random.Generator, stain: str
) -> Iterator[LabelledSpread]:
    for number in range(_COMPOSED):
        beneath = own[int(rng.integers(len(own)))]
        yield compose(
            singles,
            ground_of(beneath, rng),
            beneath.other,
            rng,
            f"{stain}-{number}",
            int(rng.integers(20, 50)),
        )


@tiny_as_zero()
def _fit(
    spreads: Spreads,
    val: Spreads,
    output: Path,
    steps: int,
    seed: int,
    first: SpreadWeights | None,
    device: Device,
    time_limit: float | None,
    progress: Callable[[str], None],
) -> tuple[SpreadNetwork | None, float]:
    torch.manual_seed(seed)
    place = device.torch()
    network = SpreadNetwork().to(place)
    if first is not None:
        network.load_state_dict(first.network.state_dict())
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    averaged = AveragedModel(network, multi_avg_fn=running_mean(_AVERAGE), use_buffers=True)
    import_bound("torch._dynamo")  # every optimizer imports it
    optimizer = torch.optim.AdamW(network.parameters(), _RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, _RATE, total_steps=steps + 1, pct_start=0.15
    )
    parts: dict[str, Any] = {
        "network": network,
        "averaged": averaged,
        "optimizer": optimizer,
        "schedule": schedule,
    }
    checkpoint = output / "checkpoint.pt"
    rows: list[dict[str, float]] = []
    step, seconds, total = 0, 0.0, 0.0
    made_with = (steps, seed, len(spreads), first.sha256 if first else "")
    if checkpoint.exists():
        kept = read_checkpoint(checkpoint)
        if tuple(kept.get("made_with", ())) == made_with:
            for name, part in parts.items():
                part.load_state_dict(kept[name])
            step, seconds, rows = kept["step"], kept["seconds"], kept["rows"]
            progress(f"going on from step {step} of {steps}")
    began = time.monotonic() - seconds

    def save() -> None:
        state = {name: part.state_dict() for name, part in parts.items()}
        with atomic_write(checkpoint) as file:
            torch.save(
                {
                    **state,
                    "step": step,
                    "seconds": time.monotonic() - began,
                    "rows": rows,
                    "made_with": made_with,
                },
                file,
            )

    started = time.monotonic()
    network.train()
    while step < steps:
        # Of each step its own chance, so that a training that was stopped goes on the same.
        tiles, targets = spreads.draw(BATCH, np.random.default_rng((seed, step)))
        tiles = tiles.to(place).contiguous(memory_format=torch.channels_last)
        with device.autocast(training=True):
            told = network(tiles)
        loss = loss_of(told.float(), targets.to(place))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        averaged.update_parameters(network)
        total += float(loss.detach())
        step += 1
        if step % _CLOSE == 0 or step == steps:
            figures = {
                "step": step,
                "seconds": round(time.monotonic() - began),
                "loss": round(total / _CLOSE, 4),
                "val_loss": round(_validate(averaged, val, device), 4),
            }
            rows.append(figures)
            total = 0.0
            _write_curve(output / "curve.csv", rows)
            progress("  ".join(f"{name} {value}" for name, value in figures.items()))
            save()
        if time_limit is not None and time.monotonic() - started > time_limit:
            save()
            progress(f"time is up at step {step} of {steps}; call again to go on")
            return None, time.monotonic() - began
    return _module(averaged), time.monotonic() - began


def _module(averaged: AveragedModel) -> SpreadNetwork:
    network = copy.deepcopy(averaged.module)
    assert isinstance(network, SpreadNetwork)
    return network.eval()


def _validate(averaged: AveragedModel, val: Spreads, device: Device) -> float:
    """Return the mean loss on tiles of ``val``, the same each time."""
    network, losses = _module(averaged), []
    rng = np.random.default_rng(0)
    with torch.inference_mode():
        for _ in range(_VAL_TILES // BATCH):
            tiles, targets = val.draw(BATCH, rng)
            with device.autocast(training=True):
                told = network(tiles.to(device.torch()))
            losses.append(float(loss_of(told.float(), targets.to(device.torch()))))
    return float(np.mean(losses))


def _write_curve(path: Path, rows: list[dict[str, float]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
