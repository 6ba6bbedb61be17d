"""What Res-CRANN puts behind its convolutions (section 4 of the paper).

The residual network gives K maps of G rows and H columns. Row g of all maps,
concatenated, is one vector of the band sequence (equations 2 and 3); an LSTM reads
the G vectors from top to bottom; attention weighs what it says (equations 4 to 7).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def band_sequence(maps: Tensor) -> Tensor:
    """Return the rows of feature maps as a sequence, top to bottom (equations 2 and 3).

    Parameters
    ----------
    maps : Tensor, shape (N, K, G, H)

    Returns
    -------
    Tensor, shape (N, G, H * K)
        Vector g holds row g of every map, side by side.
    """
    return maps.permute(0, 2, 3, 1).flatten(2)


class BandAttention(nn.Module):
    """Weigh the rows of a sequence (equations 4 to 7): one weight vector w."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.w = nn.Linear(width, 1, bias=False)

    def forward(self, sequence: Tensor) -> tuple[Tensor, Tensor]:
        """Return the representation r (N, width) and the weights alpha (N, G)."""
        alpha = torch.softmax(self.w(torch.tanh(sequence)).squeeze(-1), dim=-1)
        weighted = torch.einsum("ng,ngw->nw", alpha, sequence)
        return torch.tanh(weighted), alpha
