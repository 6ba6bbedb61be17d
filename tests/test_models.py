"""The network's shapes and the paper's equations."""

from __future__ import annotations

import json

import pytest
import torch

from napari_karyo.models.res_crann import (
    CONFIGS,
    DEFAULT,
    PAPER,
    BandAttention,
    ResCRANN,
    ResCRANNConfig,
)
from napari_karyo.models.residual import ResidualBackbone


def test_the_default_reads_sixteen_rows_and_tells_polarity() -> None:
    network = ResCRANN(DEFAULT).eval()
    logits, alpha = network(torch.rand(2, 1, 128, 48))
    assert logits.shape == (2, 48)
    assert alpha.shape == (2, 16) == (2, network.rows)
    assert torch.allclose(alpha.sum(dim=1), torch.ones(2))


def test_the_default_fits_twelve_megabytes_in_half_precision() -> None:
    weights = sum(tensor.numel() for tensor in ResCRANN(DEFAULT).state_dict().values())
    assert 2 * weights < 12e6


def test_the_papers_network_has_its_sizes() -> None:
    network = ResCRANN(PAPER).eval()
    assert network.rows == 7
    assert network.lstm.input_size == 7 * 2048
    with torch.no_grad():
        logits, alpha = network(torch.rand(1, 1, 224, 224))
    assert logits.shape == (1, 24)
    assert alpha.shape == (1, 7)


def test_the_papers_backbone_is_resnet_50() -> None:
    """23,508,032 weights in torchvision's ResNet-50 without its last layer, RGB input."""
    backbone = ResCRANN(PAPER).backbone
    own = sum(tensor.numel() for tensor in backbone.parameters())
    assert own == 23_508_032 - 2 * 64 * 7 * 7
    names = set(backbone.state_dict())
    assert {"conv1.weight", "layer1.0.downsample.0.weight", "layer4.2.bn3.running_var"} <= names


def test_row_g_of_every_map_is_vector_g_of_the_sequence() -> None:
    """Equations 2 and 3: a change in one row of the maps changes that vector alone."""
    network = ResCRANN(DEFAULT).eval()
    seen = {}
    network.lstm.register_forward_pre_hook(lambda _, inputs: seen.update(x=inputs[0]))
    maps = torch.rand(1, 256, 16, 3)
    network.backbone.forward = lambda _: maps  # type: ignore[method-assign]
    network(torch.rand(1, 1, 128, 48))
    for row in (0, 7, 15):
        assert sorted(seen["x"][0, row].tolist()) == sorted(maps[0, :, row].flatten().tolist())


def test_attention_is_the_papers() -> None:
    attention = BandAttention(3)
    sequence = torch.randn(2, 5, 3)
    representation, alpha = attention(sequence)
    weight = attention.w.weight[0]
    for number in range(2):
        matrix = sequence[number].T  # M, one column a step
        expected = torch.softmax(weight @ torch.tanh(matrix), dim=0)
        assert torch.allclose(alpha[number], expected, atol=1e-6)
        assert torch.allclose(representation[number], torch.tanh(matrix @ expected), atol=1e-6)


@pytest.mark.parametrize("name", sorted(CONFIGS))
def test_a_configuration_survives_json(name: str) -> None:
    config = CONFIGS[name]
    assert ResCRANNConfig.from_dict(json.loads(json.dumps(config.as_dict()))) == config


def test_a_block_is_its_input_plus_what_it_learned() -> None:
    """Equation 1: with nothing learned, y = relu(x)."""
    backbone = ResidualBackbone("basic", (1,), (4,), ((1, 1),), 4, 3, (1, 1), False)
    block = backbone.get_submodule("layer1")[0]
    torch.nn.init.zeros_(block.bn2.weight)
    maps = torch.randn(2, 4, 6, 5)
    assert torch.allclose(block.eval()(maps), torch.relu(maps))
