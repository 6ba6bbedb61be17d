"""The edits of a chromosome's picture, with a real mouse and real keys in a real window."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import mouse
import numpy as np
import pytest
from drawn import MALE, crop, make_cell, make_classification
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_karyo.cell import Chromosome, Polarity
from napari_karyo.classes import MARKERS, TRAY
from napari_karyo.errors import CaseError
from napari_karyo.gui.actions.pictures import PICTURE_ACTIONS
from napari_karyo.gui.canvas.selection_overlay import handle_of
from napari_karyo.gui.docks.picture_box import PictureBox
from napari_karyo.karyotype import PLAIN, Appearance

ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def look(session: Any, index: int) -> Appearance:
    return session.current.karyotype.state.appearance(index)


def history(session: Any) -> list[str]:
    return [edit.kind for edit in session.current.karyotype.history]


def centre(view: Any, index: int) -> tuple[float, float]:
    return view.page.places[index].box.center


def turn_round(
    viewer: Any,
    middle: tuple[float, float],
    start: tuple[float, float],
    degrees: float,
    modifier: Any = Qt.KeyboardModifier.NoModifier,
) -> tuple[float, float]:
    """Press at a place and go round a middle, clockwise; return where the mouse is."""
    y, x = start[0] - middle[0], start[1] - middle[1]
    canvas = mouse.native(viewer)
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, left, modifier, mouse.on_canvas(viewer, *start))
    mouse.settle()
    steps = max(2, math.ceil(abs(degrees) / 12))
    for step in range(1, steps + 1):
        turn = math.radians(degrees * step / steps)
        place = (
            middle[0] + y * math.cos(turn) + x * math.sin(turn),
            middle[1] + x * math.cos(turn) - y * math.sin(turn),
        )
        mouse.move(viewer, place)
    return place


def stands_for_the_page(view: Any) -> bool:
    """Whether the mosaic is what the karyotype says, drawn anew."""
    drawn = view.layers["karyogram"].data.copy()
    view.show()
    return np.array_equal(drawn, view.layers["karyogram"].data)


@pytest.fixture
def selected_in(opened: Any) -> Any:
    """A viewer with chromosome 8, of class 5, selected."""
    viewer, session, view = opened
    mouse.settle()
    session.select(8)
    view.activate()
    return viewer, session, view


# -- rotating -----------------------------------------------------------------------


@pytest.mark.parametrize("degrees", [40, -100])
def test_the_handle_rotates_by_any_angle_with_one_edit(selected_in: Any, degrees: int) -> None:
    viewer, session, view = selected_in
    before = view.layers["karyogram"].data.copy()
    camera = viewer.scene.camera.center
    place = view.page.places[8]
    start = handle_of(view.page, place)
    end = turn_round(viewer, place.box.center, start, degrees)
    preview = view.layers["dragged"]
    assert preview.visible
    assert not history(session), "it is no edit before the button is let go"
    # While the preview stands for it, it isn't drawn below: only paper is there.
    box = place.box
    under = view.layers["karyogram"].data[
        int(box.top) + 20 : int(box.bottom) - 8, int(box.left) + 8 : int(box.right) - 8, :3
    ]
    assert (under == 255).all()
    mouse.release(viewer, end)
    assert history(session) == ["look"]
    assert look(session, 8).angle == pytest.approx(degrees, abs=3)
    assert not preview.visible
    assert viewer.scene.camera.center == camera
    assert view.layers["karyogram"].mouse_pan
    assert view.tools.active is None
    session.current.karyotype.undo()
    assert look(session, 8) == PLAIN
    assert np.array_equal(view.layers["karyogram"].data, before)
    session.current.karyotype.redo()
    assert look(session, 8).angle == pytest.approx(degrees, abs=3)
    assert view.page.places[8].box.width > place.box.width
    assert stands_for_the_page(view)


@pytest.mark.parametrize("modifier", [ALT, SHIFT])
def test_a_chromosome_is_rotated_with_a_key_held(opened: Any, modifier: Any) -> None:
    viewer, session, view = opened
    mouse.settle()
    place = view.page.places[0]
    start = place.box.top + 12, place.box.center[1]
    end = turn_round(viewer, place.box.center, start, 90, modifier)
    mouse.release(viewer, end)
    assert session.selected == 0
    assert look(session, 0).angle == pytest.approx(90, abs=3)
    assert session.current.karyotype.slot_of(0) == "1"


def test_the_ghost_turns_as_the_chromosome_will(selected_in: Any) -> None:
    _, _, view = selected_in
    place = view.page.places[8]
    view.selection.drag_preview.rotate(place, 90.0)
    preview = view.layers["dragged"]
    height, width = preview.data.shape[:2]
    # Clockwise: the middle of the top goes to the right.
    top = preview.data_to_world((0.0, (width - 1) / 2))
    middle = preview.data_to_world(((height - 1) / 2, (width - 1) / 2))
    assert top[1] == pytest.approx(place.box.center[1] - 0.5 + (height - 1) / 2)
    assert top[0] == pytest.approx(place.box.center[0] - 0.5)
    assert middle == pytest.approx((place.box.center[0] - 0.5, place.box.center[1] - 0.5))


def test_escape_leaves_a_rotation_undone(selected_in: Any) -> None:
    viewer, session, view = selected_in
    before = view.layers["karyogram"].data.copy()
    place = view.page.places[8]
    end = turn_round(viewer, place.box.center, handle_of(view.page, place), 50)
    mouse.key(viewer, Qt.Key.Key_Escape)
    assert not view.layers["dragged"].visible
    assert np.array_equal(view.layers["karyogram"].data, before)
    mouse.move(viewer, (end[0] + 20, end[1]))
    assert not view.layers["dragged"].visible
    mouse.release(viewer, end)
    assert not history(session)
    assert session.selected == 8
    # Escape is again what the table says.
    mouse.key(viewer, Qt.Key.Key_Escape)
    assert session.selected is None


def test_escape_leaves_what_is_carried_where_it_was(opened: Any) -> None:
    viewer, session, view = opened
    mouse.settle()
    mouse.press(viewer, centre(view, 8))
    mouse.move(viewer, (300.0, 700.0))
    mouse.key(viewer, Qt.Key.Key_Escape)
    goal = view.page.slots["4"].inner.center
    mouse.move(viewer, goal)
    assert not view.layers["dragged"].visible
    mouse.release(viewer, goal)
    assert not history(session)


def test_keys_rotate_straighten_and_set_the_contrast(selected_in: Any) -> None:
    viewer, session, view = selected_in
    plain = view.layers["karyogram"].data.copy()
    for code, modifier, wanted in (
        (Qt.Key.Key_E, Qt.KeyboardModifier.NoModifier, Appearance(angle=2)),
        (Qt.Key.Key_E, SHIFT, Appearance(angle=17)),
        (Qt.Key.Key_Q, Qt.KeyboardModifier.NoModifier, Appearance(angle=15)),
        (Qt.Key.Key_BracketLeft, Qt.KeyboardModifier.NoModifier, Appearance(angle=13)),
        (Qt.Key.Key_BracketRight, Qt.KeyboardModifier.NoModifier, Appearance(angle=15)),
        (Qt.Key.Key_Q, SHIFT, PLAIN),
        (Qt.Key.Key_R, Qt.KeyboardModifier.NoModifier, Appearance(straightened=True)),
        (Qt.Key.Key_R, Qt.KeyboardModifier.NoModifier, PLAIN),
        (Qt.Key.Key_Equal, Qt.KeyboardModifier.NoModifier, Appearance(low=0.05, high=0.95)),
        (Qt.Key.Key_Minus, Qt.KeyboardModifier.NoModifier, PLAIN),
    ):
        count = len(history(session))
        before = view.layers["karyogram"].data.copy()
        mouse.key(viewer, code, modifier)
        assert look(session, 8) == wanted, (code, modifier)
        assert len(history(session)) == count + 1
        assert not np.array_equal(view.layers["karyogram"].data, before), code
    mouse.key(viewer, Qt.Key.Key_Minus)
    assert len(history(session)) == 10, "less than as photographed is nothing"
    mouse.key(viewer, Qt.Key.Key_E)
    mouse.key(viewer, Qt.Key.Key_R)
    mouse.key(viewer, Qt.Key.Key_R, SHIFT)
    assert look(session, 8) == PLAIN
    session.current.karyotype.undo()
    assert look(session, 8) == Appearance(angle=2, straightened=True), "reset was one edit"
    session.current.karyotype.go_to(0)
    # All but the triangle of a chromosome that is other than proposed: there is none.
    assert np.array_equal(view.layers["karyogram"].data, plain)


def test_no_key_of_the_pictures_is_taken(opened: Any) -> None:
    from napari_karyo.gui.actions.action_table import ACTIONS
    from napari_karyo.gui.canvas.keys import CLASS_KEYS

    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))
    assert not set(keys) & set(CLASS_KEYS)
    assert set(PICTURE_ACTIONS) <= set(ACTIONS)


# -- the box ------------------------------------------------------------------------


@pytest.fixture
def box(selected_in: Any) -> Any:
    """The box of the picture's edits, in the window."""
    viewer, session, _ = selected_in
    box = PictureBox(session)
    viewer.window.add_dock_widget(box, name="Picture")
    mouse.settle()
    return box


def slide(box: PictureBox, low: int, high: int) -> None:
    """Slide both ends, as a mouse does: pressed, moved and let go."""
    slider = box.contrast
    slider.setSliderDown(True)
    start = slider.value()
    for share in (0.3, 0.7, 1.0):
        slider.setValue(
            tuple(round(a + (b - a) * share) for a, b in zip(start, (low, high), strict=True))
        )
    # Tells that it was let go.
    slider.setSliderDown(False)
    mouse.settle()


def test_the_slider_makes_one_edit_when_it_is_let_go(selected_in: Any, box: Any) -> None:
    _, session, view = selected_in
    box.contrast.setSliderDown(True)
    box.contrast.setValue((20, 90))
    assert view.layers["dragged"].visible, "it is shown before it is an edit"
    assert view.layers["dragged"].opacity == 1.0
    assert not history(session)
    slide(box, 30, 80)
    assert history(session) == ["look"]
    assert (look(session, 8).low, look(session, 8).high) == (0.3, 0.8)
    assert not view.layers["dragged"].visible
    assert "30% to 80%" in box.range.text()
    session.current.karyotype.undo()
    assert box.contrast.value() == (0, 100)
    session.current.karyotype.redo()
    assert box.contrast.value() == (30, 80)
    box.plain.click()
    assert look(session, 8) == PLAIN
    assert box.contrast.value() == (0, 100)
    # Both ends at one place would show nothing: a little is left between them.
    slide(box, 50, 50)
    assert look(session, 8).high - look(session, 8).low == pytest.approx(0.1)


def test_the_wheel_over_the_slider_is_one_edit_too(selected_in: Any, box: Any, qtbot: Any) -> None:
    _, session, view = selected_in
    for value in ((2, 100), (5, 100), (9, 100)):
        box.contrast.setValue(value)
    assert not history(session)
    qtbot.waitUntil(lambda: history(session) == ["look"], timeout=5000)
    assert look(session, 8).low == 0.09
    # Who goes on to another chromosome has slid nothing for that one.
    box.contrast.setValue((40, 100))
    session.select(9)
    assert not view.layers["dragged"].visible
    qtbot.wait(600)
    assert history(session) == ["look"]
    assert look(session, 9) == PLAIN


def test_the_box_follows_the_chromosome_in_hand(selected_in: Any, box: Any) -> None:
    _, session, view = selected_in
    assert all(button.isEnabled() for name, button in box.buttons.items() if "Reset" not in name)
    box.buttons["Rotate right"].click()
    assert look(session, 8).angle == 2
    assert box.buttons["Reset picture"].isEnabled()
    box.buttons["Straighten"].click()
    assert look(session, 8).straightened
    assert box.buttons["Straighten"].isChecked()
    session.select(9)
    assert not box.buttons["Straighten"].isChecked()
    session.select(8)
    box.buttons["Straighten"].click()
    assert not look(session, 8).straightened
    box.buttons["Reset picture"].click()
    assert look(session, 8) == PLAIN
    box.buttons["Split"].click()
    assert box.buttons["Split"].isChecked()
    assert view.tools.active.name == "Split"
    box.buttons["Merge"].click()
    assert box.buttons["Merge"].isChecked()
    assert not box.buttons["Split"].isChecked()
    box.buttons["Merge"].click()
    assert view.tools.active is None
    assert not box.buttons["Merge"].isChecked()
    session.select(None)
    assert not any(button.isEnabled() for button in box.buttons.values())
    assert not box.contrast.isEnabled()
    holder = QApplication.focusWidget()
    assert holder is None or not box.isAncestorOf(holder)


# -- one into two -------------------------------------------------------------------


def two_in_one(polarity: Polarity = Polarity.DARK) -> Any:
    """Return a cell whose crop 8 holds two chromosomes, side by side, nearly touching."""
    cell = make_cell(polarity=polarity)
    crops = [crop(name, 8, polarity) for name in ("5", "9")]
    paper = 255 if polarity is Polarity.DARK else 0
    height = max(len(one) for one in crops)
    padded = [
        np.pad(one, ((0, height - len(one)), (0, 0)), constant_values=paper)[:, 6:-6]
        for one in crops
    ]
    both = np.pad(np.hstack(padded), 6, constant_values=paper)
    made = list(cell.chromosomes)
    made[8] = Chromosome(made[8].name, both)
    return make_classification(replace(cell, chromosomes=tuple(made)), MALE)


@pytest.fixture
def touching(viewer: Any) -> Any:
    from napari_karyo.gui.canvas.karyogram_view import open_view
    from napari_karyo.gui.session.session import session_of

    view, session = open_view(viewer), session_of(viewer)
    session.open(two_in_one())
    mouse.settle()
    session.select(8)
    view.activate()
    return viewer, session, view


def lengths(session: Any, *indices: int) -> list[float]:
    return [session.current.classification.uprights[one].length for one in indices]


def check_halves(session: Any, view: Any) -> None:
    """Both chromosomes are whole, in the history, on the page, and undone."""
    cell = session.current
    assert history(session) == ["split"]
    assert 8 not in cell.present
    assert set(cell.present) >= {46, 47}
    assert [item.name for item in cell.classification.cell][-2:] == ["08.png (1)", "08.png (2)"]
    long, short = sorted(lengths(session, 46, 47), reverse=True)
    # The very ones that were drawn: class 5 is 79 pixels long, class 9 is 68.
    assert long == pytest.approx(79, abs=4)
    assert short == pytest.approx(68, abs=4)
    assert {46, 47} <= set(view.page.places)
    assert session.selected in {46, 47}
    assert view.tools.active is None
    cell.karyotype.undo()
    assert 8 in cell.present
    assert 46 not in view.page.places
    assert session.selected == 8
    cell.karyotype.redo()
    assert {46, 47} <= set(view.page.places)
    assert stands_for_the_page(view)


def test_a_drawn_line_cuts_a_crop_in_two(touching: Any) -> None:
    viewer, session, view = touching
    box = view.page.places[8].box
    mouse.key(viewer, Qt.Key.Key_K)
    assert view.tools.active.name == "Split"
    assert view.layers["dragged"].visible
    # They stand side by side: between them, top to bottom.
    mouse.press(viewer, (box.top + 4, box.center[1]))
    for share in np.linspace(0.1, 1.0, 8):
        mouse.move(viewer, (box.top + 4 + (box.height - 8) * share, box.center[1]))
    assert not history(session)
    assert len(view.tools.active.points) > 4
    mouse.release(viewer, (box.bottom - 4, box.center[1]))
    check_halves(session, view)


def test_a_line_of_a_quick_hand_whose_moves_were_not_heard_of_cuts(touching: Any) -> None:
    viewer, session, view = touching
    box = view.page.places[8].box
    mouse.key(viewer, Qt.Key.Key_K)
    mouse.press(viewer, (box.top + 4, box.center[1]))
    mouse.release(viewer, (box.bottom - 4, box.center[1]))
    check_halves(session, view)


def test_clicked_corners_and_enter_cut_a_crop_in_two(touching: Any) -> None:
    viewer, session, view = touching
    box = view.page.places[8].box
    mouse.key(viewer, Qt.Key.Key_K)
    for share in (0.1, 0.5, 0.9):
        mouse.click(viewer, (box.top + box.height * share, box.center[1]))
    assert len(view.tools.active.points) == 3
    assert session.selected == 8
    mouse.key(viewer, Qt.Key.Key_Return)
    check_halves(session, view)


def test_a_second_click_on_the_last_corner_cuts(touching: Any) -> None:
    viewer, session, view = touching
    box = view.page.places[8].box
    mouse.key(viewer, Qt.Key.Key_K)
    for share in (0.1, 0.9, 0.9):
        mouse.click(viewer, (box.top + box.height * share, box.center[1]))
    check_halves(session, view)


def test_keys_alone_cut_a_crop_in_two(touching: Any) -> None:
    viewer, session, view = touching
    mouse.key(viewer, Qt.Key.Key_K)
    (y0, _), (y1, _) = view.tools.active.points
    assert y0 == y1, "level at first"
    mouse.key(viewer, Qt.Key.Key_Down)
    assert view.tools.active.points[0][0] > y0
    mouse.key(viewer, Qt.Key.Key_Up)
    for _ in range(9):
        mouse.key(viewer, Qt.Key.Key_Right)
    (_, x0), (_, x1) = view.tools.active.points
    assert x0 == pytest.approx(x1), "upright by now"
    assert session.selected == 8, "the arrows are the line's"
    mouse.key(viewer, Qt.Key.Key_Return)
    check_halves(session, view)


def test_a_line_is_read_where_it_is_seen(touching: Any) -> None:
    """Rotated and turned, the same line between the two cuts them apart all the same."""
    viewer, session, view = touching
    session.current.karyotype.turn([8])
    session.current.karyotype.rotate([8], 90)
    session.select(8)
    mouse.settle()
    box = view.page.places[8].box
    mouse.key(viewer, Qt.Key.Key_K)
    mouse.drag(viewer, (box.center[0], box.left - 6), (box.center[0], box.right + 6))
    assert history(session)[-1] == "split"
    long, short = sorted(lengths(session, 46, 47), reverse=True)
    assert (long, short) == (pytest.approx(79, abs=4), pytest.approx(68, abs=4))


def test_what_was_cut_apart_and_merged_is_as_photographed(touching: Any) -> None:
    viewer, session, view = touching
    box = view.page.places[8].box
    mouse.key(viewer, Qt.Key.Key_K)
    mouse.drag(viewer, (box.center[0], box.left - 6), (box.center[0], box.right + 6))
    mouse.settle()
    session.select(46)
    mouse.key(viewer, Qt.Key.Key_J)
    mouse.click(viewer, centre(view, 47))
    assert history(session) == ["split", "merge"]
    whole, made = lengths(session, 8, 48)
    assert made == pytest.approx(whole, abs=1.5)
    # The very greys, wherever they lie on a crop of another size, either way up.
    before, after = (
        np.sort(session.current.classification.cell.chromosomes[one].image.ravel().astype(int))
        for one in (8, 48)
    )
    assert np.abs(before[:1500] - after[:1500]).max() <= 1


def test_a_line_that_divides_nothing_changes_nothing(touching: Any, notices: list[str]) -> None:
    viewer, session, view = touching
    box = view.page.places[8].box
    before = session.current.classification
    mouse.key(viewer, Qt.Key.Key_K)
    mouse.drag(viewer, (box.top + 20, box.left - 10), (box.bottom - 20, box.left - 10))
    assert not history(session)
    assert session.current.classification is before
    assert "one of its sides" in notices[-1]
    # The line can be drawn again.
    assert view.tools.active.name == "Split"
    assert view.layers["dragged"].visible
    mouse.key(viewer, Qt.Key.Key_Escape)
    assert view.tools.active is None
    assert not view.layers["dragged"].visible
    assert session.selected == 8


def test_an_edit_meanwhile_ends_the_drawing(touching: Any) -> None:
    viewer, session, view = touching
    for end in (
        lambda: session.select(3),
        lambda: session.current.karyotype.turn([8]),
        lambda: session.open(make_classification(make_cell(name="cell B"))),
        view.remove,
    ):
        view.show()
        session.select(8)
        mouse.key(viewer, Qt.Key.Key_K)
        assert view.tools.active is not None
        end()
        assert view.tools.active is None


# -- two into one -------------------------------------------------------------------


def cut_in_two(polarity: Polarity = Polarity.DARK) -> Any:
    """Return a cell of which one chromosome 1 came as two crops, number 0 and the last."""
    cell = make_cell(polarity=polarity)
    whole = crop("1", 0, polarity)
    paper = 255 if polarity is Polarity.DARK else 0
    upper, lower = whole[:68], whole[68:]
    made = list(cell.chromosomes)
    made[0] = Chromosome(made[0].name, np.pad(upper, ((0, 8), (0, 0)), constant_values=paper))
    made.append(Chromosome("piece.png", np.pad(lower, ((8, 0), (0, 0)), constant_values=paper)))
    return make_classification(replace(cell, chromosomes=tuple(made)), (*MALE, "22"))


@pytest.fixture
def broken(viewer: Any) -> Any:
    from napari_karyo.gui.canvas.karyogram_view import open_view
    from napari_karyo.gui.session.session import session_of

    view, session = open_view(viewer), session_of(viewer)
    session.open(cut_in_two())
    mouse.settle()
    view.activate()
    return viewer, session, view


def check_whole(session: Any, view: Any) -> None:
    cell = session.current
    assert history(session) == ["merge"]
    assert not {0, 46} & set(cell.present)
    assert 47 in cell.present
    assert cell.classification.cell.chromosomes[47].name == "00.png + piece.png"
    assert lengths(session, 47)[0] == pytest.approx(lengths(session, 1)[0], abs=5)
    assert session.selected == 47
    assert view.tools.active is None
    cell.karyotype.undo()
    assert {0, 46} <= set(view.page.places)
    assert 47 not in view.page.places
    cell.karyotype.redo()
    assert stands_for_the_page(view)


@pytest.mark.parametrize("first", [0, 46])
def test_the_next_one_clicked_is_merged(broken: Any, first: int) -> None:
    viewer, session, view = broken
    session.select(first)
    mouse.key(viewer, Qt.Key.Key_J)
    assert [frame.kind for frame in view.page.frames] == ["target"]
    mouse.click(viewer, (112.0, 880.0))
    assert view.tools.active is not None, "a click beside is none on a piece"
    mouse.click(viewer, centre(view, 46 - first))
    check_whole(session, view)


def test_keys_alone_merge(broken: Any) -> None:
    viewer, session, view = broken
    session.select(46)
    mouse.key(viewer, Qt.Key.Key_J)
    mouse.key(viewer, Qt.Key.Key_Return)
    assert not history(session), "with itself it can't be merged"
    assert view.tools.active is not None
    while session.selected != 0:
        mouse.key(viewer, Qt.Key.Key_Right)
    assert {frame.kind for frame in view.page.frames} == {"target", "selected"}
    mouse.key(viewer, Qt.Key.Key_Return)
    check_whole(session, view)


def test_a_piece_carried_to_its_end_is_put_there(broken: Any) -> None:
    viewer, session, view = broken
    session.select(0)
    mouse.key(viewer, Qt.Key.Key_J)
    box, piece = view.page.places[0].box, view.page.places[46].box
    # Where both come to lie end to end, their paper of two pixels over each other.
    spare = 2 * 2 * view.page.magnification
    row = box.bottom - spare + piece.height / 2
    mouse.drag(viewer, centre(view, 46), (row, box.center[1]))
    check_whole(session, view)
    # Above it, it is another chromosome: as long, with the bands elsewhere.
    session.current.karyotype.go_to(0)
    session.select(0)
    mouse.key(viewer, Qt.Key.Key_J)
    row = box.top + spare - piece.height / 2
    mouse.drag(viewer, centre(view, 46), (row, box.center[1]))
    crops = session.current.classification.cell.chromosomes
    assert len(crops) == 49
    assert abs(crops[48].image.shape[0] - crops[47].image.shape[0]) <= 4
    assert crops[48].name == "00.png + piece.png (1)"


def test_what_cannot_be_merged_changes_nothing(broken: Any, notices: list[str]) -> None:
    viewer, session, view = broken
    session.select(0)
    mouse.key(viewer, Qt.Key.Key_J)
    box = view.page.places[0].box
    mouse.drag(viewer, centre(view, 46), (box.center[0], box.right + 0.8 * box.width))
    assert not history(session)
    assert "do not touch" in notices[-1]
    assert not view.layers["dragged"].visible
    mouse.drag(viewer, centre(view, 46), (4.0, 900.0))
    assert not history(session)
    assert view.tools.active is not None
    mouse.key(viewer, Qt.Key.Key_Escape)
    assert view.tools.active is None
    assert [frame.kind for frame in view.page.frames] == ["selected"]
    mouse.click(viewer, centre(view, 46))
    assert session.selected == 46
    assert not history(session)


class FullDisk:
    """A journal that keeps nothing."""

    def keep(self, *_: Any) -> None:
        raise CaseError("The disk is full.", "Make room.")

    def keep_pieces(self, *_: Any) -> None:
        """Keep the pictures alone: the edit comes next."""


def test_a_case_that_refuses_leaves_everything(broken: Any, notices: list[str]) -> None:
    viewer, session, view = broken
    session.current.karyotype.journal = FullDisk()
    before = view.layers["karyogram"].data.copy()
    classification = session.current.classification
    place = view.page.places[8]
    session.select(8)
    end = turn_round(viewer, place.box.center, handle_of(view.page, place), 50)
    mouse.release(viewer, end)
    assert "disk is full" in notices[-1]
    box = PictureBox(session)
    viewer.window.add_dock_widget(box, name="Picture")
    for press in (
        lambda: mouse.key(viewer, Qt.Key.Key_E),
        lambda: mouse.key(viewer, Qt.Key.Key_R),
        box.buttons["Rotate left"].click,
        box.buttons["Straighten"].click,
        lambda: slide(box, 20, 80),
    ):
        count = len(notices)
        press()
        assert len(notices) == count + 1
        assert box.contrast.value() == (0, 100)
        assert not box.buttons["Straighten"].isChecked()
    count = len(notices)
    view.activate()
    box.buttons["Split"].click()
    mouse.key(viewer, Qt.Key.Key_Return)
    mouse.key(viewer, Qt.Key.Key_Escape)
    session.select(0)
    box.buttons["Merge"].click()
    mouse.click(viewer, centre(view, 46))
    mouse.key(viewer, Qt.Key.Key_Escape)
    assert len(notices) == count + 2
    assert session.current.classification is classification
    assert not history(session)
    session.select(None)
    assert np.array_equal(view.layers["karyogram"].data, before)


def test_overlays_know_the_pieces(broken: Any, monkeypatch: Any, qtbot: Any) -> None:
    viewer, session, view = broken
    asked: list[int] = []

    def saliency(found: Any, indices: Any, classes: Any) -> list[Any]:
        asked.extend(indices)
        return [np.ones(found.cell.chromosomes[one].image.shape, np.float32) for one in indices]

    monkeypatch.setattr("napari_karyo.inference.saliency.saliency", saliency)
    view.overlays.toggle("saliency")
    view.overlays.toggle("attention")
    qtbot.waitUntil(lambda: view.overlays.idle, timeout=10000)
    assert len(asked) == 47
    session.select(0)
    mouse.key(viewer, Qt.Key.Key_J)
    mouse.click(viewer, centre(view, 46))
    qtbot.waitUntil(lambda: view.overlays.idle, timeout=10000)
    assert asked[47:] == [47]
    box = view.page.places[47].box
    row, column = (round(value) for value in box.center)
    for role in ("saliency", "attention"):
        assert view.layers[role].data[row, column] > 0, role
    session.current.karyotype.undo()
    session.current.karyotype.redo()
    session.close(session.current)


# -- slots --------------------------------------------------------------------------


def test_markers_and_the_tray_take_what_is_dropped(opened: Any) -> None:
    viewer, session, view = opened
    mouse.settle()
    karyotype = session.current.karyotype
    for index, slot in ((0, MARKERS), (2, MARKERS), (4, TRAY)):
        mouse.drag(viewer, centre(view, index), view.page.slots[slot].inner.center)
        assert karyotype.slot_of(index) == slot
    assert history(session) == ["marker", "marker", "tray"]
    assert karyotype.iscn == "45,XY,-1,-2,-3,+2mar"
    # Their order is the person's, as in any slot.
    first, second = karyotype.state.slots[MARKERS]
    box = view.page.places[second].box
    mouse.drag(viewer, centre(view, first), (box.center[0], box.right - 1))
    assert karyotype.state.slots[MARKERS] == (second, first)
    # And back into a class.
    mouse.drag(viewer, centre(view, 0), view.page.slots["1"].inner.center)
    assert karyotype.slot_of(0) == "1"
    karyotype.go_to(0)
    assert stands_for_the_page(view)


def test_order_among_three_and_four_in_a_slot(opened: Any) -> None:
    viewer, session, view = opened
    mouse.settle()
    karyotype = session.current.karyotype
    karyotype.move([0, 2], "3")
    slot = karyotype.state.slots["3"]
    assert len(slot) == 4
    # The leftmost between the third and the fourth.
    third = view.page.places[slot[2]].box
    fourth = view.page.places[slot[3]].box
    between = (third.center[1] + fourth.center[1]) / 2
    mouse.drag(viewer, centre(view, slot[0]), (third.center[0], between))
    assert karyotype.state.slots["3"] == (slot[1], slot[2], slot[0], slot[3])
    # The rightmost to the very left.
    now = karyotype.state.slots["3"]
    left = view.page.places[now[0]].box
    mouse.drag(viewer, centre(view, now[3]), (left.center[0], left.left + 2))
    assert karyotype.state.slots["3"] == (now[3], now[0], now[1], now[2])
    count = len(history(session))
    # Half a width aside is no other place.
    now = karyotype.state.slots["3"]
    here = view.page.places[now[1]].box
    mouse.drag(viewer, centre(view, now[1]), (here.center[0], here.center[1] + here.width / 4))
    assert len(history(session)) == count
    karyotype.undo()
    karyotype.undo()
    assert karyotype.state.slots["3"] == slot


def test_a_derivative_goes_to_the_right_end(selected_in: Any) -> None:
    viewer, session, view = selected_in
    karyotype = session.current.karyotype
    karyotype.move([0], "5")
    first = karyotype.state.slots["5"][0]
    session.select(first)
    mouse.key(viewer, Qt.Key.Key_D)
    assert karyotype.state.slots["5"][-1] == first
    assert any(text.string == "der" for text in view.page.texts)
    right = max(
        (place for place in view.page.places.values() if place.slot == "5"),
        key=lambda place: place.box.left,
    )
    assert right.index == first
    mouse.key(viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert karyotype.state.slots["5"][0] == first
