"""How well a chromosome agrees with each place of a photograph, turned by an angle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from napari_karyo.segmentation.region import Region

#: Pixels of paper around a chromosome that have to agree too, and how much they weigh.
_RIM: Final = 3
_RIM_WEIGHT: Final = 0.5
#: Where less of a softened pixel is stained, its grey says nothing.
_STAINED: Final = 0.02
#: No chromosome lies where less of it is stained, as a share.
_ON_STAIN: Final = 0.75

_EIGHT: Final = np.ones((3, 3), np.bool_)

Floats = NDArray[np.float32]


class Seeing(NamedTuple):
    """How a chromosome and the photograph are compared.

    Attributes
    ----------
    factor : int
        At a scale of 1 to so many.
    inside : bool
        Only the greys within the outline, which tell even where others touch or cross it; else
        the paper beside it too, which tells its shape.
    step : float
        From angle to angle, in degrees.
    """

    factor: int
    inside: bool
    step: float


@dataclass(frozen=True)
class TurnedPlace:
    """Where the middle of a chromosome may lie in the photograph, and how it is turned."""

    agreement: float
    angle: float
    row: float
    column: float


class Template:
    """A chromosome of the karyogram, about its middle.

    Parameters
    ----------
    crop : ndarray, shape (height, width)
        How dark each pixel is; 0 on the paper.
    zoom : float
        How much larger than in the photograph.
    """

    def __init__(self, crop: Floats, zoom: float) -> None:
        mask = ndimage.binary_fill_holes(crop > 0)
        self._zoom = zoom
        self._middle = int(np.hypot(*mask.shape) / 2) + _RIM + 2
        pads = [
            (self._middle - side // 2, self._middle + 1 - side + side // 2) for side in mask.shape
        ]
        self._mask = np.pad(mask, pads).astype(np.float32)
        self._values = np.pad(crop, pads).astype(np.float32)
        near = ndimage.binary_dilation(self._mask > 0, _EIGHT, iterations=_RIM)
        self._weight = self._mask + np.float32(_RIM_WEIGHT) * (near - self._mask)
        self._seen: dict[tuple[int, bool], tuple[Floats, Floats]] = {}

    def half(self, factor: int) -> int:
        """Return how far it reaches from its middle, whichever way turned."""
        return int(np.ceil(self._middle / (factor * self._zoom)))

    def turned(self, angle: float, look: Seeing) -> tuple[Floats, Floats]:
        """Return its values and their weights as a look shows them, of odd sides."""
        seen = look.factor, look.inside
        if seen not in self._seen:
            values = _soft(self._values, look.factor)
            if look.inside:
                stained = (self._values > 0).astype(np.float32)
                values = np.divide(
                    values, np.maximum(_soft(stained, look.factor), np.float32(_STAINED))
                )
                self._seen[seen] = values, self._mask
            else:
                self._seen[seen] = values, _soft(self._weight, look.factor)
        values, weight = self._seen[seen]
        return self._sampled(values, angle, look.factor), self._sampled(weight, angle, look.factor)

    def outline(self, place: TurnedPlace, shape: tuple[int, ...]) -> Region | None:
        """Return what it covers of a photograph."""
        mask = self._sampled(self._mask, place.angle, 1) > 0.5
        half = self.half(1)
        top, left = round(place.row) - half, round(place.column) - half
        whole = np.pad(np.zeros(shape, np.bool_), side := 2 * half + 1)
        whole[top + side : top + 2 * side, left + side : left + 2 * side] = mask
        return Region.cut(whole[side:-side, side:-side])

    def _sampled(self, picture: Floats, angle: float, factor: int) -> Floats:
        half, turn, by = self.half(factor), np.deg2rad(angle), factor * self._zoom
        matrix = by * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        offset = self._middle - matrix @ np.array([half, half])
        sampled = ndimage.affine_transform(
            picture,
            matrix,
            offset,
            output_shape=(2 * half + 1, 2 * half + 1),
            output=np.float32,
            order=1,
        )
        return np.asarray(sampled)


class SearchedPage:
    """A photograph as looks show it.

    Parameters
    ----------
    picture : ndarray, shape (height, width)
        How dark each pixel is; 0 on the paper.
    """

    def __init__(self, picture: Floats) -> None:
        self._picture = picture
        self._seen: dict[tuple[int, bool], tuple[Floats, ...]] = {}
        self._waves: dict[tuple[int, bool, int], _Waves] = {}

    @property
    def stained(self) -> Floats:
        """How dark what is no paper is."""
        return self._picture[self._picture > 0]

    def seen(self, look: Seeing) -> tuple[Floats, ...]:
        """Return the whole photograph as a look shows it; for some, where it is stained."""
        key = look.factor, look.inside
        if key not in self._seen:
            picture = _blocks(self._picture, look.factor)
            if look.inside:
                stained = _blocks((self._picture > 0).astype(np.float32), look.factor)
                self._seen[key] = (
                    np.divide(picture, np.maximum(stained, np.float32(_STAINED))),
                    stained,
                )
            else:
                self._seen[key] = (picture,)
        return self._seen[key]

    def whole(self, look: Seeing, template: Template) -> _Waves:
        """Return the whole photograph with room for a template."""
        # Few sizes, so that few transforms of it are needed.
        room = -(-(2 * template.half(look.factor) + 1) // 16) * 16
        key = look.factor, look.inside, room
        if key not in self._waves:
            self._waves[key] = _Waves(self.seen(look), room)
        return self._waves[key]

    def window(self, look: Seeing, middle: Sequence[int], reach: int) -> _Waves:
        """Return the square about a place; paper where the photograph ends."""
        pictures = self.seen(look)
        windows = [np.zeros((2 * reach + 1, 2 * reach + 1), np.float32) for _ in pictures]
        here, there = [], []
        for centre, side in zip(middle, pictures[0].shape, strict=True):
            start = min(side, max(0, centre - reach))
            stop = max(start, min(side, centre + reach + 1))
            there.append(slice(start, stop))
            here.append(slice(start - centre + reach, stop - centre + reach))
        for window, picture in zip(windows, pictures, strict=True):
            window[tuple(here)] = picture[tuple(there)]
        return _Waves(windows, 0)


class _Waves:
    """A picture in which templates are sought.

    Parameters
    ----------
    pictures : sequence of ndarray, shape (height, width)
        The picture, and where it is stained if a template has to lie there.
    room : int
        How far a template may reach beyond it; what is there counts as paper.
    """

    def __init__(self, pictures: Sequence[Floats], room: int) -> None:
        picture, *stained = pictures
        self.shape = [fft.next_fast_len(side + room, real=True) for side in picture.shape]
        self._picture = fft.rfft2(picture, self.shape)
        self._squares = fft.rfft2(picture * picture, self.shape)
        self._stained = [fft.rfft2(one, self.shape) for one in stained]

    def agreement(self, values: Floats, weight: Floats) -> Floats:
        """Return how well a template agrees, by where its first pixel lies; places wrap."""
        total = weight.sum()
        contrast = values - (values * weight).sum() / total
        energy = (contrast * contrast * weight).sum()
        ours, heavy = np.conj(fft.rfft2(np.stack([contrast * weight, weight]), self.shape))
        both = [self._picture * ours, self._picture * heavy, self._squares * heavy]
        both += [one * heavy for one in self._stained]
        product, mean, square, *stained = fft.irfft2(np.stack(both), self.shape)
        # Where the photograph is even, nothing agrees.
        spread = np.maximum(square - mean * mean / total, total)
        agreement = product / np.sqrt(spread * energy + 1e-6)
        for one in stained:
            agreement[one < _ON_STAIN * total] = -1
        return np.asarray(agreement, np.float32)

    def share(self, weight: Floats) -> Floats:
        """Return which share of a template's weight lies on a picture of ones and zeros."""
        heavy = np.conj(fft.rfft2(weight, self.shape))
        return np.asarray(fft.irfft2(self._picture * heavy, self.shape) / weight.sum(), np.float32)


def _blocks(picture: Floats, factor: int) -> Floats:
    """Return a picture at a scale of 1 to `factor`: softened, and the means of blocks of it."""
    picture = ndimage.gaussian_filter(picture, 1.0)
    high, wide = (-(-side // factor) for side in picture.shape)
    padded = np.zeros((high * factor, wide * factor), np.float32)
    padded[: picture.shape[0], : picture.shape[1]] = picture
    return np.asarray(padded.reshape(high, factor, wide, factor).mean(axis=(1, 3)))


def _soft(picture: Floats, factor: int) -> Floats:
    """Return a picture as soft as `_blocks` makes it, at its own scale."""
    picture = ndimage.gaussian_filter(picture, 1.0)
    weights = np.ones(factor) / factor
    if factor % 2 == 0:
        weights = np.convolve(weights, [0.5, 0.5])
    for axis in (0, 1):
        picture = ndimage.correlate1d(picture, weights, axis=axis, mode="constant")
    return np.asarray(picture, np.float32)
