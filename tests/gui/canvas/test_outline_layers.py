"""Outlines handed to napari's own tools and taken back, by real keys in a real window."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import mouse
import numpy as np
import poor_spread
import pytest
from drawn import make_classification
from napari.layers import Labels
from poor_spread import CLASSES_FOUND
from qtpy.QtCore import Qt
from qtpy.QtGui import QCloseEvent
from qtpy.QtWidgets import QApplication, QWidget

from napari_karyo.cell import Outline
from napari_karyo.errors import EditError
from napari_karyo.gui.session.window import attend
from napari_karyo.segmentation.labels import from_labels

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def opened(viewer: Any) -> tuple[Any, Any, Any]:
    """A viewer with the drawn spread and its first chromosome selected."""
    from napari_karyo.gui.canvas.karyogram_view import open_view
    from napari_karyo.gui.session.session import session_of

    view, session = open_view(viewer), session_of(viewer)
    attend(session, viewer.window.add_dock_widget(QWidget()))
    session.open(make_classification(poor_spread.spread_cell(), CLASSES_FOUND))
    view.sight.look_at("spread")
    mouse.laid_out(view)
    session.select(0)
    return viewer, session, view


def outline(session: Any, index: int) -> Outline:
    found = session.current.outlines[index]
    assert isinstance(found, Outline)
    return found


def test_an_outline_goes_to_shapes_and_comes_back_as_one_edit(opened: Any) -> None:
    viewer, session, view = opened
    karyotype, before = session.current.karyotype, outline(session, 0)
    count = len(viewer.layers)
    mouse.key(viewer, Qt.Key.Key_S, SHIFT)
    layer = viewer.layers.selection.active
    assert layer is viewer.layers[-1]
    assert (str(layer.mode), len(layer.data), layer.shape_type) == ("direct", 1, ["polygon"])
    # It lies on the photograph, pixel on pixel, wherever that goes.
    spread = view.layers["spread"]
    view.spread.origin = (7.0, 9.0)
    view.spread.arrange(100, 4000)
    for place in ((0, 0), (50, 40)):
        np.testing.assert_allclose(layer.data_to_world(place), spread.data_to_world(place))
    rows, columns = np.nonzero(before.mask)
    low, high = layer.data[0].min(axis=0), layer.data[0].max(axis=0)
    np.testing.assert_allclose(low, (before.top + rows.min(), before.left + columns.min()), atol=1)
    np.testing.assert_allclose(high, (before.top + rows.max(), before.left + columns.max()), atol=1)
    # A corner dragged with napari's own tool, and taken back by the same key.
    corner = layer.data[0][np.argmax(layer.data[0][:, 0])]
    down = np.array([25, 0])
    ends = [tuple(float(one) for one in layer.data_to_world(p)) for p in (corner, corner + down)]
    mouse.press(viewer, ends[0])
    for share in (0.3, 0.6, 1.0):
        mouse.move(viewer, tuple(a + (b - a) * share for a, b in zip(*ends, strict=True)))
    mouse.release(viewer, ends[1])
    mouse.key(viewer, Qt.Key.Key_S, SHIFT)
    assert [edit.kind for edit in karyotype.history] == ["repaint"]
    assert len(viewer.layers) == count
    assert viewer.layers.selection.active is view.layers["karyogram"]
    (new,) = set(session.current.present) - set(range(6))
    after = outline(session, new)
    assert after.box[3] > before.box[3] + 15
    same = after.mask[: before.mask.shape[0] // 2]
    np.testing.assert_array_equal(same, before.mask[: len(same)])
    assert session.selected == new
    mouse.key(viewer, Qt.Key.Key_Z, CONTROL)
    assert set(session.current.present) == set(range(6))


def test_shapes_left_as_they_were_change_nothing(opened: Any, notices: list[str]) -> None:
    viewer, session, view = opened
    count, karyotype = len(viewer.layers), session.current.karyotype

    def hand_out() -> Any:
        mouse.key(viewer, Qt.Key.Key_S, SHIFT)
        assert len(viewer.layers) == count + 1
        return viewer.layers[-1]

    hand_out()
    mouse.key(viewer, Qt.Key.Key_Return)
    assert len(viewer.layers) == count
    # Enter and Escape first end a shape that is being drawn.
    layer = hand_out()
    layer.mode = "add_polygon"
    mouse.key(viewer, Qt.Key.Key_Escape)
    assert str(layer.mode) == "direct"
    mouse.key(viewer, Qt.Key.Key_Escape)
    assert len(viewer.layers) == count
    layer = hand_out()
    viewer.layers.remove(layer)
    assert view.tools.active is None
    mouse.wait_for(lambda: viewer.layers.selection.active is view.layers["karyogram"])
    # What leaves nothing is refused, and stays to be mended.
    layer = hand_out()
    layer.data = []
    mouse.key(viewer, Qt.Key.Key_Return)
    assert any("leave nothing" in said for said in notices)
    assert layer in viewer.layers
    # With the karyogram goes what was handed out of it.
    session.close(session.current)
    mouse.wait_for(lambda: layer not in viewer.layers)
    assert not karyotype.history


def test_all_outlines_as_labels(opened: Any) -> None:
    viewer, session, view = opened
    mouse.key(viewer, Qt.Key.Key_L, SHIFT)
    layer = next(one for one in viewer.layers if one.name.endswith("labels"))
    assert "Save Selected Layers" in viewer.status
    assert not layer.editable
    assert viewer.layers.selection.active is view.layers["karyogram"]
    photograph = session.current.classification.cell.photograph
    assert layer.data.shape == photograph.image.shape
    assert set(np.unique(layer.data)) == set(range(7))
    np.testing.assert_allclose(
        layer.data_to_world((3, 5)), view.layers["spread"].data_to_world((3, 5))
    )
    assert from_labels(photograph, layer.data).count == 6
    # What a person makes of it is the person's.
    own = Labels(layer.data.copy(), name="painted", metadata=dict(layer.metadata))
    viewer.add_layer(own)
    # It follows what is done to the cell, and what is undone.
    karyotype, before = session.current.karyotype, layer.data.copy()
    session.current.cut(2, poor_spread.CUT)
    assert set(np.unique(layer.data)) == {0, 1, 2, 4, 5, 6, 7, 8}
    assert layer.name.endswith("labels")
    karyotype.undo()
    np.testing.assert_array_equal(layer.data, before)
    other = session.open(
        make_classification(replace(poor_spread.spread_cell(), name="spread 2"), CLASSES_FOUND)
    )
    session.cells[0].remove(0, "dirt")
    session.show(session.cells[0])
    assert 1 not in layer.data
    np.testing.assert_array_equal(own.data, before)
    session.close(other)
    view.activate()
    mouse.key(viewer, Qt.Key.Key_L, SHIFT)
    assert layer not in viewer.layers
    assert own in viewer.layers


def hand_out_longer(viewer: Any) -> Any:
    """Hand the first outline out, and draw its lower end further down."""
    mouse.key(viewer, Qt.Key.Key_S, SHIFT)
    layer = viewer.layers[-1]
    corners = layer.data[0].copy()
    corners[np.argmax(corners[:, 0]), 0] += 25
    layer.data = [corners]
    return layer


@pytest.mark.parametrize("by", ["tool", "cell", "close", "slider", "karyogram", "window"])
def test_what_takes_its_place_takes_the_outline_back(opened: Any, by: str) -> None:
    viewer, session, view = opened
    first = session.current
    other = replace(poor_spread.spread_cell(), name="spread 2")
    second = session.open(make_classification(other, CLASSES_FOUND), show=False)
    low = outline(session, 0).box[3]
    layer = hand_out_longer(viewer)
    if by == "tool":
        view.activate()
        mouse.key(viewer, Qt.Key.Key_B)
        assert view.tools.active.name == "Paint"
    elif by == "cell":
        session.show(second)
    elif by == "close":
        session.close(first)
    elif by == "slider":
        view.tools.give_way()
    elif by == "window":
        # As napari's window is asked to close, by its button or its menu.
        QApplication.sendEvent(viewer.window._qt_window, QCloseEvent())
    else:
        viewer.layers.remove(view.layers["karyogram"])
    assert [edit.kind for edit in first.karyotype.history] == ["repaint"]
    (new,) = set(first.present) - set(range(6))
    assert first.outlines[new].box[3] > low + 15
    mouse.wait_for(lambda: layer not in viewer.layers)
    if by == "tool":
        assert session.selected == view.tools.active.index == new


def test_an_outline_that_is_refused_stays_in_its_layer(opened: Any, notices: list[str]) -> None:
    viewer, session, view = opened
    layer = hand_out_longer(viewer)
    drawn = layer.data[0].copy()

    def refuse(*_: object) -> None:
        raise EditError("the disk is full.", "Free some of it.")

    journal = session.current.karyotype.journal
    session.current.karyotype.journal = SimpleNamespace(keep_pieces=lambda *_: None, keep=refuse)
    view.activate()
    mouse.key(viewer, Qt.Key.Key_B)
    assert any("the disk is full" in said and layer.name in said for said in notices)
    assert view.tools.active.name == "Paint"
    assert layer in viewer.layers
    np.testing.assert_array_equal(layer.data[0], drawn)
    # Taken up again as it was left.
    session.current.karyotype.journal = journal
    mouse.key(viewer, Qt.Key.Key_S, SHIFT)
    assert view.tools.active.layer is layer
    np.testing.assert_array_equal(layer.data[0], drawn)
    mouse.key(viewer, Qt.Key.Key_Return)
    assert [edit.kind for edit in session.current.karyotype.history] == ["repaint"]
    assert layer not in viewer.layers
