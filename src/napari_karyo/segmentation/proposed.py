"""What the network alone finds in a spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Outline
from napari_karyo.segmentation.ground import Field
from napari_karyo.segmentation.maps import Maps
from napari_karyo.segmentation.objects import Kind, Segmentation, SpreadObject
from napari_karyo.segmentation.partition import Candidate, Partition
from napari_karyo.segmentation.region import Region


@dataclass(frozen=True, eq=False)
class Proposed:
    """What the network alone finds.

    Attributes
    ----------
    segmentation : Segmentation
        Its chromosomes in the order of the partition.
    field : Field
    maps : Maps
    partition : Partition
    """

    segmentation: Segmentation
    field: Field
    maps: Maps
    partition: Partition

    def placed(self, shape: Candidate) -> SpreadObject:
        """Return the object of the photograph that a shape outlines."""
        region = shape.region
        confidence = float(self.maps.chromosome[region.place][region.mask].mean())
        return place_object(self.field, region, shape.shared, Kind.CHROMOSOME, confidence)


def place_object(
    field: Field, region: Region, shared: NDArray[np.bool_], kind: Kind, confidence: float
) -> SpreadObject:
    """Return the object of the photograph that a region of its field outlines.

    Parameters
    ----------
    field : Field
    region : Region
    shared : ndarray of bool, shape (height, width)
        Which pixels of the region lie at crossings.
    kind : Kind
    confidence : float
    """
    large = _in_photograph(field, region)
    rows, columns = large.place
    part = _in_photograph(field, Region(shared, region.top, region.left), large)
    return SpreadObject(
        kind, Outline(large.mask, rows.start, columns.start, part.mask & large.mask), confidence
    )


def _in_photograph(field: Field, region: Region, place: Region | None = None) -> Region:
    """Return a region of the field as one of the photograph: of a given place, or tight."""
    height, width = field.shape
    if place is None:
        # With room for the rounding.
        starts = [max(0, int(start / field.factor) - 2) for start in (region.top, region.left)]
        ends = (
            min(side, int(np.ceil((start + size) / field.factor)) + 2)
            for side, start, size in zip(
                field.shape, (region.top, region.left), region.mask.shape, strict=True
            )
        )
        rows, columns = (slice(one, end) for one, end in zip(starts, ends, strict=True))
    else:
        rows, columns = place.place
    down = (np.arange(rows.start, rows.stop) + 0.5) * field.values.shape[0] / height - 0.5
    across = (np.arange(columns.start, columns.stop) + 0.5) * field.values.shape[1] / width - 0.5
    grid = np.meshgrid(down - region.top, across - region.left, indexing="ij")
    padded = np.pad(region.mask, 1).astype(np.float32)
    mask = ndimage.map_coordinates(padded, [one + 1 for one in grid], order=1) > 0.5
    if place is not None:
        return Region(mask, rows.start, columns.start)
    if not mask.any():
        mask[mask.shape[0] // 2, mask.shape[1] // 2] = True
    inner_rows, inner_columns = ndimage.find_objects(mask.astype(np.uint8))[0]
    return Region(
        mask[inner_rows, inner_columns],
        rows.start + inner_rows.start,
        columns.start + inner_columns.start,
    )
