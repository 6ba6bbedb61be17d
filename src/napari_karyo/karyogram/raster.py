"""The primitives of a page to pixels."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from napari_karyo.karyogram.page import Box, Film, Mark, Page, Rule, SelectionFrame, Text
from napari_karyo.karyogram.style import FRAME_COLOURS, Colour
from napari_karyo.lettering import line_mask

Canvas = NDArray[np.uint8]

#: Polygons are drawn this many times larger and averaged, for smooth edges.
_SMOOTH: Final = 4
#: In page units.
FRAME_WIDTH: Final = 5.0


def canvas_size(page: Page, scale: float) -> tuple[int, int]:
    """Return height and width in pixels of a page at a scale."""
    return max(1, round(page.height * scale)), max(1, round(page.width * scale))


def pixels(box: Box, scale: float) -> tuple[slice, slice]:
    """Return the rows and columns of a box at a scale."""
    top, left = round(box.top * scale), round(box.left * scale)
    bottom, right = round(box.bottom * scale), round(box.right * scale)
    return slice(top, max(bottom, top + 1)), slice(left, max(right, left + 1))


def line_pixels(line: Rule, scale: float) -> tuple[slice, slice]:
    """Return the pixels of a line: at least one thick, at any scale."""
    thick = max(1, round(line.thickness * scale))
    top, left = round(line.y0 * scale), round(line.x0 * scale)
    return (
        slice(top, max(top + thick, round(line.y1 * scale))),
        slice(left, max(left + thick, round(line.x1 * scale))),
    )


def text_mask(text: Text, scale: float) -> tuple[int, int, NDArray[np.float32]]:
    """Return a text as first row, first column and its letters, 0 to 1."""
    top, left, cover = line_mask(
        text.string, text.x * scale, text.y * scale, text.size * scale, text.align
    )
    return top, left, cover.astype(np.float32) / 255.0


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


def film_ink(film: Film, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a film at a height and width in pixels; where it gets fewer, each is a mean."""
    large = Image.fromarray(film.ink).resize((size[1], size[0]), Image.Resampling.BICUBIC)
    return np.asarray(large)


def lay_ink(under: Canvas, ink: NDArray[np.uint8], white_paper: bool) -> None:
    """Lay ink over a part of the canvas.

    As with light through two films, the stronger stain shows: whatever lies beside a
    chromosome on its crop can never hide a part of its neighbour.
    """
    if white_paper:
        np.minimum(under, 255 - ink[..., None], out=under)
    else:
        np.maximum(under, ink[..., None], out=under)


def draw_frame(canvas: Canvas, frame: SelectionFrame, region: Box, scale: float) -> None:
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


def fill(canvas: Canvas, colour: Colour) -> None:
    """Fill with one colour: a grey, as paper is, and all of a pixel at once are fast."""
    if canvas.shape[-1] == 4:
        canvas.view(np.uint32)[:] = np.array((*colour, 255), np.uint8).view(np.uint32)
    else:
        canvas[:] = colour[0] if len(set(colour)) == 1 else colour


def blend(canvas: Canvas, top: int, left: int, cover: NDArray[np.float32], colour: Colour) -> None:
    """Lay a colour over the canvas as far as `cover` says."""
    height, width = cover.shape
    # A text in an outer margin may hang over the edge of the page.
    part = canvas[max(0, top) : top + height, max(0, left) : left + width]
    first_row, first_column = max(0, -top), max(0, -left)
    over = cover[first_row:, first_column:, None][: part.shape[0], : part.shape[1]]
    part[:] = np.rint(part + (np.array(colour, np.float32) - part) * over).astype(np.uint8)
