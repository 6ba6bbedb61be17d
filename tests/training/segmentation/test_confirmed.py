"""Outlines that a box confirms."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from napari_karyo.cell import Polarity, Spread
from napari_karyo.models.spread_weights import SpreadWeights
from napari_karyo.models.unet import SpreadNetwork
from napari_karyo.segmentation.ground import Field
from napari_karyo.segmentation.maps import Maps
from napari_karyo.segmentation.objects import Kind, Segmentation
from napari_karyo.segmentation.partition import Partition
from napari_karyo.segmentation.pieces import find_pieces
from napari_karyo.segmentation.proposed import Proposed, place_object
from napari_karyo.segmentation.region import Region
from napari_karyo.training.segmentation import confirmed
from napari_karyo.training.segmentation.archives import Photograph
from napari_karyo.training.segmentation.labelled import LabelledSpread, make_target

SHAPE = (300, 300)
Box = tuple[float, float, float, float]
ALONG: Box = (88, 141, 212, 159)
ACROSS: Box = (141, 88, 159, 212)
FAR: Box = (38, 248, 102, 266)


@pytest.fixture
def masks() -> list[NDArray[np.bool_]]:
    """Two that cross, and one that lies alone."""
    masks = [np.zeros(SHAPE, np.bool_) for _ in range(3)]
    masks[0][143:157, 90:210] = True
    masks[1][90:210, 143:157] = True
    masks[2][250:264, 40:100] = True
    return masks


def labelled(
    masks: list[NDArray[np.bool_]], boxes: list[Box], monkeypatch: pytest.MonkeyPatch
) -> LabelledSpread:
    """Return what boxes confirm where the network tells all as it is."""
    values = np.zeros(SHAPE, np.float32)
    for mask in masks:
        values[mask] = 0.5
    grey = np.rint(255 * (1 - values)).astype(np.uint8)
    none = np.zeros(SHAPE, np.bool_)
    field = Field(values, 1.0, SHAPE)
    regions = [region for mask in masks if (region := Region.cut(mask)) is not None]
    target = make_target(LabelledSpread("drawn", "train", field, regions, none, none, none))
    maps = Maps(*target[:6].astype(np.float32) / 100)
    partition = Partition(find_pieces(maps), maps)
    spread = Spread("drawn", grey, Polarity.DARK)
    objects = tuple(
        place_object(field, one.region, one.shared, Kind.CHROMOSOME, 1.0)
        for one in partition.shapes
    )
    proposed = Proposed(Segmentation(spread, objects, values, 14.0), field, maps, partition)
    monkeypatch.setattr(confirmed, "propose", lambda *_: proposed)
    photograph = Photograph("drawn", "train", grey, [], np.array(boxes), ["1"] * len(boxes))
    return confirmed.label_confirmed(photograph, SpreadWeights(SpreadNetwork(), None, "", {}))


def test_both_of_a_crossing_are_taught_where_both_have_a_box(
    masks: list[NDArray[np.bool_]], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = labelled(masks, [ALONG, ACROSS, FAR], monkeypatch)
    assert len(known.instances) == 3
    assert not known.unknown.any()
    crossing = make_target(known)[2]
    assert crossing[150, 150] == 100
    assert crossing[150, 110] == 0


def test_where_one_has_no_box_the_crossing_is_not_taught(
    masks: list[NDArray[np.bool_]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its own box is far from its outline.
    known = labelled(masks, [ALONG, (120, 80, 190, 250), FAR], monkeypatch)
    assert len(known.instances) == 2
    assert known.unknown[150, 150]
    target = make_target(known)
    assert target[7][150, 150] == 0
    assert target[7][150, 110] > 0


def test_two_in_one_outline_are_no_chromosome(
    masks: list[NDArray[np.bool_]], monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = masks[2].copy()
    beside[250:264, 40:160] = True
    # One box for both, and another in it.
    both: Box = (38, 248, 162, 266)
    known = labelled([*masks[:2], beside], [ALONG, ACROSS, both, (38, 248, 98, 266)], monkeypatch)
    assert len(known.instances) == 2
    assert known.unknown[257, 100]
