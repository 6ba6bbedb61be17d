"""A batch of inputs through the network: class and polarity, whichever way up."""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.classes import CLASSES
from napari_karyo.inference.device import Device, the_cpu
from napari_karyo.inference.turns import turn

if TYPE_CHECKING:
    import torch

    from napari_karyo.models.ensemble import Network

_log = logging.getLogger(__name__)

#: A crop is seen as it lies, mirrored, turned by half, and both.
VIEWS: Final = 4

#: Crops in one pass; each is seen in all its views.
BATCH = {"cuda": 256, "mps": 64, "cpu": 16}


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the network says of N crops.

    Attributes
    ----------
    log_outputs : ndarray, shape (N, 24 or 48), float32
        Mean log probability over the views: of each class, or of each class p arm up
        and then of each class p arm down. Not calibrated.
    attention : ndarray, shape (N, G), float32
        Weights of the rows, top to bottom of the input.
    strength : ndarray, shape (N,), float32
        The largest logit, mean over the views: how strongly the network answers at all. It
        is lower for what is unlike the training crops, also where one class wins.
    device : Device
        Where the last of it was computed.
    notes : list of str
        What the person should know, such as a GPU that ran out of memory.
    """

    log_outputs: NDArray[np.float32]
    attention: NDArray[np.float32]
    strength: NDArray[np.float32]
    device: Device
    notes: list[str] = field(default_factory=list)

    def take(self, which: NDArray[np.bool_]) -> Prediction:
        """Return what is said of some of the crops."""
        parts = (self.log_outputs[which], self.attention[which], self.strength[which])
        return Prediction(*parts, self.device, self.notes)

    def probabilities(self, temperature: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the calibrated probabilities of class and of p arm up.

        Parameters
        ----------
        temperature : float
            Divides the logarithms; above 1 it makes the network more modest.

        Returns
        -------
        classes : ndarray, shape (N, 24)
            Each row sums to 1.
        p_arm_up : ndarray, shape (N,)
            1 for a network that does not tell.
        """
        scaled = self.log_outputs.astype(np.float64) / temperature
        scaled = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        scaled /= scaled.sum(axis=1, keepdims=True)
        count = len(CLASSES)
        if scaled.shape[1] == count:
            return scaled.astype(np.float32), np.ones(len(scaled), np.float32)
        up, down = scaled[:, :count], scaled[:, count:]
        return (up + down).astype(np.float32), up.sum(axis=1).astype(np.float32)


def predict(
    network: Network, inputs: NDArray[np.float32], device: Device, views: int = VIEWS
) -> Prediction:
    """Run the network over a batch; see `iter_predict`."""
    run = iter_predict(network, inputs, device, views)
    while True:
        try:
            next(run)
        except StopIteration as end:
            prediction: Prediction = end.value
            return prediction


def iter_predict(
    network: Network, inputs: NDArray[np.float32], device: Device, views: int = VIEWS
) -> Generator[int, None, Prediction]:
    """Run the network over a batch, seen as it lies, turned by half, and mirrored.

    A chromosome has no left and right, and a network that gives class and polarity
    together says the same in the mean over these views, whichever way up a crop lies.
    One that does not tell polarity, as the paper's, sees each crop once, as it lies.

    Parameters
    ----------
    network : Network
        It is put into evaluation mode, moved to the device and left there. Other threads
        may use it between two batches.
    inputs : ndarray, shape (N, 1, H, W), float32, 0 to 1
    device : Device
    views : int
        How many of the views are taken; the first is the crop as it lies.

    Yields
    ------
    int
        Crops done so far. Closing the generator ends the run.

    Returns
    -------
    Prediction
        A GPU that runs out of memory goes on with half the batch, in the end on the
        CPU; the notes say so.
    """
    import torch

    notes: list[str] = []
    size = BATCH[device.kind]
    parts: list[list[NDArray[np.float32]]] = []
    done = 0
    while done < len(inputs):
        batch = torch.from_numpy(inputs[done : done + size])
        try:
            with turn():
                # Another thread may have moved it since. Here too a GPU that others have
                # filled can refuse.
                network.eval().to(device.torch())
                with torch.inference_mode(), device.autocast():
                    said = _views(network, batch.to(device.torch()), views)
                parts.append([part.float().cpu().numpy() for part in said])
        except RuntimeError as error:
            # torch's own out-of-memory error is a RuntimeError; MPS raises a plain one.
            if "out of memory" not in str(error).lower() or device.kind == "cpu":
                raise
            if size > 1:
                size //= 2
                notes.append(f"{device.name} ran out of memory; going on with batches of {size}.")
            else:
                notes.append(f"{device.name} ran out of memory; going on with the CPU.")
                device = the_cpu()
                size = BATCH["cpu"]
            _log.warning("%s", notes[-1])
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            continue
        done += len(batch)
        yield done
    log, alpha, strength = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Prediction(log, alpha, strength, device, notes)


def _views(
    network: Network, batch: torch.Tensor, most: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return mean log outputs, attention and strength over the views of a batch."""
    import torch

    count = len(batch)
    either = network.config.either_way_up
    views = [batch]
    if either:
        views += [batch.flip(3), batch.flip(2, 3), batch.flip(2)][: most - 1]
    logits, alpha = network(torch.cat(views))
    strength = logits.float().amax(dim=1).reshape(len(views), count).mean(dim=0)
    logs = torch.log_softmax(logits.float(), dim=1).reshape(len(views), count, -1)
    alpha = alpha.reshape(len(views), count, -1)
    if either:
        # What a turned view calls p arm up is p arm down as the crop lies.
        logs = torch.cat([logs[:2], logs[2:].roll(len(CLASSES), dims=2)])
        alpha = torch.cat([alpha[:2], alpha[2:].flip(2)])
    return logs.mean(dim=0), alpha.mean(dim=0), strength
