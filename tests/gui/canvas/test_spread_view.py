"""The photograph of a spread beside its karyogram, in a real window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mouse
import numpy as np
import pytest
from drawn import MALE, UNSURE, make_cell, make_classification
from PIL import ImageColor
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QWidget
from spread_window import classify_spread, draw_spread, spread_cell

from napari_karyo.cell import Polarity
from napari_karyo.classes import TRAY
from napari_karyo.gui.canvas.spread_panel import GAP, SPREAD_ROLES
from napari_karyo.gui.docks.review.dock import ReviewDock
from napari_karyo.gui.session.window import attend
from napari_karyo.karyogram.lights import LIGHT_COLOURS
from napari_karyo.karyogram.page import PAGE_WIDTH
from napari_karyo.karyogram.spread_drawing import BAND, FINE
from napari_karyo.karyogram.style import FRAME_COLOURS
from napari_karyo.karyogram.window_shape import Room


@pytest.fixture
def opened(viewer: Any) -> tuple[Any, Any, Any]:
    """A viewer with a spread and its karyogram, as (viewer, session, view)."""
    from napari_karyo.gui.canvas.karyogram_view import open_view
    from napari_karyo.gui.session.session import session_of

    view, session = open_view(viewer), session_of(viewer)
    attend(session, viewer.window.add_dock_widget(QWidget()))
    session.open(classify_spread(unsure=UNSURE))
    mouse.laid_out(view)
    return viewer, session, view


def middle(view: Any, index: int) -> tuple[float, float]:
    """Return where a chromosome lies on the photograph, in the scene."""
    mouse.rest(view)
    return view.spread.box_of(index).center


def around(view: Any, index: int) -> np.ndarray:
    """Return the colours of the overlay around a chromosome."""
    box, origin = view.spread.box_of(index), view.spread.origin
    top, left = (box.top - origin[0]) * FINE, (box.left - origin[1]) * FINE
    rows = slice(int(top) - 20, int(top + box.height * FINE) + 20)
    columns = slice(int(left) - 20, int(left + box.width * FINE) + 20)
    return view.layers["outlines"].data[rows, columns].reshape(-1, 4)


def shows(view: Any, index: int, colour: Any) -> bool:
    wanted = ImageColor.getrgb(colour) if isinstance(colour, str) else colour
    return bool((around(view, index)[:, :3] == wanted).all(axis=1).sum() > 20)


def test_the_photograph_stands_beside_the_page(opened: Any) -> None:
    viewer, session, view = opened
    names = [layer.name for layer in viewer.layers]
    assert names[:3] == ["spread A spread", "spread A outlines", "spread A karyogram"]
    assert viewer.layers.selection.active is view.layers["karyogram"]
    page = view.layers["karyogram"].extent.world
    photograph, outlines = (view.layers[role].extent.world for role in SPREAD_ROLES)
    # As tall as the page, the photograph below the band, and neither over the other.
    assert np.ptp(outlines[:, 0]) == pytest.approx(np.ptp(page[:, 0]), abs=2)
    assert photograph[0, 0] == pytest.approx(outlines[0, 0] + BAND, abs=2)
    assert (outlines[1] < page[0]).any()
    # Pixel for pixel below the outlines.
    item = session.current.classification.cell.chromosomes[20].outline
    row, column = item.top + item.mask.shape[0] / 2 - 0.5, item.left + item.mask.shape[1] / 2 - 0.5
    world = view.layers["spread"].data_to_world((row, column))
    assert np.allclose(world, np.array(middle(view, 20)) - 0.5, atol=1.5)


def test_a_cell_that_is_opened_is_laid_out_once(
    viewer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_karyo.gui.canvas.karyogram_view import open_view
    from napari_karyo.gui.session.session import session_of

    view, session = open_view(viewer), session_of(viewer)
    real, fits = view.sight.fit, []

    def fit() -> None:
        fits.append(view.spread.shown)
        real()

    monkeypatch.setattr(view.sight, "fit", fit)
    session.open(classify_spread(unsure=UNSURE))
    assert fits == [True]
    # Of the next photograph too.
    session.open(classify_spread(draw_spread(name="spread B")))
    assert fits == [True, True]


def test_a_tool_in_hand_knows_nothing_of_the_next_photograph(opened: Any) -> None:
    _, session, view = opened
    view.sight.look_at("spread")
    session.select(45)
    view.take_tool("Split")
    assert view.tools.active is not None
    # Of fewer chromosomes, on a photograph of another shape, which goes elsewhere.
    few = MALE[:9]
    found = draw_spread(few, name="spread B")
    session.open(make_classification(spread_cell(found, few), few))
    assert session.current.name == "spread B"
    assert view.tools.active is None
    assert not view.layers["dragged"].visible
    assert session.selected is None
    # It is looked at as the one before was.
    assert view.sight.part == "spread"
    assert view.spread.at_work


def test_crops_after_a_photograph_alone_get_a_page_that_suits_the_window(
    opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, session, view = opened
    view.sight.look_at("spread")
    rooms: list[Room] = []
    monkeypatch.setattr(view, "lay_out", rooms.append)
    session.open(make_classification(make_cell(name="crops")))
    assert rooms == [Room(*viewer.canvas.size)]


def test_outlines_have_the_colours_of_the_lights_and_the_classes(opened: Any) -> None:
    _, session, view = opened
    marks = view.spread.drawing.marks
    assert len(marks) == len(session.current)
    for index, light in session.current.shown_lights().items():
        assert shows(view, index, LIGHT_COLOURS[light]), index
    assert marks[8].words == "5 !"
    assert marks[0].words == "1"
    assert view.spread.drawing._said == ("spread A", "46 chromosomes")
    # No label lies over a chromosome, nor over another label.
    boxes = list(view.spread.drawing.labels.values())
    assert len(boxes) == len(marks)
    for number, box in enumerate(boxes):
        for other in boxes[:number]:
            apart_y = abs(box.center[0] - other.center[0]) >= (box.height + other.height) / 2 - 1
            apart_x = abs(box.center[1] - other.center[1]) >= (box.width + other.width) / 2 - 1
            assert apart_y or apart_x


def test_what_is_selected_in_one_view_lights_up_in_both(opened: Any) -> None:
    viewer, session, view = opened
    mouse.click(viewer, middle(view, 11))
    assert session.selected == 11
    assert shows(view, 11, FRAME_COLOURS["selected"])
    assert view.page.frames[0].box == view.page.places[11].box
    mouse.click(viewer, view.page.places[30].box.center)
    assert session.selected == 30
    assert shows(view, 30, FRAME_COLOURS["selected"])
    assert not shows(view, 11, FRAME_COLOURS["selected"])
    mouse.key(viewer, Qt.Key.Key_N)
    assert session.selected == 8
    assert shows(view, 8, FRAME_COLOURS["selected"])
    # Beside all chromosomes, and in no slot either.
    top, left = view.spread.origin
    mouse.click(viewer, (top + BAND / 2, left + 300))
    assert session.selected is None
    assert "5 51 %, doubtful; or 4 47 %" in view.spread.words_at(np.array(middle(view, 8)) - 0.5)


def test_it_follows_every_edit_and_undo(opened: Any) -> None:
    _, session, view = opened
    drawn = view.layers["outlines"].data.copy()
    karyotype = session.current.karyotype
    karyotype.move([3], TRAY)
    assert view.spread.drawing.marks[3].words == "tray"
    assert view.spread.drawing._said[1] == "45 chromosomes, 1 unclassified"
    karyotype.move([8], "4")
    assert shows(view, 8, LIGHT_COLOURS[session.current.shown_lights()[8]])
    assert (view.layers["outlines"].data != drawn).any()
    while karyotype.can_undo:
        karyotype.undo()
    assert np.array_equal(view.layers["outlines"].data, drawn)


def test_an_edit_draws_what_another_picture_took_the_place_of(opened: Any) -> None:
    _, session, view = opened
    layer = view.layers["outlines"]
    layer.data = np.zeros_like(layer.data)
    # This one changes nothing that is drawn on the photograph.
    session.current.karyotype.annotate("seen")
    assert layer.data is view.spread.drawing.canvas
    assert layer.data.any()


def test_of_what_left_the_karyogram_that_is_shown_which_nothing_replaced(opened: Any) -> None:
    _, session, view = opened
    cell = session.current
    chromosomes = cell.classification.cell.chromosomes
    # The new one has the outline of the first alone.
    cell.merge([0, 1], replace(chromosomes[0], name="both"))
    marks = view.spread.drawing.marks
    assert 0 not in marks
    assert marks[1].standing == "out"
    assert view.spread.choose(np.array(middle(view, 1)) - 0.5) is None
    assert "not counted" in view.spread.words_at(np.array(middle(view, 1)) - 0.5)
    assert marks[len(chromosomes)].label == "1"


def test_the_key_goes_through_the_parts(opened: Any) -> None:
    viewer, _, view = opened
    seen = [viewer.scene.camera.zoom]
    for part in ("spread", "karyogram", "both"):
        mouse.key(viewer, Qt.Key.Key_O)
        assert view.sight.part == part
        seen.append(viewer.scene.camera.zoom)
    assert seen[0] == pytest.approx(seen[3])
    assert min(seen[1:3]) > seen[0]


@pytest.mark.parametrize("size", [(1100, 800), (800, 1000)])
def test_of_a_part_alone_the_other_is_out_of_sight(opened: Any, size: tuple[int, int]) -> None:
    viewer, _, view = opened
    viewer.window.resize(*size)
    mouse.laid_out(view)
    for part, other in (("spread", "karyogram"), ("karyogram", "outlines")):
        view.sight.look_at(part)
        camera = viewer.scene.camera
        half = np.array(viewer.canvas.size) / camera.zoom / 2
        low, high = view.layers[other].extent.world
        middle_of = np.array(camera.center[-2:])
        assert (low >= middle_of + half).any() or (high <= middle_of - half).any()
    view.sight.look_at("both")
    low, high = view.layers["outlines"].extent.world
    assert min(abs(low[1] - PAGE_WIDTH), abs(high[1]), abs(high[0])) == pytest.approx(GAP, abs=2)


def test_a_cell_without_a_photograph_has_none(opened: Any, viewer: Any) -> None:
    _, session, view = opened
    session.open(make_classification(make_cell(name="crops")))
    assert not set(SPREAD_ROLES) & view.layers.keys()
    assert not any("outlines" in layer.name for layer in viewer.layers)
    mouse.key(viewer, Qt.Key.Key_O)
    assert "no photograph" in viewer.status
    session.show(session.cells[0])
    assert set(SPREAD_ROLES) <= view.layers.keys()
    mouse.click(viewer, middle(view, 5))
    assert session.selected == 5
    # Its keys are those of the karyogram's layers.
    viewer.layers.selection.active = view.layers["outlines"]
    mouse.key(viewer, Qt.Key.Key_T)
    assert session.current.karyotype.slot_of(5) == TRAY
    viewer.layers.remove(view.layers["spread"])
    mouse.wait_for(lambda: not viewer.layers)
    view.bring_back()
    assert set(SPREAD_ROLES) <= view.layers.keys()


def test_bright_stains_are_laid_on_black(
    viewer: Any, make_napari_viewer: Callable[..., Any]
) -> None:
    from spread_window import draw_spread

    from napari_karyo.gui.canvas.karyogram_view import open_view
    from napari_karyo.gui.session.session import session_of

    view = open_view(viewer)
    session_of(viewer).open(classify_spread(draw_spread(polarity=Polarity.BRIGHT)))
    assert view.layers["outlines"].data[2, 2].tolist() == [0, 0, 0, 255]


def test_another_number_than_46_is_said_beside_the_proposal(opened: Any) -> None:
    viewer, session, _ = opened
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock)
    assert "found" not in dock.iscn.text()
    for index in (42, 43):
        session.current.remove(index, "dirt")
    said = "44 found: look for crossings and touching ones."
    assert "44,XY,-22,-22" in mouse.plain(dock.iscn)
    assert said in dock.iscn.text()
    dock.show_tab("Cell")
    assert said in dock.cell.by.text()
    # A person's count is the last word.
    session.current.karyotype.mark("counted")
    assert said not in dock.iscn.text()
