"""The same class of all cells of a patient side by side.

Each cell is a small page of its own, a panel, drawn by that cell's own composer: on the
paper of its stain, its chromosomes as they stand in the karyogram. All panels share the length
scale of the network's input, to which every cell was normalized: a chromosome that is longer in
one cell is longer for its cell, not because it was photographed larger.

Where the panels stand is known without drawing any, so that a view of hundreds of cells
draws those that are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASS_INDEX, CLASSES
from napari_karyo.classified import ClassifiedCell
from napari_karyo.inference.result import Classification
from napari_karyo.karyogram.chromosome_pictures import ChromosomePictures
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.page import Box, LightMark, Page, Place, Role, Rule, Text
from napari_karyo.karyogram.style import Style
from napari_karyo.karyotype import State
from napari_karyo.lettering import clean, fit
from napari_karyo.preprocessing.scale import usual_lengths

Picture = NDArray[np.uint8]

#: Chromosomes of usual length of each class are drawn so tall, in units of the picture.
_TALL: Final = 150.0
#: Units to a row of the network's input: not more, where it would show only blur.
_MOST: Final = 2.6
#: A metaphase's mean autosome, in rows of the network's input.
_MEAN_ROWS: Final = 58.0
#: Of markers and the tray, whose length nobody knows.
_UNKNOWN: Final = 1.6
_GAP: Final = 7.0
_SIDE: Final = 9.0
_ABOVE: Final = 15.0
_BELOW: Final = 42.0
#: Half a light, and the room it gets.
_LIGHT: Final = 19.0
_EMPTY: Final = 26.0
_NARROWEST: Final = 58.0
_NAME_SIZE: Final = 13.0
_COUNT_SIZE: Final = 16.0
#: Between panels; what lies there is the paper.
_BETWEEN: Final = 6.0


@dataclass(frozen=True)
class Spot:
    """Where a chromosome stands in the picture: its cell, its number there, its box."""

    cell: int
    index: int
    box: Box


@dataclass(frozen=True)
class Panel:
    """One cell's part of the picture.

    Attributes
    ----------
    cell : int
        Its place among the cells that were asked about.
    box : Box
        In units of the whole picture.
    page : Page
        What is drawn in it, in its own units.
    """

    cell: int
    box: Box
    page: Page

    @property
    def spots(self) -> tuple[Spot, ...]:
        """Where its chromosomes stand in the whole picture."""
        return tuple(
            Spot(self.cell, place.index, place.box.moved(self.box.top, self.box.left))
            for place in self.page.places.values()
        )


@dataclass(frozen=True)
class Arrangement:
    """Where all cells stand.

    Attributes
    ----------
    height, width : int
        Of the picture, in units: pixels at scale 1.
    panels : tuple of Panel
        In the order of the cells.
    style : Style
        Of the paper around the panels: that of the first cell.
    """

    height: int
    width: int
    panels: tuple[Panel, ...]
    style: Style

    def panel_at(self, y: float, x: float) -> Panel | None:
        """Return the panel under a point, or None."""
        return next((panel for panel in self.panels if panel.box.contains(y, x)), None)

    def spot_at(self, y: float, x: float) -> Spot | None:
        """Return the chromosome under a point, or None; the nearer middle line wins."""
        panel = self.panel_at(y, x)
        here = [] if panel is None else [one for one in panel.spots if one.box.contains(y, x)]
        return min(here, key=lambda one: abs(one.box.center[1] - x), default=None)


def magnification(slot: str, polarity: Polarity) -> float:
    """Return the units to a row of the network's input at which a slot is drawn.

    One for all cells of a stain, and never another because of an edit: a class is as
    tall in the picture whichever cells are open.
    """
    if slot not in CLASSES:
        return _UNKNOWN
    usual = float(usual_lengths(polarity)[CLASS_INDEX[slot]]) * _MEAN_ROWS
    return min(_TALL / usual, _MOST)


class Gallery:
    """Arranges and draws cells, keeping what it made for the next time."""

    def __init__(self) -> None:
        # By the classification's id, with the classification, whose id none else can
        # have as long as it is held here.
        self._pictures: dict[int, tuple[Classification, ChromosomePictures]] = {}
        self._composers: dict[int, tuple[Classification, Composer]] = {}
        self._stood: dict[int, tuple[State, str, list[Place]]] = {}
        self._drawn: dict[int, tuple[Page, float, Picture]] = {}

    def arrange(
        self,
        cells: Sequence[ClassifiedCell],
        slot: str,
        width: float,
        *,
        expected: Sequence[int | None] = (),
        lights: bool = False,
    ) -> Arrangement:
        """Stand the cells in rows; nothing is drawn yet.

        Parameters
        ----------
        cells : sequence of ClassifiedCell
        slot : str
            A class, the markers or the tray.
        width : float
            Of the picture, in units. A panel that is wider makes it wider.
        expected : sequence of int or None, optional
            How many of the class each cell should have; None where nothing is expected, as
            for the tray. Empty where nothing is expected of any.
        lights : bool
            Whether the confidence lights are shown.
        """
        standing = [self._standing(cell, slot) for cell in cells]
        needs = [_width(places) for places in standing]
        # The columns stand under one another where most cells have their two.
        usual = max(_NARROWEST, float(np.median(needs)) if needs else 0.0)
        wanted = expected or [None] * len(cells)
        pages = [
            _page(cell, places, max(need, usual), number, lights)
            for cell, places, need, number in zip(cells, standing, needs, wanted, strict=True)
        ]
        style = Style.of(cells[0].classification.cell.polarity if cells else Polarity.DARK)
        return _rows(pages, width, style)

    def panel(self, cell: ClassifiedCell, panel: Panel, scale: float = 1.0) -> Picture:
        """Draw one cell's panel, or return it as it was drawn before.

        Parameters
        ----------
        cell : ClassifiedCell
            The one that the panel was arranged for.
        panel : Panel
        scale : float
            Pixels to a unit.

        Returns
        -------
        ndarray, shape (height, width, 3), uint8
        """
        key = id(cell.classification)
        kept = self._drawn.get(key)
        if kept is None or kept[:2] != (panel.page, scale):
            picture = self._composer(cell.classification).compose(panel.page, scale)
            self._drawn[key] = kept = (panel.page, scale, picture)
        return kept[2]

    def is_drawn(self, cell: ClassifiedCell, panel: Panel, scale: float = 1.0) -> bool:
        """Whether a panel costs nothing, because it was drawn before."""
        kept = self._drawn.get(id(cell.classification))
        return kept is not None and kept[:2] == (panel.page, scale)

    def forget(self, cells: Sequence[ClassifiedCell]) -> None:
        """Let go of what belongs to none of these cells."""
        kept = {id(cell.classification) for cell in cells}
        for held in (self._pictures, self._composers, self._stood, self._drawn):
            for gone in held.keys() - kept:
                del held[gone]

    def _pictures_of(self, classification: Classification) -> ChromosomePictures:
        key = id(classification)
        if key not in self._pictures:
            self._pictures[key] = classification, ChromosomePictures(classification.uprights)
        return self._pictures[key][1]

    def _composer(self, classification: Classification) -> Composer:
        key = id(classification)
        if key not in self._composers:
            self._composers[key] = classification, Composer(classification)
        return self._composers[key][1]

    def _standing(self, cell: ClassifiedCell, slot: str) -> list[Place]:
        """Return what `_stand` does, from memory where the cell is as it was."""
        key = id(cell.classification)
        kept = self._stood.get(key)
        state = cell.karyotype.state
        if kept is None or kept[0] is not state or kept[1] != slot:
            kept = state, slot, self._stand(cell, slot)
            self._stood[key] = kept
        return kept[2]

    def _stand(self, cell: ClassifiedCell, slot: str) -> list[Place]:
        """Return a slot's chromosomes side by side on a line at 0, from 0 on."""
        found, state = cell.classification, cell.karyotype.state
        pictures = self._pictures_of(found)
        enlarged = magnification(slot, found.cell.polarity)
        left, standing = 0.0, []
        for one in state.slots[slot]:
            appearance = state.appearance(one)
            by = enlarged * float(found.scales[one])
            tall, wide = (max(1, round(pixels * by)) for pixels in pictures.size(one, appearance))
            box = Box(-tall, left, tall, wide)
            standing.append(Place(one, slot, box, one in state.turned, 1.0, appearance))
            left += wide + _GAP
        return standing


def _width(places: Sequence[Place]) -> float:
    return 2 * _SIDE + (places[-1].box.right if places else 0.0)


def _page(
    cell: ClassifiedCell,
    places: Sequence[Place],
    width: float,
    expected: int | None,
    lights: bool,
) -> Page:
    """Return a cell's panel: its chromosomes on a line, its count, its name."""
    wide = round(width)
    shown = cell.shown_lights() if lights and places else {}
    tallest = max((place.box.height for place in places), default=_EMPTY)
    base = round(_ABOVE + tallest + (_LIGHT if shown else 0.0))
    shift = round((wide - (places[-1].box.right if places else 0.0)) / 2)
    stood = {place.index: replace(place, box=place.box.moved(base, shift)) for place in places}
    odd = 0 if expected is None else len(places) - expected
    # The sign says without colour that it is another number.
    count = f"{len(places)} ({odd:+d})" if odd else str(len(places))
    changed = len(cell.karyotype.state.derivatives.intersection(stood))
    if changed:
        count += f", {changed} der"
    role: Role = "accent" if odd or changed else "ink"
    texts = (
        Text(count, base + 20, wide / 2, _COUNT_SIZE, "middle", role),
        Text(_name(cell.name, wide - 4), base + 36, wide / 2, _NAME_SIZE, "middle"),
    )
    line = Rule(base + 2, _SIDE, base + 2, wide - _SIDE, 2.0 if role == "accent" else 1.0, role)
    marks = tuple(
        # A light must not reach over the panel's edge.
        LightMark(shown[one], max(place.box.top - 6.0, _LIGHT), place.box.center[1], "")
        for one, place in stood.items()
        if one in shown
    )
    return Page(round(base + _BELOW), wide, {}, stood, {}, texts, (line,), lights=marks)


@lru_cache(maxsize=1024)
def _name(name: str, width: float) -> str:
    return fit(clean(name), _NAME_SIZE, width)


def _rows(pages: Sequence[Page], width: float, style: Style) -> Arrangement:
    """Stand panels side by side, as many in a row as fit, on common lines."""
    rows: list[list[int]] = []
    left = 0.0
    for cell, page in enumerate(pages):
        if not rows or left + page.width + _BETWEEN > width:
            rows.append([])
            left = _BETWEEN
        rows[-1].append(cell)
        left += page.width + _BETWEEN
    panels: list[Panel] = []
    top, right = _BETWEEN, width
    for row in rows:
        tall = max(pages[cell].height for cell in row)
        left = _BETWEEN
        for cell in row:
            page = pages[cell]
            # On the row's line, whatever their heights: the lines of text agree below it.
            panels.append(
                Panel(cell, Box(top + tall - page.height, left, page.height, page.width), page)
            )
            left += page.width + _BETWEEN
        right = max(right, left)
        top += tall + _BETWEEN
    return Arrangement(round(top), round(right), tuple(panels), style)
