"""What the export panel offers is what can be written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from drawn import make_cell, make_classification
from mouse import write
from PIL import Image

import napari_karyo
from napari_karyo.case import Case
from napari_karyo.cell import Polarity
from napari_karyo.gui.canvas.karyogram_view import open_view
from napari_karyo.gui.docks.export_panel import CELL, ENDINGS, FILTERS
from napari_karyo.gui.docks.review.dock import ReviewDock
from napari_karyo.gui.session.session import session_of
from napari_karyo.output.files import FORMATS


def test_every_format_is_offered_for_a_cell() -> None:
    # One name for both endings of TIFF.
    assert {f".{ending}" for ending in FILTERS} == set(FORMATS) - {".tiff"}
    assert set(ENDINGS[CELL]) == set(FILTERS)
    assert all(set(endings) <= set(FILTERS) for endings in ENDINGS.values())


def test_a_bright_stain_is_printed_dark_on_white_where_that_is_chosen(
    viewer: Any, tmp_path: Path
) -> None:
    open_view(viewer)
    session_of(viewer).open(make_classification(make_cell(polarity=Polarity.BRIGHT)))
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock)
    paper = []
    for words in ("As photographed", "Dark on white"):
        dock.export.colours.setCurrentText(words)
        path = tmp_path / f"{words}.png"
        assert write(dock, path)
        with Image.open(path) as picture:
            paper.append(picture.convert("L").getpixel((2, 2)))
    assert paper == [0, 255]


@pytest.mark.parametrize("shipped", [True, False])
def test_nothing_is_written_beside_a_sample_unasked(
    viewer: Any, tmp_path: Path, shipped: bool
) -> None:
    beside = Path(napari_karyo.__file__).parent / "segmentation" / "files" if shipped else tmp_path
    open_view(viewer)
    cell = replace(make_cell(), path=beside / "spread.png")
    session_of(viewer).open(make_classification(cell))
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock)
    dock.export.ask()
    dialog = dock.export.dialog
    assert dialog is not None
    folder = Path(dialog.directory().absolutePath())
    dialog.close()
    assert folder == (Path.home() if shipped else tmp_path)


def test_a_patient_s_name_is_not_printed_on_another_patient_s_page(
    viewer: Any, tmp_path: Path
) -> None:
    open_view(viewer)
    session = session_of(viewer)
    cells = []
    for number, case in enumerate((None, "P1", "P1", "P2")):
        kept = None if case is None else session.case_at(tmp_path / f"{case}.karyo")
        if case is not None and kept is None:
            kept = session.hold(Case.create(tmp_path / f"{case}.karyo"))
        cell = session.open(make_classification(make_cell(name=f"cell {number}")))
        cell.case = kept
        cells.append(cell)
    session.show(cells[1])
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock)
    dock.export.patient.setText("Jane")
    dock.export.heading.setText("Karyotype")
    session.show(cells[2])
    assert dock.export.patient.text() == "Jane"
    session.show(cells[3])
    assert dock.export.patient.text() == ""
    assert dock.export.heading.text() == "Karyotype"
    dock.export.patient.setText("Eva")
    session.show(cells[0])
    assert dock.export.patient.text() == ""
