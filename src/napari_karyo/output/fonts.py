"""The typefaces of vector pages, measured as they are drawn and taken along in the file.

The karyogram's page keeps the faces of its pixels: Aileron (CC0), which comes with
Pillow and has plain Latin letters only, and Bitstream Vera, which comes with ReportLab and
has the letters of most European languages. The report is set in the latter.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from PIL import ImageFont

from napari_karyo.karyogram.lettering import is_plain, plain_letters, wider_font


@dataclass(frozen=True)
class Face:
    """One typeface.

    Attributes
    ----------
    name : str
        What it is called within the files.
    others : tuple of str
        Faces of about the same widths, for programs that ignore the one in the file.
    bold : bool
    source : callable
        Returns the font file's bytes.
    """

    name: str
    others: tuple[str, ...]
    bold: bool
    source: Callable[[], bytes]

    @cached_property
    def data(self) -> bytes:
        """The TrueType file."""
        return self.source()

    @cached_property
    def loaded(self) -> Any:
        """ReportLab's font, made known to it under this name."""
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont

        font = TTFont(self.name, io.BytesIO(self.data))
        pdfmetrics.registerFont(font)
        return font

    @property
    def ascent(self) -> float:
        """Height above the baseline, of a size of 1."""
        return float(self.loaded.face.ascent) / 1000

    @property
    def descent(self) -> float:
        """Depth below the baseline, of a size of 1."""
        return -float(self.loaded.face.descent) / 1000

    def width(self, string: str, size: float) -> float:
        """Return how wide a line of text is, in the units of its size."""
        return float(self.loaded.stringWidth(string, size))

    def has(self, letter: str) -> bool:
        """Tell whether the face has a letter."""
        return ord(letter) in self.loaded.face.charToGlyph

    def clean(self, string: str) -> str:
        """Return a text on one line in letters that the face has.

        A letter that it lacks becomes its plain form, or else a question mark.
        """
        one_line = unicodedata.normalize("NFC", " ".join(string.split()))
        return "".join(
            letter if self.has(letter) else plain_letters(letter) or "?" for letter in one_line
        )

    def wrap(self, string: str, size: float, width: float) -> list[str]:
        """Return a text in lines of a width; a word that is wider is broken.

        A karyotype is one long word: it breaks after a comma sooner than elsewhere.
        """
        lines: list[str] = []
        rest = self.clean(string)
        while rest:
            if self.width(rest, size) <= width:
                return [*lines, rest]
            kept = 1
            while kept < len(rest) and self.width(rest[: kept + 1], size) <= width:
                kept += 1
            spaces, commas = rest.rfind(" ", 1, kept + 1), rest.rfind(",", 0, kept) + 1
            if spaces > 0:
                kept = spaces
            elif commas > 1:
                kept = commas
            lines.append(rest[:kept].rstrip())
            rest = rest[kept:].lstrip()
        return lines or [""]

    def fit(self, string: str, size: float, width: float) -> str:
        """Return a text on one line, cut with three dots where it is wider than a width."""
        text = self.clean(string)
        if self.width(text, size) <= width:
            return text
        while text and self.width(text + "...", size) > width:
            text = text[:-1].rstrip()
        return text + "..."


def _shipped(name: str) -> Callable[[], bytes]:
    """Return what reads one of ReportLab's own fonts."""

    def read() -> bytes:
        from importlib.resources import files

        return (files("reportlab") / "fonts" / name).read_bytes()

    return read


def _of_pillow() -> bytes:
    """Return the font that the pixels of a page are drawn with."""
    path: Any = getattr(ImageFont.load_default(20), "path", None)
    if isinstance(path, io.BytesIO):
        return path.getvalue()
    # Pillow may keep it elsewhere one day: a page in another face beats none.
    return wider_font()


#: The last is what a bare Linux has: its usual face is a tenth wider than the page's.
_LIKE_AILERON: Final = (
    "Helvetica Neue",
    "Helvetica",
    "Arial",
    "Liberation Sans",
    "DejaVu Sans Condensed",
)
PAGE_FACE: Final = Face("Aileron", _LIKE_AILERON, False, _of_pillow)
_LIKE_VERA: Final = ("DejaVu Sans", "Verdana")
BODY: Final = Face("Bitstream Vera Sans", _LIKE_VERA, False, wider_font)
BOLD: Final = Face("Bitstream Vera Sans Bold", _LIKE_VERA, True, _shipped("VeraBd.ttf"))


def page_face(string: str) -> Face:
    """Return the face in which a text of the karyogram's page is set."""
    return PAGE_FACE if is_plain(string) else BODY
