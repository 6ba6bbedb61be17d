"""The numbered spread above its karyogram."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from drawn_spread import classified_spread

from napari_karyo.cell import Cell, Chromosome, Outline, Polarity, Spread
from napari_karyo.classes import MARKERS, TRAY
from napari_karyo.classified import ClassifiedCell
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.page import HEADER, PAGE_HEIGHT, SPREAD, Box, Film, Page, Text
from napari_karyo.karyogram.printed_numbers import Numbering
from napari_karyo.karyogram.spread_picture import has_spread, inked, with_spread
from napari_karyo.karyogram.style import DARK, LIGHT
from napari_karyo.lettering import text_width


@pytest.fixture(scope="module", params=["G", "Q"])
def cell(request: pytest.FixtureRequest) -> ClassifiedCell:
    return classified_spread(request.param)


def plain_page(cell: ClassifiedCell) -> Page:
    return Composer(cell.classification).layout.page(cell.karyotype.state, cell.heading())


def spread_page(cell: ClassifiedCell) -> Page:
    return with_spread(plain_page(cell), cell.classification.cell, cell.karyotype.state)


@pytest.fixture(scope="module")
def page(cell: ClassifiedCell) -> Page:
    return spread_page(cell)


def numbers(page: Page) -> list[Text]:
    return [text for text in page.texts if text.region == SPREAD]


def box_of(text: Text) -> Box:
    """Return what a number's letters cover."""
    wide = text_width(text.string, text.size)
    return Box(text.y - 0.7 * text.size, text.x - wide / 2, 0.7 * text.size, wide)


def overlap(one: Box, other: Box) -> bool:
    across = one.left < other.right and other.left < one.right
    return across and one.top < other.bottom and other.top < one.bottom


def on_page(cell: ClassifiedCell, page: Page) -> dict[int, np.ndarray]:
    """Return where on the page the pixels of each chromosome lie, (y, x)."""
    photograph = cell.classification.cell.photograph
    assert photograph is not None
    assert page.film is not None
    outlines = [item.outline for item in cell.classification.cell]
    (top, left), ink = inked(photograph, [one for one in outlines if one is not None])
    box = page.film.box
    scale = box.width / ink.shape[1]
    return {
        index: scale * (np.argwhere(one.mask) + np.array((one.top - top, one.left - left)) + 0.5)
        + np.array((box.top, box.left))
        for index, one in enumerate(outlines)
        if one is not None
    }


def test_every_chromosome_has_its_number_beside_it(cell: ClassifiedCell, page: Page) -> None:
    texts = numbers(page)
    state = cell.karyotype.state
    wanted = {index: name for name, members in state.slots.items() for index in members}
    assert Counter(text.string for text in texts) == Counter(wanted.values())
    # In the order of the cell: each is nearest to its own, or a line leads there.
    places = on_page(cell, page)
    leaders = [mark.points for mark in page.marks if mark.region == SPREAD]
    for (index, name), text in zip(sorted(wanted.items()), texts, strict=True):
        box = box_of(text)
        assert text.string == name
        apart = {
            one: float(np.hypot(*(points - np.array(box.center)).T).min())
            for one, points in places.items()
        }
        led = any(
            np.hypot(*(places[index] - np.array(end)).T).min() < 6
            for points in leaders
            for end in points
        )
        assert led or apart[index] < 60
        assert led or apart[index] <= min(apart.values()) + 8


def test_no_number_hides_a_band_or_another(cell: ClassifiedCell, page: Page) -> None:
    boxes = [box_of(text) for text in numbers(page)]
    assert not any(overlap(*pair) for pair in combinations(boxes, 2))
    for points in on_page(cell, page).values():
        for box in boxes:
            y, x = points.T
            inside = (y > box.top) & (y < box.bottom) & (x > box.left) & (x < box.right)
            assert not inside.any()
    band = page.regions[SPREAD]
    for box in boxes:
        assert band.top < box.top
        assert box.bottom < band.bottom
        assert box.left > 0
        assert box.right < page.width


def test_the_karyogram_stands_below_as_ever(cell: ClassifiedCell, page: Page) -> None:
    plain = plain_page(cell)
    assert page.is_upright
    assert (page.height, page.width) == (2 * PAGE_HEIGHT, plain.width)
    assert page.width / page.height == pytest.approx(210 / 297, abs=0.001)
    assert [text for text in page.texts if text.region == HEADER] == [
        text for text in plain.texts if text.region == HEADER
    ]
    for index, place in plain.places.items():
        lower = page.places[index].box
        assert lower == replace(place.box, top=place.box.top + PAGE_HEIGHT)
    scale = 0.5
    composer = Composer(cell.classification)
    whole, alone = composer.compose(page, scale), composer.compose(plain, scale)
    first = round(scale * (page.regions[SPREAD].bottom + 10))
    assert np.array_equal(whole[first:], alone[first - round(scale * PAGE_HEIGHT) :])


def test_the_spread_has_the_greys_of_its_karyogram(cell: ClassifiedCell, page: Page) -> None:
    assert page.film is not None
    for style in (LIGHT, DARK):
        composer = Composer(cell.classification, style=style)
        drawn = composer.compose(page, 1.0)[..., 0].astype(float)
        ink = 255 - drawn if style is LIGHT else drawn
        seen, in_slots = [], []
        for index, points in on_page(cell, page).items():
            rows, columns = points.astype(int).T
            seen.append(ink[rows, columns].mean())
            place = page.places[index]
            tile = composer.tile(place, (int(place.box.height), int(place.box.width)))
            in_slots.append(tile.ink[tile.cover > 0.95].mean())
        assert np.corrcoef(seen, in_slots)[0, 1] > 0.8
        assert np.abs(np.array(seen) - in_slots).mean() < 25
        # The uneven ground of the photograph is the paper.
        box = page.film.box
        film = ink[round(box.top) : round(box.bottom), round(box.left) : round(box.right)]
        assert np.median(film) <= 8


def test_names_follow_the_karyotype() -> None:
    cell = classified_spread()
    karyotype = cell.karyotype
    nine, _ = karyotype.state.slots["9"]
    three, other = karyotype.state.slots["3"]
    karyotype.mark_derivative(nine)
    karyotype.move([three], MARKERS)
    karyotype.move([other], TRAY)
    texts = Counter(text.string for text in numbers(spread_page(cell)))
    assert texts["der(9)"] == texts["9"] == texts["mar"] == texts["?"] == 1
    assert "3" not in texts


def test_what_has_no_outline_is_counted() -> None:
    cell = classified_spread()
    whole = cell.classification.cell
    parts = tuple(
        replace(item, outline=None) if index in (3, 4) else item for index, item in enumerate(whole)
    )
    lost = replace(whole, chromosomes=parts)
    page = with_spread(plain_page(cell), lost, cell.karyotype.state)
    said = [text.string for text in numbers(page)]
    assert "2 chromosomes of 46 without a number in the spread" in said
    assert len(said) == 45


def test_a_cell_without_a_photograph_keeps_its_page() -> None:
    cell = classified_spread()
    whole = cell.classification.cell
    plain = plain_page(cell)
    for bare in (
        replace(whole, photograph=None),
        replace(whole, chromosomes=tuple(replace(item, outline=None) for item in whole)),
    ):
        assert not has_spread(bare)
        assert with_spread(plain, bare, cell.karyotype.state) is plain
    assert has_spread(whole)


def test_in_a_crowd_lines_lead_to_the_chromosomes() -> None:
    # Rods side by side: those in the middle have nothing but neighbours around them.
    rows, columns = 7, 14
    outlines = {
        row * columns + column: (
            "22", Outline(np.ones((20, 6), np.bool_), 24 * row, 10 * column,
                          np.zeros((20, 6), np.bool_)),
        )
        for row in range(rows)
        for column in range(columns)
    }  # fmt: skip
    scale, room = 3.0, Box(0.0, 0.0, 1200.0, 1600.0)
    film = Film(Box(300.0, 500.0, 170 * scale, 140 * scale), np.zeros((170, 140), np.uint8))
    texts, marks = Numbering(room, film, scale, (0, 0)).place(outlines)
    assert len(texts) == rows * columns
    boxes = [box_of(text) for text in texts]
    assert not any(overlap(*pair) for pair in combinations(boxes, 2))
    assert len(marks) > rows * columns / 2


def test_a_single_chromosome_is_not_magnified_to_a_blur() -> None:
    image = np.full((60, 60), 240, np.uint8)
    image[20:40, 25:32] = 60
    outline = Outline(np.ones((20, 7), np.bool_), 20, 25, np.zeros((20, 7), np.bool_))
    cell = Cell(
        "one",
        (Chromosome("1.png", image[15:45, 20:37], outline=outline),),
        Polarity.DARK,
        photograph=Spread("one", image, Polarity.DARK),
    )
    plain = plain_page(classified_spread())
    page = with_spread(plain, cell, replace(classified_spread().karyotype.state, slots={"1": (0,)}))
    assert page.film is not None
    assert page.film.box.height <= 6 * 60
    assert [text.string for text in numbers(page)] == ["1"]
