"""Texts that others wrote, made fit to stand in a line among the program's own words."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from napari_karyo.lettering.writings import script_of

#: Around a text that is read on its own, to the right or to the left: what follows keeps its place.
RIGHTWARD: Final = "\u2066"
LEFTWARD: Final = "\u2067"
END_OF_ISOLATE: Final = "\u2069"
ISOLATES: Final = RIGHTWARD + LEFTWARD
#: What is no character, such as a byte of a file's name in another encoding.
NO_CHARACTER: Final = "\ufffd"
#: Joiners, which change the letters beside them, and choices between forms of a letter.
JOINERS: Final = frozenset("\u200c\u200d")
#: A text in which every isolate that begins ends, none within another.
_OTHER: Final = f"[^{ISOLATES}{END_OF_ISOLATE}]*"
_INSIDE: Final = re.compile(f"[{ISOLATES}]{_OTHER}{END_OF_ISOLATE}")
_ISOLATED: Final = re.compile(f"{_OTHER}({_INSIDE.pattern}{_OTHER})*")
#: They choose between forms of the letter before them, where a font has several.
_VARIANTS: Final = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
#: More accents on one letter would run over the lines above and below.
_MOST_MARKS: Final = 4


def clean(string: str) -> str:
    """Return a text on one line that can't disturb what stands beside it.

    Controls and whatever reverses the direction of a line are taken out, white space
    becomes one space, and a text that runs from right to left is isolated. What is no
    character becomes U+FFFD, which is drawn as an empty box. Nothing else is changed: a
    name that is printed otherwise than it is written is another name.

    """
    one_line = unicodedata.normalize("NFC", " ".join(printable(string).split()))
    kept: list[str] = []
    marks = 0
    for letter in one_line:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        idle = letter in JOINERS and not (kept and _joins(kept[-1]))
        if marks <= _MOST_MARKS and not idle:
            kept.append(letter)
    text = "".join(kept)
    if _ISOLATED.fullmatch(text) and not runs_left(_INSIDE.sub("", text)):
        return text
    text = plain(text)
    if not runs_left(text):
        return text
    ways = (unicodedata.bidirectional(letter) for letter in text)
    first = next((way for way in ways if way in ("L", "R", "AL")), "R")
    return f"{RIGHTWARD if first == 'L' else LEFTWARD}{text}{END_OF_ISOLATE}"


def printable(string: str, *, isolates: bool = True) -> str:
    """Return a text without controls; every character that is left can be drawn or boxed.

    Parameters
    ----------
    string : str
    isolates : bool
        Whether the marks that `clean` sets around a text stay.
    """
    return "".join(letter for one in string for letter in _safe(one, isolates))


def plain(string: str) -> str:
    """Return a text without the marks around what is isolated, for a file's description."""
    return printable(string, isolates=False)


def runs_left(string: str) -> bool:
    """Tell whether any letter of a text is read from right to left."""
    return any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in string)


def belongs_to_previous(letter: str) -> bool:
    """Tell whether a character is part of the one before it: an accent, a joiner."""
    return letter in JOINERS or unicodedata.category(letter).startswith("M")


def clusters(string: str) -> list[str]:
    """Return the letters of a text, each with what belongs to it."""
    found: list[str] = []
    for letter in string:
        if found and belongs_to_previous(letter):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def needed(cluster: str) -> str:
    """Return what a font must have to draw a letter with its accents."""
    return "".join(
        letter for letter in cluster if letter not in JOINERS and letter not in _VARIANTS
    )


def _joins(letter: str) -> bool:
    """Tell whether a joiner behind a letter changes anything."""
    joined = script_of(letter) not in ("", "LATIN", "GREEK", "CYRILLIC")
    return joined or unicodedata.category(letter) == "So" or letter in _VARIANTS


def _safe(letter: str, isolates: bool) -> str:
    if letter in ISOLATES + END_OF_ISOLATE:
        return letter if isolates else ""
    if letter in JOINERS:
        return letter
    category = unicodedata.category(letter)
    if letter in "\t\n\r\v\f" or category in ("Zl", "Zp"):
        return " "
    if category in ("Cc", "Cf"):
        return ""
    # Surrogates, private use and what no edition of Unicode has: no font can know them.
    return NO_CHARACTER if category in ("Cs", "Co", "Cn") else letter
