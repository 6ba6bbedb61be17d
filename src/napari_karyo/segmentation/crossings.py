"""Chromosomes that cross one another, parted so that each is whole."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

from napari_karyo.cell import Outline
from napari_karyo.errors import EditError
from napari_karyo.preprocessing.pieces import distinct_points
from napari_karyo.segmentation.canvas import (
    Patch,
    bounds,
    components,
    line_distance,
    on_canvas,
    outline_of,
)

_EIGHT: Final = np.ones((3, 3), np.bool_)

#: An arm that ends at another one goes on beneath it where its tip looks out beyond: at so many
#: half widths from the other's middle line.
_TIP: Final = 1.2
#: The direction of an arm is that of its stretch beside the crossing, of so many widths.
_STRETCH: Final = 1.5
#: An arm that ends so soon, in half widths, is a corner or a splayed chromatid.
_SPUR: Final = 1.5
#: Two forks so near to each other, in half widths, are one crossing at a sharp angle.
_SHARP: Final = 6.0
#: Two arms that go on in each other cost 0. One that ends at the crossing costs so much.
_END: Final = 0.3
#: Of so many arms at one crossing all pairings are tried.
_MOST_ARMS: Final = 8


def part_crossing(
    outline: Outline, lines: Sequence[Sequence[tuple[float, float]]]
) -> list[Outline]:
    """Part chromosomes that cross one another, each whole.

    Parameters
    ----------
    outline : Outline
        Of all of them together.
    lines : sequence of sequence of (row, column)
        Of each chromosome its middle line, in pixels of the photograph.

    Returns
    -------
    list of Outline
        One for each line. The pixels of the crossing are in each that crosses there, and
        shared.

    Raises
    ------
    EditError
        Where there are fewer than two lines, or one lies beside the outline or leaves a
        chromosome nothing.
    PreprocessingError
        Where a line is none.
    """
    if len(lines) < 2:
        raise EditError(
            "A crossing is parted by two lines or more.", "Draw one along each chromosome."
        )
    box = bounds([outline], margin=1)
    mask = on_canvas(outline, box)
    drawn = [distinct_points(line) - (box.top, box.left) for line in lines]
    away = np.stack([line_distance(mask.shape, points) for points in drawn])
    half = _half_widths(mask, away)
    relative = away / half[:, None, None]
    own = np.stack([mask & (relative.argmin(axis=0) == one) for one in range(len(drawn))])
    for first in range(len(drawn)):
        for second in range(first + 1, len(drawn)):
            both = mask & (relative[first] <= 1.0) & (relative[second] <= 1.0)
            for part in components(both):
                # Side by side they only touch: nothing lies deep in both.
                if (relative[first] + relative[second])[part].min() < 1.0:
                    own[first] |= part
                    own[second] |= part
    own = _whole(own, away)
    shared = own.sum(axis=0) > 1
    for number, part in enumerate(own):
        if np.count_nonzero(part & ~shared) < half[number] ** 2:
            raise EditError(
                "A line leaves its chromosome nothing of its own.",
                "Draw one line along each chromosome, from end to end.",
            )
    return [outline_of(part, box.top, box.left, shared & part) for part in own]


def _half_widths(mask: NDArray[np.bool_], away: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return half of the width of the chromosome along each line."""
    inside = ndimage.distance_transform_edt(mask)
    found = []
    for number, distance in enumerate(away):
        along = (distance <= 0.75) & mask
        if not along.any():
            raise EditError(
                "A line lies beside the chromosomes.",
                "Draw it along the middle of one, from end to end.",
            )
        others = np.delete(away, number, axis=0).min(axis=0)
        # A drawn line is not in the very middle: what is there within a few pixels.
        middle = ndimage.maximum_filter(inside, size=5)
        usual = float(np.median(middle[along]))
        # Away from the crossing, where it is as wide as all who meet there.
        alone = along & (others > 2.5 * usual)
        found.append(max(1.0, float(np.median(middle[alone if alone.any() else along]))))
    return np.array(found)


def _whole(own: NDArray[np.bool_], away: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Give stretches that do not hang together with their line to what they touch most."""
    left = np.zeros_like(own[0])
    for number, mask in enumerate(own):
        for part in components(mask):
            # A part that its own line passes is of the chromosome, however pale it is between.
            if away[number][part].min() > 1.5:
                own[number] &= ~part
                left |= part
    for part in components(left & ~own.any(axis=0)):
        beside = ndimage.binary_dilation(part, _EIGHT) & ~part
        touched = [np.count_nonzero(mask & beside) for mask in own]
        own[int(np.argmax(touched))] |= part
    return own


def part_crossing_alone(outline: Outline) -> list[Outline]:
    """Part chromosomes that cross one another, as their shape proposes it.

    Parameters
    ----------
    outline : Outline
        Of all of them together.

    Returns
    -------
    list of Outline
        See `part_crossing`.

    Raises
    ------
    EditError
        Where no crossing is found in it.
    """
    lines = crossing_lines(outline)
    if len(lines) < 2:
        raise EditError(
            "No crossing is found in this object.",
            "Draw a line along each of its chromosomes, or cut it.",
        )
    return part_crossing(outline, lines)


def crossing_lines(outline: Outline) -> list[list[tuple[float, float]]]:
    """Return the middle line of each chromosome that an outline seems to hold.

    The arms of its skeleton, joined across each crossing where they go on in each other.
    """
    box = bounds([outline], margin=2)
    # Ends of a thread are rounded off: they would be arms.
    mask = ndimage.gaussian_filter(on_canvas(outline, box).astype(np.float32), 1.0) > 0.5
    skeleton = skeletonize(mask)
    if not skeleton.any():
        return []
    inside = ndimage.distance_transform_edt(mask)
    half = float(np.median(inside[skeleton]))
    arms, knots = _arms(skeleton, half)
    joined: dict[tuple[int, int], int] = {}
    for knot in range(1, int(knots.max()) + 1):
        near = ndimage.binary_dilation(knots == knot, _EIGHT, iterations=2)
        middle = np.argwhere(knots == knot).mean(axis=0)
        beside = [number for number, arm in enumerate(arms) if near[tuple(arm.T)].any()]
        found = [_way_out(arms[number], middle, _STRETCH * 2 * half) for number in beside]
        for first, second in _pairs(found):
            joined[beside[first], knot] = beside[second]
            joined[beside[second], knot] = beside[first]
    lines = _chains(arms, knots, joined)
    return [_placed(_drawn_on(number, lines, mask, half), box) for number in range(len(lines))]


def _arms(
    skeleton: NDArray[np.bool_], half: float
) -> tuple[list[NDArray[np.int64]], NDArray[np.int32]]:
    """Return the arms of a skeleton as ordered pixels, and its crossings as numbered zones."""
    neighbours = ndimage.convolve(skeleton.astype(np.int32), _EIGHT.astype(np.int32)) - 1
    forks = skeleton & (neighbours >= 3)
    thread, sharp = skeleton.copy(), np.zeros_like(skeleton)
    while True:
        zone = np.zeros_like(skeleton)
        if forks.any():
            zone = ndimage.distance_transform_edt(~forks) <= max(1.5, 0.8 * half)
        knots, count = ndimage.label(zone | sharp, _EIGHT)
        arms = [_ordered(part) for part in components(thread & (knots == 0))]
        ends = [_knots_at(arm, knots) for arm in arms]
        spurs = [
            arm
            for arm, at in zip(arms, ends, strict=True)
            if len(at) == 1 and len(arm) < _SPUR * half
        ]
        # Where fewer than three arms meet there is no crossing.
        beside = np.bincount([one for at in ends for one in at], minlength=count + 1)
        idle = [one for one in range(1, count + 1) if beside[one] < 3]
        # Two that cross at a sharp angle lie upon each other between two forks.
        doubled = [
            arm
            for arm, at in zip(arms, ends, strict=True)
            if len(at) > 1 and len(arm) < _SHARP * half
        ]
        if spurs:
            for arm in spurs:
                thread[tuple(arm.T)] = False
        elif idle:
            forks &= ~np.isin(knots, idle)
            sharp &= ~np.isin(knots, idle)
        elif doubled:
            sharp[tuple(doubled[0].T)] = True
        else:
            return arms, np.asarray(knots, np.int32)


def _knots_at(arm: NDArray[np.int64], knots: NDArray[np.int32]) -> list[int]:
    """Return the crossings beside an arm."""
    touched = set()
    for row, column in arm[[0, -1]]:
        window = knots[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3]
        touched |= {int(one) for one in np.unique(window) if one}
    return sorted(touched)


def _ordered(part: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the pixels of a thread from one end to the other."""
    pixels = [(int(row), int(column)) for row, column in np.argwhere(part)]
    start = pixels[0]
    for _ in range(2):
        # The last one reached from anywhere is an end.
        steps = _steps(set(pixels), start)
        start = max(steps, key=lambda pixel: steps[pixel])
    return np.array(sorted(steps, key=lambda pixel: steps[pixel]))[::-1]


def _steps(pixels: set[tuple[int, int]], start: tuple[int, int]) -> dict[tuple[int, int], int]:
    found = {start: 0}
    waiting = [start]
    for row, column in waiting:
        for other in ((row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            if other in pixels and other not in found:
                found[other] = found[row, column] + 1
                waiting.append(other)
    return found


def _way_out(
    arm: NDArray[np.int64], middle: NDArray[np.float64], stretch: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where an arm leaves a crossing, and in which direction."""
    away = np.hypot(*(arm - middle).T)
    near = arm[away <= away.min() + stretch]
    distances = np.hypot(*(near - middle).T)
    outer, inner = near[distances.argmax()], near[distances.argmin()]
    way = outer - inner if len(near) > 3 else outer - middle
    return inner.astype(np.float64), np.asarray(way / max(1e-6, float(np.hypot(*way))), np.float64)


def _pairs(
    found: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
) -> list[tuple[int, int]]:
    """Return which arms of a crossing go on in each other."""
    if not 2 <= len(found) <= _MOST_ARMS:
        return []

    def bend(first: int, second: int) -> float:
        (begin, out), (end, on) = found[first], found[second]
        across = (end - begin) / max(1e-6, float(np.hypot(*(end - begin))))
        # The one leads straight into the other, and doesn't lie beside it.
        return float((1 + out @ on) + (1 + out @ across) + (1 - on @ across)) / 6

    def price(pairing: list[tuple[int, int]]) -> float:
        bends = sum(bend(first, second) for first, second in pairing)
        return bends + _END * (len(found) - 2 * len(pairing))

    return min(_pairings(list(range(len(found)))), key=price)


def _pairings(members: list[int]) -> Iterator[list[tuple[int, int]]]:
    if not members:
        yield []
        return
    first, rest = members[0], members[1:]
    for pairing in _pairings(rest):
        yield pairing
    for other in rest:
        for pairing in _pairings([one for one in rest if one != other]):
            yield [(first, other), *pairing]


def _chains(
    arms: Sequence[NDArray[np.int64]],
    knots: NDArray[np.int32],
    joined: dict[tuple[int, int], int],
) -> list[NDArray[np.float64]]:
    """Return arms joined to lines, each once."""
    ends = [_knots_at(arm, knots) for arm in arms]
    middles = {
        knot: np.argwhere(knots == knot).mean(axis=0) for knot in range(1, int(knots.max()) + 1)
    }
    waiting = set(range(len(arms)))
    lines = []
    # From those that end somewhere; a ring begins anywhere.
    loose = [
        number
        for number in range(len(arms))
        if sum((number, knot) in joined for knot in ends[number]) < 2
    ]
    for begin in (*loose, *range(len(arms))):
        if begin not in waiting:
            continue
        number: int | None = begin
        came: int | None = next((one for one in ends[begin] if (begin, one) not in joined), None)
        line: list[NDArray[np.float64]] = []
        while number is not None and number in waiting:
            waiting.remove(number)
            onward = [one for one in ends[number] if one != came and (number, one) in joined]
            arm = arms[number].astype(np.float64)
            target = middles[onward[0]] if onward else None
            source = middles[came] if came is not None and line else None
            if (target is not None and _is_behind(arm, target)) or (
                target is None and source is not None and not _is_behind(arm, source)
            ):
                arm = arm[::-1]
            line.append(arm)
            came = onward[0] if onward else None
            number = joined[number, came] if came is not None else None
        lines.append(np.concatenate(line))
    return lines


def _drawn_on(
    number: int, lines: Sequence[NDArray[np.float64]], mask: NDArray[np.bool_], half: float
) -> NDArray[np.float64]:
    """Return a line through the other that it ends at, where its tip looks out beyond that."""
    line = lines[number]
    others = [other for one, other in enumerate(lines) if one != number]
    if not others:
        return line
    other = np.concatenate(others)
    stretch = min(len(line) - 1, round(_STRETCH * 2 * half))
    for end, inner, at in ((line[0], line[stretch], 0), (line[-1], line[-1 - stretch], len(line))):
        length = float(np.hypot(*(end - inner)))
        if length < 1.0 or np.hypot(*(other - end).T).min() > 2 * half:
            continue
        way = (end - inner) / length
        steps = end + np.arange(1, int(6 * half))[:, None] * way
        pixels = np.clip(np.rint(steps).astype(int), 0, np.array(mask.shape) - 1)
        outside = ~mask[tuple(pixels.T)]
        last = int(outside.argmax()) - 1 if outside.any() else -1
        if last >= 0 and np.hypot(*(other - steps[last]).T).min() > _TIP * half:
            line = np.insert(line, at if at == 0 else len(line), steps[last], axis=0)
    return line


def _is_behind(arm: NDArray[np.float64], point: NDArray[np.float64]) -> bool:
    """Whether a point lies nearer to the first pixel of an arm than to its last one."""
    return math.dist(arm[0], point) < math.dist(arm[-1], point)


def _placed(line: NDArray[np.float64], box: Patch) -> list[tuple[float, float]]:
    return [(float(row) + box.top, float(column) + box.left) for row, column in line]
