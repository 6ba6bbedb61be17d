"""What a karyogram page is made of: boxes, slots, places, texts, lines and marks.

All coordinates are page units, origin top left, (y, x). The printed page is A4 landscape,
six units to the millimetre, so that one unit is one pixel on the screen and a print
only multiplies; on the screen it may have another shape. Whatever is drawn is held here
as a primitive with its place; a picture, an SVG or a PDF of the page say the same things
in other words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from napari_karyo.classes import PAGE_ROWS
from napari_karyo.inference.confidence import Light
from napari_karyo.karyotype.state import PLAIN, Appearance
from napari_karyo.lettering import Align

#: Page units to the millimetre; the page is A4, landscape.
UNITS_PER_MM: Final = 6
PAGE_HEIGHT: Final = 210 * UNITS_PER_MM
PAGE_WIDTH: Final = 297 * UNITS_PER_MM
#: Dots an inch at which one page unit is one pixel: what the screen shows.
SCREEN_DPI: Final = 25.4 * UNITS_PER_MM

#: Regions of the page beside the slots: what never changes, and the two bands of text.
FRAME: Final = "frame"
HEADER: Final = "header"
FOOTER: Final = "footer"
#: The photograph of the spread, on pages that show it.
SPREAD: Final = "spread"

#: Rows of a page, each of blocks: a group's letter and its classes.
Rows = tuple[tuple[tuple[str, tuple[str, ...]], ...], ...]
Role = Literal["ink", "faint", "accent"]


@dataclass(frozen=True)
class PageShape:
    """How large a page is, and which classes stand in which of its rows.

    Attributes
    ----------
    height, width : int
        In page units.
    rows : tuple
        As `PAGE_ROWS`: each a tuple of blocks, a group's letter and its classes.
    """

    height: int
    width: int
    rows: Rows


#: What is exported and printed.
PRINTED: Final = PageShape(PAGE_HEIGHT, PAGE_WIDTH, PAGE_ROWS)


@dataclass(frozen=True)
class Box:
    """An upright rectangle in page units."""

    top: float
    left: float
    height: float
    width: float

    @property
    def bottom(self) -> float:
        """The first row below the box."""
        return self.top + self.height

    @property
    def right(self) -> float:
        """The first column to the right of the box."""
        return self.left + self.width

    @property
    def center(self) -> tuple[float, float]:
        """The middle, (y, x)."""
        return self.top + self.height / 2, self.left + self.width / 2

    def moved(self, down: float, right: float = 0.0) -> Box:
        """Return the same box elsewhere."""
        return Box(self.top + down, self.left + right, self.height, self.width)

    def contains(self, y: float, x: float) -> bool:
        """Tell whether a point lies in the box."""
        return self.top <= y < self.bottom and self.left <= x < self.right


@dataclass(frozen=True)
class Slot:
    """The place of one class, of the markers, or the tray.

    Attributes
    ----------
    name : str
        The class, ``MARKERS`` or ``TRAY``.
    box : Box
        All of the slot, label included: where a chromosome can be dropped.
    inner : Box
        Where the chromosomes stand.
    line : tuple of float
        The line that they stand on: y, first x, last x.
    label : tuple of float
        Baseline and middle of the slot's number: y, x.
    """

    name: str
    box: Box
    inner: Box
    line: tuple[float, float, float]
    label: tuple[float, float]


@dataclass(frozen=True)
class Place:
    """Where one chromosome's picture is drawn, and how.

    Attributes
    ----------
    index : int
        The chromosome's number in its cell.
    slot : str
    box : Box
        Where the whole picture, background included, is drawn. Of a rotated chromosome
        it holds what was rotated, of a straightened one the straightened picture.
    turned : bool
        Whether it is rotated by 180 degrees, beyond what its appearance says.
    reduction : float
        1 where it is drawn at the page's own magnification, less where it had to be
        made smaller to fit.
    appearance : Appearance
        How far it is rotated, whether it is straightened, and its contrast.
    """

    index: int
    slot: str
    box: Box
    turned: bool
    reduction: float = 1.0
    appearance: Appearance = PLAIN


@dataclass(frozen=True)
class Text:
    """One line of text; `y` is its baseline, `x` its left, middle or right."""

    string: str
    y: float
    x: float
    size: float
    align: Align = "left"
    role: Role = "ink"
    region: str = FRAME


@dataclass(frozen=True)
class Rule:
    """A straight horizontal or vertical line."""

    y0: float
    x0: float
    y1: float
    x1: float
    thickness: float = 2.0
    role: Role = "ink"
    region: str = FRAME


@dataclass(frozen=True)
class Mark:
    """A filled polygon, such as the triangle of a chromosome corrected by hand."""

    points: tuple[tuple[float, float], ...]
    role: Role = "accent"
    region: str = FRAME


@dataclass(frozen=True, eq=False)
class Film:
    """A photograph as ink on the page's paper, as its chromosomes are drawn.

    Attributes
    ----------
    box : Box
        Where all of it is drawn.
    ink : ndarray, shape (height, width), uint8
        How strong the stain is, 0 for the paper, in pixels of the photograph.
    """

    box: Box
    ink: NDArray[np.uint8]
    region: str = SPREAD


@dataclass(frozen=True)
class LightMark:
    """The confidence light of a chromosome, its middle at (y, x)."""

    kind: Light
    y: float
    x: float
    region: str


@dataclass(frozen=True)
class SelectionFrame:
    """A frame around the selected chromosome, or the slot over which one is carried."""

    kind: Literal["selected", "target"]
    box: Box
    region: str


def triangle(y: float, x: float, size: float, region: str) -> Mark:
    """Return a triangle that points up, its middle at (y, x)."""
    half = size / 2
    return Mark(((y - half, x), (y + half, x + half), (y + half, x - half)), "accent", region)


@dataclass(frozen=True)
class Page:
    """A whole karyogram, ready to be drawn.

    Attributes
    ----------
    height, width : int
        In page units.
    slots : mapping of str to Slot
        The 24 classes, the markers and the tray.
    places : mapping of int to Place
        By the chromosome's number in its cell, in drawing order.
    regions : mapping of str to Box
        The part of the page that each region (a slot, the header, the footer) has
        for itself alone: redrawing it touches nothing else.
    texts, lines, marks : tuple
        All else that is drawn, over the chromosomes.
    lights : tuple of LightMark
        Over everything, one a chromosome, where they were asked for.
    frames : tuple of SelectionFrame
        Over everything too; on the screen alone.
    magnification : float
        Page units to a pixel of the crops.
    film : Film or None
        The photograph of the spread, below all else.
    """

    height: int
    width: int
    slots: Mapping[str, Slot]
    places: Mapping[int, Place]
    regions: Mapping[str, Box]
    texts: tuple[Text, ...] = ()
    lines: tuple[Rule, ...] = ()
    marks: tuple[Mark, ...] = ()
    lights: tuple[LightMark, ...] = ()
    frames: tuple[SelectionFrame, ...] = ()
    magnification: float = 1.0
    film: Film | None = None

    @property
    def is_upright(self) -> bool:
        """Whether it is higher than wide: with its spread it is A4 upright, else across."""
        return self.height > self.width

    def slot_at(self, y: float, x: float) -> str | None:
        """Return the slot under a point, or None between the slots."""
        for name, slot in self.slots.items():
            if slot.box.contains(y, x):
                return name
        return None

    def chromosome_at(self, y: float, x: float) -> int | None:
        """Return the chromosome under a point, or None.

        Where two boxes overlap in their background, the nearer middle line wins.
        """
        here = [place for place in self.places.values() if place.box.contains(y, x)]
        if not here:
            return None
        return min(here, key=lambda place: abs(place.box.center[1] - x)).index

    def position_in(self, slot: str, x: float) -> int:
        """Return how many chromosomes of a slot stand to the left of `x`."""
        return sum(place.slot == slot and place.box.center[1] < x for place in self.places.values())
