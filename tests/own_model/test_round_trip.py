"""What a person left in a case file is what training reads: pictures, ways up, classes, pieces."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from corrected import classes_of, corrected, keep, laboratory, listing, photographed
from numpy.typing import NDArray

from napari_karyo.cell import Cell, Chromosome, Polarity
from napari_karyo.classes import MARKERS, TRAY
from napari_karyo.classified import ClassifiedCell
from napari_karyo.own_model.collecting import collect
from napari_karyo.own_model.keeping_out import divide
from napari_karyo.own_model.writing import write_data
from napari_karyo.preprocessing.foreground import bright_on_black
from napari_karyo.preprocessing.pieces import merge_crops, split_crop
from napari_karyo.preprocessing.prepare import InputSettings, stand_upright
from napari_karyo.preprocessing.upright import upright
from napari_karyo.training.dataset import LabelledCell, load_dataset, read_cells


def written(cases: Path, folder: Path) -> list[LabelledCell]:
    """Collect, write, and read as training does."""
    found = collect([cases])
    assert found.faults == ()
    write_data(found, divide(found), folder / "data")
    return list(read_cells(folder / "data", folder / "work", ("train", "val")))


def picture(image: NDArray[np.generic], polarity: Polarity, white: float) -> NDArray[np.float32]:
    return upright(bright_on_black(image, polarity, white)).image


def likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return the correlation of two pictures whose sizes differ by a pixel at most."""
    assert np.abs(np.subtract(one.shape, other.shape)).max() <= 1
    rows, columns = np.minimum(one.shape, other.shape)
    pair = one[:rows, :columns].ravel(), other[:rows, :columns].ravel()
    return float(np.corrcoef(*pair)[0, 1])


@pytest.mark.parametrize("stain", ["G", "Q"])
def test_pictures_ways_up_and_classes_come_back(tmp_path: Path, stain: str) -> None:
    truth = photographed(3, stain)
    # A photographed cell lies as it fell: each crop turned by another number of quarters.
    lying = replace(
        truth,
        chromosomes=tuple(
            replace(item, image=np.ascontiguousarray(np.rot90(item.image, number % 4)))
            for number, item in enumerate(truth)
        ),
    )
    wrong = {2: "9", 7: "13", 30: "X"}
    cell = corrected(lying, wrong)
    uprights = stand_upright(truth)[1]

    def work(cell: ClassifiedCell) -> None:
        for one, slot in enumerate(classes_of(truth)):
            if cell.karyotype.slot_of(one) != slot:
                cell.karyotype.move([one], slot)
            seen, meant = cell.classification.uprights[one].image, uprights[one].image
            if likeness(seen[::-1, ::-1], meant) > likeness(seen, meant):
                cell.karyotype.turn([one])
        assert 5 < len(cell.karyotype.state.turned) < 41

    keep(tmp_path / "P1.karyo", [cell], work=work)
    [back] = written(tmp_path / "P1.karyo", tmp_path)
    assert back.p_arm_known
    assert back.lost == ()
    assert back.cell.polarity is truth.polarity
    assert [item.expected for item in back.cell] == classes_of(truth)
    for number, (item, meant) in enumerate(zip(back.cell, truth, strict=True)):
        seen = picture(item.image, truth.polarity, 255.0)
        whole = uprights[number].image
        assert likeness(seen, whole) > 0.98
        if number % 4 == 0:
            np.testing.assert_array_equal(item.image, meant.image)
    # As lie the others, they stand within half of a quarter.
    assert all(item.image.shape[0] >= item.image.shape[1] for item in back.cell if _long(item))


def _long(item: Chromosome) -> bool:
    return max(item.image.shape) > 1.5 * min(item.image.shape)


def test_pieces_take_the_place_of_what_they_were_made_of(tmp_path: Path) -> None:
    truth = photographed(4)
    cell = corrected(truth)
    long, (one, other) = 0, (10, 11)
    height, width = truth.chromosomes[long].image.shape
    halves = split_crop(
        truth.chromosomes[long].image, [(height / 2, 0), (height / 2, width)], Polarity.DARK
    )
    merged = merge_crops(
        truth.chromosomes[one].image, truth.chromosomes[other].image, Polarity.DARK
    )

    def work(cell: ClassifiedCell) -> None:
        made = [Chromosome(f"half {n}", half.image) for n, half in enumerate(halves)]
        cell.split(long, made)
        cell.merge([one, other], Chromosome("both", merged))
        first = len(truth)
        cell.karyotype.move([first], "20")
        cell.karyotype.move([first + 1], "21")
        cell.karyotype.move([first + 2], "3")

    keep(tmp_path / "P1.karyo", [cell], work=work)
    [back] = written(tmp_path / "P1.karyo", tmp_path)
    meant = Counter(classes_of(truth))
    meant.subtract([str(truth.chromosomes[gone].expected) for gone in (long, one, other)])
    meant.update(["20", "21", "3"])
    assert Counter(str(item.expected) for item in back.cell) == +meant
    seen = {(item.expected, item.image.tobytes()) for item in back.cell}
    assert {("20", halves[0].image.tobytes()), ("21", halves[1].image.tobytes())} <= seen
    gone = {truth.chromosomes[number].image.tobytes() for number in (long, one, other)}
    assert not gone & {image for _, image in seen}


def test_what_is_of_no_class_is_left_out_and_counted(tmp_path: Path) -> None:
    def work(cell: ClassifiedCell) -> None:
        cell.karyotype.move([0, 5], TRAY)
        cell.karyotype.move([9], MARKERS)
        cell.karyotype.mark_derivative(12)

    keep(tmp_path / "P1.karyo", [corrected(photographed(5))], work=work)
    [cell] = collect([tmp_path]).cells
    assert cell.included
    assert cell.left_out_chromosomes == {
        "in the tray": 2,
        "among the markers": 1,
        "derivative": 1,
    }
    assert len(cell.crops) == 42
    [back] = written(tmp_path / "P1.karyo", tmp_path)
    assert len(back.cell) == 42


def test_deep_crops_stay_deep(tmp_path: Path) -> None:
    truth = photographed(6, "Q")
    deep = replace(
        truth,
        chromosomes=tuple(replace(item, image=item.image.astype(np.uint16) * 16) for item in truth),
    )
    keep(tmp_path / "P1.karyo", [corrected(deep)])
    [back] = written(tmp_path / "P1.karyo", tmp_path)
    for item, meant in zip(back.cell, deep, strict=True):
        np.testing.assert_array_equal(item.image, meant.image)
        assert item.image.dtype == np.uint16


def test_training_reads_it_all_and_patients_keep_to_one_part(tmp_path: Path) -> None:
    cases = laboratory(tmp_path / "cases")
    before = listing(cases)
    found = collect([cases])
    division = divide(found)
    data = write_data(found, division, tmp_path / "data")
    assert listing(cases) == before
    dataset = load_dataset(data, tmp_path / "work", InputSettings())
    assert len(dataset.labels) == found.crops == 6 * 46
    assert Counter(dataset.splits.tolist()) == {
        "train": 46 * len(division.train),
        "val": 46 * len(division.kept),
    }
    kept = set(dataset.patients[dataset.select("val")].tolist())
    assert kept == division.patients
    assert not kept & set(dataset.patients[dataset.select("train")].tolist())
    assert len(np.unique(dataset.cells)) == 6
    assert dataset.p_arm_known.all()
    about = json.loads((data / "collection.json").read_text())
    assert about["cells"] == {"train": len(division.train), "kept out": len(division.kept)}
    assert about["signed by"] == ["AB"]


def test_a_photograph_rotated_by_hand_stands_as_it_was_left(tmp_path: Path) -> None:
    truth = photographed(7)

    def work(cell: ClassifiedCell) -> None:
        cell.karyotype.rotate([0], 180)
        cell.karyotype.rotate([1], 20)
        cell.karyotype.rotate([2], 150)
        cell.karyotype.turn([2])

    keep(tmp_path / "P1.karyo", [corrected(truth)], work=work)
    [back] = written(tmp_path / "P1.karyo", tmp_path)
    images = [item.image for item in back.cell]
    np.testing.assert_array_equal(images[0], truth.chromosomes[0].image[::-1, ::-1])
    np.testing.assert_array_equal(images[1], truth.chromosomes[1].image)
    np.testing.assert_array_equal(images[2], truth.chromosomes[2].image)


def test_what_is_as_wide_as_long_stands_as_it_was_rotated(tmp_path: Path) -> None:
    rows, columns = np.mgrid[:40, :40]
    inside = (rows - 19.5) ** 2 + (columns - 19.5) ** 2 < 12**2
    image = np.where(inside, np.where(columns < 20, 40, 120), 255).astype(np.uint8)
    truth = photographed(8)
    whole = (Chromosome("round.png", image, expected="Y"), *truth.chromosomes)
    cell = Cell("cell 8", whole, Polarity.DARK)
    keep(
        tmp_path / "P1.karyo",
        [corrected(cell)],
        work=lambda one: one.karyotype.rotate([0], 80),
    )
    [back] = written(tmp_path / "P1.karyo", tmp_path)
    # Clockwise: what was left is above.
    np.testing.assert_array_equal(back.cell.chromosomes[0].image, np.rot90(image, -1))
