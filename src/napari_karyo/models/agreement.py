"""How well an outline agrees with a true chromosome: a small network that looks at it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from napari_karyo.models.convolution import convolution

#: Channels of an outline's picture, see `napari_karyo.segmentation.outline_picture`, and what is
#: measured of it besides, see `napari_karyo.segmentation.features`.
CHANNELS: Final = 7
MEASURES: Final = 18

#: Channels behind each convolution, each of which halves the picture.
WIDTHS: Final = (24, 40, 64, 96)
#: After these, numbered from 0, a convolution of the same size follows.
_TWICE: Final = (1, 2)
_HIDDEN: Final = 48

#: No measure counts for more standard deviations than this.
_FAR: Final = 5.0
#: So many outlines are looked at together.
_TOGETHER: Final = 256


class AgreementNetwork(nn.Module):
    """What an outline is worth: its picture, read by convolutions, and its measures."""

    middle: Tensor
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = CHANNELS
        for number, width in enumerate(WIDTHS):
            layers += convolution(before, width, stride=2)
            if number in _TWICE:
                layers += convolution(width, width)
            before = width
        self.look = nn.Sequential(*layers)
        self.answer = nn.Sequential(
            nn.Dropout(0.2),
            nn.Linear(2 * before + MEASURES, _HIDDEN),
            nn.ReLU(inplace=True),
            nn.Dropout(0.1),
            nn.Linear(_HIDDEN, 1),
        )
        self.register_buffer("middle", torch.zeros(MEASURES))
        self.register_buffer("scale", torch.ones(MEASURES))
        # The order of a picture's numbers in which the CPU is fastest.
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def standardize(self, table: Tensor) -> None:
        """Let the measures be told in standard deviations from the mean of a table."""
        self.middle.copy_(table.mean(dim=0))
        self.scale.copy_(table.std(dim=0, correction=0).clamp(min=1e-3))

    def forward(self, pictures: Tensor, table: Tensor) -> Tensor:
        """Return the logit of how well each outline agrees with a true chromosome.

        Parameters
        ----------
        pictures : Tensor of float, shape (N, CHANNELS, height, width)
            0 to 1.
        table : Tensor of float, shape (N, MEASURES)

        Returns
        -------
        Tensor, shape (N,)
        """
        maps = self.look(pictures.contiguous(memory_format=torch.channels_last))
        known = ((table - self.middle) / self.scale).clamp(-_FAR, _FAR)
        both = torch.cat([maps.mean(dim=(2, 3)), maps.amax(dim=(2, 3)), known], dim=1)
        answer: Tensor = self.answer(both)[:, 0]
        return answer

    def of(self, table: NDArray[np.float64], pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return how well outlines agree with true chromosomes, 0 to 1.

        Parameters
        ----------
        table : ndarray, shape (N, MEASURES)
        pictures : ndarray of uint8, shape (N, CHANNELS, height, width)
            Each is looked at in all four ways that its axis allows.
        """
        found = [np.empty(0)]
        with torch.inference_mode():
            for start in range(0, len(table), _TOGETHER):
                looked = torch.from_numpy(pictures[start : start + _TOGETHER]).float() / 255
                known = torch.from_numpy(table[start : start + _TOGETHER]).float()
                ways: Sequence[tuple[int, ...]] = ((), (2,), (3,), (2, 3))
                logits = torch.stack([self(looked.flip(way), known) for way in ways])
                found.append(torch.sigmoid(logits.mean(dim=0)).double().numpy())
        return np.concatenate(found)
