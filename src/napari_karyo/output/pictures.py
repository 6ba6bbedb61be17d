"""The karyogram as a picture of pixels: PNG and TIFF."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.page import SCREEN_DPI, Page
from napari_karyo.karyogram.style import Style
from napari_karyo.output.files import PIXELS, SOFTWARE, check_dpi, check_export, written
from napari_karyo.output.paper import Paper, fit_page
from napari_karyo.output.sheet import Sheet

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification
    from napari_karyo.karyotype import Karyotype

_TIFF_DESCRIPTION: Final = 270
_TIFF_SOFTWARE: Final = 305


def picture(
    karyotype: Karyotype,
    classification: Classification,
    dpi: float = SCREEN_DPI,
    *,
    title: str = "Karyogram",
    style: Style | None = None,
    paper: Paper | None = None,
) -> NDArray[np.uint8]:
    """Return the karyogram as pixels.

    Parameters
    ----------
    karyotype : Karyotype
    classification : Classification
    dpi : float
        Dots an inch of the paper. At the default it is the screen's own picture.
    title : str
    style : Style, optional
        Colours; those of the cell's stain where not given.
    paper : Paper, optional
        Lying across, the page within its margins. Where not given, the page as on the
        screen: A4, to its very edges.

    Returns
    -------
    ndarray, shape (height, width, 3), uint8

    Raises
    ------
    ExportError
        Where the resolution is out of range.
    """
    check_dpi(dpi)
    return _pixels(Sheet(karyotype, classification, title), dpi, style, paper)


def _pixels(
    sheet: Sheet, dpi: float, style: Style | None, paper: Paper | None
) -> NDArray[np.uint8]:
    composer, page = sheet.page(style)
    if paper is None:
        return composer.compose(page, dpi / SCREEN_DPI)
    return _on_paper(composer, page, dpi, paper.landscape)


def export_picture(
    karyotype: Karyotype,
    classification: Classification,
    path: Path | str,
    dpi: float = 300.0,
    *,
    title: str = "Karyogram",
    style: Style | None = None,
    paper: Paper | None = None,
) -> Path:
    """Write the karyogram as PNG or TIFF.

    Parameters
    ----------
    karyotype : Karyotype
    classification : Classification
    path : Path or str
        Ends in ``.png``, ``.tif`` or ``.tiff``. A file of that name is replaced.
    dpi : float
        Dots an inch, 72 to 1200.
    title, style, paper
        As of `picture`.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ExportError
        Where the format is not known, the resolution is out of range, or the file
        cannot be written.
    """
    path = Path(path)
    form = PIXELS[check_export(path, dpi, endings=tuple(PIXELS))]
    with written(path) as stream:
        save_pixels(stream, Sheet(karyotype, classification, title), form, dpi, style, paper)
    return path


def save_pixels(
    stream: IO[bytes],
    sheet: Sheet,
    form: str,
    dpi: float,
    style: Style | None,
    paper: Paper | None,
) -> None:
    """Draw a cell into an open file, with the resolution and what it shows.

    Parameters
    ----------
    stream : binary file
    sheet : Sheet
    form : {"PNG", "TIFF"}
    dpi, style, paper
        As of `picture`.
    """
    pixels, description = _pixels(sheet, dpi, style, paper), sheet.description()
    extra: dict[str, Any]
    if form == "PNG":
        info = PngInfo()
        info.add_text("Description", description)
        info.add_text("Software", SOFTWARE)
        extra = {"pnginfo": info}
    else:
        tags = ImageFileDirectory_v2()
        # TIFF says ASCII; readers take it for UTF-8, which begins with the same letters.
        tags[_TIFF_DESCRIPTION] = description.encode()
        tags[_TIFF_SOFTWARE] = SOFTWARE
        # Deflate, because napari's own reader knows it without any further package.
        extra = {"tiffinfo": tags, "compression": "tiff_adobe_deflate"}
    Image.fromarray(pixels).save(stream, format=form, dpi=(dpi, dpi), **extra)


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
