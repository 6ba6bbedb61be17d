"""What is packed in a row of a case file: pixels, outlines and shares.

No more is unpacked than a row says that it holds, and no row may say more than is allowed.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.case.checked import MOST_OUTLINED, ONE, RowError
from napari_karyo.cell import Outline

#: Of pixels: they are written while the person waits.
_LEVEL: Final = 1

#: Top, left, height and width.
_PLACE: Final = struct.Struct("<4I")


def pack_pixels(image: NDArray[Any]) -> dict[str, Any]:
    """Return the columns of a row that hold a picture."""
    image = np.ascontiguousarray(image)
    return {
        "dtype": image.dtype.str,
        "height": image.shape[0],
        "width": image.shape[1],
        "pixels": zlib.compress(image.tobytes(), _LEVEL),
    }


def pixels_of(where: str, row: Mapping[str, Any]) -> NDArray[Any]:
    """Return the picture of a checked row.

    Parameters
    ----------
    where : str
        What the row is, in words.
    row : mapping of str to value

    Raises
    ------
    RowError
        Where it holds more pixels than it says, or fewer, or can't be unpacked.
    """
    dtype = np.dtype(row["dtype"])
    size = row["height"] * row["width"] * dtype.itemsize
    try:
        content = _unpacked(row["pixels"], size)
    except zlib.error as error:
        raise RowError(f"{where}: pixels can't be unpacked ({error})") from error
    if content is None:
        raise RowError(f"{where}: pixels are not {row['height']} x {row['width']}")
    pixels = np.frombuffer(content, dtype).astype(dtype.newbyteorder("="), copy=False)
    return pixels.reshape(row["height"], row["width"])


def _unpacked(blob: bytes, size: int) -> bytes | None:
    """Return what was packed; None where it is not of that size."""
    coder = zlib.decompressobj()
    content = coder.decompress(blob, size + 1)
    return content if len(content) == size and coder.eof else None


def pack_outline(outline: Outline | None) -> bytes | None:
    """Return what a column holds of an outline: its place, and a bit a pixel of both masks."""
    if outline is None:
        return None
    bits = np.packbits(outline.mask).tobytes() + np.packbits(outline.shared).tobytes()
    return _PLACE.pack(outline.top, outline.left, *outline.mask.shape) + zlib.compress(bits)


def outlines_of(
    rows: Iterable[Mapping[str, Any]], shape: tuple[int, ...]
) -> tuple[dict[int, Outline], list[str]]:
    """Return the outlines of a cell's checked rows by number, and whose can't be read.

    Parameters
    ----------
    rows : iterable of mapping
        Of its chromosomes.
    shape : tuple of int
        Height and width of the photograph.
    """
    found: dict[int, Outline] = {}
    damaged = []
    room = MOST_OUTLINED
    for row in rows:
        if row["outline"] is None:
            continue
        outline = _outline(row, shape, room)
        if outline is None:
            damaged.append(row["name"])
        else:
            found[row["number"]] = outline
            room -= outline.mask.size
    return found, damaged


def _outline(row: Mapping[str, Any], shape: tuple[int, ...], room: int) -> Outline | None:
    blob = row["outline"]
    # Crops that are cut out here are of 8 bits.
    if len(blob) < _PLACE.size or np.dtype(row["dtype"]) != np.uint8:
        return None
    top, left, height, width = _PLACE.unpack_from(blob)
    inside = 0 < height <= shape[0] - top and 0 < width <= shape[1] - left
    if not inside or height * width > room:
        return None
    size = -(-height * width // 8)
    try:
        content = _unpacked(blob[_PLACE.size :], 2 * size)
    except zlib.error:
        return None
    if content is None:
        return None
    bits = np.frombuffer(content, np.uint8).reshape(2, size)
    mask, shared = (
        np.unpackbits(one, count=height * width).reshape(height, width).astype(bool) for one in bits
    )
    return Outline(mask, top, left, shared & mask) if mask.any() else None


def shares_of(row: Mapping[str, Any], column: str, count: int | None = None) -> NDArray[np.float32]:
    """Return the shares that stand in a column of a checked row: 0 to 1, together 1.

    Parameters
    ----------
    row : mapping of str to value
    column : str
    count : int, optional
        How many there must be. Where left out there may be none at all.

    Raises
    ------
    RowError
    """
    where = f"cell {row['cell']}, chromosome {row['number']}"
    blob = row[column]
    if len(blob) % 4 or (count is not None and len(blob) != 4 * count):
        raise RowError(f"{where}: {column} has {len(blob)} bytes")
    values = np.frombuffer(blob, "<f4").astype(np.float32)
    # Written so that what is no number does not pass.
    if not ((values >= 0) & (values <= ONE)).all() or (
        values.size and not abs(float(values.sum(dtype=np.float64)) - 1) < 0.02
    ):
        raise RowError(f"{where}: {column} are no shares of a whole")
    return values
