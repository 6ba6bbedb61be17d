"""Outlines found in spreads of which only boxes are known, where a box confirms them.

A network that was trained without them proposes, several answers where they are close; what
fills exactly one box is taken for a chromosome's outline, and teaches the next training what
touching and crossing chromosomes look like in photographs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.optimize import linear_sum_assignment

from napari_karyo.errors import KaryoError
from napari_karyo.models.spread_weights import SpreadWeights
from napari_karyo.segmentation.partition import Candidate
from napari_karyo.segmentation.proposed import Proposed
from napari_karyo.segmentation.region import Region
from napari_karyo.segmentation.segment import propose
from napari_karyo.training.segmentation.archives import Photograph
from napari_karyo.training.segmentation.labelled import (
    LabelledSpread,
    label_by_boxes,
    label_photograph,
)
from napari_karyo.training.segmentation.matching import overlap_of_boxes

#: From this overlap over union of outline's and true box on it is confirmed.
_CONFIRMED: Final = 0.75
#: Of all that is stained in another's box, the share from which on that one was swallowed.
_SWALLOWED: Final = 0.85
#: Two outlines share more than their crossing where they share more of the smaller one.
_SHARED: Final = 0.1
#: What a threshold takes in around an outline is no wider, in pixels of the field.
_RIM: Final = 2


def label_confirmed(photograph: Photograph, weights: SpreadWeights) -> LabelledSpread:
    """Return a photograph of which boxes are known, with the outlines that they confirm.

    Parameters
    ----------
    photograph : Photograph
    weights : SpreadWeights
        Whose network proposes.
    """
    try:
        proposed = propose(photograph.spread, weights)
    except KaryoError:
        return label_photograph(photograph)
    known = label_by_boxes(photograph, proposed.field)
    instances = list(known.instances)
    unknown, ignored = known.unknown.copy(), known.ignored.copy()
    count, claimed = np.zeros(unknown.shape, np.int16), np.zeros_like(unknown)
    for one in instances:
        count[one.place] += one.mask
    for shape in _confirmed(photograph, proposed):
        here, mask = shape.region.place, shape.region.mask
        alone = mask & ~shape.shared
        if np.count_nonzero(count[here][alone]) > _SHARED * max(1, int(np.count_nonzero(alone))):
            continue
        count[here] += mask
        claimed[here] |= shape.shared
        unknown[here] &= ~mask
        ignored[here] &= ~mask
        instances.append(shape.region)
    # The network draws its outlines tighter than a threshold does.
    rim = ndimage.binary_dilation(count > 0, iterations=_RIM)
    unknown &= ~rim | ndimage.binary_opening(unknown, iterations=_RIM)
    # Of a crossing one chromosome of which is not confirmed, nothing is taught.
    return replace(known, instances=instances, unknown=unknown | (claimed & (count < 2)))


def _confirmed(photograph: Photograph, proposed: Proposed) -> list[Candidate]:
    """Return the shapes, of all answers, that fill one box each."""
    shapes = list(proposed.partition.shapes)
    for alternative in proposed.partition.alternatives():
        shapes += alternative.by
    if not shapes:
        return []
    found = proposed.segmentation
    boxes = np.array([found.box(proposed.placed(one).outline) for one in shapes], np.float64)
    overlap = overlap_of_boxes(photograph.boxes, boxes)
    scaled = photograph.boxes * proposed.field.factor
    for column in np.flatnonzero(overlap.max(axis=0) >= _CONFIRMED):
        true = int(overlap[:, column].argmax())
        others = np.delete(scaled, true, axis=0)
        if _swallows(shapes[column].region, others, proposed.maps.chromosome):
            overlap[:, column] = 0.0
    rows, columns = linear_sum_assignment(
        np.where(overlap >= _CONFIRMED, overlap, 0.0), maximize=True
    )
    return [
        shapes[column]
        for row, column in zip(rows, columns, strict=True)
        if overlap[row, column] >= _CONFIRMED
    ]


def _swallows(region: Region, boxes: NDArray[np.float64], chromosome: NDArray[np.float32]) -> bool:
    """Return whether a region holds nearly all that is stained in one of some boxes."""
    own = np.zeros(chromosome.shape, np.bool_)
    own[region.place] = region.mask
    for left, top, right, bottom in boxes.round().astype(int):
        here = (slice(max(0, top), max(0, bottom)), slice(max(0, left), max(0, right)))
        stained = chromosome[here] > 0.5
        size = np.count_nonzero(stained)
        if size and np.count_nonzero(own[here] & stained) >= _SWALLOWED * size:
            return True
    return False
