"""Tiles of labelled spreads for training: turned, scaled, of other contrast and sharpness."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from napari_karyo.models.unet import OUTPUTS

#: Height and width of a tile.
TILE: Final = 192
#: A tile turned and made smaller needs so much of the field around it.
_TAKEN: Final = 320

#: How often a tile is taken where chromosomes meet, and how often anywhere; else it is where
#: one lies. Of each spread so many places are kept.
_MEETING: Final = 0.6
_ANYWHERE: Final = 0.05
_PLACES: Final = 2000

_SCALE: Final = 0.3
_GAMMA: Final = 0.3
_GAIN: Final = (0.6, 1.4)
_NOISE: Final = 0.05
_HAZE: Final = 0.12
_BLUR: Final = 1.2


class Spreads:
    """Fields and targets, from which tiles are drawn.

    Parameters
    ----------
    fields : sequence of ndarray, shape (height, width), float32
    targets : sequence of ndarray, shape (8, height, width), int8
        See `napari_karyo.training.segmentation.labelled.make_target`.
    shares : sequence of float
        How often each is taken.
    """

    def __init__(
        self,
        fields: Sequence[NDArray[np.float32]],
        targets: Sequence[NDArray[np.int8]],
        shares: Sequence[float],
    ) -> None:
        self.fields = [np.rint(255 * one).astype(np.uint8) for one in fields]
        self.targets = list(targets)
        self._meeting = [_some(one[6] == 100) for one in self.targets]
        self._stained = [_some(one[0] > 0) for one in self.targets]
        self._shares = np.asarray(shares, np.float64) / np.sum(shares)

    def __len__(self) -> int:
        return len(self.fields)

    def draw(self, count: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Return tiles and their targets.

        Returns
        -------
        tiles : Tensor, shape (count, 1, `TILE`, `TILE`)
        targets : Tensor, shape (count, 8, `TILE`, `TILE`)
            0 to 1; the direction -1 to 1.
        """
        taken = [
            self._taken(int(number), rng)
            for number in rng.choice(len(self), size=count, p=self._shares)
        ]
        both = torch.from_numpy(np.stack(taken))
        both = _turned(both, rng)
        return _appearance(both[:, :1], rng), both[:, 1:]

    def _taken(self, number: int, rng: np.random.Generator) -> NDArray[np.float32]:
        field, target = self.fields[number], self.targets[number]
        height, width = field.shape
        draw = rng.random()
        places = self._stained[number]
        if draw < _MEETING and len(self._meeting[number]):
            places = self._meeting[number]
        if draw > 1 - _ANYWHERE or not len(places):
            row, column = int(rng.integers(height)), int(rng.integers(width))
        else:
            row, column = (int(one) for one in places[int(rng.integers(len(places)))])
        row += int(rng.integers(-TILE // 3, TILE // 3))
        column += int(rng.integers(-TILE // 3, TILE // 3))
        top, left = row - _TAKEN // 2, column - _TAKEN // 2
        out = np.zeros((1 + len(target), _TAKEN, _TAKEN), np.float32)
        rows = slice(max(0, top), min(height, top + _TAKEN))
        columns = slice(max(0, left), min(width, left + _TAKEN))
        there = (
            slice(rows.start - top, max(rows.start, rows.stop) - top),
            slice(columns.start - left, max(columns.start, columns.stop) - left),
        )
        out[0][there] = field[rows, columns] / np.float32(255)
        out[1:, there[0], there[1]] = target[:, rows, columns] / np.float32(100)
        return out


def _some(where: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the places of some pixels, evenly among all."""
    places = np.argwhere(where)
    return places[:: max(1, len(places) // _PLACES)]


def _turned(both: Tensor, rng: np.random.Generator) -> Tensor:
    """Turn, mirror and scale tiles and targets alike; directions turn with them."""
    count = len(both)
    angle = torch.from_numpy(rng.uniform(0, 2 * math.pi, count)).float()
    mirror = torch.from_numpy(rng.choice((-1.0, 1.0), count)).float()
    scale = torch.from_numpy(np.exp(rng.uniform(-_SCALE, _SCALE, count))).float()
    size = TILE / _TAKEN / scale
    cosine, sine = torch.cos(angle), torch.sin(angle)
    # Where each pixel of the tile comes from: first mirrored, then turned.
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = size * mirror * cosine, -size * sine
    theta[:, 1, 0], theta[:, 1, 1] = size * mirror * sine, size * cosine
    grid = functional.affine_grid(theta, [count, both.shape[1], TILE, TILE], align_corners=False)
    turned = functional.grid_sample(both, grid, align_corners=False, padding_mode="zeros")
    # The direction (x, y) of the source is that of R^-1 in the tile, then mirrored.
    twice_cosine, twice_sine = torch.cos(2 * angle), torch.sin(2 * angle)
    first, second = turned[:, 5].clone(), turned[:, 6].clone()
    along = twice_cosine[:, None, None] * first + twice_sine[:, None, None] * second
    across = -twice_sine[:, None, None] * first + twice_cosine[:, None, None] * second
    turned[:, 5], turned[:, 6] = along, mirror[:, None, None] * across
    return turned


def _appearance(tiles: Tensor, rng: np.random.Generator) -> Tensor:
    """Change contrast, sharpness, haze and grain."""

    def each(low: float, high: float) -> Tensor:
        drawn = rng.uniform(low, high, len(tiles))
        return torch.from_numpy(drawn).float()[:, None, None, None]

    changed = tiles.clamp(1e-4, 1) ** torch.exp(each(-_GAMMA, _GAMMA)) * each(*_GAIN)
    sigma = rng.uniform(0, _BLUR)
    if sigma > 0.3:
        reach = torch.arange(-4, 5).float()
        kernel = torch.exp(-0.5 * (reach / sigma) ** 2)
        kernel = kernel / kernel.sum()
        changed = functional.conv2d(changed, kernel.view(1, 1, 1, -1), padding=(0, 4))
        changed = functional.conv2d(changed, kernel.view(1, 1, -1, 1), padding=(4, 0))
    coarse = torch.from_numpy(rng.random((len(tiles), 1, 6, 6))).float()
    haze = functional.interpolate(coarse, size=tiles.shape[-2:], mode="bicubic")
    grain = torch.from_numpy(rng.standard_normal(tuple(tiles.shape)).astype(np.float32))
    changed = changed + each(0, _HAZE) * (haze - 0.3) + each(0, _NOISE) * grain
    return changed.clamp(0, 1)


def loss_of(told: Tensor, targets: Tensor) -> Tensor:
    """Return the mean loss of what the network tells of tiles.

    Parameters
    ----------
    told : Tensor, shape (N, 6, H, W)
        See `napari_karyo.models.unet.SpreadNetwork`.
    targets : Tensor, shape (N, 8, H, W)
    """
    truth, outline, rest = targets[:, :OUTPUTS], targets[:, 6:7], targets[:, 7:8]
    each = functional.binary_cross_entropy_with_logits(
        told[:, :4], truth[:, :4].clamp(0, 1), reduction="none"
    )
    weight = torch.cat([outline, rest, rest, outline], dim=1)
    # Crossings are few.
    weight = weight * torch.tensor([1.0, 2.0, 3.0, 1.0], device=weight.device).view(1, 4, 1, 1)
    pixels = (each * weight).sum() / weight.sum().clamp(min=1)
    length = truth[:, 4:6].norm(dim=1) * (rest[:, 0] > 0)
    clear = (length > 0.7).float()
    agree = functional.cosine_similarity(told[:, 4:6], truth[:, 4:6], dim=1, eps=1e-3)
    return pixels + 0.1 * ((1 - agree) * clear).sum() / clear.sum().clamp(min=1)
