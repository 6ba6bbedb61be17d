"""The mean picture of a class from many measured chromosomes, their bands aligned.

A plain mean would blur the bands, since no two chromosomes are contracted alike along
their length. So each is first stretched a little, here more, there less, until its
bands and its waist lie on those of the mean, and the mean is taken anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.band_profiles.profiles import COLUMNS, REACH, ROWS
from napari_karyo.training.band_profiles.measure import Measured

#: Knots of the stretch along the axis, and how far each may move, in lengths.
_KNOTS = 8
_FARTHEST = 0.06
_STEPS = (0.03, 0.015, 0.0075)
_ROUNDS = 4

#: Chromosomes less like the mean than this are slips of the pen, or overlapped.
_LEAST_LIKENESS = 0.45


@dataclass(frozen=True, eq=False)
class Average:
    """The mean of a class.

    Attributes
    ----------
    texture : ndarray, shape (ROWS, COLUMNS), float32
        The two sides averaged, first column at the axis.
    half_width : ndarray, shape (ROWS,), float32
    spread : float
        Standard deviation of single chromosomes' greys about the mean picture.
    contrast : float
        Standard deviation along the axis of single band profiles over that of the mean.
    chromosomes : int
        How many were taken.
    """

    texture: NDArray[np.float32]
    half_width: NDArray[np.float32]
    spread: float
    contrast: float
    chromosomes: int


def average(items: Sequence[Measured]) -> Average:
    """Return the mean of the chromosomes of one class, p arm up, bands aligned."""
    textures = np.stack([item.texture for item in items]).astype(np.float64)
    widths = np.stack([item.half_width for item in items]).astype(np.float64)
    # A bent chromosome may have come out of the upright step standing on its head.
    bands = _bands(textures)
    reference = _standard(np.median(bands, axis=0)[None])[0]
    outline = np.median(_relative(widths), axis=0)
    for _ in range(2):
        upward = _likeness(bands, reference) + _likeness(widths, outline)
        downward = _likeness(bands[:, ::-1], reference) + _likeness(widths[:, ::-1], outline)
        turn = downward > upward + 0.3
        textures[turn] = textures[turn, ::-1, ::-1]
        widths[turn] = widths[turn, ::-1]
        bands = _bands(textures)
        reference = np.median(bands, axis=0)
        outline = np.median(_relative(widths), axis=0)
    shift = np.zeros((len(items), _KNOTS))
    keep = np.ones(len(items), bool)
    for _ in range(_ROUNDS):
        shift = _align(bands, _relative(widths), reference, outline, shift)
        # The mean stretch is no one's fault: it would let the mean creep along the axis.
        shift -= shift[keep].mean(axis=0)
        moved = _stretch(bands, shift)
        likeness = _likeness(moved, reference)
        keep = likeness > min(_LEAST_LIKENESS, float(np.median(likeness)) - 0.1)
        reference = moved[keep].mean(axis=0)
        outline = _stretch(_relative(widths), shift)[keep].mean(axis=0)
    places = _places(shift[keep])
    moved_textures = np.stack(
        [
            ndimage.map_coordinates(
                texture,
                np.stack(
                    np.broadcast_arrays(place[:, None], np.arange(2.0 * COLUMNS)[None, :]), axis=0
                ),
                order=1,
                mode="nearest",
            )
            for texture, place in zip(textures[keep], places, strict=True)
        ]
    )
    folded = (moved_textures[:, :, COLUMNS:] + moved_textures[:, :, :COLUMNS][:, :, ::-1]) / 2
    mean = folded.mean(axis=0)
    inner = _inner()
    spread = float((moved_textures - moved_textures.mean(axis=0)).std(axis=0)[4:-4].mean())
    single = _bands(moved_textures)[:, 4:-4].std(axis=1).mean()
    together = mean[4:-4, :inner].mean(axis=1).std()
    return Average(
        mean.astype(np.float32),
        _stretch(widths, shift)[keep].mean(axis=0).astype(np.float32),
        spread,
        float(single / max(together, 1e-6)),
        int(keep.sum()),
    )


def _inner() -> int:
    """Return how many columns from the axis make the inner two thirds of the width."""
    return round(COLUMNS * 2 / 3 / REACH)


def _bands(textures: NDArray[np.float64]) -> NDArray[np.float64]:
    inner = _inner()
    return np.asarray(textures[:, :, COLUMNS - inner : COLUMNS + inner].mean(axis=2))


def _relative(widths: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(widths / widths.mean(axis=1, keepdims=True))


def _standard(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9))


def _likeness(rows: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correlation of each row with the reference."""
    return np.asarray(_standard(rows) @ _standard(reference[None])[0])


def _places(shift: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where along the axis each stretched row is read, shape (N, ROWS)."""
    rows = np.arange(ROWS, dtype=np.float64)
    knots = np.linspace(0, ROWS - 1, _KNOTS)
    hats = np.stack([np.interp(rows, knots, np.eye(_KNOTS)[k]) for k in range(_KNOTS)])
    return np.asarray(np.clip(rows + shift @ hats * ROWS, 0, ROWS - 1))


def _stretch(values: NDArray[np.float64], shift: NDArray[np.float64]) -> NDArray[np.float64]:
    places = _places(shift)
    low = np.minimum(places.astype(np.int64), ROWS - 2)
    share = places - low
    number = np.arange(len(values))[:, None]
    return np.asarray(values[number, low] * (1 - share) + values[number, low + 1] * share)


def _align(
    bands: NDArray[np.float64],
    widths: NDArray[np.float64],
    reference: NDArray[np.float64],
    outline: NDArray[np.float64],
    shift: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Move the knots of every chromosome, one after the other, to where it fits best."""

    def score(candidate: NDArray[np.float64]) -> NDArray[np.float64]:
        fit = _likeness(_stretch(bands, candidate), reference)
        fit = fit + 0.5 * _likeness(_stretch(widths, candidate), outline)
        uneven = np.diff(candidate, axis=1) ** 2
        return np.asarray(fit - 10.0 * uneven.sum(axis=1))

    best = score(shift)
    for step in _STEPS:
        for knot in range(_KNOTS):
            for sign in (-1.0, 1.0):
                candidate = shift.copy()
                candidate[:, knot] = np.clip(
                    candidate[:, knot] + sign * step, -_FARTHEST, _FARTHEST
                )
                value = score(candidate)
                better = value > best
                shift = np.where(better[:, None], candidate, shift)
                best = np.where(better, value, best)
    return shift
