"""Lines of text as pixels."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import uharfbuzz
from numpy.typing import NDArray
from PIL import Image

from napari_karyo.lettering.fitting import Align, left_of
from napari_karyo.lettering.line import set_line

#: Thin strokes cover little of a pixel and would look pale; they are made darker by this power.
_STRENGTH: Final = 0.8
#: Height of a capital letter, by the size.
_CAPITAL: Final = 0.698
_STRONGER: Final = (255 * (np.arange(256) / 255) ** _STRENGTH).round().astype(np.uint8)


@lru_cache(maxsize=1024)
def line_mask(
    string: str, x: float, y: float, size: float, align: Align = "left", bold: bool = False
) -> tuple[int, int, NDArray[np.uint8]]:
    """Return a line of text as pixels.

    Parameters
    ----------
    string : str
    x, y : float
        Where its left, middle or right and its baseline lie, in pixels.
    size : float
        In pixels.
    align : {"left", "middle", "right"}
    bold : bool

    Returns
    -------
    top, left : int
    cover : ndarray, shape (height, width), uint8
        How much of each pixel the letters cover. Of a text that draws nothing, an empty one.
    """
    line = set_line(string, bold)
    drawn = uharfbuzz.RasterDraw()
    begin = left_of(x, line.width * size, align)
    # Baselines on whole pixels: letters of one line look alike.
    baseline = round(y)
    for run in line.runs:
        scale = size / run.typeface.em
        for glyph in run.glyphs:
            right, up = begin + (run.left + glyph.x) * size, glyph.y * size
            drawn.transform = (scale, 0.0, 0.0, scale, right, up)
            drawn.draw_glyph(run.typeface.font, glyph.number)
    image = drawn.render()
    extents = image.extents
    rows = np.frombuffer(image.buffer, np.uint8).reshape(extents.height, extents.stride)
    cover = _STRONGER[rows[::-1, : extents.width]]
    cover.setflags(write=False)
    return baseline - extents.y_origin - extents.height, extents.x_origin, cover


def draw_text(
    image: Image.Image,
    place: tuple[float, float],
    string: str,
    size: float,
    fill: float | tuple[int, ...] | str,
    *,
    align: Align = "left",
    level: bool = False,
    bold: bool = False,
) -> None:
    """Write a line of text on a picture of Pillow's.

    Parameters
    ----------
    image : Image
    place : (float, float)
        x and y in pixels, of its left, middle or right and of its baseline.
    string : str
    size : float
        In pixels.
    fill : colour
        As Pillow takes it.
    align : {"left", "middle", "right"}
    level : bool
        Whether `place` says where the middle of a capital letter lies, not the baseline.
    bold : bool
    """
    x, y = place
    top, left, cover = line_mask(
        string, x, y + (_CAPITAL / 2 * size if level else 0.0), size, align, bold
    )
    if cover.size:
        image.paste(fill, (left, top), Image.fromarray(cover))
