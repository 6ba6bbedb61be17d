"""TIFF files made wrong: the fields of their directories, and what they say of themselves."""

from __future__ import annotations

import json
import re
import struct
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from fuzzing.mutate import EDGES, WORDS, change_text, scramble

#: Numbers of fields: a few bits, a few pixels, and where something ends.
FIELDS = (*EDGES, 3, 4, 5, 6, 7, 8, 9, 12, 16, 17, 18, 32, 36, 64, 4096, 4097, 32773, 50000, 10**9)

#: Tags of a TIFF: of its pixels, of its words, and those by which programs of microscopes are told.
_TAGS = (
    *(
        254,
        255,
        256,
        257,
        258,
        259,
        262,
        266,
        270,
        273,
        274,
        277,
        278,
        279,
        282,
        284,
        292,
        305,
        317,
    ),
    *(320, 322, 323, 324, 325, 330, 338, 339, 347, 512, 513, 530, 532, 32997, 32998, 34665, 34675),
    *(33628, 33629, 33630, 34118, 34361, 34412, 34680, 34682, 37706, 50270, 50838, 50839, 51123),
    *(33471, 33560, 34853, 42113, 42112, 48129, 50215, 50288, 65000, 65200, 65324, 65420, 65421),
)
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8}

#: Compressions, photometric meanings and the like.
_CODES = (
    *(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 32766, 32771, 32773, 32809, 32867, 32895, 32908, 32909, 32946),
    *(33003, 33005, 33007, 34661, 34676, 34677, 34712, 34887, 34892, 34925, 34926, 34933, 50000),
    *(50001, 50002, 50013, 52546, 65000, 22610, 34934, 34927),
)
_DESCRIPTIONS = (
    "ImageJ=1.53\nimages=4\nchannels=2\nslices=2\nhyperstack=true\nmode=composite\n",
    "ImageJ=\nimages=99999999999\nchannels=-2\n",
    '{"shape": [5, 36, 18], "axes": "CYX"}',
    '{"shape": [2, 2, 36, 18], "axes": "TCYX", "Channel": {"Name": ["a", "b"]}}',
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'
    "<OME>&c;&c;&c;</OME>",
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><OME>&b;</OME>',
    "<OME>" * 5000,
    '<OME><Image><Pixels SizeC="2" SizeT="1" SizeZ="1" DimensionOrder="XYCZT"><Channel/></Pixels>'
    "</Image></OME>",
    "<MetaData><prop/></MetaData>",
    "SCANIMAGE.SI.x = 1",
    "Aperio \nx",
    "[Acquisition]\r\n[x]\r\ny=1",
)


@dataclass
class _Entry:
    """A field of a directory: what it is, how many values, and the values or their place."""

    tag: int
    kind: int
    count: int
    value: bytes


class _Tiff:
    """A TIFF's directories, small or big, of either byte order."""

    def __init__(self, content: bytes) -> None:
        self.data = bytearray(content)
        self.order = "<" if content[:1] == b"I" else ">"
        self.big = content[2:4] in (b"+\0", b"\0+")
        self.word = "Q" if self.big else "I"
        self.wide = 8 if self.big else 4
        self.room = 2**64 if self.big else 2**32

    def places(self) -> list[int]:
        """Return where the place of each directory is written."""
        found = [8 if self.big else 4]
        while len(found) < 20:
            (at,) = struct.unpack_from(self.order + self.word, self.data, found[-1])
            if not 0 < at < len(self.data) - 2:
                break
            found.append(at + self._length(at))
        return found[:-1]

    def _count(self, at: int) -> int:
        return int(struct.unpack_from(self.order + ("Q" if self.big else "H"), self.data, at)[0])

    def _length(self, at: int) -> int:
        return (8 + 20 * self._count(at)) if self.big else (2 + 12 * self._count(at))

    def read(self, place: int) -> tuple[list[_Entry], int]:
        """Return the directory that a place names, and where the next is."""
        (at,) = struct.unpack_from(self.order + self.word, self.data, place)
        start, size = (8, 20) if self.big else (2, 12)
        entries = []
        for number in range(min(self._count(at), 60)):
            field = at + start + size * number
            tag, kind, count = struct.unpack_from(f"{self.order}HH{self.word}", self.data, field)
            value = bytes(self.data[field + size - self.wide : field + size])
            entries.append(_Entry(tag, kind, count, value))
        (following,) = struct.unpack_from(self.order + self.word, self.data, at + self._length(at))
        return entries, following

    def number(self, value: int) -> bytes:
        """Return a number as wide as a place."""
        return struct.pack(self.order + self.word, value % self.room)

    def add(self, new: bytes) -> int:
        """Write bytes at the end, and return where."""
        if len(self.data) % 2:
            self.data += b"\0"
        self.data += new
        return len(self.data) - len(new)

    def set(self, entry: _Entry, kind: int, values: bytes) -> None:
        """Give a field other values, in itself or at the end."""
        entry.kind, entry.count = kind, len(values) // _SIZES.get(kind, 1)
        small = len(values) <= self.wide
        entry.value = values.ljust(self.wide, b"\0") if small else self.number(self.add(values))

    def write(self, place: int, entries: list[_Entry], following: int, count: int) -> bytes:
        """Return the file with a directory in another's place."""
        new = struct.pack(self.order + ("Q" if self.big else "H"), count)
        for entry in entries:
            kinds = struct.pack(self.order + "HH", entry.tag % 65536, entry.kind % 65536)
            new += kinds + self.number(entry.count) + entry.value
        at = self.add(new + self.number(following))
        self.data[place : place + self.wide] = self.number(at)
        return bytes(self.data)


def spoil(content: bytes, chance: Random) -> bytes:
    """Change a field of a directory, or where the next directory is."""
    file = _Tiff(content)
    places = file.places()
    place = chance.choice(places)
    entries, following = file.read(place)
    entry = chance.choice(entries)
    count = len(entries)
    what = chance.randrange(20)
    if what == 0:
        entry.tag = chance.choice(_TAGS)
    elif what == 1:
        entry.kind = chance.choice((0, *_SIZES, 14, 17, 18, 99, 65535))
    elif what == 2:
        entry.count = chance.choice(FIELDS)
    elif what == 3:
        entries.remove(entry)
        count -= 1
    elif what == 4:
        entries.append(entry)
        count += 1
    elif what == 5:
        count = chance.choice((0, 1, count - 1, count + 1, count + 40, 65535))
    elif what == 6:
        (first,) = struct.unpack_from(file.order + file.word, file.data, places[0])
        following = chance.choice((0, first, len(file.data), len(file.data) - 2, *EDGES))
    elif what in (7, 8):
        _describe(file, entries, chance)
        count = len(entries)
    elif what in (9, 10):
        new = _Entry(chance.choice(_TAGS), 3, 1, b"")
        kind = chance.choice((1, 2, 3, 4, 7, 12, 16))
        file.set(new, kind, _values(file, kind, chance))
        entries.append(new)
        entries.sort(key=lambda one: one.tag)
        count += 1
    elif what == 11:
        entry.value = file.number(chance.choice((*FIELDS, len(file.data), len(file.data) - 1)))
    else:
        _change(file, entry, chance)
    return file.write(place, entries, following, count)


def _change(file: _Tiff, entry: _Entry, chance: Random) -> None:
    """Give a field another value, or change one of its many."""
    size = _SIZES.get(entry.kind, 1)
    if entry.count * size <= file.wide or chance.random() < 0.2:
        codes = _CODES if entry.tag in (259, 262, 277, 258, 338, 339, 317) else FIELDS
        values = [chance.choice(codes) for _ in range(max(1, min(entry.count, 4)))]
        kind = entry.kind if entry.kind in (1, 3, 4, 16) else 4
        file.set(entry, kind, _packed(file, kind, values))
        return
    (at,) = struct.unpack(file.order + file.word, entry.value)
    last = min(at + entry.count * size, len(file.data))
    if entry.kind in (1, 2, 7) or chance.random() < 0.3:
        file.set(entry, entry.kind, scramble(bytes(file.data[at:last]), chance))
        return
    field = at + size * chance.randrange(min(entry.count, 64))
    order = "little" if file.order == "<" else "big"
    new = (chance.choice(FIELDS) % 2 ** (8 * size)).to_bytes(size, order)  # type: ignore[arg-type]
    file.data[field : field + size] = new


def _packed(file: _Tiff, kind: int, values: list[int]) -> bytes:
    width = _SIZES[kind]
    letter = {1: "B", 2: "H", 4: "I", 8: "Q"}[width]
    return b"".join(struct.pack(file.order + letter, value % 2 ** (8 * width)) for value in values)


def _values(file: _Tiff, kind: int, chance: Random) -> bytes:
    if kind in (2, 7, 12):
        return chance.choice(
            (b"", b"\0", bytes(64), chance.randbytes(96), b"IJIJ" + bytes(60), b"<x>&a;</x>\0")
        )
    return _packed(file, kind, [chance.choice(FIELDS) for _ in range(chance.choice((1, 2, 3, 30)))])


def _describe(file: _Tiff, entries: list[_Entry], chance: Random) -> None:
    """Write another description of the picture: of OME, of ImageJ, of tifffile, or nonsense."""
    known = [entry for entry in entries if entry.tag == 270]
    words = chance.choice(_DESCRIPTIONS)
    if known and chance.random() < 0.75:
        (at,) = struct.unpack(file.order + file.word, known[0].value)
        words = bytes(file.data[at : at + known[0].count]).rstrip(b"\0").decode("utf-8", "replace")
        if words[:1] == "{" and chance.random() < 0.7:
            with suppress(json.JSONDecodeError):
                words = change_text(words, chance)
        else:
            words = _other_words(words, chance)
    if not known:
        known = [_Entry(270, 2, 0, b"")]
        entries.append(known[0])
        entries.sort(key=lambda one: one.tag)
    file.set(known[0], 2, words.encode("utf-8", "surrogatepass") + b"\0")


def _other_words(words: str, chance: Random) -> str:
    """Change a number, a name or an order of axes in a description."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        found = list(re.finditer(r"\d+|(?<=\")[A-Za-z]+(?=\")|(?<==)\w+", words))
        if not found or chance.random() < 0.1:
            return scramble(words.encode(), chance).decode("utf-8", "replace")
        one = chance.choice(found)
        new = chance.choice((str(chance.choice(FIELDS)), chance.choice(WORDS), "XYZTC", "1e9"))
        words = words[: one.start()] + new + words[one.end() :]
    return words
