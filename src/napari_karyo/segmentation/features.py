"""What is known of an outline that may be a chromosome: from the classifier, maps and shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.segmentation.ground import WIDTH
from napari_karyo.segmentation.maps import Maps
from napari_karyo.segmentation.partition import Candidate

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification

#: Of the classifier: how sure it is, how like the class's bands and contrast, length and width
#: among those of the cell, and how even the width is along the chromosome.
OF_CROP: Final = (
    "sure",
    "second",
    "bands",
    "contrast",
    "longer",
    "shorter",
    "wider",
    "narrower",
    "solidity",
    "uneven",
    "unusable",
)
#: Of maps and shape, see `of_shape`.
OF_SHAPE: Final = (
    "inside",
    "outside",
    "beside",
    "turn",
    "shared",
    "larger",
    "smaller",
)
FEATURES: Final = (*OF_CROP, *OF_SHAPE)

#: Pixels of the field from an outline to its inner part, and around it.
_REACH: Final = 4
#: Where the classifier can't use a crop.
_UNUSABLE: Final = (float(np.log(1e-3)), 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.5, 1.0, 1.0)


def of_crops(classification: Classification, among: int) -> NDArray[np.float64]:
    """Return what the classifier makes of each crop.

    Parameters
    ----------
    classification : Classification
    among : int
        So many first crops tell the usual length and width.

    Returns
    -------
    ndarray, shape (N, len(OF_CROP))
    """
    from napari_karyo.inference.likeness import INSIDE, measure

    likeness = measure(classification, np.zeros(len(classification)), among)
    ordered = np.sort(classification.probabilities, axis=1)
    length, width = likeness.length, likeness.width
    return np.stack(
        [
            np.log(np.maximum(classification.confidence, 1e-3)),
            ordered[:, -2],
            likeness.bands,
            likeness.contrast,
            np.maximum(length, 0.0),
            np.maximum(-length, 0.0),
            np.maximum(width, 0.0),
            np.maximum(-width, 0.0),
            likeness.solidity,
            np.array([_uneven(picture[0] > INSIDE) for picture in classification.inputs]),
            np.zeros(len(classification)),
        ],
        axis=1,
    )


def unusable() -> NDArray[np.float64]:
    """Return what stands for a crop that the classifier can't use."""
    return np.array(_UNUSABLE)


def of_shape(shape: Candidate, maps: Maps, usual: float) -> NDArray[np.float64]:
    """Return what maps and shape say of an outline.

    Parameters
    ----------
    shape : Candidate
    maps : Maps
    usual : float
        Pixels of the median chromosome.

    Returns
    -------
    ndarray, shape (len(OF_SHAPE),)
        How little of its inner part is core or crossing: a border runs through it. How much of
        what lies around it is core, and how much is chromosome: it goes on there, or another
        lies there. By how much its parts turn at a crossing, and what share of it lies at
        crossings. The logarithm of its size over the usual one, where larger and where smaller.
    """
    wide = shape.region.grown(_REACH, maps.core.shape)
    here = wide.place
    mask = shape.region.within(wide.top, wide.left, wide.mask.shape)
    core = np.maximum(maps.core[here], maps.crossing[here])
    inner = core[ndimage.distance_transform_edt(mask) > _REACH]
    ring = wide.mask & ~mask
    pixels = max(1, int(np.count_nonzero(mask)))
    size = float(np.log(pixels / max(usual, WIDTH)))
    return np.array(
        [
            float((1 - inner).mean()) if inner.size else 1.0,
            float(maps.core[here][ring].mean()) if ring.any() else 0.0,
            float(maps.chromosome[here][ring].mean()) if ring.any() else 0.0,
            shape.turn,
            np.count_nonzero(shape.shared) / pixels,
            max(size, 0.0),
            max(-size, 0.0),
        ]
    )


def _uneven(mask: NDArray[np.bool_]) -> float:
    """Return how much wider than the middle row the widest rows of a chromosome are."""
    widths = mask.sum(axis=1)
    widths = widths[widths > 0]
    if len(widths) < 4:
        return 1.0
    return float(np.log(np.quantile(widths, 0.95) / max(float(np.median(widths)), 1.0)))
