"""Outlines cut, joined, parted at crossings, drawn and painted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from napari_karyo.cell import Outline
from napari_karyo.errors import EditError, KaryoError
from napari_karyo.segmentation.canvas import Patch, line_distance, on_canvas, outline_of
from napari_karyo.segmentation.mending import (
    cut_outline,
    draw_outline,
    join_outlines,
    paint_outline,
    part_crossing,
    part_crossing_alone,
    polygons_of,
    reshape_outline,
    share_overlaps,
)

SHAPE = (160, 200)
WHOLE = Patch(0, 0, *SHAPE)
Line = list[tuple[float, float]]


def rod(line: Line, half: float = 6.5) -> np.ndarray:
    """Return the mask of a chromosome along a line."""
    return line_distance(SHAPE, np.array(line, float)) <= half


def placed(mask: np.ndarray) -> Outline:
    return outline_of(mask, 0, 0)


def whole(outline: Outline) -> np.ndarray:
    return on_canvas(outline, WHOLE)


def overlap(outline: Outline, truth: np.ndarray) -> float:
    mask = whole(outline)
    return float((mask & truth).sum() / (mask | truth).sum())


def bar(angle: float, length: float = 90, at: tuple[float, float] = (80, 100)) -> Line:
    turn = math.radians(angle)
    down, right = length / 2 * math.sin(turn), length / 2 * math.cos(turn)
    return [(at[0] - down, at[1] - right), (at[0] + down, at[1] + right)]


def bent(radius: float, begin: float, end: float, at: tuple[float, float]) -> Line:
    turns = np.radians(np.linspace(begin, end, 15))
    return [(at[0] + radius * math.sin(t), at[1] + radius * math.cos(t)) for t in turns]


CROSSINGS = {
    "right angle": [bar(0), bar(90)],
    "plus turned": [bar(20), bar(110, 70)],
    "sharp": [bar(10), bar(50)],
    "near an end": [bar(0), bar(80, 80, (60, 75))],
    "bent": [bent(60, 20, 160, (60, 100)), bar(90, 80, (110, 100))],
    "small on large": [bar(5, 120), bar(95, 44)],
}


@pytest.mark.parametrize("lines", CROSSINGS.values(), ids=list(CROSSINGS))
def test_a_drawn_crossing_gives_two_whole_chromosomes(lines: list[Line]) -> None:
    truths = [rod(line) for line in lines]
    object_ = placed(truths[0] | truths[1])
    # As a hand draws: a little beside the middle, and not to the very ends.
    drawn = [[(row + 1.0, column - 1.0) for row, column in line] for line in lines]
    for made in (part_crossing(object_, drawn), part_crossing_alone(object_)):
        assert len(made) == 2
        best = sorted(made, key=lambda one: -overlap(one, truths[0]))
        for one, truth in zip(best, truths, strict=True):
            assert overlap(one, truth) > 0.9
            crossing = truths[0] & truths[1]
            shared = on_canvas(one, WHOLE, one.shared)
            assert (shared & crossing).sum() > 0.8 * crossing.sum()
            assert (shared <= whole(one)).all()
        assert (whole(made[0]) | whole(made[1]) == whole(object_)).all()


def test_three_that_cross_one_another() -> None:
    lines = [bar(0, 110), bar(90, 80, (80, 70)), bar(90, 80, (80, 125))]
    truths = [rod(line) for line in lines]
    object_ = placed(np.logical_or.reduce(truths))
    for made in (part_crossing(object_, lines), part_crossing_alone(object_)):
        assert len(made) == 3
        for truth in truths:
            assert max(overlap(one, truth) for one in made) > 0.9


def test_two_side_by_side_share_nothing() -> None:
    lines = [bar(0, 80, (70, 100)), bar(0, 80, (83, 100))]
    truths = [rod(line) for line in lines]
    made = part_crossing(placed(truths[0] | truths[1]), lines)
    for one, truth in zip(made, truths, strict=True):
        assert overlap(one, truth) > 0.9
        assert not one.shared.any()


def test_one_that_ends_at_another() -> None:
    lines = [bar(0, 100), bar(90, 50, (111, 100))]
    truths = [rod(line) for line in lines]
    made = part_crossing_alone(placed(truths[0] | truths[1]))
    assert len(made) == 2
    for truth in truths:
        assert max(overlap(one, truth) for one in made) > 0.85


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([bar(0)], "two lines"),
        ([bar(0), [(1, 1), (2, 9)]], "beside"),
        ([bar(0), bar(0)], "nothing of its own"),
        ([bar(0), [(3, 3)]], "fewer than two points"),
    ],
)
def test_lines_that_part_nothing(lines: list[Line], words: str) -> None:
    with pytest.raises(KaryoError, match=words):
        part_crossing(placed(rod(bar(0)) | rod(bar(90))), lines)


def test_no_crossing_is_proposed_where_there_is_none() -> None:
    with pytest.raises(EditError, match="No crossing") as told:
        part_crossing_alone(placed(rod(bar(15))))
    assert "Draw a line" in told.value.remedy


def test_a_cut_lies_where_it_was_drawn() -> None:
    one = placed(rod(bar(0)))
    left, right = cut_outline(one, [(70, 100), (90, 100)])
    assert left.left < right.left
    assert (whole(left) ^ whole(right) == whole(one)).all()
    assert abs(int(left.mask.sum()) - int(right.mask.sum())) < 20
    upper, lower = cut_outline(placed(rod(bar(90))), [(80, 80), (80, 120)])
    assert upper.top < lower.top


def test_a_cut_leaves_the_other_arm_whole() -> None:
    """The line drawn on would cross the other arm of a bent one too."""
    one = placed(rod(bent(35, 0, 180, (60, 100))))
    made = cut_outline(one, [(65, 50), (65, 80)])
    assert len(made) == 2
    assert sum(int(part.mask.sum()) for part in made) == one.mask.sum()
    # Drawn beside it, it counts as a whole.
    assert len(cut_outline(one, [(65, 2), (65, 30)])) == 3


def test_what_was_shared_stays_with_its_part() -> None:
    rods = rod(bar(0)), rod(bar(90, 80, (80, 70)))
    one = outline_of(rods[0], 0, 0, rods[0] & rods[1])
    left, right = cut_outline(one, [(60, 110), (100, 110)])
    assert left.shared.sum() == one.shared.sum()
    assert not right.shared.any()


def test_what_lies_beyond_a_pale_stretch_goes_with_its_side() -> None:
    pale = rod(bar(0, 100))
    pale[:, 70:74] = False
    one = placed(pale)
    left, right = cut_outline(one, [(60, 110), (100, 110)])
    assert int(left.mask.sum()) + int(right.mask.sum()) == one.mask.sum()
    assert (left.left, right.left) == (one.left, 111)
    # A line through the pale stretch itself parts the two.
    left, right = cut_outline(one, [(60, 72), (100, 72)])
    assert right.left == 74


def test_a_cut_beside_it_is_told() -> None:
    with pytest.raises(EditError, match="leaves no chromosome"):
        cut_outline(placed(rod(bar(0))), [(10, 3), (10, 190)])


@pytest.mark.parametrize("gap", [0, 3, 9])
def test_pieces_are_joined_over_a_gap(gap: int) -> None:
    truth = rod(bar(0, 100))
    parts = truth.copy(), truth.copy()
    parts[0][:, 90:] = False
    parts[1][:, : 90 + gap] = False
    made = join_outlines([placed(part) for part in parts])
    assert overlap(made, truth) > 0.95


def test_what_lies_far_apart_is_not_joined() -> None:
    with pytest.raises(EditError, match="pixels apart"):
        join_outlines([placed(rod(bar(0, 30, (20, 30)))), placed(rod(bar(0, 30, (140, 160))))])
    with pytest.raises(EditError, match="two"):
        join_outlines([placed(rod(bar(0)))])


def test_drawn_around() -> None:
    made = draw_outline([(10, 20), (10, 60), (30, 60), (30, 20)], SHAPE)
    assert (made.top, made.left) == (10, 20)
    assert made.mask.all()
    assert made.mask.shape == (21, 41)
    assert not made.shared.any()
    # What lies outside the photograph is cut off.
    edge = draw_outline([(-50, 150), (-50, 900), (30, 900), (30, 150)], SHAPE)
    assert (edge.place[0].start, edge.place[1].stop) == (0, SHAPE[1])


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(1, 1), (9, 9)],
        [(1, 1), (2, 2), (3, 3)],
        [(-9, -9), (-9, -2), (-2, -2)],
        [(1, 1), (math.nan, 9), (9, 9)],
        [(400, 400), (440, 400), (440, 440)],
    ],
)
def test_a_line_that_encloses_nothing(points: Line) -> None:
    with pytest.raises(EditError, match="encloses no part"):
        draw_outline(points, SHAPE)


def test_painted_and_erased() -> None:
    one = placed(rod(bar(0)))
    more = paint_outline(one, [(80, 140), (80, 165)], 6, shape=SHAPE)
    assert whole(more)[80, 168]
    assert (whole(one) <= whole(more)).all()
    less = paint_outline(more, [(80, 165), (80, 152)], 9, erase=True, shape=SHAPE)
    assert not whole(less)[80, 160]
    assert overlap(less, whole(one)) > 0.8
    edge = paint_outline(placed(rod(bar(0, 60, (5, 30)))), [(0, 30)], 16, shape=SHAPE)
    assert edge.top == 0


@pytest.mark.parametrize(
    ("points", "radius", "erase", "words"),
    [
        ([(20, 20)], 5, False, "does not touch"),
        ([(20, 20)], 5, True, "changes nothing"),
        ([(80, 100)], 2, False, "changes nothing"),
        ([(80, 40), (80, 160)], 20, True, "leaves nothing"),
        ([], 2, False, "no stroke"),
        ([(80, 100)], 0, False, "no stroke"),
        ([(80, 100)], math.inf, False, "no stroke"),
    ],
)
def test_strokes_that_do_nothing(points: Line, radius: float, erase: bool, words: str) -> None:
    with pytest.raises(EditError, match=words):
        paint_outline(placed(rod(bar(0))), points, radius, erase, shape=SHAPE)


def test_what_two_cover_is_shared() -> None:
    first, second = placed(rod(bar(0))), placed(rod(bar(90)))
    alone = share_overlaps([first], [])
    assert not alone[0].shared.any()
    both = share_overlaps([first, second], [placed(rod(bar(0, 20, (140, 30))))])
    crossing = whole(first) & whole(second)
    for one in both:
        assert (on_canvas(one, WHOLE, one.shared) == crossing).all()


def test_an_outline_is_reshaped_by_its_polygons() -> None:
    mask = rod([(30, 40), (100, 40)], 8)
    mask[60:64, 38:42] = False
    outline = placed(mask)
    [corners] = polygons_of(outline)
    assert 8 < len(corners) < 60
    with pytest.raises(EditError, match="No pixel"):
        reshape_outline(outline, [corners], shape=SHAPE)
    # One corner pulled out: what is far from it stays to the pixel, the hole too.
    pulled = corners.copy()
    pulled[np.argmax(corners[:, 0])] += (10, 0)
    made = reshape_outline(outline, [pulled], shape=SHAPE)
    after = whole(made)
    np.testing.assert_array_equal(after[:90], mask[:90])
    assert after.sum() > mask.sum()
    # Moved as a whole nothing is left where it was.
    moved = reshape_outline(outline, [corners + np.array([0, 100])], shape=SHAPE)
    assert moved.left >= 130
    # Two of them are one chromosome beyond a pale stretch.
    both = reshape_outline(outline, [corners, corners + np.array([0, 100])], shape=SHAPE)
    assert len(polygons_of(both)) == 2
    for nothing in ([], [corners[:2]], [corners + 1000]):
        with pytest.raises(EditError, match="leave nothing"):
            reshape_outline(outline, nothing, shape=SHAPE)
