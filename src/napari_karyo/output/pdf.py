"""Vector pages as PDF: letters stay letters, their fonts are in the file.

Letters of other typefaces than the program's own are drawn as outlines: ReportLab takes only
TrueType fonts along and sets no Arabic, and the fonts of East Asia mostly are of the other kind.
The text itself lies over them, unseen, to be searched and copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from napari_karyo.karyogram.style import Colour
from napari_karyo.lettering import Align, TextRun, left_of, set_line
from napari_karyo.lettering.clean import plain
from napari_karyo.lettering.direction import seen_from_left
from napari_karyo.output.files import SOFTWARE
from napari_karyo.output.paper import Paper
from napari_karyo.output.pdf_fonts import own_font, unseen_font
from napari_karyo.version import __version__


class PdfBook:
    """A PDF of any number of sheets; a `Drawing` of the one that was begun last.

    Parameters
    ----------
    stream : binary file
    title, description : str
        What the file says about itself.
    """

    def __init__(self, stream: IO[bytes], title: str = "", description: str = "") -> None:
        from reportlab.pdfgen.canvas import Canvas

        # Else every page would name Helvetica, which is not in the file.
        self._canvas: Any = Canvas(stream, pageCompression=1, lang="en", initialFontName=own_font())
        self._canvas.setTitle(plain(title))
        self._canvas.setSubject(plain(description))
        self._canvas.setAuthor("")
        self._canvas.setCreator(f"{SOFTWARE} {__version__}")
        # The margins are in the page: a printer's program needs to add none.
        self._canvas.setViewerPreference("PrintScaling", "None")
        self._height = 0.0
        self._begun = False

    def begin(self, paper: Paper, outline: str = "") -> None:
        """Begin a sheet, and end the one before.

        Parameters
        ----------
        paper : Paper
        outline : str
            What the sheet is called in the table of contents beside the pages.
        """
        if self._begun:
            self._canvas.showPage()
        self._begun = True
        self._canvas.setPageSize((paper.width, paper.height))
        self._height = paper.height
        if outline:
            key = f"page {self._canvas.getPageNumber()}"
            self._canvas.bookmarkPage(key)
            self._canvas.addOutlineEntry(plain(outline), key)

    def close(self) -> None:
        """End the last sheet and write the file."""
        self._canvas.showPage()
        self._canvas.save()

    def rectangle(
        self, left: float, top: float, width: float, height: float, colour: Colour
    ) -> None:
        """Fill a rectangle."""
        self._fill(colour)
        bottom = self._height - top - height
        self._canvas.rect(left, bottom, width, height, stroke=0, fill=1)

    def polygon(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        """Fill a polygon; its points are (x, y)."""
        self._fill(colour)
        path = self._canvas.beginPath()
        for number, (x, y) in enumerate(points):
            (path.lineTo if number else path.moveTo)(x, self._height - y)
        path.close()
        self._canvas.drawPath(path, stroke=0, fill=1)

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
        line = set_line(string, bold)
        left = left_of(x, line.width * size, align)
        self._fill(colour)
        for run in line.runs:
            place, baseline = left + run.left * size, self._height - y
            if run.simple:
                self._canvas.setFont(own_font(bold), size)
                self._canvas.drawString(place, baseline, run.string)
            else:
                self._outlines(run, place, baseline, size)
                self._unseen(run, place, baseline, size)

    def picture(
        self, pixels: NDArray[np.uint8], left: float, top: float, width: float, height: float
    ) -> None:
        """Lay a picture over what is there; pixels are grey and alpha, (height, width, 2)."""
        from reportlab.lib.utils import ImageReader

        image = Image.fromarray(pixels, "LA").convert("RGBA")
        bottom = self._height - top - height
        self._canvas.drawImage(ImageReader(image), left, bottom, width, height, mask="auto")

    def _outlines(self, run: TextRun, x: float, y: float, size: float) -> None:
        """Fill the outlines of a run's glyphs."""
        path = self._canvas.beginPath()
        here = (0.0, 0.0)
        for glyph in run.glyphs:
            for kind, points in run.typeface.outline(glyph.number):
                at = [(x + (glyph.x + right) * size, y + (glyph.y + up) * size)
                      for right, up in points]  # fmt: skip
                if kind == "M":
                    path.moveTo(*at[0])
                elif kind == "L":
                    path.lineTo(*at[0])
                elif kind == "Z":
                    path.close()
                else:
                    one, two, end = at if kind == "C" else _cubic(here, *at)
                    path.curveTo(*one, *two, *end)
                here = at[-1] if at else here
        # Where two outlines of a glyph overlap, both are ink.
        self._canvas.drawPath(path, stroke=0, fill=1, fillMode=1)

    def _unseen(self, run: TextRun, x: float, y: float, size: float) -> None:
        """Write a run over its outlines, so that it can be searched and copied."""
        # From left to right as it is seen, brackets too: readers turn it round by themselves.
        string = seen_from_left(run.string) if run.leftward else run.string
        if not string or not run.width:
            return
        name, width = unseen_font()
        text = self._canvas.beginText(x, y)
        text.setTextRenderMode(3)
        text.setFont(name, size)
        text.setHorizScale(100 * run.width / (width * len(string)))
        text.textOut(string)
        self._canvas.saveState()
        self._canvas.drawText(text)
        self._canvas.restoreState()

    def _fill(self, colour: Colour) -> None:
        self._canvas.setFillColorRGB(*(value / 255 for value in colour))


def _cubic(
    begin: tuple[float, float], middle: tuple[float, float], end: tuple[float, float]
) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
    """Return a quadratic curve as the cubic one that PDF knows."""
    first = tuple(one + 2 / 3 * (two - one) for one, two in zip(begin, middle, strict=True))
    second = tuple(one + 2 / 3 * (two - one) for one, two in zip(end, middle, strict=True))
    return (first[0], first[1]), (second[0], second[1]), end
