"""What napari gets of a path: crops, or photographs of spreads with what lies beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from spread_window import draw_spread

from napari_karyo.case import case_path
from napari_karyo.cell import Polarity, Spread
from napari_karyo.gui.canvas.contact_sheet import CELL_KEY, PATIENT_KEY, LayerData
from napari_karyo.gui.canvas.photographs import SPREAD_KEY
from napari_karyo.gui.classify.form import ClassifyForm
from napari_karyo.gui.classify.run import as_cell
from napari_karyo.gui.contributions.readers import file_reader, folder_reader
from napari_karyo.io.cells import write_cell
from napari_karyo.segmentation.labels import to_labels
from napari_karyo.simulation.sample import simulate_cell


def read(path: Path) -> list[LayerData]:
    reader = (folder_reader if path.is_dir() else file_reader)(str(path))
    assert reader is not None
    return reader(str(path))


def save_photograph(path: Path, polarity: Polarity = Polarity.DARK) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(draw_spread(polarity=polarity).spread.image).save(path)


def spread_in(layer: LayerData) -> Spread:
    spread = layer[1]["metadata"][SPREAD_KEY]
    assert isinstance(spread, Spread)
    return spread


def test_a_folder_of_photographs_is_a_patient(tmp_path: Path) -> None:
    folder = tmp_path / "P7"
    save_photograph(folder / "a.png")
    save_photograph(folder / "b.png", Polarity.BRIGHT)
    drawn = draw_spread()
    labels = to_labels(dict(enumerate(one.outline for one in drawn)), drawn.spread.image.shape)
    Image.fromarray(labels.astype(np.uint8)).save(folder / "b_labels.png")
    layers = read(folder)
    assert [kind for _, _, kind in layers] == ["image", "image", "labels"]
    assert [options["name"] for _, options, _ in layers] == ["a", "b", "b_labels"]
    assert [options["visible"] for _, options, _ in layers] == [True, False, False]
    assert np.array_equal(layers[2][0], labels)
    first, second = (spread_in(layer) for layer in layers[:2])
    assert (first.polarity, second.polarity) == (Polarity.DARK, Polarity.BRIGHT)
    patient = layers[0][1]["metadata"][PATIENT_KEY]
    assert layers[1][1]["metadata"][PATIENT_KEY] is patient
    assert [cell.name for cell in patient.cells] == ["a", "b"]
    # One case file keeps both.
    assert case_path(as_cell(first), patient) == tmp_path / "P7.karyo"


def test_a_folder_of_one_photograph(tmp_path: Path) -> None:
    save_photograph(tmp_path / "cell" / "a.png")
    ((image, options, _),) = read(tmp_path / "cell")
    assert np.array_equal(image, draw_spread().spread.image)
    assert PATIENT_KEY not in options["metadata"]


def test_crops_and_photographs_of_one_patient(tmp_path: Path) -> None:
    write_cell(simulate_cell("46,XX", seed=1, stain="G"), tmp_path / "P" / "crops")
    save_photograph(tmp_path / "P" / "spread" / "a.png")
    crops, photograph = read(tmp_path / "P")
    assert len(crops[1]["metadata"][CELL_KEY]) == 46
    assert spread_in(photograph).path == tmp_path / "P" / "spread" / "a.png"
    assert crops[1]["metadata"][PATIENT_KEY] is photograph[1]["metadata"][PATIENT_KEY]


@pytest.mark.parametrize("polarity", list(Polarity))
def test_chromosomes_are_drawn_bright_beside_a_brighter_speck(
    polarity: Polarity, tmp_path: Path
) -> None:
    image = draw_spread(polarity=polarity).spread.image // 3 + (85 if polarity == "dark" else 0)
    image[:3, :3] = 255 if polarity == "bright" else 0
    Image.fromarray(image).save(tmp_path / "a.png")
    ((_, options, _),) = read(tmp_path / "a.png")
    low, high = options["contrast_limits"]
    assert high - low < 100


def test_a_photograph_that_is_damaged_costs_itself(tmp_path: Path, notices: list[str]) -> None:
    folder = tmp_path / "P7"
    save_photograph(folder / "a.png")
    save_photograph(folder / "b.png")
    whole = (folder / "b.png").read_bytes()
    (folder / "b.png").write_bytes(whole[: len(whole) // 2])
    ((_, options, _),) = read(folder)
    assert options["name"] == "a"
    assert options["metadata"][SPREAD_KEY].path == folder / "a.png"
    assert any("b.png" in said for said in notices)


def test_the_form_that_classifies_comes_with_what_is_read(viewer: Any, tmp_path: Path) -> None:
    save_photograph(tmp_path / "a.png")
    viewer.open(str(tmp_path / "a.png"), plugin="napari-karyo")
    (form,) = forms(viewer)
    assert form.cells.value is viewer.layers["a"]
    assert form.start.enabled
    # Once: a form that stands behind another dock is not brought forward each time.
    viewer.open_sample("napari-karyo", "g_46xx")
    assert forms(viewer) == [form]


def forms(viewer: Any) -> list[ClassifyForm]:
    docks = viewer.window.dock_widgets.values()
    return [one for one in docks if isinstance(one, ClassifyForm)]
