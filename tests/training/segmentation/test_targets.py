"""What the spread network is to say, and tiles of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from napari_karyo.models.unet import SpreadNetwork
from napari_karyo.segmentation.ground import Field
from napari_karyo.segmentation.region import Region
from napari_karyo.training.segmentation.compose import SIDE, compose, lain_upon
from napari_karyo.training.segmentation.labelled import (
    CHANNELS,
    LabelledSpread,
    direction,
    make_target,
)
from napari_karyo.training.segmentation.matching import (
    groups_of,
    match,
    overlap_of_boxes,
    overlap_of_masks,
)
from napari_karyo.training.segmentation.singles import Single, singles_of
from napari_karyo.training.segmentation.tiles import TILE, Spreads, loss_of
from napari_karyo.training.segmentation.unmapped import count_unmapped

SHAPE = (300, 300)


def cross() -> LabelledSpread:
    values = np.zeros(SHAPE, np.float32)
    none = np.zeros(SHAPE, np.bool_)
    masks = [none.copy() for _ in range(3)]
    masks[0][143:157, 90:210] = True
    masks[1][90:210, 143:157] = True
    masks[2][250:264, 40:100] = True
    for mask in masks:
        values[mask] = 0.5
    regions = [region for mask in masks if (region := Region.cut(mask)) is not None]
    other = none.copy()
    other[20:60, 20:60] = True
    return LabelledSpread("cross", "train", Field(values, 1.0, SHAPE), regions, other, none, none)


def test_a_target_tells_crossing_core_and_direction() -> None:
    target = dict(zip(CHANNELS, make_target(cross())[:6], strict=True))
    assert target["crossing"][150, 150] == 100
    assert target["crossing"][150, 110] == 0
    assert target["core"][150, 110] == 100
    assert target["core"][144, 110] == 0
    assert target["chromosome"][144, 110] == 100
    assert target["other"][40, 40] == 100
    # Twice the angle to the columns: 0 along them, half a turn across.
    assert target["cosine"][150, 100] > 90
    assert target["cosine"][100, 150] < -90
    assert target["cosine"][150, 150] == 0


def test_a_tile_turns_its_directions_with_it() -> None:
    spread = cross()
    spreads = Spreads([spread.field.values], [make_target(spread)], [1.0])
    _, targets = spreads.draw(6, np.random.default_rng(1))
    compared = 0
    for one in targets.numpy():
        clear = (one[1] > 0.9) & (np.hypot(one[4], one[5]) > 0.9)
        if np.count_nonzero(clear) < 400:
            continue
        # The axis of the straight bar alone: directions of its pixels as the tile shows them.
        for part in _pieces(clear):
            seen = direction(part)
            agree = (seen[0] * one[4] + seen[1] * one[5])[part]
            assert np.median(agree) > 0.9
            compared += 1
    assert compared > 3


def _pieces(mask: np.ndarray) -> list[np.ndarray]:
    from scipy import ndimage

    numbered, count = ndimage.label(mask)
    parts = [numbered == number for number in range(1, count + 1)]
    return [part for part in parts if np.count_nonzero(part) > 300]


def test_composed_spreads_touch_and_cross_and_know_it() -> None:
    mask = np.pad(np.ones((14, 70), np.bool_), 6)
    single = Single(np.where(mask, 0.5, 0.0).astype(np.float32), mask)
    ground, none = np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), np.bool_)
    made = compose([single], ground, none, np.random.default_rng(0), "made", 30)
    count = np.zeros((SIDE, SIDE), np.int16)
    for one in made:
        count[one.place] += one.mask
        assert np.count_nonzero(one.mask) > 0.8 * np.count_nonzero(mask)
    assert len(made.instances) >= 20
    assert 20 < np.count_nonzero(count == 2) < 0.3 * np.count_nonzero(count)
    # Where two lie upon each other there is more stain.
    assert made.field.values[count == 2].mean() > made.field.values[count == 1].mean() + 0.1


def test_only_what_lies_alone_is_taken_for_composing() -> None:
    assert len(singles_of(cross())) == 1


def test_what_is_not_known_costs_nothing() -> None:
    told = torch.randn(1, 6, TILE, TILE)
    targets = torch.zeros(1, 8, TILE, TILE)
    targets[:, 6:, :, : TILE // 2] = 1.0
    before = loss_of(told, targets)
    told[..., TILE // 2 :] = 5.0
    assert loss_of(told, targets) == before
    told[..., : TILE // 2] = 5.0
    assert loss_of(told, targets) > before


def test_the_network_reads_any_multiple_of_its_step() -> None:
    network = SpreadNetwork().eval()
    with torch.inference_mode():
        assert network(torch.zeros(1, 1, 8 * network.step, 5 * network.step)).shape == (
            1,
            6,
            8 * network.step,
            5 * network.step,
        )


def test_objects_are_matched_one_to_one() -> None:
    square = np.ones((10, 10), np.bool_)
    truth = [Region(square, 0, 0), Region(square, 0, 30)]
    found = [Region(square, 0, 1), Region(square, 0, 2), Region(square, 50, 50)]
    matched = match(overlap_of_masks(truth, found))
    assert matched.pairs == ((0, 0),)
    assert (matched.there, matched.found, matched.false) == (2, 3, 2)
    boxes = overlap_of_boxes(
        np.array([[0, 0, 10, 10.0]]), np.array([[0, 5, 10, 15.0], [0, 0, 10, 8]])
    )
    np.testing.assert_allclose(boxes, [[1 / 3, 0.8]])


def test_a_chromosome_that_the_truth_lacks_is_no_false_object() -> None:
    square = np.ones((10, 10), np.bool_)
    truth = [Region(square, 0, 0)]
    found = [Region(square, top, left) for top, left in ((0, 1), (0, 30), (4, 34), (40, 40))]
    overlap = overlap_of_masks(truth, found)
    # Two that cross hold both points, and are two; a third point lies in what is mapped.
    assert count_unmapped([(6, 36), (5, 35), (2, 2)], found, overlap) == 2
    assert count_unmapped([(6, 36)], found, overlap) == 1
    assert count_unmapped([(80, 80)], found, overlap) == 0
    assert count_unmapped([], found, overlap) == count_unmapped([(1, 1)], [], overlap[:, :0]) == 0
    matched = replace(match(overlap), unmapped=2)
    assert (matched.found, matched.false) == (4, 1)


def test_a_crossing_is_hardly_darker_than_the_darker_of_both() -> None:
    below, above = np.full((4, 4), 0.4, np.float32), np.full((4, 4), 0.5, np.float32)
    crossing = np.ones((4, 4), np.bool_)
    seen = [
        float(lain_upon(below, above, crossing, np.random.default_rng(seed)).mean())
        for seed in range(200)
    ]
    # By transmission it would be 0.7, by sums 0.9.
    assert 0.4 < min(seen) < 0.5 < np.median(seen) < 0.65
    assert max(seen) < 0.8


def test_a_group_is_what_touches_or_crosses() -> None:
    bars = [
        Region(np.ones((10, 60), np.bool_), top, left)
        for top, left in ((0, 0), (10, 30), (40, 0), (23, 80), (100, 100))
    ]
    across = Region(np.ones((60, 10), np.bool_), 5, 20)
    # The second touches the first, the last crosses three; between others lie three pixels.
    assert groups_of([*bars, across]) == [(0, 1, 2, 5)]
    assert groups_of(bars) == [(0, 1)]
    assert groups_of([]) == []
