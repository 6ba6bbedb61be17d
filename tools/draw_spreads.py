"""Draw what is found in the spreads of a split: the best, the median and the worst of them.

    python tools/draw_spreads.py DATA --output SHEET.jpg [--split val]

Of the DAPI photographs of ``mfish.zip``, which may be shown. Green: found. Red: a true
chromosome that was not found, as the class map has it. Orange: an object that is none of
them; the class map lacks some chromosomes. Blue: taken for a nucleus or dirt.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from skimage.measure import find_contours

from napari_karyo.cell import Outline
from napari_karyo.lettering import draw_text
from napari_karyo.segmentation.objects import CHROMOSOMES
from napari_karyo.segmentation.region import Region
from napari_karyo.training.segmentation.evaluate import SpreadOutcome, outcomes

#: Times a photograph is enlarged; pixels of the line of text above it.
SCALE, WORDS = 2, 40
FOUND, MISSED, NONE, OTHER = "#30d158", "#ff453a", "#ff9f0a", "#409cff"


def panel(one: SpreadOutcome) -> Image.Image:
    """Return a photograph with what was found in it, and what was not."""
    grey = one.photograph.grey.astype(np.float32)
    # Faint chromosomes are to be seen beside bright ones.
    shown = np.rint(255 * np.clip(grey / max(float(grey.max()), 1.0), 0, 1) ** 0.7)
    picture = Image.fromarray(shown.astype(np.uint8)).convert("RGB")
    picture = picture.resize((SCALE * picture.width, SCALE * picture.height))
    draw = ImageDraw.Draw(picture)
    true, found = ({pair[which] for pair in one.match.pairs} for which in (0, 1))
    for item in one.segmentation:
        if item.kind not in CHROMOSOMES:
            _line(draw, item.outline, OTHER)
    for number, item in enumerate(one.segmentation.chromosomes):
        _line(draw, item.outline, FOUND if number in found else NONE)
    for number, outline in enumerate(one.photograph.outlines):
        if number not in true:
            _line(draw, outline, MISSED)
    picture = picture.crop(_around(one))
    sheet = Image.new("RGB", (picture.width, picture.height + WORDS), "white")
    sheet.paste(picture, (0, WORDS))
    words = (
        f"{one.photograph.name}: {len(one.match.pairs)} of {one.match.there} found,"
        f" {one.match.false} false, {one.right} in the right slot"
    )
    draw_text(sheet, (8, WORDS - 12), words, 22, "black")
    return sheet


def _around(one: SpreadOutcome) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of what was found, enlarged."""
    boxes = np.array([one.segmentation.box(item.outline) for item in one.segmentation])
    left, top = (SCALE * np.maximum(boxes[:, :2].min(axis=0) - 10, 0)).tolist()
    right, bottom = (SCALE * (boxes[:, 2:].max(axis=0) + 10)).tolist()
    return left, top, right, bottom


def _line(draw: ImageDraw.ImageDraw, outline: Outline | Region, color: str) -> None:
    for contour in find_contours(np.pad(outline.mask, 1).astype(np.float32), 0.5):
        corners = contour - 1 + (outline.top, outline.left)
        draw.line([(SCALE * (x + 0.5), SCALE * (y + 0.5)) for y, x in corners], color, 2)


def main() -> None:
    """Write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--split", default="val", choices=("train", "val", "test"))
    parser.add_argument("--every", type=int, default=1)
    chosen = parser.parse_args()
    found = sorted(
        outcomes(chosen.data, "dapi", chosen.split, every=chosen.every),
        key=lambda one: (len(one.match.pairs) / max(one.match.there, 1), -one.match.false),
    )
    panels = [panel(found[place]) for place in (-1, len(found) // 2, 0)]
    sheet = Image.new("RGB", (max(one.width for one in panels), sum(one.height for one in panels)))
    top = 0
    for one in panels:
        sheet.paste(one, (0, top))
        top += one.height
    sheet.save(chosen.output, quality=85)


if __name__ == "__main__":
    main()
