"""Weights files: safetensors with what made them, and a hash that says they are whole."""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from napari_karyo.errors import WeightsError
from napari_karyo.io.atomic_write import atomic_write
from napari_karyo.models.checked import (
    HeaderError,
    MisfitError,
    calibration_of,
    check_numbers,
    parsed,
    read_header,
    settings_of,
)

if TYPE_CHECKING:
    from torch import Tensor

    from napari_karyo.models.ensemble import Ensemble, Network
    from napari_karyo.models.network import ChromosomeNetwork

    AnyNetwork = TypeVar("AnyNetwork", ChromosomeNetwork, Ensemble)

#: Where shipped weights lie, and what the SHA-256 of each must be.
FOLDER = Path(__file__).parent / "files"
HASHES = FOLDER / "sha256.json"

FORMAT = "napari-karyo weights 3"
#: Written before: every number in half precision; whole numbers each by itself. Read still.
FORMATS = ("napari-karyo weights 1", "napari-karyo weights 2", FORMAT)

#: The largest whole number of a weight where nothing else is asked: a byte each at most.
BYTE = 127

#: Ends the name of the scales of a tensor that is stored as whole numbers.
SCALE = ".scale"
#: Names the one tensor that holds all whole numbers, in the order of their tensors' names.
PACKED = "packed"


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
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def save_weights(
    path: Path,
    network: Network,
    calibration: dict[str, float],
    facts: dict[str, Any],
    largest: int = BYTE,
) -> str:
    """Write a network as safetensors, a byte a weight or less.

    Kernels and matrices are stored as whole numbers, with one scale for each output, and
    the commoner ones with fewer bits; everything else in half precision. That is a
    quarter of single precision or less, and is read back as float32. `rounded` gives the
    network that will be read back.

    Parameters
    ----------
    path : Path
    network : Network
    calibration, facts : dict
        As `Weights` has them.
    largest : int
        The largest whole number, 1 to 127: 19 makes about 4.5 bits a weight of the default.

    Returns
    -------
    str
        The SHA-256 of the file.

    Raises
    ------
    ValueError
        Where `largest` is out of its range.
    """
    from safetensors.torch import save

    tensors = _packed(_whole(network.state_dict(), largest))
    metadata = {
        "format": FORMAT,
        "config": json.dumps(network.config.as_dict()),
        "calibration": json.dumps(calibration),
        "facts": json.dumps(facts),
    }
    # Not save_file, which lets nobody but the writer read the file. Whole or not at all:
    # weights that are there count as finished.
    with atomic_write(path) as file:
        file.write(save(tensors, metadata))
    return sha256(path)


def rounded(network: AnyNetwork, largest: int = BYTE) -> AnyNetwork:
    """Return the network as `load_weights` will read it back: what is to be calibrated.

    Parameters
    ----------
    network : ChromosomeNetwork or Ensemble
    largest : int
        As given to `save_weights`.
    """
    copy = deepcopy(network).cpu()
    whole = _whole(copy.state_dict(), largest)
    copy.load_state_dict({name: _numbers(whole, name) for name in copy.state_dict()})
    return copy.eval()


def _whole(tensors: dict[str, Tensor], largest: int) -> dict[str, Tensor]:
    """Return kernels and matrices as whole numbers with their scales, the rest in half."""
    import torch

    if not 1 <= largest <= BYTE:
        raise ValueError(f"largest is {largest}, not 1 to {BYTE}")
    whole = {}
    for name, value in tensors.items():
        value = value.detach().cpu()
        if value.is_floating_point() and value.ndim > 1:
            rows = value.float().flatten(1)
            scale = (rows.abs().amax(dim=1) / largest).clamp(min=1e-12)
            numbers = (rows / scale[:, None]).round().to(torch.int8)
            whole[name] = numbers.reshape(value.shape).contiguous()
            whole[name + SCALE] = scale
        else:
            half = value.half() if value.is_floating_point() else value
            whole[name] = half.contiguous()
    return whole


def _numbers(tensors: dict[str, Tensor], name: str) -> Tensor:
    """Undo `_whole` for one tensor."""
    value = tensors[name]
    if name + SCALE in tensors:
        return value.float() * tensors[name + SCALE].reshape(-1, *[1] * (value.ndim - 1))
    # The norms' counters are integers.
    return value.float() if value.is_floating_point() else value


def _packed(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Put all whole numbers into one tensor of bytes, the commoner ones with fewer bits."""
    import torch

    names = sorted(name for name in tensors if name + SCALE in tensors)
    # Neighbouring weights tell nothing of each other, so that to look for repeats only costs.
    coder = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_HUFFMAN_ONLY)
    data = coder.compress(b"".join(tensors[name].numpy().tobytes() for name in names))
    rest = {name: value for name, value in tensors.items() if name not in names}
    everything = bytearray(data + coder.flush())
    return {**rest, PACKED: torch.frombuffer(everything, dtype=torch.uint8)}


def _unpacked(tensors: dict[str, Tensor], shapes: dict[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """Undo `_packed`; files written before have nothing packed."""
    import torch

    if PACKED not in tensors:
        return tensors
    rest = {name: value for name, value in tensors.items() if name != PACKED}
    names = sorted(name.removesuffix(SCALE) for name in rest if name.endswith(SCALE))
    sizes = [math.prod(shapes[name]) for name in names]
    # No more than there should be is unpacked, whatever the file holds.
    coder = zlib.decompressobj()
    try:
        data = bytearray(coder.decompress(tensors[PACKED].numpy().tobytes(), sum(sizes) + 1))
    except zlib.error as error:
        raise MisfitError(f"the packed numbers can't be unpacked: {error}") from error
    if len(data) != sum(sizes) or not coder.eof:
        raise MisfitError("the packed numbers are not as many as the network has")
    parts = torch.frombuffer(data, dtype=torch.int8).split(sizes)
    shaped = {name: part.reshape(shapes[name]) for name, part in zip(names, parts, strict=True)}
    return {**rest, **shaped}


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
        metadata, written = read_header(path)
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
    file: Any, metadata: dict[str, str], written: dict[str, tuple[int, ...]]
) -> tuple[Network, dict[str, float], dict[str, Any]]:
    """Build the network that an open file describes; every size is judged before it is used."""
    from napari_karyo.models.ensemble import build

    if metadata.get("format") not in FORMATS:
        raise MisfitError("it is of no format that is known")
    calibration, facts = calibration_of(metadata), parsed(metadata, "facts")
    network = build(settings_of(metadata))
    shapes = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    _check_names(written, shapes)
    tensors = {name: file.get_tensor(name) for name in written}
    tensors = _unpacked(tensors, shapes)
    # One by one, so that they are never all there twice.
    for name, weights in network.state_dict().items():
        numbers = _numbers(tensors, name)
        check_numbers(name, numbers)
        weights.copy_(numbers)
    return network, calibration, facts


def _check_names(written: dict[str, tuple[int, ...]], shapes: dict[str, tuple[int, ...]]) -> None:
    """Check that a file has the tensors of a network: each once, and of its shape."""
    scales = {name for name in written if name.endswith(SCALE)}
    packed = {name.removesuffix(SCALE) for name in scales} if PACKED in written else set()
    for name, shape in shapes.items():
        if name not in packed and written.get(name) != shape:
            raise MisfitError(f"{name} is missing, or of another shape")
    for name in scales:
        shape = shapes.get(name.removesuffix(SCALE), ())
        # One for each output.
        if len(shape) < 2 or written[name] != shape[:1]:
            raise MisfitError(f"{name} scales nothing")
    strange = written.keys() - shapes.keys() - scales - {PACKED}
    if strange or packed & written.keys():
        raise MisfitError("it holds tensors that its network has not")
