"""From a `Page` to pixels, whole or only what an edit touched.

The screen and the export are the same function at another scale. Tiles of the
chromosomes are kept, so that an edit costs only the two slots it touched.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from napari_karyo.cell import Cell
from napari_karyo.karyogram.lamps import lamp_picture
from napari_karyo.karyogram.layout import Layout
from napari_karyo.karyogram.lettering import font
from napari_karyo.karyogram.page import FOOTER, HEADER, Box, Frame, Line, Mark, Page, Place, Text
from napari_karyo.karyogram.style import FRAME_COLOURS, Colour, Style
from napari_karyo.karyogram.tiles import (
    Tile,
    bright_crops,
    cell_window,
    draw_tile,
    overlay_tile,
)
from napari_karyo.preprocessing.upright import Upright

Canvas = NDArray[np.uint8]
Overlay = NDArray[np.float32]
Maps = Sequence[NDArray[np.float32] | None] | Mapping[int, NDArray[np.float32]]

#: Polygons are drawn this many times larger and averaged, for smooth edges.
_SMOOTH: Final = 4
#: In page units.
FRAME_WIDTH: Final = 5.0
#: Tiles up to this many times the screen's scale are kept.
_KEPT: Final = 2


class Pictures(Protocol):
    """What is drawn: a cell and its upright pictures. `Classification` is one."""

    @property
    def cell(self) -> Cell:
        """The cell, with only the chromosomes that could be prepared."""
        ...

    @property
    def uprights(self) -> Sequence[Upright]:
        """One upright picture a chromosome, in the cell's order."""
        ...


class Composer:
    """Draws the pages of one cell.

    Parameters
    ----------
    pictures : Pictures
        A `Classification`, or anything with a cell and its upright pictures.
    layout : Layout, optional
        Made from the upright pictures where it is not given.
    style : Style, optional
        Colours; those of the cell's stain where not given.
    """

    def __init__(
        self, pictures: Pictures, layout: Layout | None = None, style: Style | None = None
    ) -> None:
        self.cell = pictures.cell
        self.uprights = tuple(pictures.uprights)
        self.layout = layout or Layout.from_uprights(self.uprights)
        self.style = style or Style.of(self.cell.polarity)
        self._crops = bright_crops(self.cell)
        self._window = cell_window(self._crops, self.uprights)
        self._tiles: dict[tuple[int, bool, int, int], Tile] = {}
        self._overlays: dict[
            tuple[int, bool, int, int], tuple[NDArray[np.float32], NDArray[np.float32]]
        ] = {}

    # -- the picture ----------------------------------------------------------------

    def compose(self, page: Page, scale: float = 1.0) -> Canvas:
        """Draw a whole page.

        Parameters
        ----------
        page : Page
            From this composer's `layout`.
        scale : float
            Pixels to a page unit: 1 for the screen.

        Returns
        -------
        ndarray, shape (height, width, 3), uint8
            Red, green, blue.
        """
        canvas = np.empty((*canvas_size(page, scale), 3), np.uint8)
        _fill(canvas, self.style.paper)
        self._draw(canvas, page, scale, None)
        return canvas

    def compose_screen(self, page: Page) -> Canvas:
        """Draw a whole page for the screen, whose textures have four values a pixel.

        Returns
        -------
        ndarray, shape (height, width, 4), uint8
            What `compose` gives at scale 1, and an alpha of 255.
        """
        canvas = np.full((*canvas_size(page, 1.0), 4), 255, np.uint8)
        canvas[..., :3] = self.compose(page)
        return canvas

    def update(
        self, canvas: Canvas, page: Page, touched: Iterable[str], scale: float = 1.0
    ) -> None:
        """Redraw in place the slots that an edit touched, the header and the footer.

        The canvas is then what `compose` would draw, pixel for pixel.

        Parameters
        ----------
        canvas : ndarray
            From `compose` of the same composer, at the same scale, or `compose_screen`.
        page : Page
            The page after the edit.
        touched : iterable of str
            Slots whose content changed: `Change.touched`.
        scale : float
            The canvas's scale.
        """
        self.update_regions(canvas, page, {*touched, HEADER, FOOTER}, scale)

    def update_regions(
        self, canvas: Canvas, page: Page, regions: Collection[str], scale: float = 1.0
    ) -> None:
        """Redraw in place some regions of the page and nothing else, as `update` does."""
        for region in regions:
            _fill(canvas[pixels(page.regions[region], scale)], self.style.paper)
        self._draw(canvas[..., :3], page, scale, regions)

    def _draw(
        self, canvas: Canvas, page: Page, scale: float, regions: Collection[str] | None
    ) -> None:
        for place in page.places.values():
            if regions is None or place.slot in regions:
                self._draw_chromosome(canvas, place, scale)
        for line in page.lines:
            if regions is None or line.region in regions:
                canvas[line_pixels(line, scale)] = self.style.colour(line.role)
        for mark in page.marks:
            if regions is None or mark.region in regions:
                _blend(canvas, *mark_mask(mark, scale), self.style.colour(mark.role))
        for text in page.texts:
            if regions is None or text.region in regions:
                _blend(canvas, *text_mask(text, scale), self.style.colour(text.role))
        for frame in page.frames:
            if regions is None or frame.region in regions:
                _draw_frame(canvas, frame, page.regions[frame.region], scale)
        # Over the frames, which would cut the sign of the very one that is in hand.
        for lamp in page.lamps:
            if regions is None or lamp.region in regions:
                colour, cover = lamp_picture(lamp.kind, scale, self.style.white_paper)
                size = len(cover)
                top, left = round(lamp.y * scale) - size // 2, round(lamp.x * scale) - size // 2
                part = canvas[top : top + size, left : left + size]
                part[:] = np.rint(part * (1 - cover) + colour).astype(np.uint8)

    def _draw_chromosome(self, canvas: Canvas, place: Place, scale: float) -> None:
        rows, columns = pixels(place.box, scale)
        tile = self.tile(place, (rows.stop - rows.start, columns.stop - columns.start))
        # As with light through two films, the stronger stain shows: whatever lies
        # beside a chromosome on its crop can never hide a part of its neighbour.
        under = canvas[rows, columns]
        if self.style.white_paper:
            np.minimum(under, 255 - tile.ink[..., None], out=under)
        else:
            np.maximum(under, tile.ink[..., None], out=under)

    def tile(self, place: Place, size: tuple[int, int]) -> Tile:
        """Return a chromosome's picture at a size in pixels, kept for the next time."""
        key = (place.index, place.turned, *size)
        tile = self._tiles.get(key)
        if tile is None:
            item = self.uprights[place.index]
            tile = draw_tile(item, self._crops[place.index], self._window, size, place.turned)
            # A print is drawn once, and its tiles would fill the memory.
            if size[0] <= _KEPT * place.box.height:
                self._tiles[key] = tile
        return tile

    # -- maps over it ---------------------------------------------------------------

    def compose_overlay(self, page: Page, maps: Maps, scale: float = 1.0) -> Overlay:
        """Draw maps of the crops, such as saliency, where their chromosomes stand.

        Parameters
        ----------
        page : Page
        maps : sequence or mapping of int to ndarray
            Per chromosome, a map on its original crop; None where there is none.
        scale : float
            Pixels to a page unit.

        Returns
        -------
        ndarray, shape (height, width), float32
            0 where no chromosome stands. It fits `compose` at the same scale.
        """
        canvas = np.zeros(canvas_size(page, scale), np.float32)
        self._draw_overlay(canvas, page, maps, scale, None)
        return canvas

    def update_overlay(
        self, canvas: Overlay, page: Page, maps: Maps, touched: Iterable[str], scale: float = 1.0
    ) -> None:
        """Redraw in place the maps of the slots that an edit touched."""
        regions = set(touched)
        for region in regions:
            canvas[pixels(page.regions[region], scale)] = 0.0
        self._draw_overlay(canvas, page, maps, scale, regions)

    def _draw_overlay(
        self,
        canvas: Overlay,
        page: Page,
        maps: Maps,
        scale: float,
        regions: Collection[str] | None,
    ) -> None:
        for place in page.places.values():
            if regions is not None and place.slot not in regions:
                continue
            values = maps.get(place.index) if isinstance(maps, Mapping) else maps[place.index]
            if values is None:
                continue
            where = pixels(place.box, scale)
            drawn = self._overlay(place, values, canvas[where].shape)
            canvas[where] = np.maximum(canvas[where], drawn)

    def _overlay(
        self, place: Place, values: NDArray[np.float32], size: tuple[int, ...]
    ) -> NDArray[np.float32]:
        key = (place.index, place.turned, size[0], size[1])
        kept = self._overlays.get(key)
        # Another class chosen gives another map of the same chromosome.
        if kept is None or kept[0] is not values:
            drawn = overlay_tile(
                self.uprights[place.index], values, (size[0], size[1]), place.turned
            )
            self._overlays[key] = kept = (values, drawn)
        return kept[1]


# -- primitives to pixels -----------------------------------------------------------


def canvas_size(page: Page, scale: float) -> tuple[int, int]:
    """Return height and width in pixels of a page at a scale."""
    return max(1, round(page.height * scale)), max(1, round(page.width * scale))


def pixels(box: Box, scale: float) -> tuple[slice, slice]:
    """Return the rows and columns of a box at a scale."""
    top, left = round(box.top * scale), round(box.left * scale)
    bottom, right = round(box.bottom * scale), round(box.right * scale)
    return slice(top, max(bottom, top + 1)), slice(left, max(right, left + 1))


def line_pixels(line: Line, scale: float) -> tuple[slice, slice]:
    """Return the pixels of a line: at least one thick, at any scale."""
    thick = max(1, round(line.thickness * scale))
    top, left = round(line.y0 * scale), round(line.x0 * scale)
    return (
        slice(top, max(top + thick, round(line.y1 * scale))),
        slice(left, max(left + thick, round(line.x1 * scale))),
    )


@lru_cache(maxsize=512)
def text_mask(text: Text, scale: float) -> tuple[int, int, NDArray[np.float32]]:
    """Return a text as first row, first column and its letters, 0 to 1."""
    face = font(text.size * scale)
    anchor = {"left": "ls", "middle": "ms", "right": "rs"}[text.align]
    y, x = round(text.y * scale), round(text.x * scale)
    left, top, right, bottom = face.getbbox(text.string, anchor=anchor)
    left, top = math.floor(left) - 1, math.floor(top) - 1
    width, height = math.ceil(right) + 1 - left, math.ceil(bottom) + 1 - top
    picture = Image.new("L", (max(1, width), max(1, height)), 0)
    ImageDraw.Draw(picture).text((-left, -top), text.string, fill=255, font=face, anchor=anchor)
    return y + top, x + left, np.asarray(picture, np.float32) / 255.0


@lru_cache(maxsize=512)
def mark_mask(mark: Mark, scale: float) -> tuple[int, int, NDArray[np.float32]]:
    """Return a polygon as first row, first column and its smooth-edged area, 0 to 1."""
    points = np.array(mark.points) * scale
    top, left = (math.floor(value) for value in points.min(axis=0))
    bottom, right = (math.ceil(value) + 1 for value in points.max(axis=0))
    size = ((right - left) * _SMOOTH, (bottom - top) * _SMOOTH)
    picture = Image.new("L", size, 0)
    large = [((x - left) * _SMOOTH, (y - top) * _SMOOTH) for y, x in points]
    ImageDraw.Draw(picture).polygon(large, fill=255)
    smooth = picture.reduce(_SMOOTH)
    return top, left, np.asarray(smooth, np.float32) / 255.0


def _draw_frame(canvas: Canvas, frame: Frame, region: Box, scale: float) -> None:
    """Draw the sides of a frame, around its box as far as its region reaches."""
    half = FRAME_WIDTH / 2
    top, left = max(frame.box.top - half, region.top), max(frame.box.left - half, region.left)
    bottom = min(frame.box.bottom + half, region.bottom)
    right = min(frame.box.right + half, region.right)
    for side in (
        Box(top, left, FRAME_WIDTH, right - left),
        Box(bottom - FRAME_WIDTH, left, FRAME_WIDTH, right - left),
        Box(top, left, bottom - top, FRAME_WIDTH),
        Box(top, right - FRAME_WIDTH, bottom - top, FRAME_WIDTH),
    ):
        canvas[pixels(side, scale)] = FRAME_COLOURS[frame.kind]


def _fill(canvas: Canvas, colour: Colour) -> None:
    """Fill with one colour: a grey, as paper is, and all of a pixel at once are fast."""
    if canvas.shape[-1] == 4:
        canvas.view(np.uint32)[:] = np.array((*colour, 255), np.uint8).view(np.uint32)
    else:
        canvas[:] = colour[0] if len(set(colour)) == 1 else colour


def _blend(canvas: Canvas, top: int, left: int, cover: NDArray[np.float32], colour: Colour) -> None:
    """Lay a colour over the canvas as far as `cover` says."""
    height, width = cover.shape
    # A text in an outer margin may hang over the edge of the page.
    part = canvas[max(0, top) : top + height, max(0, left) : left + width]
    first_row, first_column = max(0, -top), max(0, -left)
    over = cover[first_row:, first_column:, None][: part.shape[0], : part.shape[1]]
    part[:] = np.rint(part + (np.array(colour, np.float32) - part) * over).astype(np.uint8)
