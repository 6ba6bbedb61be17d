"""One typeface, from its file: which letters it has and what they look like."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import uharfbuzz

#: What a TrueType or OpenType file draws its letters with; bitmaps alone can't be scaled.
_OUTLINES: Final = frozenset({"glyf", "CFF ", "CFF2"})
#: A move, line, quadratic or cubic curve, or the way back, with its points in em.
Stroke = tuple[str, tuple[tuple[float, float], ...]]


@dataclass(frozen=True, eq=False)
class Typeface:
    """One typeface.

    Attributes
    ----------
    data : bytes or Path
        Its file, or what is in it.
    number : int
        Which of the typefaces of the file, where it holds several.
    own : bool
        Whether it is one that the program brings: it can be taken along in a file.
    bold : bool
    """

    data: bytes | Path
    number: int = 0
    own: bool = False
    bold: bool = False

    @cached_property
    def font(self) -> uharfbuzz.Font:
        """HarfBuzz's font, one em as many units as the file says."""
        blob = (
            uharfbuzz.Blob(self.data)
            if isinstance(self.data, bytes)
            else uharfbuzz.Blob.from_file_path(str(self.data))
        )
        return uharfbuzz.Font(uharfbuzz.Face(blob, self.number))

    @cached_property
    def em(self) -> float:
        """Units of the font to the size of its letters."""
        return float(self.font.face.upem)

    @cached_property
    def name(self) -> str:
        """The family, in the words of the file."""
        return str(self.font.face.get_name(uharfbuzz.OTNameIdPredefined.FONT_FAMILY) or "")

    @cached_property
    def usable(self) -> bool:
        """Whether it has outlines, and so anything to draw at any size."""
        return bool(_OUTLINES & set(self.font.face.table_tags))

    @property
    def ascent(self) -> float:
        """Height above the baseline, of a size of 1."""
        return float(self.font.get_font_extents("ltr").ascender) / self.em

    @property
    def descent(self) -> float:
        """Depth below the baseline, of a size of 1."""
        return -float(self.font.get_font_extents("ltr").descender) / self.em

    def glyph(self, letter: str) -> int:
        """Return the number of a letter's glyph, 0 where there is none."""
        return int(self.font.get_nominal_glyph(ord(letter)) or 0)

    def has(self, letter: str) -> bool:
        """Tell whether the typeface has a letter, and something to draw for it."""
        number = self.glyph(letter)
        return number > 0 and (letter.isspace() or bool(self.outline(number)))

    def advance(self, glyph: int) -> float:
        """Return how far a glyph alone moves the next one, in em."""
        return float(self.font.get_glyph_h_advance(glyph)) / self.em

    def outline(self, glyph: int) -> tuple[Stroke, ...]:
        """Return a glyph's outline, y up, in em."""
        return _outline(self, glyph)

    def part(self, letters: str) -> bytes:
        """Return a font file with some of the letters only, to be taken along in a document."""
        chosen = uharfbuzz.SubsetInput()
        chosen.unicode_set.update(map(ord, letters))
        chosen.drop_table_tag_set.update(int.from_bytes(tag) for tag in (b"GPOS", b"GSUB", b"GDEF"))
        return bytes(uharfbuzz.subset(self.font.face, chosen).blob.data)


class _Pen:
    """Takes an outline down; a pen as HarfBuzz and fontTools know them."""

    def __init__(self, em: float) -> None:
        self._em = em
        self.strokes: list[Stroke] = []

    def _add(self, kind: str, *points: tuple[float, float]) -> None:
        self.strokes.append((kind, tuple((x / self._em, y / self._em) for x, y in points)))

    def moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802 - as pens are called
        self._add("M", point)

    def lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802
        self._add("L", point)

    def qCurveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self._add("Q", *points)

    def curveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self._add("C", *points)

    def closePath(self) -> None:  # noqa: N802
        self._add("Z")

    def endPath(self) -> None:  # noqa: N802
        self._add("Z")


@lru_cache(maxsize=2048)
def _outline(typeface: Typeface, glyph: int) -> tuple[Stroke, ...]:
    pen = _Pen(typeface.em)
    typeface.font.draw_glyph_with_pen(glyph, pen)
    return tuple(pen.strokes)


@lru_cache(maxsize=2)
def shipped(bold: bool = False) -> Typeface:
    """Return the typeface that comes with the program: IBM Plex Sans."""
    name = f"IBMPlexSans-{'Bold' if bold else 'Regular'}.ttf"
    return Typeface((files(__package__) / "files" / name).read_bytes(), own=True, bold=bold)
