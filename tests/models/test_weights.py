"""Weights files: whole, the right ones, and what is said where they are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from small import CALIBRATION, small_network, small_weights

from napari_karyo.errors import WeightsError
from napari_karyo.models import checked
from napari_karyo.models import weights as store
from napari_karyo.models.ensemble import Ensemble
from napari_karyo.models.weights import (
    available_models,
    halved,
    load_weights,
    save_weights,
    sha256,
)


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


def test_what_is_read_back_is_the_halved_network(tmp_path: Path) -> None:
    network = small_network()
    path = tmp_path / "w.safetensors"
    save_weights(path, network, CALIBRATION, {})
    images = torch.rand(2, 1, 128, 48)
    with torch.no_grad():
        read, known = load_weights(path).network(images)[0], halved(network)(images)[0]
    assert torch.equal(read, known)
    # Two bytes a weight, and little besides.
    weights = sum(value.numel() for value in network.parameters())
    assert path.stat().st_size < 2 * weights + 20_000


def test_the_file_is_plain_safetensors_in_half_precision(tmp_path: Path) -> None:
    network = small_network()
    path = tmp_path / "w.safetensors"
    save_weights(path, network, CALIBRATION, {})
    tensors = load_file(path)
    assert tensors.keys() == network.state_dict().keys()
    for name, value in network.state_dict().items():
        kind = torch.float16 if value.is_floating_point() else torch.int64
        assert tensors[name].dtype == kind, name
        assert torch.equal(tensors[name], value.to(kind)), name


def test_an_ensemble_is_read_back_as_it_was_halved(tmp_path: Path) -> None:
    ensemble = Ensemble([small_network(0), small_network(1)])
    path = tmp_path / "e.safetensors"
    save_weights(path, ensemble, CALIBRATION, {})
    read, known = load_weights(path).network, halved(ensemble)
    assert read.state_dict().keys() == known.state_dict().keys()
    for name, value in known.state_dict().items():
        assert torch.equal(read.state_dict()[name], value), name


@pytest.mark.parametrize("version", [1, 2, 3])
def test_older_formats_are_refused_with_what_to_do(tmp_path: Path, version: int) -> None:
    path = tmp_path / "old.safetensors"
    save_file(
        {"packed": torch.zeros(9, dtype=torch.uint8)},
        path,
        {"format": f"napari-karyo weights {version}"},
    )
    with pytest.raises(WeightsError, match=r"older format.*wrote them, or train again") as error:
        load_weights(path)
    assert str(path) in str(error.value)


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
    monkeypatch.setattr(checked, "HASHES", tmp_path / "sha256.json")
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
