"""The preview: one small picture over the page, of what the mouse is doing right now.

A chromosome that is carried, rotated or given another contrast is shown by it while the
mouse moves, and so is a line that is drawn. The page itself is drawn again once, when
the button is let go and the edit is made.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from napari_karyo.gui.canvas.host import PageHost
from napari_karyo.karyogram.compose import Composer, pixels
from napari_karyo.karyogram.page import Box, Place
from napari_karyo.karyotype import Appearance

if TYPE_CHECKING:
    from napari.layers import Layer

#: So much of a carried chromosome is seen, and of the slot below it.
_CARRIED: Final = 0.85
#: Pixels of a line's picture to a page unit, so that it is smooth where the page is magnified.
_FINE: Final = 2
#: Of a drawn line and of the rim that parts it from any grey, in page units.
_LINE, _RIM = 2.5, 5.0
_STRONG: Final = 4.5
_LINE_COLOUR: Final = (230, 0, 110, 255)
_RIM_COLOUR: Final = (255, 255, 255, 200)
_BRUSH_COLOUR: Final = (230, 0, 110, 90)
#: Pixels from which on a picture is none of one chromosome alone.
_LARGE: Final = 400_000

Point = tuple[float, float]


class DragPreview:
    """What lies over the page of a karyogram view while the mouse is at work."""

    def __init__(self, view: PageHost) -> None:
        self._view = view
        self._grip = (0.0, 0.0)

    @property
    def _layer(self) -> Layer:
        return self._view.layers["dragged"]

    @property
    def shown(self) -> bool:
        """Whether anything is shown."""
        return "dragged" in self._view.layers and bool(self._layer.visible)

    def lift(self, place: Place) -> None:
        """Show a chromosome that is carried from now on."""
        self._grip = place.box.height / 2, place.box.width / 2
        self._show(self._picture(place), place.box.top, place.box.left, opacity=_CARRIED)

    def carry(self, row: float, column: float) -> None:
        """Move it until its middle lies at a place on the page."""
        self._layer.translate = (row - self._grip[0], column - self._grip[1])

    def rotate(self, place: Place, by: float) -> None:
        """Show a chromosome rotated about the middle of its picture.

        Parameters
        ----------
        place : Place
            Where it stands before.
        by : float
            Degrees clockwise, beyond what it is rotated already.
        """
        layer = self._layer
        if not layer.visible:
            self._show(self._picture(place), place.box.top, place.box.left)
        # napari turns the other way round, about the middle of the first pixel.
        turn = math.radians(-by)
        cos, sin = math.cos(turn), math.sin(turn)
        height, width = layer.data.shape[:2]
        y, x = (height - 1) / 2, (width - 1) / 2
        middle = place.box.center
        layer.rotate = -by
        layer.translate = (
            middle[0] - 0.5 - (y * cos - x * sin),
            middle[1] - 0.5 - (y * sin + x * cos),
        )

    def show_appearance(self, place: Place, appearance: Appearance) -> None:
        """Show a chromosome where it stands, with another appearance."""
        picture = self._picture(replace(place, appearance=appearance))
        if self.shown:
            self._layer.data = picture
        else:
            self._show(picture, place.box.top, place.box.left)

    def draw_line(self, points: Sequence[Point], around: Box) -> None:
        """Show a line on the page; see `draw_lines`."""
        self.draw_lines([points], around)

    def draw_lines(
        self,
        lines: Sequence[Sequence[Point]],
        around: Box,
        brush: float = 0.0,
        strong: bool = False,
    ) -> None:
        """Show lines on the page, or beside it.

        Parameters
        ----------
        lines : sequence of sequences of (y, x)
            In page units.
        around : Box
            What is shown at least, so that the picture keeps its size while a line grows.
        brush : float
            Of a brush that draws them, its diameter in page units: what is below stays seen.
        strong : bool
            Whether they are drawn thicker, to be seen where much is shown small.
        """
        line, rim = (_STRONG, _STRONG + _RIM - _LINE) if strong else (_LINE, _RIM)
        if brush:
            line, rim = brush, brush + 2.0
        rows = [around.top, around.bottom, *(y for points in lines for y, _ in points)]
        columns = [around.left, around.right, *(x for points in lines for _, x in points)]
        top, left = math.floor(min(rows) - rim), math.floor(min(columns) - rim)
        height = math.ceil(max(rows) + rim) - top
        width = math.ceil(max(columns) + rim) - left
        # One that goes over a whole photograph is drawn no finer than it need be.
        fine = _FINE if height * width < _LARGE else 1
        picture = Image.new("RGBA", (width * fine, height * fine), (0, 0, 0, 0))
        draw = ImageDraw.Draw(picture)
        for thick, colour in ((rim, _RIM_COLOUR), (line, _BRUSH_COLOUR if brush else _LINE_COLOUR)):
            half = thick * fine / 2
            for points in lines:
                xy = [((x - left) * fine, (y - top) * fine) for y, x in points]
                if len(xy) > 1:
                    draw.line(xy, fill=colour, width=round(2 * half), joint="curve")
                for x, y in xy if brush else (xy[0], xy[-1]) if xy else ():
                    draw.ellipse((x - half, y - half, x + half, y + half), fill=colour)
        # The first pixel's middle lies half a pixel of this finer picture from its corner.
        corner = 0.5 - 0.5 / fine
        self._show(np.asarray(picture), top - corner, left - corner, scale=1 / fine)

    def vanish(self) -> None:
        """Show nothing any more."""
        if self.shown:
            self._layer.visible = False

    def _picture(self, place: Place) -> NDArray[np.uint8]:
        assert self._view.composer is not None
        return preview_picture(self._view.composer, place)

    def _show(
        self,
        picture: NDArray[np.uint8],
        top: float,
        left: float,
        scale: float = 1.0,
        opacity: float = 1.0,
    ) -> None:
        layer = self._layer
        layer.data = picture
        if layer.rotate[0][1] != 0.0:
            layer.rotate = 0.0
        layer.scale = (scale, scale)
        layer.translate = (top, left)
        layer.opacity = opacity
        layer.visible = True


def preview_picture(composer: Composer, place: Place) -> NDArray[np.uint8]:
    """Return a chromosome as it stands on the page, cut out.

    Returns
    -------
    ndarray, shape (height, width, 4), uint8
        Red, green, blue and alpha, one pixel a page unit.
    """
    rows, columns = pixels(place.box, 1.0)
    tile = composer.tile(place, (rows.stop - rows.start, columns.stop - columns.start))
    grey = 1.0 - tile.stain if composer.style.white_paper else tile.stain
    stacked = np.stack([grey, grey, grey, tile.cover], axis=-1)
    return np.rint(np.clip(stacked, 0.0, 1.0) * 255.0).astype(np.uint8)
