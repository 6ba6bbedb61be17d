"""Spreads of which it is known where each chromosome lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.measure import label, regionprops

from napari_karyo.segmentation.ground import (
    WIDTH,
    Field,
    broad,
    flatten,
    make_field,
    measure_width,
    resized,
    stained,
)
from napari_karyo.segmentation.region import Region
from napari_karyo.training.segmentation.archives import Photograph

#: Pixels of the field by which the core of a chromosome lies within its outline: the cores
#: of two that touch are twice as far apart.
MARGIN: Final = 2.2

#: Over so many pixels of the field the direction of a chromosome is that of its outline.
_ALONG: Final = 5.0

#: Pixels by which a chromosome's box may reach beyond it on each side.
_REACH: Final = (-3.0, 16.0)
#: An object of which less lies in boxes is no chromosome.
_HARDLY: Final = 0.3
#: Pixels from which on what lies beside all outlines may be a chromosome that has none.
_LIKELY: Final = WIDTH**2 / 2

#: The channels of a target, in order; those of the network come first.
CHANNELS: Final = ("chromosome", "core", "crossing", "other", "cosine", "sine")
#: How much the first and the fourth, and how much the others, count at a pixel: not at all
#: where they are not known, and most where two chromosomes meet.
WEIGHTS: Final = ("outline_weight", "rest_weight")
#: Far from all chromosomes, beside or in one, and where two are so near to each other.
_FAR, _BESIDE, _MEETING, _NEAR = 0.1, 0.25, 1.0, 4


@dataclass(frozen=True, eq=False)
class LabelledSpread:
    """A spread and its chromosomes.

    Attributes
    ----------
    name, split : str
        `split` is ``train``, ``val`` or ``test``.
    field : Field
    instances : list of Region
    other : ndarray of bool, shape (height, width)
        What is stained and no chromosome: nuclei, dirt.
    unknown : ndarray of bool, shape (height, width)
        Chromosomes that nobody told apart.
    ignored : ndarray of bool, shape (height, width)
        Of which nothing is known.
    """

    name: str
    split: str
    field: Field
    instances: list[Region]
    other: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    ignored: NDArray[np.bool_]

    def __iter__(self) -> Iterator[Region]:
        return iter(self.instances)


def make_target(spread: LabelledSpread) -> NDArray[np.int8]:
    """Return what the network is to say of a spread.

    Returns
    -------
    ndarray, shape (8, height, width), int8
        `CHANNELS`, then `WEIGHTS`, times 100. The direction is that of a chromosome's axis,
        as cosine and sine of twice its angle to the columns; 0 at crossings.
    """
    shape = spread.field.values.shape
    count, near = np.zeros(shape, np.int16), np.zeros(shape, np.int16)
    core = np.zeros(shape, np.bool_)
    cosine, sine = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for one in spread:
        count[one.place] += one.mask
        wide = one.grown(_NEAR, shape)
        near[wide.place] += wide.mask
        padded = np.pad(one.mask, 1)
        core[one.place] |= ndimage.distance_transform_edt(padded)[1:-1, 1:-1] > MARGIN
        along = direction(one.mask)
        cosine[one.place] += np.where(one.mask, along[0], 0.0)
        sine[one.place] += np.where(one.mask, along[1], 0.0)
    crossing = count > 1
    chromosome = (count > 0) | spread.unknown
    for part in (cosine, sine):
        part[count != 1] = 0.0
    weight = np.select([near > 1, near > 0], [_MEETING, _BESIDE], _FAR)
    outline_weight = np.where(spread.ignored, 0.0, weight)
    untold = ndimage.binary_dilation(spread.unknown | spread.ignored, iterations=2)
    rest_weight = np.where(untold, 0.0, weight)
    channels = (chromosome, core, crossing, spread.other & ~chromosome, cosine, sine)
    both = (*channels, outline_weight, rest_weight)
    return np.stack([np.rint(100.0 * np.asarray(one)).astype(np.int8) for one in both])


def direction(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the direction of a chromosome's axis at each of its pixels.

    Parameters
    ----------
    mask : ndarray of bool, shape (height, width)

    Returns
    -------
    ndarray, shape (2, height, width), float32
        Cosine and sine of twice the angle to the columns, of length 1.
    """
    edge = int(3 * _ALONG)
    soft = ndimage.gaussian_filter(np.pad(mask, edge).astype(np.float32), 1.5)
    down, right = np.gradient(soft)
    # Across the axis the outline is steep; along it, it is not.
    cosine = ndimage.gaussian_filter(down**2 - right**2, _ALONG)
    sine = -ndimage.gaussian_filter(2 * down * right, _ALONG)
    length = np.maximum(np.hypot(cosine, sine), 1e-9)
    inner = (slice(edge, -edge), slice(edge, -edge))
    return np.stack([(cosine / length)[inner], (sine / length)[inner]]).astype(np.float32)


def label_photograph(photograph: Photograph) -> LabelledSpread:
    """Return a photograph as the network reads it, with what is known of it.

    Where only boxes are known, an object that fills exactly one box is a chromosome alone,
    one that lies in no box is none, and the others are chromosomes that nobody told apart.
    """
    spread = photograph.spread
    density = flatten(spread.image, spread.polarity)
    field = make_field(density, measure_width(density))
    if len(photograph.boxes):
        return label_by_boxes(photograph, field)
    instances = _scaled(photograph, field)
    none = np.zeros(field.values.shape, np.bool_)
    other, untold = _besides(field, instances)
    return LabelledSpread(photograph.name, photograph.split, field, instances, other, none, untold)


def _scaled(photograph: Photograph, field: Field) -> list[Region]:
    instances = []
    for outline in photograph.outlines:
        whole = np.zeros(photograph.grey.shape, np.float32)
        whole[outline.place] = outline.mask
        one = Region.cut(resized(whole, field.values.shape) > 0.5)
        if one is not None:
            instances.append(one)
    return instances


def label_by_boxes(photograph: Photograph, field: Field) -> LabelledSpread:
    """Return a photograph of which boxes are known, see `label_photograph`.

    Parameters
    ----------
    photograph : Photograph
    field : Field
        Of the photograph.
    """
    boxes = photograph.boxes * field.factor
    numbered = label(stained(field.values), connectivity=2)
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    none = np.zeros(field.values.shape, np.bool_)
    covered, other, unknown = none.copy(), none.copy(), none.copy()
    for left, top, right, bottom in boxes.round().astype(int):
        covered[max(0, top) : bottom, max(0, left) : right] = True
    instances = []
    reach = np.array(_REACH) * field.factor
    for item in regionprops(numbered):
        top, left, bottom, right = item.bbox
        here = (slice(top, bottom), slice(left, right))
        inside = (middle > (left, top)).all(axis=1) & (middle < (right, bottom)).all(axis=1)
        if inside.sum() == 1:
            box = boxes[int(inside.argmax())]
            beyond = np.concatenate([(left, top) - box[:2], box[2:] - (right, bottom)])
            if beyond.min() >= reach[0] and beyond.max() <= reach[1]:
                instances.append(Region(item.image_filled.copy(), top, left))
                continue
        share = float(covered[here][item.image].mean())
        target = other if share < _HARDLY and not inside.any() else unknown
        target[here] |= item.image
    # A nucleus that chromosomes lie against; what lies in a box may be of either.
    wide = broad(stained(field.values))
    nucleus = unknown & wide & ~covered
    return LabelledSpread(
        photograph.name,
        photograph.split,
        field,
        instances,
        other | nucleus,
        unknown & covered & ~wide,
        unknown & ~nucleus & (wide | ~covered),
    )


def _besides(field: Field, instances: list[Region]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return what is stained beside all chromosomes of a field, and what of it may be one.

    Not all chromosomes of each photograph were outlined.
    """
    covered = np.zeros(field.values.shape, np.bool_)
    for one in instances:
        covered[one.place] |= one.mask
    dark = stained(field.values)
    beside = ndimage.binary_dilation(covered, iterations=4)
    # Also of a nucleus that chromosomes lie against; but not their glow.
    other = ndimage.binary_opening(dark & ~beside, iterations=2)
    numbered, count = ndimage.label(other)
    sizes = np.bincount(numbered.ravel(), minlength=count + 1)
    wide = np.unique(numbered[broad(dark)])
    likely = (sizes >= _LIKELY) & ~np.isin(np.arange(count + 1), wide)
    likely[0] = False
    untold = likely[numbered]
    return other & ~untold, untold
