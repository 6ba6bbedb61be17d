"""The typefaces of a PDF: the program's own, and an unseen one that has every letter."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from typing import Any, Final

from napari_karyo.lettering import shipped

_UNSEEN: Final = "Unseen"
_SPACE: Final = 0x20


@lru_cache(maxsize=2)
def own_font(bold: bool = False) -> str:
    """Return what ReportLab calls the program's typeface, and make it known to it."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    name = f"IBM Plex Sans{' Bold' if bold else ''}"
    data = shipped(bold).data
    assert isinstance(data, bytes)
    pdfmetrics.registerFont(TTFont(name, io.BytesIO(data)))
    return name


@lru_cache(maxsize=1)
def unseen_font() -> tuple[str, float]:
    """Return the name of a font in which any text can be written, unseen, and its letters' width.

    Letters that are drawn as outlines can be searched and copied by it. All of its letters
    are spaces, and the file says which letter each of them stands for.
    """
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    class Unseen(TTFont):  # type: ignore[misc] # ReportLab has no types
        def addObjects(self, doc: Any) -> None:  # noqa: N802 - ReportLab's name
            super().addObjects(doc)
            for name, known in doc.idToObject.items():
                if name.startswith("toUnicodeCMap:") and isinstance(known.content, str):
                    known.content = re.sub("<([0-9A-F]{5,6})>", _in_two, known.content)

    data = shipped().data
    assert isinstance(data, bytes)
    font = Unseen(_UNSEEN, io.BytesIO(data))
    width = float(font.face.charWidths[_SPACE])
    font.face.charToGlyph = _Every(font.face.charToGlyph[_SPACE])
    font.face.charWidths = {}
    font.face.defaultWidth = width
    # ReportLab takes two fonts of one face for the same.
    font.face.name = _UNSEEN.encode()
    pdfmetrics.registerFont(font)
    return _UNSEEN, width / 1000


class _Every(dict[int, int]):
    """Says of each letter that its glyph is the same one."""

    def __init__(self, glyph: int) -> None:
        super().__init__({_SPACE: glyph})
        self._glyph = glyph

    def __contains__(self, code: object) -> bool:
        return True

    def __missing__(self, code: int) -> int:
        return self._glyph


def _in_two(found: re.Match[str]) -> str:
    """Return a letter beyond the first 65,536 as a PDF writes it: in two halves."""
    return f"<{chr(int(found[1], 16)).encode('utf-16-be').hex().upper()}>"
