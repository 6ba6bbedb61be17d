"""The picture of an outline along its axis."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.draw import polygon

from napari_karyo.models.agreement import CHANNELS
from napari_karyo.segmentation.ground import Field
from napari_karyo.segmentation.maps import Maps
from napari_karyo.segmentation.outline_picture import SHAPE, STEP, picture_outline
from napari_karyo.segmentation.partition import Candidate
from napari_karyo.segmentation.region import Region

SIZE = (220, 260)


def bar(
    angle: float, length: float = 80, width: float = 14, at: tuple[int, int] = (110, 120)
) -> NDArray[np.bool_]:
    """Return the mask of a straight chromosome, so many degrees from upright."""
    turn = np.deg2rad(angle)
    along, across = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    corners = [
        np.array(at) + length / 2 * one * along + width / 2 * other * across
        for one, other in ((1, 1), (1, -1), (-1, -1), (-1, 1))
    ]
    down, aside = np.array(corners).T
    rows, columns = polygon(down, aside, SIZE)
    mask = np.zeros(SIZE, np.bool_)
    mask[rows, columns] = True
    return mask


def picture(mask: NDArray[np.bool_], values: NDArray[np.float32]) -> NDArray[np.uint8]:
    region = Region.cut(mask)
    assert region is not None
    shape = Candidate(region, np.zeros_like(region.mask))
    empty = np.zeros(SIZE, np.float32)
    maps = Maps(*(empty if number else values for number in range(6)))
    return picture_outline(shape, Field(values, 1.0, SIZE), maps)


@pytest.mark.parametrize("angle", [0, 30, 60, 90, 135])
def test_its_axis_stands_upright_in_the_middle(angle: float) -> None:
    mask = bar(angle)
    found = picture(mask, mask.astype(np.float32))
    inside = found[1] > 127
    rows, columns = np.nonzero(inside)
    assert found.shape == (CHANNELS, *SHAPE)
    assert abs(np.ptp(rows) + 1 - 80 / STEP) <= 3
    assert abs(np.ptp(columns) + 1 - 14 / STEP) <= 3
    assert abs(rows.mean() - (SHAPE[0] - 1) / 2) <= 1
    assert abs(columns.mean() - (SHAPE[1] - 1) / 2) <= 1
    # The photograph and what the network says are seen in the same place.
    assert np.array_equal(found[0], found[3])
    assert np.abs(found[0].astype(int) - found[1]).max() <= 1


def test_what_lies_beside_it_is_seen_and_not_of_it() -> None:
    own = bar(0)
    other = bar(0, length=40, at=(110, 145))
    found = picture(own, (0.5 * (own | other)).astype(np.float32))
    beside = (found[0] > 100) & (found[1] < 20)
    assert abs(np.count_nonzero(beside) * STEP**2 - 40 * 14) < 120


def test_an_outline_at_the_border_of_the_field_is_seen_with_nothing_beyond() -> None:
    mask = bar(0, at=(40, 7))
    found = picture(mask, np.ones(SIZE, np.float32))
    assert found[0][:, :5].max() == 0
    assert found[0][SHAPE[0] // 2, SHAPE[1] // 2] == 255


def test_a_single_pixel_has_a_picture() -> None:
    mask = np.zeros(SIZE, np.bool_)
    mask[50, 60] = True
    assert picture(mask, mask.astype(np.float32))[1].max() > 0
