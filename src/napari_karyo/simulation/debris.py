"""What else lies in a photograph of a spread: interphase nuclei and dirt."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.segmentation.ground import resized
from napari_karyo.segmentation.region import Region
from napari_karyo.simulation.scatter import Area, Board

#: Radius of a nucleus, and of a speck of dirt, in widths of a chromosome.
_NUCLEUS: Final = (3.6, 5.2)
_SPECK: Final = (0.14, 0.42)
#: The part of a nucleus that lies in the photograph, at least.
_SEEN: Final = 0.4
_TRIES: Final = 60

#: A mask and how much stain there is at each of its pixels, 1 as in a chromosome's bands.
Blot = tuple[NDArray[np.bool_], NDArray[np.float32]]


def lay_nucleus(
    board: Board, area: Area, rng: np.random.Generator
) -> tuple[Region, NDArray[np.float32]] | None:
    """Lay a nucleus where there are few chromosomes, the picture's border cutting it or not.

    Returns
    -------
    tuple of Region and ndarray, or None
        Where it lies and how much stain it has; None where there is no room.
    """
    for shrunk in (1.0, 0.85, 0.7, 0.55):
        mask, stain = _nucleus(float(rng.uniform(*_NUCLEUS)) * shrunk * board.width, rng)
        best: tuple[float, int, int] | None = None
        for _ in range(_TRIES):
            top, left = (
                int(rng.integers(round(-0.6 * own), max(1, round(side - 0.4 * own))))
                for own, side in zip(mask.shape, board.shape, strict=True)
            )
            inner = _inner(mask.shape, top, left, board.shape)
            if np.count_nonzero(mask[inner]) < _SEEN * np.count_nonzero(mask):
                continue
            place = Region(mask[inner], max(0, top), max(0, left)).grown(2 * board.gap, board.shape)
            if (board.taken[place.place][place.mask] > 0).any():
                continue
            middle = top + mask.shape[0] / 2, left + mask.shape[1] / 2
            # At the rim is far enough: not all lie in the corners.
            away = min(area.beyond(*middle), 1.5)
            if best is None or away > best[0]:
                best = (away, top, left)
        if best is not None and best[0] > 0.7:
            _, top, left = best
            inner = _inner(mask.shape, top, left, board.shape)
            return board.lay(mask[inner].copy(), max(0, top), max(0, left)), stain[inner].copy()
    return None


def lay_speck(board: Board, rng: np.random.Generator) -> tuple[Region, NDArray[np.float32]] | None:
    """Lay a speck of dirt anywhere but on something; None where there is no room."""
    mask, stain = _speck(float(rng.uniform(*_SPECK)) * board.width, rng)
    for _ in range(10 * _TRIES):
        top, left = (
            int(rng.integers(0, max(1, side - own)))
            for own, side in zip(mask.shape, board.shape, strict=True)
        )
        if board.free(mask, top, left):
            return board.lay(mask, top, left), stain
    return None


def _inner(
    own: tuple[int, ...], top: int, left: int, shape: tuple[int, int]
) -> tuple[slice, slice]:
    """Return the part of a mask that lies in the photograph."""
    return (
        slice(max(0, -top), min(own[0], shape[0] - top)),
        slice(max(0, -left), min(own[1], shape[1] - left)),
    )


def _nucleus(radius: float, rng: np.random.Generator) -> Blot:
    away, angle = _polar(radius * float(rng.uniform(0.8, 1.0)), radius, 1.25 * radius, rng)
    rim = 1 + sum(
        rng.uniform(0.0, 0.05) * np.cos(turns * angle + rng.uniform(0, 2 * np.pi))
        for turns in (2, 3, 4)
    )
    inside = rim - away
    stain = rng.uniform(0.45, 0.75) * np.clip(inside / 0.09 + 0.2, 0, 1)
    # Chromatin in coarse clumps, with paler nucleoli.
    stain *= (
        1
        + 0.2 * _mottled(away.shape, radius / 7, rng)
        + 0.08 * _mottled(away.shape, radius / 25, rng)
    )
    return _cut(inside > 0, np.maximum(stain, 0.0))


def _speck(radius: float, rng: np.random.Generator) -> Blot:
    long = 1.0 if rng.random() < 0.75 else float(rng.uniform(1.5, 4.0))
    away, angle = _polar(radius, radius * long, 1.6 * radius * long + 2, rng)
    rim = 1 + 0.25 * np.cos(2 * angle + rng.uniform(0, 6)) + 0.15 * np.cos(3 * angle + rng.random())
    inside = np.clip((rim - away) * max(radius, 1.0) + 0.5, 0, 1)
    inside[tuple(side // 2 for side in inside.shape)] = 1.0
    return _cut(inside >= 0.5, rng.uniform(0.3, 1.0) * inside)


def _polar(
    short: float, long: float, reach: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return distance, 1 on the rim, and direction from the middle of a turned ellipse."""
    side = np.arange(-np.ceil(reach), np.ceil(reach) + 1)
    turn = float(rng.uniform(0, np.pi))
    down, right = np.meshgrid(side, side, indexing="ij")
    along = (np.cos(turn) * down + np.sin(turn) * right) / long
    across = (np.cos(turn) * right - np.sin(turn) * down) / short
    return np.hypot(along, across), np.arctan2(across, along)


def _mottled(shape: tuple[int, ...], size: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a smooth random pattern, its standard deviation 1."""
    coarse = [max(4, round(2 * side / max(size, 1.0))) for side in shape]
    pattern = resized(ndimage.gaussian_filter(rng.standard_normal(coarse), 1.0), shape)
    return np.asarray(pattern / max(float(pattern.std()), 1e-6), np.float32)


def _cut(mask: NDArray[np.bool_], stain: NDArray[np.float64]) -> Blot:
    numbered, _ = ndimage.label(mask, np.ones((3, 3)))
    middle = numbered[tuple(side // 2 for side in mask.shape)]
    mask = numbered == (middle or 1)
    rows, columns = ndimage.find_objects(mask.astype(np.uint8))[0]
    return mask[rows, columns], (stain * mask)[rows, columns].astype(np.float32)
