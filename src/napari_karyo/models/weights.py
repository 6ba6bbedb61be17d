"""Weights files: safetensors with what made them, and a hash that says they are whole."""

from __future__ import annotations

import hashlib
import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from napari_karyo.errors import WeightsError
from napari_karyo.io.whole import whole_file

if TYPE_CHECKING:
    from torch import Tensor

    from napari_karyo.models.ensemble import Ensemble, Network
    from napari_karyo.models.network import ChromosomeNetwork

    AnyNetwork = TypeVar("AnyNetwork", ChromosomeNetwork, Ensemble)

#: Where shipped weights lie, and what the SHA-256 of each must be.
FOLDER = Path(__file__).parent / "files"
HASHES = FOLDER / "sha256.json"

FORMAT = "napari-karyo weights 2"
#: Written before: every number in half precision. Read in the same way.
FORMATS = ("napari-karyo weights 1", FORMAT)

#: Ends the name of the scales of a tensor that is stored as whole numbers.
SCALE = ".scale"


@dataclass(frozen=True, eq=False)
class Weights:
    """A network with its weights and what is known of them.

    Attributes
    ----------
    name : str
        What loads it again: for example ``"default"``, or the file's path.
    network : Network
        In evaluation mode, float32, on the CPU.
    sha256 : str
        Of the whole file.
    calibration : dict
        ``temperature`` and the confidence light's thresholds ``doubtful`` and ``sure``.
    facts : dict
        Data, split, seed, command, commit and figures, as training wrote them.
    """

    name: str
    network: Network
    sha256: str
    calibration: dict[str, float]
    facts: dict[str, Any]


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save_weights(
    path: Path,
    network: Network,
    calibration: dict[str, float],
    facts: dict[str, Any],
) -> str:
    """Write a network as safetensors, a byte a weight.

    Kernels and matrices are stored as whole numbers of -127 to 127, with one scale for
    each output; everything else in half precision. That makes a quarter of the file and
    is read back as float32. `rounded` gives the network that will be read back.

    Returns
    -------
    str
        The SHA-256 of the file.
    """
    from safetensors.torch import save

    tensors = _packed(network.state_dict())
    metadata = {
        "format": FORMAT,
        "config": json.dumps(network.config.as_dict()),
        "calibration": json.dumps(calibration),
        "facts": json.dumps(facts),
    }
    # Not save_file, which lets nobody but the writer read the file. Whole or not at all:
    # weights that are there count as finished.
    with whole_file(path) as file:
        file.write(save(tensors, metadata))
    return sha256(path)


def rounded(network: AnyNetwork) -> AnyNetwork:
    """Return the network as `load_weights` will read it back: what is to be calibrated."""
    copy = deepcopy(network).cpu()
    copy.load_state_dict(_unpacked(_packed(copy.state_dict())))
    return copy.eval()


def _packed(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    import torch

    packed = {}
    for name, value in tensors.items():
        value = value.detach().cpu()
        if value.is_floating_point() and value.ndim > 1:
            rows = value.float().flatten(1)
            scale = (rows.abs().amax(dim=1) / 127).clamp(min=1e-12)
            whole = (rows / scale[:, None]).round().to(torch.int8)
            packed[name] = whole.reshape(value.shape).contiguous()
            packed[name + SCALE] = scale
        else:
            half = value.half() if value.is_floating_point() else value
            packed[name] = half.contiguous()
    return packed


def _unpacked(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    unpacked = {}
    for name, value in tensors.items():
        if name.endswith(SCALE):
            continue
        if name + SCALE in tensors:
            scale = tensors[name + SCALE].reshape(-1, *[1] * (value.ndim - 1))
            unpacked[name] = value.float() * scale
        else:  # the norms' counters are integers
            unpacked[name] = value.float() if value.is_floating_point() else value
    return unpacked


def available_models() -> tuple[str, ...]:
    """Return the names of the models that are shipped, the default first."""
    names = sorted(json.loads(HASHES.read_text())) if HASHES.exists() else []
    return tuple(sorted(names, key=lambda name: (name != "default", name)))


def load_weights(model: str | Path = "default") -> Weights:
    """Load a shipped model by name, or a weights file by its path.

    Parameters
    ----------
    model : str or Path
        A name of `available_models`, or a ``.safetensors`` file that
        ``napari-karyo train`` wrote.

    Returns
    -------
    Weights

    Raises
    ------
    WeightsError
        Where the file is missing, is no safetensors file, was not written by this
        program, does not fit the network, or is not the file that was shipped.
    """
    from safetensors import SafetensorError, safe_open

    from napari_karyo.models.ensemble import build, settings_from_dict

    shipped = json.loads(HASHES.read_text()) if HASHES.exists() else {}
    name = str(model)
    path = FOLDER / f"{name}.safetensors" if name in shipped else Path(model)
    if not path.is_file():
        raise WeightsError(
            "no such model.",
            f"Choose one of {', '.join(available_models()) or 'none shipped'},"
            " or give the path of a .safetensors file.",
            path,
        )
    digest = sha256(path)
    if name in shipped and digest != shipped[name]:
        raise WeightsError(
            "the weights are not the ones that were shipped (their hash differs).",
            "Install napari-karyo again.",
            path,
        )
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsError(
            f"this is not a readable safetensors file ({error}).",
            "Give a file that napari-karyo train wrote, or copy it again if it was cut short.",
            path,
        ) from error
    try:
        if metadata["format"] not in FORMATS:
            raise KeyError("format")
        network = build(settings_from_dict(json.loads(metadata["config"])))
        calibration = {key: float(v) for key, v in json.loads(metadata["calibration"]).items()}
        facts = dict(json.loads(metadata["facts"]))
        calibration["temperature"], calibration["doubtful"], calibration["sure"]
        network.load_state_dict(_unpacked(tensors))
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise WeightsError(
            "the file holds no weights of a network written by napari-karyo.",
            "Give a file that napari-karyo train wrote.",
            path,
        ) from error
    return Weights(name, network.eval(), digest, calibration, facts)
