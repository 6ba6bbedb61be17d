"""From a photograph to its objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from napari_karyo.segmentation.region import Region

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
    found = [
        place_object(
            field,
            region,
            shared,
            Kind.CHROMOSOME,
            float(maps.chromosome[region.place][region.mask].mean()),
        )
        for region, shared in find_outlines(pieces)
    ]
    found += _others(field, maps)
    return Segmentation(spread, _in_reading_order(found, width), density, width)


def find_outlines(pieces: Pieces) -> list[tuple[Region, NDArray[np.bool_]]]:
    """Return the region of each chromosome of a field, and which of its pixels lie at crossings."""
    neighbours = find_neighbours(pieces)
    group = np.arange(pieces.count + 1)
    for joint in choose_joints(neighbours):
        group[group == group[joint.second]] = group[joint.first]
    group = hang_on(pieces, neighbours, group)
    grouped = group[pieces.numbered]
    crossings_of: dict[int, list[int]] = {}
    for crossing, at in neighbours.at.items():
        for which in set(group[list(at)].tolist()):
            crossings_of.setdefault(which, []).append(crossing)
    of_group = ndimage.find_objects(grouped)
    of_crossing = ndimage.find_objects(pieces.crossings)
    outlines = []
    for which, place in enumerate(of_group, start=1):
        if place is None:
            continue
        beside = crossings_of.get(which, [])
        here = _hull([place, *(of_crossing[crossing - 1] for crossing in beside)])
        shared = np.isin(pieces.crossings[here], beside) & (pieces.crossings[here] > 0)
        mask = ndimage.binary_fill_holes((grouped[here] == which) | shared)
        if np.count_nonzero(mask) >= LEAST:
            outlines.append((Region(mask, here[0].start, here[1].start), shared))
    return outlines


def _hull(places: Sequence[tuple[slice, slice]]) -> tuple[slice, slice]:
    """Return the smallest place that covers some."""
    rows, columns = (
        slice(min(place[axis].start for place in places), max(place[axis].stop for place in places))
        for axis in (0, 1)
    )
    return rows, columns


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


def _others(field: Field, maps: Maps) -> list[SpreadObject]:
    """Return the nuclei and the dirt of a field."""
    numbered, _ = ndimage.label((maps.other > 0.5) & (maps.other > maps.chromosome))
    found = []
    for number, place in enumerate(ndimage.find_objects(numbered), start=1):
        mask = numbered[place] == number
        if np.count_nonzero(mask) < LEAST:
            continue
        wide = 2 * float(ndimage.distance_transform_edt(np.pad(mask, 1)).max())
        kind = Kind.NUCLEUS if wide > _NUCLEUS * WIDTH else Kind.DIRT
        confidence = float(maps.other[place][mask].mean())
        region = Region(mask, place[0].start, place[1].start)
        found.append(place_object(field, region, np.zeros_like(mask), kind, confidence))
    return found


def _in_reading_order(found: Iterable[SpreadObject], width: float) -> tuple[SpreadObject, ...]:
    """Return objects from top to bottom, those of one height from left to right."""
    row = 4 * width

    def key(item: SpreadObject) -> tuple[int, int]:
        outline = item.outline
        return int((outline.top + outline.mask.shape[0] / 2) / row), outline.left

    return tuple(sorted(found, key=key))
