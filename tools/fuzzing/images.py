"""Image files made wrong: their bytes, their headers and what lies beside them."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from fuzzing import pictures, tiffs
from fuzzing.mutate import scramble
from fuzzing.tiffs import FIELDS
from napari_karyo.cell import Polarity
from napari_karyo.errors import KaryoError
from napari_karyo.io.cells import read_cell
from napari_karyo.io.images import SUFFIXES, read_image

_MARKS = (b"tRNS", b"PLTE", b"gAMA", b"iCCP", b"sBIT", b"zTXt", b"iTXt", b"tEXt", b"eXIf", b"acTL")
_MORE_MARKS = (b"fcTL", b"fdAT", b"cHRM", b"sRGB", b"bKGD", b"IDAT", b"IHDR", b"IEND", b"xxXx")

#: What else says that nothing of the kind is there to change.
_OTHERS = (ValueError, StopIteration)

_BOMB = zlib.compress(bytes(60_000_000), 1)


@dataclass
class Files:
    """Good files by the end of their names, and all of them in one list."""

    by_end: dict[str, list[bytes]]
    all: list[bytes]


def prepare() -> Files:
    """Return good files of a few pixels, of every kind."""
    found = pictures.good()
    return Files(found, [content for of_end in found.values() for content in of_end])


def write(seeds: Files, chance: Random, target: Path) -> None:
    """Write a folder of one to three image files that something is wrong with."""
    ends = sorted(seeds.by_end)
    for number in range(chance.choice((1, 1, 1, 2, 3))):
        end = chance.choices(ends, (2, 2, 4, 6))[0] if len(ends) > 1 else ends[0]
        content = _wrong(chance.choice(seeds.by_end[end]), seeds, chance)
        end = end if chance.random() < 0.9 else chance.choice(SUFFIXES)
        stem = chance.choice(("{}", "{}", "{}_1", "c{}_DAPI", "metaphase{}", "copy", "x (copy {})"))
        (target / f"{stem.format(number)}{end}").write_bytes(content)
    if chance.random() < 0.12:
        end = chance.choice(ends)
        (target / f"good{end}").write_bytes(chance.choice(seeds.by_end[end]))


def _wrong(content: bytes, seeds: Files, chance: Random) -> bytes:
    what = chance.random()
    if what < 0.08:
        other = chance.choice(seeds.all)
        at, to = chance.randrange(len(content)), chance.randrange(len(other))
        size = chance.choice((len(other), 8, 64, 300))
        return content[:at] + other[to : to + size] + content[at + size :]
    if what < 0.25:
        return scramble(content, chance)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        # What was made wrong before may leave nothing to change.
        with suppress(struct.error, zlib.error, LookupError, ArithmeticError, *_OTHERS):
            content = _with_other_fields(content, chance)
    return scramble(content, chance) if chance.random() < 0.1 else content


def _with_other_fields(content: bytes, chance: Random) -> bytes:
    if content[:4] == b"\x89PNG":
        return _png(content, chance)
    if content[:2] in (b"II", b"MM"):
        return tiffs.spoil(content, chance)
    if content[:2] == b"\xff\xd8":
        return _jpeg(content, chance)
    # The headers of a bitmap, a GIF, a WebP or a JPEG 2000 lie at its beginning.
    data = bytearray(content)
    at = chance.randrange(2, min(len(data), chance.choice((56, 140))))
    size = chance.choice((1, 2, 4))
    new = chance.choice(FIELDS) % 2 ** (8 * size)
    data[at : at + size] = new.to_bytes(size, "big" if content[4:6] == b"jP" else "little")
    return bytes(data)


def _rearrange(parts: list[Any], place: int, how: int, chance: Random) -> None:
    """Leave out a part, repeat one there, or exchange it with another: 0, 1 or 2."""
    if how == 0:
        del parts[place]
    elif how == 1:
        parts.insert(place, chance.choice(parts))
    else:
        other = chance.randrange(len(parts))
        parts[place], parts[other] = parts[other], parts[place]


# -- PNG ----------------------------------------------------------------------------


def _png(content: bytes, chance: Random) -> bytes:
    """Change chunks; their sums fit what is in them, so that a reader believes it."""
    chunks, at = [], 8
    while at + 8 <= len(content):
        (size,) = struct.unpack_from(">I", content, at)
        chunks.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + size]))
        at += 12 + size
    place = chance.randrange(len(chunks))
    kind, data = chunks[place]
    what = chance.randrange(12)
    if what < 4:
        header = list(struct.unpack(">IIBBBBB", chunks[0][1]))
        field = chance.randrange(7)
        header[field] = chance.choice(FIELDS) % (2**32 if field < 2 else 256)
        chunks[0] = (b"IHDR", struct.pack(">IIBBBBB", *header))
    elif what < 7:
        _rearrange(chunks, place, what - 4, chance)
    elif what == 7:
        new = chance.choice((b"", b"\0", bytes(26), chance.randbytes(30), b"a\0\0" + data))
        chunks.insert(chance.choice((1, place)), (chance.choice(_MARKS + _MORE_MARKS), new))
    elif what == 8:
        pixels = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
        pixels = scramble(pixels, chance) if chance.random() < 0.98 else bytes(60_000_000)
        packed = _BOMB if len(pixels) == 60_000_000 else zlib.compress(pixels)
        first = next(number for number, (kind, _) in enumerate(chunks) if kind == b"IDAT")
        chunks = [one for one in chunks if one[0] != b"IDAT"]
        chunks.insert(first, (b"IDAT", packed))
    elif what == 9 and chance.random() < 0.05:
        mark = chance.choice((b"iCCP", b"zTXt", b"iTXt"))
        start = b"a\0\1\0\0\0" if mark == b"iTXt" else b"a\0\0"
        chunks.insert(1, (mark, start + _BOMB))
    else:
        chunks[place] = (kind, scramble(data, chance))
    return pictures.joined(chunks)


# -- JPEG ---------------------------------------------------------------------------


def _jpeg(content: bytes, chance: Random) -> bytes:
    """Change, leave out, repeat or exchange the segments before the pixels."""
    segments, at = [], 2
    while content[at] == 0xFF and content[at + 1] != 0xDA:
        (size,) = struct.unpack_from(">H", content, at + 2)
        segments.append(content[at : at + 2 + size])
        at += 2 + size
    rest = content[at:]
    place = chance.randrange(len(segments))
    what = chance.randrange(9)
    if what < 3:
        _rearrange(segments, place, what, chance)
    elif what == 3:
        new = chance.choice(
            (b"", b"Exif\0\0II*\0\x08\0\0\0\xff\xff", b"MPF\0" + bytes(30), bytes(9))
        )
        mark = chance.choice((0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xFE, 0xDD, 0xC4, 0xDB, 0xCC))
        segments.insert(place, struct.pack(">BBH", 0xFF, mark, len(new) + 2) + new)
    elif what == 4:
        rest = scramble(rest, chance)
    else:
        frames = [n for n, one in enumerate(segments) if one[1] in (0xC0, 0xC1, 0xC2)]
        place = frames[0] if frames and chance.random() < 0.5 else place
        data = bytearray(segments[place])
        at, size = chance.randrange(1, len(data)), chance.choice((1, 2))
        new = chance.choice(FIELDS) % 2 ** (8 * size)
        data[at : at + size] = new.to_bytes(size, "big")
        segments[place] = bytes(data)
    return content[:2] + b"".join(segments) + rest


# -- the door -----------------------------------------------------------------------


def door(chance: Random, target: Path) -> str:
    """Read the folder as `classify` does, or one of its files alone."""
    if chance.random() < 0.3:
        told: list[str] = []
        for path in sorted(target.iterdir()):
            try:
                for _, image in read_image(path, lambda problem: told.append(str(problem))):
                    _check(image.dtype.str[1:] in ("u1", "u2") and image.ndim == 2)
            except KaryoError:
                told.append("refused")
        return "a picture refused" if told else "read"
    polarity = chance.choice((None, None, None, Polarity.DARK))
    channel = chance.choice((None, None, None, None, None, 1, "DAPI"))
    try:
        cell = read_cell(target, polarity, channel)
    except KaryoError:
        return "refused"
    for item in cell:
        _check(item.image.dtype.str[1:] in ("u1", "u2") and item.image.ndim == 2)
        _check(min(item.image.shape) >= 4)
    left = [problem for problem in cell.problems if str(problem) and problem.left_out]
    return "a picture refused" if left else "read"


def _check(holds: bool) -> None:
    if not holds:
        raise AssertionError("a picture that nothing later can use")
