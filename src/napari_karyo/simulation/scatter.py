"""Where the objects of a simulated spread lie: apart, touching, crossing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.signal import fftconvolve

from napari_karyo.segmentation.region import Region

#: Share of the round area that chromosomes cover, where there is room.
_COVER: Final = 0.2
#: How often a place is drawn before the area grows, and how far it grows.
_TRIES: Final = 60
_GROWTH: Final = 1.06
_LARGEST: Final = 4.0
#: Where chromosomes touch, so much of a width at least and at most is contact.
_CONTACT: Final = (0.25, 1.6)
#: Where they cross, so many squares of a width lie over each other, and of the smaller one
#: no more than this share.
_SQUARES: Final = (0.35, 1.9)
_SHARE: Final = 0.45
#: How many places are looked at for one where each lies right across the other, and how often.
_LOOKS: Final = 60
_THROUGH: Final = 0.7

_EIGHT: Final = np.ones((3, 3), np.bool_)


@dataclass(frozen=True)
class Area:
    """The roughly round area over which a cell has spread.

    Attributes
    ----------
    middle : tuple of float
        Row and column.
    radius : float
    waves : tuple of (float, float)
        How far its rim strays with two and with three waves: size and phase.
    """

    middle: tuple[float, float]
    radius: float
    waves: tuple[tuple[float, float], ...]

    @staticmethod
    def of(covered: float, shape: tuple[int, int], rng: np.random.Generator) -> Area:
        """Return the area for chromosomes that cover so many pixels.

        Parameters
        ----------
        covered : float
        shape : tuple of int
            Of the photograph.
        rng : Generator
        """
        radius = float(np.sqrt(max(covered, 1.0) / _COVER / np.pi))
        middle = []
        for side in shape:
            free = max(0.0, side / 2 - radius)
            middle.append(side / 2 + min(free, 0.08 * side) * float(rng.uniform(-1, 1)))
        waves = [
            (float(rng.uniform(0.0, most)), float(rng.uniform(0, 2 * np.pi)))
            for most in (0.14, 0.08)
        ]
        return Area((middle[0], middle[1]), radius, tuple(waves))

    def rim(self, angle: float) -> float:
        """Return how far the rim is from the middle in a direction."""
        strays = (
            size * np.cos(turns * angle + phase)
            for turns, (size, phase) in enumerate(self.waves, 2)
        )
        return self.radius * (1 + float(sum(strays)))

    def draw(self, growth: float, rng: np.random.Generator) -> tuple[float, float]:
        """Draw a row and a column in the area, grown by a factor."""
        angle = float(rng.uniform(0, 2 * np.pi))
        away = growth * self.rim(angle) * float(rng.random()) ** 0.55
        return self.middle[0] + away * np.sin(angle), self.middle[1] + away * np.cos(angle)

    def beyond(self, row: float, column: float) -> float:
        """Return how far a place is from the middle, the rim being at 1."""
        down, right = row - self.middle[0], column - self.middle[1]
        return float(np.hypot(down, right) / self.rim(float(np.arctan2(down, right))))


@dataclass(eq=False)
class Board:
    """What already lies in a simulated spread.

    Attributes
    ----------
    shape : tuple of int
        Of the photograph.
    gap : int
        Pixels that lie between what does not touch, at least.
    width : float
        Of a chromosome, in pixels.
    taken : ndarray of int16, shape (height, width)
        How many objects lie at each pixel.
    """

    shape: tuple[int, int]
    gap: int
    width: float
    taken: NDArray[np.int16] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.taken = np.zeros(self.shape, np.int16)

    def lay(self, mask: NDArray[np.bool_], top: int, left: int) -> Region:
        """Lay a mask down and return where it lies."""
        region = Region(mask, top, left)
        self.taken[region.place] += mask
        return region

    def free(self, mask: NDArray[np.bool_], top: int, left: int) -> bool:
        """Tell whether a mask would lie in the photograph, by itself."""
        height, width = mask.shape
        gap = self.gap
        if top < gap or left < gap:
            return False
        if top + height + gap > self.shape[0] or left + width + gap > self.shape[1]:
            return False
        around = self.taken[top - gap : top + height + gap, left - gap : left + width + gap]
        if not around.any():
            return True
        return not (around[_wide(mask, gap)] > 0).any()

    def alone(
        self, mask: NDArray[np.bool_], area: Area, rng: np.random.Generator
    ) -> tuple[int, int] | None:
        """Return top and left of a place that touches nothing; None where there is no room."""
        height, width = mask.shape
        growth = 1.0
        while growth < _LARGEST:
            for _ in range(_TRIES):
                row, column = area.draw(growth, rng)
                top, left = round(row - height / 2), round(column - width / 2)
                if self.free(mask, top, left):
                    return top, left
            growth *= _GROWTH
        return None

    def joined(
        self, mask: NDArray[np.bool_], other: Region, crosses: bool, rng: np.random.Generator
    ) -> tuple[int, int] | None:
        """Return top and left of a place where a mask meets one other object and no more.

        Parameters
        ----------
        mask : ndarray of bool, shape (height, width)
        other : Region
            What it is to meet.
        crosses : bool
            Whether it lies across the other; else both touch.
        rng : Generator

        Returns
        -------
        tuple of int or None
            None where there is no such place.
        """
        gap = self.gap
        rows, columns = other.place
        height, width = mask.shape
        # The window holds every place where both can meet, and the gap around.
        low_row, low_column = max(0, rows.start - height - gap), max(0, columns.start - width - gap)
        high_row = min(self.shape[0], rows.stop + height + gap)
        high_column = min(self.shape[1], columns.stop + width + gap)
        window = (high_row - low_row, high_column - low_column)
        if window[0] < height + 2 * gap or window[1] < width + 2 * gap:
            return None
        own = other.within(low_row, low_column, window)
        others = (self.taken[low_row:high_row, low_column:high_column] - own) > 0
        plain = np.pad(mask, gap)
        shared = _overlaps(own, plain)
        valid = _overlaps(others, _wide(mask, gap)) == 0
        if crosses:
            square = self.width**2
            smaller = min(np.count_nonzero(mask), np.count_nonzero(other.mask))
            valid &= shared >= _SQUARES[0] * square
            valid &= shared <= min(_SQUARES[1] * square, _SHARE * smaller)
        else:
            near = ndimage.binary_dilation(plain, _EIGHT)
            contact = _overlaps(own, near)
            valid &= (shared == 0) & (contact >= max(3.0, _CONTACT[0] * self.width))
            valid &= contact <= _CONTACT[1] * self.width
        places = np.argwhere(valid)
        if not len(places):
            return None
        drawn = places[rng.integers(len(places), size=_LOOKS if crosses else 1)]
        row, column = drawn[0]
        if crosses and rng.random() < _THROUGH:
            # Ends that lie on each other have more places than what lies right across.
            through = (at for at in drawn if _parted(own, mask, at + gap))
            row, column = next(through, drawn[0])
        return low_row + int(row) + gap, low_column + int(column) + gap


def _wide(mask: NDArray[np.bool_], gap: int) -> NDArray[np.bool_]:
    """Return a mask with the gap around it."""
    away = ndimage.distance_transform_edt(~np.pad(mask, gap))
    return np.asarray(away <= gap, np.bool_)


def _parted(ground: NDArray[np.bool_], mask: NDArray[np.bool_], at: NDArray[np.int64]) -> bool:
    """Tell whether two masks part each other where one lies at a place of the other's ground."""
    here = tuple(slice(start, start + side) for start, side in zip(at, mask.shape, strict=True))
    under = np.zeros_like(ground)
    under[here] = mask
    return all(ndimage.label(one)[1] > 1 for one in (ground & ~under, mask & ~ground[here]))


def _overlaps(ground: NDArray[np.bool_], mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return how many pixels of a mask meet the ground's, at each place of the mask in it."""
    found = fftconvolve(ground.astype(np.float32), mask[::-1, ::-1].astype(np.float32), "valid")
    return np.rint(found).astype(np.int64)
