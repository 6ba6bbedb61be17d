"""From a photograph to its objects."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Spread
from napari_karyo.segmentation.decide import decide
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
from napari_karyo.segmentation.partition import Partition
from napari_karyo.segmentation.pieces import LEAST, SURE, find_pieces
from napari_karyo.segmentation.proposed import Proposed, place_object
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
        chromosomes = decide(proposed, weights.decision, options)
        if chromosomes is not None:
            others = [one for one in found if one.kind not in CHROMOSOMES]
            return found.of([*chromosomes, *others])
    return found.of(found.objects)


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
