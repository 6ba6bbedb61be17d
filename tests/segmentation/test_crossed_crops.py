"""What a crop says of the stretch across which another chromosome lies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import poor_spread
import pytest
from drawn import make_classification
from PIL import Image
from poor_spread import CLASSES_FOUND, CROSSING

from napari_karyo.case import Case
from napari_karyo.cell import Cell, Chromosome, Outline, Polarity, Spread
from napari_karyo.classified import ClassifiedCell
from napari_karyo.errors import EditError
from napari_karyo.ideogram.compare import comparison
from napari_karyo.ideogram.sheet import CROSSING as BAR
from napari_karyo.io.cells import read_cell
from napari_karyo.io.objects_table import COLUMNS, _outline, mask_of, runs_of
from napari_karyo.segmentation.crops import crop_box, cut_crop
from napari_karyo.segmentation.folder import write_segmentation
from napari_karyo.simulation.spread import simulate_spread

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


def test_a_folder_says_the_same_of_what_is_crossed_as_the_photograph(tmp_path: Path) -> None:
    found = simulate_spread("46,XY", seed=5, crossing=6, nuclei=1, dirt=2).segmentation()
    write_segmentation(found, tmp_path / "cell")
    straight, again = found.to_cell(), read_cell(tmp_path / "cell")
    assert again.problems == ()
    crossed = 0
    for one, other in zip(straight, again, strict=True):
        assert one.outline is not None
        assert other.outline is not None
        assert other.outline.box == one.outline.box
        assert np.array_equal(other.outline.mask, one.outline.mask)
        assert np.array_equal(other.outline.shared, one.outline.shared)
        here, there = straight.crossing_in(one), again.crossing_in(other)
        assert (here is None) == (there is None)
        if here is not None:
            crossed += 1
            assert np.array_equal(here, there)
    assert crossed > 4
    # The crops of a table of before know nothing of it, and one that was changed since is told.
    table = tmp_path / "cell" / "objects.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    Image.fromarray(straight.chromosomes[0].image[1:]).save(tmp_path / "cell" / "01.png")
    [said] = read_cell(tmp_path / "cell").problems
    assert "can't be read from it: 01.png." in said.what
    assert not said.left_out
    table.write_text("\n".join(line.rsplit(",", 2)[0] for line in lines), encoding="utf-8")
    before = read_cell(tmp_path / "cell")
    assert before.problems == ()
    assert all(item.outline is None for item in before)


@pytest.mark.parametrize("runs", ["1 2 x", "-1 5", "0 4097", "4 0", "1 1e3", f"0 {'9' * 5000}"])
def test_runs_that_are_none_of_a_crop(runs: str) -> None:
    row = dict.fromkeys(COLUMNS, "") | {"file": "a", "xmax": "64", "ymax": "64", "outline": runs}
    row |= {"xmin": "0", "ymin": "0"}
    with pytest.raises(ValueError, match=r"\w"):
        _outline(row, np.zeros((64, 64), np.uint8))


def test_a_mask_comes_back_from_its_runs() -> None:
    mask = np.random.default_rng(1).random((7, 9)) > 0.5
    for one in (mask, ~mask, mask & False, mask | True):
        assert np.array_equal(mask_of(runs_of(one), one.shape), one)
    assert runs_of(np.array([[False, True], [True, False]])) == "1 2"


def test_what_is_crossed_stays_in_the_case_file_and_in_json(tmp_path: Path) -> None:
    straight = poor_spread.spread_cell()
    found = make_classification(straight, CLASSES_FOUND)
    cell = ClassifiedCell.from_classification(found)
    cell.part(BOTH, CROSSING)
    apart = replace(found, cell=replace(straight, photograph=None))
    made = cell.classification.cell.chromosomes[-1]
    items = (
        *apart.cell.chromosomes[:-1],
        replace(apart.cell.chromosomes[-1], outline=made.outline),
    )
    bare = replace(apart, cell=replace(apart.cell, chromosomes=items))
    path = tmp_path / "P1.karyo"
    with Case.create(path) as case:
        number = case.add(ClassifiedCell.from_classification(bare))
        kept = case.cell(number)
    assert made.outline is not None
    assert made.outline.crossed > 0.1
    last = kept.classification.cell.chromosomes[-1].outline
    assert last is not None
    assert last.crossed == made.outline.crossed
    assert kept.classification.cell.photograph is None
    assert kept.karyotype.in_spread
    with pytest.raises(EditError, match="no photograph"):
        kept.cut(0, [(0, 0), (9, 9)])
