"""Where the label of each chromosome of a spread stands on the screen.

Beside it, and over nothing else where that can be. One place is found anew at each edit, within
milliseconds; the numbers of a printed spread have all the time that they need: `printed_numbers`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.karyogram.page import Box

#: Directions from a chromosome in which a place is looked for.
_WAYS: Final = 24
#: Places at these distances from it, in units of the sheet; the nearest that is free is taken.
_DISTANCES: Final = (4.0, 12.0, 22.0)
#: Units of the sheet to a cell of the table in which is noted what is taken.
_COARSE: Final = 4
#: What it costs to lie over a chromosome, over another label, outside, and farther away.
_OVER, _LABEL, _OUTSIDE, _FAR = 1.0, 3.0, 6.0, 0.04


class LabelPlaces:
    """Finds places for the labels of one spread.

    Parameters
    ----------
    height, width : int
        Of the sheet, in its units.
    top : float
        Where labels may begin: above stands something else.
    """

    def __init__(self, height: int, width: int, top: float = 0.0) -> None:
        self._height, self._width, self._top = height, width, top
        #: At what price each cell is taken, and the sums above and to the left of each.
        self._taken = np.zeros((height // _COARSE + 1, width // _COARSE + 1), np.float32)
        self._table = np.zeros((height // _COARSE + 2, width // _COARSE + 2), np.float32)

    def note(self, outlines: Iterable[NDArray[np.float32]], labels: Iterable[Box]) -> None:
        """Note what is taken, in the place of what was noted before.

        Parameters
        ----------
        outlines : iterable of ndarray, shape (points, 2)
            Rows and columns of the pixels of each chromosome, in units of the sheet.
        labels : iterable of Box
        """
        taken = self._taken
        taken[:] = 0.0
        for points in outlines:
            rows, columns = (points / _COARSE).astype(np.intp).T
            inside = (rows >= 0) & (columns >= 0)
            inside &= (rows < taken.shape[0]) & (columns < taken.shape[1])
            taken[rows[inside], columns[inside]] = _OVER
        for box in labels:
            taken[self._cells(box)] += _LABEL
        self._sum()

    def take(self, box: Box) -> None:
        """Note one label more."""
        self._taken[self._cells(box)] += _LABEL
        self._sum()

    def _sum(self) -> None:
        self._table[1:, 1:] = self._taken.cumsum(axis=0).cumsum(axis=1)

    def best(self, points: NDArray[np.float32], height: float, width: float) -> Box:
        """Return the best place for a label of a size beside a chromosome.

        Parameters
        ----------
        points : ndarray, shape (points, 2)
            Rows and columns of its pixels, in units of the sheet.
        height, width : float
            Of the label.
        """
        best, least = Box(0.0, 0.0, height, width), math.inf
        for way in range(_WAYS):
            turn = 2 * math.pi * way / _WAYS
            down, right = math.sin(turn), math.cos(turn)
            along = points[:, 0] * down + points[:, 1] * right
            y, x = points[along > along.max() - 3.0].mean(axis=0)
            for distance in _DISTANCES:
                reach = distance + (abs(down) * height + abs(right) * width) / 2
                box = Box(
                    y + reach * down - height / 2, x + reach * right - width / 2, height, width
                )
                cost = self._cost(box) + _FAR * distance
                if cost < least - 1e-6:
                    best, least = box, cost
        return best

    def _cells(self, box: Box) -> tuple[slice, slice]:
        rows, columns = self._table.shape[0] - 1, self._table.shape[1] - 1
        top = min(rows - 1, max(0, int(box.top / _COARSE)))
        left = min(columns - 1, max(0, int(box.left / _COARSE)))
        bottom = min(rows, max(top + 1, math.ceil(box.bottom / _COARSE)))
        right = min(columns, max(left + 1, math.ceil(box.right / _COARSE)))
        return slice(top, bottom), slice(left, right)

    def _cost(self, box: Box) -> float:
        """Return the share of a place that is taken, each kind at its own price."""
        rows, columns = self._cells(box)
        table = self._table
        over = (
            table[rows.stop, columns.stop]
            - table[rows.start, columns.stop]
            - table[rows.stop, columns.start]
            + table[rows.start, columns.start]
        )
        cells = (rows.stop - rows.start) * (columns.stop - columns.start)
        outside = max(
            0.0,
            self._top - box.top,
            -box.left,
            box.bottom - self._height,
            box.right - self._width,
        )
        return float(over) / cells + (_OUTSIDE + outside if outside > 0 else 0.0)
