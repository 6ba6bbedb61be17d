"""A convolution with its norm, of which the networks that read spreads are made."""

from __future__ import annotations

from torch import nn


def convolution(inputs: int, width: int, stride: int = 1) -> list[nn.Module]:
    """Return the layers of a convolution of 3 x 3, normalized by its batch and rectified.

    Parameters
    ----------
    inputs, width : int
        Channels before and behind it.
    stride : int
    """
    return [
        nn.Conv2d(inputs, width, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
    ]
