"""How large a picture may be, asked of its header before anything is unpacked."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from numpy.typing import NDArray
from PIL import Image

#: A picture longer than this on a side, in pixels, is a scan of a slide, no photograph
#: of one spread.
LARGEST_SIDE = 4096

#: Below this no chromosome can be told from dirt.
SMALLEST_SIDE = 4

#: Of one picture, unpacked: four channels of 16 bits of the largest side.
LARGEST_BYTES = LARGEST_SIDE * LARGEST_SIDE * 8

#: What all pictures of a file, or of a cell, may take (see `taken`): three photographs of 8 bits
#: and the largest side, or one of the largest picture.
LARGEST_CELL = 2 * LARGEST_BYTES

#: More pages than this in one file are not read.
MOST_PAGES = 1000

#: More strips or tiles than this in one page are not read.
MOST_SEGMENTS = 20_000


def refuse_large(shape: Sequence[int], bytes_a_sample: float, samples: int = 1) -> None:
    """Refuse a picture by what its header declares.

    Parameters
    ----------
    shape : sequence of int
        Height and width, or whatever lengths are declared, in pixels.
    bytes_a_sample : float
    samples : int
        Channels and planes of each pixel.

    Raises
    ------
    ValueError
        Where it is larger than any crop, or not a picture at all.
    """
    sides = [int(side) for side in shape]
    if not sides or min(sides) < 1 or samples < 1:
        raise ValueError("its header gives it no size")
    if max(sides) > LARGEST_SIDE:
        raise ValueError(f"{' x '.join(map(str, sides))} pixels: larger than any crop")
    if math.prod(sides) * samples * bytes_a_sample > LARGEST_BYTES:
        raise ValueError(f"{' x '.join(map(str, sides))} x {samples} values: larger than any crop")


def taken(planes: NDArray[Any]) -> int:
    """Return how many bytes a picture takes, with what is made of it to recognize it.

    Parameters
    ----------
    planes : ndarray, shape (planes, height, width)
    """
    return int(planes.nbytes + 4 * math.prod(planes.shape[-2:]))


def declared_size(data: bytes) -> tuple[int, int]:
    """Return the width and height that a compressed picture within a TIFF declares.

    Parameters
    ----------
    data : bytes
        JPEG, JPEG 2000, WebP, PNG, JPEG XL or LERC.

    Raises
    ------
    ValueError
        Where it is none of them, or declares nothing.
    """
    if data[:5] == b"Lerc2":
        return _lerc(data)
    if data[:2] == b"\xff\x0a":
        return _jpeg_xl(data[2:])
    if data[4:8] == b"JXL ":
        return _jpeg_xl(_codestream(data))
    if data[:4] == b"\x89PNG":
        return _png(data)
    with Image.open(BytesIO(data), formats=("JPEG", "JPEG2000", "WEBP")) as image:
        return image.size


def _lerc(data: bytes) -> tuple[int, int]:
    version, _, rows, columns = struct.unpack_from("<iIii", data, 6)
    if version < 3:
        _, rows, columns = struct.unpack_from("<iii", data, 6)
    return columns, rows


def _codestream(data: bytes) -> bytes:
    """Return the first piece of the picture in the boxes of a JPEG XL file."""
    place = 0
    while place + 16 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        start = place + 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, start)
            start += 8
        if kind in (b"jxlc", b"jxlp"):
            return data[start + 2 + 4 * (kind == b"jxlp") :]
        if length < 8:
            break
        place += length
    raise ValueError("it holds no JPEG XL picture")


def _jpeg_xl(data: bytes) -> tuple[int, int]:
    """Read the size at the start of a JPEG XL codestream, behind its two marks."""
    bits = int.from_bytes(data[:16].ljust(16, b"\0"), "little")

    def take(count: int) -> int:
        nonlocal bits
        value = bits & ((1 << count) - 1)
        bits >>= count
        return value

    def length(small: bool) -> int:
        if small:
            return 8 * (take(5) + 1)
        return take((9, 13, 18, 30)[take(2)]) + 1

    small = bool(take(1))
    height = length(small)
    ratio = take(3)
    if ratio:
        over, under = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))[ratio - 1]
        return height * over // under, height
    return length(small), height


def _png(data: bytes) -> tuple[int, int]:
    """Read the size of a PNG, and see that all of it is sound.

    The library that unpacks it prints what it finds wrong on the screen.
    """
    kinds, packed, place = [], [], 8
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        kind, chunk = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        (told,) = struct.unpack_from(">I", data, place + 8 + length)
        if kind not in (b"IHDR", b"IDAT", b"IEND") or zlib.crc32(kind + chunk) != told:
            raise ValueError("a PNG in it is damaged")
        kinds.append(kind)
        packed += [chunk] if kind == b"IDAT" else []
        place += 12 + length
    width, height, bits, colour, *_, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    samples = {0: 1, 2: 3, 4: 2, 6: 4}.get(colour, 0)
    refuse_large((height, width), bits / 8, samples)
    size = height * (1 + -(-width * bits * samples // 8))
    unpacker = zlib.decompressobj()
    rows = unpacker.decompress(b"".join(packed), size + 1)
    inner = set(kinds[1:-1])
    whole = len(rows) == size and unpacker.eof and not unpacker.unused_data and not interlaced
    if not whole or kinds[0] != b"IHDR" or kinds[-1] != b"IEND" or inner != {b"IDAT"}:
        raise ValueError("a PNG in it is damaged")
    return width, height
