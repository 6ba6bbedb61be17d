"""The network's shapes and the paper's equations."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
import torch

from napari_karyo.models.binding import import_bound
from napari_karyo.models.ensemble import Ensemble, EnsembleConfig, build, settings_from_dict
from napari_karyo.models.named import (
    ATTENTION,
    CONFIGS,
    CRNN,
    DEEP_CNN,
    DEFAULT,
    RES_CRANN,
    RESNET50,
    TABLE_1,
)
from napari_karyo.models.network import ChromosomeNetwork, NetworkConfig
from napari_karyo.models.res_crann import BandAttention
from napari_karyo.models.residual import residual_backbone


def test_the_default_reads_sixteen_rows_and_tells_polarity() -> None:
    network = ChromosomeNetwork(DEFAULT).eval()
    logits, alpha = network(torch.rand(2, 1, 128, 48))
    assert logits.shape == (2, 48)
    assert alpha.shape == (2, 16) == (2, network.rows)
    assert torch.allclose(alpha.sum(dim=1), torch.ones(2))


def test_the_default_fits_twelve_megabytes_in_half_precision() -> None:
    weights = sum(tensor.numel() for tensor in ChromosomeNetwork(DEFAULT).state_dict().values())
    assert 2 * weights < 12e6


def test_the_papers_network_has_its_sizes() -> None:
    network = ChromosomeNetwork(RES_CRANN).eval()
    assert network.rows == 7
    assert network.lstm.input_size == 7 * 2048
    with torch.no_grad():
        logits, alpha = network(torch.rand(1, 1, 224, 224))
    assert logits.shape == (1, 24)
    assert alpha.shape == (1, 7)


def test_the_papers_resnet_50_is_torchvisions() -> None:
    """One grey channel, 24 outputs, and beyond these the same weights and answers."""
    own = ChromosomeNetwork(RESNET50).eval()
    other = import_bound("torchvision.models").resnet50(num_classes=24).eval()
    other.conv1 = torch.nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    last = {"fc.weight": own.head.weight, "fc.bias": own.head.bias}
    other.load_state_dict({**own.backbone.state_dict(), **last})
    images = torch.rand(2, 1, 64, 64)
    with torch.no_grad():
        assert torch.allclose(own(images)[0], other(images), atol=1e-5)


def test_the_default_begins_as_residual_networks_do() -> None:
    """He's weights by what a kernel gives out, as torchvision's residual networks."""
    torch.manual_seed(0)
    for name, kernel in ChromosomeNetwork(DEFAULT).backbone.state_dict().items():
        if kernel.ndim == 4 and kernel.numel() > 10_000:
            expected = math.sqrt(2 / (kernel.shape[0] * kernel[0, 0].numel()))
            assert float(kernel.std()) == pytest.approx(expected, rel=0.05), name


def test_row_g_of_every_map_is_vector_g_of_the_sequence() -> None:
    """Equations 2 and 3: a change in one row of the maps changes that vector alone."""
    network = ChromosomeNetwork(DEFAULT).eval()
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
    assert NetworkConfig.from_dict(json.loads(json.dumps(config.as_dict()))) == config


def test_a_block_is_its_input_plus_what_it_learned() -> None:
    """Equation 1: with nothing learned, y = relu(x)."""
    backbone = residual_backbone((1,), (4,), ((1, 1),), 4, 3, (1, 1))
    block = backbone.get_submodule("layer1")[0]
    torch.nn.init.zeros_(block.bn2.weight)
    maps = torch.randn(2, 4, 6, 5)
    assert torch.allclose(block.eval()(maps), torch.relu(maps))


def small(config: NetworkConfig, **changes: object) -> NetworkConfig:
    """Return a configuration of the same parts that costs little."""
    if config.backbone == "plain":
        changes = {"widths": (2, 4, 4), "hidden": (8, 6), **changes}
    else:
        sizes = {"widths": (16,) * 4, "depths": (1,) * 4, "strides": ((2, 2),) * 4}
        changes = {"backbone": "residual", **sizes, "stem_width": 16, **changes}
    canvas = replace(config.input, height=64, width=64)
    return replace(config, input=canvas, lstm_width=8, **changes)  # type: ignore[arg-type]


def test_the_rows_of_table_1_differ_by_their_parts_alone() -> None:
    parts = {
        name: {part for part in ("recurrent", "attend") if getattr(config, part)}
        for name, config in (
            ("resnet50", RESNET50),
            ("crnn", CRNN),
            ("attention", ATTENTION),
            ("res_crann", RES_CRANN),
        )
    }
    assert parts == {
        "resnet50": set(),
        "crnn": {"recurrent"},
        "attention": {"attend"},
        "res_crann": {"recurrent", "attend"},
    }
    for config in (CRNN, ATTENTION, RES_CRANN):
        assert replace(config, recurrent=False, attend=False) == RESNET50
    assert set(TABLE_1) == {*CONFIGS, "ensemble"} - {"default"}


@pytest.mark.parametrize("name", sorted(set(CONFIGS) - {"default"}))
def test_each_row_has_the_layers_of_the_paper(name: str) -> None:
    config = CONFIGS[name]
    network = ChromosomeNetwork(config).eval()
    parts = {part for part, _ in network.named_children()}
    assert ("lstm" in parts, "attention" in parts) == (config.recurrent, config.attend)
    expected = {
        "deep_cnn": 512,
        "resnet50": 2048,
        "resnet50_letter": 2048,
        "crnn": 256,
        "attention": 7 * 2048,
        "res_crann": 256,
    }
    assert network.head.in_features == expected[name]
    with torch.no_grad():
        logits, alpha = network(torch.rand(1, 1, 224, 224))
    assert logits.shape == (1, 24)
    assert alpha.shape == (1, 7 if config.attend else 0)


def test_the_deep_cnn_is_the_papers() -> None:
    """Section 5.3: six convolutions of 3x3, each with ReLU and pooling; 1024 and 512."""
    network = ChromosomeNetwork(DEEP_CNN)
    kernels = [layer for layer in network.modules() if isinstance(layer, torch.nn.Conv2d)]
    assert [layer.out_channels for layer in kernels] == [16, 16, 32, 64, 128, 256]
    assert {layer.kernel_size for layer in kernels} == {(3, 3)}
    assert sum(isinstance(layer, torch.nn.MaxPool2d) for layer in network.modules()) == 6
    full = [layer.out_features for layer in network.hidden if isinstance(layer, torch.nn.Linear)]
    assert full == [1024, 512]
    assert sum(isinstance(layer, torch.nn.Sigmoid) for layer in network.hidden) == 2


def test_without_attention_the_last_output_of_the_lstm_counts() -> None:
    network = ChromosomeNetwork(small(CRNN)).eval()
    images = torch.rand(3, 1, 64, 64)
    seen = {}
    network.lstm.register_forward_hook(lambda _, __, out: seen.update(sequence=out[0]))
    with torch.no_grad():
        representation, alpha = network.describe(images)
    assert torch.allclose(representation, seen["sequence"][:, -1])
    assert alpha.shape == (3, 0)


def test_an_ensemble_averages_probabilities() -> None:
    torch.manual_seed(0)
    networks = [ChromosomeNetwork(small(one)) for one in (RESNET50, CRNN, ATTENTION, RES_CRANN)]
    ensemble = Ensemble(networks).eval()
    images = torch.rand(3, 1, 64, 64)
    with torch.no_grad():
        logits, alpha = ensemble(images)
        own = [network(images) for network in networks]
    mean = torch.stack([torch.softmax(one, dim=1) for one, _ in own]).mean(dim=0)
    assert torch.allclose(torch.softmax(logits, dim=1), mean, atol=1e-6)
    assert torch.allclose(alpha, (own[2][1] + own[3][1]) / 2)
    again = build(settings_from_dict(json.loads(json.dumps(ensemble.config.as_dict()))))
    again.load_state_dict(ensemble.state_dict())
    with torch.no_grad():
        assert torch.allclose(again.eval()(images)[0], logits)


def test_an_ensemble_reads_one_input() -> None:
    with pytest.raises(ValueError, match="must read and tell the same"):
        EnsembleConfig((small(RESNET50), DEFAULT))
    with pytest.raises(ValueError, match="must read and tell the same"):
        EnsembleConfig(())
