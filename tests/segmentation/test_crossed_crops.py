"""What a crop says of the stretch across which another chromosome lies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import poor_spread
import pytest
from drawn import make_classification
from poor_spread import CLASSES_FOUND, CROSSING

from napari_karyo.cell import Cell, Chromosome, Outline, Polarity, Spread
from napari_karyo.classified import ClassifiedCell
from napari_karyo.ideogram.compare import comparison
from napari_karyo.ideogram.sheet import CROSSING as BAR
from napari_karyo.segmentation.crops import crop_box, cut_crop

#: Of what was found, the one that holds two that cross.
BOTH = 1


@pytest.mark.parametrize("top", [0, 1, 2, 20, 33, 34])
@pytest.mark.parametrize("left", [0, 3, 50])
@pytest.mark.parametrize("margin", [0, 2, 3])
def test_the_crossing_lies_in_the_crop_as_in_the_photograph(
    top: int, left: int, margin: int
) -> None:
    shape = 40, 60
    mask = np.ones((6, 5), np.bool_)
    shared = np.zeros_like(mask)
    shared[1:3, 4] = True
    outline = Outline(mask, top, left, shared)
    crop = cut_crop(np.ones(shape, np.float32), [outline], outline, Polarity.BRIGHT, margin)
    item = Chromosome("a", crop, outline=outline)
    spread = Spread("s", np.zeros(shape, np.uint8), Polarity.BRIGHT)
    crossing = Cell("s", (item,), Polarity.BRIGHT, photograph=spread).crossing_in(item)
    assert crossing is not None
    whole = np.zeros(shape, np.bool_)
    whole[outline.place] = shared
    box = crop_box(outline, margin, shape)
    assert np.array_equal(crossing, whole[box.top : box.bottom, box.left : box.right])


def test_a_crop_that_nothing_crosses_has_none() -> None:
    cell = poor_spread.spread_cell()
    assert cell.crossing_in(cell.chromosomes[0]) is None
    bare = replace(cell.chromosomes[0], outline=None)
    assert cell.crossing_in(bare) is None
    assert replace(cell, photograph=None).crossing_in(cell.chromosomes[0]) is None


@pytest.fixture
def parted() -> tuple[ClassifiedCell, list[int]]:
    """A cell of which two were parted that cross, and their numbers."""
    found = make_classification(poor_spread.spread_cell(), CLASSES_FOUND)
    cell = ClassifiedCell.from_classification(found)
    cell.part(BOTH, CROSSING)
    return cell, [one for one in cell.present if one >= len(CLASSES_FOUND)]


def test_what_was_parted_knows_its_crossing_to_the_network_s_input(
    parted: tuple[ClassifiedCell, list[int]],
) -> None:
    cell, made = parted
    for one in made:
        item = cell.classification.cell.chromosomes[one]
        assert item.outline is not None
        assert 0.1 < item.outline.crossed < 0.35
        crossing = cell.classification.cell.crossing_in(item)
        assert crossing is not None
        assert np.count_nonzero(crossing) == np.count_nonzero(item.outline.shared)
        rows, columns = np.nonzero(crossing)
        # Both cross at one place of the photograph.
        box = crop_box(item.outline, 3, poor_spread.SHAPE)
        assert abs(rows.mean() + box.top - 60) < 3
        assert abs(columns.mean() + box.left - 130) < 3


@pytest.mark.parametrize("turned", [False, True])
def test_a_bar_stands_beside_it_and_the_picture_stays_whole(
    parted: tuple[ClassifiedCell, list[int]], turned: bool
) -> None:
    cell, made = parted
    found = cell.classification
    sheet = comparison(found, made[1], turned=turned)
    rows, columns = np.nonzero((sheet.picture == BAR).all(axis=2))
    assert len(rows)
    assert columns.min() < sheet.crop.left
    # In the upper half, and turned in the lower one: it lies at 60 of 25 to 95.
    middle = sheet.crop.top + sheet.crop.height / 2
    assert abs(rows.mean() - middle) < 0.15 * sheet.crop.height
    outlines = [replace(item, outline=None) for item in found.cell]
    without = replace(found, cell=replace(found.cell, chromosomes=tuple(outlines)))
    plain = comparison(without, made[1], turned=turned)
    assert not (plain.picture == BAR).all(axis=2).any()
    same = (plain.picture == sheet.picture).all(axis=2)
    assert same.sum() == same.size - len(rows)
