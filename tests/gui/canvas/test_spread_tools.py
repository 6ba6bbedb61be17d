"""Outlines mended on the photograph by a real mouse and real keys."""

from __future__ import annotations

import itertools
from typing import Any

import mouse
import numpy as np
import poor_spread
import pytest
from drawn import make_classification
from poor_spread import BROKEN, CLASSES_FOUND, CROSSING, TOUCHING, UNSEEN
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QWidget

from napari_karyo.gui.docks.chromosome_card import describe
from napari_karyo.gui.session.window import attend

#: Numbers of what was found.
ALONE, CROSSED, TOUCHED, UPPER, LOWER, ROUND = range(6)
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def opened(viewer: Any) -> tuple[Any, Any, Any]:
    """A viewer with the drawn spread, looked at alone, as (viewer, session, view)."""
    from napari_karyo.gui.canvas.karyogram_view import open_view
    from napari_karyo.gui.session.session import session_of

    view, session = open_view(viewer), session_of(viewer)
    attend(session, viewer.window.add_dock_widget(QWidget()))
    session.open(make_classification(poor_spread.spread_cell(), CLASSES_FOUND))
    view.sight.look_at("spread")
    mouse.laid_out(view)
    return viewer, session, view


def at(view: Any, row: float, column: float) -> tuple[float, float]:
    """Return where a pixel of the photograph lies in the scene."""
    mouse.rest(view)
    world = view.layers["spread"].data_to_world((row, column))
    return float(world[0]), float(world[1])


def draw(viewer: Any, view: Any, *points: tuple[float, float]) -> None:
    """Draw a line over pixels of the photograph, the button held."""
    places = [at(view, *point) for point in points]
    mouse.press(viewer, places[0])
    for begin, end in itertools.pairwise(places):
        for share in (0.33, 0.67, 1.0):
            mouse.move(viewer, tuple(a + (b - a) * share for a, b in zip(begin, end, strict=True)))
    mouse.release(viewer, places[-1])


def select(viewer: Any, view: Any, index: int) -> None:
    box = view.spread.box_of(index)
    outline = view.spread.drawing.marks[index].outline
    row, column = np.argwhere(outline.mask)[len(np.argwhere(outline.mask)) // 2]
    assert box is not None
    mouse.click(viewer, at(view, row + outline.top, column + outline.left))
    assert view.session.selected == index


def kinds(session: Any) -> list[str]:
    return [edit.kind for edit in session.current.karyotype.history]


def test_cut_by_the_mouse_and_by_keys(opened: Any) -> None:
    viewer, session, view = opened
    select(viewer, view, TOUCHED)
    mouse.key(viewer, Qt.Key.Key_K)
    draw(viewer, view, *poor_spread.CUT)
    assert kinds(session) == ["split"]
    present = session.current.present
    assert TOUCHED not in present
    new = [one for one in present if one > ROUND]
    assert set(view.spread.drawing.marks) == set(present)
    assert [view.spread.on(*view.spread.to_page(*line[0]))[0] for line in TOUCHING] == new
    assert view.spread.drawing._said[1] == f"{len(present)} chromosomes"
    mouse.key(viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert TOUCHED in view.spread.drawing.marks
    # The line that is proposed lies across the middle, there on the photograph.
    mouse.key(viewer, Qt.Key.Key_K)
    assert view.layers["dragged"].visible
    mouse.key(viewer, Qt.Key.Key_Up)
    mouse.key(viewer, Qt.Key.Key_Return)
    assert kinds(session) == ["split"]


@pytest.mark.parametrize("selected", [None, ALONE])
def test_a_line_cuts_what_it_is_drawn_across(opened: Any, selected: int | None) -> None:
    viewer, session, view = opened
    session.select(selected)
    mouse.key(viewer, Qt.Key.Key_K)
    # Without a selected one there is nothing to propose a line for.
    assert view.layers["dragged"].visible is (selected is not None)
    draw(viewer, view, *poor_spread.CUT)
    assert kinds(session) == ["split"], (viewer.status, view.tools.active)
    assert TOUCHED not in session.current.present
    mouse.key(viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    # By its corners too, and by Enter.
    session.select(selected)
    mouse.key(viewer, Qt.Key.Key_K)
    for corner in poor_spread.CUT:
        mouse.click(viewer, at(view, *corner))
    assert kinds(session) == []
    mouse.key(viewer, Qt.Key.Key_Return)
    assert kinds(session) == ["split"]
    assert TOUCHED not in session.current.present


def test_a_line_over_nothing_cuts_nothing(opened: Any) -> None:
    viewer, session, view = opened
    session.select(None)
    mouse.key(viewer, Qt.Key.Key_K)
    for press in (Qt.Key.Key_Up, Qt.Key.Key_Return):
        mouse.key(viewer, press)
        assert "Draw it across" in viewer.status
    draw(viewer, view, (5, 5), (5, 25))
    assert kinds(session) == []
    assert "Draw it across" in viewer.status
    assert view.tools.active.name == "Split"
    assert not view.layers["dragged"].visible
    mouse.key(viewer, Qt.Key.Key_Escape)
    # On the page a chromosome has to be selected first, as ever.
    view.sight.look_at("karyogram")
    mouse.key(viewer, Qt.Key.Key_K)
    assert view.tools.active is None
    assert "Click a chromosome first" in viewer.status


def test_the_selected_one_is_cut_where_the_line_goes_on_to_another(opened: Any) -> None:
    viewer, session, view = opened
    select(viewer, view, TOUCHED)
    mouse.key(viewer, Qt.Key.Key_K)
    # Across an arm of the crossing beside it, too.
    draw(viewer, view, (80, 115), (69, 215), (69, 245))
    assert kinds(session) == ["split"]
    assert TOUCHED not in session.current.present
    assert CROSSED in session.current.present


@pytest.mark.parametrize("selected", [None, TOUCHED])
def test_lines_part_what_they_lie_on(opened: Any, selected: int | None) -> None:
    viewer, session, view = opened
    session.select(selected)
    mouse.key(viewer, Qt.Key.Key_U)
    for line in CROSSING:
        draw(viewer, view, *line)
    assert kinds(session) == ["part"]
    assert CROSSED not in session.current.present
    assert TOUCHED in session.current.present
    mouse.key(viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    session.select(None)
    mouse.key(viewer, Qt.Key.Key_U)
    mouse.key(viewer, Qt.Key.Key_Return)
    assert kinds(session) == []
    assert "each of two that cross" in viewer.status


def test_cut_on_the_page_cuts_the_outline(opened: Any) -> None:
    viewer, session, view = opened
    view.sight.look_at("karyogram")
    mouse.click(viewer, view.page.places[ALONE].box.center)
    mouse.key(viewer, Qt.Key.Key_K)
    mouse.key(viewer, Qt.Key.Key_Return)
    assert kinds(session) == ["split"]
    made = [session.current.classification.cell.chromosomes[one].outline for one in (6, 7)]
    whole = session.current.classification.cell.chromosomes[ALONE].outline
    assert sum(int(one.mask.sum()) for one in made) == whole.mask.sum()
    assert all(0.35 < one.mask.sum() / whole.mask.sum() < 0.65 for one in made)


def test_two_pieces_are_joined_by_a_click(opened: Any) -> None:
    viewer, session, view = opened
    select(viewer, view, UPPER)
    mouse.key(viewer, Qt.Key.Key_J)
    mouse.click(viewer, at(view, *BROKEN[1][1]))
    assert kinds(session) == ["merge"]
    assert view.spread.drawing.marks[session.selected].outline.mask.shape[1] > 90


def test_a_crossing_is_parted_along_lines_or_as_proposed(opened: Any) -> None:
    viewer, session, view = opened
    select(viewer, view, CROSSED)
    mouse.key(viewer, Qt.Key.Key_U)
    assert view.layers["dragged"].visible
    mouse.key(viewer, Qt.Key.Key_Return)
    assert kinds(session) == ["part"]
    mouse.key(viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    select(viewer, view, CROSSED)
    mouse.key(viewer, Qt.Key.Key_U)
    for number, line in enumerate(CROSSING):
        assert kinds(session) == ([] if number < 2 else ["part"])
        draw(viewer, view, *line)
    assert kinds(session) == ["part"]
    made = [one for one in session.current.present if one > ROUND]
    # Both lie at the crossing; a second click there selects the other.
    middle = at(view, 60, 130)
    assert set(view.spread.chromosomes_at(middle)) == set(made)
    mouse.click(viewer, middle)
    first = session.selected
    mouse.click(viewer, middle)
    assert {first, session.selected} == set(made)
    # The dock says of each that the other lies across it, and of no other one.
    said = [describe(session.current, one) for one in (*made, ALONE)]
    assert ["lies across" in words for words in said] == [True, True, False]


def test_what_was_not_found_is_drawn(opened: Any) -> None:
    viewer, session, view = opened
    session.select(None)
    mouse.key(viewer, Qt.Key.Key_I)
    corners = poor_spread.AROUND
    for corner in corners:
        mouse.click(viewer, at(view, *corner))
    mouse.key(viewer, Qt.Key.Key_Return)
    assert kinds(session) == ["draw"]
    assert session.selected == ROUND + 1
    mouse.key(viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    mouse.key(viewer, Qt.Key.Key_I)
    draw(viewer, view, *corners, corners[0])
    assert kinds(session) == ["draw"]
    assert view.spread.on(*view.spread.to_page(*UNSEEN[0])) == [session.selected]


def test_the_brush_adds_and_takes_and_stays_in_hand(opened: Any) -> None:
    viewer, session, view = opened
    select(viewer, view, ALONE)

    def size() -> int:
        return int(view.spread.drawing.marks[session.selected].outline.mask.sum())

    before = size()
    mouse.key(viewer, Qt.Key.Key_B)
    draw(viewer, view, (95, 40), (115, 40))
    larger = size()
    assert larger > before
    draw(viewer, view, (100, 40), (120, 45))
    assert size() > larger
    assert kinds(session) == ["repaint", "repaint"]
    mouse.key(viewer, Qt.Key.Key_B, SHIFT)
    draw(viewer, view, (112, 30), (112, 55))
    assert kinds(session)[2:] == ["repaint"]
    # A click on another one goes on with that.
    mouse.click(viewer, at(view, *BROKEN[0][0]))
    assert session.selected == UPPER
    mouse.key(viewer, Qt.Key.Key_Escape)
    assert view.tools.active is None
    assert not view.layers["dragged"].visible
    assert view.layers["karyogram"].mouse_pan


def test_what_is_no_chromosome_is_removed_and_can_still_be_seen(opened: Any) -> None:
    viewer, session, view = opened
    select(viewer, view, ROUND)
    mouse.key(viewer, Qt.Key.Key_Z, SHIFT)
    assert kinds(session) == ["remove"]
    assert ROUND not in session.current.present
    assert view.spread.drawing.marks[ROUND].standing == "out"
    assert session.selected != ROUND
    assert view.spread.drawing._said[1] == f"{len(session.current.present)} chromosomes"


def test_a_tool_stays_in_hand_on_the_photograph(opened: Any) -> None:
    viewer, session, view = opened
    session.select(None)
    mouse.key(viewer, Qt.Key.Key_K)
    # Two cuts for one key; the second is across what the first one made.
    draw(viewer, view, *poor_spread.CUT)
    assert "draw the next line" in viewer.status
    draw(viewer, view, (45, 215), (45, 245))
    assert kinds(session) == ["split", "split"]
    # A cut that was no good is taken back, and the next one drawn.
    mouse.key(viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert view.tools.active.name == "Split"
    draw(viewer, view, (65, 25), (65, 55))
    assert kinds(session) == ["split", "split"]
    assert ALONE not in session.current.present
    # A click on another one chooses it, and sets no corner.
    select(viewer, view, UPPER)
    assert view.tools.active is None
    assert not view.layers["dragged"].visible


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_a_tool_in_hand_is_put_away_by_a_key(opened: Any, key: Any) -> None:
    viewer, session, view = opened
    session.select(None)
    mouse.key(viewer, Qt.Key.Key_K)
    draw(viewer, view, *poor_spread.CUT)
    # Its own key begins anew, for who presses it before each line.
    mouse.key(viewer, Qt.Key.Key_K)
    draw(viewer, view, (65, 25), (65, 55))
    assert kinds(session) == ["split", "split"]
    mouse.key(viewer, key)
    assert view.tools.active is None
    assert viewer.status == "Done."


def test_whoever_goes_on_elsewhere_has_no_tool_in_hand(opened: Any) -> None:
    viewer, session, view = opened
    view.sight.look_at("both")
    mouse.laid_out(view)
    for go_on in (
        lambda: session.select(UPPER),
        lambda: mouse.click(viewer, view.page.places[LOWER].box.center),
    ):
        session.current.karyotype.go_to(0)
        session.select(None)
        mouse.click(viewer, at(view, 5, 5))
        mouse.key(viewer, Qt.Key.Key_K)
        draw(viewer, view, *poor_spread.CUT)
        assert view.tools.active.name == "Split"
        go_on()
        assert session.selected in (UPPER, LOWER)
        assert view.tools.active is None


def test_a_line_from_piece_to_piece_joins_them(opened: Any) -> None:
    viewer, session, view = opened
    session.select(None)
    mouse.key(viewer, Qt.Key.Key_J)
    # From nothing, or to the same one, it joins nothing.
    for line in ([(5, 5), BROKEN[0][0]], BROKEN[0]):
        draw(viewer, view, *line)
        assert kinds(session) == []
        assert "from one piece to the other" in viewer.status
    draw(viewer, view, BROKEN[0][0], BROKEN[1][1])
    assert kinds(session) == ["merge"]
    assert not {UPPER, LOWER} & set(session.current.present)
    assert view.tools.active.name == "Merge"
    mouse.key(viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    # By a click on each, too.
    mouse.key(viewer, Qt.Key.Key_Escape)
    session.select(None)
    mouse.key(viewer, Qt.Key.Key_J)
    mouse.click(viewer, at(view, *BROKEN[0][0]))
    mouse.click(viewer, at(view, *BROKEN[1][1]))
    assert kinds(session) == ["merge"]


def test_the_next_crossing_is_chosen_by_a_click(opened: Any) -> None:
    viewer, session, view = opened
    session.select(ALONE)
    mouse.key(viewer, Qt.Key.Key_U)
    mouse.click(viewer, at(view, 60, 100))
    assert session.selected == CROSSED
    mouse.key(viewer, Qt.Key.Key_Return)
    assert kinds(session) == ["part"]
    assert CROSSED not in session.current.present
    assert view.tools.active.name == "Part crossing"
    mouse.key(viewer, Qt.Key.Key_Return)
    assert view.tools.active is None


def test_a_cell_of_crops_says_why_it_has_no_such_tools(opened: Any) -> None:
    from drawn import make_cell

    viewer, session, view = opened
    session.open(make_classification(make_cell(name="crops")))
    session.select(0)
    mouse.key(viewer, Qt.Key.Key_B)
    assert view.tools.active is None
    assert "no photograph" in viewer.status


def test_what_was_drawn_goes_with_the_photograph(opened: Any) -> None:
    viewer, _, view = opened
    before = view.spread.origin
    mouse.key(viewer, Qt.Key.Key_I)
    top, left, bottom, right = 6, 6, 20, 40
    for corner in ((top, left), (top, right), (bottom, right)):
        mouse.click(viewer, at(view, *corner))
    corners = [view.spread.to_pixel(*one) for one in view.tools.active._corners]
    view.sight.look_at("both")
    assert view.spread.origin != before
    after = [view.spread.to_pixel(*one) for one in view.tools.active._corners]
    assert np.allclose(corners, after)
