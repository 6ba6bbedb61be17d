"""Where chromosomes stand: rows, lines, room for more, and stable slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASSES, MARKERS, PAGE_ROWS, TRAY
from napari_karyo.classified import Heading
from napari_karyo.karyogram.heading import stain_words
from napari_karyo.karyogram.layout import Layout
from napari_karyo.karyogram.lights import LIGHT_SIZES
from napari_karyo.karyogram.page import (
    PAGE_HEIGHT,
    PAGE_WIDTH,
    PRINTED,
    Box,
    Light,
    Page,
    PageShape,
    Place,
    Text,
)
from napari_karyo.karyogram.slots import page_slots, slot_label
from napari_karyo.karyogram.window_shape import ARRANGEMENTS
from napari_karyo.karyotype.state import PLAIN, Appearance
from napari_karyo.lettering import text_width

MARGIN = 2
#: Heights of a G-band metaphase as photographed, classes 1 to 22, X and Y.
HEIGHTS = (120, 112, 97, 83, 82, 77, 72, 68, 65, 62, 62, 60, 48, 47, 45, 44, 42, 40, 33, 32, 25, 26)
SIZES = [(height, 22 + height // 12) for height in (*HEIGHTS, 72, 28) for _ in range(2)]


@dataclass(frozen=True)
class PageState:
    """A karyotype's state, as far as the layout asks."""

    slots: Mapping[str, tuple[int, ...]]
    turned: frozenset[int] = field(default=frozenset())
    corrected: frozenset[int] = field(default=frozenset())
    derivatives: frozenset[int] = field(default=frozenset())
    appearances: Mapping[int, Appearance] = field(default_factory=dict)


def pairs(**other: tuple[int, ...]) -> PageState:
    """Return every class with its two homologues, except where said otherwise."""
    slots = {name: (2 * row, 2 * row + 1) for row, name in enumerate(CLASSES)}
    return PageState({**slots, TRAY: (), **other})


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
    markers, tray = page.slots[MARKERS].box, page.slots[TRAY].box
    assert markers.top == tray.top > tops[-1]
    assert markers.bottom == tray.bottom
    assert markers.right < tray.left
    assert 0.6 < tray.width / (tray.right - markers.left) < 0.7
    assert [text.string for text in page.texts if text.region == "frame"] == list("ABCDEFG")


def test_each_chromosome_stands_on_its_line_beside_its_homologue() -> None:
    page = Layout(SIZES).page(pairs())
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
    assert " ".join(strings(page, TRAY)) == "Tray: unclassified objects"
    assert strings(page, MARKERS) == ["Markers"]


def test_slots_do_not_move_whatever_sits_in_them() -> None:
    layout = Layout(SIZES)
    before = layout.page(pairs())
    after = layout.page(PageState({TRAY: tuple(range(len(SIZES)))}))
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
    page = Layout(sizes).page(pairs(**{name: (first, first + 1, len(sizes) - 1)}))
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
            st.lists(
                st.sampled_from((*CLASSES, MARKERS, TRAY)), min_size=len(sizes), max_size=len(sizes)
            ),
        )
    )
)
def test_no_chromosome_covers_another_or_leaves_its_slot(
    case: tuple[list[tuple[int, int]], list[str]],
) -> None:
    sizes, placed = case
    slots = {
        name: tuple(index for index, slot in enumerate(placed) if slot == name)
        for name in (*CLASSES, MARKERS, TRAY)
    }
    page = Layout(sizes).page(PageState(slots))
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


def test_how_much_smaller_stands_apart_from_the_number_and_the_words() -> None:
    for name in ("8", "14", "22"):
        state = PageState(pairs(**{name: (0, 40, 41)}).slots, derivatives=frozenset({0, 40, 41}))
        page = Layout(SIZES).page(state)
        words = [text for text in page.texts if text.region == name]
        (note,) = [text for text in words if text.string.startswith("drawn at")]
        (number,) = [text for text in words if text.string == name]
        assert note.x - (number.x + text_width(name, number.size) / 2) > 10
        assert note.x + text_width(note.string, note.size) <= page.slots[name].box.right
        assert_nothing_written_over(page)


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


def letters(text: Text) -> tuple[float, float, float, float]:
    """Return top, left, bottom and right of what a text's letters cover."""
    width = text_width(text.string, text.size)
    left = text.x - {"left": 0.0, "middle": width / 2, "right": width}[text.align]
    below = 0.2 if set(text.string) & set("gjpqy,()") else 0.0
    return text.y - 0.72 * text.size, left, text.y + below * text.size, left + width


def assert_nothing_written_over(page: Page) -> None:
    boxes = [letters(text) for text in page.texts]
    for mark in page.marks:
        ys, xs = zip(*mark.points, strict=True)
        boxes.append((min(ys), min(xs), max(ys), max(xs)))
    for line in page.lines:
        boxes.append((line.y0, line.x0, line.y1 + line.thickness, line.x1 + line.thickness))
    written = len(page.texts) + len(page.marks)
    for one, other in combinations(range(len(boxes)), 2):
        if one >= written and other >= written:
            continue
        (top, left, bottom, right), (y0, x0, y1, x1) = boxes[one], boxes[other]
        apart = right <= x0 or x1 <= left or bottom <= y0 or y1 <= top
        assert apart, (page.texts[one] if one < len(page.texts) else boxes[one], boxes[other])


LONG_ISCN = "47,XX," + ",".join(f"t({n};{n + 1})(q{n};p{n})" for n in range(1, 22)) + "[5]/46,XX"


NARROW = PageShape(2400, 1100, ARRANGEMENTS[-1])
WIDE = PageShape(900, 3000, ARRANGEMENTS[0])


@pytest.mark.parametrize("shape", [PRINTED, NARROW, WIDE])
@pytest.mark.parametrize("iscn", ["", "46,XX", LONG_ISCN])
@pytest.mark.parametrize("signed", [(), ("AB 2026-11-24", "CD 2026-11-25"), ("A" * 200, "B" * 200)])
def test_every_primitive_stays_in_its_region(
    iscn: str, signed: tuple[str, ...], shape: PageShape
) -> None:
    heading = Heading(
        "T" * 300, "c" * 300, Polarity.DARK, iscn, True, ("22",) * 40, ("ABC", "DEF"), True, *signed
    )
    marked = frozenset(range(len(SIZES)))
    slots = pairs(**{"20": (), "19": (36, 37, 38, 39), "22": (), MARKERS: (42, 43)}).slots
    everything = PageState(slots, corrected=marked, derivatives=marked)
    page = Layout(SIZES, shape=shape).page(everything, heading, ["look"] * len(SIZES))
    assert_nothing_written_over(page)
    for light in page.lights:
        half = LIGHT_SIZES["look"] / 2
        box = page.regions[light.region]
        assert box.top <= light.y - half
        assert light.y + half <= box.bottom
        assert box.left <= light.x - half
        assert light.x + half <= box.right
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
        assert left + width <= page.width
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


def header_strings(heading: Heading) -> list[str]:
    return strings(Layout(SIZES).page(pairs(), heading), "header")


def test_title_and_karyotype_do_not_run_into_one_another() -> None:
    iscn = "48,XX," + ",".join(f"+{number}" for number in range(1, 23))
    page = Layout(SIZES).page(pairs(), Heading("Patient " * 40, "cell " * 40, iscn=iscn))
    assert_nothing_written_over(page)
    # Smaller, but whole: a karyotype cut short would be another one.
    assert iscn in strings(page, "header")


def test_a_long_karyotype_goes_over_several_lines_and_stays_whole() -> None:
    page = Layout(SIZES).page(pairs(), Heading("Patient", "cell", iscn=LONG_ISCN))
    assert_nothing_written_over(page)
    lines = [text for text in header_texts(page) if text.align == "right"]
    assert "".join(text.string for text in sorted(lines, key=lambda one: one.y)).startswith(
        LONG_ISCN
    )
    assert lines[0].size >= 11
    first = min(lines, key=lambda one: one.y).string
    assert first.endswith(","), "broken where a person would break it"


def test_who_wrote_and_who_signed_is_said() -> None:
    assert "proposed karyotype" in header_strings(Heading(iscn="46,XX"))
    by_hand = header_strings(Heading(iscn="46,XX", iscn_by_hand=True))
    assert "karyotype, written by hand" in by_hand
    assert "proposed karyotype" not in by_hand
    assert "not reviewed" in by_hand
    once = header_strings(Heading(reviewed_by="AB 2026-11-24"))
    assert "reviewed by AB 2026-11-24" in once
    twice = header_strings(Heading(reviewed_by="AB 2026-11-24", confirmed_by="CD 2026-11-25"))
    assert "reviewed by AB 2026-11-24, confirmed by CD 2026-11-25" in twice
    assert "not reviewed" not in twice


WHY = (
    "It looks like R-banding, in which dark and pale are exchanged. The model has not learned it: "
    "choose another model, or sort the cell by hand, chromosome by chromosome."
)


@pytest.mark.parametrize("signed", ["", "A" * 100])
def test_an_unknown_cell_can_not_be_mistaken(signed: str) -> None:
    heading = Heading(
        "Patient " * 40,
        "cell " * 40,
        not_proposed="not known material",
        unknown=WHY,
        doubtful=("5",) * 46,
        reviewed_by=signed,
    )
    page = Layout(SIZES).page(pairs(), heading)
    assert_nothing_written_over(page)
    warned = [text.string for text in header_texts(page) if text.role == "accent"]
    assert warned[:2] == ["no karyotype proposed", "not known material"]
    still = "46 DOUBTFUL, NOT LOOKED AT" if signed else "NOT YET REVIEWED: 46 doubtful"
    # As much as there is room for, and no sentence is cut but before its colon.
    why = "It looks like R-banding, in which dark and pale are exchanged."
    why += " The model has not learned it" if signed else ""
    assert warned[2] == f"UNLIKE WHAT THE MODEL KNOWS: {why}   |   {still}"
    assert "proposed karyotype" not in header_strings(heading)


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("DAPI, it seems: bright. The model has " + "not " * 40, ": DAPI, it seems: bright."),
        ("R-banding, it seems: " + "others " * 40, ": R-banding, it seems"),
        ("Neither lengths nor bands " * 20, ""),
    ],
)
def test_no_sentence_is_cut_where_a_cell_is_unknown(why: str, said: str) -> None:
    shown = header_strings(Heading(not_proposed="not known material", unknown=why))
    assert f"UNLIKE WHAT THE MODEL KNOWS{said}" in shown


def test_what_nobody_can_have_is_said_where_the_karyotype_would_stand() -> None:
    said = header_strings(Heading(not_proposed="7 copies of chromosome 19"))
    assert "no karyotype proposed" in said
    assert "7 copies of chromosome 19" in said
    by_hand = header_strings(
        Heading(iscn="46,XX", iscn_by_hand=True, not_proposed="7 copies of chromosome 19")
    )
    assert "46,XX" in by_hand
    assert "no karyotype proposed" not in by_hand


def test_open_doubts_stand_in_the_header() -> None:
    page = Layout(SIZES).page(pairs(), Heading(doubtful=("5", "9", "X")))
    (words,) = [text for text in header_texts(page) if text.role == "accent"]
    assert words.string == "NOT YET REVIEWED: 3 doubtful"
    for nothing_open in ((), None):
        page = Layout(SIZES).page(pairs(), Heading(doubtful=nothing_open))
        assert not [text for text in header_texts(page) if text.role == "accent"]


@pytest.mark.parametrize("doubtful", [(), ("22",) * 40])
@pytest.mark.parametrize(
    ("iscn", "words"),
    [
        ("46,XX", "TEXT AND KARYOGRAM DISAGREE"),
        ("no karyotype", "TEXT NOT READABLE, NOT COMPARED"),
    ],
)
def test_a_karyotype_that_disagrees_is_told_in_the_header(
    doubtful: tuple[str, ...], iscn: str, words: str
) -> None:
    signed = {"reviewed_by": "A" * 100, "confirmed_by": "B" * 100}
    heading = Heading(iscn=iscn, iscn_by_hand=True, doubtful=doubtful, disagrees=True, **signed)
    page = Layout(SIZES).page(pairs(), heading)
    (told,) = [text for text in header_texts(page) if text.role == "accent"]
    assert told.string.endswith(words)
    assert ("40 DOUBTFUL, NOT LOOKED AT" in told.string) == bool(doubtful)
    assert "NOT YET REVIEWED" not in told.string, "two signed it"
    assert_nothing_written_over(page)


def test_a_long_reason_leaves_room_for_the_name_on_a_narrow_page() -> None:
    why = f"no chromosome {' and no '.join(map(str, range(9, 23)))} among 46"
    heading = Heading(cell="7", stain=Polarity.DARK, not_proposed=why)
    page = Layout(SIZES, shape=PageShape(1260, 1100, PAGE_ROWS)).page(pairs(), heading)
    assert all(text.size >= 8 for text in header_texts(page))
    assert any(text.string.startswith("Cell 7") for text in header_texts(page))
    assert_nothing_written_over(page)


def test_what_is_not_recognized_is_not_called_a_banding() -> None:
    for stain, words in ((Polarity.BRIGHT, "bright stain"), (Polarity.DARK, "dark stain")):
        known, unlike = (
            " ".join(header_strings(Heading(stain=stain, recognized=recognized)))
            for recognized in (True, False)
        )
        assert f"{words}, read as" in known
        assert f"{words}, banding not recognized" in unlike
        assert "read as" not in unlike


@pytest.mark.parametrize(
    ("stain", "banding", "words"),
    [
        (Polarity.DARK, "", "dark stain, read as G-band"),
        (Polarity.DARK, "GTG", "dark stain, GTG"),
        (Polarity.DARK, "RHG", "dark stain, RHG, read as G-band"),
        (Polarity.BRIGHT, "", "bright stain, read as Q-band or DAPI"),
        (Polarity.BRIGHT, "QFQ", "bright stain, QFQ"),
        (Polarity.BRIGHT, "dapi", "bright stain, dapi"),
        (Polarity.BRIGHT, "RFA", "bright stain, RFA, read as Q-band or DAPI"),
    ],
)
def test_the_banding_is_what_the_laboratory_wrote_down(
    stain: Polarity, banding: str, words: str
) -> None:
    (line,) = [one for one in header_strings(Heading(stain=stain, banding=banding)) if "|" in one]
    assert f"   |   {words}   |   " in line
    assert stain_words(stain, False, banding).endswith("banding not recognized")


def test_corrected_chromosomes_are_marked_at_their_foot_and_number() -> None:
    state = PageState(pairs().slots, corrected=frozenset({5}))
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
    # Who signs a cell hasn't looked at each chromosome by that.
    signed = Heading(doubtful=("5",), reviewed_by="AB")
    assert signed.open == "1 DOUBTFUL, NOT LOOKED AT"
    assert "doubtful, not looked at: 1 (in 5)" in " ".join(
        strings(Layout(SIZES).page(pairs(), signed), "footer")
    )
    assert "Simulated cell" in words
    assert "for research use" in words
    assert "doubtful" not in " ".join(strings(Layout(SIZES).page(pairs()), "footer"))


def test_a_few_crops_fit_any_row_at_full_size() -> None:
    for height in (30, 60, 110):
        layout = Layout([(height, 20)] * 3)
        for name in CLASSES:
            page = layout.page(PageState({name: (0, 1, 2)}))
            assert {place.reduction for place in page.places.values()} == {1.0}


def test_one_clump_does_not_shrink_the_others() -> None:
    assert Layout([*SIZES, (400, 300)]).magnification > 0.75 * Layout(SIZES).magnification


def test_an_empty_cell_has_a_page() -> None:
    page = Layout([]).page(PageState({}))
    assert not page.places
    assert set(page.slots) == {*CLASSES, MARKERS, TRAY}


def test_markers_have_a_place_of_their_own_and_count() -> None:
    page = Layout(SIZES).page(pairs(Y=(), mar=(47,), tray=(46,)), Heading(cell="a"))
    (word,) = [text for text in page.texts if text.string == "mar"]
    assert word.region == MARKERS
    box = page.places[47].box
    assert word.x + text_width("mar", word.size) / 2 == pytest.approx(box.center[1], abs=1)
    assert any("47 chromosomes, 1 of them marker, 1 unc" in text.string for text in page.texts)
    assert page.slot_at(*box.center) == MARKERS
    assert page.slot_at(*page.places[46].box.center) == TRAY
    assert page.slot_at(*page.slots[MARKERS].label) == MARKERS
    assert page.position_in(MARKERS, box.right) == 1


def test_derivatives_are_named_below_them() -> None:
    state = replace(pairs(), derivatives=frozenset({3, 5}), corrected=frozenset({5}))
    page = Layout(SIZES).page(state)
    words = {text.region: text for text in page.texts if text.string == "der"}
    assert set(words) == {"2", "3"}
    plain, marked = words["2"], words["3"]
    middle = plain.x + text_width("der", plain.size) / 2
    assert middle == pytest.approx(page.places[3].box.center[1], abs=1)
    # The mark of a correction stands beside the word, both below the chromosome.
    foot = next(mark for mark in page.marks if mark.region == "3")
    assert max(x for _, x in foot.points) < marked.x
    assert min(x for _, x in foot.points) < page.places[5].box.center[1] < marked.x + 30
    assert_nothing_written_over(page)


@pytest.mark.parametrize("count", [2, 8, 20, 40])
def test_words_below_a_crowd_do_not_run_together(count: int) -> None:
    every = frozenset(range(count))
    state = PageState({MARKERS: tuple(range(count))}, corrected=frozenset(range(0, count, 2)))
    page = Layout([(30, 14)] * 46).page(state)
    assert_nothing_written_over(page)
    state = PageState({"7": tuple(range(count))}, derivatives=every)
    assert_nothing_written_over(Layout([(30, 14)] * 46).page(state))


def test_chromosomes_that_were_merged_are_not_there() -> None:
    kinds: dict[int, Light] = dict.fromkeys(range(2, 46), "sure")
    state = pairs(**{"1": (), "X": (), "Y": (), "3": (4,)})
    page = Layout(SIZES).page(state, None, kinds)
    assert not {0, 1, 5} & page.places.keys()
    # A light for each that is there and has one.
    assert len(page.lights) == len([index for index in page.places if index in kinds])
    every: dict[int, Light] = dict.fromkeys(range(len(SIZES)), "sure")
    assert len(Layout(SIZES).page(state, None, every).lights) == len(page.places)


def test_a_place_is_as_large_as_its_chromosome_looks() -> None:
    asked = []

    def size_of(index: int, appearance: Appearance) -> tuple[int, int]:
        asked.append((index, appearance))
        return SIZES[index][1], SIZES[index][0]

    layout = Layout(SIZES, size_of)
    before = layout.page(pairs()).places[44]
    assert not asked, "nobody looks other than plain"
    assert before.appearance == PLAIN
    appearance = Appearance(angle=90)
    page = layout.page(replace(pairs(), appearances={44: appearance}))
    after = page.places[44]
    assert asked == [(44, appearance)]
    assert after.appearance == appearance
    assert (after.box.height, after.box.width) == (before.box.width, before.box.height)
    foot = after.box.bottom - MARGIN * page.magnification
    assert 0 <= page.slots["X"].line[0] - foot <= 6
    assert page.places[43] == layout.page(pairs()).places[43]
    # Taken back, it stands as it did.
    assert layout.page(pairs()).places[44] == before


def test_pieces_made_later_do_not_change_the_magnification() -> None:
    layout = Layout(SIZES)
    sizes = [*SIZES, (240, 60), (9, 9)]
    assert Layout(sizes, photographed=len(SIZES)).magnification == layout.magnification
    assert Layout(sizes).magnification != layout.magnification
    before = layout.page(pairs())
    layout.extend([(60, 20)])
    after = layout.page(pairs(**{"12": (22, len(SIZES))}))
    assert after.magnification == before.magnification
    assert after.places[len(SIZES)].box.height == round(60 * after.magnification)
    assert after.places[10] == before.places[10]


@pytest.mark.parametrize(
    ("doubtful", "words"),
    [(46, "all 46"), (40, "40 of 46"), (3, "3 (in 1, 2, 3)"), (11, "11 (in 1, 2, 3, 4, 5, 6, ")],
)
def test_the_footer_names_no_list_of_nearly_all(doubtful: int, words: str) -> None:
    slots = tuple(str(number % 22 + 1) for number in range(doubtful))
    page = Layout(SIZES).page(pairs(), Heading(doubtful=slots, total=46))
    (legend,) = [one for one in strings(page, "footer") if "doubtful" in one]
    said = legend.split("doubtful, not reviewed: ")[1]
    assert said.startswith(words)
    assert doubtful < 40 or said == words


def test_what_is_hardly_smaller_is_not_said_to_be_as_large() -> None:
    place = Place(0, "2", Box(0.0, 0.0, 1.0, 1.0), False, 0.998)
    words = [text.string for text in slot_label(page_slots()["2"], [place])]
    assert words == ["2", "drawn at 99%"]
