"""A karyogram's page in vectors, said to whatever draws it.

SVG and PDF know the same few things: `Drawing` names them, `draw_page` says a page in
them. All lengths are points, the origin is the sheet's top left corner, y goes down.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.page import Film, Page, Place
from napari_karyo.karyogram.raster import film_ink
from napari_karyo.karyogram.style import Colour
from napari_karyo.lettering import Align
from napari_karyo.output.paper import Fit

#: Chromosomes have at least so many pixels an inch of paper.
LEAST_DPI: Final = 300.0


class Drawing(Protocol):
    """A sheet of paper to draw on."""

    def rectangle(
        self, left: float, top: float, width: float, height: float, colour: Colour
    ) -> None:
        """Fill a rectangle."""
        ...

    def polygon(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        """Fill a polygon; its points are (x, y)."""
        ...

    def text(
        self,
        string: str,
        x: float,
        y: float,
        size: float,
        colour: Colour,
        bold: bool = False,
        align: Align = "left",
    ) -> None:
        """Write one line; `y` is its baseline, `x` its left, middle or right."""
        ...

    def picture(
        self, pixels: NDArray[np.uint8], left: float, top: float, width: float, height: float
    ) -> None:
        """Lay a picture over what is there; pixels are grey and alpha, (height, width, 2)."""
        ...


def draw_page(drawing: Drawing, composer: Composer, page: Page, fit: Fit) -> None:
    """Draw all that a print shows of a page: no lights and no frames.

    Parameters
    ----------
    drawing : Drawing
    composer : Composer
        Of the cell that the page is of.
    page : Page
    fit : Fit
        Where the page lies on the sheet.
    """
    scale, style = fit.scale, composer.style

    def at(y: float, x: float) -> tuple[float, float]:
        return fit.left + scale * x, fit.top + scale * y

    if page.film is not None:
        box = page.film.box
        left, top = at(box.top, box.left)
        film = film_pixels(composer, page.film, scale)
        drawing.picture(film, left, top, scale * box.width, scale * box.height)
    for place in page.places.values():
        left, top = at(place.box.top, place.box.left)
        drawing.picture(
            chromosome_pixels(composer, page, place, scale),
            left,
            top,
            scale * place.box.width,
            scale * place.box.height,
        )
    for line in page.lines:
        left, top = at(line.y0, line.x0)
        drawing.rectangle(
            left,
            top,
            scale * max(line.thickness, line.x1 - line.x0),
            scale * max(line.thickness, line.y1 - line.y0),
            style.colour(line.role),
        )
    for mark in page.marks:
        drawing.polygon([at(y, x) for y, x in mark.points], style.colour(mark.role))
    for text in page.texts:
        x, y = at(text.y, text.x)
        colour = style.colour(text.role)
        drawing.text(text.string, x, y, scale * text.size, colour, align=text.align)


def chromosome_pixels(
    composer: Composer, page: Page, place: Place, scale: float
) -> NDArray[np.uint8]:
    """Return a chromosome as a film: ink as strong as its stain, clear elsewhere.

    Black ink on white paper, white on black. A film over paper gives what the page of
    pixels shows, to the grey value, and it can't hide its neighbour's edge as a picture
    that covers the whole outline would.

    Parameters
    ----------
    composer : Composer
    page : Page
    place : Place
        Of this page.
    scale : float
        Points to a page unit.

    Returns
    -------
    ndarray, shape (height, width, 2), uint8
        Grey and alpha, with at least 300 pixels an inch and as many as the crop has.
    """
    # Boxes are whole page units: half of one more, so that no row of the crop is lost.
    own = 1 / (page.magnification * place.reduction)
    wanted = LEAST_DPI / 72 * scale
    size = (
        math.ceil(max(wanted * place.box.height, own * (place.box.height + 0.5))),
        math.ceil(max(wanted * place.box.width, own * (place.box.width + 0.5))),
    )
    return _as_film(composer, composer.tile(place, size).ink)


def film_pixels(composer: Composer, film: Film, scale: float) -> NDArray[np.uint8]:
    """Return the photograph of a spread as `chromosome_pixels` returns a chromosome."""
    wanted = LEAST_DPI / 72 * scale
    height, width = film.ink.shape
    size = (
        max(math.ceil(wanted * film.box.height), height),
        max(math.ceil(wanted * film.box.width), width),
    )
    return _as_film(composer, film_ink(film, size))


def _as_film(composer: Composer, ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    film = np.empty((*ink.shape, 2), np.uint8)
    film[..., 0] = 0 if composer.style.white_paper else 255
    film[..., 1] = ink
    return film
