"""The loop that teaches a network a laboratory's cells; killed at any moment it goes on."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel

from napari_karyo.inference.device import Device
from napari_karyo.inference.predict import predict
from napari_karyo.models.network import ChromosomeNetwork
from napari_karyo.own_model.plan import TuningPlan
from napari_karyo.training.augment import augment
from napari_karyo.training.checkpoint import TrainingState, write_curve
from napari_karyo.training.dataset import Dataset
from napari_karyo.training.fit import cross_entropy, made_with, make_optimizer, running_mean
from napari_karyo.training.speed import tiny_as_zero

#: Seconds after which the checkpoint is written anew: so much a kill may cost.
SAVED_EVERY: Final = 30.0

#: At most so many kept-out crops tell the curve how it goes; nothing is chosen by them.
WATCHED: Final = 300


@dataclass(frozen=True)
class Learned:
    """What has become of a network.

    Attributes
    ----------
    network : ChromosomeNetwork
    finished : bool
        False where the time was up before.
    seconds : float
        Of training, over all calls.
    """

    network: ChromosomeNetwork
    finished: bool
    seconds: float


@tiny_as_zero()
def learn(
    start: ChromosomeNetwork,
    data: Dataset,
    simulated: Dataset,
    plan: TuningPlan,
    device: Device,
    output: Path,
    seed: int = 0,
    resume: bool = True,
    time_limit: float | None = None,
    progress: Callable[[int, float, str], None] | None = None,
) -> Learned:
    """Teach a copy of a network the crops of the split ``train``.

    Parameters
    ----------
    start : ChromosomeNetwork
        Left as it is; what it says is kept where the plan says so.
    data : Dataset
        Of the split ``val`` only the curve tells.
    simulated : Dataset
    plan : TuningPlan
    device : Device
    output : Path
        Folder of ``checkpoint.pt`` and ``curve.csv``.
    seed : int
    resume : bool
        Whether to go on from the checkpoint.
    time_limit : float, optional
        Seconds after which this call saves and returns, to be called again.
    progress : callable, optional
        Told steps done, the mean loss since the last row of the curve, and what there is to
        say, which is mostly nothing.

    Raises
    ------
    ValueError
        Where the checkpoint was made with anything else.

    Notes
    -----
    In ``curve.csv`` ``loss`` is that of the laboratory's crops, ``kept`` how far the network
    has come from the start on simulated ones, both mean over the steps since the row before;
    ``kept_out`` and ``kept_out_loss`` are the share right and the loss of each chromosome alone
    on kept-out cells.
    """
    torch.manual_seed(seed)
    began = saved = time.monotonic()
    place = device.torch()
    train = data.select("train")
    teacher = copy.deepcopy(start).to(place).eval()
    network = copy.deepcopy(start).to(place)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    recipe = plan.recipe
    optimizer, schedule = make_optimizer(network, recipe, plan.steps)
    state = TrainingState(
        network,
        AveragedModel(network, multi_avg_fn=running_mean(plan.average), use_buffers=True),
        optimizer,
        schedule,
        torch.zeros(2, device=place),
    )
    checkpoint, curve = output / "checkpoint.pt", output / "curve.csv"
    dependence = repr((made_with(network, recipe, seed, train, data), plan))
    if resume and checkpoint.exists():
        state.load(checkpoint, dependence)
        if progress is not None:
            progress(state.step, float("nan"), f"going on from step {state.step} of {plan.steps}")
    write_curve(curve, state.rows)
    own = _on_device(data, train, place)
    kept = _on_device(simulated, np.arange(len(simulated.labels)), place)
    watched = _watched(data)
    before, ends = state.seconds, _ends(plan)
    while state.step < plan.steps:
        network.train()
        _still(network)
        _step(state, teacher, own, kept, plan, device, seed)
        now = time.monotonic()
        state.seconds = before + now - began
        since = state.step - (int(state.rows[-1]["step"]) if state.rows else 0)
        if progress is not None:
            progress(state.step, float(state.loss_sum[0]) / since, "")
        closing = state.step in ends
        if closing:
            state.close(_row(state, since, data, watched, device))
        out_of_time = time_limit is not None and now - began > time_limit
        if closing or out_of_time or now - saved > SAVED_EVERY:
            state.save(checkpoint, dependence)
            saved = now
        if closing:
            write_curve(curve, state.rows)
        if out_of_time and state.step < plan.steps:
            return Learned(state.mean_network(), False, state.seconds)
    return Learned(between(start, state.mean_network(), plan.share), True, state.seconds)


def between(start: ChromosomeNetwork, end: ChromosomeNetwork, share: float) -> ChromosomeNetwork:
    """Return the network whose weights lie so far on the way from one's to the other's."""
    found = copy.deepcopy(end).cpu().eval()
    first = start.state_dict()
    with torch.no_grad():
        for name, value in found.state_dict().items():
            if value.is_floating_point():
                value.copy_(torch.lerp(first[name].to(value), value, share))
    return found


@dataclass(frozen=True, eq=False)
class _Crops:
    images: Tensor
    labels: Tensor
    known: Tensor


def _on_device(data: Dataset, which: NDArray[np.int64], place: torch.device) -> _Crops:
    return _Crops(
        torch.from_numpy(data.inputs[which])[:, None].to(place),
        torch.from_numpy(data.labels[which]).to(place),
        torch.from_numpy(data.p_arm_known[which]).to(place),
    )


def _still(network: ChromosomeNetwork) -> None:
    """Leave the statistics of the norms as they are: few cells say little of them."""
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.eval()


def _step(
    state: TrainingState,
    teacher: ChromosomeNetwork,
    own: _Crops,
    kept: _Crops,
    plan: TuningPlan,
    device: Device,
    seed: int,
) -> None:
    rng = np.random.default_rng((seed, state.step))
    picked = _picked(rng, own, plan.own)
    held = _picked(rng, kept, plan.simulated)
    images = torch.cat([own.images[picked], kept.images[held]])
    images, turned = augment(images.float() / 255, plan.augmentation)
    images = images.contiguous(memory_format=torch.channels_last)
    count = len(picked)
    with device.autocast(training=True):
        logits = state.network(images)[0].float()
        with torch.no_grad():
            said = teacher(images[count:])[0].float()
    loss = cross_entropy(
        logits[:count], own.labels[picked], turned[:count], own.known[picked], plan.label_smoothing
    )
    away = _apart(logits[count:], said) if len(said) else loss.new_zeros(())
    state.descend(loss + plan.keep_simulated * away)
    state.loss_sum += torch.stack([loss.detach(), away.detach()])


def _picked(rng: np.random.Generator, crops: _Crops, count: int) -> Tensor:
    there = len(crops.labels)
    chosen = rng.choice(there, count, replace=there < count)
    return torch.from_numpy(chosen).to(crops.labels.device)


def _apart(logits: Tensor, said: Tensor) -> Tensor:
    """Return how far what is said of crops lies from what was said before: the mean, in nats."""
    return functional.kl_div(
        functional.log_softmax(logits, 1),
        functional.log_softmax(said, 1),
        reduction="batchmean",
        log_target=True,
    )


def _ends(plan: TuningPlan) -> set[int]:
    """Return after which steps a row of the curve is closed."""
    rows = min(plan.rows, plan.steps)
    return {round(plan.steps * (number + 1) / rows) for number in range(rows)}


def _watched(data: Dataset) -> NDArray[np.int64]:
    val = data.select("val")
    # Evenly over the cells, the same each time.
    return val[np.linspace(0, len(val) - 1, min(WATCHED, len(val))).astype(int)]


def _row(
    state: TrainingState, since: int, data: Dataset, watched: NDArray[np.int64], device: Device
) -> dict[str, float]:
    pictures = data.pictures(watched)
    classes, _ = predict(state.mean_network(), pictures, device, views=1).probabilities(1.0)
    truth = data.labels[watched]
    right = classes[np.arange(len(truth)), truth]
    return {
        "step": state.step,
        "seconds": round(state.seconds),
        "loss": round(float(state.loss_sum[0]) / since, 4),
        "kept": round(float(state.loss_sum[1]) / since, 4),
        "kept_out": round(float((classes.argmax(axis=1) == truth).mean()), 4),
        "kept_out_loss": round(float(-np.log(np.maximum(right, 1e-12)).mean()), 4),
    }
