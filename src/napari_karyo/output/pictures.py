"""The karyogram as a picture of pixels: PNG and TIFF."""

from __future__ import annotations

from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from napari_karyo.classified import ClassifiedCell
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.page import PAGE_WIDTH, SCREEN_DPI, Page
from napari_karyo.output.cell_page import description, page_of
from napari_karyo.output.files import SOFTWARE
from napari_karyo.output.options import ExportOptions
from napari_karyo.output.paper import Paper, fit_page

_TIFF_DESCRIPTION: Final = 270
_TIFF_SOFTWARE: Final = 305


def picture(cell: ClassifiedCell, options: ExportOptions) -> NDArray[np.uint8]:
    """Return the karyogram as pixels.

    Parameters
    ----------
    cell : ClassifiedCell
    options : ExportOptions
        At a resolution of `SCREEN_DPI` it is the screen's own picture.

    Returns
    -------
    ndarray, shape (height, width, 3), uint8
    """
    composer, page = page_of(cell, options)
    if options.paper is None:
        # A page across is A4 at the screen's scale; an upright one has to become so.
        across = PAGE_WIDTH / page.height if page.is_upright else 1.0
        return composer.compose(page, options.dpi / SCREEN_DPI * across)
    return _on_paper(composer, page, options.dpi, options.paper.under(page))


def save_picture(
    stream: IO[bytes], cell: ClassifiedCell, form: str, options: ExportOptions
) -> None:
    """Draw a cell into an open file, with the resolution and what it shows.

    Parameters
    ----------
    stream : binary file
    cell : ClassifiedCell
    form : {"PNG", "TIFF"}
    options : ExportOptions
    """
    pixels, words = picture(cell, options), description(cell, options)
    extra: dict[str, Any]
    if form == "PNG":
        info = PngInfo()
        info.add_text("Description", words)
        info.add_text("Software", SOFTWARE)
        extra = {"pnginfo": info}
    elif form == "TIFF":
        tags = ImageFileDirectory_v2()
        # TIFF says ASCII; readers take it for UTF-8, which begins with the same letters.
        tags[_TIFF_DESCRIPTION] = words.encode()
        tags[_TIFF_SOFTWARE] = SOFTWARE
        # Deflate, because napari's own reader knows it without any further package.
        extra = {"tiffinfo": tags, "compression": "tiff_adobe_deflate"}
    else:
        raise ValueError(f"nobody said how {form} keeps its resolution and its words")
    dots = (options.dpi, options.dpi)
    Image.fromarray(pixels).save(stream, format=form, dpi=dots, **extra)


def _on_paper(composer: Composer, page: Page, dpi: float, paper: Paper) -> NDArray[np.uint8]:
    """Return a sheet of paper with a page laid within its margins."""
    fit = fit_page(page, paper.inner)
    pixels = dpi / 72
    drawn = composer.compose(page, fit.scale * pixels)
    sheet = np.empty((round(paper.height * pixels), round(paper.width * pixels), 3), np.uint8)
    sheet[:] = composer.style.paper
    # The page's own empty edges may lie off the sheet.
    top, left = round(fit.top * pixels), round(fit.left * pixels)
    part = drawn[max(0, -top) : len(sheet) - top, max(0, -left) : sheet.shape[1] - left]
    row, column = max(0, top), max(0, left)
    sheet[row : row + part.shape[0], column : column + part.shape[1]] = part
    return sheet
