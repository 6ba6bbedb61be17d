"""Weights files: safetensors with what made them, and a hash that says they are whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from napari_karyo.errors import WeightsError
from napari_karyo.io.atomic_write import atomic_write
from napari_karyo.models.checked import (
    FOLDER,
    HeaderError,
    MisfitError,
    Stored,
    calibration_of,
    check_numbers,
    check_tensors,
    parsed,
    read_header,
    settings_of,
    sha256,
    shipped_hashes,
)
from napari_karyo.models.own import own_model, own_models

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

    from napari_karyo.models.ensemble import Ensemble, Network
    from napari_karyo.models.network import ChromosomeNetwork

    AnyNetwork = TypeVar("AnyNetwork", ChromosomeNetwork, Ensemble)

FORMAT = "napari-karyo weights 4"
#: Written before, some as whole numbers. Read no more.
OLDER_FORMATS = tuple(f"napari-karyo weights {version}" for version in (1, 2, 3))


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


def save_weights(
    path: Path, network: Network, calibration: dict[str, float], facts: dict[str, Any]
) -> str:
    """Write a network as safetensors in half precision.

    It is read back as float32. `halved` gives the network that will be read back.

    Parameters
    ----------
    path : Path
    network : Network
    calibration, facts : dict
        As `Weights` has them.

    Returns
    -------
    str
        The SHA-256 of the file.
    """
    from safetensors.torch import save

    metadata = {
        "format": FORMAT,
        "config": json.dumps(network.config.as_dict()),
        "calibration": json.dumps(calibration),
        "facts": json.dumps(facts),
    }
    # Not save_file, which lets nobody but the writer read the file. Whole or not at all:
    # weights that are there count as finished.
    with atomic_write(path) as file:
        file.write(save(half_tensors(network), metadata))
    return sha256(path)


def half_tensors(network: Module) -> dict[str, Tensor]:
    """Return the numbers of a network in half precision, as they are written."""
    # The norms' counters are integers, which `half` leaves alone.
    halves = deepcopy(network).cpu().half().state_dict()
    return {name: value.contiguous() for name, value in halves.items()}


def fill(tensors: Mapping[str, Tensor], file: Any, written: Mapping[str, Stored]) -> None:
    """Read the numbers of an open safetensors file into those of a network.

    Raises
    ------
    MisfitError
        Where they do not fit, or are none.
    """
    check_tensors(written, tensors)
    # One by one, so that they are never all there twice.
    for name, weights in tensors.items():
        numbers = file.get_tensor(name)
        check_numbers(name, numbers)
        weights.copy_(numbers)


def halved(network: AnyNetwork) -> AnyNetwork:
    """Return the network as `load_weights` will read it back: what is to be calibrated."""
    return deepcopy(network).cpu().half().float().eval()


def available_models() -> tuple[str, ...]:
    """Return the names of the models that are shipped, the default first, then the adopted."""
    shipped = sorted(shipped_hashes(), key=lambda name: (name != "default", name))
    return (*shipped, *(model.name for model in own_models() if model.name not in shipped))


def load_weights(model: str | Path = "default") -> Weights:
    """Load a shipped or adopted model by name, or a weights file by its path.

    Parameters
    ----------
    model : str or Path
        A name of `available_models`, or a ``.safetensors`` file that
        ``napari-karyo train`` wrote.

    Raises
    ------
    WeightsError
        Where the file is missing, is no safetensors file, was not written by this
        program, does not fit the network, or is not the file that was shipped or adopted.
    """
    from safetensors import SafetensorError, safe_open

    shipped = shipped_hashes()
    name = str(model)
    own = None if name in shipped else own_model(name)
    path = FOLDER / f"{name}.safetensors" if name in shipped else own.path if own else Path(model)
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
    if own is not None and digest != own.sha256:
        raise WeightsError(
            "the weights are not the ones that were adopted (their hash differs).",
            f"Remove the model {name} and adopt it again from its training folder.",
            path,
        )
    try:
        metadata, written = read_header(path)
        if metadata.get("format") in OLDER_FORMATS:
            raise WeightsError(
                "these weights are of an older format, which is not read any more.",
                "Use the version of napari-karyo that wrote them, or train again.",
                path,
            )
        with safe_open(path, framework="pt") as file:
            network, calibration, facts = _read(file, metadata, written)
    except (HeaderError, SafetensorError, OSError) as error:
        raise WeightsError(
            f"this is not a readable safetensors file ({error}).",
            "Give a file that napari-karyo train wrote, or copy it again if it was cut short.",
            path,
        ) from error
    except MisfitError as error:
        raise WeightsError(
            f"the file holds no weights of a network written by napari-karyo ({error}).",
            "Give a file that napari-karyo train wrote.",
            path,
        ) from error
    return Weights(name, network.eval(), digest, calibration, facts)


def _read(
    file: Any, metadata: dict[str, str], written: dict[str, Stored]
) -> tuple[Network, dict[str, float], dict[str, Any]]:
    """Build the network that an open file describes; every size is judged before it is used."""
    from napari_karyo.models.ensemble import build

    if metadata.get("format") != FORMAT:
        raise MisfitError("it is of no format that is known")
    calibration, facts = calibration_of(metadata), parsed(metadata, "facts")
    network = build(settings_of(metadata))
    tensors = network.state_dict()
    fill(tensors, file, written)
    return network, calibration, facts
