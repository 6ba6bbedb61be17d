"""The photograph of a spread, drawn here, with each chromosome outlined."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from drawn import MALE, crop, make_classification

from napari_karyo.cell import Cell, Chromosome, Outline, Polarity, Spread
from napari_karyo.inference.result import Classification
from napari_karyo.segmentation.objects import Kind, Segmentation, SpreadObject

#: Height and width of a chromosome's place, and how many stand in a row.
PLACE = (110, 46)
ROW = 8


def draw_spread(
    classes: Sequence[str] = MALE, polarity: Polarity = Polarity.DARK, name: str = "spread A"
) -> Segmentation:
    """Return a photograph with a chromosome in each place of a grid, found by hand."""
    dark = polarity is Polarity.DARK
    rows = -(-len(classes) // ROW)
    shape = (rows * PLACE[0], ROW * PLACE[1])
    image = np.full(shape, 255 if dark else 0, np.uint8)
    objects = []
    for number, one in enumerate(classes):
        picture = crop(one, number, polarity)
        top, left = (number // ROW) * PLACE[0] + 5, (number % ROW) * PLACE[1] + 6
        height, width = picture.shape
        image[top : top + height, left : left + width] = picture
        mask = np.zeros(picture.shape, np.bool_)
        mask[7 : height - 7, 8 : width - 7] = True
        inside = mask[7 : height - 7, 8 : width - 7]
        outline = Outline(inside.copy(), top + 7, left + 8, np.zeros_like(inside))
        objects.append(SpreadObject(Kind.CHROMOSOME, outline, 1.0))
    density = (255 - image if dark else image).astype(np.float32) / 255
    return Segmentation(Spread(name, image, polarity), tuple(objects), density, 14.0)


def spread_cell(found: Segmentation, classes: Sequence[str] = MALE) -> Cell:
    """Return the cell of a drawn spread, its crops as they were drawn."""
    cell = found.to_cell()
    crops = tuple(
        Chromosome(item.name, crop(name, number, found.spread.polarity), None, None, item.outline)
        for number, (item, name) in enumerate(zip(cell, classes, strict=True))
    )
    return Cell(cell.name, crops, cell.polarity, simulated=True, photograph=found.spread)


def classify_spread(
    found: Segmentation | None = None, unsure: dict[int, tuple[str, float]] | None = None
) -> Classification:
    """Return what a good network would say of a drawn spread."""
    return make_classification(spread_cell(found or draw_spread()), unsure=unsure)
