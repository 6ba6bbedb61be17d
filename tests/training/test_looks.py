"""Crops as other laboratories, stains and programs would show them."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from torch import Tensor

from napari_karyo.training import looks
from napari_karyo.training.augment import Augmentation, augment
from napari_karyo.training.looks import INSIDE, Looks, reshape_some, retouch_some
from napari_karyo.training.recipes import LOOKS, RECIPES

SHARES = [item.name for item in fields(Looks) if item.type == "float"]


def bar(grey: float = 0.6, bright: slice = slice(40, 52)) -> Tensor:
    """Return a straight chromosome of 80 x 12 pixels with one bright band."""
    image = torch.zeros(1, 1, 128, 48)
    image[:, :, 24:104, 18:30] = grey
    image[:, :, bright, 18:30] = 0.9
    return image


def each(value: float) -> Tensor:
    return torch.full((1, 1, 1, 1), float(value))


def width(image: Tensor, row: int) -> int:
    return int((image[0, 0, row] > 0.1).sum())


@pytest.mark.parametrize("name", SHARES)
def test_every_look_changes_the_share_of_crops_that_it_says(name: str) -> None:
    torch.manual_seed(0)
    images = bar().repeat(64, 1, 1, 1)
    none = Looks()
    assert reshape_some(images, none) is images
    assert retouch_some(images, none) is images
    half = replace(none, **{name: 0.5})
    changed = retouch_some(reshape_some(images, half), half)
    assert changed.shape == images.shape
    assert 0 <= float(changed.min()) <= float(changed.max()) <= 1
    share = (changed != images).flatten(1).any(dim=1).float().mean()
    assert 0.2 < share < 0.7


@pytest.mark.parametrize("name", SHARES)
def test_an_empty_crop_stays_empty(name: str) -> None:
    images = torch.zeros(3, 1, 64, 24)
    every = replace(Looks(), **{name: 1.0})
    changed = retouch_some(reshape_some(images, every), every)
    assert torch.isfinite(changed).all()
    assert changed.abs().max() < 0.01


def test_without_looks_the_random_series_is_what_it_was() -> None:
    images = torch.rand(8, 1, 64, 24)
    torch.manual_seed(1)
    augment(images, Augmentation())
    without = torch.rand(1)
    torch.manual_seed(1)
    augment(images, Augmentation(looks=Looks(marrow_width=(3.0, 4.0))))
    assert torch.equal(without, torch.rand(1))


def test_the_recipe_of_looks_changes_crops_within_their_range() -> None:
    torch.manual_seed(2)
    settings = RECIPES["looks"].augmentation
    assert settings.looks == LOOKS
    changed, _ = augment(bar().repeat(64, 1, 1, 1), settings)
    assert torch.isfinite(changed).all()
    assert 0 <= float(changed.min()) <= float(changed.max()) <= 1
    assert RECIPES["default"].augmentation.looks == Looks()
    assert Augmentation.none().looks == Looks()


def test_widened_is_as_wide_as_was_asked() -> None:
    assert abs(width(looks.widened(bar(), each(1.5)), 70) - 18) <= 1
    assert abs(width(looks.widened(bar(), each(0.5)), 70) - 6) <= 1


def test_fat_chromatids_part_at_the_ends() -> None:
    wide = looks.fat(bar(), each(1.6), each(0.4), each(0.6), each(0.0))
    at_waist, at_end = width(wide, 64), width(wide, 28)
    assert abs(at_waist - 1.6 * 12) <= 2
    assert at_end > at_waist + 2
    # A gap between them at the end, none at the waist; as long as before; both sides alike.
    assert wide[0, 0, 28, 23:25].max() < 0.1 < wide[0, 0, 64, 23:25].min()
    assert width(wide, 22) == width(wide, 105) == 0
    assert torch.allclose(wide, wide.flip(3), atol=1e-4)


def test_fat_ones_stay_on_the_canvas() -> None:
    image = torch.zeros(1, 1, 128, 48)
    image[:, :, 30:100, 12:36] = 0.5
    wide = looks.fat(image, each(2.0), each(0.3), each(0.6), each(0.0))
    assert width(wide[:, :, :, [0, -1]], 64) == 0


def test_merged_bands_are_less_bright_and_as_much_in_all() -> None:
    image = bar(bright=slice(60, 64))
    merged = looks.merge_bands(image, each(1.0))
    assert merged[0, 0, 61, 24] < image[0, 0, 61, 24] - 0.1
    assert torch.allclose(merged.sum(), image.sum(), rtol=1e-3)
    assert torch.equal(looks.merge_bands(image, each(0.0)), image)


def test_reversed_bands_are_dark_where_they_were_bright() -> None:
    image = bar()
    image[:, :, :, 18] *= 0.5
    other = looks.reverse_bands(image)
    assert other[0, 0, 46, 24] < other[0, 0, 80, 24] - 0.2
    # The outline is the same, and as soft.
    assert torch.equal(other > INSIDE, image > INSIDE)
    assert torch.allclose(other[0, 0, 80, 18] / other[0, 0, 80, 20], torch.tensor(0.5))


@pytest.mark.parametrize("level", [0.0, 0.7])
def test_a_blank_stretch_is_one_grey_within_the_chromosome(level: float) -> None:
    image = bar()
    blank = looks.blank_stretch(image, each(0.1), each(0.5), each(0.0), each(level))
    rows = (blank != image)[0, 0].any(dim=1).nonzero()[:, 0]
    assert rows.tolist() == list(range(80, 88))
    assert torch.all(blank[0, 0, 80:88, 18:30] == level)
    assert blank[0, 0, :, :18].abs().max() == 0


def test_evened_contrast_makes_a_faint_band_as_clear_as_a_strong_one() -> None:
    image = bar(bright=slice(36, 44))
    image[:, :, 84:92, 18:30] = 0.65
    evened = looks.even_contrast(image, each(1.0))
    strong = evened[0, 0, 40, 24] - evened[0, 0, 53, 24]
    faint = evened[0, 0, 88, 24] - evened[0, 0, 101, 24]
    assert faint > 0.15
    assert faint > 0.3 * strong
    assert evened[0, 0, :, :18].abs().max() == 0


def test_sharpening_raises_the_edge_of_a_band() -> None:
    sharp = looks.sharpen(bar(), each(2.0))
    assert sharp[0, 0, 53, 24] < 0.6 - 0.05
    assert sharp[0, 0, :10].abs().max() == 0


@pytest.mark.parametrize("pixels", [-2, -1, 1, 2])
def test_the_outline_moves_by_the_pixels_asked(pixels: int) -> None:
    image = bar()
    changed = looks.change_outline(image, torch.tensor([pixels]))
    assert int((changed[0, 0, 70] > 0).sum()) == 12 + 2 * pixels
    middle = np.s_[0, 0, 30:98, 21:27]
    assert torch.equal(changed[middle], image[middle])
    # What was added is dimmer than the chromosome.
    assert changed[0, 0, 70, :18].max() < 0.6


def test_jpeg_is_coarser_at_a_lower_quality() -> None:
    torch.manual_seed(3)
    image = (bar() + 0.1 * torch.rand(1, 1, 128, 48)).clamp(0, 1)[:, :, :, :45]
    good, bad = (looks.jpeg(image, each(quality)) for quality in (95, 15))
    assert good.shape == bad.shape == image.shape
    error_of_good, error_of_bad = ((one - image).abs().mean() for one in (good, bad))
    assert error_of_good < 0.02 < error_of_bad < 0.08


def test_jpeg_keeps_a_flat_grey() -> None:
    image = torch.full((1, 1, 16, 16), 0.5)
    assert torch.allclose(looks.jpeg(image, each(50)), image, atol=0.01)
