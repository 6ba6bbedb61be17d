"""The same class of all cells side by side: where each stands, at which size, how drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from drawn import make_cell, make_classification

from napari_karyo.cell import Polarity
from napari_karyo.classes import MARKERS, TRAY
from napari_karyo.classified import ClassifiedCell
from napari_karyo.karyogram.gallery import Arrangement, Gallery, Spot, magnification
from napari_karyo.karyogram.page import Box
from napari_karyo.karyogram.style import DARK, LIGHT
from napari_karyo.karyotype import Karyotype


@pytest.fixture(scope="module")
def light() -> Any:
    return make_classification(make_cell())


@pytest.fixture(scope="module")
def dark() -> Any:
    return make_classification(make_cell(name="cell B", polarity=Polarity.BRIGHT))


def shown(classification: Any, edit: Any = None) -> ClassifiedCell:
    cell = ClassifiedCell.from_classification(classification)
    if edit is not None:
        edit(cell.karyotype)
    return cell


@dataclass
class Drawn:
    """All panels in one picture, as the dock paints them."""

    arrangement: Arrangement
    pixels: Any
    scale: float

    @property
    def boxes(self) -> list[Spot]:
        """Every chromosome's cell, number and box, in pixels."""

        def scaled(box: Box) -> Box:
            return Box(*(self.scale * side for side in (box.top, box.left, box.height, box.width)))

        spots = [spot for panel in self.arrangement.panels for spot in panel.spots]
        return [replace(spot, box=scaled(spot.box)) for spot in spots]


def draw(
    gallery: Gallery, cells: Any, slot: str, width: float, scale: float = 1.0, **options: Any
) -> Drawn:
    found = gallery.arrange(cells, slot, width, **options)
    pixels = np.empty((round(found.height * scale), round(found.width * scale), 3), np.uint8)
    pixels[:] = found.style.paper
    for panel in found.panels:
        part = gallery.panel(cells[panel.cell], panel, scale)
        top, left = round(panel.box.top * scale), round(panel.box.left * scale)
        pixels[top : top + part.shape[0], left : left + part.shape[1]] = part
    return Drawn(found, pixels, scale)


def test_every_chromosome_of_the_class_and_no_other_has_a_box(light: Any) -> None:
    cells = [shown(light), shown(replace(light), edit=lambda one: one.move([40], "9"))]
    found = draw(Gallery(), cells, "9", 900)
    assert [(spot.cell, spot.index) for spot in found.boxes] == [
        (0, 16), (0, 17), (1, 16), (1, 17), (1, 40),
    ]  # fmt: skip
    for spot in found.boxes:
        middle = spot.box.center
        at = found.arrangement.spot_at(*middle)
        assert at is not None
        assert (at.cell, at.index) == (spot.cell, spot.index)
        rows = slice(round(spot.box.top), round(spot.box.bottom))
        columns = slice(round(spot.box.left), round(spot.box.right))
        # There is a chromosome in its box.
        assert found.pixels[rows, columns].min() < 90
    assert found.arrangement.spot_at(1, 1) is None


def test_sizes_are_those_of_each_cells_own_normalization(light: Any) -> None:
    # The same cell, photographed at half the magnification: its factor is twice as large.
    twice = replace(light, scales=2 * light.scales)
    found = draw(Gallery(), [shown(light), shown(twice), shown(replace(light))], "1", 900)
    heights = [spot.box.height for spot in found.boxes]
    assert heights[2] == pytest.approx(2 * heights[0], abs=1)
    assert heights[4] == heights[0]
    upright = light.uprights[0].image.shape[0]
    assert heights[0] == round(upright * light.scale * magnification("1", Polarity.DARK))


def test_a_class_is_drawn_at_one_size_whatever_is_edited(light: Any) -> None:
    gallery = Gallery()
    before = draw(gallery, [shown(light)], "21", 900).boxes[0].box
    longest = shown(light, edit=lambda one: one.move([0], "21"))
    after = draw(gallery, [longest], "21", 900).boxes
    same = next(spot.box for spot in after if spot.index == 40)
    assert (same.height, same.width) == (before.height, before.width)
    assert after[2].box.height > same.height


def test_rows_wrap_at_the_width_and_stand_on_one_line(light: Any) -> None:
    cells = [shown(replace(light, scales=np.full(len(light), 1 + 0.01 * n))) for n in range(30)]
    found = Gallery().arrange(cells, "3", 700)
    assert found.width == 700
    bottoms = [panel.box.bottom for panel in found.panels]
    rows = sorted(set(bottoms))
    assert 3 < len(rows) < 30
    for first, second in zip(found.panels, found.panels[1:], strict=False):
        # In the order of the cells, never over one another.
        assert second.box.top >= first.box.bottom or second.box.left >= first.box.right
    assert all(panel.box.right <= found.width for panel in found.panels)
    assert max(bottoms) <= found.height
    # One that is wider than the window is shown whole.
    assert Gallery().arrange(cells, "3", 10).width >= found.panels[0].box.width


def test_each_stain_has_its_paper(light: Any, dark: Any) -> None:
    gallery = Gallery()
    white = draw(gallery, [shown(light)], "1", 300)
    black = draw(gallery, [shown(dark)], "1", 300)
    assert tuple(white.pixels[0, 0]) == LIGHT.paper
    assert tuple(black.pixels[0, 0]) == DARK.paper
    both = draw(gallery, [shown(light), shown(dark)], "1", 600)
    panel = both.arrangement.panels[1].box
    assert tuple(both.pixels[int(panel.top) + 2, int(panel.left) + 2]) == DARK.paper


def test_an_unusual_number_stands_out_without_colour_too(light: Any) -> None:
    gallery = Gallery()
    usual = gallery.arrange([shown(light)], "21", 300, expected=[2]).panels[0].page
    extra = shown(light, edit=lambda one: one.move([0], "21"))
    odd = gallery.arrange([extra], "21", 300, expected=[2]).panels[0].page
    assert [(text.string, text.role) for text in usual.texts] == [("2", "ink"), ("cell A", "ink")]
    assert odd.texts[0].string == "3 (+1)"
    assert odd.texts[0].role == "accent"
    unknown = gallery.arrange([extra], "21", 300).panels[0].page
    assert unknown.texts[0].string == "3"
    changed = shown(light, edit=lambda one: one.mark_derivative(41))
    assert gallery.arrange([changed], "21", 300).panels[0].page.texts[0].string == "2, 1 der"


def test_chromosomes_are_drawn_as_they_stand(light: Any) -> None:
    def drawn(edit: Any = None) -> Any:
        found = draw(Gallery(), [shown(light, edit=edit)], "5", 300)
        box = next(spot.box for spot in found.boxes if spot.index == 8)
        part = found.pixels[
            round(box.top) : round(box.bottom), round(box.left) : round(box.right), 0
        ]
        return part.astype(int)

    plain = drawn()
    turned = drawn(lambda one: one.turn([8]))
    assert turned.shape == plain.shape
    assert np.abs(turned - plain).mean() > 10
    assert np.abs(turned[::-1, ::-1] - plain).mean() < 2
    rotated = drawn(lambda one: one.rotate([8], 90))
    assert rotated.shape == pytest.approx(plain.shape[::-1], abs=6)
    pale = drawn(lambda one: one.set_contrast([8], 0.0, 2.0))
    assert pale.mean() > plain.mean() + 10


def test_an_edit_draws_one_cell_anew(light: Any, monkeypatch: Any) -> None:
    from napari_karyo.karyogram.compose import Composer

    composed: list[str] = []
    compose = Composer.compose

    def count(self: Any, *args: Any) -> Any:
        composed.append(self.cell.name)
        return compose(self, *args)

    monkeypatch.setattr(Composer, "compose", count)
    cells = [shown(replace(light)) for _ in range(4)]
    gallery = Gallery()
    before = draw(gallery, cells, "7", 900)
    assert len(composed) == 4
    cells[2] = shown(cells[2].classification, edit=lambda one: one.move([12], TRAY))
    assert not gallery.is_drawn(cells[2], gallery.arrange(cells, "7", 900).panels[2])
    after = draw(gallery, cells, "7", 900)
    assert len(composed) == 5
    assert len(after.boxes) == len(before.boxes) - 1
    # Other cells gone, nothing of them is held.
    gallery.forget(cells[:1])
    draw(gallery, cells[:1], "7", 900)
    assert len(composed) == 5
    draw(gallery, cells, "7", 900)
    assert len(composed) == 8


def test_markers_tray_and_cells_with_none(light: Any) -> None:
    def edit(one: Karyotype) -> None:
        one.move([3], MARKERS)
        one.move([5, 6], TRAY)

    cells = [shown(light, edit=edit), shown(replace(light))]
    gallery = Gallery()
    markers = draw(gallery, cells, MARKERS, 500, expected=[0, 0])
    assert [(spot.cell, spot.index) for spot in markers.boxes] == [(0, 3)]
    assert markers.arrangement.panels[0].page.texts[0].string == "1 (+1)"
    tray = draw(gallery, cells, TRAY, 500)
    assert sorted(spot.index for spot in tray.boxes) == [5, 6]
    assert tray.arrangement.panels[1].page.texts[0].string == "0"
    none = draw(gallery, [], "1", 300)
    assert none.boxes == []
    assert none.pixels.shape[1] == 300


def test_lights_stay_within_their_panel(light: Any) -> None:
    classification = light
    gallery = Gallery()
    for slot in ("1", "22", "Y"):
        plain = gallery.arrange([shown(classification)], slot, 300).panels[0]
        lit = gallery.arrange([shown(classification)], slot, 300, lights=True).panels[0]
        assert len(lit.page.lights) == len(lit.spots)
        assert plain.page.lights == ()
        for light in lit.page.lights:
            assert 16 <= light.y < lit.page.height - 16
            assert 16 <= light.x < lit.page.width - 16
        gallery.panel(shown(classification), lit)


def test_twice_the_scale_has_twice_the_pixels(light: Any) -> None:
    gallery = Gallery()
    once = draw(gallery, [shown(light)], "2", 300)
    twice = draw(gallery, [shown(light)], "2", 300, scale=2)
    assert twice.pixels.shape[:2] == tuple(2 * side for side in once.pixels.shape[:2])
    assert twice.boxes[0].box.height == 2 * once.boxes[0].box.height


def test_a_hundred_cells_have_long_names_cut(light: Any) -> None:
    cells = [
        shown(
            replace(light, cell=replace(light.cell, name=f"a very long name of a cell number {n}"))
        )
        for n in range(100)
    ]
    found = Gallery().arrange(cells, "22", 900)
    assert len(found.panels) == 100
    assert all("..." in panel.page.texts[1].string for panel in found.panels)
    assert "99" in found.panels[99].page.texts[1].string
