"""Crops that another program resized to one size: their relative length is lost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from napari_karyo.io.crop_content import CropContent

#: With fewer crops than this it can't be told.
_FEWEST = 8

#: From so many crops on lengths that hardly differ are unnatural, whatever the canvas.
_CELL = 20

#: The 90th percentile of the lengths over the 10th. In cells as photographed it is 1.8 or
#: more, in those resized to one size it is what the margins make of it.
_SPREAD = 1.4

#: A chromosome that was resized with its crop fills so much of it; on a canvas that all
#: crops share most do not.
_FILLED = 0.7

#: So many of the crops have the size in common.
_MOST = 0.9


def scale_is_lost(contents: Sequence[CropContent]) -> bool:
    """Tell whether the crops of a cell were resized to one size, each by its own factor.

    Crops on a common canvas keep their lengths: their sizes within it differ.

    Parameters
    ----------
    contents : sequence of CropContent
        All crops of a cell.
    """
    if len(contents) < _FEWEST:
        return False
    shapes = np.array([item.shape for item in contents], np.float64)
    extents = np.array([item.extent for item in contents], np.float64)
    extents = np.maximum(extents, 1)
    longest = extents.max(axis=1)
    if len(contents) >= _CELL and _spread(longest) < _SPREAD:
        return True
    # By long side, height, width, and short side.
    canvases = (shapes.max(axis=1), shapes[:, 0], shapes[:, 1], shapes.min(axis=1))
    objects = (longest, extents[:, 0], extents[:, 1], extents.min(axis=1))
    return any(
        _equal(canvas) and _spread(size) < _SPREAD and float(np.median(size / canvas)) > _FILLED
        for canvas, size in zip(canvases, objects, strict=True)
    )


def _equal(sides: NDArray[np.float64]) -> bool:
    return bool(np.mean(np.abs(sides - np.median(sides)) <= 1) >= _MOST)


def _spread(sizes: NDArray[np.float64]) -> float:
    low, high = np.quantile(sizes, (0.1, 0.9))
    return float(high / low)
