"""The picture of an outline and what lies around it, along the axis of the outline."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.segmentation.ground import Field
from napari_karyo.segmentation.maps import Maps
from napari_karyo.segmentation.partition import Candidate
from napari_karyo.segmentation.region import Region

#: Rows and columns; the rows follow the axis.
SHAPE: Final = (96, 56)
#: Pixels of the field between two of them.
STEP: Final = 1.4


def picture_outline(shape: Candidate, field: Field, maps: Maps) -> NDArray[np.uint8]:
    """Return the picture of an outline, from pole to pole as far as a window holds it.

    Parameters
    ----------
    shape : Candidate
    field : Field
    maps : Maps
        Of the field.

    Returns
    -------
    ndarray of uint8, shape (7, 96, 56)
        The photograph, the outline, its crossings, and what the network says: chromosome, core,
        crossing, other. 255 stands for 1. What lies beyond the field is 0.
    """
    region = shape.region
    rows, columns = _grid(region)
    whole = [rows, columns]
    # The outline lies in a frame, so that its border is sampled as any other.
    framed = [rows - region.top + 1, columns - region.left + 1]
    sampled = [
        (field.values, whole),
        (np.pad(region.mask, 1), framed),
        (np.pad(shape.shared, 1), framed),
        (maps.chromosome, whole),
        (maps.core, whole),
        (maps.crossing, whole),
        (maps.other, whole),
    ]
    told = [
        ndimage.map_coordinates(values.astype(np.float32, copy=False), places, order=1)
        for values, places in sampled
    ]
    return (np.clip(np.stack(told), 0, 1) * 255).astype(np.uint8)


def _grid(region: Region) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return row and column in the field of each pixel of the picture."""
    rows, columns = np.nonzero(region.mask)
    middle = np.array([rows.mean(), columns.mean()])
    along = np.array([1.0, 0.0])
    if len(rows) > 2:
        along = np.linalg.eigh(np.cov(np.stack([rows, columns])))[1][:, 1]
        # One of its two directions, always the same.
        along = -along if along[0] < 0 else along
    across = np.array([-along[1], along[0]])
    from_middle = np.stack([rows, columns], axis=1) - middle
    for axis in (along, across):
        places = from_middle @ axis
        middle = middle + axis * (places.max() + places.min()) / 2
    height, width = SHAPE
    down = (np.arange(height) - (height - 1) / 2) * STEP
    aside = (np.arange(width) - (width - 1) / 2) * STEP
    found = [
        start + place + axis[0] * down[:, None] + axis[1] * aside[None, :]
        for start, place, axis in zip(
            (region.top, region.left), middle, zip(along, across, strict=True), strict=True
        )
    ]
    return found[0], found[1]
