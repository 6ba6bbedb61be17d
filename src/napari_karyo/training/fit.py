"""The training loop: it may be stopped or killed at any moment and goes on."""

from __future__ import annotations

import math
import time
import zlib
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel

from napari_karyo.classes import CLASSES
from napari_karyo.inference.device import Device
from napari_karyo.inference.predict import predict
from napari_karyo.models.binding import import_bound
from napari_karyo.models.network import ChromosomeNetwork, NetworkConfig
from napari_karyo.training.augment import augment
from napari_karyo.training.checkpoint import FORMAT, TrainingState, write_curve
from napari_karyo.training.dataset import Dataset
from napari_karyo.training.recipes import Recipe
from napari_karyo.training.speed import Meter, tiny_as_zero
from napari_karyo.training.team import Team


def made_with(
    network: ChromosomeNetwork, recipe: Recipe, seed: int, train: NDArray[np.int64], data: Dataset
) -> str:
    """Return what a checkpoint depends on; one of anything else can't go on."""
    steps = asdict(replace(recipe, patience=0))
    crops = 0
    for part in (data.inputs, data.labels, data.p_arm_known):
        crops = zlib.crc32(part[train].tobytes(), crops)
    start = zlib.crc32(network.head.weight.detach().cpu().numpy().tobytes())
    return repr((FORMAT, network.config.as_dict(), steps, seed, len(train), crops, start))


@tiny_as_zero()
def fit(
    data: Dataset,
    config: NetworkConfig,
    recipe: Recipe,
    device: Device,
    output: Path,
    seed: int = 0,
    resume: bool = True,
    time_limit: float | None = None,
    compiled: bool = False,
    start: ChromosomeNetwork | None = None,
    progress: Callable[[str], None] = print,
    team: Team | None = None,
) -> tuple[ChromosomeNetwork, bool, float]:
    """Train a network on the split ``train``, watching ``val``.

    Parameters
    ----------
    data : Dataset
    config : NetworkConfig
    recipe : Recipe
    device : Device
    output : Path
        Folder of ``checkpoint.pt`` (every minute and every epoch) and ``epochs.csv``, a row
        an epoch, which is written anew from the checkpoint's rows each time.
    seed : int
    resume : bool
        Whether to go on from the checkpoint. Otherwise ``epochs.csv`` begins anew too.
    time_limit : float, optional
        Seconds after which this call saves and returns, to be called again.
    compiled : bool
        Let torch compile the network first: a minute or two, and a C++ compiler, for
        nearly twice the speed on a CPU with AVX-512, and for nothing on one with AVX2 alone.
    start : ChromosomeNetwork, optional
        A trained network of the same configuration to go on from, instead of chance.
    progress : callable
        Told a line an epoch.
    team : Team, optional
        The processes that train together; the first writes `output`, which all can read.

    Returns
    -------
    network : ChromosomeNetwork
        With the weights that the recipe keeps.
    finished : bool
        False where the time limit came first; True also where the patience ran out.
    seconds : float
        Of training so far, over all calls.

    Raises
    ------
    ValueError
        Where the checkpoint was made with anything else, not all processes read it, or a
        batch can't be shared evenly by them.

    Notes
    -----
    In ``epochs.csv`` the loss is the mean over all steps of an epoch, however many calls it
    took; ``lowest`` is the epoch of the lowest loss on ``val`` so far; ``images_per_second``
    and ``computing`` are measured over the steps of the call that ended it, and left empty
    where that had only the validation left to do.
    """
    torch.manual_seed(seed)
    began = time.monotonic()
    team = team or Team()
    place = device.torch()
    train, val = _with_repeats(data, recipe.rarer_stain), data.select("val")
    network = ChromosomeNetwork(config).to(place)
    if start is not None:
        network.load_state_dict(start.state_dict())
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    team.check(min(recipe.batch, len(train)))
    per_epoch = max(1, len(train) // recipe.batch)
    total = recipe.epochs * per_epoch
    optimizer, schedule = make_optimizer(network, recipe, total)
    state = TrainingState(
        network,
        AveragedModel(network, multi_avg_fn=running_mean(recipe.average), use_buffers=True),
        optimizer,
        schedule,
        torch.zeros((), device=place),
        patience=recipe.patience,
    )
    checkpoint, curve = output / "checkpoint.pt", output / "epochs.csv"
    dependence = made_with(network, recipe, seed, train, data)
    # The first may still be writing it, where this is called again at once.
    team.wait()
    if resume and checkpoint.exists():
        before = state.load(checkpoint, dependence)
        progress(f"going on from step {state.step} of {total}")
        if before != recipe.patience:
            progress(f"patience {recipe.patience or 'without end'}, was {before or 'without end'}")
    if team.of_first(lambda: state.step) != state.step:
        raise ValueError(f"{checkpoint} is not the same for all processes; they need one folder")
    # What was averaged keeps norms that any device has.
    forward: Callable[..., Any] = team.parallel(network)
    forward = torch.compile(forward) if compiled else forward
    # What lies there may be of an older training, or lack what was saved before a kill.
    if team.first:
        write_curve(curve, state.rows)
    # All crops on the device, where they are also augmented: nothing waits for a loader.
    images = torch.from_numpy(data.inputs)[:, None].to(place)
    labels = torch.from_numpy(data.labels).to(place)
    known = torch.from_numpy(data.p_arm_known).to(place)
    saved, seconds_before = time.monotonic(), state.seconds

    def close(speed: dict[str, float]) -> None:
        averaged = state.mean_network()
        figures = team.of_first(lambda: validate(averaged, data, val, device))
        epoch = len(state.rows) + 1
        lowest = epoch if _keep(state, averaged, figures) else state.lowest
        row: dict[str, float] = {
            "epoch": epoch,
            "seconds": round(state.seconds),
            "loss": round(float(state.loss_sum) / per_epoch, 4),
            "lowest": lowest,
            **{name: round(float(value), 5) for name, value in {**figures, **speed}.items()},
        }
        state.close(row)
        if team.first:
            state.save(checkpoint, dependence)
            write_curve(curve, state.rows)
        progress("  ".join(f"{name} {value}" for name, value in row.items()))

    if state.step == per_epoch * (len(state.rows) + 1):
        # The last call ended after an epoch's last step and before its validation.
        close({})
    while state.step < total and not state.ended:
        epoch, within = divmod(state.step, per_epoch)
        meter = Meter(device)
        order = np.random.default_rng((seed, epoch)).permutation(train)
        network.train()
        for number in range(within, per_epoch):
            picked = torch.from_numpy(order[number * recipe.batch : (number + 1) * recipe.batch])
            picked = picked.to(place)
            crops = images[picked], labels[picked], known[picked]
            _step(state, forward, *crops, recipe, device, team)
            meter.count(len(picked))
            now = time.monotonic()
            state.seconds = seconds_before + now - began
            late = time_limit is not None and now - began > time_limit
            # The clock of the first counts for all.
            out_of_time = time_limit is not None and team.of_first(partial(bool, late))
            if team.first and (out_of_time or now - saved > 60):
                state.save(checkpoint, dependence)
                saved = now
            if out_of_time:
                progress(f"time is up at step {state.step} of {total}; call again to go on")
                return _kept(state, recipe), False, state.seconds
        close(meter.stop())
    if state.ended:
        progress(
            f"stopped after {len(state.rows)} of {recipe.epochs} epochs: the lowest loss on val is "
            f"that of epoch {state.lowest}"
        )
    return _kept(state, recipe), True, state.seconds


def make_optimizer(
    network: torch.nn.Module, recipe: Recipe, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """Return the optimizer of a recipe and the schedule of its learning rate.

    Parameters
    ----------
    network : Module
    recipe : Recipe
    steps : int
        Of the whole training.
    """
    # Every optimizer imports it.
    import_bound("torch._dynamo")
    if recipe.optimizer == "adam":
        adam = torch.optim.Adam(network.parameters(), recipe.learning_rate, eps=1e-8)
        return adam, torch.optim.lr_scheduler.ConstantLR(adam, factor=1.0)
    if recipe.optimizer == "sgd":
        sgd = torch.optim.SGD(
            network.parameters(), recipe.learning_rate, recipe.momentum, nesterov=True
        )
        return sgd, torch.optim.lr_scheduler.LambdaLR(
            sgd, lambda step: 1 / (1 + recipe.decay * step)
        )
    adamw = torch.optim.AdamW(
        network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    return adamw, torch.optim.lr_scheduler.OneCycleLR(
        adamw, recipe.learning_rate, total_steps=max(10, steps + 1), pct_start=0.2
    )


def running_mean(decay: float) -> Callable[..., None]:
    """Return a running mean that forgets the untrained start as fast as it can."""

    @torch.no_grad()
    def update(averaged: list[Tensor], current: list[Tensor], count: Tensor | int) -> None:
        keep = min(decay, (1 + float(count)) / (10 + float(count)))
        if averaged[0].is_floating_point():
            torch._foreach_lerp_(averaged, current, 1 - keep)
        else:
            for old, new in zip(averaged, current, strict=True):
                old.copy_(new)

    return update


def _with_repeats(data: Dataset, times: int) -> NDArray[np.int64]:
    """Return the training crops of an epoch, those of rare stains several times."""
    train = data.select("train")
    stains, counts = np.unique(data.stains[train], return_counts=True)
    if len(stains) < 2:
        return train
    rare_stains = stains[counts <= max(counts.min(), counts.max() // 4)]
    rare = train[np.isin(data.stains[train], rare_stains)]
    return np.concatenate([train, *([rare] * (times - 1))])


def _step(
    state: TrainingState,
    forward: Callable[..., tuple[Tensor, Tensor]],
    crops: Tensor,
    labels: Tensor,
    known: Tensor,
    recipe: Recipe,
    device: Device,
    team: Team,
) -> None:
    images, turned = augment(crops.float() / 255, recipe.augmentation)
    images, turned, labels, known = map(team.share, (images, turned, labels, known))
    with device.autocast(training=True):
        logits, _ = forward(images.contiguous(memory_format=torch.channels_last))
    loss = cross_entropy(logits.float(), labels, turned, known, recipe.label_smoothing)
    state.descend(loss)
    # Not as a number: that would wait for the device at every step.
    state.loss_sum += team.mean(loss.detach())


def cross_entropy(
    logits: Tensor, labels: Tensor, turned: Tensor, known: Tensor, smoothing: float
) -> Tensor:
    """Return the mean loss of a batch.

    Parameters
    ----------
    logits : Tensor, shape (N, 24 or 48)
    labels : Tensor of int, shape (N,)
        True classes.
    turned : Tensor of bool, shape (N,)
        Which crops were turned by half.
    known : Tensor of bool, shape (N,)
        Which stood p arm up before. Of the others only the class is asked, whichever
        way up, where the network tells both.
    smoothing : float
    """
    count = len(CLASSES)
    if logits.shape[1] == count:
        return functional.cross_entropy(logits, labels, label_smoothing=smoothing)
    both = labels + count * turned
    with_polarity = functional.cross_entropy(
        logits, both, label_smoothing=smoothing, reduction="none"
    )
    either = torch.logsumexp(logits.reshape(-1, 2, count), dim=1)
    alone = functional.cross_entropy(either, labels, label_smoothing=smoothing, reduction="none")
    return torch.where(known, with_polarity, alone).mean()


def _keep(state: TrainingState, network: ChromosomeNetwork, figures: dict[str, float]) -> bool:
    """Remember the weights of the lowest loss on ``val``, mean over the stains; tell if new."""
    loss = float(np.mean([value for name, value in figures.items() if name.endswith("_loss")]))
    lower = loss < state.best_loss
    if lower:
        state.best_loss = loss
        state.best = {name: value.cpu() for name, value in network.state_dict().items()}
    return lower


def _kept(state: TrainingState, recipe: Recipe) -> ChromosomeNetwork:
    network = state.mean_network()
    if recipe.keep == "lowest_loss" and state.best is not None:
        network.load_state_dict(state.best)
    return network


def validate(
    network: ChromosomeNetwork, data: Dataset, which: NDArray[np.int64], device: Device
) -> dict[str, float]:
    """Return top-1, polarity (where it is known and told) and loss, for each stain."""
    figures: dict[str, float] = {}
    for stain in np.unique(data.stains[which]):
        of_stain = which[data.stains[which] == stain]
        classes, up = predict(network, data.pictures(of_stain), device).probabilities(1.0)
        truth = data.labels[of_stain]
        right = classes[np.arange(len(truth)), truth]
        figures[f"{stain}_top1"] = float((classes.argmax(axis=1) == truth).mean())
        known = data.p_arm_known[of_stain]
        if known.any() and network.config.either_way_up:
            figures[f"{stain}_polarity"] = float((up[known] > 0.5).mean())
        figures[f"{stain}_loss"] = float(-np.log(np.maximum(right, math.exp(-30))).mean())
    return figures
