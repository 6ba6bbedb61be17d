"""The page laid out for the window, in a real one: what moves, and what must not."""

from __future__ import annotations

from typing import Any

import mouse
import numpy as np
import pytest
from drawn import make_cell, make_classification
from qtpy.QtCore import Qt
from spread_window import classify_spread

from napari_karyo.gui.actions import correcting
from napari_karyo.gui.session import settings as stored_settings
from napari_karyo.gui.session.settings import Settings, keep_page_for_window, read_settings
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.page import PAGE_HEIGHT, PAGE_WIDTH, PRINTED

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What was kept in the settings, in which the page is laid out for the window."""
    said: list[bool] = []
    shaping = "napari_karyo.gui.canvas.page_shaping"
    monkeypatch.setattr(f"{shaping}.read_settings", lambda: Settings(page_for_window=True))
    monkeypatch.setattr(f"{shaping}.keep_page_for_window", said.append)
    return said


@pytest.fixture
def window(kept: list[bool], opened: Any) -> Any:
    """A window higher than a page, as (viewer, session, view)."""
    viewer, session, view = opened
    viewer.window.resize(1000, 1000)
    mouse.laid_out(view)
    return viewer, session, view


def shown(view: Any) -> float:
    """Return how large chromosomes are, in pixels of the screen."""
    return float(view.page.magnification * view.session.viewer.scene.camera.zoom)


def assert_drawn_whole(view: Any) -> None:
    cell = view.session.current
    whole = Composer(cell.classification, shape=view.composer.layout.shape)
    assert np.array_equal(view.canvas, whole.compose_screen(view.page))
    assert view.layers["karyogram"].data is view.canvas


def test_chromosomes_are_larger_than_on_the_printed_page(window: Any, kept: list[bool]) -> None:
    viewer, session, view = window
    large = shown(view)
    assert view.composer.layout.shape != PRINTED
    assert_drawn_whole(view)
    session.select(12)
    mouse.key(viewer, Qt.Key.Key_P, SHIFT)
    assert "as it is printed" in viewer.status
    assert view.layers["karyogram"].data.shape[:2] == (PAGE_HEIGHT, PAGE_WIDTH)
    assert shown(view) < 0.9 * large
    assert view.page.frames[0].box == view.page.places[12].box
    mouse.key(viewer, Qt.Key.Key_P, SHIFT)
    assert view.composer.layout.shape != PRINTED
    assert shown(view) > 0.99 * large
    assert session.selected == 12
    assert kept == [False, True]


def test_what_is_done_works_as_on_the_printed_page(window: Any) -> None:
    viewer, session, view = window
    karyotype = session.current.karyotype
    mouse.click(viewer, view.page.places[20].box.center)
    assert session.selected == 20
    before = view.canvas.copy()
    mouse.drag(viewer, view.page.places[20].box.center, view.page.slots["tray"].inner.center)
    assert karyotype.slot_of(20) == "tray"
    assert_drawn_whole(view)
    correcting.undo(session)
    session.select(20)
    assert np.array_equal(view.canvas, before)
    view.overlays.toggle("attention")
    drawn = view.layers["attention"].data
    assert drawn.shape == view.canvas.shape[:2]
    view.toggle_lights()
    assert not view.page.lights
    assert_drawn_whole(view)


def test_the_page_follows_the_window_and_its_overlays_follow_the_page(window: Any) -> None:
    viewer, session, view = window
    view.overlays.toggle("attention")
    before = view.composer.layout.shape
    viewer.window.resize(1500, 600)
    mouse.laid_out(view)
    after = view.composer.layout.shape
    assert after.height / after.width < before.height / before.width
    canvas = mouse.native(viewer).rect()
    for corner in ((0, 0), (view.page.height, view.page.width)):
        assert canvas.contains(mouse.on_canvas(viewer, *corner))
    assert_drawn_whole(view)
    maps = view.overlays._maps(session.current, "attention")
    wanted = view.composer.compose_overlay(view.page, maps)
    assert np.allclose(view.layers["attention"].data, wanted, atol=1e-5)


def test_nothing_moves_below_the_hand(window: Any) -> None:
    viewer, session, view = window
    before = view.composer.layout.shape
    mouse.press(viewer, view.page.places[8].box.center)
    mouse.move(viewer, view.page.slots["9"].inner.center)
    viewer.window.resize(1500, 600)
    mouse.laid_out(view)
    assert view.composer.layout.shape == before, "in the middle of a drag"
    goal = view.page.slots["4"].inner.center
    mouse.move(viewer, goal)
    mouse.release(viewer, goal)
    assert session.current.karyotype.slot_of(8) == "4"
    mouse.wait_for(lambda: view.composer.layout.shape != before)
    assert_drawn_whole(view)
    # Nor below what is drawn with a tool.
    there = view.composer.layout.shape
    view.take_tool("Split")
    viewer.window.resize(1000, 1000)
    mouse.laid_out(view)
    assert view.composer.layout.shape == there
    mouse.key(viewer, Qt.Key.Key_Escape)
    mouse.wait_for(lambda: view.composer.layout.shape != there)


def test_where_the_person_went_nearer_the_page_stays(window: Any) -> None:
    viewer, session, view = window
    before = view.composer.layout.shape
    viewer.scene.camera.zoom *= 2
    near = viewer.scene.camera.zoom
    viewer.window.resize(1500, 600)
    mouse.laid_out(view)
    assert view.composer.layout.shape == before
    session.open(make_classification(make_cell(name="cell B")))
    assert view.composer.layout.shape == before, "the next cell stands in the same slots"
    assert viewer.scene.camera.zoom == near
    assert_drawn_whole(view)


def test_the_photograph_stands_where_both_show_larger(window: Any) -> None:
    viewer, session, view = window
    session.open(classify_spread())
    for size, above in (((1500, 600), False), ((760, 1100), True)):
        viewer.window.resize(*size)
        mouse.laid_out(view)
        page, sheet = (view.layers[role].extent.world for role in ("karyogram", "outlines"))
        assert (sheet[1, 0] < page[0, 0]) == above
        assert (sheet[1, 1] < page[0, 1]) == (not above)
        # All of both is in sight, and picked where it lies.
        canvas = mouse.native(viewer).rect()
        for corner in (*page, *sheet):
            assert canvas.contains(mouse.on_canvas(viewer, *corner))
        mouse.click(viewer, view.spread.box_of(11).center)
        assert session.selected == 11
        mouse.click(viewer, view.page.places[30].box.center)
        assert session.selected == 30
        zoom = viewer.scene.camera.zoom
        view.sight.look_at("spread")
        assert viewer.scene.camera.zoom >= zoom
        assert canvas.contains(mouse.on_canvas(viewer, *view.spread.box_of(11).center))
        view.sight.look_at("both")
        assert viewer.scene.camera.zoom == pytest.approx(zoom)
        assert_drawn_whole(view)


def test_what_the_person_wants_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    class Section:
        page_for_window = True

    class Stored:
        screen = Section()

    monkeypatch.setattr(stored_settings, "_stored", Stored)
    keep_page_for_window(False)
    assert not Stored.screen.page_for_window
    # Not installed: napari keeps nothing, and nothing is lost.
    monkeypatch.setattr(stored_settings, "_stored", lambda: None)
    keep_page_for_window(True)
    assert read_settings() == Settings()
