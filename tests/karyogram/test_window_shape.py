"""The shape that the page has for a window: chromosomes as large as it allows, rows that stay."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_karyo.classes import CLASSES, PAGE_ROWS
from napari_karyo.karyogram.layout import Layout
from napari_karyo.karyogram.page import PAGE_HEIGHT, PAGE_WIDTH, PRINTED, PageShape
from napari_karyo.karyogram.slots import page_regions, page_slots
from napari_karyo.karyogram.window_shape import (
    ARRANGEMENTS,
    OTHER_ROWS,
    Room,
    size_shown,
    window_shape,
)

#: Heights of a metaphase as photographed, classes 1 to 22, X and Y, and widths in both stains.
HEIGHTS = (120, 112, 97, 83, 82, 77, 72, 68, 65, 62, 62, 60, 48, 47, 45, 44, 42, 40, 33, 32, 25, 26)
SLENDER = [(height, 22 + height // 12) for height in (*HEIGHTS, 72, 28) for _ in range(2)]
FAT = [(height, 44 + height // 8) for height in (*HEIGHTS, 72, 28) for _ in range(2)]


def classes_in(rows: tuple) -> list[str]:
    return [name for row in rows for _, names in row for name in names]


@pytest.mark.parametrize("rows", ARRANGEMENTS)
def test_each_class_stands_once_and_in_the_usual_order(rows: tuple) -> None:
    assert classes_in(rows) == list(CLASSES)
    letters = [letter for row in rows for letter, _ in row if letter]
    assert list(dict.fromkeys(letters)) == list("ABCDEFG")
    # Of the largest group alone is a part in another row.
    assert [letter for letter in "ABDEFG" if letters.count(letter) > 1] == []


def test_what_is_printed_is_as_it_was() -> None:
    slots = page_slots()
    assert PageShape(PAGE_HEIGHT, PAGE_WIDTH, PAGE_ROWS) == PRINTED
    assert [slots[name].line[0] for name in ("1", "6", "13", "19")] == [359, 599, 778, 990]
    assert (slots["7"].box.left, slots["7"].box.width) == (297, 238)
    assert (slots["tray"].box.top, slots["tray"].box.bottom) == (1050, 1186)
    assert (slots["mar"].box.width, slots["tray"].box.right) == (540, PAGE_WIDTH - 60)


sides = st.integers(280, 3000)


@settings(max_examples=60, deadline=None)
@given(sides, sides, st.sampled_from((SLENDER, FAT)), st.none() | st.integers(600, 2200))
def test_nothing_is_smaller_than_with_the_printed_page(
    tall: int, wide: int, sizes: list[tuple[int, int]], photograph: int | None
) -> None:
    room = Room(tall, wide) if photograph is None else Room(tall, wide, (1260, photograph), 40)
    shape = window_shape(room, sizes)
    larger = room.zoom(shape.height, shape.width)[0] > room.zoom(PAGE_HEIGHT, PAGE_WIDTH)[0]
    # With a photograph the letters, and it, may be larger instead.
    assert size_shown(shape, room, sizes) >= size_shown(PRINTED, room, sizes) or (
        photograph is not None and larger
    )
    assert Layout(sizes, shape=shape).magnification > 0
    slots = page_slots(shape)
    boxes = [*page_regions(slots, shape).values()]
    for box in boxes:
        assert box.left >= 0
        assert box.right <= shape.width
        assert box.top >= 0
        assert box.bottom <= shape.height
    for one, other in combinations(boxes, 2):
        # Sides are whole units, and may share one.
        assert (
            one.right <= other.left + 1
            or other.right <= one.left + 1
            or one.bottom <= other.top
            or other.bottom <= one.top
        )


@pytest.mark.parametrize("size", [(0, 0), (0, 900), (900, 0)])
def test_where_nothing_shows_the_page_stays_as_it_is(size: tuple[int, int]) -> None:
    for beside in (None, (1260, 1500)):
        assert window_shape(Room(*size, beside, 40), SLENDER) == PRINTED
        shape = window_shape(Room(380, 1200), SLENDER)
        assert window_shape(Room(*size, beside, 40), SLENDER, shape) == shape


def test_a_window_of_the_pages_proportions_keeps_the_printed_rows() -> None:
    room = Room(PAGE_HEIGHT / 2, PAGE_WIDTH / 2)
    assert window_shape(room, SLENDER).rows == PAGE_ROWS


def test_chromosomes_are_clearly_larger_in_a_window_of_another_shape() -> None:
    # Measured of a window of 1920 x 1080 pixels with its docks.
    room = Room(1031, 1234)
    shape = window_shape(room, SLENDER)
    assert shape.rows == PAGE_ROWS
    assert size_shown(shape, room, SLENDER) > 1.25 * size_shown(PRINTED, room, SLENDER)


def test_a_wide_window_has_fewer_rows_and_a_high_one_more() -> None:
    rows = [len(window_shape(Room(tall, 1200), SLENDER).rows) for tall in (380, 900, 2200)]
    assert rows == sorted(rows)
    assert rows[0] < len(PAGE_ROWS) < rows[-1]


def test_rows_stay_while_a_window_is_made_a_little_larger_and_smaller() -> None:
    shape = window_shape(Room(1000, 1700), FAT)
    leaps = []
    for wide in (*range(1700, 700, -20), *range(700, 1700, 20)):
        before, shape = shape, window_shape(Room(1000, wide), FAT, shape)
        if before.rows != shape.rows:
            leaps.append(wide)
            # A few pixels back do not bring the old ones.
            for near in (wide - 5, wide + 5):
                assert window_shape(Room(1000, near), FAT, shape).rows == shape.rows
    assert 2 <= len(leaps) <= 4
    # Back again they leap in a wider window than they did on the way.
    assert leaps[-1] > leaps[0]


def test_other_rows_are_taken_only_where_clearly_better() -> None:
    room = Room(380, 1200)
    there = window_shape(room, SLENDER, PRINTED)
    assert len(there.rows) == 2
    assert size_shown(there, room, SLENDER) > OTHER_ROWS * size_shown(PRINTED, room, SLENDER)
    # Of the same rows another shape is taken sooner, but not for nothing.
    room = Room(PAGE_HEIGHT / 2 + 1, PAGE_WIDTH / 2)
    assert window_shape(room, SLENDER, PRINTED) == PRINTED


def test_a_photograph_beside_the_page_leaves_it_the_rest() -> None:
    beside = Room(1000, 2400, (1260, 1500), 40)
    shape = window_shape(beside, SLENDER)
    zoom, above = beside.zoom(shape.height, shape.width)
    assert not above
    assert zoom * (shape.width + 40 + 1500) <= 2400 + 1
    assert zoom * max(shape.height, 1260) <= 1000 + 1
    upright = Room(2000, 1000, (1260, 1500), 40)
    shape = window_shape(upright, SLENDER)
    zoom, above = upright.zoom(shape.height, shape.width)
    assert above
    assert zoom * (shape.height + 40 + 1260) <= 2000 + 1


@pytest.mark.parametrize(
    ("tall", "wide", "better"),
    [(1871, 682, 1.8), (1871, 1072, 1.3), (1871, 353, 1.8), (975, 553, 1.3), (901, 773, 1.0)],
)
@pytest.mark.parametrize("broad", [1090, 1498, 1662])
def test_a_canvas_higher_than_wide_is_filled(
    tall: int, wide: int, better: float, broad: int
) -> None:
    # Measured of windows of 1080 x 1920, 1280 x 1024 and 1500 x 950 with docks; photographs of
    # three laboratories.
    room = Room(tall, wide, (1260, broad), 40)
    shape = window_shape(room, SLENDER)
    zoom, above = room.zoom(shape.height, shape.width)
    assert above
    # Higher than so a page would have its rows farther apart, no larger chromosomes.
    filled = zoom * (shape.height + 40 + 1260) > 0.97 * tall
    assert filled or (len(shape.rows) == 6 and zoom * max(shape.width, broad) > 0.97 * wide)
    assert shape.height <= 2 * shape.width
    before, _ = room.zoom(PAGE_HEIGHT, PAGE_WIDTH)
    assert zoom > 1.05 * before
    both = size_shown(shape, room, SLENDER) * zoom
    assert both > better * size_shown(PRINTED, room, SLENDER) * before


def test_the_photograph_does_not_leap_while_a_window_is_made_a_little_larger() -> None:
    def lies(room: Room, shape: PageShape) -> tuple[object, bool]:
        return shape.rows, room.zoom(shape.height, shape.width)[1]

    shape = window_shape(Room(900, 1500, (1260, 1498), 40), SLENDER)
    leaps = 0
    for wide in (*range(1500, 500, -50), *range(500, 1500, 50)):
        room = Room(900, wide, (1260, 1498), 40)
        before, shape = shape, window_shape(room, SLENDER, shape)
        if lies(room, before) != lies(room, shape):
            leaps += 1
            near = Room(900, wide - 4, (1260, 1498), 40)
            assert lies(near, window_shape(near, SLENDER, shape)) == lies(room, shape)
    assert 2 <= leaps <= 8
