"""What a person who knows the truth about a spread would mend next, and how.

Used by `spread_clicks.py`. Nothing here knows of a window: outlines go in, and out comes the
correction that sets most right for the fewest clicks and keys.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Outline
from napari_karyo.errors import KaryoError
from napari_karyo.segmentation.canvas import bounds, half_width, on_canvas
from napari_karyo.segmentation.crossings import crossing_lines
from napari_karyo.segmentation.mending import (
    cut_outline,
    draw_outline,
    join_outlines,
    part_crossing,
    part_crossing_alone,
    polygons_of,
)
from napari_karyo.training.segmentation.matching import match

Line = list[tuple[float, float]]

#: A true chromosome of which so much lies in an object, crossings left out, is held by it.
_HELD: Final = 0.5
#: It is worth a cut where so much of it lies in an object, or makes up so much of that.
_SOME: Final = 0.25
_MUCH: Final = 0.15
#: Two cross where so much of a square of a chromosome's width lies in both.
_ACROSS: Final = 0.3
#: So much of a piece lies in the chromosome that it belongs to.
_PIECE: Final = 0.5
#: So much of an object that is drawn a second time lies in others.
_TWICE: Final = 0.7
#: A nucleus has the area of so many usual chromosomes.
_NUCLEUS: Final = 1.75
#: Pixels by which a drawn line reaches beyond what it cuts.
_BEYOND: Final = 4.0
_EIGHT: Final = np.ones((3, 3), np.bool_)


@dataclass(frozen=True)
class Correction:
    """One correction of outlines, as a person makes it.

    Attributes
    ----------
    kind : str
        ``cut``, ``join``, ``part``, ``draw``, ``dirt``, ``nucleus`` or ``twice``.
    objects : tuple of int
        Numbers of what it is about.
    lines : tuple of Line
        What is drawn, in pixels of the photograph; none where the program's proposal is taken.
    presses : int
        Clicks and keys that it takes, its tool not in hand.
    """

    kind: str
    objects: tuple[int, ...]
    lines: tuple[Line, ...] = ()
    presses: int = 2


@dataclass(frozen=True)
class Standing:
    """What of a spread is right.

    Attributes
    ----------
    pairs : dict of int to int
        True chromosome to the object that is it, and holds no other one.
    missed : list of int
        True chromosomes that no object is.
    false : list of int
        Objects that are no one chromosome.
    overlap : float
        Overlap over union, the mean of the pairs.
    """

    pairs: dict[int, int]
    missed: list[int]
    false: list[int]
    overlap: float

    @property
    def right(self) -> set[int]:
        """Objects that are each one chromosome."""
        return set(self.pairs.values())

    @property
    def wrong(self) -> int:
        """How many are missed or false."""
        return len(self.missed) + len(self.false)


class Truth:
    """The true chromosomes of a spread, against which objects are held.

    Parameters
    ----------
    outlines : sequence of Outline
        With what is shared at crossings.
    shape : tuple of int
        Of the photograph.
    """

    def __init__(self, outlines: Sequence[Outline], shape: tuple[int, int]) -> None:
        self.outlines = list(outlines)
        self.shape = shape
        self.areas = np.array([np.count_nonzero(one.mask) for one in outlines], float)
        self._own = [one.mask & ~one.shared for one in outlines]
        self._width = 2 * float(np.median([half_width(one.mask) for one in outlines]))
        self._known: dict[Outline, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}

    def touching(self) -> set[int]:
        """Return those that touch or cross another one."""
        box = bounds(self.outlines, margin=1)
        masks = [on_canvas(one, box) for one in self.outlines]
        found: set[int] = set()
        for first, mask in enumerate(masks):
            wide = ndimage.binary_dilation(mask, _EIGHT)
            for second in range(first):
                if (wide & masks[second]).any():
                    found |= {first, second}
        return found

    def covered(self, outline: Outline) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return of each true one the pixels in an object, and the share of its own there."""
        if outline not in self._known:
            box = bounds([outline])
            pixels, shares = np.zeros(len(self.outlines)), np.zeros(len(self.outlines))
            for number, (one, own) in enumerate(zip(self.outlines, self._own, strict=True)):
                there = on_canvas(one, box) & outline.mask
                if there.any():
                    inside = on_canvas(one, box, own) & outline.mask
                    pixels[number] = np.count_nonzero(there)
                    shares[number] = np.count_nonzero(inside) / max(1, int(np.count_nonzero(own)))
            self._known[outline] = pixels, shares
        return self._known[outline]

    def standing(self, held: Mapping[int, Outline]) -> Standing:
        """Hold what the program has against the truth.

        One is found at an overlap over union of half, one to one, and right where its object
        holds no other one besides.
        """
        numbers = list(held)
        inside = [self.covered(held[one]) for one in numbers]
        table = np.zeros((len(self.outlines), len(numbers)))
        for column, one in enumerate(numbers):
            pixels = inside[column][0]
            size = np.count_nonzero(held[one].mask)
            table[:, column] = pixels / (self.areas + size - pixels)
        pairs, overlaps = {}, []
        for true, column in match(table).pairs:
            others = np.delete(inside[column][1], true)
            if not (others > _HELD).any():
                pairs[true] = numbers[column]
                overlaps.append(table[true, column])
        right = set(pairs.values())
        return Standing(
            pairs,
            [one for one in range(len(self.outlines)) if one not in pairs],
            [one for one in numbers if one not in right],
            float(np.mean(overlaps)) if overlaps else 0.0,
        )

    # -- what to do next -----------------------------------------------------------------

    def next_correction(self, held: Mapping[int, Outline], in_hand: str = "") -> Correction | None:
        """Return the correction that sets most right for a click or key; None where all is.

        Parameters
        ----------
        held : mapping of int to Outline
            What the program has.
        in_hand : str
            The kind of correction whose tool is in hand: it takes a key less.
        """
        now = self.standing(held)
        waits = self._waits(held, now)
        best: tuple[tuple[float, float], Correction] | None = None
        for correction, new in self._possible(held, now):
            number = max(held, default=0) + 1
            after = {one: item for one, item in held.items() if one not in correction.objects}
            after |= dict(enumerate(new, start=number))
            then = self.standing(after)
            saved, fewer = waits - self._waits(after, then), now.wrong - then.wrong
            # Of equal ones, that which makes the better outlines.
            finer = 0.01 * (then.overlap - now.overlap)
            presses = correction.presses - (correction.kind == in_hand)
            worth = saved / presses, fewer / presses + finer
            if fewer < 0 or (fewer == 0 and saved <= 0):
                continue
            if best is None or worth > best[0]:
                best = worth, correction
        if best is not None:
            return best[1]
        # What is left of clusters once all that they held was drawn.
        left = [one for one in now.false if now.pairs.keys() >= set(self._inside(held[one]))]
        return Correction("twice", (left[0],)) if left else None

    def _waits(self, held: Mapping[int, Outline], now: Standing) -> int:
        """Return how many clicks and keys are left at least."""
        clusters = [self._inside(held[one]) for one in now.false]
        waits = sum(2 * max(1, len(one) - 1) for one in clusters)
        return waits + 2 * len(set(now.missed).difference(*clusters))

    def _inside(self, outline: Outline) -> list[int]:
        """Return the true ones of which an object holds enough to be parted."""
        pixels, shares = self.covered(outline)
        much = _MUCH * np.count_nonzero(outline.mask)
        return [int(one) for one in np.flatnonzero((shares > _SOME) | (pixels > much))]

    def _possible(
        self, held: Mapping[int, Outline], now: Standing
    ) -> Iterator[tuple[Correction, list[Outline]]]:
        """Yield corrections and the outlines that come of each."""
        for index in now.false:
            yield from self._parted(index, held[index])
            yield from self._removed(index, held, now)
        for true in range(len(self.outlines)):
            yield from self._joined(true, held, now)
        for true in now.missed:
            line = polygons_of(self.outlines[true])[0]
            drawn = Correction("draw", (), (_closed(line),), presses=2)
            yield drawn, [draw_outline(drawn.lines[0], self.shape)]

    def _parted(self, index: int, outline: Outline) -> Iterator[tuple[Correction, list[Outline]]]:
        inside = self._inside(outline)
        if len(inside) < 2:
            return
        tries = [Correction("part", (index,), (), presses=3)]
        middles = [_middle_line(self.outlines[one]) for one in inside]
        if len(inside) == 2 and all(len(line) > 1 for line in middles):
            tries.append(Correction("part", (index,), tuple(middles), presses=3))
        for size in range(1, len(inside) // 2 + 1):
            for group in itertools.combinations(inside, size):
                others = [one for one in inside if one not in group]
                if any(self._cross(*both) for both in itertools.product(group, others)):
                    # Cut apart, one of the two would not be whole.
                    continue
                line = self._border(outline, group, others)
                if line:
                    tries.append(Correction("cut", (index,), (line,), presses=2))
        for correction in tries:
            try:
                if correction.kind == "cut":
                    yield correction, cut_outline(outline, correction.lines[0])
                elif correction.lines:
                    yield correction, part_crossing(outline, correction.lines)
                else:
                    yield correction, part_crossing_alone(outline)
            except KaryoError:
                continue

    def _cross(self, first: int, second: int) -> bool:
        """Tell whether two true ones lie across each other, and do not merely touch."""
        both = self.covered(self.outlines[first])[0][second]
        return bool(both > _ACROSS * self._width**2)

    def _border(self, outline: Outline, group: Sequence[int], others: Sequence[int]) -> Line:
        """Return a line between some of the true ones in an object and the others."""
        box = bounds([outline], margin=1)
        mask = on_canvas(outline, box)
        away = [
            np.min(
                [
                    ndimage.distance_transform_edt(~on_canvas(self.outlines[one], box))
                    for one in members
                ],
                axis=0,
            )
            for members in (group, others)
        ]
        nearer = away[0] <= away[1]
        # Two outlines with a pixel between them do not touch.
        inner = ndimage.binary_dilation(mask, _EIGHT, iterations=2)
        edge = inner & nearer & ndimage.binary_dilation(~nearer, _EIGHT)
        points = np.argwhere(edge).astype(float)
        if len(points) < 2:
            return []
        middle = points.mean(axis=0)
        way = np.linalg.svd(points - middle, full_matrices=False)[2][0]
        along = (points - middle) @ way
        steps = np.linspace(along.min(), along.max(), 4)
        line = []
        for step in steps:
            near = points[np.abs(along - step) <= max(2.0, (along.max() - along.min()) / 6)]
            if len(near):
                line.append(
                    middle
                    + step * way
                    + ((near.mean(axis=0) - middle) @ _across(way)) * _across(way)
                )
        line = [line[0] - _BEYOND * way, *line, line[-1] + _BEYOND * way]
        return [(float(row) + box.top, float(column) + box.left) for row, column in line]

    def _joined(
        self, true: int, held: Mapping[int, Outline], now: Standing
    ) -> Iterator[tuple[Correction, list[Outline]]]:
        pieces = [
            index
            for index, one in held.items()
            if self.covered(one)[0][true] > _PIECE * np.count_nonzero(one.mask)
        ]
        for pair in itertools.combinations(pieces, 2):
            if now.right.issuperset(pair):
                continue
            try:
                made = join_outlines([held[one] for one in pair])
            except KaryoError:
                continue
            yield Correction("join", pair), [made]

    def _removed(
        self, index: int, held: Mapping[int, Outline], now: Standing
    ) -> Iterator[tuple[Correction, list[Outline]]]:
        """Yield the removal of what is none; pieces of one that is not whole are not removed."""
        outline = held[index]
        size = np.count_nonzero(outline.mask)
        box = bounds([outline])
        true = np.zeros_like(outline.mask)
        for known in self.outlines:
            true |= on_canvas(known, box)
        if np.count_nonzero(true & outline.mask) < _PIECE * size:
            is_nucleus = size > _NUCLEUS * float(np.median(self.areas))
            yield Correction("nucleus" if is_nucleus else "dirt", (index,)), []
            return
        others = np.zeros_like(outline.mask)
        for one in now.pairs.values():
            others |= on_canvas(held[one], box)
        if np.count_nonzero(others & outline.mask) > _TWICE * size:
            yield Correction("twice", (index,)), []


def _across(way: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([-way[1], way[0]])


def _closed(line: NDArray[np.float64]) -> Line:
    return [(float(row), float(column)) for row, column in (*line, line[0])]


def _middle_line(outline: Outline) -> Line:
    """Return the middle line of a chromosome, as a hand would draw it."""
    lines = crossing_lines(outline)
    if not lines:
        return []
    line = max(lines, key=lambda one: float(np.ptp(np.array(one), axis=0).max()))
    step = max(1, int(half_width(outline.mask)))
    return [*line[:-1:step], line[-1]]
