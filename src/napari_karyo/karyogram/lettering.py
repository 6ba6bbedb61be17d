"""Letters on the page, in fonts that come with libraries, so that none must be installed.

Pillow's own, Aileron, has plain letters only. A text with any other, such as a person's
name, is set whole in Bitstream Vera, which comes with ReportLab: a name that is printed
otherwise than it is written is another name.
"""

from __future__ import annotations

import io
import unicodedata
from functools import lru_cache
from importlib.resources import files
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


@lru_cache(maxsize=128)
def _face(size: float, plain: bool) -> Any:
    if plain:
        return ImageFont.load_default(size)
    return ImageFont.truetype(io.BytesIO(wider_font()), size)


@lru_cache(maxsize=1)
def wider_font() -> bytes:
    """Return the TrueType file of the font with more letters."""
    return (files("reportlab") / "fonts" / "Vera.ttf").read_bytes()


def font(size: float, string: str = "") -> Any:
    """Return the font at a size in pixels, in which a text is drawn."""
    return _face(max(1.0, size), is_plain(string))


@lru_cache(maxsize=4096)
def text_width(string: str, size: float) -> float:
    """Return how wide a line of text is, in units of its size."""
    return float(font(size, string).getlength(string))


@lru_cache(maxsize=1024)
def _drawable(letter: str, plain: bool) -> bool:
    """Tell whether a font has a letter, rather than its box for a missing one."""
    face = _face(20, plain)
    return letter == " " or bytes(face.getmask(letter)) != bytes(face.getmask("\uffff"))


def is_plain(string: str) -> bool:
    """Tell whether the page's own font has all letters of a text."""
    return all(_drawable(letter, True) for letter in string)


def plain_letters(string: str) -> str:
    """Return a text in the letters that the page's own font has.

    Accents are dropped (``Müller`` becomes ``Muller``), and a letter that has no plain
    form becomes a question mark, never an empty box.
    """
    plain = unicodedata.normalize("NFKD", " ".join(string.split()).translate(_PLAIN))
    kept = (letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if _drawable(letter, True) else "?" for letter in kept)


def printable(string: str) -> str:
    """Return a text in the letters that one of the page's fonts has, as it is written.

    What neither has becomes its plain form, or else a question mark.
    """
    whole = unicodedata.normalize("NFC", " ".join(string.split()))
    return "".join(
        letter if _drawable(letter, True) or _drawable(letter, False) else plain_letters(letter)
        for letter in whole
    )


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
