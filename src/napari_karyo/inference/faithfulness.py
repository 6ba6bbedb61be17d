"""Whether saliency maps say what a network looks at, in numbers.

Three questions, each of which a pretty picture can fail: how much of the map lies on
the chromosome at all; whether the places it names matter (Petsiuk, Das and Saenko 2018,
deletion and insertion); and whether it is of the trained network, not of the image's
edges alone (Adebayo et al. 2018, randomized weights).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, ndimage, stats

from napari_karyo.inference.device import Device
from napari_karyo.inference.predict import predict
from napari_karyo.inference.saliency import BLUR, gradients

if TYPE_CHECKING:
    from napari_karyo.models.ensemble import Network

#: Brighter than this a pixel of the input belongs to the chromosome.
CHROMOSOME = 0.02


@dataclass(frozen=True)
class Faithfulness:
    """What was measured of a network's maps, means over the crops.

    Attributes
    ----------
    inside : float
        Share of the gradient's sum that lies on the chromosome.
    area : float
        Share of the canvas that the chromosome covers: what `inside` would be for a map
        without any preference.
    deletion, deletion_random : float
        Mean probability of the class while the chromosome's pixels are taken away, the
        most salient first, and in random order. The lower the first against the second,
        the better.
    insertion, insertion_random : float
        The same while they are put onto an empty canvas. The higher the better.
    randomized : float
        Rank correlation, on the chromosome, with the maps of the same network with
        random weights. Near 0 where the map is the training's.
    crops : int
    """

    inside: float
    area: float
    deletion: float
    deletion_random: float
    insertion: float
    insertion_random: float
    randomized: float
    crops: int


def measure(
    network: Network,
    inputs: NDArray[np.float32],
    targets: NDArray[np.int_],
    device: Device,
    steps: int = 20,
    seed: int = 0,
) -> Faithfulness:
    """Measure the saliency maps of a network.

    Parameters
    ----------
    network : Network
    inputs : ndarray, shape (N, 1, H, W), float32
    targets : ndarray of int, shape (N,)
        The class that each map speaks for.
    device : Device
    steps : int
        In which the pixels are taken away and put back.
    seed : int
        Of the random order and the random weights.
    """
    random = np.random.default_rng(seed)
    raw = gradients(network, inputs, targets, device)
    masks = inputs[:, 0] > CHROMOSOME
    inside = [
        float(values[mask].sum() / max(values.sum(), 1e-30))
        for values, mask in zip(raw, masks, strict=True)
    ]
    # As they are shown: single pixels' gradients are noise.
    maps = np.stack([ndimage.gaussian_filter(values, BLUR) for values in raw])
    other = gradients(_with_random_weights(network, seed), inputs, targets, device)
    blurred = np.stack([ndimage.gaussian_filter(values, BLUR) for values in other])
    correlations = [
        float(stats.spearmanr(own[mask], by_chance[mask]).statistic)
        for own, by_chance, mask in zip(maps, blurred, masks, strict=True)
    ]
    deletion, insertion = _curves(network, inputs, targets, masks, maps, device, steps)
    chance = random.random(maps.shape).astype(np.float32)
    deletion_random, insertion_random = _curves(
        network, inputs, targets, masks, chance, device, steps
    )
    return Faithfulness(
        inside=float(np.mean(inside)),
        area=float(masks.mean()),
        deletion=deletion,
        deletion_random=deletion_random,
        insertion=insertion,
        insertion_random=insertion_random,
        randomized=float(np.nanmean(correlations)),
        crops=len(inputs),
    )


def _with_random_weights(network: Network, seed: int) -> Network:
    """Return a network of the same parts as it is before any training."""
    import torch

    from napari_karyo.models.ensemble import build

    with torch.random.fork_rng():
        torch.manual_seed(seed + 1)
        return build(network.config).eval()


def _curves(
    network: Network,
    inputs: NDArray[np.float32],
    targets: NDArray[np.int_],
    masks: NDArray[np.bool_],
    order: NDArray[np.float32],
    device: Device,
    steps: int,
) -> tuple[float, float]:
    """Return the mean probability of the target under deletion and under insertion."""
    deleted: list[float] = []
    inserted: list[float] = []
    ranks = np.zeros(order.shape, np.float32)
    for rank, mask, values in zip(ranks, masks, order, strict=True):
        # From 0, the most salient pixel of the chromosome, to just under 1.
        places = stats.rankdata(-values[mask], method="ordinal") - 1
        rank[mask] = places / max(1, len(places))
    for step in range(steps + 1):
        gone = (ranks < step / steps) & masks
        without = np.where(gone[:, None], 0.0, inputs).astype(np.float32)
        alone = np.where(gone[:, None], inputs, 0.0).astype(np.float32)
        for pictures, found in ((without, deleted), (alone, inserted)):
            classes, _ = predict(network, pictures, device).probabilities(1.0)
            found.append(float(classes[np.arange(len(targets)), targets].mean()))
    areas = [float(integrate.trapezoid(curve)) / steps for curve in (deleted, inserted)]
    return areas[0], areas[1]
