"""Crops that another program made black and white: their bands are lost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from napari_karyo.io.crop_content import EMPTY, CropContent

#: Greys from here on, as a share of the way from the paper to the farthest grey, are full.
_FULL = 0.85

#: With fewer of its pixels in between than this share, a chromosome is a silhouette. Of 608
#: real cells none is below 0.80; one bit, blurred by JPEG or resizing, is below 0.28.
_BETWEEN = 0.4

#: With fewer greys than this an object has no bands.
_GREYS = 2


def greys_are_lost(contents: Sequence[CropContent]) -> bool:
    """Tell whether the crops of a cell are black and white, or nearly so.

    Parameters
    ----------
    contents : sequence of CropContent
        All crops of a cell.
    """
    if not contents:
        return False
    return float(np.median([_between(item) for item in contents])) < _BETWEEN


def _between(content: CropContent) -> float:
    """Return the share of the object's pixels that are neither empty nor full."""
    values = np.abs(content.values)
    seen = values[values > EMPTY]
    if not len(seen):
        return 1.0
    if len(np.unique(seen[:4096])) < _GREYS:
        return 0.0
    return float(np.mean(seen < _FULL))
