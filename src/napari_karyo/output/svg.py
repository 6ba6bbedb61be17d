"""Vector pages as SVG: letters stay letters, chromosomes are pictures within."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from napari_karyo.karyogram.page import Align
from napari_karyo.karyogram.style import Colour
from napari_karyo.output.fonts import Face
from napari_karyo.output.paper import Paper

_ANCHORS: Final[dict[Align, str]] = {"left": "start", "middle": "middle", "right": "end"}
#: Texts of so many letters say how long they are: in a program that has another font
#: they are squeezed to their place, and don't run into what stands beside them.
_LONG: Final = 12


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
                ElementTree.SubElement(self._root, tag).text = words
        self._fonts = ElementTree.SubElement(self._root, "style")
        self._faces: dict[str, Face] = {}

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
        face: Face,
        align: Align = "left",
    ) -> None:
        """Write one line; `y` is its baseline, `x` its left, middle or right."""
        if not string:
            return
        self._faces[face.name] = face
        families = ", ".join(f"'{name}'" for name in (face.name, *face.others))
        element = self._add("text", x=x, y=y, fill=_hex(colour))
        element.set("font-family", f"{families}, sans-serif")
        element.set("font-size", _number(size))
        element.set("text-anchor", _ANCHORS[align])
        # Spaces count: the page parts what it says with them.
        element.set("xml:space", "preserve")
        if face.bold:
            element.set("font-weight", "bold")
        if len(string) >= _LONG:
            element.set("textLength", _number(face.width(string, size)))
            element.set("lengthAdjust", "spacingAndGlyphs")
        element.text = string

    def picture(
        self, pixels: NDArray[np.uint8], left: float, top: float, width: float, height: float
    ) -> None:
        """Lay a picture over what is there; pixels are grey and alpha, (height, width, 2)."""
        stream = io.BytesIO()
        Image.fromarray(pixels, "LA").save(stream, format="PNG", optimize=True)
        data = base64.b64encode(stream.getvalue()).decode("ascii")
        element = self._add("image", x=left, y=top, width=width, height=height)
        element.set("preserveAspectRatio", "none")
        # Many programs know the older name of `href` only.
        element.set("xlink:href", f"data:image/png;base64,{data}")

    def to_bytes(self) -> bytes:
        """Return the file."""
        self._fonts.text = "".join(map(_font_face, self._faces.values()))
        ElementTree.indent(self._root)
        return ElementTree.tostring(self._root, encoding="utf-8", xml_declaration=True)

    def _add(self, tag: str, **attributes: str | float) -> ElementTree.Element:
        words = {
            name: value if isinstance(value, str) else _number(value)
            for name, value in attributes.items()
        }
        return ElementTree.SubElement(self._root, tag, words)


def _font_face(face: Face) -> str:
    """Return the style sheet's rule that takes a font along in the file."""
    data = base64.b64encode(face.data).decode("ascii")
    weight = "bold" if face.bold else "normal"
    return (
        f"@font-face {{ font-family: '{face.name}'; font-weight: {weight}; "
        f"src: url('data:font/ttf;base64,{data}') format('truetype'); }}\n"
    )


def _number(value: float) -> str:
    """Return a number as short as a thousandth of a point allows."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
