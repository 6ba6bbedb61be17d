"""The pages of a TIFF: decoded one by one, and joined where they are channels of one picture."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from napari_karyo.io.limits import (
    LARGEST_CELL,
    MOST_PAGES,
    MOST_SEGMENTS,
    declared_size,
    refuse_large,
    taken,
)
from napari_karyo.io.picture import COLOURS, Picture, is_ramp
from napari_karyo.io.tiff_axes import Axes, read_axes

_PHOTOMETRIC = tifffile.PHOTOMETRIC
_COMPRESSION = tifffile.COMPRESSION

#: Compressed byte by byte: the page's header says how much comes out.
_BYTES = frozenset({1, 2, 3, 4, 5, 8, 32773, 32946, 34925, 34926, 50000, 50013})

#: Compressed as a whole picture, which declares a size of its own. Not JPEG XR: a damaged one
#: ends its decoder, and with it the program.
_PICTURES = frozenset({6, 7, 33007, 34892})
_OTHER_PICTURES = frozenset({33003, 33004, 33005, 34712, 34887, 34927, 34933, 50001, 50002, 52546})

#: Compressions that change grey values.
_LOSSY = frozenset({6, 7, 33003, 33004, 33007, 34892})

#: What the tag of a page says that is a smaller copy, or a mask, of another page.
_REDUCED, _MASK, _OLD_REDUCED = 1, 4, 2


@dataclass(frozen=True, eq=False)
class _Page:
    """A decoded page: its planes, or why it can't be read."""

    planes: NDArray[Any] | None = None
    colour: bool = False
    mask: NDArray[np.bool_] | None = None
    lossy: bool = False
    layers: bool = False
    reduced: bool = False
    error: Exception | None = None


def read_tiff(path: Path) -> list[Picture | Exception]:
    """Return the pictures of a TIFF; in the place of one that can't be read, why.

    Pages that are channels of one picture, as OME, ImageJ and tifffile describe them,
    come as one; smaller copies of another page are left out and counted.

    Raises
    ------
    Exception
        Whatever the decoder raises, where the file as a whole can't be read.
    """
    with tifffile.TiffFile(path, is_ome=False, _multifile=False) as file:
        axes = read_axes(file)
        pages = list(_pages(file, axes.pages))
    kept = [number for number, page in enumerate(pages) if not page.reduced]
    if not kept:
        kept = list(range(len(pages)))
    reduced = len(pages) - len(kept)
    pictures: list[Picture | Exception] = []
    for numbers in axes.groups(kept):
        pictures += _joined(path, [pages[number] for number in numbers], axes)
    for place, picture in enumerate(pictures):
        # Which page a smaller copy belongs to is of no interest: only how many there are.
        if reduced and isinstance(picture, Picture):
            pictures[place] = Picture(**{**vars(picture), "reduced": reduced})
            break
    return pictures


def _pages(file: tifffile.TiffFile, meant: int) -> Iterator[_Page]:
    """Decode the pages of a file, and those that its description says follow the first."""
    written = len(file.pages)
    total = 0
    for number in range(min(written, MOST_PAGES)):
        try:
            page = file.pages[number]
            whole = page if isinstance(page, tifffile.TiffPage) else page.aspage()
            found = _page(file, whole)
        # A decoder is foreign code: it may raise anything for a damaged page.
        except Exception as error:
            found = _Page(error=error)
        total += 0 if found.planes is None else taken(found.planes)
        if total > LARGEST_CELL:
            found = _Page(error=ValueError("the pages before it fill the memory that is allowed"))
            yield found
            return
        yield found
    if written > MOST_PAGES:
        yield _Page(error=ValueError(f"{written} pages: only the first {MOST_PAGES} are read"))
        return
    # Many programs write the directories of the later pages last. Where the end of the
    # file is lost, so are they, but not yet the pages.
    for number in range(written, meant):
        try:
            yield _undirected(file, number)
        except Exception as error:
            lost = f"it and all that follow are lost, {meant - number} in all"
            words = f"the file ends before it; {lost}"
            yield _Page(error=ValueError(words).with_traceback(error.__traceback__))
            return
    if written >= meant and _chain_is_cut(file):
        before = "it" if written else "its first page"
        yield _Page(error=ValueError(f"the file ends before {before}"))


def _page(file: tifffile.TiffFile, page: tifffile.TiffPage) -> _Page:
    kind = int(page.subfiletype)
    old = int(page.tags.valueof(255, 0) or 0)
    if kind & (_REDUCED | _MASK) or old == _OLD_REDUCED:
        # Not decoded: if it is damaged, nobody needs to know.
        return _Page(reduced=True, error=ValueError("it is a smaller copy"))
    _refuse(file, page)
    return _understood(page, np.asarray(page.asarray(maxworkers=1)))


def _refuse(file: tifffile.TiffFile, page: tifffile.TiffPage) -> None:
    """Refuse what is too large, or compressed in a way that nothing here unpacks."""
    if page.dtype is None:
        raise ValueError("pixels of an unknown kind")
    planes, depth, height, width, samples = page.shaped
    bytes_a_sample = max(page.dtype.itemsize, 1)
    refuse_large((height, width), bytes_a_sample, planes * depth * samples)
    if page.is_tiled:
        refuse_large(
            (page.tilelength, page.tilewidth), bytes_a_sample, max(page.tiledepth, 1) * samples
        )
    if len(page.dataoffsets) > MOST_SEGMENTS or math.prod(page.chunked) > MOST_SEGMENTS:
        raise ValueError("it is cut into too many pieces")
    compression = int(page.compression)
    if compression in _BYTES:
        return
    if compression not in _PICTURES | _OTHER_PICTURES:
        name = getattr(page.compression, "name", compression)
        raise ValueError(f"its compression ({name}) is not unpacked here")
    piece = (page.tilelength, page.tilewidth) if page.is_tiled else (page.rowsperstrip, width)
    largest = math.prod(min(a, b + 64) for a, b in zip(piece, (height, width), strict=True))
    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=False):
        if not count:
            continue
        file.filehandle.seek(offset)
        across, down = declared_size(file.filehandle.read(min(count, file.filehandle.size)))
        if across * down > max(4 * largest, 1 << 16):
            raise ValueError(f"a piece of it declares {across} x {down} pixels")


def _undirected(file: tifffile.TiffFile, number: int) -> _Page:
    """Return a page without a directory, from its place behind the first page."""
    first = file.pages.first
    offset = first.dataoffsets[0] + number * first.nbytes
    if (
        first.compression != _COMPRESSION.NONE
        or not first.is_contiguous
        or first.dtype is None
        or offset + first.nbytes > file.filehandle.size
    ):
        raise ValueError("the file ends before it")
    _refuse(file, first)
    values = file.filehandle.read_array(
        first.dtype.newbyteorder(file.byteorder), first.size, offset
    )
    return _understood(first, values.reshape(first.shape).astype(first.dtype))


def _chain_is_cut(file: tifffile.TiffFile) -> bool:
    """Tell whether the last page's directory names another one, which isn't there."""
    size = file.tiff.offsetsize
    file.filehandle.seek(file.pages.next_page_offset or 0)
    following = file.filehandle.read(size)
    return len(following) < size or any(following)


def _understood(page: tifffile.TiffPage, values: NDArray[Any]) -> _Page:
    """Return the pixels of a page as planes, with what its photometric tag means applied."""
    if not (values.dtype == bool or values.dtype.kind in "uif") or values.dtype.itemsize > 8:
        raise ValueError(f"pixels of the kind {values.dtype} are not grey values")
    compression = int(page.compression)
    shape = page.shaped
    depth = shape[1]
    # (separate planes, depth, height, width, samples) to (planes, height, width).
    stacked = np.moveaxis(values.reshape(shape), -1, 1).reshape(-1, *shape[2:4])
    lossy = compression in _LOSSY
    if depth > 1:
        if len(stacked) != depth:
            raise ValueError("a volume of colours is no picture")
        return _Page(_lifted(page, stacked), layers=True, lossy=lossy)
    photometric = page.photometric
    alpha, extra = _alpha(page, stacked)
    mask = None if alpha is None or not alpha.any() else alpha
    own = stacked[: len(stacked) - extra]
    if photometric == _PHOTOMETRIC.PALETTE and len(own) == 1 and page.colormap is not None:
        return _palette(page, own, mask)
    if photometric == _PHOTOMETRIC.SEPARATED and len(own) == 4:
        own = _from_inks(own)
        return _Page(own, True, mask, lossy)
    unpacked = compression in _PICTURES | _OTHER_PICTURES
    if photometric == _PHOTOMETRIC.CIELAB or (photometric == _PHOTOMETRIC.YCBCR and not unpacked):
        # The first sample is the brightness.
        return _Page(own[:1], False, mask, lossy)
    if photometric in (_PHOTOMETRIC.RGB, _PHOTOMETRIC.YCBCR) and len(own) >= 3:
        return _Page(_lifted(page, own[:3]), True, mask, lossy)
    own = _lifted(page, own)
    if photometric == _PHOTOMETRIC.MINISWHITE:
        own = (_white_of(page, own) - own).astype(own.dtype)
    return _Page(own, False, mask, lossy)


def _white(values: NDArray[Any]) -> int | float:
    """Return the largest value that the pixels' type can hold; of floats the largest there is."""
    if values.dtype.kind == "f":
        return float(values.max())
    return int(np.iinfo(values.dtype).max) if values.min() >= 0 else -1


def _white_of(page: tifffile.TiffPage, values: NDArray[Any]) -> int | float:
    """Return the grey that stands for black where white is zero."""
    bits = page.bitspersample
    if values.dtype.kind == "f":
        return max(1.0, float(np.nanmax(values)))
    if values.dtype.kind == "u" and isinstance(bits, int) and bits > 8:
        return int(2**bits - 1)
    return _white(values)


def _lifted(page: tifffile.TiffPage, planes: NDArray[Any]) -> NDArray[Any]:
    """Bring pixels of fewer than 8 bits to 8."""
    if planes.dtype == bool:
        return planes.astype(np.uint8) * np.uint8(255)
    bits = page.bitspersample
    if isinstance(bits, int) and bits < 8 and planes.dtype == np.uint8:
        return planes * np.uint8(255 // (2**bits - 1))
    return planes


def _alpha(page: tifffile.TiffPage, planes: NDArray[Any]) -> tuple[NDArray[np.bool_] | None, int]:
    """Return the transparent places, and how many of the last planes tell nothing else."""
    meant = [int(item) for item in page.extrasamples or ()]
    # Where nothing else would be left the tag is wrong.
    if not 0 < len(meant) < len(planes):
        return None, 0
    last = planes[-1]
    if meant[-1] == 0:
        # Unspecified. In a colour picture it is transparency if it has the look of it.
        top = _white(last)
        if page.photometric != _PHOTOMETRIC.RGB:
            return None, 0
        if not np.isin(last, (0, top)).mean() > 0.8:
            return None, len(meant)
    half = 0.5 * float(_white(last)) if last.dtype.kind in "ui" else 0.5
    return np.asarray(last <= half), len(meant)


def _palette(page: tifffile.TiffPage, own: NDArray[Any], mask: NDArray[np.bool_] | None) -> _Page:
    table = np.asarray(page.colormap)
    white = 65535 if table.max() > 255 else 255
    if is_ramp(table.T, white):
        # False colours: the numbers behind them are the greys.
        return _Page(own, False, mask)
    return _Page(table[:, own[0]], True, mask)


def _from_inks(own: NDArray[Any]) -> NDArray[Any]:
    """Return cyan, magenta, yellow and black as red, green and blue."""
    top = float(_white(own))
    light = top - own.astype(np.float32)
    return np.rint(light[:3] * (light[3] / top)).astype(own.dtype)


def _joined(path: Path, pages: list[_Page], axes: Axes) -> list[Picture | Exception]:
    """Return the pages of one group as one picture, or each for itself."""
    for page in pages:
        if page.error is not None:
            # Without one of its channels it is not known which the stain is in.
            return [page.error]
    (first, *others) = pages
    assert first.planes is not None
    if first.layers:
        return [Picture(path.name, path, plane[None]) for plane in first.planes]
    planes = [page.planes for page in pages if page.planes is not None]
    if len({item.shape for item in planes}) > 1:
        return [ValueError("its channels are not of one size")]
    stacked = np.concatenate(planes) if others else first.planes
    colour = first.colour and not others
    names = COLOURS if colour else axes.names_for(len(stacked))
    return [Picture(path.name, path, stacked, names, colour, first.mask, axes.focus, first.lossy)]
