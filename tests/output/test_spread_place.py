"""Where each chromosome lies in its spread, in the records."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from drawn import MALE, make_cell, make_classification
from poor_spread import CLASSES_FOUND, CROSSING, spread_cell

from napari_karyo.classified import ClassifiedCell
from napari_karyo.output.csv_table import BOX, COLUMNS
from napari_karyo.output.export import export


def test_a_record_says_where_each_lies_in_the_photograph(tmp_path: Path) -> None:
    cell = ClassifiedCell.from_classification(make_classification(spread_cell(), CLASSES_FOUND))
    cell.part(1, CROSSING)
    export(cell, tmp_path / "a.json")
    export(cell, tmp_path / "a.csv")
    (record,) = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["cells"]
    boxes = {one["file"]: one["box"] for one in record["chromosomes"]}
    assert boxes["01.png"] == {"xmin": 34, "ymin": 24, "xmax": 47, "ymax": 107}
    assert boxes["02.png (1)"]["ymax"] < boxes["02.png (2)"]["ymax"]
    crossed = {one["file"]: one["crossed"] for one in record["chromosomes"]}
    assert crossed["01.png"] == 0
    assert 0.1 < crossed["02.png (1)"] < 0.35
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == [*COLUMNS, *BOX]
    assert rows[0][-4:] == ["34", "24", "47", "107"]
    assert len(rows) == len(boxes) == 7


def test_of_crops_nothing_is_said_of_a_place(tmp_path: Path) -> None:
    crops = ClassifiedCell.from_classification(make_classification(make_cell(), MALE))
    spread = ClassifiedCell.from_classification(make_classification(spread_cell(), CLASSES_FOUND))
    export(crops, tmp_path / "a.json")
    (record,) = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["cells"]
    assert {one["box"] for one in record["chromosomes"]} == {None}
    assert {one["crossed"] for one in record["chromosomes"]} == {None}
    export([crops, spread], tmp_path / "b.csv")
    with (tmp_path / "b.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["cell", *COLUMNS, *BOX]
    assert rows[0][-4:] == [""] * 4
    assert all(rows[-1][-4:])
