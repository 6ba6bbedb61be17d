"""Two real cells in one photograph, as a tetraploid one looks: there is none among the data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from napari_karyo.cell import Spread
from napari_karyo.segmentation.canvas import bounds
from napari_karyo.segmentation.ground import flatten
from napari_karyo.segmentation.objects import Segmentation
from napari_karyo.segmentation.samples import SAMPLES, sample_segmentation

#: Pixels of the photographs kept around the chromosomes of each.
_MARGIN = 12


def two_in_one(apart: int = 0) -> Segmentation:
    """Return the two shipped cells side by side, their true chromosomes outlined.

    Parameters
    ----------
    apart : int
        Pixels of plain background between them.
    """
    cells = [sample_segmentation(name) for name in SAMPLES]
    boxes = [bounds([one.outline for one in cell], _MARGIN) for cell in cells]
    height = max(box.bottom - box.top for box in boxes)
    parts, objects, left = [], [], 0
    for cell, box in zip(cells, boxes, strict=True):
        image = cell.spread.image
        top, first = max(0, box.top), max(0, box.left)
        part = image[top : box.bottom, first : box.right]
        # Both on black, as one camera would have taken them.
        black = np.quantile(part, 0.05).astype(part.dtype)
        part = part - np.minimum(part, black)
        shape = (height, part.shape[1] + (apart if not parts else 0))
        canvas = np.zeros(shape, image.dtype)
        canvas[: part.shape[0], : part.shape[1]] = part
        for one in cell:
            outline = one.outline
            moved = replace(outline, top=outline.top - top, left=outline.left - first + left)
            objects.append(replace(one, outline=moved))
        parts.append(canvas)
        left += shape[1]
    spread = Spread("two in one", np.concatenate(parts, axis=1), cells[0].spread.polarity)
    density = flatten(spread.image, spread.polarity)
    return Segmentation(spread, tuple(objects), density, float(np.mean([c.width for c in cells])))
