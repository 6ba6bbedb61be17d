"""The karyogram in a real window: drawn, dragged, undone."""

from __future__ import annotations

from typing import Any

import mouse
import numpy as np
import pytest
from drawn import MALE, make_cell, make_classification, page_lights
from PIL import ImageColor
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel

from napari_karyo.cell import Polarity
from napari_karyo.classes import TRAY
from napari_karyo.gui.canvas.sight import FIT_DELAY
from napari_karyo.karyogram.lights import LIGHT_COLOURS
from napari_karyo.karyogram.style import FRAME_COLOURS


def centre(view: Any, index: int) -> tuple[float, float]:
    return view.page.places[index].box.center


def slot_centre(view: Any, slot: str) -> tuple[float, float]:
    return view.page.slots[slot].inner.center


def test_only_public_layers_one_set_for_all_cells(opened: Any) -> None:
    viewer, session, view = opened
    names = [layer.name for layer in viewer.layers]
    assert names == [f"cell A {role}" for role in ("karyogram", "dragged")]
    assert {type(layer).__module__.split(".")[0] for layer in viewer.layers} == {"napari"}
    assert viewer.layers.selection.active is view.layers["karyogram"]
    second = make_classification(make_cell(name="cell B", polarity=Polarity.BRIGHT))
    session.open(second)
    assert len(viewer.layers) == len(names)
    assert viewer.layers[0].name == "cell B karyogram"
    assert len(session.cells) == 2
    session.open(second)
    assert len(session.cells) == 2
    # Classified again: a karyogram that was corrected stays beside the new one.
    session.current.karyotype.move([0], "2")
    corrected = session.current
    session.open(second)
    assert [cell.name for cell in session.cells] == ["cell A", "cell B", "cell B (2)"]
    assert corrected in session.cells
    assert not session.current.karyotype.history


def test_screenshot_shows_the_composed_page(opened: Any, qtbot: Any) -> None:
    viewer, _, view = opened
    qtbot.wait(2 * FIT_DELAY)
    shot = viewer.screenshot(canvas_only=True, flash=False)
    assert shot.max() > 200
    assert whole_page_in_sight(viewer, view)
    # A white page fills much of the canvas, and the chromosomes' greys are on it.
    white = (shot[..., :3] > 250).all(axis=-1).mean()
    assert 0.3 < white < 0.98
    mosaic = view.layers["karyogram"].data
    assert mosaic.shape[2] == 4
    assert (mosaic[..., 3] == 255).all()
    assert len(np.unique(mosaic[..., 0])) > 20


def test_the_page_fits_itself_anew_when_a_dock_takes_room(opened: Any, qtbot: Any) -> None:
    viewer, _, view = opened
    qtbot.wait(2 * FIT_DELAY)
    dock = viewer.window.add_dock_widget(QLabel("a dock"), area="bottom")
    dock.setMinimumHeight(200)
    qtbot.waitUntil(lambda: whole_page_in_sight(viewer, view))
    # Where the person went nearer, the camera stays.
    viewer.scene.camera.zoom *= 2
    near = viewer.scene.camera.zoom
    dock.hide()
    qtbot.wait(3 * FIT_DELAY)
    assert viewer.scene.camera.zoom == near


def whole_page_in_sight(viewer: Any, view: Any) -> bool:
    canvas = mouse.native(viewer).rect()
    corners = ((0, 0), (view.page.height, view.page.width))
    return all(canvas.contains(mouse.on_canvas(viewer, *corner)) for corner in corners)


def test_lights_are_readable_without_colour(opened: Any) -> None:
    _, session, view = opened
    shown = page_lights(view)
    assert (shown[8], shown[0], shown[30]) == ("doubtful", "sure", "look")
    assert len(shown) == len(session.current)
    mosaic = view.layers["karyogram"].data
    for light, place in zip(view.page.lights, view.page.places.values(), strict=True):
        assert light.y < place.box.top + 6
        assert abs(light.x - place.box.center[1]) < 1
        fill = np.array(ImageColor.getrgb(LIGHT_COLOURS[light.kind]))
        beside = mosaic[light.y, light.x - 7, :3]
        assert np.abs(beside - fill.astype(int)).max() < 4, light


def test_drag_moves_a_chromosome_and_leaves_the_camera(opened: Any) -> None:
    viewer, session, view = opened
    mouse.settle()
    camera = viewer.scene.camera.center, viewer.scene.camera.zoom
    mosaic = view.layers["karyogram"]
    # What wants a look is selected already.
    session.select(None)
    before = mosaic.data.copy()
    assert session.current.karyotype.slot_of(8) == "5"
    mouse.press(viewer, centre(view, 8))
    assert session.selected == 8
    assert not mosaic.mouse_pan
    mouse.move(viewer, (300.0, 700.0))
    goal = slot_centre(view, "4")
    mouse.move(viewer, goal)
    assert view.layers["dragged"].visible
    assert {frame.kind: frame.region for frame in view.page.frames} == {
        "selected": "5",
        "target": "4",
    }
    box = view.page.slots["4"].box
    edge = mosaic.data[int(box.top) + 80, int(box.left) + 1, :3]
    assert tuple(edge) == FRAME_COLOURS["target"]
    mouse.release(viewer, goal)
    assert session.current.karyotype.slot_of(8) == "4"
    assert len(session.current.karyotype.history) == 1
    assert mosaic.mouse_pan
    assert not view.layers["dragged"].visible
    assert [frame.kind for frame in view.page.frames] == ["selected"]
    assert (viewer.scene.camera.center, viewer.scene.camera.zoom) == camera
    assert (mosaic.data != before).any()
    assert view.page.places[8].slot == "4"
    session.current.karyotype.undo()
    session.select(None)
    assert np.array_equal(mosaic.data, before)


def test_drag_to_the_tray_and_beside(opened: Any) -> None:
    viewer, session, view = opened
    mouse.settle()
    mouse.drag(viewer, centre(view, 0), slot_centre(view, TRAY))
    assert session.current.karyotype.slot_of(0) == TRAY
    assert session.current.karyotype.iscn.startswith("45,")
    count = len(session.current.karyotype.history)
    mouse.drag(viewer, centre(view, 1), (4.0, 900.0))
    assert session.current.karyotype.slot_of(1) == "1"
    assert len(session.current.karyotype.history) == count
    assert view.layers["karyogram"].mouse_pan


def test_drag_within_the_slot_changes_the_order(opened: Any) -> None:
    viewer, session, view = opened
    mouse.settle()
    first, second = session.current.karyotype.state.slots["3"]
    box = view.page.places[second].box
    mouse.drag(viewer, centre(view, first), (box.center[0], box.right - 1))
    assert session.current.karyotype.state.slots["3"] == (second, first)
    # A click alone, or a tremble of the hand, is no edit.
    count = len(session.current.karyotype.history)
    mouse.click(viewer, centre(view, first))
    assert len(session.current.karyotype.history) == count
    assert session.selected == first


def test_click_beside_lets_go(opened: Any) -> None:
    viewer, session, view = opened
    mouse.settle()
    mouse.click(viewer, centre(view, 5))
    assert session.selected == 5
    assert [frame.kind for frame in view.page.frames] == ["selected"]
    box, mosaic = view.page.places[5].box, view.layers["karyogram"].data
    corner = int(box.bottom), int(box.left) + 3
    assert tuple(mosaic[corner][:3]) == FRAME_COLOURS["selected"]
    mouse.click(viewer, (112.0, 880.0))
    assert session.selected is None
    assert not view.page.frames
    assert (mosaic[corner] == 255).all()


def test_drag_works_from_every_layer_of_the_karyogram(opened: Any) -> None:
    viewer, session, view = opened
    mouse.settle()
    layers = view.layers | {"saliency": view.overlays.layer("saliency")}
    for role, index in (("dragged", 2), ("saliency", 6)):
        viewer.layers.selection.active = layers[role]
        mouse.drag(viewer, centre(view, index), slot_centre(view, "22"))
        assert session.current.karyotype.slot_of(index) == "22", role


def test_an_overlay_is_a_layer_once_it_is_asked_for(opened: Any) -> None:
    viewer, session, view = opened
    mouse.key(viewer, Qt.Key.Key_A)
    assert [layer.name for layer in viewer.layers][1] == "cell A attention"
    assert view.layers["attention"].visible
    # The keys stay with the karyogram, and the layer has them too.
    assert viewer.layers.selection.active is view.layers["karyogram"]
    mouse.key(viewer, Qt.Key.Key_A)
    assert not view.layers["attention"].visible
    viewer.layers.selection.active = view.layers["attention"]
    mouse.key(viewer, Qt.Key.Key_A)
    assert view.layers["attention"].visible
    assert len(viewer.layers) == 3
    session.close(session.current)
    assert not viewer.layers


def test_page_can_still_be_panned_beside_the_chromosomes(opened: Any) -> None:
    viewer, session, _view = opened
    mouse.settle()
    before = viewer.scene.camera.center
    mouse.drag(viewer, (112.0, 880.0), (300.0, 700.0))
    assert viewer.scene.camera.center != before
    assert not session.current.karyotype.history


def test_removing_a_layer_loses_no_correction(opened: Any, qtbot: Any) -> None:
    viewer, session, view = opened
    session.current.karyotype.move([0], "2")
    viewer.layers.remove(view.layers["dragged"])
    qtbot.wait(20)
    assert len(viewer.layers) == 0
    assert not view.shown
    session.current.karyotype.move([2], "1")
    view.show()
    assert len(viewer.layers) == 2
    assert session.current.karyotype.slot_of(0) == "2"
    assert view.page.places[2].slot == "1"


def test_the_layers_of_a_closed_cell_are_removed_at_once(opened: Any) -> None:
    viewer, session, _view = opened
    left: list[int] = []
    viewer.layers.events.end_batch.connect(lambda _event: left.append(len(viewer.layers)))
    session.close(session.current)
    assert left == [0]


@pytest.mark.parametrize("polarity", list(Polarity))
def test_incremental_drawing_is_the_whole_drawing(viewer: Any, polarity: Polarity) -> None:
    from napari_karyo.gui.canvas.karyogram_view import open_view
    from napari_karyo.gui.session.session import session_of

    view, session = open_view(viewer), session_of(viewer)
    session.open(make_classification(make_cell(polarity=polarity), MALE))
    karyotype = session.current.karyotype
    karyotype.move([0], "21")
    karyotype.turn([3])
    karyotype.move([7], TRAY)
    karyotype.undo()
    drawn = view.layers["karyogram"].data.copy()
    view.show()
    assert np.array_equal(drawn, view.layers["karyogram"].data)
