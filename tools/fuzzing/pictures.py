"""Good image files of a few pixels, of every kind that the program reads."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

#: Compressions of a TIFF, each with the options of `tifffile.imwrite` that it needs.
_COMPRESSED: tuple[dict[str, Any], ...] = (
    {"compression": "zlib", "predictor": True},
    {"compression": "lzw", "predictor": True},
    {"compression": "lzw"},
    {"compression": "packbits"},
    {"compression": "zstd"},
    {"compression": "lzma"},
    {"compression": "jpeg"},
    {"compression": "jpeg2000"},
    {"compression": "webp"},
    {"compression": "png"},
    {"compression": "jpegxl"},
    {"compression": "jpegxr"},
    {"compression": "lerc"},
    {"compression": "jetraw"},
    {"compression": "pixarlog"},
    {"compression": "deflate", "tile": (16, 16)},
    {"compression": "jpeg", "tile": (16, 16)},
)


def crop(height: int = 36, width: int = 18, shift: int = 0) -> NDArray[np.uint8]:
    """Return a banded chromosome on white paper."""
    image = np.full((height, width), 255, np.uint8)
    image[4:-4, 5 : width - 5] = 120
    image[8 + shift : 12 + shift, 5 : width - 5] = 40
    image[height // 2 : height // 2 + 3, 6 : width - 6] = 200
    return image


def png(
    rows: list[bytes], width: int, depth: int, colour: int, *more: tuple[bytes, bytes]
) -> bytes:
    """Return a PNG of packed rows, with further chunks before its pixels."""
    header = struct.pack(">IIBBBBB", width, len(rows), depth, colour, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    return joined([(b"IHDR", header), *more, (b"IDAT", pixels), (b"IEND", b"")])


def joined(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """Return a PNG of chunks, each with the sum that its data asks for."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _pngs() -> Iterator[bytes]:
    grey = crop()
    height, width = grey.shape
    ramp = bytes(value for number in range(256) for value in (number, number, 255 - number // 9))
    words = (
        (b"gAMA", struct.pack(">I", 45455)),
        (b"iCCP", b"a\0\0" + zlib.compress(bytes(300))),
        (b"pHYs", struct.pack(">IIB", 2835, 2835, 1)),
        (b"tEXt", b"Comment\0seen"),
        (b"zTXt", b"Title\0\0" + zlib.compress(b"cell")),
        (b"iTXt", b"Author\0\1\0en\0\0" + zlib.compress(b"Jane")),
        (b"eXIf", b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"),
    )
    for depth in (1, 2, 4, 8, 16):
        samples = grey.astype(np.uint16) * 257 >> (16 - depth)
        rows = [_packed(row, depth) for row in samples]
        yield png(rows, width, depth, 0, *words[: depth % 8])
        yield png(rows, width, depth, 0, (b"tRNS", b"\0\1"))
        if depth <= 8:
            table = (b"PLTE", ramp[: 3 * 2**depth])
            yield png(rows, width, depth, 3, table)
            yield png(rows, width, depth, 3, table, (b"tRNS", b"\0\x80\xff"))
        else:
            for colour, count in ((2, 3), (4, 2), (6, 4)):
                yield png(
                    [_packed(np.repeat(row, count), 16) for row in samples], width, 16, colour
                )
    for colour, count in ((2, 3), (4, 2), (6, 4)):
        rows = [np.repeat(row, count).tobytes() for row in grey]
        yield png(rows, width, 8, colour, *words)
    # Interlaced: each pass has rows of its own.
    passes = [
        grey[top::down, left::across]
        for top, left, down, across in (
            (0, 0, 8, 8),
            (0, 4, 8, 8),
            (4, 0, 8, 4),
            (0, 2, 4, 4),
            (2, 0, 4, 2),
            (0, 1, 2, 2),
            (1, 0, 2, 1),
        )
    ]
    pixels = b"".join(b"\0" + row.tobytes() for part in passes for row in part)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)
    yield joined([(b"IHDR", header), (b"IDAT", zlib.compress(pixels)), (b"IEND", b"")])
    first, *others = (Image.fromarray(crop(shift=shift)) for shift in range(3))
    yield _saved(first, "PNG", save_all=True, append_images=others)


def _packed(row: NDArray[Any], depth: int) -> bytes:
    if depth == 16:
        return row.astype(">u2").tobytes()
    bits = (row[:, None] >> np.arange(depth - 1, -1, -1)) & 1
    return np.packbits(bits.astype(np.uint8)).tobytes()


def _tiffs() -> Iterator[bytes]:
    grey = crop()
    colour = np.stack([grey, grey, 255 - grey // 3], axis=-1)
    stack = np.stack([crop(shift=shift) for shift in range(5)])
    pairs = np.stack([stack[:2], 255 - stack[1:3]])
    plain: dict[str, Any] = {"photometric": "minisblack", "metadata": None}
    for kind in ("u1", ">u2", "<u4", "i1", "i2", "i4", "f2", "f4", "f8", "?"):
        white = 127 if kind[-2:-1] in "ui" and kind != "?" else 1
        order = ">" if kind[0] == ">" else "<"
        values = grey > 128 if kind == "?" else (grey / 255 * white).astype(kind)
        yield _tiff(values, byteorder=order, rowsperstrip=7, **plain)
    yield _tiff(grey, bigtiff=True, **plain)
    yield _tiff(grey, bigtiff=True, byteorder=">", tile=(16, 16), **plain)
    yield _tiff(grey, photometric="miniswhite", metadata=None)
    yield _tiff(grey, photometric="palette", colormap=np.tile(np.arange(256) * 257, (3, 1)))
    yield _tiff(colour, photometric="rgb", tile=(16, 16))
    yield _tiff(np.moveaxis(colour, -1, 0), photometric="rgb", planarconfig="separate")
    yield _tiff(np.dstack([colour, grey]), photometric="rgb", extrasamples=["unassalpha"])
    yield _tiff(np.dstack([colour, grey]), photometric="separated")
    yield _tiff(stack, photometric="minisblack")
    yield _tiff(stack, **plain)
    yield _tiff(stack[:, :16, :16], volumetric=True, tile=(1, 16, 16), photometric="minisblack")
    yield _tiff(stack[:4], photometric="minisblack", metadata={"axes": "ZYX"}, compression="zlib")
    yield _tiff(pairs, photometric="minisblack", metadata={"axes": "TCYX"})
    tables = [np.tile(np.arange(256, dtype=np.uint8), (3, 1)) * np.uint8(n == 1) for n in range(2)]
    told: dict[str, Any] = {
        "axes": "TCYX",
        "LUTs": tables,
        "Labels": ["DAPI", "Paint"] * 2,
        "mode": "composite",
    }
    yield _tiff(pairs, imagej=True, metadata=told)
    yield _tiff(stack, imagej=True, metadata={"axes": "ZYX", "unit": "um", "spacing": 1.5})
    for axes in ("TCYX", "ZCYX"):
        told = {"axes": axes, "Channel": {"Name": ["DAPI", "Paint"]}, "Name": "cell"}
        yield _tiff(pairs, ome=True, photometric="minisblack", metadata=told)
    with io.BytesIO() as stream:
        with tifffile.TiffWriter(stream, ome=True) as file:
            file.write(grey, subifds=1, photometric="minisblack", metadata={"axes": "YX"})
            file.write(np.ascontiguousarray(grey[::2, ::2]), subfiletype=1)
        yield stream.getvalue()
    for options in _COMPRESSED:
        for values, meaning in ((grey, "minisblack"), (colour, "rgb")):
            # Not every codec is built everywhere, or takes every picture.
            with suppress(Exception):
                yield _tiff(values, photometric=meaning, **options)
    for name in ("group3", "group4", "tiff_ccitt"):
        yield _saved(Image.fromarray(grey > 128), "TIFF", compression=name)
    yield _saved(Image.fromarray(colour), "TIFF", compression="jpeg")


def _tiff(values: NDArray[Any], **options: Any) -> bytes:
    with io.BytesIO() as stream:
        tifffile.imwrite(stream, values, **options)
        return stream.getvalue()


def bmp(pixels: bytes, shape: tuple[int, int], depth: int, packing: int, size: int = 40) -> bytes:
    """Return a Windows bitmap, with a table of greys where its depth asks for one."""
    height, width = shape
    shades = range(2**depth) if depth <= 8 else ()
    table = b"".join(bytes((n * 255 // (len(shades) - 1),) * 3) + b"\0" for n in shades)
    # Where red, green and blue lie in a word of 16 or 32 bits.
    masks = {16: (0xF800, 0x7E0, 0x1F, 0), 32: (0xFF0000, 0xFF00, 0xFF, 0xFF000000)}
    places = struct.pack("<4I", *masks[depth]) if packing == 3 else b""
    fields = struct.pack(
        "<IiiHHIIiiII", size, width, height, 1, depth, packing, len(pixels), 0, 0, 0, 0
    )
    header = (fields + places).ljust(size, b"\0") if size > 40 else fields + places[:12]
    start = 14 + len(header) + len(table)
    file = struct.pack("<2sIHHI", b"BM", start + len(pixels), 0, 0, start)
    return file + header + table + pixels


def _bmps() -> Iterator[bytes]:
    grey = crop()[::-1]
    shape = (int(grey.shape[0]), int(grey.shape[1]))
    for depth in (1, 4, 8):
        rows = [_packed(row >> (8 - depth), depth) for row in grey]
        pixels = b"".join(row.ljust(-(-len(row) // 4) * 4, b"\0") for row in rows)
        yield bmp(pixels, shape, depth, 0)
        yield bmp(pixels, shape, depth, 0, 124)
    short = grey.astype("<u2") >> 3
    words = (short << 11 | short << 6 | short).astype("<u2")
    yield bmp(words.tobytes(), shape, 16, 0)
    yield bmp(words.tobytes(), shape, 16, 3)
    long = grey.astype("<u4") * 0x10101
    yield bmp(long.tobytes(), shape, 32, 0)
    yield bmp((long | 0xFF000000).tobytes(), shape, 32, 3, 108)
    pairs = b"".join(bytes((1, value)) for value in bytes(grey[10]))
    yield bmp((pairs + b"\0\0") * shape[0] + b"\0\1", shape, 8, 1)
    runs = b"\5\xff\4\x44\0\4\x12\x34\5\xff\0\0"
    yield bmp(runs * shape[0] + b"\0\2\1\1\0\1", shape, 4, 2)
    yield _saved(Image.fromarray(np.stack([grey] * 3, axis=-1)), "BMP")
    yield _saved(Image.fromarray(grey), "DIB")
    # As OS/2 wrote them.
    core = struct.pack("<IHHHH", 12, shape[1], shape[0], 1, 24)
    rows = [np.repeat(row, 3).tobytes() + bytes(-3 * shape[1] % 4) for row in grey]
    yield struct.pack("<2sIHHI", b"BM", 0, 0, 0, 26) + core + b"".join(rows)


def _others() -> Iterator[bytes]:
    grey = Image.fromarray(crop())
    colour = grey.convert("RGB")
    turned = Image.Exif()
    turned[0x112] = 6
    turned[0x9286] = "a note"
    for image in (grey, colour, grey.convert("CMYK")):
        yield _saved(image, "JPEG", quality=90)
        yield _saved(image, "JPEG", quality=30, progressive=True)
    yield _saved(colour, "JPEG", exif=turned, comment="seen", subsampling=2)
    yield _saved(colour, "JPEG", icc_profile=bytes(200), restart_marker_rows=1, dpi=(72, 72))
    yield _saved(grey, "MPO", save_all=True, append_images=[grey, colour])
    yield _saved(grey, "GIF")
    yield _saved(grey.quantize(8), "GIF", interlace=1, transparency=0)
    pages = [Image.fromarray(crop(shift=shift)) for shift in range(3)]
    yield _saved(grey, "GIF", save_all=True, append_images=pages, duration=9)
    # Pillow may be built without these.
    for name, options in (
        ("WEBP", {"lossless": True}),
        ("WEBP", {"quality": 50, "exif": turned}),
        ("WEBP", {"save_all": True, "append_images": pages}),
        ("JPEG2000", {}),
        ("JPEG2000", {"irreversible": True, "no_jp2": True, "tile_size": (16, 16)}),
    ):
        with suppress(OSError, KeyError):
            yield _saved(colour, name, **options)


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    with io.BytesIO() as stream:
        image.save(stream, kind, **options)
        return stream.getvalue()


def good() -> dict[str, list[bytes]]:
    """Return good files by the end that their names have."""
    return {
        ".png": list(_pngs()),
        ".tif": list(_tiffs()),
        ".bmp": list(_bmps()),
        ".jpg": list(_others()),
    }
