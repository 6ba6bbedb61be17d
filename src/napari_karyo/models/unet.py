"""The network that reads spreads: a small U-Net."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from napari_karyo.models.convolution import convolution

#: Channels at each resolution, each half of the one before.
WIDTHS: Final = (16, 32, 64, 128)

#: Chromosome, core, crossing, other, and cosine and sine of twice the axis' angle.
OUTPUTS: Final = 6


class SpreadNetwork(nn.Module):
    """What each pixel of a field is: a U-Net of two convolutions at each resolution.

    Source: Ronneberger and others, MICCAI 2015 (arXiv 1505.04597), with batch normalization
    and linear enlargement.

    Parameters
    ----------
    widths : sequence of int
    """

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        self.widths = tuple(int(width) for width in widths)
        self.down = nn.ModuleList()
        before = 1
        for width in self.widths:
            self.down.append(_block(before, width))
            before = width
        self.up = nn.ModuleList()
        for width in reversed(self.widths[:-1]):
            self.up.append(_block(before + width, width))
            before = width
        self.head = nn.Conv2d(before, OUTPUTS, 1)

    @property
    def step(self) -> int:
        """Height and width of the pictures it reads are multiples of this."""
        return int(2 ** (len(self.widths) - 1))

    def forward(self, fields: Tensor) -> Tensor:
        """Return the channels of each pixel.

        Parameters
        ----------
        fields : Tensor, shape (N, 1, H, W)

        Returns
        -------
        Tensor, shape (N, 6, H, W)
            Four logits, cosine and sine.
        """
        kept = []
        maps = fields
        for number, block in enumerate(self.down):
            if number:
                maps = functional.max_pool2d(maps, 2)
            maps = block(maps)
            kept.append(maps)
        kept.pop()
        for block in self.up:
            # Nothing is held longer than it is needed.
            beside = kept.pop()
            maps = functional.interpolate(
                maps, size=beside.shape[-2:], mode="bilinear", align_corners=False
            )
            maps = torch.cat([maps, beside], dim=1)
            del beside
            maps = block(maps)
        told: Tensor = self.head(maps)
        return told


def _block(before: int, width: int) -> nn.Sequential:
    return nn.Sequential(*convolution(before, width), *convolution(width, width))
