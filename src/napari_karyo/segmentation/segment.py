"""From a photograph to its objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Outline, Spread
from napari_karyo.segmentation.ground import (
    WIDTH,
    Field,
    flatten,
    make_field,
    measure_width,
)
from napari_karyo.segmentation.joining import choose_joints, find_neighbours, hang_on
from napari_karyo.segmentation.maps import Maps, read_maps
from napari_karyo.segmentation.objects import Kind, Segmentation, SpreadObject
from napari_karyo.segmentation.pieces import LEAST, Pieces, find_pieces

if TYPE_CHECKING:
    from napari_karyo.models.unet import SpreadNetwork

#: A nucleus is wider than so many chromosomes.
_NUCLEUS: Final = 2.0


def segment(spread: Spread, network: SpreadNetwork | None = None) -> Segmentation:
    """Find the chromosomes of a spread.

    Parameters
    ----------
    spread : Spread
    network : SpreadNetwork, optional
        The shipped one where left out.

    Returns
    -------
    Segmentation

    Raises
    ------
    ReadError
        Where nothing stands out from the background.
    WeightsError
        Where the network can't be loaded.
    """
    if network is None:
        from napari_karyo.models.spread_weights import load_spread_weights

        network = load_spread_weights().network
    density = flatten(spread.image, spread.polarity)
    width = measure_width(density)
    field = make_field(density, width)
    maps = read_maps(field, network)
    pieces = find_pieces(maps)
    found = [_object(field, maps, mask, shared) for mask, shared in _outlines(pieces)]
    found += _others(field, maps)
    return Segmentation(spread, _in_reading_order(found, width), density, width)


def _outlines(pieces: Pieces) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Return the mask of each chromosome of a field, and its part at crossings."""
    neighbours = find_neighbours(pieces)
    group = np.arange(pieces.count + 1)
    for joint in choose_joints(neighbours):
        group[group == group[joint.second]] = group[joint.first]
    group = hang_on(pieces, neighbours, group)
    outlines = []
    for which in np.unique(group[1:]):
        own = (group[pieces.numbered] == which) & (pieces.numbered > 0)
        beside = [crossing for crossing, at in neighbours.at.items() if which in group[list(at)]]
        shared = np.isin(pieces.crossings, beside) & (pieces.crossings > 0)
        mask = ndimage.binary_fill_holes(own | shared)
        if np.count_nonzero(mask) >= LEAST:
            outlines.append((mask, shared))
    return outlines


def _object(
    field: Field, maps: Maps, mask: NDArray[np.bool_], shared: NDArray[np.bool_]
) -> SpreadObject:
    confidence = float(maps.chromosome[mask].mean())
    return place_object(field, mask, shared, Kind.CHROMOSOME, confidence)


def place_object(
    field: Field,
    mask: NDArray[np.bool_],
    shared: NDArray[np.bool_],
    kind: Kind,
    confidence: float,
) -> SpreadObject:
    """Return the object of the photograph that a mask of its field outlines."""
    rows, columns = ndimage.find_objects(mask.astype(np.uint8))[0]
    height, width = field.shape
    # In pixels of the photograph, with room for the rounding.
    top = max(0, int(rows.start / field.factor) - 2)
    left = max(0, int(columns.start / field.factor) - 2)
    bottom = min(height, int(np.ceil(rows.stop / field.factor)) + 2)
    right = min(width, int(np.ceil(columns.stop / field.factor)) + 2)
    down = (np.arange(top, bottom) + 0.5) * mask.shape[0] / height - 0.5
    across = (np.arange(left, right) + 0.5) * mask.shape[1] / width - 0.5
    grid = np.meshgrid(down, across, indexing="ij")
    large, large_shared = (
        ndimage.map_coordinates(one.astype(np.float32), grid, order=1, mode="nearest") > 0.5
        for one in (mask, shared)
    )
    if not large.any():
        large[large.shape[0] // 2, large.shape[1] // 2] = True
    inner_rows, inner_columns = ndimage.find_objects(large.astype(np.uint8))[0]
    return SpreadObject(
        kind,
        Outline(
            large[inner_rows, inner_columns],
            top + inner_rows.start,
            left + inner_columns.start,
            (large_shared & large)[inner_rows, inner_columns],
        ),
        confidence,
    )


def _others(field: Field, maps: Maps) -> list[SpreadObject]:
    """Return the nuclei and the dirt of a field."""
    other = (maps.other > 0.5) & (maps.other > maps.chromosome)
    numbered, _ = ndimage.label(other)
    found = []
    for number, place in enumerate(ndimage.find_objects(numbered), start=1):
        if place is None:
            continue
        mask = np.zeros(other.shape, np.bool_)
        mask[place] = numbered[place] == number
        if np.count_nonzero(mask) < LEAST:
            continue
        wide = 2 * float(ndimage.distance_transform_edt(np.pad(mask[place], 1)).max())
        kind = Kind.NUCLEUS if wide > _NUCLEUS * WIDTH else Kind.DIRT
        confidence = float(maps.other[mask].mean())
        found.append(place_object(field, mask, np.zeros_like(mask), kind, confidence))
    return found


def _in_reading_order(found: Iterable[SpreadObject], width: float) -> tuple[SpreadObject, ...]:
    """Return objects from top to bottom, those of one height from left to right."""
    row = 4 * width

    def key(item: SpreadObject) -> tuple[int, int]:
        outline = item.outline
        return int((outline.top + outline.mask.shape[0] / 2) / row), outline.left

    return tuple(sorted(found, key=key))
