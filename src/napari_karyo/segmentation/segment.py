"""From a photograph to its objects."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Outline, Spread
from napari_karyo.segmentation.decide import decide, find_candidates
from napari_karyo.segmentation.ground import (
    WIDTH,
    Field,
    flatten,
    make_field,
    measure_width,
    middle_width,
)
from napari_karyo.segmentation.maps import Maps, read_maps
from napari_karyo.segmentation.objects import CHROMOSOMES, Kind, Segmentation, SpreadObject
from napari_karyo.segmentation.partition import Candidate, Partition
from napari_karyo.segmentation.pieces import LEAST, SURE, find_pieces
from napari_karyo.segmentation.region import Region

if TYPE_CHECKING:
    from napari_karyo.inference.options import ClassifyOptions
    from napari_karyo.models.spread_weights import SpreadWeights

#: A nucleus is wider than so many chromosomes.
_NUCLEUS: Final = 2.0

#: A spread is read again where chromosomes are wider or narrower by more, as a logarithm.
_OTHER_WIDTH: Final = 0.15


def segment(
    spread: Spread,
    weights: SpreadWeights | None = None,
    *,
    recognize: bool = True,
    options: ClassifyOptions | None = None,
) -> Segmentation:
    """Find the chromosomes of a spread.

    Parameters
    ----------
    spread : Spread
    weights : SpreadWeights, optional
        The shipped ones where left out.
    recognize : bool
        Let the classifier decide between several answers.
    options : ClassifyOptions, optional
        Of the classifier.

    Returns
    -------
    Segmentation

    Raises
    ------
    ReadError
        Where nothing stands out from the background.
    WeightsError
        Where a network can't be loaded.
    """
    if weights is None:
        from napari_karyo.models.spread_weights import load_spread_weights

        weights = load_spread_weights()
    proposed = propose(spread, weights)
    found = proposed.segmentation
    if recognize and weights.decision is not None and found.chromosomes:
        candidates = find_candidates(
            found, proposed.partition, proposed.maps, proposed.placed, options
        )
        if candidates is not None:
            chromosomes = decide(candidates, weights.decision)
            others = [one for one in found if one.kind not in CHROMOSOMES]
            return found.of([*chromosomes, *others])
    return found.of(found.objects)


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


def propose(spread: Spread, weights: SpreadWeights) -> Proposed:
    """Find what the network alone finds in a spread."""
    density = flatten(spread.image, spread.polarity)
    width = measure_width(density)
    field = make_field(density, width)
    maps = read_maps(field, weights.network)
    seen = middle_width(maps.chromosome > SURE)
    if seen is not None and abs(math.log(seen / WIDTH)) > _OTHER_WIDTH:
        # A threshold takes glow and nuclei in; the network knows them apart.
        width *= seen / WIDTH
        del field, maps  # Both are large, and made anew.
        field = make_field(density, width)
        maps = read_maps(field, weights.network)
    pieces = find_pieces(maps)
    partition = Partition(pieces, maps)
    empty = Proposed(Segmentation(spread, (), density, width), field, maps, partition)
    found = [empty.placed(shape) for shape in partition.shapes]
    objects = (*found, *_others(field, maps, pieces.nuclei))
    return Proposed(Segmentation(spread, objects, density, width), field, maps, partition)


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


def _others(field: Field, maps: Maps, nuclei: NDArray[np.bool_]) -> list[SpreadObject]:
    """Return the nuclei and the dirt of a field."""
    other = (maps.other > SURE) & (maps.other > maps.chromosome)
    numbered, _ = ndimage.label(other | nuclei)
    found = []
    for number, place in enumerate(ndimage.find_objects(numbered), start=1):
        mask = numbered[place] == number
        if np.count_nonzero(mask) < LEAST:
            continue
        wide = 2 * float(ndimage.distance_transform_edt(np.pad(mask, 1)).max())
        kind = Kind.NUCLEUS if wide > _NUCLEUS * WIDTH else Kind.DIRT
        confidence = float(np.maximum(maps.other, maps.chromosome)[place][mask].mean())
        region = Region(mask, place[0].start, place[1].start)
        found.append(place_object(field, region, np.zeros_like(mask), kind, confidence))
    return found
