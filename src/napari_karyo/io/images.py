"""Image files as grey pictures: PNG, TIFF, BMP and JPEG."""

from __future__ import annotations

import logging
import lzma
import math
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from napari_karyo.cell import Problem
from napari_karyo.errors import ReadError

SUFFIXES = (".png", ".tif", ".tiff", ".bmp", ".jpg", ".jpeg")
TIFF_SUFFIXES = (".tif", ".tiff")

#: A picture longer than this on a side is a spread or a scan, not one chromosome.
LARGEST_SIDE = 4096

#: Below this no chromosome can be told from dirt.
SMALLEST_SIDE = 4

# Damaged files are reported by this program's own message, not by tifffile's log.
logging.getLogger("tifffile").setLevel(logging.CRITICAL)

_DAMAGED = (
    OSError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    SyntaxError,
    RuntimeError,
    MemoryError,
    EOFError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    tifffile.TiffFileError,
    UnidentifiedImageError,
    Image.DecompressionBombError,
)


def read_image(
    path: Path, bad_page: Callable[[Problem], None] | None = None
) -> list[tuple[str, NDArray[Any]]]:
    """Read an image file as one or several grey pictures.

    Parameters
    ----------
    path : Path
        PNG, TIFF (8 or 16 bit or float, grey, RGB or RGBA, any number of pages), BMP or
        JPEG.
    bad_page : callable, optional
        Told of each page of a stack that can't be used; the others are returned.

    Returns
    -------
    list of (str, ndarray)
        Name and grey values, shape (height, width), uint8 or uint16. The name is the
        file's, with ``[page]`` for each page of a stack. A picture with transparent
        places is a masked array: what paper they show depends on the cell's stain.

    Raises
    ------
    ReadError
        Where the file is missing, empty, damaged, no image, not finite, of one grey
        only, too small or too large for a chromosome.
    """
    path = Path(path)
    try:
        if not path.is_file():
            raise ReadError("there is no such file.", "Check the name.", path)
        if path.stat().st_size == 0:
            raise ReadError("the file is empty.", "Copy or export it again.", path)
        with warnings.catch_warnings():
            # A warning of a decoder means a picture that can't be trusted.
            warnings.simplefilter("error")
            # But one about the decoder's own future says nothing of the picture.
            for kind in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
                warnings.simplefilter("ignore", kind)
            pages = _pages(path)
    except PermissionError as error:
        raise ReadError(
            f"it can't be read ({error.strerror or error}).",
            "Check that you have the right to read it.",
            path,
        ) from error
    except (*_DAMAGED, Warning) as error:
        raise ReadError(
            f"this is not a readable image ({_short(error)}).",
            "Export it again as PNG or TIFF, or remove it from the folder.",
            path,
        ) from error
    if not pages:
        raise ReadError("the file holds no picture.", "Export it again.", path)
    if len(pages) == 1:
        return [(path.name, _checked(pages[0], path))]
    good: list[tuple[str, NDArray[Any]]] = []
    first: ReadError | None = None
    for number, page in enumerate(pages):
        name = f"{path.name}[{number}]"
        try:
            good.append((name, _checked(page, path)))
        except ReadError as error:
            first = first or error
            if bad_page is not None:
                bad_page(Problem(name, error.what, error.remedy))
    if first is not None and not good:
        raise first
    return good


def _short(error: BaseException) -> str:
    words = " ".join(str(error).split()) or type(error).__name__
    return words.replace(str(Path.home()), "~")[:120]


#: A page, or why it can't be read.
_Page = NDArray[Any] | Exception


def _pages(path: Path) -> list[_Page]:
    if path.suffix.lower() in TIFF_SUFFIXES:
        return _tiff_pages(path)
    with Image.open(path) as image:
        return [_pillow_grey(image)]


def _tiff_pages(path: Path) -> list[_Page]:
    pages: list[_Page] = []
    with tifffile.TiffFile(path) as file:
        written = len(file.pages)
        for number in range(written):
            try:
                pages += _tiff_page(file, number)
            except (*_DAMAGED, Warning) as error:
                pages.append(error)
        # Many programs write the directories of the later pages last. Where the end of
        # the file is lost, so are they, but not yet the pages.
        meant = _pages_meant(file)
        for number in range(written, meant):
            try:
                pages.append(_undirected(file, number))
            except (*_DAMAGED, Warning):
                lost = f"it and all that follow are lost, {meant - number} in all"
                pages.append(ValueError(f"the file ends before it; {lost}"))
                break
        if len(pages) == written and _chain_is_cut(file):
            before = "it" if written else "its first page"
            pages.append(ValueError(f"the file ends before {before}"))
    if len(pages) == 1 and isinstance(pages[0], Exception):
        raise pages[0]
    return pages


def _tiff_page(file: tifffile.TiffFile, number: int) -> list[NDArray[Any]]:
    """Return the grey pictures of one page: several where it holds a volume."""
    page = _whole(file, number)
    _refuse_large(page.shape[:2] if len(page.shape) > 1 else page.shape)
    try:
        return _layers(page, np.asarray(page.asarray()))
    except ValueError as error:
        if "imagecodecs" not in str(error):
            raise
    # tifffile leaves LZW and other compressions to a package that need not be there.
    # Pillow knows the common ones.
    with Image.open(file.filehandle.path) as image:
        image.seek(number)
        grey = _pillow_grey(image)
        # Pillow inverts 8-bit pictures where white is zero, and no deeper ones.
        if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE and grey.dtype != np.uint8:
            grey = np.iinfo(grey.dtype).max - grey
        return [grey]


def _whole(file: tifffile.TiffFile, number: int) -> tifffile.TiffPage:
    page = file.pages[number]
    return page if isinstance(page, tifffile.TiffPage) else page.aspage()


def _pages_meant(file: tifffile.TiffFile) -> int:
    """Return how many pages the description of the first says that there are; else 0."""
    try:
        first = _whole(file, 0)
        if file.imagej_metadata:
            return int(file.imagej_metadata.get("images", 0))
        if file.shaped_metadata:
            return math.prod(file.shaped_metadata[0]["shape"]) // math.prod(first.shape)
    except (*_DAMAGED, Warning):
        pass
    return 0


def _undirected(file: tifffile.TiffFile, number: int) -> NDArray[Any]:
    """Return a page without a directory, from its place behind the first page."""
    first = _whole(file, 0)
    offset = first.dataoffsets[0] + number * first.nbytes
    if (
        first.compression != tifffile.COMPRESSION.NONE
        or not first.is_contiguous
        or first.dtype is None
        or offset + first.nbytes > file.filehandle.size
    ):
        raise ValueError("the file ends before it")
    values = file.filehandle.read_array(
        first.dtype.newbyteorder(file.byteorder), first.size, offset
    )
    (layer,) = _layers(first, values.reshape(first.shape).astype(first.dtype))
    return layer


def _chain_is_cut(file: tifffile.TiffFile) -> bool:
    """Tell whether the last page's directory names another one, which isn't there."""
    size = file.tiff.offsetsize
    file.filehandle.seek(file.pages.next_page_offset or 0)
    following = file.filehandle.read(size)
    return len(following) < size or any(following)


def _layers(page: tifffile.TiffPage, values: NDArray[Any]) -> list[NDArray[Any]]:
    """Return the pixels of a page as grey pictures."""
    white_is_zero = page.photometric == tifffile.PHOTOMETRIC.MINISWHITE
    if page.photometric == tifffile.PHOTOMETRIC.PALETTE and values.ndim == 2:
        table = np.asarray(page.colormap)
        values = np.moveaxis(table[:, values], 0, -1)
    if page.planarconfig == 2 and values.ndim == 3:
        values = np.moveaxis(values, 0, -1)
    layers = values if values.ndim == 3 and values.shape[-1] > 4 else values[None]
    return [_grey(layer, white_is_zero) for layer in layers]


def _refuse_large(shape: tuple[int, ...]) -> None:
    if max(shape, default=0) > LARGEST_SIDE:
        raise ValueError(f"{' x '.join(map(str, shape))} pixels: larger than any crop")


def _pillow_grey(image: Image.Image) -> NDArray[Any]:
    _refuse_large(image.size)
    if image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode in ("CMYK", "YCbCr", "HSV", "LAB"):
        image = image.convert("RGB")
    if image.mode == "1":
        image = image.convert("L")
    return _grey(np.asarray(image), False)


def _grey(values: NDArray[Any], white_is_zero: bool) -> NDArray[Any]:
    """Bring any kind of pixel to grey uint8 or uint16."""
    values = np.asarray(values)
    if values.dtype == bool:
        values = values.astype(np.uint8) * 255
    if values.ndim == 3 and values.shape[-1] == 1:
        values = values[..., 0]
    if values.ndim == 3 and values.shape[-1] == 2:
        values = values[..., [0, 0, 0, 1]]
    values = _integers(values)
    see_through: NDArray[np.bool_] | None = None
    if values.ndim == 3 and values.shape[-1] == 4:
        see_through = values[..., 3] <= np.iinfo(values.dtype).max // 2
        values = values[..., :3]
    if values.ndim == 3 and values.shape[-1] == 3:
        # The weights of ITU-R 601, which Pillow's own conversion uses.
        weights = np.array([0.299, 0.587, 0.114])
        values = np.round(values @ weights).astype(values.dtype)
    if values.ndim != 2:
        raise ValueError(f"an array of shape {values.shape} is no picture")
    if white_is_zero:
        values = np.iinfo(values.dtype).max - values
    values = np.ascontiguousarray(values)
    if see_through is not None and see_through.any():
        return np.ma.MaskedArray(values, see_through)
    return values


def _integers(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype in (np.uint8, np.uint16):
        return values
    if np.issubdtype(values.dtype, np.floating):
        if not np.isfinite(values).all():
            raise ValueError("it holds values that are no numbers (NaN or infinite)")
        if values.min() < 0:
            raise ValueError("it holds negative grey values")
        top = values.max()
        scale = 65535.0 if top <= 1 else 257.0 if top <= 255 else 1.0
        return np.round(np.clip(values * scale, 0, 65535)).astype(np.uint16)
    if np.issubdtype(values.dtype, np.integer):
        if values.min() < 0 or values.max() > 65535:
            raise ValueError("its grey values do not fit 16 bits")
        return values.astype(np.uint8 if values.max() <= 255 else np.uint16)
    raise ValueError(f"pixels of the kind {values.dtype} are not grey values")


def _checked(page: _Page, path: Path) -> NDArray[Any]:
    if isinstance(page, Exception):
        raise ReadError(
            f"this page can't be read ({_short(page).rstrip('.')}).",
            "Export the stack again. The pages that can be read stay.",
            path,
        ) from page
    height, width = page.shape
    if min(height, width) < SMALLEST_SIDE:
        raise ReadError(
            f"the picture is only {width} x {height} pixels.",
            "Cut the chromosome again at a higher magnification, or remove the file.",
            path,
        )
    if np.ma.isMaskedArray(page) and page.mask.all():
        raise ReadError("the picture is all transparent.", "Cut the chromosome again.", path)
    # A cut-out of one grey is still an outline; a full picture of one grey is nothing.
    if page.min() == page.max() and not np.ma.isMaskedArray(page):
        grey = "black" if page.max() == 0 else "of one grey"
        raise ReadError(
            f"the picture is all {grey}.", "Cut the chromosome again, or remove the file.", path
        )
    return page
