"""Vector pages as SVG: letters stay letters, chromosomes are pictures within.

Letters of the program's own typeface are text, and the typeface is taken along, as far as
it is used. Many programs ignore a typeface within a file and take one of theirs; for most
scripts that would do, were it sure that they have any. So letters of other typefaces are
outlines, legible everywhere, with the text itself unseen over them, to be searched and
copied.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from napari_karyo.karyogram.style import Colour
from napari_karyo.lettering import Align, TextRun, left_of, set_line, shipped
from napari_karyo.lettering.clean import plain
from napari_karyo.output.paper import Paper

_ANCHORS: Final[dict[Align, str]] = {"left": "start", "middle": "middle", "right": "end"}
#: Texts of so many letters say how long they are: in a program that has another font
#: they are squeezed to their place, and don't run into what stands beside them.
_LONG: Final = 12
#: Pictures with more values are compressed as they are: trying what is best takes seconds.
_LARGE: Final = 1 << 20
#: Typefaces of about the same widths, for programs that ignore the one in the file. The last
#: two are what a bare Linux has: its usual face is a tenth wider than the page's.
_FAMILIES: Final = (
    "'IBM Plex Sans', 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', "
    "'DejaVu Sans Condensed', sans-serif"
)
#: Set as `lettering` sets it: letters don't move closer in pairs.
_STYLE: Final = "text { font-kerning: none; font-variant-ligatures: none; }\n"


class SvgSheet:
    """One sheet of paper as SVG; a `Drawing`.

    Parameters
    ----------
    paper : Paper
    title, description : str
        What the file says about itself.
    """

    def __init__(self, paper: Paper, title: str = "", description: str = "") -> None:
        self._root = ElementTree.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "xmlns:xlink": "http://www.w3.org/1999/xlink",
                "version": "1.1",
                "width": f"{_number(paper.width_mm)}mm",
                "height": f"{_number(paper.height_mm)}mm",
                "viewBox": f"0 0 {_number(paper.width)} {_number(paper.height)}",
            },
        )
        for tag, words in (("title", title), ("desc", description)):
            if words:
                ElementTree.SubElement(self._root, tag).text = plain(words)
        self._style = ElementTree.SubElement(self._root, "style")
        #: The letters used of the program's typeface, regular and bold.
        self._letters: dict[bool, set[str]] = {}

    def rectangle(
        self, left: float, top: float, width: float, height: float, colour: Colour
    ) -> None:
        """Fill a rectangle."""
        self._add("rect", x=left, y=top, width=width, height=height, fill=_hex(colour))

    def polygon(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        """Fill a polygon; its points are (x, y)."""
        corners = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
        self._add("polygon", points=corners, fill=_hex(colour))

    def text(
        self,
        string: str,
        x: float,
        y: float,
        size: float,
        colour: Colour,
        bold: bool = False,
        align: Align = "left",
    ) -> None:
        """Write one line; `y` is its baseline, `x` its left, middle or right."""
        # As it is written: a text's length must go with the size that stands there.
        line, size = set_line(string, bold), round(size, 3)
        if line.simple:
            whole = "".join(run.string for run in line.runs)
            width = line.width * size if len(whole) >= _LONG else None
            self._text(whole, x, y, size, _hex(colour), bold, align, width)
            return
        left = left_of(x, line.width * size, align)
        for run in line.runs:
            place, wide = left + run.left * size, run.width * size
            if run.simple:
                self._text(run.string, place, y, size, _hex(colour), bold, "left", wide)
                continue
            outline = _path(run, place, y, size)
            if outline:
                self._add("path", d=outline, fill=_hex(colour))
            self._text(run.string, place, y, size, "none", bold, "left", wide, own=False)

    def picture(
        self, pixels: NDArray[np.uint8], left: float, top: float, width: float, height: float
    ) -> None:
        """Lay a picture over what is there; pixels are grey and alpha, (height, width, 2)."""
        stream = io.BytesIO()
        Image.fromarray(pixels, "LA").save(stream, format="PNG", optimize=pixels.size < _LARGE)
        data = base64.b64encode(stream.getvalue()).decode("ascii")
        element = self._add("image", x=left, y=top, width=width, height=height)
        element.set("preserveAspectRatio", "none")
        # Many programs know the older name of `href` only.
        element.set("xlink:href", f"data:image/png;base64,{data}")

    def to_bytes(self) -> bytes:
        """Return the file."""
        self._style.text = _STYLE + "".join(
            _font_face(bold, "".join(sorted(letters))) for bold, letters in self._letters.items()
        )
        ElementTree.indent(self._root)
        return ElementTree.tostring(self._root, encoding="utf-8", xml_declaration=True)

    def _text(
        self,
        string: str,
        x: float,
        y: float,
        size: float,
        fill: str,
        bold: bool,
        align: Align,
        width: float | None,
        own: bool = True,
    ) -> None:
        """Add a text in one typeface, squeezed to a width where one is given."""
        if not string:
            return
        element = self._add("text", x=x, y=y, fill=fill)
        element.set("font-family", _FAMILIES if own else "sans-serif")
        element.set("font-size", _number(size))
        element.set("text-anchor", _ANCHORS[align])
        # Spaces count: the page parts what it says with them.
        element.set("xml:space", "preserve")
        if bold:
            element.set("font-weight", "bold")
        if width:
            element.set("textLength", _number(width))
            element.set("lengthAdjust", "spacingAndGlyphs")
        element.text = string
        if own:
            self._letters.setdefault(bold, set()).update(string)

    def _add(self, tag: str, **attributes: str | float) -> ElementTree.Element:
        words = {
            name: value if isinstance(value, str) else _number(value)
            for name, value in attributes.items()
        }
        return ElementTree.SubElement(self._root, tag, words)


def _path(run: TextRun, x: float, y: float, size: float) -> str:
    """Return the outlines of a run's glyphs as SVG writes them."""
    return "".join(
        kind
        + " ".join(
            f"{_number(x + (glyph.x + right) * size)} {_number(y - (glyph.y + up) * size)}"
            for right, up in points
        )
        for glyph in run.glyphs
        for kind, points in run.typeface.outline(glyph.number)
    )


def _font_face(bold: bool, letters: str) -> str:
    """Return the style sheet's rule that takes a typeface along in the file."""
    data = base64.b64encode(shipped(bold).part(letters)).decode("ascii")
    return (
        f"@font-face {{ font-family: 'IBM Plex Sans'; font-weight: {'bold' if bold else 'normal'}; "
        f"src: url('data:font/ttf;base64,{data}') format('truetype'); }}\n"
    )


def _number(value: float) -> str:
    """Return a number as short as a thousandth of a point allows."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
