"""The network that decides, trained on outlines of which all is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from napari_karyo.errors import WeightsError
from napari_karyo.models.agreement import CHANNELS, MEASURES, AgreementNetwork
from napari_karyo.models.spread_weights import load_spread_weights, save_spread_weights
from napari_karyo.models.unet import SpreadNetwork
from napari_karyo.segmentation.outline_picture import SHAPE
from napari_karyo.training.segmentation import train
from napari_karyo.training.segmentation.decision import Judged, train_decision


def drawn(count: int, seed: int) -> Judged:
    """Return outlines, half of them of something that goes on beyond them."""
    rng = np.random.default_rng(seed)
    pictures = np.zeros((count, CHANNELS, *SHAPE), np.uint8)
    overlap = np.empty(count)
    for number in range(count):
        half = int(rng.integers(10, 30))
        left = SHAPE[1] // 2 - 5
        whole = number % 2 == 0
        pictures[number, 1, 48 - half : 48 + half, left : left + 10] = 255
        end = 48 + half if whole else SHAPE[0]
        pictures[number, 0, 48 - half : end, left : left + 10] = 120
        overlap[number] = 0.95 if whole else 0.1
    return Judged(rng.standard_normal((count, MEASURES)), pictures, overlap)


def test_it_learns_to_tell_whole_from_half_by_what_lies_around() -> None:
    lines: list[str] = []
    network = train_decision(drawn(640, 0), 0, 12, lines.append)
    told = drawn(100, 1)
    answers = network.of(told.table, told.pictures)
    assert answers[::2].min() > answers[1::2].max()
    assert len(lines) == 12


def test_the_same_seed_gives_the_same_network() -> None:
    one, other = (train_decision(drawn(256, 0), 5, 1, lambda line: None) for _ in range(2))
    told = drawn(6, 1)
    assert np.array_equal(one.of(told.table, told.pictures), other.of(told.table, told.pictures))


def test_what_decides_can_be_trained_anew_for_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, output = tmp_path / "first.safetensors", tmp_path / "out"
    torch.manual_seed(1)
    save_spread_weights(first, SpreadNetwork(), {"seed": 9})
    monkeypatch.setattr(train, "fit_decision", lambda *_: (AgreementNetwork(), {"outlines": 5}))
    path = train.train_segmentation(tmp_path, output, steps=0, start=first, device="cpu")
    assert path is not None
    old, new = load_spread_weights(first), load_spread_weights(path)
    assert old.decision is None
    assert new.decision is not None
    assert new.facts["before"] == {"seed": 9}
    assert new.facts["decision"] == {"outlines": 5}
    kept = new.network.state_dict()
    assert all(torch.equal(value, kept[name]) for name, value in old.network.state_dict().items())


def test_no_steps_need_weights_to_start_from(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="--start"):
        train.train_segmentation(tmp_path, tmp_path / "out", steps=0, device="cpu")
