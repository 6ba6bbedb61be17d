"""Real cells in a real window: dropped, classified by the shipped network, corrected, exported."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mouse
import numpy as np
import pytest
from mouse import write
from PIL import Image

from napari_karyo.classes import TRAY
from napari_karyo.gui.classify.form import PLUGIN, ClassifyForm
from napari_karyo.gui.session.session import Session, session_of
from napari_karyo.karyogram.page import SCREEN_DPI

pytestmark = pytest.mark.real_data

#: A cell of the split ``val`` with three chromosomes 18.
TRISOMY_18 = ("g_band", "97002271.11")


def classify(viewer: Any, folder: Path) -> Session:
    """Drop a folder and press the button, as a person does."""
    form = ClassifyForm(viewer)
    viewer.window.add_dock_widget(form, name="Classify chromosomes (Karyotyping)")
    viewer.open(str(folder), plugin=PLUGIN)
    form.device.value = "cpu"
    form.start.native.click()
    end = time.monotonic() + 120
    while form.worker is not None:
        assert time.monotonic() < end
        mouse.settle()
        time.sleep(0.01)
    session: Session = session_of(viewer)
    assert session.current is not None, form.said.value
    return session


def q_band_cell(rows: list[dict[str, str]]) -> tuple[str, str]:
    return "q_band", next(
        row["cell"] for row in rows if row["stain"] == "q_band" and row["split"] == "val"
    )


@pytest.mark.parametrize("which", ["q_band", "trisomy 18"])
def test_from_folder_to_export(
    viewer: Any,
    real_cell: Callable[[str, str], Path],
    real_rows: list[dict[str, str]],
    tmp_path: Path,
    qtbot: Any,
    which: str,
) -> None:
    folder = real_cell(*(q_band_cell(real_rows) if which == "q_band" else TRISOMY_18))
    crops = len(list(folder.glob("*.png")))
    session = classify(viewer, folder)
    cell, view = session.current, session.view
    assert cell is not None
    karyotype = cell.karyotype
    assert len(karyotype) == crops == len(view.page.places)
    right = [
        item.expected == karyotype.slot_of(k) for k, item in enumerate(cell.classification.cell)
    ]
    assert np.mean(right) > 0.85
    if which == "trisomy 18":
        assert crops == 47
        assert len(karyotype.state.slots["18"]) == 3
    qtbot.wait(200)

    # A correction by mouse, taken back and done again.
    moved = karyotype.state.slots["3"][0]
    proposal = karyotype.iscn
    mouse.drag(viewer, view.page.places[moved].box.center, view.page.slots[TRAY].inner.center)
    assert karyotype.slot_of(moved) == TRAY
    assert karyotype.iscn != proposal
    karyotype.undo()
    assert karyotype.iscn == proposal
    karyotype.redo()

    # What is written is what the screen shows.
    dock = viewer.window.dock_widgets["Review karyogram (Karyotyping)"]
    dock.export.resolution.setValue(round(SCREEN_DPI))
    assert write(dock, tmp_path / "k.png")
    assert write(dock, tmp_path / "k.tif")
    assert write(dock, tmp_path / "k.csv")
    view.toggle_lights()
    session.select(None)
    shown = view.layers["karyogram"].data[..., :3]
    for name in ("k.png", "k.tif"):
        # Whole dots an inch are offered, so the file may be a few pixels smaller.
        picture = Image.open(tmp_path / name).convert("RGB")
        written = np.asarray(picture.resize((shown.shape[1], shown.shape[0]))).astype(int)
        assert np.abs(written - shown).mean() < 2.0
    with (tmp_path / "k.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == crops
    assert rows[moved]["assigned"] == TRAY
    assert rows[moved]["corrected"] == "yes"
    shot = viewer.screenshot(canvas_only=True, flash=False)
    assert shot[..., :3].max() > 200
    assert len(np.unique(shot[..., 0])) > 50
