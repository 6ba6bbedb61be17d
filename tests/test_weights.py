"""Weights files: whole, the right ones, and what is said where they are not."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from small import CALIBRATION, small_network, small_weights

from napari_karyo.errors import WeightsError
from napari_karyo.models import weights as store
from napari_karyo.models.ensemble import Ensemble
from napari_karyo.models.network import ChromosomeNetwork
from napari_karyo.models.weights import (
    available_models,
    load_weights,
    rounded,
    save_weights,
    sha256,
)


def write_as_before(
    path: Path, version: int, tensors: dict[str, torch.Tensor], network: ChromosomeNetwork
) -> None:
    """Write tensors as a weights file of an older format."""
    metadata = {
        "format": f"napari-karyo weights {version}",
        "config": json.dumps(network.config.as_dict()),
        "calibration": json.dumps(CALIBRATION),
        "facts": "{}",
    }
    save_file(tensors, path, metadata)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    network = small_network()
    path = tmp_path / "w.safetensors"
    digest = save_weights(path, network, CALIBRATION, {"seed": 3})
    loaded = load_weights(path)
    assert loaded.sha256 == digest == sha256(path)
    assert loaded.calibration == CALIBRATION
    assert loaded.facts == {"seed": 3}
    images = torch.rand(2, 1, 128, 48)
    with torch.no_grad():
        assert torch.allclose(loaded.network(images)[0], network(images)[0], atol=1e-2)
    assert next(loaded.network.parameters()).dtype == torch.float32
    assert not loaded.network.training


def test_what_is_read_back_is_the_rounded_network(tmp_path: Path) -> None:
    network = small_network()
    path = tmp_path / "w.safetensors"
    save_weights(path, network, CALIBRATION, {})
    images = torch.rand(2, 1, 128, 48)
    with torch.no_grad():
        read, known = load_weights(path).network(images)[0], rounded(network)(images)[0]
    assert torch.equal(read, known)
    # A byte a weight at most, and little besides.
    weights = sum(value.numel() for value in network.parameters())
    assert path.stat().st_size < 1.5 * weights + 10_000


def test_fewer_numbers_make_a_smaller_file_that_is_read_back_as_it_was_rounded(
    tmp_path: Path,
) -> None:
    network = small_network()
    path, bytewise = tmp_path / "w.safetensors", tmp_path / "b.safetensors"
    save_weights(path, network, CALIBRATION, {}, largest=19)
    save_weights(bytewise, network, CALIBRATION, {})
    for one, other in zip(
        load_weights(path).network.state_dict().values(),
        rounded(network, largest=19).state_dict().values(),
        strict=True,
    ):
        assert torch.equal(one, other)
    kernels = sum(value.numel() for value in network.parameters() if value.ndim > 1)
    assert bytewise.stat().st_size - path.stat().st_size > 0.2 * kernels


def test_an_ensemble_is_read_back_as_it_was_rounded(tmp_path: Path) -> None:
    ensemble = Ensemble([small_network(0), small_network(1)])
    path = tmp_path / "e.safetensors"
    save_weights(path, ensemble, CALIBRATION, {}, largest=19)
    read, known = load_weights(path).network, rounded(ensemble, largest=19)
    assert read.state_dict().keys() == known.state_dict().keys()
    for name, value in known.state_dict().items():
        assert torch.equal(read.state_dict()[name], value), name


@pytest.mark.parametrize("largest", [0, 128])
def test_a_largest_number_that_is_no_byte_is_refused(tmp_path: Path, largest: int) -> None:
    with pytest.raises(ValueError, match="largest"):
        save_weights(tmp_path / "w.safetensors", small_network(), CALIBRATION, {}, largest)
    assert not (tmp_path / "w.safetensors").exists()


def test_files_of_whole_numbers_each_by_itself_are_still_read(tmp_path: Path) -> None:
    network = small_network()
    path = tmp_path / "old.safetensors"
    old = {}
    for name, value in network.state_dict().items():
        if value.ndim > 1:
            scale = value.flatten(1).abs().amax(dim=1) / 127
            per_row = scale.reshape(-1, *[1] * (value.ndim - 1))
            old[name], old[name + ".scale"] = (value / per_row).round().to(torch.int8), scale
        else:
            old[name] = value.half() if value.is_floating_point() else value
    write_as_before(path, 2, old, network)
    loaded = load_weights(path).network
    for one, other in zip(loaded.parameters(), rounded(network).parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-40],
        lambda data: zlib.compress(b"\0" * 10),
        lambda data: zlib.compress(zlib.decompress(data) + b"\0"),
    ],
    ids=["cut short", "too few", "too many"],
)
def test_packed_numbers_that_are_damaged(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = small_weights(tmp_path)
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    damaged = damage(tensors["packed"].numpy().tobytes())
    tensors["packed"] = torch.frombuffer(bytearray(damaged), dtype=torch.uint8)
    save_file(tensors, path, metadata)
    with pytest.raises(WeightsError, match="no weights of a network"):
        load_weights(path)


def test_files_in_half_precision_are_still_read(tmp_path: Path) -> None:
    network = small_network()
    path = tmp_path / "old.safetensors"
    halves = {
        name: value.half() if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    write_as_before(path, 1, halves, network)
    loaded = load_weights(path).network
    for one, other in zip(loaded.parameters(), network.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-3)


def test_a_file_that_is_no_safetensors(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    path.write_text("these are not weights")
    with pytest.raises(WeightsError, match="not a readable safetensors") as error:
        load_weights(path)
    assert str(path) in str(error.value)


def test_a_file_cut_short(tmp_path: Path) -> None:
    path = small_weights(tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(WeightsError, match="not a readable safetensors"):
        load_weights(path)


def test_safetensors_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({"a": torch.zeros(3)}, path)
    with pytest.raises(WeightsError, match="no weights of a network"):
        load_weights(path)


def test_weights_that_do_not_fit_their_network(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    network = small_network()
    del network._modules["head"]
    save_weights(path, network, CALIBRATION, {})
    with pytest.raises(WeightsError, match="no weights of a network"):
        load_weights(path)


def test_a_missing_model() -> None:
    with pytest.raises(WeightsError, match="no such model"):
        load_weights("missing")


def test_a_shipped_file_with_another_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small_weights(tmp_path)
    (tmp_path / "sha256.json").write_text(json.dumps({path.stem: "0" * 64}))
    monkeypatch.setattr(store, "FOLDER", tmp_path)
    monkeypatch.setattr(store, "HASHES", tmp_path / "sha256.json")
    with pytest.raises(WeightsError, match="hash differs"):
        load_weights(path.stem)


def test_every_shipped_model_is_whole_and_small() -> None:
    assert available_models()[0] == "default"
    for name in available_models():
        loaded = load_weights(name)
        assert (store.FOLDER / f"{name}.safetensors").stat().st_size <= 12e6
        assert 0 < loaded.calibration["doubtful"] <= loaded.calibration["sure"] <= 1
        assert loaded.facts["command"].startswith("napari-karyo train")


def test_a_write_that_breaks_off_leaves_the_weights_that_were_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small_weights(tmp_path)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        save_weights(path, small_network(1), CALIBRATION, {})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
