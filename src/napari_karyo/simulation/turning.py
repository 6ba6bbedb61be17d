"""Simulated chromosomes as they lie in a spread: bent more or less, turned anyhow, to scale."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.band_profiles.profiles import StainProfile
from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASS_INDEX
from napari_karyo.segmentation.ground import middle_width
from napari_karyo.simulation.draw import draw
from napari_karyo.simulation.sample import look_of, wanted

#: Chromosomes of a spread are bent more than those that somebody cut out of one.
_BENT: Final = 1.5
_MOST_STRONG: Final = 0.5
#: The outline runs where there is this share of the usual stain; its soft rim is so wide, of
#: the chromosome's width, at most.
_EDGE, _RIM = 0.33, 0.16
#: How far the stain of one chromosome strays from that of its cell, in a dark stain.
_STRAYS: Final = 0.06

_OF_LOOK, _OF_CHROMOSOME = range(2)


@dataclass(frozen=True, eq=False)
class Drawn:
    """One chromosome before it is turned.

    Attributes
    ----------
    label : str
        Its class.
    picture : ndarray, shape (height, width), float32
        How much stain there is, 1 in the bands.
    mask : ndarray of bool, shape (height, width)
        What lies within its outline; the soft rim of the stain lies around.
    factor : float
        Pixels of the photograph for one of the picture.
    """

    label: str
    picture: NDArray[np.float32]
    mask: NDArray[np.bool_]
    factor: float = 1.0

    def turned(self, angle: float) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Return mask and stain, turned by an angle in degrees and of the photograph's size."""
        turn = np.deg2rad(angle)
        matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        inverse = matrix.T / self.factor
        own = np.array(self.picture.shape)
        shape = np.ceil(self.factor * (np.abs(matrix) @ own)).astype(np.int64) + 2
        shift = (own - 1) / 2 - inverse @ ((shape - 1) / 2)

        def warped(values: NDArray[np.float32]) -> NDArray[np.float32]:
            if self.factor < 0.8:
                values = ndimage.gaussian_filter(values, 0.4 / self.factor)
            found = ndimage.affine_transform(values, inverse, shift, tuple(shape), order=1)
            return np.asarray(found, np.float32)

        stain = warped(self.picture)
        rows, columns = ndimage.find_objects((stain > 0.01).astype(np.uint8))[0]
        mask = _largest(warped(self.mask.astype(np.float32))[rows, columns] > 0.5)
        return mask, stain[rows, columns].copy()


def draw_chromosomes(
    profile: StainProfile,
    counts: dict[str, int],
    width: float,
    bend: float,
    branch: tuple[int, ...],
) -> list[Drawn]:
    """Draw the chromosomes of a cell.

    Parameters
    ----------
    profile : StainProfile
    counts : dict of str to int
        How many of each class.
    width : float
        Of a chromosome in the photograph, in pixels: the median along their middle lines.
    bend : float
        Factor on how far they are bent.
    branch : tuple of int
        Of the tree of random numbers.
    """
    look, _ = look_of(profile, np.random.default_rng([*branch, _OF_LOOK]))
    bend *= _BENT
    strong = min(_MOST_STRONG, bend * look.strong)
    look = replace(look, bend=bend * look.bend, strong=strong)
    dark = profile.polarity is Polarity.DARK
    drawn = []
    for label, number in wanted(counts):
        rng = np.random.default_rng([*branch, _OF_CHROMOSOME, CLASS_INDEX[label], number])
        one = profile.classes[label]
        picture = draw(one, look, rng)
        strays = float(np.clip(rng.standard_normal(), -1.8, 1.8))
        picture *= 1 + _STRAYS * strays if dark else max(0.3, one.peak + one.peak_spread * strays)
        usual = 2 * float(one.half_width.mean()) * look.width
        drawn.append(Drawn(label, picture, _within_outline(picture, usual)))
    widths = [middle_width(np.pad(one.mask, 1)) for one in drawn]
    factor = width / float(np.median([one for one in widths if one is not None]))
    return [replace(one, factor=factor) for one in drawn]


def _within_outline(picture: NDArray[np.float32], width: float) -> NDArray[np.bool_]:
    """Return what a person would outline: the soft rim lies without, pale stretches within."""
    kept = picture > 0
    stained = picture > _EDGE * float(np.median(picture[kept]))
    inner = ndimage.distance_transform_edt(np.pad(kept, 1))[1:-1, 1:-1] > _RIM * width
    return _largest(np.asarray(ndimage.binary_fill_holes(kept & (stained | inner)), np.bool_))


def _largest(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    numbered, found = ndimage.label(mask)
    if found < 2:
        return mask
    return np.asarray(numbered == 1 + int(np.bincount(numbered.ravel())[1:].argmax()), np.bool_)
