"""Pieces joined across crossings along their direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.segmentation.ground import WIDTH
from napari_karyo.segmentation.pieces import Pieces

#: The direction of a piece at a crossing is that of its pixels so near to it.
_NEAR: Final = 1.6 * WIDTH

#: Two pieces that go on in each other cost nothing; at a right angle they cost 1. From here on
#: they are two chromosomes that end at the crossing.
DEAREST: Final = 0.6

#: Fewer pixels than this are no chromosome where they hang on another.
STUB: Final = 0.5 * WIDTH**2

#: Of all pairings of so many pieces the best is found.
_MOST_PIECES: Final = 8

_EIGHT: Final = np.ones((3, 3), np.bool_)


@dataclass(frozen=True)
class Joint:
    """Two pieces that may go on in each other across a crossing.

    Attributes
    ----------
    first, second : int
        Pieces.
    crossing : int
    cost : float
        0 where they lie in one line.
    """

    first: int
    second: int
    crossing: int
    cost: float


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Which pieces lie at which crossing, and how they may go on.

    Attributes
    ----------
    at : dict of int to tuple of int
        Of each crossing the pieces beside it.
    joints : tuple of Joint
        All pairs of pieces at each crossing.
    """

    at: dict[int, tuple[int, ...]]
    joints: tuple[Joint, ...]


def find_neighbours(pieces: Pieces) -> Neighbours:
    """Find which pieces lie at each crossing, and how well each two go on in each other."""
    at: dict[int, tuple[int, ...]] = {}
    joints: list[Joint] = []
    places = ndimage.find_objects(pieces.crossings)
    for crossing, place in enumerate(places, start=1):
        if place is None:
            continue
        here = _around(place, pieces.numbered.shape, int(_NEAR) + 4)
        mask = pieces.crossings[here] == crossing
        near = ndimage.binary_dilation(mask, _EIGHT, iterations=2)
        numbered = pieces.numbered[here]
        beside = [int(one) for one in np.unique(numbered[near]) if one]
        at[crossing] = tuple(beside)
        ends = [_end(numbered == one, mask) for one in beside]
        for i, first in enumerate(beside):
            for j in range(i + 1, len(beside)):
                joints.append(Joint(first, beside[j], crossing, _cost(ends[i], ends[j])))
    return Neighbours(at, tuple(joints))


def choose_joints(neighbours: Neighbours) -> list[Joint]:
    """Return the joints that cost least, each piece in one at a crossing at most."""
    chosen: list[Joint] = []
    for crossing, beside in neighbours.at.items():
        count = len(beside)
        if count < 2:
            continue
        # Each piece with another, or with nothing at the price of half the dearest joint.
        price = np.full((count, count), np.inf)
        own: dict[tuple[int, int], Joint] = {}
        for joint in neighbours.joints:
            if joint.crossing == crossing:
                i, j = beside.index(joint.first), beside.index(joint.second)
                own[i, j] = joint
                price[i, j] = price[j, i] = joint.cost
        chosen += [own[pair] for pair in _matching(price)]
    return chosen


def hang_on(
    pieces: Pieces,
    neighbours: Neighbours,
    touching: dict[int, dict[int, int]],
    group: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Give what is too small for a chromosome to the chromosome that it hangs on.

    Parameters
    ----------
    pieces : Pieces
    neighbours : Neighbours
    touching : dict of int to dict
        See `contacts_of`.
    group : ndarray of int, shape (count + 1,)
        Of each piece its chromosome; that of 0 is 0.

    Returns
    -------
    ndarray of int, shape (count + 1,)
    """
    group = group.copy()
    pixels = np.bincount(pieces.numbered.ravel(), minlength=pieces.count + 1)
    for which in np.unique(group[1:]):
        own = np.flatnonzero(group == which)
        if pixels[own].sum() >= STUB:
            continue
        beside: dict[int, float] = {}
        for one in own:
            for other, length in touching.get(int(one), {}).items():
                beside[int(group[other])] = beside.get(int(group[other]), 0.0) + length
            for joint in neighbours.joints:
                if int(one) in (joint.first, joint.second):
                    other = joint.second if joint.first == one else joint.first
                    # Better in line than across.
                    worth = WIDTH / (1.0 + joint.cost)
                    beside[int(group[other])] = max(beside.get(int(group[other]), 0.0), worth)
        beside.pop(int(which), None)
        if beside:
            group[own] = max(beside, key=lambda one: beside[one])
    return group


def contacts_of(pieces: Pieces) -> dict[int, dict[int, int]]:
    """Return of each piece how many pixels of it lie beside which others."""
    found: dict[int, dict[int, int]] = {}
    numbered = pieces.numbered
    for first, second in (
        (numbered[:-1], numbered[1:]),
        (numbered[:, :-1], numbered[:, 1:]),
    ):
        border = (first != second) & (first > 0) & (second > 0)
        pairs, counts = np.unique(
            np.stack([first[border], second[border]]), axis=1, return_counts=True
        )
        for (i, j), count in zip(pairs.T.tolist(), counts.tolist(), strict=True):
            for one, other in ((i, j), (j, i)):
                beside = found.setdefault(one, {})
                beside[other] = beside.get(other, 0) + count
    return found


def _matching(price: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the pairs of least price; what costs more than `DEAREST` stays alone.

    At a crossing lie two chromosomes at least, so that two pieces are never joined to none
    but one.
    """
    count = len(price)
    most = count - 2
    best: tuple[float, list[tuple[int, int]]] = (np.inf, [])

    def extend(free: tuple[int, ...], cost: float, pairs: list[tuple[int, int]]) -> None:
        nonlocal best
        if cost + len(free) * DEAREST / 2 < best[0]:
            best = (cost + len(free) * DEAREST / 2, list(pairs))
        if len(pairs) >= most or len(free) < 2:
            return
        first, rest = free[0], free[1:]
        for other in rest:
            if price[first, other] < DEAREST:
                left = tuple(one for one in rest if one != other)
                extend(left, cost + price[first, other], [*pairs, (first, other)])
        # Or this one ends here.
        extend(rest, cost + DEAREST / 2, pairs)

    if count <= _MOST_PIECES:
        extend(tuple(range(count)), 0.0, [])
        return best[1]
    # So many pieces at one place nobody tells apart: each with the one it fits best.
    return [
        (i, int(j))
        for i, j in enumerate(price.argmin(axis=1))
        if i < j and price[j].argmin() == i and price[i, j] < DEAREST
    ]


def _around(place: tuple[slice, slice], shape: Sequence[int], margin: int) -> tuple[slice, slice]:
    rows, columns = (
        slice(max(0, one.start - margin), min(side, one.stop + margin))
        for one, side in zip(place, shape, strict=True)
    )
    return rows, columns


@dataclass(frozen=True, eq=False)
class _End:
    """Where a piece meets a crossing, and where it would go on.

    Attributes
    ----------
    place : ndarray, shape (2,)
        Row and column.
    towards : ndarray, shape (2,)
        Of length 1, from the piece into the crossing.
    """

    place: NDArray[np.float64]
    towards: NDArray[np.float64]


def _end(piece: NDArray[np.bool_], crossing: NDArray[np.bool_]) -> _End:
    distance = ndimage.distance_transform_edt(~crossing)
    near = np.argwhere(piece & (distance < _NEAR))
    close = np.argwhere(piece & (distance < 3.0))
    place = (close if len(close) else near).mean(axis=0)
    middle = near.mean(axis=0)
    # The axis of the pixels near the crossing, pointed into it.
    spread = near - middle
    _, vectors = np.linalg.eigh(spread.T @ spread + 1e-6 * np.eye(2))
    axis = vectors[:, -1]
    target = np.argwhere(crossing).mean(axis=0)
    towards = target - middle
    towards /= max(float(np.linalg.norm(towards)), 1e-6)
    along = axis if axis @ towards >= 0 else -axis
    # A short stump has no axis of its own.
    weight = np.clip((len(near) / WIDTH - 0.6 * WIDTH) / (0.6 * WIDTH), 0.0, 1.0)
    mixed = weight * along + (1 - weight) * towards
    return _End(place, mixed / max(float(np.linalg.norm(mixed)), 1e-6))


def _cost(first: _End, second: _End) -> float:
    """Return how far two ends are from going on in each other: 0 in one line."""
    between = second.place - first.place
    length = max(float(np.linalg.norm(between)), 1e-6)
    straight = (1 + float(first.towards @ second.towards)) / 1.0
    beside = 0.0
    if length > 2:
        beside = 1 - float(first.towards @ between) / length
        beside += 1 - float(-second.towards @ between) / length
    return 0.6 * straight + 0.4 * beside
