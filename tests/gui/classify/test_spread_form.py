"""From the photograph of a spread to its karyogram, by the form that classifies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mouse
import numpy as np
import pytest
from drawn import make_cell
from PIL import Image
from spread_window import classify_spread, draw_spread

from napari_karyo.cell import Cell, Polarity, Spread
from napari_karyo.errors import ReadError
from napari_karyo.gui.canvas.contact_sheet import layer_data
from napari_karyo.gui.canvas.photographs import photographs_in, spread_of
from napari_karyo.gui.classify import work
from napari_karyo.gui.classify.form import ClassifyForm
from napari_karyo.gui.session.session import session_of
from napari_karyo.segmentation.labels import to_labels


@pytest.fixture
def form(viewer: Any, monkeypatch: pytest.MonkeyPatch) -> ClassifyForm:
    """The form; what is segmented and classified is drawn here."""
    from napari_karyo.inference import classify

    def find(spread: Spread) -> Cell:
        if not spread.image.any():
            raise ReadError("nothing stands out.", "Choose another.")
        found = draw_spread(polarity=spread.polarity, name=spread.name)
        cell = classify_spread(found).cell
        return Cell(spread.name, cell.chromosomes, cell.polarity, photograph=spread)

    def answer(cells: Any, *_: Any, **__: Any) -> Any:
        yield from ()
        from drawn import make_classification

        return [make_classification(cell) for cell in cells]

    monkeypatch.setattr(work, "find_cell", find)
    monkeypatch.setattr(classify, "iter_classify", answer)
    made = ClassifyForm(viewer)
    viewer.window.add_dock_widget(made)
    return made


def run(form: ClassifyForm) -> None:
    form.run()
    mouse.wait_for(lambda: form.worker is None)


def test_a_dropped_photograph_becomes_a_karyogram(form: ClassifyForm, viewer: Any) -> None:
    image = draw_spread().spread.image
    layer = viewer.add_image(np.stack([image] * 3, axis=-1), name="patient 7", rgb=True)
    assert form.cells.value is layer
    assert form.cells.current_choice == "patient 7 (photograph)"
    assert "368 x 660 pixels, stain found: dark on white" in form.said.value
    run(form)
    session = session_of(viewer)
    assert session.current.name == "patient 7"
    assert session.view.spread.shown
    assert not layer.visible
    # The karyogram's own layers are no photographs; the same one again replaces its karyogram.
    assert photographs_in(viewer.layers) == [layer]
    run(form)
    assert len(session.cells) == 1


def test_a_photograph_is_read_by_its_name(form: ClassifyForm, viewer: Any, tmp_path: Path) -> None:
    path = tmp_path / "spread 1.png"
    Image.fromarray(draw_spread(polarity=Polarity.BRIGHT).spread.image).save(path)
    form.read_folder(path)
    layer = form.cells.value
    spread = spread_of(layer)
    assert (spread.name, spread.path, spread.polarity) == ("spread 1", path, Polarity.BRIGHT)
    form.stain.value = Polarity.DARK.value
    run(form)
    assert session_of(viewer).current.classification.cell.polarity is Polarity.DARK


def test_what_is_no_photograph_is_not_offered(viewer: Any) -> None:
    sheet = viewer.add_image(np.zeros((300, 300), np.uint8), name="flat")
    viewer.add_image(np.zeros((40, 300), np.uint8))
    viewer.add_image(np.zeros((4, 300, 300), np.uint8))
    viewer.add_labels(np.zeros((300, 300), np.uint8))
    data, options, _ = layer_data(make_cell())
    viewer.add_image(data, **options)
    assert photographs_in(viewer.layers) == [sheet]
    floats = viewer.add_image(np.random.default_rng(0).random((300, 300)))
    assert spread_of(floats).image.dtype == np.uint16


def test_one_that_holds_nothing_is_told_of(
    form: ClassifyForm, viewer: Any, notices: list[str]
) -> None:
    viewer.add_image(np.zeros((300, 300), np.uint8), name="flat")
    run(form)
    assert any("flat: nothing stands out." in said for said in notices)
    assert session_of(viewer).current is None
    assert form.start.enabled


@pytest.mark.parametrize("kind", ["labels", "shapes"])
def test_outlines_of_another_layer_are_taken(form: ClassifyForm, viewer: Any, kind: str) -> None:
    found = draw_spread()
    outlines = [one.outline for one in found]
    image = found.spread.image
    layer = viewer.add_image(image, name="patient 7", translate=(20, 30), scale=(2, 2))
    assert not form.outlines.visible
    viewer.add_labels(np.zeros((300, 300), np.uint8))
    viewer.add_shapes([[[0, 0], [9, 9]]], shape_type="line")
    away = viewer.add_shapes([[[-9, -9], [0, -9], [0, 0]]], shape_type="polygon")
    assert form.outlines.choices == ("as found",)
    if kind == "labels":
        other = viewer.add_labels(to_labels(dict(enumerate(outlines)), image.shape), name="other")
    else:
        boxes = [
            [(top, left), (top, right), (bottom, right), (bottom, left)]
            for left, top, right, bottom in (one.box for one in outlines)
        ]
        # In the world, where the photograph is twice as large and elsewhere.
        boxes = [2 * (np.array(box) - 0.5) + (20, 30) for box in boxes]
        kinds = ["rectangle"] * len(boxes)
        other = viewer.add_shapes(boxes, shape_type=kinds, name="other")
    assert form.outlines.visible
    assert form.cells.value is layer
    assert form.outlines.value == "as found"
    assert away not in form.outlines.choices
    form.outlines.value = other
    run(form)
    cell = session_of(viewer).current.classification.cell
    assert cell.name == "patient 7"
    assert len(cell) == len(outlines)
    boxes = {one.outline.box for one in cell}
    assert boxes == {one.box for one in outlines}
    assert not other.visible
    assert not layer.visible
    viewer.layers.remove(other)
    assert form.outlines.value == "as found"
    assert not form.outlines.visible
