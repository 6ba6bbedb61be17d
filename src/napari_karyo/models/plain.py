"""The convolutions of the paper's 'Traditional Deep CNN' (row 1 of Table 1)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn


class PlainBackbone(nn.Module):
    """3x3 convolutions, each with ReLU and a 2x2 max-pool (section 5.3).

    Parameters
    ----------
    widths : sequence of int
        Filters of each convolution.
    """

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise((1, *widths)):
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        self.layers = nn.Sequential(*layers)
        for module in self.layers:
            if isinstance(module, nn.Conv2d):
                nn.init.xavier_uniform_(module.weight)  # the default of Keras
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]

    def forward(self, images: Tensor) -> Tensor:
        """Return K feature maps of G rows and H columns: (N, K, G, H)."""
        maps: Tensor = self.layers(images)
        return maps
