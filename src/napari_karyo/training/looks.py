"""Crops as other laboratories, stains and programs would show them.

Each look changes a few crops of a batch, drawn by chance, on the device that trains. The
chromosome stays what it is, and so does its label.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from napari_karyo.inference.likeness import INSIDE

#: Of the standard's table for brightness, at a quality of 50.
_QUANTA: Final = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)


@dataclass(frozen=True)
class Looks:
    """How often crops get each look, and how strongly.

    Shares are probabilities, each crop and look by itself; a pair is the least and the
    most of an even draw.

    Attributes
    ----------
    marrow : float
        Share shown short and fat, chromatids parted and splayed, bands merged: see `fat`.
    marrow_width : (float, float)
        Times the width.
    parting, splay : (float, float)
        How far each chromatid lies from the axis, and how much further at the ends, in
        half widths of the fat chromosome.
    merging : (float, float)
        From 0, bands as they are, to 1, merged over nine rows.
    slender : float
        Share shown thin and sharp, as at 850 bands.
    slender_width : (float, float)
        Times the width.
    reversed : float
        Share with the bands of R-banding: see `reverse_bands`.
    blank : float
        Share with a blank stretch across: see `blank_stretch`.
    blank_length : (float, float)
        Its height, as a share of the chromosome's length.
    evened : float
        Share with the local contrast evened out: see `even_contrast`.
    evening : (float, float)
        From 0, not at all, to 1.
    sharpened : float
        Share put under an unsharp mask.
    sharpening : (float, float)
        How many times the detail is added.
    darkened : float
        Share with a gamma far from 1.
    gamma : (float, float)
        The exponent, drawn evenly in its logarithm.
    masked : float
        Share with an outline one or two pixels narrower or wider: see `change_outline`.
    compressed : float
        Share with the marks of JPEG: see `jpeg`.
    quality : (float, float)
        Of the compression, 1 to 100.
    """

    marrow: float = 0.0
    marrow_width: tuple[float, float] = (1.2, 2.0)
    parting: tuple[float, float] = (0.1, 0.55)
    splay: tuple[float, float] = (0.0, 0.6)
    merging: tuple[float, float] = (0.1, 0.7)
    slender: float = 0.0
    slender_width: tuple[float, float] = (0.55, 0.85)
    reversed: float = 0.0
    blank: float = 0.0
    blank_length: tuple[float, float] = (0.05, 0.3)
    evened: float = 0.0
    evening: tuple[float, float] = (0.4, 1.0)
    sharpened: float = 0.0
    sharpening: tuple[float, float] = (0.5, 4.0)
    darkened: float = 0.0
    gamma: tuple[float, float] = (0.45, 2.2)
    masked: float = 0.0
    compressed: float = 0.0
    quality: tuple[float, float] = (15.0, 60.0)


def reshape_some(images: Tensor, looks: Looks) -> Tensor:
    """Show some crops fat, slender or with bands reversed, while they still stand straight.

    Parameters
    ----------
    images : Tensor, shape (N, 1, H, W), 0 to 1
    looks : Looks
    """

    def fatten(crops: Tensor) -> Tensor:
        draw = _drawn_for(crops)
        waist = draw((-0.5, 0.5))
        wide = fat(crops, draw(looks.marrow_width), draw(looks.parting), draw(looks.splay), waist)
        return merge_bands(wide, draw(looks.merging))

    def thin(crops: Tensor) -> Tensor:
        draw = _drawn_for(crops)
        return sharpen(widened(crops, draw(looks.slender_width)), draw((0.0, 1.5)))

    images = _some(images, looks.reversed, reverse_bands)
    return _some(_some(images, looks.marrow, fatten), looks.slender, thin)


def retouch_some(images: Tensor, looks: Looks) -> Tensor:
    """Show some crops as other programs do, and with a part hidden.

    Parameters
    ----------
    images : Tensor, shape (N, 1, H, W), 0 to 1
    looks : Looks
    """

    def blank(crops: Tensor) -> Tensor:
        draw = _drawn_for(crops)
        # Half of them black as the background, the others of any one grey.
        level = draw((0.0, 1.0)) * (draw((0.0, 1.0)) < 0.5)
        place, slope = draw((-0.9, 0.9)), draw((-1, 1))
        return blank_stretch(crops, draw(looks.blank_length), place, slope, level)

    def darken(crops: Tensor) -> Tensor:
        low, high = (math.log(value) for value in looks.gamma)
        return crops.clamp(0, 1) ** torch.exp(_drawn_for(crops)((low, high)))

    def mask(crops: Tensor) -> Tensor:
        pixels = torch.tensor([-2, -1, 1, 2], device=crops.device)
        return change_outline(crops, pixels[torch.randint(4, (len(crops),), device=crops.device)])

    steps: tuple[tuple[float, Callable[[Tensor], Tensor]], ...] = (
        (looks.blank, blank),
        (looks.evened, lambda crops: even_contrast(crops, _drawn_for(crops)(looks.evening))),
        (looks.sharpened, lambda crops: sharpen(crops, _drawn_for(crops)(looks.sharpening))),
        (looks.darkened, darken),
        (looks.masked, mask),
        (looks.compressed, lambda crops: jpeg(crops, _drawn_for(crops)(looks.quality))),
    )
    for share, change in steps:
        images = _some(images, share, change)
    return images


def _some(images: Tensor, share: float, change: Callable[[Tensor], Tensor]) -> Tensor:
    """Change a share of the crops; of none no chance is drawn."""
    if share <= 0:
        return images
    which = (torch.rand(len(images), device=images.device) < share).nonzero()[:, 0]
    return images.index_copy(0, which, change(images[which])) if len(which) else images


def _drawn_for(crops: Tensor) -> Callable[[tuple[float, float]], Tensor]:
    """Return what draws a number for each crop evenly from a range, shape (N, 1, 1, 1)."""

    def draw(limits: tuple[float, float]) -> Tensor:
        low, high = limits
        return low + (high - low) * torch.rand((len(crops), 1, 1, 1), device=crops.device)

    return draw


def _soft(images: Tensor, height: int, width: int) -> Tensor:
    """Return means over windows of odd sides, counting what lies beyond the canvas as black."""
    return functional.avg_pool2d(images, (height, width), 1, (height // 2, width // 2))


def _sampled(images: Tensor, columns: Tensor) -> Tensor:
    """Return crops with each pixel taken from another column of its row.

    Parameters
    ----------
    images : Tensor, shape (N, 1, H, W)
    columns : Tensor, shape (N, 1, H or 1, W)
        From the canvas's middle, in pixels; black beyond it.
    """
    count, _, height, width = images.shape
    rows = torch.linspace(-1, 1, height, device=images.device).reshape(1, height, 1)
    across = columns[:, 0].expand(count, height, width) / ((width - 1) / 2)
    grid = torch.stack([across, rows.expand(count, height, width)], dim=-1)
    return functional.grid_sample(images, grid, align_corners=True)


def _columns(images: Tensor) -> Tensor:
    """Return how far right of the canvas's middle each column lies, shape (1, 1, 1, W)."""
    width = images.shape[3]
    return (torch.arange(width, device=images.device) - (width - 1) / 2).reshape(1, 1, 1, width)


def _along(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return where each row lies along its chromosome, and the chromosome's length in rows.

    Returns
    -------
    along : Tensor, shape (N, 1, H, 1)
        From -1, the upper end, to 1.
    length : Tensor, shape (N, 1, 1, 1)
        At least 1.
    """
    there = (images > INSIDE).any(dim=3, keepdim=True)
    length = there.sum(dim=2, keepdim=True).clamp(min=1)
    rows = torch.arange(images.shape[2], device=images.device).reshape(1, 1, -1, 1)
    middle = (rows * there).sum(dim=2, keepdim=True) / length
    return (rows - middle) / (length / 2), length


def widened(images: Tensor, times: Tensor) -> Tensor:
    """Return crops with their width changed.

    Parameters
    ----------
    images : Tensor, shape (N, 1, H, W)
    times : Tensor, shape (N, 1, 1, 1)
    """
    return _sampled(images, _columns(images) / times)


def fat(images: Tensor, width: Tensor, parting: Tensor, splay: Tensor, waist: Tensor) -> Tensor:
    """Return crops as of bone marrow: wide, the chromatids apart, most so at the ends.

    Parameters
    ----------
    images : Tensor, shape (N, 1, H, W)
        Straight chromosomes in the canvas's middle.
    width : Tensor, shape (N, 1, 1, 1)
        Times the width, chromatids together.
    parting, splay : Tensor, shape (N, 1, 1, 1)
        See `Looks`.
    waist : Tensor, shape (N, 1, 1, 1)
        Where the chromatids are closest, from -1, the upper end, to 1.
    """
    along, length = _along(images)
    half = (images > INSIDE).sum(dim=(2, 3), keepdim=True).clamp(min=1) / length / 2
    # As wide as the canvas has room for.
    width = torch.minimum(width, 0.45 * images.shape[3] / (half * (1 + splay))).clamp(min=1)
    half = half * width
    from_waist = ((along - waist) / (1 + waist.abs())).clamp(-1, 1)
    away = half * (parting + splay * from_waist**2)
    # Together they are as wide as was asked for where they are not splayed.
    chromatid = width * (1 - parting)
    columns = _columns(images)
    left = _sampled(images, (columns + away) / chromatid)
    right = _sampled(images, (away - columns) / chromatid)
    return torch.maximum(left, right)


def merge_bands(images: Tensor, strength: Tensor) -> Tensor:
    """Return crops blurred along their length, so that thin bands run into one.

    Parameters
    ----------
    images : Tensor, shape (N, 1, H, W)
    strength : Tensor, shape (N, 1, 1, 1)
        From 0, not at all, to 1, over nine rows twice.
    """
    return torch.lerp(images, _soft(_soft(images, 9, 1), 9, 3), strength)


def reverse_bands(images: Tensor) -> Tensor:
    """Return crops with bright and dark bands exchanged, as R-banding shows them.

    Each row's brightness is turned about their mean; how it falls to the outline, and the
    line between the chromatids, stay as they were.

    Parameters
    ----------
    images : Tensor, shape (N, 1, H, W), 0 to 1
        Straight chromosomes.
    """
    amount = images.sum(dim=3, keepdim=True)
    # Of a row's pixels the brighter ones count more: the rim says nothing of the band.
    row = (images**2).sum(dim=3, keepdim=True) / amount.clamp(min=1e-3)
    mean = (row * amount).sum(dim=2, keepdim=True) / amount.sum(dim=2, keepdim=True).clamp(min=1e-3)
    turned = (2 * mean - row).clamp(min=0.15 * mean)
    return (images * turned / torch.maximum(row, 0.4 * mean).clamp(min=1e-3)).clamp(0, 1)


def blank_stretch(
    images: Tensor, share: Tensor, place: Tensor, slope: Tensor, level: Tensor
) -> Tensor:
    """Return crops with one flat grey in a stretch across, as where another one lay.

    Parameters
    ----------
    images : Tensor, shape (N, 1, H, W)
    share : Tensor, shape (N, 1, 1, 1)
        Height of the stretch, as a share of the chromosome's length.
    place : Tensor, shape (N, 1, 1, 1)
        Of its middle, from -1, the upper end, to 1.
    slope : Tensor, shape (N, 1, 1, 1)
        Rows that it falls by a column.
    level : Tensor, shape (N, 1, 1, 1)
        Its grey, 0 that of the background.
    """
    along, length = _along(images)
    away = (along - place) * length / 2 - slope * _columns(images)
    across = away.abs() < share * length / 2 * torch.sqrt(1 + slope**2)
    return torch.where(across & (images > INSIDE), level, images)


def even_contrast(images: Tensor, strength: Tensor) -> Tensor:
    """Return crops with as much contrast everywhere, as adaptive equalization leaves them.

    Parameters
    ----------
    images : Tensor, shape (N, 1, H, W), 0 to 1
    strength : Tensor, shape (N, 1, 1, 1)
        From 0, not at all, to 1.
    """
    inside = (images > INSIDE).to(images.dtype)

    def near(values: Tensor) -> Tensor:
        return _soft(_soft(values * inside, 17, 1), 1, 17)

    there = near(inside).clamp(min=1e-3)
    mean = near(images) / there
    spread = (near(images**2) / there - mean**2).clamp(min=0.03**2).sqrt()
    evened = (0.55 + 0.2 * (images - mean) / spread).clamp(INSIDE, 1)
    return torch.lerp(images, evened * inside, strength)


def sharpen(images: Tensor, amount: Tensor) -> Tensor:
    """Return crops with their detail added once more, or several times: an unsharp mask.

    Parameters
    ----------
    images : Tensor, shape (N, 1, H, W)
    amount : Tensor, shape (N, 1, 1, 1)
        How many times.
    """
    return (images + amount * (images - _soft(_soft(images, 5, 5), 3, 3))).clamp(0, 1)


def change_outline(images: Tensor, pixels: Tensor) -> Tensor:
    """Return crops as cut out closer, or wider with some of the glow around them.

    Parameters
    ----------
    images : Tensor, shape (N, 1, H, W)
    pixels : Tensor of int, shape (N,)
        By how many the outline is wider, -2 to 2.
    """
    by = pixels[:, None, None, None]
    beside = (images <= INSIDE).to(images.dtype)
    for step in (1, 2):
        closer = functional.max_pool2d(beside, 2 * step + 1, 1, step) > 0
        images = torch.where((by == -step) & closer, 0.0, images)
    glow = _soft(images, 5, 5)
    for step in (1, 2):
        wider = functional.max_pool2d(1 - beside, 2 * step + 1, 1, step) * beside > 0
        images = torch.where((by == step) & wider, glow, images)
    return images


def jpeg(images: Tensor, quality: Tensor) -> Tensor:
    """Return crops as JPEG leaves them: the waves of blocks of 8 x 8, rounded.

    Parameters
    ----------
    images : Tensor, shape (N, 1, H, W), 0 to 1
    quality : Tensor, shape (N, 1, 1, 1)
        1 to 100.
    """
    height, width = images.shape[2:]
    padded = functional.pad(images, (0, -width % 8, 0, -height % 8))
    shape = padded.shape
    number = torch.arange(8.0, device=images.device)
    waves = torch.cos((2 * number + 1) * number[:, None] * math.pi / 16) / 2
    waves[0] /= math.sqrt(2)
    quanta = torch.tensor(_QUANTA, device=images.device) / 255
    scale = torch.where(quality < 50, 50 / quality, 2 - quality / 50).clamp(min=0.01)
    step = (quanta * scale).clamp(min=1 / 255)[:, :, None]
    blocks = padded.reshape(shape[0], shape[2] // 8, 8, shape[3] // 8, 8).transpose(2, 3)
    kept = torch.round(waves @ blocks @ waves.T / step) * step
    back = (waves.T @ kept @ waves).transpose(2, 3).reshape(shape)
    return back[:, :, :height, :width].clamp(0, 1)
