"""How wide a text is, and texts cut and broken to a width."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Callable
from typing import Literal

from napari_karyo.lettering.clean import END_OF_ISOLATE, ISOLATES, clusters
from napari_karyo.lettering.line import set_line

#: Which end of a line is at the place that is given.
Align = Literal["left", "middle", "right"]


def text_width(string: str, size: float, bold: bool = False) -> float:
    """Return how wide a line of text is, in the units of its size."""
    return set_line(string, bold).width * size


def left_of(x: float, width: float, align: Align) -> float:
    """Return where a text begins whose left, middle or right lies at `x`."""
    return x - width * {"left": 0.0, "middle": 0.5, "right": 1.0}[align]


def fit(string: str, size: float, width: float, bold: bool = False) -> str:
    """Return a text cut to a width, with three dots in the middle where it was cut.

    The end of a cell's name tells cells apart as often as its beginning does.
    """
    if text_width(string, size, bold) <= width:
        return string
    letters = clusters(string)

    def shortened(kept: int) -> str:
        head, tail = (kept + 1) // 2, kept // 2
        end = "".join(letters[-tail:]).lstrip() if tail else ""
        return _closed("".join(letters[:head]).rstrip() + "..." + end, string)

    kept = _largest(len(letters) - 1, lambda n: text_width(shortened(n), size, bold) <= width)
    return shortened(kept) if kept else ""


def cut(string: str, size: float, width: float, bold: bool = False) -> str:
    """Return a text cut to a width, with three dots at its end where it was cut."""
    if text_width(string, size, bold) <= width:
        return string
    letters = clusters(string)

    def shortened(kept: int) -> str:
        return _closed("".join(letters[:kept]).rstrip() + "...", string)

    return shortened(
        _largest(len(letters) - 1, lambda n: text_width(shortened(n), size, bold) <= width)
    )


def wrap(string: str, size: float, width: float, bold: bool = False) -> list[str]:
    """Return a text in lines of a width; a word that is wider is broken.

    A karyotype is one long word: it breaks after a comma sooner than elsewhere. Chinese and
    Japanese break anywhere.
    """
    lines: list[str] = []
    rest = clusters(string)
    begin = ""
    while rest:
        line = begin + "".join(rest)
        if text_width(_closed(line, string), size, bold) <= width:
            return [*lines, _closed(line, string)]
        kept = _largest(
            len(rest) - 1,
            lambda n: text_width(_closed(begin + "".join(rest[:n]), string), size, bold) <= width,  # noqa: B023
        )
        kept = _break_before(rest, max(kept, 1))
        line = begin + "".join(rest[:kept])
        lines.append(_closed(line.rstrip(), string))
        last = max(map(line.rfind, ISOLATES))
        begin = line[last] if last > line.rfind(END_OF_ISOLATE) else ""
        while kept < len(rest) and rest[kept].isspace():
            kept += 1
        rest = rest[kept:]
    return lines or [""]


def _break_before(letters: list[str], most: int) -> int:
    """Return where a line ends best: at a space or between wide letters, or behind a comma."""
    if most >= len(letters):
        return most
    for kept in range(most, 0, -1):
        if letters[kept].isspace() or (_wide(letters[kept - 1]) and _wide(letters[kept])):
            return kept
    return next((kept for kept in range(most, 1, -1) if letters[kept - 1] == ","), most)


def _wide(letter: str) -> bool:
    """Tell whether a line may break beside a letter: one of Chinese or Japanese."""
    return unicodedata.east_asian_width(letter[0]) == "W" and unicodedata.category(letter[0]) in (
        "Lo",
        "So",
    )


def _largest(most: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number up to `most` that fits, by halving; 0 where none does."""
    return bisect_left(range(1, most + 1), True, key=lambda number: not fits(number))


def _closed(string: str, whole: str) -> str:
    """Return a part of a text in which every isolated stretch begins and ends."""
    opened = sum(map(string.count, ISOLATES))
    closed = string.count(END_OF_ISOLATE)
    if closed > opened:
        return next(letter for letter in whole if letter in ISOLATES) + string
    return string + END_OF_ISOLATE * (opened - closed)
