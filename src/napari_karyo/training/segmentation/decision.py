"""The network by which the classifier decides between several answers, trained."""

from __future__ import annotations

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

from napari_karyo.errors import KaryoError
from napari_karyo.models.agreement import AgreementNetwork
from napari_karyo.models.binding import import_bound
from napari_karyo.models.spread_weights import SpreadWeights
from napari_karyo.segmentation.candidates import Candidates
from napari_karyo.segmentation.segment import propose
from napari_karyo.training.segmentation.archives import ARCHIVES, Photograph
from napari_karyo.training.segmentation.matching import FOUND, overlap_with

#: Epochs of training, outlines a step, rate, and decay of the weights.
_EPOCHS: Final = 10
_BATCH: Final = 128
_RATE: Final = 2e-3
_DECAY: Final = 1e-2
#: By how much the photograph's contrast is changed at most, and by how many pixels it is moved.
_CONTRAST: Final = (0.8, 1.25)
_MOVED: Final = 3


@dataclass(frozen=True, eq=False)
class Judged:
    """Outlines of which it is known how well they agree with true chromosomes.

    Attributes
    ----------
    table : ndarray, shape (N, MEASURES)
    pictures : ndarray of uint8, shape (N, CHANNELS, height, width)
    overlap : ndarray, shape (N,)
        With the true object that each fits best, over union.
    """

    table: NDArray[np.float64]
    pictures: NDArray[np.uint8]
    overlap: NDArray[np.float64]


def fit_decision(
    data: Path, weights: SpreadWeights, seed: int, progress: Callable[[str], None] = print
) -> tuple[AgreementNetwork, dict[str, int]]:
    """Train the network that decides on all spreads of ``train``.

    Parameters
    ----------
    data : Path
    weights : SpreadWeights
        Whose network proposes.
    seed : int
    progress : callable
        Told a line a stain, and a line an epoch.

    Returns
    -------
    network : AgreementNetwork
        In evaluation mode.
    facts : dict of str to int
        Of how many spreads and outlines it was made, and in how many seconds.
    """
    began = time.monotonic()
    spreads, judged = gather_judged(data, weights, progress)
    network = train_decision(judged, seed, progress=progress)
    seconds = round(time.monotonic() - began)
    return network, {"spreads": spreads, "outlines": len(judged.overlap), "seconds": seconds}


def gather_judged(
    data: Path, weights: SpreadWeights, progress: Callable[[str], None] = print
) -> tuple[int, Judged]:
    """Return the candidates of all spreads of ``train``, and of how many spreads they are."""
    found: list[Judged] = []
    for stain, (file, read) in ARCHIVES.items():
        for photograph in read(data / file, ("train",)):
            candidates = candidates_of(photograph, weights)
            if candidates is not None:
                found.append(judge(photograph, candidates))
        progress(f"{stain}: {sum(len(one.overlap) for one in found)} candidates so far")
    whole = Judged(
        np.concatenate([one.table for one in found]),
        np.concatenate([one.pictures for one in found]),
        np.concatenate([one.overlap for one in found]),
    )
    return len(found), whole


def candidates_of(photograph: Photograph, weights: SpreadWeights) -> Candidates | None:
    """Return the candidates of a photograph; None where the spread can't be classified."""
    try:
        proposed = propose(photograph.spread, weights)
    except KaryoError:
        return None
    return Candidates.of(proposed)


def judge(photograph: Photograph, candidates: Candidates) -> Judged:
    """Return the candidates of a photograph, and how well each agrees with the truth."""
    outlines = [one.outline for one in candidates.objects]
    overlap = overlap_with(photograph, outlines, candidates.boxes).max(axis=0)
    return Judged(candidates.table, candidates.pictures, np.asarray(overlap, np.float64))


def train_decision(
    judged: Judged,
    seed: int,
    epochs: int = _EPOCHS,
    progress: Callable[[str], None] = print,
) -> AgreementNetwork:
    """Train the network that tells how well an outline agrees with a true chromosome.

    Parameters
    ----------
    judged : Judged
    seed : int
    epochs : int
    progress : callable
        Told a line an epoch.

    Returns
    -------
    AgreementNetwork
        In evaluation mode.
    """
    import_bound("torch._dynamo")  # every optimizer imports it
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    # An outline that is found counts at once; how exactly it agrees counts as much.
    target = torch.from_numpy((judged.overlap + (judged.overlap >= FOUND)) / 2).float()
    table = torch.from_numpy(judged.table).float()
    network = AgreementNetwork()
    network.standardize(table)
    optimizer = torch.optim.AdamW(network.parameters(), _RATE, weight_decay=_DECAY)
    batches = max(1, len(target) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, _RATE, total_steps=epochs * batches + 1, pct_start=0.15
    )
    for epoch in range(1, epochs + 1):
        network.train()
        order, total = rng.permutation(len(target)), 0.0
        for number in range(batches):
            chosen = np.sort(order[number * _BATCH : (number + 1) * _BATCH])
            pictures = _varied(torch.from_numpy(judged.pictures[chosen]).float() / 255, rng)
            rows = torch.from_numpy(chosen)
            loss = functional.binary_cross_entropy_with_logits(
                network(pictures, table[rows]), target[rows]
            )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
        progress(f"decision, epoch {epoch} of {epochs}: loss {total / batches:.4f}")
    return network.eval()


def _varied(pictures: Tensor, rng: np.random.Generator) -> Tensor:
    """Return pictures turned about, moved, and of another contrast."""
    ways = tuple(axis for axis in (2, 3) if rng.random() < 0.5)
    down, aside = rng.integers(-_MOVED, _MOVED + 1, 2).tolist()
    varied = torch.roll(pictures.flip(ways), (down, aside), dims=(2, 3))
    contrast = torch.from_numpy(rng.uniform(*_CONTRAST, len(pictures)).astype(np.float32))
    varied[:, 0] *= contrast[:, None, None]
    return varied
