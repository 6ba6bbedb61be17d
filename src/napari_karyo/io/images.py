"""Image files as grey pictures: PNG, TIFF, BMP and JPEG."""

from __future__ import annotations

import logging
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

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
    struct.error,
    tifffile.TiffFileError,
    UnidentifiedImageError,
    Image.DecompressionBombError,
)


def read_image(path: Path) -> list[tuple[str, NDArray[Any]]]:
    """Read an image file as one or several grey pictures.

    Parameters
    ----------
    path : Path
        PNG, TIFF (8 or 16 bit or float, grey, RGB or RGBA, any number of pages), BMP or
        JPEG.

    Returns
    -------
    list of (str, ndarray)
        Name and grey values, shape (height, width), uint8 or uint16. The name is the
        file's, with ``[page]`` for each page of a stack.

    Raises
    ------
    ReadError
        Where the file is missing, empty, damaged, no image, not finite, of one grey
        only, too small or too large for a chromosome.
    """
    path = Path(path)
    if not path.is_file():
        raise ReadError("there is no such file.", "Check the name.", path)
    if path.stat().st_size == 0:
        raise ReadError("the file is empty.", "Copy or export it again.", path)
    try:
        with warnings.catch_warnings():
            # A warning of a decoder means a picture that can't be trusted.
            warnings.simplefilter("error")
            pages = _pages(path)
    except (*_DAMAGED, Warning) as error:
        raise ReadError(
            f"this is not a readable image ({_short(error)}).",
            "Export it again as PNG or TIFF, or remove it from the folder.",
            path,
        ) from error
    if not pages:
        raise ReadError("the file holds no picture.", "Export it again.", path)
    named = [path.name] if len(pages) == 1 else [f"{path.name}[{n}]" for n in range(len(pages))]
    return [(name, _checked(page, path)) for name, page in zip(named, pages, strict=True)]


def _short(error: BaseException) -> str:
    words = " ".join(str(error).split()) or type(error).__name__
    return words.replace(str(Path.home()), "~")[:120]


def _pages(path: Path) -> list[NDArray[Any]]:
    if path.suffix.lower() in TIFF_SUFFIXES:
        return _tiff_pages(path)
    with Image.open(path) as image:
        return [_pillow_grey(image)]


def _tiff_pages(path: Path) -> list[NDArray[Any]]:
    pages: list[NDArray[Any]] = []
    with tifffile.TiffFile(path) as file:
        for page in file.pages:
            if not isinstance(page, tifffile.TiffPage):
                page = page.aspage()
            _refuse_large(page.shape[:2] if len(page.shape) > 1 else page.shape)
            values = np.asarray(page.asarray())
            white_is_zero = page.photometric == tifffile.PHOTOMETRIC.MINISWHITE
            if page.photometric == tifffile.PHOTOMETRIC.PALETTE and values.ndim == 2:
                table = np.asarray(page.colormap)
                values = np.moveaxis(table[:, values], 0, -1)
            if page.planarconfig == 2 and values.ndim == 3:
                values = np.moveaxis(values, 0, -1)
            layers = values if values.ndim == 3 and values.shape[-1] > 4 else values[None]
            pages += [_grey(layer, white_is_zero) for layer in layers]
    return pages


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
    if values.ndim == 3 and values.shape[-1] == 4:
        values = _without_alpha(values)
    if values.ndim == 3 and values.shape[-1] == 3:
        # The weights of ITU-R 601, which Pillow's own conversion uses.
        weights = np.array([0.299, 0.587, 0.114])
        values = np.round(values @ weights).astype(values.dtype)
    if values.ndim != 2:
        raise ValueError(f"an array of shape {values.shape} is no picture")
    if white_is_zero:
        values = np.iinfo(values.dtype).max - values
    return np.ascontiguousarray(values)


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


def _without_alpha(values: NDArray[Any]) -> NDArray[Any]:
    """Lay a transparent picture on the colour of its own opaque border, or on white."""
    colours, alpha = values[..., :3].astype(np.float64), values[..., 3:].astype(np.float64)
    full = float(np.iinfo(values.dtype).max)
    share = alpha / full
    # Transparent means background: white paper, unless what is opaque is bright itself.
    opaque = colours[alpha[..., 0] > full / 2]
    paper = 0.0 if opaque.size and opaque.mean() > 0.7 * full else full
    return np.round(colours * share + paper * (1 - share)).astype(values.dtype)


def _checked(page: NDArray[Any], path: Path) -> NDArray[Any]:
    height, width = page.shape
    if min(height, width) < SMALLEST_SIDE:
        raise ReadError(
            f"the picture is only {width} x {height} pixels.",
            "Cut the chromosome again at a higher magnification, or remove the file.",
            path,
        )
    if page.min() == page.max():
        grey = "black" if page.max() == 0 else "of one grey"
        raise ReadError(
            f"the picture is all {grey}.", "Cut the chromosome again, or remove the file.", path
        )
    return page
