"""Weights files made by hand or damaged: refused by what they say, before anything is built."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save
from small import CALIBRATION, SMALL, small_network, small_weights

from napari_karyo.errors import WeightsError
from napari_karyo.models import checked
from napari_karyo.models.ensemble import build
from napari_karyo.models.named import CONFIGS
from napari_karyo.models.weights import load_weights, save_weights


def parts(path: Path) -> tuple[dict[str, Any], bytes]:
    content = path.read_bytes()
    size = struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8 : 8 + size]), content[8 + size :]


def write(path: Path, header: str | bytes, data: bytes, length: int | None = None) -> None:
    raw = header.encode() if isinstance(header, str) else header
    path.write_bytes(struct.pack("<Q", len(raw) if length is None else length) + raw + data)


def refused(path: Path, words: str) -> None:
    with pytest.raises(WeightsError, match=words) as error:
        load_weights(path)
    assert str(path) in str(error.value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return small_weights(tmp_path)


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"3",
        b'"text"',
        b"null",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a": 1, "a": 2}',
        b'{"a": []}',
        b'{"a": {"dtype": ["F32"]}}',
        b'{"a": {"dtype": "F32", "shape": 3}}',
        b'{"a": {"dtype": "F32", "shape": [-1]}}',
        b'{"a": {"dtype": "C64", "shape": [1]}}',
        b'{"__metadata__": {"format": 1}}',
        b'{"__metadata__": []}',
    ],
)
def test_a_header_of_another_kind(path: Path, header: bytes) -> None:
    write(path, header, bytes(100))
    refused(path, "not a readable safetensors")


@pytest.mark.parametrize("length", [0, 1, 2**31, 2**63, 2**64 - 1])
def test_a_header_of_another_length(path: Path, length: int) -> None:
    header, data = parts(path)
    write(path, json.dumps(header), data, length)
    refused(path, "not a readable safetensors")


def test_a_file_larger_than_any_weights(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checked, "LARGEST_FILE", 1_000)
    refused(path, "larger than any weights")


@pytest.mark.parametrize("key", ["format", "config", "calibration", "facts"])
@pytest.mark.parametrize("text", ["", "[]", "3", "null", "[" * 100_000, '"{}"'])
def test_a_part_of_another_kind(path: Path, key: str, text: str) -> None:
    header, data = parts(path)
    header["__metadata__"][key] = text
    write(path, json.dumps(header), data)
    refused(path, "no weights of a network")


@pytest.mark.parametrize("value", [None, "1", [1], float("nan"), float("inf"), -1, 10**400, True])
# The usual strength may be missing, in older files, and negative, of an ensemble.
@pytest.mark.parametrize("name", sorted(set(CALIBRATION) - {"strength"}))
def test_a_calibration_that_is_none(path: Path, name: str, value: Any) -> None:
    header, data = parts(path)
    header["__metadata__"]["calibration"] = json.dumps({**CALIBRATION, name: value})
    write(path, json.dumps(header), data)
    refused(path, f"calibration has no {name}")


CONFIG = json.loads(json.dumps(SMALL.as_dict()))


@pytest.mark.parametrize(
    "changes",
    [
        {"input": None},
        {"input": CONFIG["input"] | {"height": 10**9}},
        {"input": CONFIG["input"] | {"width": 0}},
        {"input": CONFIG["input"] | {"brightness": "much"}},
        {"depths": []},
        {"depths": [1]},
        {"depths": [1, 10**9]},
        {"depths": 3},
        {"widths": [16, -16]},
        {"widths": [8192, 8192]},
        {"widths": []},
        {"widths": [1] * 10_000},
        {"strides": [[2, 2]]},
        {"strides": [[2], [2]]},
        {"strides": [[0, 0], [2, 2]]},
        {"stem_width": 1.5},
        {"stem_size": 10**6},
        {"stem_size": 4},
        {"stem_stride": "22"},
        {"lstm_width": 2**40},
        {"hidden": [8192] * 16},
        {"dropout": 2},
        {"dropout": "none"},
        {"backbone": ["plain"]},
        {"backbone": "plain", "widths": [2] * 12},
        {"backbone": "other"},
        {"block": "bottleneck"},
        {"recurrent": 1},
        {"members": []},
        {"members": [CONFIG] * 1000},
        {"members": [CONFIG, CONFIG | {"either_way_up": False}]},
        {"members": [CONFIG, 3]},
        {"more": 1},
    ],
)
def test_a_configuration_that_nobody_can_mean(path: Path, changes: dict[str, Any]) -> None:
    header, data = parts(path)
    header["__metadata__"]["config"] = json.dumps(CONFIG | changes)
    write(path, json.dumps(header), data)
    refused(path, "no weights of a network")


def test_a_network_of_a_hundred_gigabytes_is_never_built(path: Path) -> None:
    header, data = parts(path)
    huge = CONFIG | {"widths": [8192, 8192], "depths": [64, 64], "strides": [[8, 8], [8, 8]]}
    header["__metadata__"]["config"] = json.dumps(huge)
    write(path, json.dumps(header), data)
    script = (
        "import resource, sys, torch; from napari_karyo.models.weights import load_weights\n"
        "from napari_karyo.errors import WeightsError\n"
        "import napari_karyo.models.ensemble\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: load_weights(sys.argv[1])\n"
        "except WeightsError as error: assert 'larger than any' in str(error), error\n"
        "else: raise AssertionError\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 50_000


@pytest.mark.parametrize("name", sorted(CONFIGS))
def test_weights_are_counted_without_building(name: str) -> None:
    with torch.device("meta"):
        built = sum(value.numel() for value in build(CONFIGS[name]).parameters())
    assert checked.count_weights(CONFIGS[name]) == pytest.approx(built, rel=0.02)


Change = Callable[[dict[str, torch.Tensor]], None]


def _renamed(tensors: dict[str, torch.Tensor]) -> None:
    tensors["head.other"] = tensors.pop("head.bias")


def _not_a_number(tensors: dict[str, torch.Tensor]) -> None:
    tensors["head.bias"] = torch.full_like(tensors["head.bias"], torch.nan)


def _negative(tensors: dict[str, torch.Tensor]) -> None:
    tensors["backbone.bn1.running_var"] *= -1


def _short(tensors: dict[str, torch.Tensor]) -> None:
    tensors["head.bias"] = tensors["head.bias"][:3].clone()


def _one_more(tensors: dict[str, torch.Tensor]) -> None:
    tensors["more"] = torch.zeros(3)


def _whole_numbers(tensors: dict[str, torch.Tensor]) -> None:
    tensors["head.weight"] = torch.zeros_like(tensors["head.weight"], dtype=torch.int8)


def _single(tensors: dict[str, torch.Tensor]) -> None:
    tensors["head.weight"] = tensors["head.weight"].float()


def _counted_in_fractions(tensors: dict[str, torch.Tensor]) -> None:
    tensors["backbone.bn1.num_batches_tracked"] = torch.tensor(0.5, dtype=torch.float16)


@pytest.mark.parametrize(
    "change",
    [
        _renamed,
        _not_a_number,
        _negative,
        _short,
        _one_more,
        _whole_numbers,
        _single,
        _counted_in_fractions,
    ],
)
def test_tensors_that_do_not_fit(path: Path, change: Change) -> None:
    header, _ = parts(path)
    tensors = load_tensors(path.read_bytes())
    change(tensors)
    path.write_bytes(save(tensors, header["__metadata__"]))
    refused(path, "no weights of a network")


def test_what_is_in_the_file_is_in_the_network(tmp_path: Path) -> None:
    network = small_network(3)
    path = tmp_path / "w.safetensors"
    save_weights(path, network, CALIBRATION, {})
    loaded = load_weights(path).network.state_dict()
    for name, value in network.state_dict().items():
        np.testing.assert_allclose(loaded[name].numpy(), value.numpy(), rtol=1e-3, atol=1e-6)
