"""Vector pages as PDF: letters stay letters, their fonts are in the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from napari_karyo import __version__
from napari_karyo.karyogram.page import Align
from napari_karyo.karyogram.style import Colour
from napari_karyo.output.files import SOFTWARE
from napari_karyo.output.fonts import PAGE_FACE, Face
from napari_karyo.output.paper import Paper


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
        first = PAGE_FACE.loaded.fontName
        self._canvas: Any = Canvas(stream, pageCompression=1, lang="en", initialFontName=first)
        self._canvas.setTitle(title)
        self._canvas.setSubject(description)
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
            self._canvas.addOutlineEntry(outline, key)

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
        face: Face,
        align: Align = "left",
    ) -> None:
        """Write one line; `y` is its baseline, `x` its left, middle or right."""
        if not string:
            return
        self._fill(colour)
        self._canvas.setFont(face.loaded.fontName, size)
        left = x - face.width(string, size) * {"left": 0.0, "middle": 0.5, "right": 1.0}[align]
        self._canvas.drawString(left, self._height - y, string)

    def picture(
        self, pixels: NDArray[np.uint8], left: float, top: float, width: float, height: float
    ) -> None:
        """Lay a picture over what is there; pixels are grey and alpha, (height, width, 2)."""
        from reportlab.lib.utils import ImageReader

        image = Image.fromarray(pixels, "LA").convert("RGBA")
        bottom = self._height - top - height
        self._canvas.drawImage(ImageReader(image), left, bottom, width, height, mask="auto")

    def _fill(self, colour: Colour) -> None:
        self._canvas.setFillColorRGB(*(value / 255 for value in colour))
