"""Simulated photographs of spreads: what is said of them is what is in them."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

import napari_karyo as nk
from napari_karyo.cell import Polarity
from napari_karyo.errors import KaryoError
from napari_karyo.segmentation import Kind
from napari_karyo.segmentation.ground import measure_width
from napari_karyo.segmentation.labels import from_labels, width_of
from napari_karyo.simulation.karyotypes import parse_karyotype
from napari_karyo.simulation.spread import SimulatedSpread, simulate_spread

STAINS = ("G", "Q")
EIGHT = np.ones((3, 3), np.bool_)


@cache
def simulated(stain: str = "G", karyotype: str = "46,XX", **options: Any) -> SimulatedSpread:
    return simulate_spread(karyotype, stain=stain, **{"seed": 2, "nuclei": 2, **options})


def whole_masks(found: SimulatedSpread) -> list[np.ndarray]:
    masks = []
    for one in found.chromosomes:
        mask = np.zeros(found.spread.image.shape, np.bool_)
        mask[one.outline.place] = one.outline.mask
        masks.append(mask)
    return masks


@pytest.mark.parametrize("karyotype", ["46,XX", "47,XY,+21", "45,X", "92,XXYY"])
def test_it_holds_the_chromosomes_of_its_karyotype(karyotype: str) -> None:
    found = simulated("G", karyotype)
    wanted = {name: count for name, count in parse_karyotype(karyotype).items() if count}
    assert Counter(found.classes) == wanted
    assert len(found.of_kind(Kind.NUCLEUS)) == 2
    assert len(found.of_kind(Kind.DIRT)) == 12
    assert found.spread.image.shape == (700, 800)
    assert found.spread.image.dtype == np.uint8
    assert found.spread.name == f"simulated {karyotype}"


@pytest.mark.parametrize("stain", STAINS)
def test_outlines_agree_with_the_photograph(stain: str) -> None:
    found = simulated(stain)
    density = found.segmentation().density
    on = np.zeros(density.shape, np.bool_)
    for one in found.objects:
        outline = one.outline
        mask = outline.mask
        assert mask.any(axis=0)[[0, -1]].all()
        assert mask.any(axis=1)[[0, -1]].all()
        assert not (outline.shared & ~mask).any()
        on[outline.place] |= mask
    near = ndimage.binary_dilation(on, EIGHT, iterations=4)
    usual = float(np.median(np.concatenate([density[m] for m in whole_masks(found)])))
    # Chromosomes 19 and 22 are pale in Q-banding.
    faintest = 0.6 if stain == "G" else 0.3
    # Nothing lies outside, something in each, and it ends at the outline.
    assert np.quantile(density[~near], 0.999) < 0.2 * usual
    for one, mask in zip(found.chromosomes, whole_masks(found), strict=True):
        assert float(np.median(density[mask])) > faintest * usual, one.expected
        _, parts = ndimage.label(one.outline.mask, EIGHT)
        assert parts == 1
    inner = ndimage.binary_erosion(on, EIGHT, iterations=2)
    rim = ndimage.binary_dilation(on, EIGHT, iterations=3) & ~ndimage.binary_dilation(on, EIGHT)
    assert np.median(density[rim]) < 0.25 * usual < 0.7 * usual < np.median(density[inner])


@pytest.mark.parametrize("stain", STAINS)
def test_as_many_touch_and_cross_as_were_asked_for(stain: str) -> None:
    found = simulated(stain, touching=8, crossing=5)
    masks = whole_masks(found)
    near = [ndimage.binary_dilation(mask, EIGHT) for mask in masks]
    pairs = list(combinations(range(len(masks)), 2))
    crossing = [pair for pair in pairs if (masks[pair[0]] & masks[pair[1]]).any()]
    touching = [
        pair for pair in pairs if pair not in crossing and (near[pair[0]] & masks[pair[1]]).any()
    ]
    assert tuple(crossing) == found.crossing
    assert tuple(touching) == found.touching
    assert (len(touching), len(crossing)) == (8, 5)
    count = np.sum(masks, axis=0)
    assert count.max() == 2
    for one, mask in zip(found.chromosomes, masks, strict=True):
        assert (one.outline.shared == (mask & (count > 1))[one.outline.place]).all()
    for one in (*found.of_kind(Kind.NUCLEUS), *found.of_kind(Kind.DIRT)):
        assert not count[one.outline.place][one.outline.mask].any()
        assert not one.outline.shared.any()


@pytest.mark.parametrize("stain", STAINS)
def test_stain_adds_up_where_chromosomes_cross(stain: str) -> None:
    found = simulated(stain, touching=0, crossing=10)
    density = found.segmentation().density
    once, twice = np.zeros(density.shape, np.bool_), np.zeros(density.shape, np.bool_)
    for one in found.chromosomes:
        once[one.outline.place] |= one.outline.mask
        twice[one.outline.place] |= one.outline.shared
    inner = ndimage.binary_erosion(twice, iterations=2)
    alone = ndimage.binary_erosion(once & ~twice, iterations=2)
    assert np.median(density[inner]) > 1.15 * np.median(density[alone])


@pytest.mark.parametrize("stain", STAINS)
def test_no_grey_is_clipped_and_the_ground_is_uneven(stain: str) -> None:
    image = simulated(stain).spread.image
    assert image.min() > 2
    assert image.max() < 253
    corners = [
        float(np.median(image[rows, columns]))
        for rows in (slice(0, 60), slice(-60, None))
        for columns in (slice(300, 360), slice(420, 480))
    ]
    flat = simulate_spread(stain=stain, seed=2, uneven=0, noise=0, blur=0, nuclei=0).spread.image
    ground = np.bincount(flat.ravel()).argmax()
    if stain == "G":
        assert max(corners) - min(corners) >= 2
        assert ground > 200
    else:
        assert ground < 30
    assert np.mean(flat == ground) > 0.6
    assert np.mean(image == np.bincount(image.ravel()).argmax()) < 0.5


def test_the_seed_decides_all() -> None:
    options: dict[str, Any] = {"shape": (400, 480), "width": 9}
    one, same, other = (simulate_spread(seed=seed, **options) for seed in (4, 4, 5))
    assert (one.spread.image == same.spread.image).all()
    assert one.classes == same.classes
    assert (one.touching, one.crossing) == (same.touching, same.crossing)
    assert (one.labels() == same.labels()).all()
    assert not (one.spread.image == other.spread.image).all()


@pytest.mark.parametrize(
    ("shape", "width"), [((360, 420), 8), ((700, 800), 16), ((1400, 1500), 34)]
)
@pytest.mark.parametrize("stain", STAINS)
def test_chromosomes_are_as_wide_as_was_asked_for(
    stain: str, shape: tuple[int, int], width: float
) -> None:
    found = simulated(stain, shape=shape, width=width)
    assert width_of(list(found.chromosomes)) == pytest.approx(width, rel=0.2)
    assert measure_width(found.segmentation().density) == pytest.approx(width, rel=0.3)


def test_the_longest_is_as_long_as_in_a_cell() -> None:
    found = simulated(touching=0, crossing=0)
    areas = {
        name: np.mean(
            [
                np.count_nonzero(one.outline.mask)
                for one in found.chromosomes
                if one.expected == name
            ]
        )
        for name in ("1", "8", "21")
    }
    assert areas["1"] > 1.4 * areas["8"] > 2.5 * areas["21"]


def test_they_are_scattered_over_a_roughly_round_area() -> None:
    found = simulated(shape=(1200, 1600), nuclei=0)
    middles = np.array(
        [
            [
                one.outline.top + one.outline.mask.shape[0] / 2,
                one.outline.left + one.outline.mask.shape[1] / 2,
            ]
            for one in found.chromosomes
        ]
    )
    strays = middles.std(axis=0)
    assert 0.7 < strays[0] / strays[1] < 1.4
    assert np.hypot(*(middles.mean(axis=0) - (600, 800))) < 250
    angles = np.histogram([one.angle for one in found.chromosomes], 4, (-90, 90))[0]
    assert angles.min() >= 4


def test_straight_and_bent() -> None:
    def solidity(bend: float) -> float:
        from skimage.measure import regionprops

        found = simulate_spread(seed=1, bend=bend, nuclei=0, touching=0, crossing=0)
        [*regions] = (
            regionprops(one.outline.mask.astype(np.uint8))[0] for one in found.chromosomes
        )
        return float(np.mean([one.solidity for one in regions]))

    assert solidity(0.0) > solidity(1.0) + 0.02


def test_its_labels_are_read_as_those_of_others() -> None:
    found = simulated()
    read = from_labels(found.spread, found.labels(crossing=999), 999)
    assert read.count == 46
    true = {(one.outline.top, one.outline.left): one.outline for one in found.chromosomes}
    same = [one.outline for one in read if (one.outline.top, one.outline.left) in true]
    assert len(same) >= 44
    labels = found.labels()
    assert set(np.unique(labels)) == set(range(47))


def test_its_cell_and_its_name_in_the_package() -> None:
    found = nk.simulate_spread("47,XY,+21", stain="Q", seed=1)
    assert isinstance(found, SimulatedSpread)
    assert found.spread.polarity is Polarity.BRIGHT
    cell = found.cell()
    assert cell.simulated
    assert Counter(one.expected for one in cell) == Counter(found.classes)
    assert cell.photograph is found.spread
    assert found.segmentation().count == 47


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"karyotype": "46,XX,t(9;22)"}, "can't be read"),
        ({"stain": "R"}, "no profile"),
        ({"seed": -1}, "negative"),
        ({"shape": (8, 800)}, "8 x 800 pixels can't be drawn"),
        ({"shape": (700, 5000)}, "can't be drawn"),
        ({"shape": (700.5, 800)}, "no height and width"),
        ({"shape": 700}, "no height and width"),
        ({"width": 2}, "2 pixels wide"),
        ({"width": float("nan")}, "nan pixels wide"),
        ({"touching": -1}, "touching is -1"),
        ({"noise": -0.5}, "noise is -0.5"),
        ({"touching": 40, "crossing": 6}, "46 pairs can't touch or cross"),
        ({"shape": (200, 200)}, "do not hold 46 chromosomes"),
    ],
)
def test_what_can_not_be_drawn_is_said(options: dict[str, Any], words: str) -> None:
    with pytest.raises(KaryoError, match=words):
        simulate_spread(**options)
