"""What a weights file says of itself, checked before anything is built or read after it.

A file may come from anybody. Its header and its configuration are plain JSON, so they are
read and judged first: a network that they describe is built only once it is known to be
of a size that can be meant, and numbers are read only where they fit it.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from napari_karyo.classes import CLASSES

if TYPE_CHECKING:
    from torch import Tensor

    from napari_karyo.models.ensemble import NetworkSettings
    from napari_karyo.models.network import NetworkConfig

#: Of a file, in bytes: four networks of the paper in single precision have half of it.
LARGEST_FILE: Final = 2**30

#: Of the header, in bytes: that of the shipped weights has eighteen thousand.
_LARGEST_HEADER: Final = 4_000_000

#: Weights of a network: four of the paper's have 124 million.
_MOST_WEIGHTS: Final = 140_000_000
#: Values of the maps behind one layer, of one crop: the paper's have 0.8 million.
_MOST_VALUES: Final = 2**24
_MOST_MEMBERS: Final = 16
_MOST_LAYERS: Final = 16
_MOST_BLOCKS: Final = 64
_WIDEST: Final = 8_192

#: What a header says of a tensor: its kind of numbers, and its shape.
Stored = tuple[str, tuple[int, ...]]


#: Where shipped weights lie, and what the SHA-256 of each must be.
FOLDER: Final = Path(__file__).parent / "files"
HASHES: Final = FOLDER / "sha256.json"


class HeaderError(Exception):
    """A file is no safetensors file at all."""


class MisfitError(Exception):
    """What a weights file says makes no sense."""


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def shipped_hashes() -> dict[str, str]:
    """Return the names of the models that are shipped, each with its SHA-256."""
    found: dict[str, str] = json.loads(HASHES.read_text()) if HASHES.exists() else {}
    return found


def read_header(path: Path) -> tuple[dict[str, str], dict[str, Stored]]:
    """Read what a safetensors file says of itself.

    Returns
    -------
    metadata : dict of str to str
    tensors : dict of str to (str, tuple of int)
        Kind and shape of each, by its name.

    Raises
    ------
    HeaderError
        Where it is no such file.
    OSError
    """
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise HeaderError("it is larger than any weights")
    with path.open("rb") as stream:
        start = stream.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= min(size - 8, _LARGEST_HEADER):
            raise HeaderError("it does not begin as one")
        content = stream.read(length)
    try:
        header = json.loads(content.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise HeaderError("its header is no JSON") from error
    if not isinstance(header, dict):
        raise HeaderError("its header names nothing")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise HeaderError("what it says of itself is no text")
    return metadata, {name: _stored(tensor) for name, tensor in header.items()}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _stored(tensor: object) -> Stored:
    kind, shape = (
        (tensor.get("dtype"), tensor.get("shape")) if isinstance(tensor, dict) else (None, None)
    )
    if not isinstance(kind, str):
        raise HeaderError("a tensor is of no kind")
    if not isinstance(shape, list) or not all(
        type(one) is int and 0 <= one <= LARGEST_FILE for one in shape
    ):
        raise HeaderError("a tensor has no shape")
    return kind, tuple(shape)


def parsed(metadata: Mapping[str, str], key: str) -> dict[str, Any]:
    """Return one part of what a file says of itself.

    Raises
    ------
    MisfitError
        Where it is missing, or not what JSON calls an object.
    """
    try:
        found = json.loads(metadata[key])
    except (KeyError, ValueError, RecursionError) as error:
        raise MisfitError(f"it has no {key}") from error
    if not isinstance(found, dict):
        raise MisfitError(f"its {key} is none")
    return found


def calibration_of(metadata: Mapping[str, str]) -> dict[str, float]:
    """Return the temperature and the thresholds of the confidence light.

    Raises
    ------
    MisfitError
        Where one is missing or can't be meant.
    """
    found = parsed(metadata, "calibration")
    limits = {"temperature": (1e-3, 1e3), "doubtful": (0.0, 1.0), "sure": (0.0, 1.0)}
    for name, (low, high) in limits.items():
        if not _is_number(found.get(name), low, high):
            raise MisfitError(f"its calibration has no {name}")
    if not all(_is_number(value, -1e9, 1e9) for value in found.values()):
        raise MisfitError("its calibration holds what is no number")
    return {name: float(value) for name, value in found.items()}


def settings_of(metadata: Mapping[str, str]) -> NetworkSettings:
    """Return the configuration of the network: one that can be built.

    Raises
    ------
    MisfitError
        Where it is none, or of a network that nobody can mean.
    """
    from napari_karyo.models.ensemble import EnsembleConfig, settings_from_dict

    found = parsed(metadata, "config")
    members = found.get("members", [found])
    if not isinstance(members, list) or not 1 <= len(members) <= _MOST_MEMBERS:
        raise MisfitError("its ensemble has no members, or too many")
    for member in members:
        _check_config(member)
    try:
        settings = settings_from_dict(found)
    except ValueError as error:
        raise MisfitError(str(error)) from error
    one_by_one = settings.members if isinstance(settings, EnsembleConfig) else (settings,)
    if sum(map(count_weights, one_by_one)) > _MOST_WEIGHTS:
        raise MisfitError("its network is larger than any that this program trains")
    return settings


def check_tensors(written: Mapping[str, Stored], tensors: Mapping[str, Tensor]) -> None:
    """Check that a file has the tensors of a network: each of its kind and of its shape.

    Raises
    ------
    MisfitError
    """
    for name, tensor in tensors.items():
        kind = "F16" if tensor.is_floating_point() else "I64"
        if written.get(name) != (kind, tuple(tensor.shape)):
            raise MisfitError(f"{name} is missing, or of another kind or shape")
    if written.keys() - tensors.keys():
        raise MisfitError("it holds tensors that its network has not")


def check_numbers(name: str, numbers: Tensor) -> None:
    """Refuse weights that are no numbers.

    Raises
    ------
    MisfitError
    """
    if not bool(numbers.isfinite().all()):
        raise MisfitError(f"{name} holds what is no number")
    if name.endswith("running_var") and bool((numbers < 0).any()):
        raise MisfitError(f"{name} holds a negative variance")


def _is_number(value: Any, low: float, high: float) -> bool:
    return type(value) in (int, float) and low <= value <= high


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and low <= value <= high


def _truth(value: Any) -> bool:
    return type(value) is bool


def _pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_whole(1, 8), value))


def _list_of(rule: Callable[[Any], bool], low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, list) and low <= len(value) <= high and all(map(rule, value))
    )


#: What each part of a configuration may be. `InputSettings` looks at the input itself.
_PARTS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "input": lambda value: isinstance(value, dict),
    "backbone": lambda value: value in ("residual", "resnet50", "plain"),
    "depths": _list_of(_whole(1, _MOST_BLOCKS), 0, _MOST_LAYERS),
    "widths": _list_of(_whole(1, _WIDEST), 0, _MOST_LAYERS),
    "strides": _list_of(_pair, 0, _MOST_LAYERS),
    "stem_width": _whole(1, _WIDEST),
    "stem_size": lambda value: _whole(1, 31)(value) and value % 2 == 1,
    "stem_stride": _pair,
    "recurrent": _truth,
    "attend": _truth,
    "hidden": _list_of(_whole(1, _WIDEST), 0, _MOST_LAYERS),
    "lstm_width": _whole(1, _WIDEST),
    "bidirectional": _truth,
    "dropout": lambda value: _is_number(value, 0, 1),
    "either_way_up": _truth,
}


def _check_config(values: Any) -> None:
    if not isinstance(values, dict) or "input" not in values:
        raise MisfitError("its configuration says no input")
    for name, value in values.items():
        rule = _PARTS.get(name)
        if rule is None or not rule(value):
            raise MisfitError(f"{str(name)[:40]} can't be {repr(value)[:60]}")


def count_weights(config: NetworkConfig) -> int:
    """Follow one crop through the layers, by its size alone, and count their weights.

    Returns
    -------
    int
        Of kernels and matrices; what each channel has besides is a hundredth of them.

    Raises
    ------
    MisfitError
        Where the layers don't follow from one another, or a map has too many values.
    """
    rows, columns = config.input.height, config.input.width
    channels, weights = 1, 0
    for layer in _layers(config):
        rows, columns = layer.after(rows, columns)
        if rows * columns * layer.channels > _MOST_VALUES or not rows * columns:
            raise MisfitError("its maps are larger than any that this program makes, or empty")
        rows, columns = layer.pooled(rows, columns)
        weights += layer.weights(channels)
        channels = layer.channels
    if not rows * columns:
        raise MisfitError("nothing is left of a crop behind its last layer")
    width = channels * columns if config.recurrent or config.attend else channels
    if config.recurrent:
        directions = 2 if config.bidirectional else 1
        weights += directions * 4 * config.lstm_width * (width + config.lstm_width)
        width = directions * config.lstm_width
    if config.hidden:
        sizes = (channels * rows * columns, *config.hidden)
        weights += sum(inputs * outputs for inputs, outputs in pairwise(sizes))
        width = config.hidden[-1]
    return weights + width * 2 * len(CLASSES)


@dataclass(frozen=True)
class _Layer:
    """A convolution, or a stage of `depth` residual blocks."""

    kind: Literal["plain", "stem", "basic", "bottleneck"]
    width: int
    size: int = 3
    stride: tuple[int, int] = (1, 1)
    depth: int = 1
    pool: int = 1

    @property
    def channels(self) -> int:
        return self.width * (4 if self.kind == "bottleneck" else 1)

    def after(self, rows: int, columns: int) -> tuple[int, int]:
        return math.ceil(rows / self.stride[0]), math.ceil(columns / self.stride[1])

    def pooled(self, rows: int, columns: int) -> tuple[int, int]:
        if self.kind == "plain":
            return rows // self.pool, columns // self.pool
        return math.ceil(rows / self.pool), math.ceil(columns / self.pool)

    def weights(self, inputs: int) -> int:
        width, rest = self.width, self.depth - 1
        if self.kind in ("plain", "stem"):
            return self.size**2 * inputs * width
        # With the convolution of the shortcut around the first block.
        if self.kind == "basic":
            return 10 * inputs * width + 9 * width**2 + rest * 18 * width**2
        return 5 * inputs * width + 13 * width**2 + rest * 17 * width**2


#: torchvision's, as `napari_karyo.models.residual.resnet50_backbone` takes it.
_RESNET50: Final = [
    _Layer("stem", 64, 7, (2, 2), pool=2),
    _Layer("bottleneck", 64, depth=3),
    _Layer("bottleneck", 128, stride=(2, 2), depth=4),
    _Layer("bottleneck", 256, stride=(2, 2), depth=6),
    _Layer("bottleneck", 512, stride=(2, 2), depth=3),
]


def _layers(config: NetworkConfig) -> list[_Layer]:
    if config.backbone == "plain":
        return [_Layer("plain", width, pool=2) for width in config.widths]
    if config.backbone == "resnet50":
        return _RESNET50
    if not len(config.depths) == len(config.widths) == len(config.strides):
        raise MisfitError("its stages are not as many as their depths and strides")
    stages = zip(config.widths, config.strides, config.depths, strict=True)
    return [
        _Layer("stem", config.stem_width, config.stem_size, config.stem_stride),
        *(_Layer("basic", width, stride=stride, depth=depth) for width, stride, depth in stages),
    ]
