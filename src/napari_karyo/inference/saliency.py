"""Why a class: saliency and attention, back-projected onto the original crop.

Saliency is the absolute gradient of the class's logit with respect to the input
(Simonyan et al. 2014, what the paper's keras-vis computes), of the logit and not of
the probability, whose gradient vanishes where the network is sure.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.classes import CLASS_INDEX, CLASSES
from napari_karyo.errors import KaryoError, WeightsError
from napari_karyo.inference.classify import get_weights
from napari_karyo.inference.device import Device, choose_device
from napari_karyo.inference.result import Classification
from napari_karyo.inference.turns import turn
from napari_karyo.preprocessing.back_projection import back_project

if TYPE_CHECKING:
    from napari_karyo.models.ensemble import Network

_log = logging.getLogger(__name__)

#: Crops in one backward pass.
BATCH = 16

#: Blur of the map on the input, in its pixels: single pixels' gradients are noise.
BLUR = 1.0


def saliency(
    classification: Classification,
    indices: Sequence[int] | None = None,
    classes: Sequence[str] | None = None,
    *,
    model: str | Path | None = None,
    device: str | None = None,
) -> list[NDArray[np.float32]]:
    """Return where the input speaks for a class, on each original crop.

    Parameters
    ----------
    classification : Classification
    indices : sequence of int, optional
        Which chromosomes; all where left out.
    classes : sequence of str, optional
        A class for each of them; the model's own choice where left out.
    model : str or Path, optional
        The weights; those of the classification where left out.
    device : {"auto", "cuda", "mps", "cpu"}, optional
        The one that classified where left out. A GPU that runs out of memory leaves
        the work to the CPU.

    Returns
    -------
    list of ndarray, each of its crop's shape, float32
        0 to 1, the strongest place of each crop at 1, 0 beside the chromosome.

    Raises
    ------
    WeightsError
        Where the weights are missing, or are not those that classified the cell.
    """
    import torch

    chosen = list(range(len(classification))) if indices is None else list(indices)
    if not chosen:
        return []
    named = [classification.predicted[i] for i in chosen] if classes is None else list(classes)
    targets = np.array([CLASS_INDEX[name] for name in named])
    weights = get_weights(model or classification.model)
    if model is None and weights.sha256 != classification.model_hash:
        raise WeightsError(
            "the weights have changed since this cell was classified.",
            "Classify it again to see what the network looks at now.",
            classification.model,
        )
    network = weights.network
    place = choose_device(device or classification.device.split()[0])
    try:
        maps = gradients(network, classification.inputs[chosen], targets, place)
    except RuntimeError as error:
        if "out of memory" not in str(error).lower() or place.kind == "cpu":
            raise
        _log.warning("%s ran out of memory; saliency is computed on the CPU.", place.name)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        maps = gradients(network, classification.inputs[chosen], targets, choose_device("cpu"))
    carried = []
    for index, values in zip(chosen, maps, strict=True):
        smooth = ndimage.gaussian_filter(values, BLUR)
        # Beside the chromosome the input is black by construction: how the network would
        # take anything else there says nothing of what it saw.
        smooth = smooth * _chromosome(classification, index)
        crop = classification.cell.chromosomes[index].image
        carried.append(_to_one(back_project(smooth, classification.input_grids[index], crop.shape)))
    return carried


def gradients(
    network: Network,
    inputs: NDArray[np.float32],
    targets: NDArray[np.int_],
    place: Device,
) -> NDArray[np.float32]:
    """Return the absolute gradient of each input's target logit, shape (N, H, W)."""
    import torch

    maps = []
    for start in range(0, len(inputs), BATCH):
        some = slice(start, start + BATCH)
        with turn():
            # Another thread may have moved it since.
            network.eval().to(place.torch())
            images = torch.from_numpy(inputs[some]).to(place.torch()).requires_grad_(True)
            with torch.enable_grad(), _no_cudnn(place.kind):
                logits = network.scores(images)
                count = len(CLASSES)
                goal = torch.from_numpy(targets[some]).to(logits.device)[:, None]
                if logits.shape[1] > count:
                    # The class whichever way up: the polarity it is seen in dominates.
                    both = torch.stack([logits[:, :count], logits[:, count:]], dim=2)
                    logits = torch.logsumexp(both, dim=2)
                wanted = logits.gather(1, goal).sum()
                (gradient,) = torch.autograd.grad(wanted, images)
            maps.append(gradient.abs().amax(dim=1).float().cpu().numpy())
    return np.concatenate(maps)


def _no_cudnn(kind: str) -> AbstractContextManager[object]:
    """CuDNN's LSTM has no backward pass in evaluation mode; torch's own has."""
    import torch

    return torch.backends.cudnn.flags(enabled=False) if kind == "cuda" else nullcontext()


def attention_on_crop(classification: Classification, index: int) -> NDArray[np.float32]:
    """Return the attention weights along the chromosome, on its original crop.

    Returns
    -------
    ndarray, the crop's shape, float32
        0 to 1; each row of the band sequence shown over the rows of the input it stands
        for.

    Raises
    ------
    KaryoError
        Where the model has no attention.
    """
    if not classification.has_attention:
        raise KaryoError(
            f"the model {classification.model} has no attention.",
            "Saliency shows what it looked at.",
        )
    height, width = classification.inputs.shape[2:]
    alpha = classification.attention[index]
    rows = (np.arange(height) + 0.5) / height * len(alpha) - 0.5
    along = np.interp(rows, np.arange(len(alpha)), alpha).astype(np.float32)
    values = np.repeat(along[:, None], width, axis=1)
    # Only the chromosome is coloured, not the canvas beside it.
    values = values * _chromosome(classification, index)
    crop = classification.cell.chromosomes[index].image
    return _to_one(back_project(values, classification.input_grids[index], crop.shape))


def _chromosome(classification: Classification, index: int) -> NDArray[np.bool_]:
    """Return where the chromosome is on the network's input."""
    return np.asarray(classification.inputs[index, 0] > 0.02)


def _to_one(values: NDArray[np.float32]) -> NDArray[np.float32]:
    top = float(values.max())
    return values / top if top > 0 else values
