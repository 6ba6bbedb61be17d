"""Where everything stands on the sheet of a comparison, and at which scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from napari_karyo.ideogram.average import average_width
from napari_karyo.ideogram.draw import band_labels
from napari_karyo.ideogram.profile import ChromosomeShapes
from napari_karyo.karyogram.page import Box
from napari_karyo.lettering import text_width

#: Sizes in pixels at a height of 360, to which all grow and shrink.
_UNIT: Final = 360.0
NAME, SHARE, SMALL = 18.0, 11.0, 9.5
_HEAD, _FOOT, GAP, _LANE = 44.0, 22.0, 6.0, 18.0
#: Between a class's average, its ideogram and the names of its bands.
CLOSE: Final = 3.0
#: The narrowest ideogram whose hatching is still seen, and its share of the average's width.
_NARROW, _IDEOGRAM = 9.0, 0.6
#: The longest of those shown is never lower than this: below, no band is seen.
_LEAST: Final = 60.0
#: Band names are left out where they would make all pictures smaller than this share.
_WORTH: Final = 0.75


@dataclass(frozen=True)
class Column:
    """One class of a comparison. Boxes are in pixels of the picture.

    Attributes
    ----------
    name : str
        The class.
    share : float
        Its probability.
    texts : tuple of str
        What stands over it: the class and the probability.
    box : Box
        All of the column, from the picture's top to its bottom: where a click means it.
    average, ideogram : Box
        The average chromosome and the ideogram, from p end to q end.
    labels : tuple of (str, float)
        The bands named beside the ideogram, and their rows in the picture.
    """

    name: str
    share: float
    texts: tuple[str, ...]
    box: Box
    average: Box
    ideogram: Box
    labels: tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False)
class Plan:
    """Where everything stands."""

    unit: float
    size: tuple[int, int]
    scale: float
    crop: Box
    straight: Box | None
    curves: dict[str, Box]
    columns: tuple[Box, ...]
    pairs: tuple[tuple[Box, Box], ...]
    labels: tuple[tuple[tuple[str, float], ...], ...]


@dataclass(frozen=True, eq=False)
class _Widths:
    """How wide everything is at a scale, in pixels of the picture."""

    own: list[float]
    classes: list[list[float]]
    unit: float

    def column(self, number: int) -> float:
        """Return the least width of a class's column."""
        sizes = self.classes[number]
        content = sum(sizes) + CLOSE * self.unit * (len(sizes) - 1)
        text = text_width("under 1 %", SHARE * self.unit)
        return max(content, text) + 2 * GAP * self.unit

    @property
    def before(self) -> float:
        """The least width of the chromosome's own part."""
        return sum(self.own) + GAP * self.unit * (len(self.own) + 1)

    @property
    def total(self) -> float:
        """The least width of the picture."""
        return self.before + sum(map(self.column, range(len(self.classes))))


def _widths(
    parts: ChromosomeShapes,
    names: Sequence[str],
    scale: float,
    unit: float,
    letters: Sequence[float],
) -> _Widths:
    """Measure at a scale; `letters` are the widths of the band names, or none."""
    shapes = [shape for shape in (parts.crop, parts.straight) if shape is not None]
    own = [shape.extent[3] * scale for shape in shapes]
    if parts.curves:
        own.append(_LANE * unit)
    classes = []
    for number, name in enumerate(names):
        average = average_width(name, parts.polarity, parts.length(name) * scale)
        sizes = [average, max(_NARROW * unit, _IDEOGRAM * average)]
        classes.append([*sizes, letters[number]] if letters else sizes)
    return _Widths(own, classes, unit)


def plan_sheet(
    parts: ChromosomeShapes, names: Sequence[str], height: int, width: int | None, level: int
) -> Plan:
    """Find the largest scale at which all fits, and where everything stands at it."""
    u = height / _UNIT
    wanted = round(height * 7 / 6) if width is None else width
    shapes = [shape for shape in (parts.crop, parts.straight) if shape is not None]
    longest = max([*(shape.extent[2] for shape in shapes), *map(parts.length, names)])
    tallest = max(height - (_HEAD + _FOOT) * u, 1.0) / longest
    size = SMALL * u
    letters = [
        max(text_width(text, size) for text, _ in band_labels(name, height, level, size=size))
        for name in names
    ]

    def largest(letters: Sequence[float]) -> float:
        """Find the scale by halving, since not all widths grow with it."""
        low, high = 0.0, 2 * tallest
        for _ in range(20):
            middle = (low + high) / 2
            fits = _widths(parts, names, middle, u, letters).total <= wanted
            low, high = (middle, high) if fits else (low, middle)
        # Where not even the letters fit, the picture is wider than asked for.
        return min(tallest, max(low, _LEAST * u / longest))

    scale, without = largest(letters), largest(())
    if scale < _WORTH * without:
        scale, letters = without, []
    widths = _widths(parts, names, scale, u, letters)
    total = max(wanted, int(np.ceil(widths.total)))
    # What is left over goes between the columns.
    spare = (total - widths.total) / (len(names) + 1)
    top = round(_HEAD * u)
    x = GAP * u + spare / 2
    boxes = []
    rows = [shape.extent[2] * scale for shape in shapes]
    for number, wide in enumerate(widths.own):
        boxes.append(Box(top, round(x), rows[min(number, len(rows) - 1)], wide))
        x += wide + GAP * u
    curves = dict.fromkeys(parts.curves, boxes[-1])
    x = widths.before + spare
    tall = min(height, round(top + longest * scale + _FOOT * u))
    columns, pairs, labels = [], [], []
    for number, (name, sizes) in enumerate(zip(names, widths.classes, strict=True)):
        left, x = x, x + widths.column(number) + spare
        end = total if number == len(names) - 1 else round(x)
        columns.append(Box(0, round(left), tall, end - round(left)))
        content = sum(sizes) + CLOSE * u * (len(sizes) - 1)
        begin = (left + x - content) / 2
        long = max(1, round(parts.length(name) * scale))
        beside = begin + sizes[0] + CLOSE * u
        average = Box(top, round(begin), long, round(sizes[0]))
        pairs.append((average, Box(top, round(beside), long, max(3, round(sizes[1])))))
        places = band_labels(name, long, level, size=size) if letters else ()
        labels.append(tuple((text, top + y) for text, y in places))
    return Plan(
        u,
        (tall, total),
        scale,
        boxes[0],
        boxes[1] if parts.straight else None,
        curves,
        tuple(columns),
        tuple(pairs),
        tuple(labels),
    )
