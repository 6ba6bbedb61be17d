"""Two chromosomes side by side at one scale: crop and straightened crop of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.karyogram.style import Style
from napari_karyo.karyogram.tiles import cell_greys, draw_tile
from napari_karyo.lettering import clean, draw_text, fit
from napari_karyo.preprocessing.straighten import try_straighten
from napari_karyo.preprocessing.upright import Upright

#: The line of text over each and the room between, by the letters' size.
_HEAD, _GAP = 1.7, 0.5
#: Never larger than this many pixels to a pixel of the crop: there is nothing more to see.
_MOST = 6.0


def pair_picture(
    cell: OpenCell, chromosomes: Sequence[int], height: int, width: int, letters: float
) -> NDArray[np.uint8]:
    """Draw chromosomes beside each other, each as photographed and pulled straight.

    Parameters
    ----------
    cell : OpenCell
    chromosomes : sequence of int
        One or two.
    height, width : int
        Of the picture, in pixels.
    letters : float
        Size of the letters, in pixels.

    Returns
    -------
    ndarray, shape (height, width, 3), uint8
    """
    found = cell.classification
    style = Style.of(found.cell.polarity)
    crops, window = cell_greys(found.cell, found.uprights, found.photographed)
    head, gap = round(_HEAD * letters), max(2, round(_GAP * letters))
    shapes = [_shapes(found.uprights[one]) for one in chromosomes]
    field = width // max(1, len(chromosomes))
    tall = max(item.mask.shape[0] for pair in shapes for item in pair)
    wide = max(sum(item.mask.shape[1] for item in pair) for pair in shapes)
    scale = min((height - head - 2 * gap) / tall, (field - 3 * gap) / wide, _MOST)
    stain = np.zeros((height, width), np.float32)
    for number, (one, pair) in enumerate(zip(chromosomes, shapes, strict=True)):
        turned = one in cell.karyotype.state.turned
        sizes = [
            (max(1, int(item.mask.shape[0] * scale)), max(1, int(item.mask.shape[1] * scale)))
            for item in pair
        ]
        left = number * field + (field - sum(size[1] for size in sizes) - gap) // 2
        for item, size in zip(pair, sizes, strict=True):
            tile = draw_tile(item, crops[one], window, size, turned)
            there = stain[head + gap :, max(0, left) :][: size[0], : size[1]]
            np.maximum(
                there, (tile.stain * tile.cover)[: there.shape[0], : there.shape[1]], out=there
            )
            left += size[1] + gap
    grey = (1.0 - stain if style.white_paper else stain)[..., None]
    picture = np.repeat(np.rint(255 * grey).astype(np.uint8), 3, axis=-1)
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    for number, one in enumerate(chromosomes):
        slot = cell.karyotype.slot_of(one)
        words = fit(f"{slot}: {clean(found.cell.chromosomes[one].name)}", letters, field - 2 * gap)
        place = number * field + field / 2, 0.75 * head
        draw_text(image, place, words, letters, style.ink, align="middle")
        if number:
            draw.line([(number * field, gap), (number * field, height - gap)], fill=style.faint)
    return np.asarray(image).copy()


def _shapes(item: Upright) -> list[Upright]:
    """Return the upright picture, and the straightened one where it can be pulled straight."""
    pulled = try_straighten(item)
    return [item] if pulled is None else [item, pulled]
