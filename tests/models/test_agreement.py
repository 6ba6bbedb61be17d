"""The network that tells how well an outline agrees with a true chromosome, and its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from napari_karyo.errors import WeightsError
from napari_karyo.models.agreement import CHANNELS, MEASURES, AgreementNetwork
from napari_karyo.models.spread_weights import load_spread_weights, save_spread_weights
from napari_karyo.models.unet import SpreadNetwork
from napari_karyo.segmentation.features import FEATURES
from napari_karyo.segmentation.outline_picture import SHAPE


@pytest.fixture(scope="module")
def network() -> AgreementNetwork:
    torch.manual_seed(0)
    found = AgreementNetwork()
    found.standardize(torch.randn(50, MEASURES))
    return found.eval()


def some(count: int) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (count, CHANNELS, *SHAPE), np.uint8)
    return rng.standard_normal((count, MEASURES)), pictures


def test_it_takes_what_is_known_of_an_outline() -> None:
    assert len(FEATURES) == MEASURES


def test_each_outline_has_its_answer(network: AgreementNetwork) -> None:
    table, pictures = some(300)
    answers = network.of(table, pictures)
    assert answers.shape == (300,)
    assert ((answers > 0) & (answers < 1)).all()
    assert len(np.unique(answers)) > 200
    # Whatever is asked together.
    assert np.allclose(network.of(table[255:258], pictures[255:258]), answers[255:258], atol=1e-5)
    assert network.of(table[:0], pictures[:0]).shape == (0,)


def test_which_way_an_axis_is_followed_makes_no_difference(network: AgreementNetwork) -> None:
    table, pictures = some(4)
    about = np.ascontiguousarray(pictures[:, :, ::-1, ::-1])
    assert np.allclose(network.of(table, pictures), network.of(table, about), atol=1e-5)


def test_what_is_far_beyond_all_that_was_seen_counts_no_more(network: AgreementNetwork) -> None:
    table, pictures = some(1)
    far, farther = table.copy(), table.copy()
    far[0, 3], farther[0, 3] = 1e3, 1e9
    assert np.allclose(network.of(far, pictures), network.of(farther, pictures))


def test_it_is_nearly_the_same_when_written_and_read(
    network: AgreementNetwork, tmp_path: Path
) -> None:
    path = tmp_path / "spread.safetensors"
    save_spread_weights(path, SpreadNetwork(), {}, network)
    read = load_spread_weights(path).decision
    assert read is not None
    assert np.allclose(read.of(*some(5)), network.of(*some(5)), atol=5e-3)


def test_a_file_may_have_none(tmp_path: Path) -> None:
    path = tmp_path / "spread.safetensors"
    save_spread_weights(path, SpreadNetwork(), {})
    assert load_spread_weights(path).decision is None


def test_a_file_with_half_of_it_is_refused(network: AgreementNetwork, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = tmp_path / "spread.safetensors"
    save_spread_weights(path, SpreadNetwork(), {}, network)
    tensors = load_file(path)
    del tensors["decision.middle"]
    save_file(tensors, path, {"format": "napari-karyo spread weights 2", "facts": "{}"})
    with pytest.raises(WeightsError, match=r"decision\.middle is missing"):
        load_spread_weights(path)


@pytest.mark.parametrize("scale", [0.0, -1.0])
def test_a_scale_that_can_not_be_meant_is_refused(tmp_path: Path, scale: float) -> None:
    path = tmp_path / "spread.safetensors"
    network = AgreementNetwork()
    network.scale[3] = scale
    save_spread_weights(path, SpreadNetwork(), {}, network)
    with pytest.raises(WeightsError, match="not above zero"):
        load_spread_weights(path)
