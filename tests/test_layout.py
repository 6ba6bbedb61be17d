"""Where chromosomes stand: rows, lines, room for more, and stable slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASSES, PAGE_ROWS, TRAY
from napari_karyo.karyogram.heading import Heading
from napari_karyo.karyogram.lamps import LAMP_SIZES
from napari_karyo.karyogram.layout import Layout
from napari_karyo.karyogram.lettering import fit, printable, text_width
from napari_karyo.karyogram.page import PAGE_HEIGHT, PAGE_WIDTH, Page, Text

MARGIN = 2
#: Heights of a G-band metaphase as photographed, classes 1 to 22, X and Y.
HEIGHTS = (120, 112, 97, 83, 82, 77, 72, 68, 65, 62, 62, 60, 48, 47, 45, 44, 42, 40, 33, 32, 25, 26)
SIZES = [(height, 22 + height // 12) for height in (*HEIGHTS, 72, 28) for _ in range(2)]


@dataclass(frozen=True)
class Seats:
    """A karyotype's state, as far as the layout asks."""

    slots: Mapping[str, tuple[int, ...]]
    turned: frozenset[int] = field(default=frozenset())
    corrected: frozenset[int] = field(default=frozenset())
    markers: frozenset[int] = field(default=frozenset())


def pairs(**other: tuple[int, ...]) -> Seats:
    """Return every class with its two homologues, except where said otherwise."""
    slots = {name: (2 * row, 2 * row + 1) for row, name in enumerate(CLASSES)}
    return Seats({**slots, TRAY: (), **other})


def strings(page: Page, region: str) -> list[str]:
    return [text.string for text in page.texts if text.region == region]


def test_rows_are_those_of_a_laboratorys_print() -> None:
    page = Layout(SIZES).page(pairs())
    tops = []
    for row in PAGE_ROWS:
        slots = [page.slots[name] for _, names in row for name in names]
        assert len({slot.line[0] for slot in slots}) == 1
        lefts = [slot.box.left for slot in slots]
        assert lefts == sorted(lefts)
        tops.append(slots[0].line[0])
    assert tops == sorted(tops)
    assert page.slots[TRAY].box.top > tops[-1]
    assert [text.string for text in page.texts if text.region == "frame"] == list("ABCDEFG")


def test_each_chromosome_stands_on_its_line_beside_its_homologue() -> None:
    page = Layout(SIZES, MARGIN).page(pairs())
    for name in CLASSES:
        left, right = (place for place in page.places.values() if place.slot == name)
        assert left.reduction == right.reduction == 1.0
        assert left.box.right <= right.box.left
        for place in (left, right):
            foot = place.box.bottom - MARGIN * page.magnification
            assert 0 <= page.slots[name].line[0] - foot <= 6
        middle = (left.box.left + right.box.right) / 2
        assert middle == pytest.approx(page.slots[name].inner.center[1], abs=1.5)


def test_a_label_under_each_slot() -> None:
    page = Layout(SIZES).page(pairs())
    for name in CLASSES:
        (label,) = (text for text in page.texts if text.region == name)
        assert label.string == name
        assert page.slots[name].line[0] < label.y <= page.slots[name].box.bottom
    assert " ".join(strings(page, TRAY)) == "Tray: unclassified objects and markers"


def test_slots_do_not_move_whatever_sits_in_them() -> None:
    layout = Layout(SIZES)
    before = layout.page(pairs())
    after = layout.page(Seats({TRAY: tuple(range(len(SIZES)))}))
    assert before.slots == after.slots
    assert before.magnification == after.magnification


def test_a_chromosome_moved_elsewhere_keeps_its_size() -> None:
    layout = Layout(SIZES)
    before = layout.page(pairs()).places[40]
    after = layout.page(pairs(**{"21": (41,), "7": (12, 13, 40)})).places[40]
    assert (after.box.height, after.box.width) == (before.box.height, before.box.width)


@pytest.mark.parametrize("name", CLASSES)
def test_three_copies_stay_apart_at_full_size(name: str) -> None:
    first = 2 * CLASSES.index(name)
    sizes = [*SIZES, SIZES[first]]
    page = Layout(sizes, MARGIN).page(pairs(**{name: (first, first + 1, len(sizes) - 1)}))
    here = [place for place in page.places.values() if place.slot == name]
    assert [place.reduction for place in here] == [1.0, 1.0, 1.0]
    for left, right in pairwise(here):
        assert left.box.right <= right.box.left


def chromosome_span(page: Page, index: int) -> tuple[float, float]:
    """Return first and last column of the chromosome itself, without its background."""
    place = page.places[index]
    spare = MARGIN * page.magnification * place.reduction
    return place.box.left + spare, place.box.right - spare


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(6, 260), st.integers(6, 200)), min_size=1, max_size=120).flatmap(
        lambda sizes: st.tuples(
            st.just(sizes),
            st.lists(st.sampled_from((*CLASSES, TRAY)), min_size=len(sizes), max_size=len(sizes)),
        )
    )
)
def test_no_chromosome_covers_another_or_leaves_its_slot(
    case: tuple[list[tuple[int, int]], list[str]],
) -> None:
    sizes, seats = case
    slots = {
        name: tuple(index for index, seat in enumerate(seats) if seat == name)
        for name in (*CLASSES, TRAY)
    }
    page = Layout(sizes, MARGIN).page(Seats(slots))
    assert sorted(page.places) == list(range(len(sizes)))
    for name, members in slots.items():
        spans = [chromosome_span(page, index) for index in members]
        for (_, end), (start, _) in pairwise(spans):
            assert end <= start + 1.5
        box = page.slots[name].box
        for index in members:
            place = page.places[index]
            assert box.top <= place.box.top
            assert place.box.bottom <= box.bottom
            assert box.left <= place.box.left
            assert place.box.right <= box.right


def test_what_is_drawn_smaller_says_so() -> None:
    page = Layout(SIZES).page(pairs(**{"21": (0, 40, 41), "1": (1,)}))
    shares = {place.reduction for place in page.places.values() if place.slot == "21"}
    assert len(shares) == 1
    assert strings(page, "21")[1] == f"drawn at {shares.pop():.0%}"
    assert "smaller than the other slots" in " ".join(strings(page, "footer"))
    assert "drawn at" not in " ".join(strings(Layout(SIZES).page(pairs()), "footer"))


def test_regions_do_not_overlap_and_lie_on_the_page() -> None:
    page = Layout(SIZES).page(pairs())
    boxes = list(page.regions.values())
    for number, box in enumerate(boxes):
        assert box.top >= 0
        assert box.left >= 0
        assert box.bottom <= PAGE_HEIGHT
        assert box.right <= PAGE_WIDTH
        for other in boxes[number + 1 :]:
            assert (
                box.right <= other.left
                or other.right <= box.left
                or box.bottom <= other.top
                or other.bottom <= box.top
            )


def test_every_primitive_stays_in_its_region() -> None:
    heading = Heading("T" * 300, "c" * 300, Polarity.DARK, "46,XX", True, ("22",) * 40)
    everything = Seats(pairs().slots, corrected=frozenset(range(len(SIZES))))
    page = Layout(SIZES).page(everything, heading, ["look"] * len(SIZES))
    for lamp in page.lamps:
        half = LAMP_SIZES["look"] / 2
        box = page.regions[lamp.region]
        assert box.top <= lamp.y - half
        assert lamp.y + half <= box.bottom
        assert box.left <= lamp.x - half
        assert lamp.x + half <= box.right
    for text in page.texts:
        width = text_width(text.string, text.size)
        left = text.x - {"left": 0.0, "middle": width / 2, "right": width}[text.align]
        if text.region in page.regions:
            box = page.regions[text.region]
            assert box.left <= left
            assert left + width <= box.right
            assert box.top <= text.y - 0.8 * text.size
            assert text.y + 0.2 * text.size <= box.bottom
        assert left >= 0
        assert left + width <= PAGE_WIDTH
    for mark in page.marks:
        for y, x in mark.points:
            assert page.regions[mark.region].contains(y, x)
    for line in page.lines:
        box = page.regions[line.region]
        assert box.contains(line.y0, line.x0)
        assert line.y1 + line.thickness <= box.bottom + line.thickness * (line.y0 != line.y1)
        assert line.x1 <= box.right


def header_texts(page: Page) -> list[Text]:
    return [text for text in page.texts if text.region == "header"]


def test_title_and_karyotype_do_not_run_into_one_another() -> None:
    iscn = "48,XX," + ",".join(f"+{number}" for number in range(1, 23))
    page = Layout(SIZES).page(pairs(), Heading("Patient " * 40, "cell " * 40, iscn=iscn))
    for baseline in {text.y for text in header_texts(page)}:
        left, right = (
            next(text for text in header_texts(page) if text.y == baseline and text.align == side)
            for side in ("left", "right")
        )
        end = left.x + text_width(left.string, left.size)
        start = right.x - text_width(right.string, right.size)
        assert end < start
    # Smaller, but whole: a karyotype cut short would be another one.
    assert iscn in strings(page, "header")


def test_corrected_chromosomes_are_marked_at_their_foot_and_number() -> None:
    state = Seats(pairs().slots, corrected=frozenset({5}))
    page = Layout(SIZES).page(state)
    foot, number = (mark for mark in page.marks if mark.region == "3")
    assert sum(x for _, x in foot.points) / 3 == pytest.approx(page.places[5].box.center[1])
    assert min(y for y, _ in foot.points) > page.slots["3"].line[0]
    assert max(x for _, x in number.points) < page.slots["3"].label[1]
    assert "corrected by hand: 1" in " ".join(strings(page, "footer"))
    assert not [m for m in Layout(SIZES).page(pairs()).marks if m.region != "footer"]


def test_points_find_slots_and_chromosomes() -> None:
    page = Layout(SIZES).page(pairs(X=(44, 45), tray=(46,), Y=()))
    for index, place in page.places.items():
        assert page.chromosome_at(*place.box.center) == index
        assert page.slot_at(*place.box.center) == place.slot
    empty = page.slots["Y"]
    assert page.slot_at(*empty.inner.center) == "Y"
    assert page.slot_at(*empty.label) == "Y"
    assert page.chromosome_at(*empty.inner.center) is None
    assert page.slot_at(2, 2) is None
    first, second = page.places[44].box, page.places[45].box
    assert page.position_in("X", first.left) == 0
    assert page.position_in("X", (first.center[1] + second.center[1]) / 2) == 1
    assert page.position_in("X", second.right) == 2


def test_the_footer_counts_what_is_open_and_calls_itself_a_proposal() -> None:
    page = Layout(SIZES).page(pairs(), Heading(doubtful=("5", "9", "X"), simulated=True))
    words = " ".join(strings(page, "footer"))
    assert "doubtful, not reviewed: 3 (in 5, 9, X)" in words
    assert "Simulated cell" in words
    assert "for research use" in words
    assert "doubtful" not in " ".join(strings(Layout(SIZES).page(pairs()), "footer"))


def test_a_few_crops_fit_any_row_at_full_size() -> None:
    for height in (30, 60, 110):
        layout = Layout([(height, 20)] * 3)
        for name in CLASSES:
            page = layout.page(Seats({name: (0, 1, 2)}))
            assert {place.reduction for place in page.places.values()} == {1.0}


def test_one_clump_does_not_shrink_the_others() -> None:
    assert Layout([*SIZES, (400, 300)]).magnification > 0.75 * Layout(SIZES).magnification


def test_an_empty_cell_has_a_page() -> None:
    page = Layout([]).page(Seats({}))
    assert not page.places
    assert set(page.slots) == {*CLASSES, TRAY}


def test_letters_the_font_lacks_become_letters_it_has() -> None:
    assert printable("Müller\u2013Łódź  é\n1") == "Muller-Lodz e 1"
    assert printable("核型 7") == "?? 7"


def test_a_name_too_long_keeps_both_ends() -> None:
    short = fit("metaphase_of_a_long_name_0042", 20, 150)
    assert short.startswith("met")
    assert short.endswith("42")
    assert "..." in short
    assert text_width(short, 20) <= 150


def test_markers_are_named_in_the_tray_and_counted() -> None:
    seats = replace(pairs(Y=(), tray=(46, 47)), markers=frozenset({47}))
    page = Layout(SIZES).page(seats, Heading(cell="a"))
    (word,) = [text for text in page.texts if text.string == "mar"]
    assert word.region == TRAY
    assert word.x > page.places[46].box.right
    assert any("of them marker, 1 unclassified" in text.string for text in page.texts)
