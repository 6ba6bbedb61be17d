"""From a `Page` to pixels, whole or only what an edit touched.

The screen and the export are the same function at another scale. Tiles of the
chromosomes are kept, so that an edit costs only the two slots it touched.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from napari_karyo.inference.result import Classification
from napari_karyo.karyogram.chromosome_pictures import ChromosomePictures, to_crop
from napari_karyo.karyogram.layout import Layout
from napari_karyo.karyogram.lights import light_picture
from napari_karyo.karyogram.page import FOOTER, HEADER, PRINTED, Page, PageShape, Place
from napari_karyo.karyogram.raster import (
    FRAME_WIDTH,
    Canvas,
    blend,
    canvas_size,
    draw_frame,
    fill,
    film_ink,
    lay_ink,
    line_pixels,
    mark_mask,
    pixels,
    text_mask,
)
from napari_karyo.karyogram.style import Style
from napari_karyo.karyogram.tiles import (
    Tile,
    bright_crops,
    cell_greys,
    contrasted,
    draw_tile,
    overlay_tile,
)
from napari_karyo.karyotype.state import Appearance

__all__ = [
    "FRAME_WIDTH",
    "Canvas",
    "Composer",
    "Maps",
    "Overlay",
    "canvas_size",
    "line_pixels",
    "mark_mask",
    "pixels",
    "text_mask",
]

Overlay = NDArray[np.float32]
#: A map on the crop of each chromosome that has one.
Maps = Mapping[int, NDArray[np.float32]]

#: Tiles up to this many times the screen's scale are kept.
_KEPT: Final = 2
#: So many of them: each step of a slider that rotates makes another.
_MOST_KEPT: Final = 512

_Key = TypeVar("_Key", bound=Hashable)
_Kept = TypeVar("_Kept")


class Composer:
    """Draws the pages of one cell.

    Parameters
    ----------
    classification : Classification
        Of its chromosomes those that were photographed decide the magnification and the
        window of grey: pieces made later change nothing about the others.
    style : Style, optional
        Colours; those of the cell's stain where not given.
    shape : PageShape
        Of the pages.
    """

    def __init__(
        self,
        classification: Classification,
        style: Style | None = None,
        shape: PageShape = PRINTED,
    ) -> None:
        self.cell, self.uprights = classification.cell, classification.uprights
        self.pictures = ChromosomePictures(self.uprights)
        self._photographed = classification.photographed
        self.lay_out(shape)
        self.style = style or Style.of(self.cell.polarity)
        self._crops, self._window = cell_greys(self.cell, self.uprights, self._photographed)
        #: By number, turned, appearance and size in pixels.
        self._tiles: dict[tuple[int, bool, Appearance, int, int], Tile] = {}
        #: By number, turned, angle, straightened and size in pixels: the map, and drawn.
        self._overlays: dict[
            tuple[int, bool, float, bool, int, int], tuple[NDArray[np.float32], Overlay]
        ] = {}

    def lay_out(self, shape: PageShape) -> None:
        """Give the pages another shape from now on; what is drawn of chromosomes is kept."""
        self.layout = Layout.from_pictures(self.pictures, self._photographed, shape)

    def extend(self, classification: Classification) -> None:
        """Take in the chromosomes that were merged or split since; what is drawn is kept.

        Parameters
        ----------
        classification : Classification
            The same cell with further chromosomes at its end: `Classification.extended`.
        """
        known = len(self.uprights)
        self.cell, self.uprights = classification.cell, classification.uprights
        self._crops = bright_crops(self.cell, self._photographed)
        new = self.uprights[known:]
        self.pictures.extend(new)
        self.layout.extend((item.mask.shape[0], item.mask.shape[1]) for item in new)

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
        fill(canvas, self.style.paper)
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
            fill(canvas[pixels(page.regions[region], scale)], self.style.paper)
        self._draw(canvas[..., :3], page, scale, regions)

    def _draw(
        self, canvas: Canvas, page: Page, scale: float, regions: Collection[str] | None
    ) -> None:
        film = page.film
        if film is not None and (regions is None or film.region in regions):
            under = canvas[pixels(film.box, scale)]
            ink = film_ink(film, (under.shape[0], under.shape[1]))
            lay_ink(under, ink, self.style.white_paper)
        for place in page.places.values():
            if regions is None or place.slot in regions:
                self._draw_chromosome(canvas, place, scale)
        for line in page.lines:
            if regions is None or line.region in regions:
                canvas[line_pixels(line, scale)] = self.style.colour(line.role)
        for mark in page.marks:
            if regions is None or mark.region in regions:
                blend(canvas, *mark_mask(mark, scale), self.style.colour(mark.role))
        for text in page.texts:
            if regions is None or text.region in regions:
                blend(canvas, *text_mask(text, scale), self.style.colour(text.role))
        for frame in page.frames:
            if regions is None or frame.region in regions:
                draw_frame(canvas, frame, page.regions[frame.region], scale)
        # Over the frames, which would cut the sign of the very one that is selected.
        for light in page.lights:
            if regions is None or light.region in regions:
                colour, cover = light_picture(light.kind, scale, self.style.white_paper)
                size = len(cover)
                top, left = round(light.y * scale) - size // 2, round(light.x * scale) - size // 2
                part = canvas[top : top + size, left : left + size]
                part[:] = np.rint(part * (1 - cover) + colour).astype(np.uint8)

    def _draw_chromosome(self, canvas: Canvas, place: Place, scale: float) -> None:
        rows, columns = pixels(place.box, scale)
        tile = self.tile(place, (rows.stop - rows.start, columns.stop - columns.start))
        lay_ink(canvas[rows, columns], tile.ink, self.style.white_paper)

    def tile(self, place: Place, size: tuple[int, int]) -> Tile:
        """Return a chromosome's picture at a size in pixels, kept for the next time."""
        appearance = place.appearance
        key = (place.index, place.turned, appearance, *size)
        tile = self._tiles.get(key)
        if tile is not None:
            return tile
        if (appearance.low, appearance.high) != (0.0, 1.0):
            # A contrast is cheap on the tile that has none.
            plain = replace(place, appearance=replace(appearance, low=0.0, high=1.0))
            tile = contrasted(self.tile(plain, size), appearance.low, appearance.high)
        else:
            item = self.pictures.item(place.index, appearance.straightened)
            crop = self._crops[place.index]
            tile = draw_tile(item, crop, self._window, size, place.turned, appearance.angle)
        # A print is drawn once, and its tiles would fill the memory.
        if size[0] <= _KEPT * place.box.height:
            _keep(self._tiles, key, tile)
        return tile

    def to_crop(self, place: Place, y: float, x: float) -> tuple[float, float]:
        """Return the row and column in the original crop of a point on the page.

        Parameters
        ----------
        place : Place
            The chromosome at that point: as it is turned, rotated and straightened.
        y, x : float
            In page units. A point beyond the place's box lies outside the chromosome's
            picture, in the direction in which its rim goes on.
        """
        item = self.pictures.item(place.index, place.appearance.straightened)
        box = place.box
        down, right = (y - box.top) / box.height, (x - box.left) / box.width
        return to_crop(item, place.turned, place.appearance.angle, down, right)

    # -- maps over it ---------------------------------------------------------------

    def compose_overlay(self, page: Page, maps: Maps, scale: float = 1.0) -> Overlay:
        """Draw maps of the crops, such as saliency, where their chromosomes stand.

        Parameters
        ----------
        page : Page
        maps : mapping of int to ndarray
            Of each chromosome that has one, a map on its original crop.
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
            values = maps.get(place.index)
            if values is None:
                continue
            where = pixels(place.box, scale)
            drawn = self._overlay(place, values, canvas[where].shape)
            canvas[where] = np.maximum(canvas[where], drawn)

    def _overlay(
        self, place: Place, values: NDArray[np.float32], size: tuple[int, ...]
    ) -> NDArray[np.float32]:
        angle, straightened = place.appearance.angle, place.appearance.straightened
        key = (place.index, place.turned, angle, straightened, size[0], size[1])
        kept = self._overlays.get(key)
        # Another class chosen gives another map of the same chromosome.
        if kept is None or kept[0] is not values:
            item = self.pictures.item(place.index, straightened)
            drawn = overlay_tile(item, values, (size[0], size[1]), place.turned, angle)
            kept = (values, drawn)
            _keep(self._overlays, key, kept)
        return kept[1]


def _keep(kept: dict[_Key, _Kept], key: _Key, value: _Kept) -> None:
    """Keep a value, and forget the oldest where there are too many."""
    kept.pop(key, None)
    kept[key] = value
    if len(kept) > _MOST_KEPT:
        del kept[next(iter(kept))]
