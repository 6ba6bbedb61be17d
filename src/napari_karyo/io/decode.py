"""One image file as the pictures it holds; whatever a decoder does, a `ReadError` at most."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from napari_karyo.cell import Problem
from napari_karyo.errors import ReadError
from napari_karyo.io.limits import SMALLEST_SIDE, refuse_large
from napari_karyo.io.picture import COLOURS, Picture, is_ramp
from napari_karyo.io.quiet import quiet_decoders
from napari_karyo.io.tiff import read_tiff

SUFFIXES = (".png", ".tif", ".tiff", ".bmp", ".jpg", ".jpeg")

#: What Pillow may open here: some of its formats start other programs.
#: Of several pictures in one JPEG (MPO) it opens the first by itself, and knows no such name.
_FORMATS = ("PNG", "BMP", "DIB", "JPEG", "WEBP", "JPEG2000", "GIF")

_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

#: Greys beyond this are none.
_UNREASONABLE: Final = 1e30

_log = logging.getLogger(__name__)


def decode(path: Path, bad_page: Callable[[Problem], None] | None = None) -> list[Picture]:
    """Return the pictures of an image file, each with all its channels.

    Parameters
    ----------
    path : Path
        PNG, TIFF, BMP or JPEG. What it is is read from its first bytes.
    bad_page : callable, optional
        Told of each page of a stack that can't be used; the others are returned.

    Returns
    -------
    list of Picture
        At least one.

    Raises
    ------
    ReadError
        Where the file is missing, empty, damaged, no image, of one grey only, too small
        or too large for a chromosome.
    """
    path = Path(path)
    found = _decoded(path)
    if not found:
        raise ReadError("the file holds no picture.", "Export it again.", path)
    good: list[Picture] = []
    first: ReadError | None = None
    for number, item in enumerate(found):
        name = path.name if len(found) == 1 else f"{path.name}[{number}]"
        try:
            picture = _checked(_reasonable(item), path, alone=len(found) == 1)
        except ReadError as error:
            first = first or error
            if bad_page is not None and len(found) > 1:
                bad_page(Problem(name, error.what, error.remedy))
        else:
            good.append(replace(picture, name=name))
    if first is not None and not good:
        raise first
    return good


def _decoded(path: Path) -> list[Picture | Exception]:
    """Return a file's pictures; in the place of one that can't be read, why."""
    try:
        if not path.is_file():
            raise ReadError("there is no such file.", "Check the name.", path)
        if path.stat().st_size == 0:
            raise ReadError("the file is empty.", "Copy or export it again.", path)
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise ReadError(
            f"it can't be read ({error.strerror or error}).",
            "Check that you have the right to read it.",
            path,
        ) from error
    with quiet_decoders() as doubts:
        # A decoder is foreign code: it may raise anything for a damaged file.
        try:
            pages: list[Picture | Exception] = (
                read_tiff(path) if start in _TIFF_STARTS else [_read_pillow(path)]
            )
        except Exception as error:
            _log.debug("%s could not be decoded", path, exc_info=True)
            raise _unreadable(path, error) from error
    if doubts:
        raise _unreadable(path, doubts[0])
    return pages


def _unreadable(path: Path, why: Exception | str) -> ReadError:
    return ReadError(
        f"this is not a readable image ({_short(why)}).",
        "Export it again as PNG or TIFF, or remove it from the folder.",
        path,
    )


def _short(error: BaseException | str) -> str:
    words = " ".join(str(error).split()) or type(error).__name__
    return words.replace(str(Path.home()), "~")[:120].rstrip(".")


def _checked(item: Picture | Exception, path: Path, alone: bool) -> Picture:
    """Refuse what holds nothing that could be a chromosome."""
    if isinstance(item, Exception):
        if alone:
            raise _unreadable(path, item) from item
        raise ReadError(
            f"this page can't be read ({_short(item)}).",
            "Export the stack again. The pages that can be read stay.",
            path,
        ) from item
    height, width = item.shape
    if min(height, width) < SMALLEST_SIDE:
        raise ReadError(
            f"the picture is only {width} x {height} pixels.",
            "Cut the chromosome again at a higher magnification, or remove the file.",
            path,
        )
    if item.mask is not None:
        if item.mask.all():
            raise ReadError("the picture is all transparent.", "Cut the chromosome again.", path)
        # A cut-out of one grey is still an outline; a full picture of one grey is nothing.
        return item
    lows, highs = (edge.reshape(len(item.planes)) for edge in _range(item.planes))
    if not np.isfinite(lows).any():
        raise ReadError(
            "it holds no finite grey values (NaN or infinite).", "Export it again.", path
        )
    if (lows == highs).all():
        grey = "black" if not highs.any() else "of one grey"
        raise ReadError(
            f"the picture is all {grey}.", "Make the picture again, or remove the file.", path
        )
    return item


def _reasonable(item: Picture | Exception) -> Picture | Exception:
    """Return a picture whose numbers beyond all reason are no numbers: sums of them overflow."""
    # Half precision has no such numbers.
    if isinstance(item, Exception) or item.planes.dtype.kind != "f" or item.planes.itemsize < 4:
        return item
    wrong = ~(np.abs(item.planes) < _UNREASONABLE)
    if not wrong.any():
        return item
    return replace(item, planes=np.where(wrong, np.array(np.nan, item.planes.dtype), item.planes))


def _range(planes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the least and the largest finite value of each plane; NaN where there is none."""
    flat = planes.reshape(len(planes), -1)
    if not np.issubdtype(flat.dtype, np.floating):
        return flat.min(axis=1), flat.max(axis=1)
    finite = np.isfinite(flat)
    some = finite.any(axis=1)
    lows = np.where(some, np.where(finite, flat, np.inf).min(axis=1), np.nan)
    highs = np.where(some, np.where(finite, flat, -np.inf).max(axis=1), np.nan)
    return lows, highs


def _read_pillow(path: Path) -> Picture:
    with Image.open(path, formats=_FORMATS) as file:
        refuse_large(file.size, 4 if file.mode in ("I", "F") else 2, len(file.getbands()))
        lossy = file.format in ("JPEG", "MPO")
        image: Image.Image = file
        if image.mode.startswith("I") and isinstance(image.info.get("transparency"), int):
            # Pillow's conversion to colours would cut 16 bits off at 255.
            deep = np.asarray(image)
            mask = deep == image.info["transparency"]
            return Picture(path.name, path, deep[None], mask=mask if mask.any() else None)
        if image.mode in ("P", "PA"):
            index = _false_colours(image)
            if index is not None:
                return Picture(path.name, path, index[None])
            image = image.convert("RGBA")
        elif image.mode in ("LA", "La", "RGBa") or "transparency" in image.info:
            image = image.convert("RGBA")
        elif image.mode in ("CMYK", "YCbCr", "HSV", "LAB"):
            image = image.convert("RGB")
        values = np.asarray(image)
    if values.dtype == bool:
        values = values.astype(np.uint8) * np.uint8(255)
    if values.ndim == 2:
        return Picture(path.name, path, values[None], lossy=lossy)
    planes = np.moveaxis(values, -1, 0)
    mask = None
    if len(planes) == 4:
        mask = planes[3] < 128
        mask = mask if mask.any() else None
    return Picture(path.name, path, planes[:3], COLOURS[: len(planes[:3])], True, mask, lossy=lossy)


def _false_colours(image: Image.Image) -> NDArray[np.uint8] | None:
    """Return the numbers behind the colours of a picture, where those are the greys.

    A microscope's program stores greys with a table of colours, from black to blue for
    instance. In a picture of true colours the numbers mean nothing.
    """
    if image.mode != "P" or "transparency" in image.info:
        return None
    table = np.array(image.getpalette("RGB"), np.int16).reshape(-1, 3)
    numbers = np.asarray(image)
    return numbers if is_ramp(table[: int(numbers.max()) + 1]) else None
