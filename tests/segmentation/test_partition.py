"""Pieces joined across crossings and parted at contacts, from maps drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from skimage.draw import polygon

from napari_karyo.segmentation.ground import Field
from napari_karyo.segmentation.maps import Maps
from napari_karyo.segmentation.partition import Partition
from napari_karyo.segmentation.pieces import find_pieces
from napari_karyo.segmentation.region import Region
from napari_karyo.training.segmentation.labelled import LabelledSpread, make_target

SHAPE = (200, 200)


def bar(row: float, column: float, angle: float, length: float = 90) -> NDArray[np.bool_]:
    """Return a bar 14 pixels wide; its angle is in degrees from the columns."""
    turn = np.deg2rad(angle)
    along = np.array([np.sin(turn), np.cos(turn)]) * length / 2
    across = np.array([np.cos(turn), -np.sin(turn)]) * 7
    corners = np.array([along + across, along - across, -along - across, -along + across])
    mask = np.zeros(SHAPE, np.bool_)
    mask[polygon(*(corners + np.array((row, column))).T, SHAPE)] = True
    return mask


def partition_of(*masks: NDArray[np.bool_]) -> Partition:
    """Return the partition that a network would lead to that tells all as it is."""
    none = np.zeros(SHAPE, np.bool_)
    field = Field(np.zeros(SHAPE, np.float32), 1.0, SHAPE)
    regions = [region for mask in masks if (region := Region.cut(mask)) is not None]
    target = make_target(LabelledSpread("drawn", "train", field, regions, none, none, none))
    maps = Maps(*target[:6].astype(np.float32) / 100)
    return Partition(find_pieces(maps), maps)


def overlap(found: Region, mask: NDArray[np.bool_]) -> float:
    whole = found.within(0, 0, SHAPE)
    return np.count_nonzero(whole & mask) / np.count_nonzero(whole | mask)


def best(partition: Partition, mask: NDArray[np.bool_]) -> float:
    return max(overlap(shape.region, mask) for shape in partition.shapes)


@pytest.mark.parametrize("angle", [90, 60, 45])
def test_of_a_crossing_both_are_whole(angle: float) -> None:
    first, second = bar(100, 100, 0), bar(100, 100, angle)
    partition = partition_of(first, second)
    assert len(partition.shapes) == 2
    assert min(best(partition, first), best(partition, second)) > 0.9
    # What lies at the crossing belongs to both.
    assert all(shape.shared.any() for shape in partition.shapes)


def test_three_at_three_crossings_are_three() -> None:
    masks = [bar(100, 100, 0, 160), bar(100, 60, 80), bar(100, 140, 100)]
    partition = partition_of(*masks)
    assert len(partition.shapes) == 3
    assert min(best(partition, mask) for mask in masks) > 0.85


def test_one_that_ends_upon_another_takes_nothing_of_it() -> None:
    through, ends = bar(100, 100, 0, 140), bar(140, 100, 90, 80)
    partition = partition_of(through, ends)
    assert len(partition.shapes) == 2
    assert min(best(partition, through), best(partition, ends)) > 0.85


def test_two_that_touch_are_two() -> None:
    first, second = bar(93, 100, 0), bar(108, 100, 0)
    assert not (first & second).any()
    partition = partition_of(first, second)
    assert len(partition.shapes) == 2
    assert min(best(partition, first), best(partition, second)) > 0.9


def test_other_pairings_and_a_merger_are_offered() -> None:
    crossing = partition_of(bar(100, 100, 0), bar(100, 100, 45))
    pieces = [
        sorted(np.count_nonzero(shape.region.mask) for shape in one.by)
        for one in crossing.alternatives()
    ]
    # Two hooks instead of two bars; and all in one.
    assert any(len(one) == 2 for one in pieces)
    touching = partition_of(bar(93, 100, 0), bar(108, 100, 0))
    merged = [one for one in touching.alternatives() if len(one.by) == 1]
    assert len(merged) == 1
    assert merged[0].replaced == {0, 1}


def test_a_waist_offers_a_split() -> None:
    mask = bar(100, 100, 0, 120)
    core = ndimage.distance_transform_edt(mask) > 2.2
    maps = Maps(
        mask.astype(np.float32),
        np.where(core, 0.99, 0.0).astype(np.float32),
        *(np.zeros(SHAPE, np.float32) for _ in range(4)),
    )
    # The network half sees a border in the middle.
    maps.core[:, 98:103] *= 0.7
    partition = Partition(find_pieces(maps), maps)
    assert len(partition.shapes) == 1
    splits = [one for one in partition.alternatives() if len(one.by) == 2]
    assert len(splits) == 1
    assert splits[0].replaced == {0}


def test_a_stub_belongs_to_what_it_hangs_on() -> None:
    mask = bar(100, 100, 0, 100)
    core = (ndimage.distance_transform_edt(mask) > 2.2).astype(np.float32)
    core[:, 144:146] = 0
    maps = Maps(mask.astype(np.float32), core, *(np.zeros(SHAPE, np.float32) for _ in range(4)))
    pieces = find_pieces(maps)
    assert pieces.count == 2
    assert len(Partition(pieces, maps).shapes) == 1
