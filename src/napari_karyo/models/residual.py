"""Residual networks, the convolutional part of Res-CRANN (section 3.1 of the paper).

The paper's is torchvision's ResNet-50. The default's is smaller and needs no torchvision, which
takes two seconds to import; its layers have torchvision's names.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from napari_karyo.models.binding import import_bound

Stride = tuple[int, int]


def _convolution(inputs: int, outputs: int, size: int, stride: Stride) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions around a shortcut: y = F(x) + x (equation 1)."""

    def __init__(self, inputs: int, width: int, stride: Stride) -> None:
        super().__init__()
        self.conv1 = _convolution(inputs, width, 3, stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = _convolution(width, width, 3, (1, 1))
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: nn.Sequential | None = None
        if inputs != width or stride != (1, 1):
            self.downsample = nn.Sequential(
                _convolution(inputs, width, 1, stride), nn.BatchNorm2d(width)
            )

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of `width` channels."""
        out = self.relu(self.bn1(self.conv1(maps)))
        out = self.bn2(self.conv2(out))
        shortcut = maps if self.downsample is None else self.downsample(maps)
        return torch.relu(out + shortcut)


def _started(backbone: nn.Module) -> None:
    """Give the convolutions the weights that torchvision's residual networks begin with."""
    for module in backbone.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


def resnet50_backbone() -> nn.Sequential:
    """Return torchvision's ResNet-50 for one grey channel, up to its maps.

    What it ends with, the mean of each map and the classes, depends on what reads the maps.

    Returns
    -------
    nn.Sequential
        Gives 2,048 maps of a 32nd of the rows and columns.
    """
    network = import_bound("torchvision.models").resnet50()
    network.conv1 = _convolution(1, 64, 7, (2, 2))
    _started(network.conv1)
    return nn.Sequential(OrderedDict(list(network.named_children())[:-2]))


def residual_backbone(
    depths: Sequence[int],
    widths: Sequence[int],
    strides: Sequence[Stride],
    stem_width: int,
    stem_size: int,
    stem_stride: Stride,
) -> nn.Sequential:
    """Return a stem and stages of residual blocks, each y = F(x) + x (equation 1).

    Parameters
    ----------
    depths : sequence of int
        Blocks in each stage.
    widths : sequence of int
        Channels of each stage.
    strides : sequence of (int, int)
        Vertical and horizontal stride of each stage's first block.
    stem_width, stem_size : int
        Channels and kernel of the first convolution.
    stem_stride : (int, int)

    Returns
    -------
    nn.Sequential
        With torchvision's names of layers.
    """
    layers: OrderedDict[str, nn.Module] = OrderedDict(
        conv1=_convolution(1, stem_width, stem_size, stem_stride),
        bn1=nn.BatchNorm2d(stem_width),
        relu=nn.ReLU(inplace=True),
    )
    inputs = stem_width
    stages = zip(depths, widths, strides, strict=True)
    for number, (depth, width, stride) in enumerate(stages, start=1):
        blocks = [BasicBlock(inputs, width, stride)]
        blocks += [BasicBlock(width, width, (1, 1)) for _ in range(depth - 1)]
        layers[f"layer{number}"] = nn.Sequential(*blocks)
        inputs = width
    backbone = nn.Sequential(layers)
    _started(backbone)
    return backbone
