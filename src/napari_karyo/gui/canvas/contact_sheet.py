"""A cell as a napari layer: its crops side by side, and the cell itself in the metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Cell, Patient, Polarity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from napari.layers import Layer

CELL_KEY = "napari_karyo_cell"
PATIENT_KEY = "napari_karyo_patient"
GAP = 6

#: As napari's readers and writers hand it over: pixels, options and the kind of layer.
LayerData = tuple[NDArray[Any], dict[str, Any], str]


def contact_sheet(cell: Cell) -> NDArray[Any]:
    """Lay the crops of a cell out in rows, in the order of the files.

    Returns
    -------
    ndarray, shape (height, width), uint8 or uint16
        Grey values as photographed, on the background of the stain.
    """
    white = cell.white
    images = [item.image for item in cell]
    dtype = np.result_type(*images) if images else np.dtype(np.uint8)
    paper = white if cell.polarity is Polarity.DARK else 0
    if not images:
        return np.full((8, 8), paper, dtype)
    area = sum((image.shape[0] + GAP) * (image.shape[1] + GAP) for image in images)
    wide = max(int(np.sqrt(area * 1.5)), max(image.shape[1] for image in images) + 2 * GAP)
    corners: list[tuple[int, int]] = []
    top, left, tall = GAP, GAP, 0
    for image in images:
        height, width = image.shape
        if left + width + GAP > wide and left > GAP:
            top, left, tall = top + tall + GAP, GAP, 0
        corners.append((top, left))
        left += width + GAP
        tall = max(tall, height)
    sheet = np.full((top + tall + GAP, wide), paper, dtype)
    for image, (row, column) in zip(images, corners, strict=True):
        sheet[row : row + image.shape[0], column : column + image.shape[1]] = image
    return sheet


def layer_data(cell: Cell, patient: Patient | None = None, visible: bool = True) -> LayerData:
    """Return a cell as the layer data tuple that napari's readers hand over."""
    metadata: dict[str, object] = {CELL_KEY: cell}
    if patient is not None:
        metadata[PATIENT_KEY] = patient
    options = {
        "name": f"{cell.name} crops",
        "metadata": metadata,
        "colormap": "gray",
        "contrast_limits": (0, cell.white),
        "visible": visible,
    }
    return contact_sheet(cell), options, "image"


def cells_in(layers: Iterable[Layer]) -> list[tuple[Layer, Cell, Patient | None]]:
    """Return the layers that hold a cell, with the cell and its patient."""
    return [
        (layer, layer.metadata[CELL_KEY], layer.metadata.get(PATIENT_KEY))
        for layer in layers
        if CELL_KEY in layer.metadata
    ]
