"""A line of text set: the glyphs of each run, where they stand, and how wide it all is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import uharfbuzz

from napari_karyo.lettering.clean import (
    END_OF_ISOLATE,
    ISOLATES,
    NO_CHARACTER,
    belongs_to_previous,
    clusters,
    needed,
    printable,
    runs_left,
)
from napari_karyo.lettering.direction import in_order, isolated_parts, levels
from napari_karyo.lettering.system import find_typefaces
from napari_karyo.lettering.typeface import Typeface, shipped
from napari_karyo.lettering.writings import Writing, script_of, writing_of

#: Letters don't move closer in pairs: programs that draw a text by themselves, as those that
#: show an SVG do, agree about its width then.
_FEATURES = {"kern": False, "liga": False, "clig": False, "calt": False}
#: Of a system's font: joined letters are how Arabic is written.
_OTHERS = {"kern": False}


@dataclass(frozen=True)
class Glyph:
    """One glyph: its number in the typeface, and its origin from the run's, in em, y up."""

    number: int
    x: float
    y: float


@dataclass(frozen=True)
class TextRun:
    """Letters of one typeface that run one way.

    Attributes
    ----------
    typeface : Typeface
    string : str
        In the order in which they are read.
    glyphs : tuple of Glyph
        From left to right.
    left : float
        Where it begins in its line, in em.
    width : float
        In em.
    simple : bool
        Whether any program draws it alike from the string and the program's own font: a
        glyph a letter, each where the one before ends.
    leftward : bool
        Whether it is read from right to left.
    missing : bool
        Whether no font has these letters, and boxes are drawn.
    """

    typeface: Typeface
    string: str
    glyphs: tuple[Glyph, ...]
    left: float
    width: float
    simple: bool
    leftward: bool = False
    missing: bool = False


@dataclass(frozen=True)
class TextLine:
    """A line of text from left to right; lengths in em."""

    runs: tuple[TextRun, ...]
    width: float

    @property
    def simple(self) -> bool:
        """Whether all of it can be drawn from its string and the program's own font."""
        return all(run.simple for run in self.runs)


@dataclass(frozen=True)
class _Letter:
    """A letter with its accents, and how it is to be set."""

    string: str
    level: int
    script: str
    typeface: Typeface | None


@lru_cache(maxsize=8192)
def set_line(string: str, bold: bool = False) -> TextLine:
    """Set a line of text.

    Parameters
    ----------
    string : str
        What others wrote in it has gone through `clean`.
    bold : bool

    Returns
    -------
    TextLine
        Letters that no font has are boxes.
    """
    line = _plain_line(string, bold)
    if line is not None:
        return line
    runs: list[TextRun] = []
    left = 0.0
    for words, leftward in isolated_parts(printable(string)):
        letters = _letters(words, levels(words, leftward), bold)
        groups = [list(group) for _, group in groupby(letters, _kind)]
        for group in in_order(groups, [group[0].level for group in groups]):
            run = _shaped(group, left, words, bold)
            runs.append(run)
            left += run.width
    return TextLine(tuple(runs), left)


def _plain_line(string: str, bold: bool) -> TextLine | None:
    """Return a line in which nothing needs shaping: all but a few are such; else None."""
    glyphs: list[Glyph] = []
    x = 0.0
    for letter in string:
        known = _plain_letter(letter, bold)
        if known is None:
            return None
        glyphs.append(Glyph(known[0], x, 0.0))
        x += known[1]
    runs = (TextRun(shipped(bold), string, tuple(glyphs), 0.0, x, simple=True),) if string else ()
    return TextLine(runs, x)


@lru_cache(maxsize=4096)
def _plain_letter(letter: str, bold: bool) -> tuple[int, float] | None:
    """Return glyph and advance of a letter that the program's own typeface draws by itself."""
    own = shipped(bold)
    alone = printable(letter) == letter and letter not in (*ISOLATES, END_OF_ISOLATE, NO_CHARACTER)
    if not alone or belongs_to_previous(letter) or runs_left(letter) or not own.has(letter):
        return None
    return own.glyph(letter), own.advance(own.glyph(letter))


def _kind(letter: _Letter) -> tuple[int, str, Typeface | None]:
    """Return what letters of one run have in common."""
    return letter.level, letter.script, letter.typeface


def _letters(words: str, their_levels: list[int], bold: bool) -> list[_Letter]:
    """Return the letters of a text with their scripts and typefaces."""
    found = clusters(words)
    starts = [0]
    for one in found[:-1]:
        starts.append(starts[-1] + len(one))
    own, scripts = shipped(bold), _scripts(found)
    typefaces = _typefaces(found, scripts, words, bold)
    return [
        _Letter(one, their_levels[start], "" if typeface is own else script, typeface)
        for one, start, script, typeface in zip(found, starts, scripts, typefaces, strict=True)
    ]


def _scripts(found: list[str]) -> list[str]:
    """Return the script of each letter; signs and spaces have that of the one before them."""
    scripts = [script_of(one[0]) for one in found]
    for number in range(1, len(scripts)):
        scripts[number] = scripts[number] or scripts[number - 1]
    for number in range(len(scripts) - 2, -1, -1):
        scripts[number] = scripts[number] or scripts[number + 1]
    return scripts


def _typefaces(
    found: list[str], scripts: list[str], words: str, bold: bool
) -> list[Typeface | None]:
    """Return the typeface of each letter: the program's own, one of the system, or none."""
    own = shipped(bold)
    wanted: dict[Writing, set[str]] = {}
    belongs: dict[str, Writing] = {}
    for one, script in zip(found, scripts, strict=True):
        if _lacks(own, one) and one != NO_CHARACTER:
            alone = not script_of(one[0])
            signs = alone and script in ("LATIN", "GREEK", "CYRILLIC", "")
            writing = writing_of("" if signs else script, words, one[0])
            wanted.setdefault(writing, set()).add(one)
            belongs[one] = writing
    others: dict[str, Typeface] = {}
    for writing, letters in wanted.items():
        others |= find_typefaces(frozenset(letters), writing, bold)
    chosen = [others.get(one) if one in belongs else own for one in found]
    chosen = [
        None if one == NO_CHARACTER else typeface
        for one, typeface in zip(found, chosen, strict=True)
    ]
    return _joined(found, chosen, own)


def _joined(
    found: list[str], chosen: list[Typeface | None], own: Typeface
) -> list[Typeface | None]:
    """Set signs and spaces between letters of one other typeface in that typeface too."""
    joined = list(chosen)
    for number, one in enumerate(found):
        if joined[number] is not own or script_of(one[0]):
            continue
        before = joined[number - 1] if number else None
        after = next(
            (face for face, later in zip(chosen[number:], found[number:], strict=True)
             if script_of(later[0])), None
        )  # fmt: skip
        if before is not None and before is after and not _lacks(before, one):
            joined[number] = before
    return joined


def _lacks(typeface: Typeface, cluster: str) -> bool:
    return not all(typeface.has(letter) for letter in needed(cluster))


def _shaped(group: list[_Letter], left: float, words: str, bold: bool) -> TextRun:
    """Return letters of one kind as the glyphs that they are drawn with."""
    first, string = group[0], "".join(one.string for one in group)
    leftward = bool(first.level % 2)
    if first.typeface is None:
        return _boxes(group, left, leftward, bold)
    typeface = first.typeface
    buffer = uharfbuzz.Buffer()
    buffer.add_str(string)
    buffer.direction = "rtl" if leftward else "ltr"
    buffer.language = writing_of(first.script, words).language or "en"
    buffer.guess_segment_properties()
    uharfbuzz.shape(typeface.font, buffer, _FEATURES if typeface.own else _OTHERS)
    glyphs: list[Glyph] = []
    x, y, em = 0.0, 0.0, typeface.em
    moved = False
    for one, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        moved |= bool(place.x_offset or place.y_offset)
        glyphs.append(
            Glyph(int(one.codepoint), (x + place.x_offset) / em, (y + place.y_offset) / em)
        )
        x += place.x_advance
        y += place.y_advance
    nominal = [typeface.glyph(letter) for letter in string]
    simple = (
        typeface.own and not leftward and not moved and [one.number for one in glyphs] == nominal
    )
    return TextRun(typeface, string, tuple(glyphs), left, x / em, simple, leftward)


def _boxes(group: list[_Letter], left: float, leftward: bool, bold: bool) -> TextRun:
    """Return a box for each letter that no font has."""
    typeface = shipped(bold)
    step = typeface.advance(0)
    letters = [one.string for one in group if needed(one.string)]
    glyphs = tuple(Glyph(0, step * number, 0.0) for number in range(len(letters)))
    return TextRun(
        typeface, "".join(one.string for one in group), glyphs, left, step * len(letters),
        simple=False, leftward=leftward, missing=True,
    )  # fmt: skip


def letters_without_font(strings: Iterable[str]) -> list[str]:
    """Return the letters of some texts that are drawn as boxes, each once, in their order."""
    found: dict[str, None] = {}
    for string in strings:
        for run in set_line(string).runs:
            if run.missing:
                found |= dict.fromkeys(
                    unicodedata.normalize("NFC", one) for one in clusters(run.string)
                )
    return list(found)
