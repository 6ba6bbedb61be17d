"""Cells from photographs, folders of photographs, and the folders that are written of them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from drawn_spread import draw_spread, drawn_segmentation, write_spread
from PIL import Image

from napari_karyo.errors import ExportError, ReadError
from napari_karyo.io.cells import read_cell, write_cell
from napari_karyo.io.label_images import find_label_image
from napari_karyo.io.objects_table import COLUMNS
from napari_karyo.segmentation import Kind
from napari_karyo.segmentation.folder import write_segmentation
from napari_karyo.segmentation.reading import (
    holds_photographs,
    read_cells,
    read_segmentation,
)
from napari_karyo.simulation.sample import simulate_cell


def test_labels_beside_a_photograph_are_taken(tmp_path: Path) -> None:
    path = write_spread(tmp_path / "spread.png", labels=True)
    found = read_segmentation(path)
    assert found.count == 46
    assert "spread_labels.png outlines" in found.problems[0].what
    assert not found.problems[0].left_out


def test_a_class_map_beside_a_photograph_is_not_taken(tmp_path: Path) -> None:
    # It holds the answer: who measures what is found has it there.
    path = write_spread(tmp_path / "A1_dapi.png", "Q")
    Image.fromarray(draw_spread("Q").painted).save(tmp_path / "A1_classes.png")
    assert find_label_image(path) is None
    Image.fromarray(draw_spread("Q").labels).save(tmp_path / "A1_masks.png")
    assert find_label_image(path) == tmp_path / "A1_masks.png"


def test_labels_of_another_photograph_are_refused(tmp_path: Path) -> None:
    path = write_spread(tmp_path / "spread.png")
    Image.fromarray(draw_spread().labels[:-9]).save(tmp_path / "spread_labels.png")
    with pytest.raises(ReadError, match="720 x 551 pixels, the photograph of 720 x 560"):
        read_segmentation(path)


def test_a_patient_of_photographs(tmp_path: Path) -> None:
    folder = tmp_path / "P1"
    for name in ("a", "b"):
        write_spread(folder / f"{name}.png", labels=True)
    assert holds_photographs(folder)
    patient = read_cells(folder)
    assert patient.name == "P1"
    assert [cell.name for cell in patient.cells] == ["a", "b"]
    assert [len(cell) for cell in patient.cells] == [46, 46]


def test_a_patient_of_photographs_and_crops(tmp_path: Path) -> None:
    folder = tmp_path / "P1"
    write_spread(folder / "1" / "metaphase.png", labels=True)
    write_cell(simulate_cell(seed=1), folder / "2")
    assert holds_photographs(folder)
    patient = read_cells(folder)
    assert [cell.name for cell in patient.cells] == ["1", "2"]
    assert [cell.photograph is not None for cell in patient.cells] == [True, False]


def test_one_bad_photograph_does_not_cost_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "P1"
    for name in ("a", "b"):
        write_spread(folder / f"{name}.png", labels=True)
    Image.fromarray(draw_spread().labels[:-9]).save(folder / "b_labels.png")
    [cell] = read_cells(folder).cells
    assert len(cell) == 46
    assert any(problem.file == "b.png" and problem.left_out for problem in cell.problems)


def test_crops_are_read_as_ever(tmp_path: Path) -> None:
    folder = tmp_path / "cell"
    write_cell(simulate_cell(seed=1), folder)
    assert not holds_photographs(folder)
    [cell] = read_cells(folder).cells
    assert [one.name for one in cell] == [one.name for one in read_cell(folder)]
    assert not holds_photographs(tmp_path / "nowhere")
    with pytest.raises(ReadError, match="no such"):
        read_cells(tmp_path / "nowhere")


def test_the_folder_of_a_spread(tmp_path: Path) -> None:
    from dataclasses import replace

    found = drawn_segmentation()
    dirt, nucleus = (
        replace(one, kind=kind)
        for one, kind in zip(found.objects[:2], (Kind.DIRT, Kind.NUCLEUS), strict=True)
    )
    found = replace(found, objects=(dirt, nucleus, *found.objects[2:]))
    table = write_segmentation(found, tmp_path / "cell")
    with table.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert tuple(reader.fieldnames or ()) == COLUMNS
        rows = list(reader)
    assert [row["kind"] for row in rows] == ["dirt", "nucleus", *["chromosome"] * 44]
    assert [row["file"] for row in rows] == ["", "", *(f"{n:02d}.png" for n in range(1, 45))]
    for row, one in zip(rows, found, strict=True):
        box = tuple(int(row[name]) for name in ("xmin", "ymin", "xmax", "ymax"))
        assert box == found.box(one.outline)
        assert float(row["angle"]) == pytest.approx(one.angle, abs=0.06)
    # What reads crops reads these, and says nothing of the table.
    cell = read_cell(tmp_path / "cell")
    assert cell.problems == ()
    assert all(
        (one.image == other.image).all() and one.expected is None
        for one, other in zip(cell, found.to_cell(), strict=True)
    )
    with pytest.raises(ExportError, match="holds files already"):
        write_segmentation(found, tmp_path / "cell")


def test_a_table_of_another_kind_is_no_table_of_objects(tmp_path: Path) -> None:
    cell = write_cell(simulate_cell(seed=1), tmp_path / "cell")
    lines = ["file,label", *(f"{one.name},7" for one in cell)]
    (tmp_path / "cell" / "objects.csv").write_text("\n".join(lines))
    assert {one.expected for one in read_cell(tmp_path / "cell")} == {"7"}


def test_the_names_of_the_package() -> None:
    import napari_karyo as nk

    spread = nk.read_spread
    assert spread.__module__ == "napari_karyo.io.photograph"
    assert nk.Segmentation is type(drawn_segmentation())
    assert callable(nk.segment)
    assert np.ndim(draw_spread().image) == 2
