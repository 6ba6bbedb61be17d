"""Lines drawn on the photograph: which chromosome one is meant for, and where it goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Outline

#: So many pixels of the photograph beside a chromosome a line is still meant for it.
_BESIDE: Final = 3


def meant_by(
    line: Sequence[tuple[float, float]], outlines: Mapping[int, Outline], selected: int | None
) -> int | None:
    """Return the chromosome that a line lies on: the selected one unless much more on another.

    Parameters
    ----------
    line : sequence of (row, column)
    outlines : mapping of int to Outline
    selected : int or None
        It is meant, too, where the line lies on none.
    """
    points = np.asarray(line, np.float64).reshape(-1, 2)
    way = np.concatenate([[0.0], np.hypot(*np.diff(points, axis=0).T).cumsum()])
    # About a place for each pixel of the photograph that it goes through.
    along = np.linspace(0.0, way[-1], round(way[-1]) + 2)
    places = np.stack([np.interp(along, way, points[:, axis]) for axis in (0, 1)], axis=1)
    picked = None if selected is None else outlines.get(selected)
    own = 0 if picked is None else _length_on(picked, places, _BESIDE)
    # Between two whose outlines have a gap a line lies beside both.
    for reach in (0, _BESIDE):
        lengths = {one: _length_on(outline, places, reach) for one, outline in outlines.items()}
        longest = max(lengths.values(), default=0)
        if longest:
            others = (one for one, length in lengths.items() if length == longest)
            return selected if 2 * own >= longest else next(others)
    return selected


def _length_on(outline: Outline, places: NDArray[np.float64], reach: int) -> int:
    """Return how many of some places in the photograph lie on an outline, or so near to it."""
    first = outline.top - reach, outline.left - reach
    rows, columns = (np.rint(places).astype(np.int64) - first).T
    mask = np.pad(outline.mask, reach)
    there = (rows >= 0) & (rows < mask.shape[0]) & (columns >= 0) & (columns < mask.shape[1])
    if reach and there.any():
        mask = ndimage.binary_dilation(mask, iterations=reach)
    return int(mask[rows[there], columns[there]].sum())


def shifted(
    line: Sequence[tuple[float, float]], down: float, right: float
) -> list[tuple[float, float]]:
    """Return a line so much further down and to the right."""
    return [(y + down, x + right) for y, x in line]
