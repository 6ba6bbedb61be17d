"""The lights, the outlines of the slots and the frames: arrays for napari's layers.

Colours are chosen so that each light is told from the others by shape and by sign
as well, and stands out on a white and on a black page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_karyo.gui.desk import OpenCell
from napari_karyo.inference.confidence import Light

if TYPE_CHECKING:
    from napari_karyo.karyogram.page import Box, Page

#: Fill of each light: from the Okabe-Ito palette, made light enough for black signs.
COLOURS = {Light.SURE: "#4cc9a0", Light.LOOK: "#ffd21f", Light.DOUBTFUL: "#ff8a5c"}
WORDS = {
    Light.SURE: "sure",
    Light.LOOK: "worth a look",
    Light.DOUBTFUL: "doubtful, please check",
}
#: Diameter in page units; a diamond looks smaller than a square of its size.
SIZES = {Light.SURE: 20.0, Light.LOOK: 31.0, Light.DOUBTFUL: 28.0}
#: What a person has accepted or put there: a large disc, whatever the model thinks.
SETTLED_COLOUR = "#9ccbff"
SETTLED_SIZE = 28.0

SELECTED = "#2f8bff"
TARGET = "#00a0a0"
FRAME_WIDTH = 5.0


def light_positions(page: Page) -> NDArray[np.float64]:
    """Return where the light of each chromosome stands: just above its top.

    Returns
    -------
    ndarray, shape (chromosomes, 2)
        Row and column on the page, in the order of the cell.
    """
    points = np.zeros((len(page.places), 2))
    for index, place in page.places.items():
        slot = page.slots[place.slot]
        row = max(place.box.top - 9.0, slot.box.top - 4.0)
        points[index] = row, place.box.center[1]
    return points


def light_features(cell: OpenCell) -> dict[str, list[Any]]:
    """Return the table behind the lights: one row a chromosome.

    Returns
    -------
    dict of list
        Columns file, class, confidence, light (the model's), corrected, reviewed, sign
        (what is shown: a person's word counts more than the model's).
    """
    state, lights = cell.karyotype.state, cell.lights()
    every = range(len(cell))
    return {
        "file": [item.name for item in cell.classification.cell],
        "class": cell.slots,
        "confidence": [round(float(share), 3) for share in cell.confidences()],
        "light": [light.value for light in lights],
        "corrected": [index in state.corrected for index in every],
        "reviewed": [index in state.reviewed for index in every],
        "sign": [Light.SURE.sign if cell.settled(index) else lights[index].sign for index in every],
    }


def light_style(cell: OpenCell) -> dict[str, Any]:
    """Return symbol, face colour and size of every light, as napari's Points takes them."""
    lights = cell.lights()
    settled = [cell.settled(index) for index in range(len(cell))]
    pairs = list(zip(lights, settled, strict=True))
    return {
        "symbol": [Light.SURE.shape if done else light.shape for light, done in pairs],
        "face_color": [SETTLED_COLOUR if done else COLOURS[light] for light, done in pairs],
        "size": [SETTLED_SIZE if done else SIZES[light] for light, done in pairs],
    }


def rectangle(box: Box) -> NDArray[np.float64]:
    """Return the four corners of a box as napari's Shapes takes them."""
    return np.array(box.corners(), dtype=np.float64)


def frame_vectors(box: Box, width: float = FRAME_WIDTH) -> NDArray[np.float64]:
    """Return the four sides of a box as vectors, drawn out so that the corners close.

    Returns
    -------
    ndarray, shape (4, 2, 2)
        Start and direction of each side, as napari's Vectors takes them: they are
        redrawn in half the time that Shapes need.
    """
    half = width / 2
    top, left, bottom, right = box.top, box.left, box.bottom, box.right
    wide, tall = right - left + width, bottom - top + width
    return np.array(
        [
            [[top, left - half], [0, wide]],
            [[bottom, left - half], [0, wide]],
            [[top - half, left], [tall, 0]],
            [[top - half, right], [tall, 0]],
        ]
    )
