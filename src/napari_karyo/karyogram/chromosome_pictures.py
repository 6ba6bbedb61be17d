"""How large a chromosome's picture is as it looks, and where its pixels lie in the crop.

Rotation and straightening are grids onto the original crop, one led through the other,
so that a chromosome is sampled once from its photograph however it looks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from napari_karyo.karyotype.state import Appearance
from napari_karyo.preprocessing.straighten import try_straighten
from napari_karyo.preprocessing.upright import MARGIN, Upright

#: Height and width of a picture, in pixels of the crop, and its middle, row and column in
#: the picture that is rotated.
Extent = tuple[tuple[int, int], tuple[float, float]]


class ChromosomePictures:
    """The pictures of a cell's chromosomes, upright or pulled straight.

    A chromosome is straightened when it is first asked for, since that takes
    milliseconds, and what came of it is kept.
    """

    def __init__(self, uprights: Iterable[Upright]) -> None:
        self._uprights = list(uprights)
        self._straight: dict[int, Upright] = {}
        self._sizes: dict[tuple[int, float, bool], tuple[int, int]] = {}

    def __len__(self) -> int:
        return len(self._uprights)

    def extend(self, uprights: Iterable[Upright]) -> None:
        """Take in further chromosomes, merged or split ones."""
        self._uprights += uprights

    def item(self, index: int, straightened: bool) -> Upright:
        """Return a picture; the upright one too where it can't be straightened."""
        if not straightened:
            return self._uprights[index]
        if index not in self._straight:
            # Where its axis makes no sense, as photographed is better than not at all.
            item = self._uprights[index]
            self._straight[index] = try_straighten(item) or item
        return self._straight[index]

    def size(self, index: int, appearance: Appearance) -> tuple[int, int]:
        """Return height and width of a chromosome's picture, in pixels of the crop."""
        key = (index, appearance.angle, appearance.straightened)
        if key not in self._sizes:
            item = self.item(index, appearance.straightened)
            self._sizes[key] = extent(item, appearance.angle)[0]
        return self._sizes[key]


def extent(item: Upright, angle: float) -> Extent:
    """Return the size and the middle of a picture rotated by an angle.

    Parameters
    ----------
    item : Upright
    angle : float
        Degrees clockwise.

    Returns
    -------
    size : tuple of int
        Height and width that hold the rotated chromosome and the margin around it.
    middle : tuple of float
        Row and column of that box's middle, in the picture before it is rotated.
    """
    height, width = item.mask.shape
    middle = (height - 1) / 2, (width - 1) / 2
    if angle % 180 == 0 or not item.mask.any():
        return (height, width), middle
    cos, sin = _turn(angle)
    rows, columns = np.nonzero(item.mask)
    down, right = rows - middle[0], columns - middle[1]
    y, x = right * sin + down * cos, right * cos - down * sin
    tall, wide = float(np.ptp(y)), float(np.ptp(x))
    centre_y, centre_x = float(y.min()) + tall / 2, float(x.min()) + wide / 2
    return (
        (round(tall) + 1 + 2 * MARGIN, round(wide) + 1 + 2 * MARGIN),
        (
            middle[0] + centre_y * cos - centre_x * sin,
            middle[1] + centre_y * sin + centre_x * cos,
        ),
    )


def picture_places(
    item: Upright, size: tuple[int, int], turned: bool, angle: float = 0.0
) -> NDArray[np.float64]:
    """Return where each pixel of a tile lies in the picture, shape (2, height, width).

    Parameters
    ----------
    item : Upright
    size : tuple of int
        Height and width of the tile, in pixels.
    turned : bool
        Whether the tile is rotated by 180 degrees, beyond the angle.
    angle : float
        Degrees clockwise.
    """
    (height, width), middle = extent(item, angle)
    y = (np.arange(size[0]) + 0.5) * (height / size[0]) - height / 2
    x = (np.arange(size[1]) + 0.5) * (width / size[1]) - width / 2
    cos, sin = _turn(angle + 180.0 * turned)
    rows = middle[0] + y[:, None] * cos - x[None, :] * sin
    columns = middle[1] + y[:, None] * sin + x[None, :] * cos
    return np.stack([rows, columns])


def to_crop(item: Upright, turned: bool, angle: float, y: float, x: float) -> tuple[float, float]:
    """Return the row and column in the original crop of a point of a chromosome's picture.

    Parameters
    ----------
    item : Upright
    turned : bool
    angle : float
    y, x : float
        Shares of the picture's height and width, 0 to 1; a point beyond its edges lies
        as far outside as its rim goes on straight.
    """
    (height, width), middle = extent(item, angle)
    down, right = y * height - height / 2, x * width - width / 2
    cos, sin = _turn(angle + 180.0 * turned)
    return crop_point(
        item.grid,
        middle[0] + down * cos - right * sin,
        middle[1] + down * sin + right * cos,
    )


def crop_point(grid: NDArray[np.float32], row: float, column: float) -> tuple[float, float]:
    """Return where a grid leads from a place between its pixels, or beyond them.

    Parameters
    ----------
    grid : ndarray, shape (height, width, 2)
        Row and column in the crop of each pixel of a picture: ``Upright.grid``.
    row, column : float
        In that picture.

    Returns
    -------
    tuple of float
        Row and column in the crop.
    """
    # Each row of a grid, straightened or not, is a straight line in the crop. It is
    # followed from its middle, and columns of it from within the margin, because what a
    # straightened picture has outside the upright one was held at that one's rim.
    count, middle = grid.shape[0], grid.shape[1] // 2
    left, right = max(middle - 1, 0), min(middle + 1, grid.shape[1] - 1)
    first = min(MARGIN, (count - 1) // 2)
    last = max(count - 2 - MARGIN, first)
    y = min(max(math.floor(row), first), last)
    ends = []
    for at in (y, min(y + 1, count - 1)):
        line = grid[at].astype(np.float64)
        step = (line[right] - line[left]) / max(right - left, 1)
        ends.append(line[middle] + (column - middle) * step)
    point = ends[0] + (row - y) * (ends[1] - ends[0])
    return float(point[0]), float(point[1])


def _turn(angle: float) -> tuple[float, float]:
    """Return cosine and sine of degrees, exact for quarters."""
    quarter, rest = divmod(angle, 90.0)
    if rest == 0:
        return ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[int(quarter) % 4]
    return math.cos(math.radians(angle)), math.sin(math.radians(angle))
