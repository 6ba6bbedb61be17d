"""Sheets of paper, and how a karyogram's page is laid on one.

A printer cannot reach the edge of the sheet, and each leaves another strip white. What
is drawn is therefore scaled until it stays `Paper.margin` away from every edge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from napari_karyo.karyogram.page import Box, Page
from napari_karyo.lettering import left_of, shipped, text_width

#: Points, the unit of PDF and of letters, to the millimetre.
POINTS_PER_MM: Final = 72 / 25.4


@dataclass(frozen=True)
class Paper:
    """A sheet of paper, lying one way.

    Attributes
    ----------
    name : str
    width_mm, height_mm : float
    margin_mm : float
        Kept free at every edge.
    """

    name: str
    width_mm: float
    height_mm: float
    margin_mm: float = 10.0

    @property
    def landscape(self) -> Paper:
        """The same sheet, its long edge across."""
        long, short = sorted((self.width_mm, self.height_mm), reverse=True)
        return replace(self, width_mm=long, height_mm=short)

    @property
    def portrait(self) -> Paper:
        """The same sheet, its long edge upright."""
        short, long = sorted((self.width_mm, self.height_mm))
        return replace(self, width_mm=short, height_mm=long)

    def under(self, page: Page) -> Paper:
        """Return the same sheet, lying as a page does."""
        return self.portrait if page.is_upright else self.landscape

    @property
    def width(self) -> float:
        """In points."""
        return self.width_mm * POINTS_PER_MM

    @property
    def height(self) -> float:
        """In points."""
        return self.height_mm * POINTS_PER_MM

    @property
    def inner(self) -> Box:
        """What lies within the margins, in points."""
        margin = self.margin_mm * POINTS_PER_MM
        return Box(margin, margin, self.height - 2 * margin, self.width - 2 * margin)


A4: Final = Paper("A4", 210.0, 297.0)
LETTER: Final = Paper("Letter", 215.9, 279.4)
#: What a person chooses, in small letters. A picture on A4 keeps the screen's own edges.
PAPERS: Final[dict[str, Paper | None]] = {"a4": None, "letter": LETTER}


@dataclass(frozen=True)
class Fit:
    """Where page units come to lie on paper: ``left + scale * x``, in points.

    Attributes
    ----------
    scale : float
        Points to a page unit.
    top, left : float
        Where the page's own origin comes to lie. It may be off the paper: what a page
        has around its content is not needed there.
    """

    scale: float
    top: float
    left: float


def content_box(page: Page) -> Box:
    """Return the part of a page that anything is drawn on, in page units."""
    edges: list[tuple[float, float, float, float]] = []
    face = shipped()
    for place in page.places.values():
        edges.append((place.box.top, place.box.left, place.box.bottom, place.box.right))
    if page.film is not None:
        box = page.film.box
        edges.append((box.top, box.left, box.bottom, box.right))
    for line in page.lines:
        edges.append((line.y0, line.x0, line.y1 + line.thickness, line.x1 + line.thickness))
    for mark in page.marks:
        ys, xs = zip(*mark.points, strict=True)
        edges.append((min(ys), min(xs), max(ys), max(xs)))
    for text in page.texts:
        wide = text_width(text.string, text.size)
        left = left_of(text.x, wide, text.align)
        # As high as a line, not as these letters: all cells of a patient get one size.
        edges.append(
            (
                text.y - face.ascent * text.size,
                left,
                text.y + face.descent * text.size,
                left + wide,
            )
        )
    if not edges:
        return Box(0.0, 0.0, page.height, page.width)
    top, left = min(edge[0] for edge in edges), min(edge[1] for edge in edges)
    bottom, right = max(edge[2] for edge in edges), max(edge[3] for edge in edges)
    return Box(top, left, bottom - top, right - left)


def fit_page(page: Page, room: Box) -> Fit:
    """Lay a page's content into a box on paper, as large as it goes, in its middle.

    Parameters
    ----------
    page : Page
    room : Box
        In points, such as `Paper.inner`.

    Returns
    -------
    Fit
    """
    content = content_box(page)
    scale = min(room.width / content.width, room.height / content.height)
    return Fit(
        scale,
        room.top + (room.height - scale * content.height) / 2 - scale * content.top,
        room.left + (room.width - scale * content.width) / 2 - scale * content.left,
    )
