"""Weights files of the network that reads spreads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from napari_karyo.errors import WeightsError
from napari_karyo.io.atomic_write import atomic_write
from napari_karyo.models.checked import (
    HeaderError,
    MisfitError,
    parsed,
    read_header,
)
from napari_karyo.models.weights import FOLDER, fill, half_tensors, sha256

if TYPE_CHECKING:
    from torch import nn

    from napari_karyo.models.agreement import AgreementNetwork
    from napari_karyo.models.unet import SpreadNetwork

FORMAT: Final = "napari-karyo spread weights 2"
#: The file that is shipped, and what its SHA-256 must be.
SHIPPED: Final = FOLDER / "spread.safetensors"
_HASH: Final = FOLDER / "spread.sha256"


@dataclass(frozen=True, eq=False)
class SpreadWeights:
    """A network that reads spreads, and what is known of it.

    Attributes
    ----------
    network : SpreadNetwork
        In evaluation mode, float32, on the CPU.
    decision : AgreementNetwork or None
        What decides, with the classifier, between several answers, in evaluation mode; None
        where it was not trained.
    sha256 : str
        Of the whole file.
    facts : dict
        Data, seed, command, commit and figures, as training wrote them.
    """

    network: SpreadNetwork
    decision: AgreementNetwork | None
    sha256: str
    facts: dict[str, Any]


def save_spread_weights(
    path: Path,
    network: SpreadNetwork,
    facts: dict[str, Any],
    decision: AgreementNetwork | None = None,
) -> str:
    """Write the networks as safetensors in half precision, and return the file's SHA-256."""
    from safetensors.torch import save

    with atomic_write(path) as file:
        file.write(
            save(
                half_tensors(_together(network, decision)),
                {"format": FORMAT, "facts": json.dumps(facts)},
            )
        )
    return sha256(path)


def load_spread_weights(path: Path | None = None) -> SpreadWeights:
    """Load the network that reads spreads.

    Parameters
    ----------
    path : Path, optional
        A file that ``napari-karyo train-segmentation`` wrote; the shipped one where left out.

    Raises
    ------
    WeightsError
        Where the file is missing, is no such file, or is not the one that was shipped.
    """
    return _shipped() if path is None else _load(path)


@cache
def _shipped() -> SpreadWeights:
    found = _load(SHIPPED)
    if found.sha256 != _HASH.read_text(encoding="utf-8").split()[0]:
        raise WeightsError(
            "the weights are not the ones that were shipped (their hash differs).",
            "Install napari-karyo again.",
            SHIPPED,
        )
    return found


def _load(path: Path) -> SpreadWeights:
    import torch
    from safetensors import SafetensorError, safe_open

    from napari_karyo.models.agreement import AgreementNetwork
    from napari_karyo.models.unet import SpreadNetwork

    if not path.is_file():
        raise WeightsError("there is no such file.", "Check the name.", path)
    network = SpreadNetwork()
    try:
        metadata, written = read_header(path)
        if metadata.get("format") != FORMAT:
            raise MisfitError("it is of no format that is known")
        facts = parsed(metadata, "facts")
        # A file of a training that was stopped has no decision yet.
        decides = any(name.startswith("decision.") for name in written)
        decision = AgreementNetwork().eval() if decides else None
        with safe_open(path, framework="pt") as file:
            fill(_together(network, decision).state_dict(), file, written)
        if decision is not None and not bool((decision.scale > 0).all()):
            raise MisfitError("decision.scale is not above zero")
    except (HeaderError, SafetensorError, OSError, MisfitError) as error:
        raise WeightsError(
            f"the file holds no weights of the network that reads spreads ({error}).",
            "Give a file that napari-karyo train-segmentation wrote.",
            path,
        ) from error
    # The order of a picture's numbers in which the CPU is fastest.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return SpreadWeights(network.eval(), decision, sha256(path), facts)


def _together(network: SpreadNetwork, decision: AgreementNetwork | None) -> nn.ModuleDict:
    """Return the networks as one, whose numbers are told apart by the first part of their names."""
    from torch import nn

    parts: dict[str, nn.Module] = {"maps": network}
    if decision is not None:
        parts["decision"] = decision
    return nn.ModuleDict(parts)
