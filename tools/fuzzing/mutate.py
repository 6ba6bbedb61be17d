"""Bytes and JSON, made wrong at random."""

from __future__ import annotations

import json
from random import Random
from typing import Any

#: Numbers at which something ends.
EDGES = (0, 1, -1, 2, 24, 127, 128, 255, 256, 65535, 2**31 - 1, 2**31, 2**63 - 1, -(2**63))

#: Words that mean something to somebody.
WORDS = (
    "",
    "0",
    "../../x",
    "/outside",
    "NaN",
    "\x00",
    "\x1b[2J",
    "‮gnp.exe",
    "é" * 300,
    "x" * 6000,
    "=1+1",
    "<b>",
    "[]",
    "{}",
    "12",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
)


def scramble(content: bytes, chance: Random) -> bytes:
    """Return the bytes with a few of them flipped, cut off, repeated or moved."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        if not data:
            break
        at = chance.randrange(len(data))
        what = chance.randrange(8)
        if what < 3:
            data[at] ^= 1 << chance.randrange(8)
        elif what == 3:
            data[at] = chance.choice((0, 1, 127, 128, 255))
        elif what == 4:
            size = chance.choice((2, 4, 8))
            value = chance.choice(EDGES) % 2 ** (8 * size)
            data[at : at + size] = value.to_bytes(size, chance.choice(("big", "little")))  # type: ignore[arg-type]
        elif what == 5:
            del data[at : at + chance.choice((1, 4, 100, len(data)))]
        elif what == 6:
            to = chance.randrange(len(data))
            data[to:to] = data[at : at + chance.choice((1, 8, 200))]
        else:
            to, size = chance.randrange(len(data)), chance.choice((4, 32, 512))
            data[to : to + size] = data[at : at + size]
    return bytes(data)


def value(chance: Random) -> Any:
    """Return some value that JSON can say."""
    kind = chance.randrange(11)
    if kind < 3:
        return chance.choice(EDGES)
    if kind == 3:
        return chance.choice((0.5, -0.5, 1e-300, 1e300, float("nan"), float("inf"), 10.0**9))
    if kind == 4:
        return chance.choice((None, True, False))
    if kind == 5:
        return chance.choice((10**30, -(10**30), 10**400))
    if kind < 8:
        return chance.choice(WORDS)
    if kind == 8:
        return [value(chance) for _ in range(chance.randrange(4))]
    if kind == 9:
        return {chance.choice(WORDS): value(chance) for _ in range(chance.randrange(3))}
    return chance.randrange(-3, 60)


def change(content: Any, chance: Random) -> Any:
    """Return a JSON value with something in it replaced, left out, repeated or added."""
    if chance.random() < 0.15 or not isinstance(content, dict | list) or not content:
        return value(chance)
    if isinstance(content, list):
        items = list(content)
        at, what = chance.randrange(len(items)), chance.randrange(8)
        if what == 0:
            del items[at]
        elif what == 1:
            items.insert(at, items[chance.randrange(len(items))])
        elif what == 2:
            items.append(value(chance))
        else:
            items[at] = change(items[at], chance)
        return items
    named = dict(content)
    key, what = chance.choice(sorted(named, key=str)), chance.randrange(8)
    if what == 0:
        del named[key]
    elif what == 1:
        named[chance.choice(WORDS)] = value(chance)
    elif what == 2:
        named[key] = named[chance.choice(sorted(named, key=str))]
    else:
        named[key] = change(named[key], chance)
    return named


def change_text(text: str, chance: Random) -> str:
    """Return a text of JSON made wrong, as JSON or as text."""
    what = chance.randrange(12)
    if what == 0:
        return "[" * chance.choice((10, 2_000, 200_000))
    if what == 1:
        return scramble(text.encode(), chance).decode("utf-8", "replace")
    if what == 2:
        return chance.choice(WORDS)
    content = json.loads(text)
    for _ in range(chance.choice((1, 1, 2, 4))):
        content = change(content, chance)
    return json.dumps(content)
