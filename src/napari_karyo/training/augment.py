"""Training crops made different, as cells and laboratories differ.

All of it works on whole batches on the device that trains.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from napari_karyo.training.looks import Looks, reshape_some, retouch_some

#: The least radius to which a crop is bent, in pixels of the canvas: about three times the
#: width of a chromosome.
TIGHTEST = 40.0


@dataclass(frozen=True)
class Augmentation:
    """How far crops are changed; each value is the largest or the probability named.

    Attributes
    ----------
    rotation : float
        Degrees, either way.
    scale_across, scale_along : float
        Shares of the size, either way.
    shift : float
        Share of the canvas, either way.
    bend : float
        Probability that a crop is bent to an arc, the longest ones at most to most of a
        half circle.
    gamma : float
        Exponent up to ``1 + gamma`` or down to its inverse.
    gain : float
        Share by which brightness changes.
    noise : float
        Standard deviation of grey noise.
    blur : float
        Probability that a crop is blurred, by up to what separates a sharp G-banded
        crop from a Q-banded one of low magnification.
    block : float
        Probability of a flat bright block, as a neighbour's overlap leaves it.
    upside_down : float
        Probability that a crop is turned by half.
    mirror : float
        Probability that left and right are exchanged.
    stretch : float
        Probability that a crop is brought to full brightness by itself, as programs that
        cut crops out may do.
    looks : Looks
        Of other laboratories, stains and programs.
    """

    rotation: float = 11.0
    scale_across: float = 0.2
    scale_along: float = 0.1
    shift: float = 0.05
    bend: float = 0.3
    gamma: float = 0.45
    gain: float = 0.1
    noise: float = 0.03
    blur: float = 0.5
    block: float = 0.1
    upside_down: float = 0.5
    mirror: float = 0.5
    stretch: float = 0.1
    looks: Looks = field(default_factory=Looks)

    @classmethod
    def none(cls) -> Augmentation:
        """Return what leaves every crop as it is."""
        nothing: dict[str, Any] = {item.name: 0.0 for item in fields(cls)}
        return cls(**{**nothing, "looks": Looks()})


def augment(images: Tensor, settings: Augmentation) -> tuple[Tensor, Tensor]:
    """Change a batch at random.

    Parameters
    ----------
    images : Tensor, shape (N, 1, H, W), 0 to 1
    settings : Augmentation

    Returns
    -------
    images : Tensor, shape (N, 1, H, W), 0 to 1
    turned : Tensor of bool, shape (N,)
        Which crops were turned upside down.
    """
    count = len(images)
    device = images.device

    def between(limit: float, shape: tuple[int, ...] = (count, 1, 1)) -> Tensor:
        return (torch.rand(shape, device=device) * 2 - 1) * limit

    def chance(probability: float) -> Tensor:
        return torch.rand(count, device=device) < probability

    images = reshape_some(images, settings.looks)
    images = functional.grid_sample(
        images, _grid(images, settings, between, chance), align_corners=True
    )
    images = _blur(images, torch.rand(count, device=device) * chance(settings.blur))
    images = _blocks(images, chance(settings.block))
    images = retouch_some(images, settings.looks)
    own = images.amax(dim=(2, 3), keepdim=True).clamp(min=0.05)
    images = torch.where(chance(settings.stretch)[:, None, None, None], images / own, images)
    gamma = torch.exp(between(math.log(1 + settings.gamma), (count, 1, 1, 1)))
    gain = between(settings.gain, (count, 1, 1, 1))
    images = images.clamp(0, 1) ** gamma * (1 + gain)
    spread = torch.rand((count, 1, 1, 1), device=device) * settings.noise
    # Noise lies on the chromosome; the background has been removed by then.
    images = images + torch.randn_like(images) * spread * (images > 0.02)
    turned = chance(settings.upside_down)
    images = torch.where(turned[:, None, None, None], images.flip(2, 3), images)
    return images.clamp(0, 1), turned


def _grid(
    images: Tensor,
    settings: Augmentation,
    between: Callable[[float], Tensor],
    chance: Callable[[float], Tensor],
) -> Tensor:
    """Return the sampling grid of rotation, scale, shift, mirroring and bend."""
    height, width = images.shape[2:]
    device = images.device
    y = torch.linspace(-1, 1, height, device=device).reshape(1, height, 1) * height / 2
    x = torch.linspace(-1, 1, width, device=device).reshape(1, 1, width) * width / 2
    angle = between(math.radians(settings.rotation))
    down = y - between(settings.shift) * height
    right = x - between(settings.shift) * width
    turned_y = torch.cos(angle) * down - torch.sin(angle) * right
    turned_x = torch.sin(angle) * down + torch.cos(angle) * right
    turned_y, turned_x = _bent(turned_y, turned_x, between(1 / TIGHTEST), chance(settings.bend))
    turned_y = turned_y * (1 + between(settings.scale_along))
    turned_x = turned_x * (1 + between(settings.scale_across))
    turned_x = turned_x * (1 - 2 * chance(settings.mirror)[:, None, None].to(x.dtype))
    return torch.stack([turned_x / (width / 2), turned_y / (height / 2)], dim=-1)


def _bent(y: Tensor, x: Tensor, curvature: Tensor, which: Tensor) -> tuple[Tensor, Tensor]:
    """Bend some crops to an arc, their middle line keeping its length.

    Parameters
    ----------
    y, x : Tensor, shape (N, H, W)
        Places from the middle, in pixels.
    curvature : Tensor, shape (N, 1, 1)
        One over the arc's radius, either way.
    which : Tensor of bool, shape (N,)
    """
    curvature = torch.where(curvature.abs() < 1e-3, 1e-3, curvature)
    radius = 1 / curvature
    # A crop's middle stays where it is; the centre of its arc lies to the right or left.
    away = (radius - x) * radius.sign()
    along = radius.abs() * torch.atan2(y, away)
    across = radius - radius.sign() * torch.hypot(y, away)
    bent = which[:, None, None]
    return torch.where(bent, along, y), torch.where(bent, across, x)


def _blur(images: Tensor, strength: Tensor) -> Tensor:
    """Blur crops, each by a mixture of three strengths: 0 leaves it sharp, 1 is most."""
    size = images.shape[2:]
    levels = [images, functional.avg_pool2d(functional.avg_pool2d(images, 3, 1, 1), 3, 1, 1)]
    for step in (2, 4):
        small = functional.avg_pool2d(levels[1], step)
        levels.append(functional.interpolate(small, size, mode="bilinear", align_corners=False))
    depth = strength[:, None, None, None] * (len(levels) - 1)
    mixed = torch.zeros_like(images)
    for number, level in enumerate(levels):
        mixed = mixed + level * (1 - (depth - number).abs()).clamp(min=0)
    return mixed


def _blocks(images: Tensor, which: Tensor) -> Tensor:
    """Brighten a band of some crops to one flat grey, where there is a chromosome."""
    count, _, height, _ = images.shape
    device = images.device
    middle = (torch.rand(count, 1, 1, 1, device=device) * 0.6 + 0.2) * height
    half = torch.rand(count, 1, 1, 1, device=device) * 0.05 * height + 2
    rows = torch.arange(height, device=device).reshape(1, 1, height, 1)
    inside = ((rows - middle).abs() < half) & (images > 0.1) & which[:, None, None, None]
    level = torch.rand(count, 1, 1, 1, device=device) * 0.5 + 0.5
    return torch.where(inside, level.expand_as(images), images)
