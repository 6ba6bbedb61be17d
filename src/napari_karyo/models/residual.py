"""Residual networks, the convolutional part of Res-CRANN (section 3.1 of the paper).

Written here rather than taken from torchvision, whose compiled part must match the
installed torch build exactly and otherwise refuses to import. Layer names are
torchvision's, so that weights of its ResNet-50 fit `ResidualBackbone` as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

Block = Literal["basic", "bottleneck"]
Stride = tuple[int, int]


def _convolution(inputs: int, outputs: int, size: int, stride: Stride = (1, 1)) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions around a shortcut: y = F(x) + x (equation 1)."""

    expansion = 1

    def __init__(self, inputs: int, width: int, stride: Stride) -> None:
        super().__init__()
        self.conv1 = _convolution(inputs, width, 3, stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = _convolution(width, width, 3)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = _shortcut(inputs, width, stride)

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of `width` channels."""
        out = self.relu(self.bn1(self.conv1(maps)))
        out = self.bn2(self.conv2(out))
        shortcut = maps if self.downsample is None else self.downsample(maps)
        return torch.relu(out + shortcut)


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions around a shortcut, as in ResNet-50."""

    expansion = 4

    def __init__(self, inputs: int, width: int, stride: Stride) -> None:
        super().__init__()
        self.conv1 = _convolution(inputs, width, 1)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = _convolution(width, width, 3, stride)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = _convolution(width, width * self.expansion, 1)
        self.bn3 = nn.BatchNorm2d(width * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = _shortcut(inputs, width * self.expansion, stride)

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of ``4 * width`` channels."""
        out = self.relu(self.bn1(self.conv1(maps)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        shortcut = maps if self.downsample is None else self.downsample(maps)
        return torch.relu(out + shortcut)


def _shortcut(inputs: int, outputs: int, stride: Stride) -> nn.Sequential | None:
    if inputs == outputs and stride == (1, 1):
        return None
    return nn.Sequential(_convolution(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))


class ResidualBackbone(nn.Module):
    """A stem and four stages of residual blocks.

    Parameters
    ----------
    block : {"basic", "bottleneck"}
    depths : sequence of int
        Blocks in each stage; (3, 4, 6, 3) with bottlenecks is ResNet-50.
    widths : sequence of int
        Channels of each stage, before the bottleneck's expansion.
    strides : sequence of (int, int)
        Vertical and horizontal stride of each stage's first block.
    stem_width, stem_size : int
        Channels and kernel of the first convolution.
    stem_stride : (int, int)
    pool : bool
        Whether a 3x3 max-pool of stride 2 follows the stem, as in ResNet-50.
    """

    def __init__(
        self,
        block: Block,
        depths: Sequence[int],
        widths: Sequence[int],
        strides: Sequence[Stride],
        stem_width: int,
        stem_size: int,
        stem_stride: Stride,
        pool: bool,
    ) -> None:
        super().__init__()
        kind = BasicBlock if block == "basic" else Bottleneck
        self.conv1 = _convolution(1, stem_width, stem_size, stem_stride)
        self.bn1 = nn.BatchNorm2d(stem_width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1) if pool else nn.Identity()
        edges = [stem_width, *(width * kind.expansion for width in widths)]
        for number, (inputs, outputs) in enumerate(pairwise(edges)):
            width = outputs // kind.expansion
            blocks: list[nn.Module] = [kind(inputs, width, strides[number])]
            blocks += [kind(outputs, width, (1, 1)) for _ in range(depths[number] - 1)]
            self.add_module(f"layer{number + 1}", nn.Sequential(*blocks))
        self.stages = len(widths)
        self.out_channels = edges[-1]
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, images: Tensor) -> Tensor:
        """Return K feature maps of G rows and H columns: (N, K, G, H)."""
        maps: Tensor = self.maxpool(self.relu(self.bn1(self.conv1(images))))
        for number in range(self.stages):
            maps = self.get_submodule(f"layer{number + 1}")(maps)
        return maps
