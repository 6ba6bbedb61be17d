"""Numbers for saliency: what a good and a bad map get."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from small import SMALL, small_network
from torch import nn

from napari_karyo.inference import faithfulness
from napari_karyo.inference.device import Device
from napari_karyo.inference.faithfulness import measure
from napari_karyo.models.named import DEFAULT

CPU = Device("cpu", "test")


class Band(nn.Module):
    """A network that looks at one row of the input alone: class 1 where it is bright."""

    def __init__(self, row: int) -> None:
        super().__init__()
        canvas = replace(SMALL.input, height=32, width=24)
        self.config = small_network(either_way_up=False, input=canvas).config
        self.row = row
        self.look = nn.Linear(16, 1, bias=False)
        nn.init.constant_(self.look.weight, 1.0)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        seen = self.look(images[:, 0, self.row, :16])
        return torch.cat([seen - 6, *[seen * 0] * 23], dim=1), images.new_zeros(len(images), 0)

    def scores(self, images: torch.Tensor) -> torch.Tensor:
        return self(images)[0]


def test_a_map_of_what_the_network_looks_at_passes() -> None:
    inputs = np.zeros((2, 1, 32, 24), np.float32)
    inputs[:, :, 4:28, :16] = 0.9
    found = measure(Band(10), inputs, np.zeros(2, int), CPU)  # type: ignore[arg-type]
    assert found.inside == pytest.approx(1)
    assert found.area == pytest.approx(24 * 16 / 32 / 24)
    # Without its row the network knows nothing; with it alone it knows all.
    assert found.deletion < found.deletion_random - 0.2
    assert found.insertion > found.insertion_random + 0.2
    assert found.crops == 2


def test_a_network_that_looks_beside_the_chromosome_is_found_out() -> None:
    inputs = np.zeros((1, 1, 32, 24), np.float32)
    inputs[:, :, 4:28, :16] = 0.9
    found = measure(Band(1), inputs, np.zeros(1, int), CPU)  # type: ignore[arg-type]
    assert found.inside == 0


def test_a_map_of_the_images_edges_alone_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def edges(_: Any, inputs: np.ndarray, *__: Any) -> np.ndarray:
        return np.abs(np.gradient(inputs[:, 0], axis=1)) + np.abs(np.gradient(inputs[:, 0], axis=2))

    network = small_network()
    random = np.random.default_rng(0)
    shape = (3, 1, DEFAULT.input.height, DEFAULT.input.width)
    inputs = random.random(shape).astype(np.float32)
    trained = measure(network, inputs, np.arange(3), CPU, steps=2)
    assert abs(trained.randomized) < 0.5
    monkeypatch.setattr(faithfulness, "gradients", edges)
    assert measure(network, inputs, np.arange(3), CPU, steps=2).randomized == pytest.approx(1)


def test_random_weights_are_other_weights_and_leave_the_network_alone() -> None:
    network = small_network()
    before = network.head.weight.clone()
    other = faithfulness._with_random_weights(network, 0)
    for (name, one), two in zip(network.named_parameters(), other.parameters(), strict=True):
        if one.ndim > 1:
            assert not torch.equal(one, two), name
    assert torch.equal(network.head.weight, before)
