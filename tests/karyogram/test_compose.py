"""The page's pixels: greys, placement, turning, overlays, and redrawing only a part."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Cell, Chromosome, Polarity
from napari_karyo.classes import CLASSES, MARKERS, TRAY
from napari_karyo.classified import Heading
from napari_karyo.errors import PreprocessingError
from napari_karyo.karyogram.compose import Composer, canvas_size, pixels
from napari_karyo.karyogram.lights import LIGHT_SHAPES, light_picture
from napari_karyo.karyogram.page import (
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SCREEN_DPI,
    Light,
    Page,
    SelectionFrame,
)
from napari_karyo.karyogram.style import DARK, LIGHT, Style
from napari_karyo.karyotype.state import Appearance
from napari_karyo.preprocessing.foreground import bright_on_black
from napari_karyo.preprocessing.straighten import straighten
from napari_karyo.preprocessing.upright import Upright, upright


@dataclass(frozen=True)
class PageState:
    """A karyotype's state, as far as the page asks."""

    slots: dict[str, tuple[int, ...]]
    turned: frozenset[int] = field(default=frozenset())
    corrected: frozenset[int] = field(default=frozenset())
    derivatives: frozenset[int] = field(default=frozenset())
    appearances: dict[int, Appearance] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawn:
    """A cell with its upright pictures."""

    cell: Cell
    uprights: tuple[Upright, ...]

    @property
    def photographed(self) -> int:
        return len(self.uprights)


@dataclass(frozen=True)
class Classified(Drawn):
    """One to which chromosomes were added after it was read."""

    photographed: int = 0


def rod(length: int = 60, angle: float = 0.0, stain: float = 0.6) -> NDArray[np.float32]:
    """Return a crop of a rod with a brighter quarter at its upper end, bright on black."""
    rows, columns = np.mgrid[: length + 24, : length + 24] - (length + 23) / 2
    turn = np.deg2rad(angle)
    along = rows * np.cos(turn) - columns * np.sin(turn)
    across = rows * np.sin(turn) + columns * np.cos(turn)
    inside = (np.abs(along) < length / 2) & (np.abs(across) < 6)
    picture = inside * stain * np.where(along < -length / 4, 1.4, 1.0)
    return np.asarray(ndimage.gaussian_filter(picture, 0.8), np.float32)


def drawn(
    crops: list[NDArray[np.float32]],
    polarity: Polarity = Polarity.BRIGHT,
    background: float = 0.0,
) -> Drawn:
    """Return a cell as if the crops had been photographed with a background."""
    chromosomes = []
    for number, crop in enumerate(crops):
        grey = background + (1 - background) * crop
        if polarity is Polarity.DARK:
            grey = 1 - grey
        image = np.rint(255 * np.clip(grey, 0, 1)).astype(np.uint8)
        chromosomes.append(Chromosome(f"{number}.png", image))
    cell = Cell("drawn", tuple(chromosomes), polarity)
    pictures = tuple(upright(bright_on_black(item.image, polarity)) for item in cell)
    return Drawn(cell, pictures)


def state_of(*names: str, turned: tuple[int, ...] = ()) -> PageState:
    slots: dict[str, tuple[int, ...]] = dict.fromkeys((*CLASSES, MARKERS, TRAY), ())
    for index, name in enumerate(names):
        slots[name] = (*slots[name], index)
    return PageState(slots, frozenset(turned))


def bare(page: Page) -> Page:
    """Return a page with nothing but its chromosomes."""
    return replace(page, texts=(), lines=(), marks=())


def part(canvas: NDArray[np.uint8], page: Page, index: int) -> NDArray[np.uint8]:
    return canvas[pixels(page.places[index].box, 1.0)]


def test_the_page_follows_the_stain_and_can_be_inverted() -> None:
    for polarity, style, other in (
        (Polarity.DARK, LIGHT, DARK),
        (Polarity.BRIGHT, DARK, LIGHT),
    ):
        assert Style.of(polarity) == style
        assert Style.of(polarity, inverted=True) == other
        composer = Composer(drawn([rod()], polarity))
        page = composer.layout.page(state_of("1"))
        canvas = composer.compose(page)
        assert canvas.shape == (PAGE_HEIGHT, PAGE_WIDTH, 3)
        paper = 255 if polarity is Polarity.DARK else 0
        assert tuple(canvas[0, 0]) == (paper,) * 3
        chromosome = part(canvas, page, 0)
        assert (
            abs(int(chromosome[chromosome.shape[0] // 2, chromosome.shape[1] // 2, 0]) - paper)
            > 100
        )


@pytest.mark.parametrize("polarity", list(Polarity))
def test_relative_greys_are_kept_and_the_background_is_gone(polarity: Polarity) -> None:
    composer = Composer(drawn([rod(stain=0.6), rod(stain=0.3)], polarity, background=0.08))
    page = bare(composer.layout.page(state_of("1", "2")))
    canvas = composer.compose(page).astype(float)
    stains = []
    for index in (0, 1):
        picture = part(canvas, page, index)[..., 0]
        stain = 255 - picture if polarity is Polarity.DARK else picture
        assert stain[0].max() == stain[:, 0].max() == 0
        stains.append(np.median(stain[stain.shape[0] // 2, stain.shape[1] // 2]))
    # One window for the cell: a chromosome half as bright is drawn half as bright.
    assert stains[1] / stains[0] == pytest.approx(0.5, abs=0.06)


def test_sixteen_bit_crops_look_like_eight_bit_ones() -> None:
    eight = drawn([rod(), rod(40, 30)])
    # A camera of twelve bits, whose white is not the type's.
    deep = tuple(Chromosome(item.name, item.image.astype(np.uint16) * 16) for item in eight.cell)
    sixteen = Drawn(Cell("drawn", deep, Polarity.BRIGHT), eight.uprights)
    page = Composer(eight).layout.page(state_of("1", "2"))
    white = sixteen.cell.white / (255 * 16)
    scaled = tuple(
        Upright(u.image / np.float32(white), u.mask, u.grid, u.length, u.axis)
        for u in eight.uprights
    )
    first = Composer(eight).compose(page).astype(int)
    second = Composer(Drawn(sixteen.cell, scaled)).compose(page).astype(int)
    assert np.abs(first - second).max() <= 2


def test_turned_is_a_rotation_by_half_a_circle() -> None:
    composer = Composer(drawn([rod(angle=20)]))
    straight = bare(composer.layout.page(state_of("1")))
    turned = bare(composer.layout.page(state_of("1", turned=(0,))))
    up = part(composer.compose(straight), straight, 0).astype(int)
    down = part(composer.compose(turned), turned, 0).astype(int)
    assert np.abs(up[::-1, ::-1] - down).max() <= 1
    # The brighter end of the rod is the upper one, and below once turned.
    half = up.shape[0] // 2
    assert up[:half].mean() > 1.1 * up[half:].mean()
    assert down[half:].mean() > 1.1 * down[:half].mean()


@pytest.mark.parametrize("angle", [0.0, 35.0, 80.0])
@pytest.mark.parametrize("turned", [(), (0,)])
def test_a_bright_spot_and_its_saliency_share_their_place(
    angle: float, turned: tuple[int, ...]
) -> None:
    crop = rod(angle=angle, stain=0.4)
    turn = np.deg2rad(angle)
    centre = (crop.shape[0] - 1) / 2
    # Off the middle in both directions, so that a mirrored overlay would be seen.
    y = centre + 17 * np.cos(turn) + 3 * np.sin(turn)
    x = centre - 17 * np.sin(turn) + 3 * np.cos(turn)
    rows, columns = np.mgrid[: crop.shape[0], : crop.shape[1]]
    spot = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 4.0).astype(np.float32)
    composer = Composer(drawn([np.clip(crop + 0.5 * spot, 0, 1)]))
    page = composer.layout.page(state_of("9", turned=turned))
    canvas = composer.compose(page)[..., 0].astype(float)
    # The rod without the spot, through the same placement, leaves only the spot.
    plain = Composer(drawn([crop]))
    plain.pictures, plain._window = composer.pictures, composer._window
    seen = canvas - plain.compose(page)[..., 0]
    overlay = composer.compose_overlay(page, {0: spot})
    assert overlay.shape == canvas.shape
    found = np.unravel_index(seen.argmax(), seen.shape)
    shown = np.unravel_index(overlay.argmax(), overlay.shape)
    assert seen.max() > 60
    assert overlay.max() > 0.8
    assert np.hypot(*(np.subtract(found, shown))) <= 2.5
    # And neither lies where the other orientation would put it.
    box = page.places[0].box
    other = box.top + box.bottom - 1 - shown[0]
    assert abs(other - shown[0]) > 40


def test_an_overlay_stays_on_the_chromosome() -> None:
    pictures = drawn([rod(), rod(40)])
    composer = Composer(pictures)
    page = composer.layout.page(state_of("1", "1"))
    ones = {
        number: np.ones(item.image.shape, np.float32) for number, item in enumerate(pictures.cell)
    }
    both = composer.compose_overlay(page, ones)
    only = composer.compose_overlay(page, {0: ones[0]})
    assert both[pixels(page.places[1].box, 1.0)].max() == 1.0
    assert only[pixels(page.places[1].box, 1.0)].max() == 0.0
    canvas = composer.compose(page)
    # Where the overlay is not, there is only paper, lines and letters.
    inner = pixels(page.slots["1"].inner, 1.0)
    assert not canvas[inner][both[inner] == 0].any()


def test_another_map_of_the_same_chromosome_is_drawn_anew() -> None:
    pictures = drawn([rod()])
    composer = Composer(pictures)
    page = composer.layout.page(state_of("1"))
    shape = pictures.cell.chromosomes[0].image.shape
    first = composer.compose_overlay(page, {0: np.full(shape, 0.25, np.float32)})
    second = composer.compose_overlay(page, {0: np.full(shape, 0.75, np.float32)})
    assert first.max() == pytest.approx(0.25)
    assert second.max() == pytest.approx(0.75)


def test_a_neighbours_background_covers_nothing() -> None:
    # Thirteen in one slot: they close up until their boxes overlap.
    composer = Composer(drawn([rod(60, 0.0, 0.5)] * 13))
    page = bare(composer.layout.page(state_of(*["6"] * 13)))
    boxes = [page.places[index].box for index in range(13)]
    assert boxes[1].left < boxes[0].right
    together = composer.compose(page)
    for index in range(13):
        alone = composer.compose(replace(page, places={index: page.places[index]}))
        where = pixels(boxes[index], 1.0)
        assert alone[where].max() > 150
        assert (together[where] >= alone[where]).all()


names = st.sampled_from((*CLASSES, MARKERS, TRAY))
CROWD = Composer(drawn([rod(20 + 9 * number, 25.0 * number) for number in range(6)]))
appearances = st.builds(
    Appearance,
    angle=st.sampled_from([0.0, 13.0, 90.0, 180.0, -77.5]),
    straightened=st.booleans(),
    low=st.sampled_from([-0.5, 0.0, 0.3]),
    high=st.sampled_from([0.6, 1.0, 1.5]),
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(names, min_size=6, max_size=6),
    st.lists(names, min_size=6, max_size=6),
    st.frozensets(st.integers(0, 5)),
    st.dictionaries(st.integers(0, 5), appearances),
    st.dictionaries(st.integers(0, 5), appearances),
    st.sampled_from([0.5, 1.0, 1.3]),
)
def test_an_update_draws_what_the_whole_page_would_show(
    before: list[str],
    after: list[str],
    turned: frozenset[int],
    drawn_before: dict[int, Appearance],
    drawn_after: dict[int, Appearance],
    scale: float,
) -> None:
    state = replace(state_of(*before), appearances=drawn_before)
    first = CROWD.layout.page(state, Heading(cell="a", iscn="46,XX", doubtful=("5", "9")))
    state = PageState(state_of(*after).slots, turned, turned, turned, drawn_after)
    signed = Heading(cell="a", iscn="47,XX,+21", iscn_by_hand=True, reviewed_by="AB 2026-11-24")
    second = CROWD.layout.page(state, signed)
    touched = {*before, *after}
    canvas = CROWD.compose(first, scale)
    CROWD.update(canvas, second, touched, scale)
    assert np.array_equal(canvas, CROWD.compose(second, scale))
    maps = {
        number: np.full(item.image.shape, 0.5, np.float32) for number, item in enumerate(CROWD.cell)
    }
    overlay = CROWD.compose_overlay(first, maps, scale)
    CROWD.update_overlay(overlay, second, maps, touched, scale)
    assert np.array_equal(overlay, CROWD.compose_overlay(second, maps, scale))


def test_an_update_leaves_the_other_slots_alone() -> None:
    first = CROWD.layout.page(state_of("1", "1", "2", "2", "X", "Y"))
    second = CROWD.layout.page(state_of("1", "3", "2", "2", "X", "Y"))
    canvas = CROWD.compose(first)
    canvas[pixels(first.slots["X"].box, 1.0)] = 77
    CROWD.update(canvas, second, {"1", "3"})
    assert (canvas[pixels(first.slots["X"].box, 1.0)] == 77).all()


def test_a_print_is_the_screen_with_more_dots() -> None:
    page = CROWD.layout.page(state_of("1", "1", "2", "3", "X", "tray"), Heading(iscn="46,XX"))
    screen = CROWD.compose(page).astype(float)
    large = CROWD.compose(page, 2.0).astype(float)
    assert large.shape == (2 * PAGE_HEIGHT, 2 * PAGE_WIDTH, 3)
    small = large.reshape(PAGE_HEIGHT, 2, PAGE_WIDTH, 2, 3).mean(axis=(1, 3))
    assert np.abs(small - screen).mean() < 1.0
    for place in page.places.values():
        where = pixels(place.box, 1.0)
        assert np.abs(small[where] - screen[where]).mean() < 4


def test_the_page_is_a4_at_any_resolution() -> None:
    page = CROWD.layout.page(state_of())
    assert canvas_size(page, 300 / SCREEN_DPI) == (2480, 3508)
    assert canvas_size(page, SCREEN_DPI / SCREEN_DPI) == (PAGE_HEIGHT, PAGE_WIDTH)


def test_numbers_letters_and_the_tray_are_drawn_on_an_empty_page() -> None:
    page = CROWD.layout.page(state_of(), Heading(iscn="46,XX"))
    canvas = CROWD.compose(page)
    for region, box in page.regions.items():
        assert canvas[pixels(box, 1.0)].any(), region
    for text in page.texts:
        if text.region == "frame":
            y, x = int(text.y), int(text.x)
            assert canvas[y - 22 : y, x - 12 : x + 12].max() > 150


@pytest.mark.parametrize("polarity", list(Polarity))
def test_lights_are_told_apart_without_colour(polarity: Polarity) -> None:
    white = polarity is Polarity.DARK
    cells = drawn([rod()] * 4, polarity)
    composer = Composer(cells)
    placed = state_of("1", "2", "3", "4")
    kinds: list[Light] = ["sure", "look", "doubtful", "settled"]
    page = composer.layout.page(placed, None, dict(enumerate(kinds)))
    plain, lit = (composer.compose(one) for one in (replace(page, lights=()), page))
    greys = []
    for light in page.lights:
        colour, cover = light_picture(light.kind, 1.0, white)
        half = len(cover) // 2
        here = (
            slice(light.y - half, light.y + half + 1),
            slice(light.x - half, light.x + half + 1),
        )
        assert (lit[here][half, half - 6] != plain[here][half, half - 6]).any()
        greys.append(colour.mean(axis=2).round())
    # As a person who sees no colours, or on a grey screen: no two are alike.
    for first, second in combinations(greys, 2):
        assert first.shape != second.shape or np.abs(first - second).max() > 40
    beside = np.ones(plain.shape[:2], bool)
    for light in page.lights:
        beside[light.y - 17 : light.y + 18, light.x - 17 : light.x + 18] = False
    assert np.array_equal(plain[beside], lit[beside])


def test_an_edit_redraws_the_lights_too() -> None:
    composer = Composer(drawn([rod()] * 4, Polarity.BRIGHT))
    page = composer.layout.page(state_of("1", "1", "6", "X"), None, dict.fromkeys(range(4), "sure"))
    canvas, screen = composer.compose(page), composer.compose_screen(page)
    after = composer.layout.page(
        state_of("1", "4", "6", "X"), None, dict(enumerate(["sure", "settled", "sure", "sure"]))
    )
    chosen = after.places[1]
    after = replace(after, frames=(SelectionFrame("selected", chosen.box, "4"),))
    composer.update(canvas, after, {"1", "4"})
    composer.update(screen, after, {"1", "4"})
    assert np.array_equal(canvas, composer.compose(after))
    assert np.array_equal(screen, composer.compose_screen(after))
    assert (screen[..., 3] == 255).all()
    # The light of the selected one is whole, its frame behind it.
    light = next(one for one in after.lights if one.region == "4")
    alone = composer.compose(replace(after, frames=()))
    near = slice(light.y - 9, light.y + 10), slice(light.x - 9, light.x + 10)
    assert np.array_equal(canvas[near][4:15, 4:15], alone[near][4:15, 4:15])
    # A frame comes and goes without a trace, alone or around a whole slot.
    before = composer.compose(replace(after, frames=()))
    composer.update_regions(canvas, replace(after, frames=()), {"4"})
    assert np.array_equal(canvas, before)
    for name, slot in after.slots.items():
        framed = replace(after, frames=(SelectionFrame("target", slot.box, name),))
        composer.update_regions(canvas, framed, {name})
        assert (canvas != before).any(), name
        composer.update_regions(canvas, replace(after, frames=()), {name})
        assert np.array_equal(canvas, before), name


# -- how a chromosome looks -----------------------------------------------------------


def appearing(appearance: Appearance, *others: str, turned: tuple[int, ...] = ()) -> PageState:
    """Return the state of one chromosome in 9 that appears so, and of others."""
    return replace(state_of("9", *others, turned=turned), appearances={0: appearance})


def bent(length: int = 70, bow: float = 12.0) -> NDArray[np.float32]:
    """Return a crop of a rod bent like a bow, a quarter of it brighter."""
    rows, columns = np.mgrid[: length + 24, : length + 40].astype(float)
    along = (rows - 12) / length
    middle = 20 + bow * np.sin(np.pi * np.clip(along, 0, 1))
    inside = (np.abs(along - 0.5) < 0.5) & (np.abs(columns - middle) < 6)
    picture = inside * 0.5 * np.where(along < 0.25, 1.6, 1.0)
    return np.asarray(ndimage.gaussian_filter(picture, 0.8), np.float32)


def spotted(crop: NDArray[np.float32], row: float, column: float) -> NDArray[np.float32]:
    rows, columns = np.mgrid[: crop.shape[0], : crop.shape[1]]
    return np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 3.0).astype(np.float32)


def test_a_rotation_goes_clockwise() -> None:
    composer = Composer(drawn([rod(80)]))
    parts = {}
    for angle in (0, 90, -90, 180, 45):
        page = bare(composer.layout.page(appearing(Appearance(angle=angle))))
        parts[angle] = part(composer.compose(page), page, 0)[..., 0].astype(float)
    up = parts[0]
    quarter = np.rot90(up, -1)
    # The brighter upper end points to the right once turned clockwise by a quarter.
    assert parts[90].shape == quarter.shape
    assert np.abs(parts[90] - quarter).max() <= 1
    assert np.abs(parts[-90] - np.rot90(up)).max() <= 1
    assert np.abs(parts[180] - up[::-1, ::-1]).max() <= 1
    height, width = parts[45].shape
    assert abs(height - width) < 6
    rows, columns = np.indices(parts[45].shape)
    bright = parts[45] > 0.75 * parts[45].max()
    assert rows[bright].mean() < 0.4 * height
    assert columns[bright].mean() > 0.6 * width


@pytest.mark.parametrize("angle", [30.0, -100.0])
def test_turned_and_rotated_add_up(angle: float) -> None:
    composer = Composer(drawn([rod(angle=20)]))
    one = bare(composer.layout.page(appearing(Appearance(angle=angle), turned=(0,))))
    other = bare(composer.layout.page(appearing(Appearance(angle=angle + 180))))
    first, second = (part(composer.compose(page), page, 0).astype(int) for page in (one, other))
    assert first.shape == second.shape
    assert np.abs(first - second).max() <= 1


@pytest.mark.parametrize("angle", [0.0, 27.0, 90.0, 144.0])
def test_nothing_of_a_rotated_chromosome_is_cut_off(angle: float) -> None:
    composer = Composer(drawn([rod(70, 33.0), bent()]))
    for index in (0, 1):
        appearances = {index: Appearance(angle=angle)}
        page = bare(composer.layout.page(replace(state_of("9", "9"), appearances=appearances)))
        tile = composer.tile(page.places[index], (200, 200))
        for edge in (tile.ink[0], tile.ink[-1], tile.ink[:, 0], tile.ink[:, -1]):
            assert edge.max() < 25
        rows = np.nonzero((tile.ink > 60).any(axis=1))[0]
        columns = np.nonzero((tile.ink > 60).any(axis=0))[0]
        # And the box is no larger than it needs to be.
        assert rows[0] < 40
        assert rows[-1] > 160
        assert columns[0] < 60
        assert columns[-1] > 140


def test_straightened_is_straight_and_only_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    monkeypatch.setattr(
        "napari_karyo.preprocessing.straighten.straighten",
        lambda item: asked.append(item) or straighten(item),
    )
    composer = Composer(drawn([bent(), bent(60), rod()]))
    page = bare(composer.layout.page(state_of("9", "9", "10")))
    composer.compose(page)
    assert asked == []
    state = appearing(Appearance(straightened=True), "9", "10")
    straight = bare(composer.layout.page(state))
    canvas = composer.compose(straight)
    composer.layout.page(state)
    assert asked == [composer.uprights[0]]
    assert straight.places[0].box.width < 0.85 * page.places[0].box.width
    assert straight.places[0].box.height > page.places[0].box.height

    def sway(picture: NDArray[np.float64]) -> float:
        inner = picture[len(picture) // 6 : -len(picture) // 6]
        return float(np.ptp([np.average(np.arange(len(row)), weights=row) for row in inner]))

    picture = part(canvas, straight, 0)[..., 0].astype(float)
    assert sway(picture) < 0.3 * sway(part(composer.compose(page), page, 0)[..., 0].astype(float))
    # Upper end up, as before.
    half = len(picture) // 2
    assert picture[:half].mean() > 1.1 * picture[half:].mean()


@pytest.mark.parametrize("error", [PreprocessingError("no axis"), ValueError("no axis")])
def test_what_cannot_be_straightened_is_drawn_as_photographed(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(item: Upright) -> Upright:
        raise error

    monkeypatch.setattr("napari_karyo.preprocessing.straighten.straighten", fail)
    composer = Composer(drawn([bent()]))
    plain = composer.compose(composer.layout.page(state_of("9")))
    appearance = Appearance(straightened=True)
    assert np.array_equal(composer.compose(composer.layout.page(appearing(appearance))), plain)


@pytest.mark.parametrize("polarity", list(Polarity))
def test_contrast_changes_the_stain_and_nothing_else(polarity: Polarity) -> None:
    composer = Composer(drawn([rod(), rod(70)], polarity))
    plain = bare(composer.layout.page(state_of("9", "9")))
    appearance = Appearance(low=0.2, high=0.7)
    page = bare(composer.layout.page(appearing(appearance, "9")))
    assert page.places[0].box == plain.places[0].box
    size = (90, 40)
    before, after = (composer.tile(one.places[0], size) for one in (plain, page))
    assert np.array_equal(before.cover, after.cover)
    assert np.allclose(after.stain, np.clip((before.stain - 0.2) / 0.5, 0, 1), atol=1e-6)
    assert np.array_equal(after.ink, np.rint(255 * after.stain * after.cover))
    assert composer.tile(plain.places[0], size).ink.tobytes() == before.ink.tobytes()
    first, second = composer.compose(plain), composer.compose(page)
    assert np.array_equal(part(first, plain, 1), part(second, page, 1))
    assert not np.array_equal(part(first, plain, 0), part(second, page, 0))


some_look = st.builds(Appearance, angle=st.floats(-180, 180), straightened=st.booleans())


@settings(max_examples=25, deadline=None)
@given(some_look, st.booleans(), st.floats(-25, 25), st.floats(-3, 3))
def test_a_point_on_the_page_leads_to_its_place_on_the_crop(
    appearance: Appearance, turned: bool, along: float, across: float
) -> None:
    crop = bent()
    row = crop.shape[0] / 2 + along
    column = 20 + 12 * np.sin(np.pi * (row - 12) / 70) + across
    composer = Composer(drawn([crop]))
    page = composer.layout.page(appearing(appearance, turned=(0,) if turned else ()))
    place = page.places[0]
    overlay = composer.compose_overlay(page, {0: spotted(crop, row, column)})
    top = overlay > 0.6 * overlay.max()
    y, x = (float(np.average(one, weights=overlay[top])) for one in np.nonzero(top))
    # A pixel's middle lies half a unit from its corner.
    found = composer.to_crop(place, y + 0.5, x + 0.5)
    assert np.hypot(found[0] - row, found[1] - column) < 0.6


def test_points_beside_the_picture_lie_beside_it_on_the_crop() -> None:
    composer = Composer(drawn([rod(angle=20)]))
    for appearance in (Appearance(), Appearance(angle=50), Appearance(straightened=True)):
        page = composer.layout.page(appearing(appearance))
        place = page.places[0]
        y, x = place.box.center
        inside = np.array(composer.to_crop(place, y, x))
        steps = [
            np.array(composer.to_crop(place, y, x + share * place.box.width))
            for share in (0.4, 0.8, 1.2)
        ]
        way = steps[0] - inside
        for step, times in zip(steps[1:], (2, 3), strict=True):
            # A line drawn beyond the picture goes on straight.
            assert np.hypot(*(step - inside - times * way)) < 0.15 * times * np.hypot(*way)


def test_further_chromosomes_leave_the_others_as_they_are() -> None:
    first = [rod(60), rod(50, 30.0), bent()]
    before = Composer(drawn(first))
    canvas = before.compose(before.layout.page(state_of("1", "2", "3")))
    longer = drawn([*first, rod(110, stain=0.7), rod(12)])
    grown = Classified(longer.cell, longer.uprights, 3)
    before.extend(grown)
    after = Composer(grown)
    state = PageState({**state_of("1", "2", "3").slots, "4": (3,), "5": (4,)})
    for composer in (before, after):
        assert composer.layout.magnification == Composer(drawn(first)).layout.magnification
        page = composer.layout.page(state)
        drawn_now = composer.compose(page)
        for name in ("1", "2", "3"):
            box = pixels(page.regions[name], 1.0)
            assert np.array_equal(drawn_now[box], canvas[box])
        assert part(drawn_now, page, 3).max() > 200
    assert np.array_equal(
        before.compose(before.layout.page(state)), after.compose(after.layout.page(state))
    )


def test_a_slider_does_not_fill_the_memory() -> None:
    composer = Composer(drawn([rod(30)]))
    page = composer.layout.page(state_of("21"))
    for step in range(600):
        place = replace(page.places[0], appearance=Appearance(high=1 + step / 1000))
        composer.tile(place, (20, 8))
    assert len(composer._tiles) <= 512


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_a_cross_is_told_from_the_other_lights_by_its_outline(scale: float) -> None:
    notched = []
    for kind in LIGHT_SHAPES:
        cover = light_picture(kind, scale, True)[1][..., 0] > 0.5
        rows, columns = np.nonzero(cover)
        shape = cover[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        middle, near = len(shape) // 2, len(shape) // 10
        assert shape[middle, middle], "each is there in its middle"
        edges = (shape[near, middle], shape[-1 - near, middle], shape[middle, near])
        if not any(edges):
            notched.append(kind)
    assert notched == ["unknown"]
