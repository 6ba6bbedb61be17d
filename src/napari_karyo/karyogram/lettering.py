"""Letters on the page: the font that comes with Pillow, so that none must be installed."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any, Final

from PIL import ImageFont

#: Letters that Unicode does not take apart into a plain letter and an accent.
_PLAIN: Final = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
        "Œ": "Oe",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "þ": "th",
        "\u0131": "i",
        "\u2013": "-",
        "\u2014": "-",
        "\u00d7": "x",
        "\u2212": "-",
    }
)


@lru_cache(maxsize=64)
def font(size: float) -> Any:
    """Return the font at a size in pixels."""
    return ImageFont.load_default(max(1.0, size))


@lru_cache(maxsize=4096)
def text_width(string: str, size: float) -> float:
    """Return how wide a line of text is, in units of its size."""
    return float(font(size).getlength(string))


@lru_cache(maxsize=1024)
def _drawable(letter: str) -> bool:
    """Tell whether the font has a letter, rather than its box for a missing one."""
    return letter == " " or bytes(font(20).getmask(letter)) != bytes(font(20).getmask("\uffff"))


def printable(string: str) -> str:
    """Return a text in the letters that the font has.

    Accents are dropped (``Müller`` is printed ``Muller``), and a letter that has no
    plain form becomes a question mark, never an empty box.
    """
    plain = unicodedata.normalize("NFKD", " ".join(string.split()).translate(_PLAIN))
    kept = (letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if _drawable(letter) else "?" for letter in kept)


def fit(string: str, size: float, width: float) -> str:
    """Return a text cut to a width, with three dots in the middle where it was cut.

    The end of a cell's name tells cells apart as often as its beginning does.
    """
    if text_width(string, size) <= width:
        return string
    for kept in range(len(string) - 1, 0, -1):
        head, tail = (kept + 1) // 2, kept // 2
        short = string[:head].rstrip() + "..." + (string[-tail:].lstrip() if tail else "")
        if text_width(short, size) <= width:
            return short
    return ""
