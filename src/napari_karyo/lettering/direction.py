"""Which way each letter of a text runs: Unicode's bidirectional algorithm, by python-bidi."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from bidi import algorithm

from napari_karyo.lettering.clean import END_OF_ISOLATE, ISOLATES, LEFTWARD, clusters, runs_left

T = TypeVar("T")


def isolated_parts(string: str) -> list[tuple[str, bool]]:
    """Return a line in the parts that are read on their own, left to right.

    Returns
    -------
    list of (str, bool)
        Each part, and whether it runs from right to left as a whole. The page's own words
        run from left to right.
    """
    parts: list[tuple[str, bool]] = []
    leftward = False
    current = ""
    for letter in string:
        if letter in ISOLATES + END_OF_ISOLATE:
            parts.append((current, leftward))
            current, leftward = "", letter == LEFTWARD
        else:
            current += letter
    parts.append((current, leftward))
    return [(words, way) for words, way in parts if words]


def levels(string: str, leftward: bool = False) -> list[int]:
    """Return the level of each letter: even ones run to the right, odd ones to the left.

    Parameters
    ----------
    string : str
    leftward : bool
        Whether it runs from right to left as a whole.
    """
    if not leftward and not runs_left(string):
        return [0] * len(string)
    base = int(leftward)
    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = base, "LR"[base]
    algorithm.get_embedding_levels(string, storage)
    for number, letter in enumerate(storage["chars"]):
        letter["number"] = number
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage, False)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    known = {letter["number"]: int(letter["level"]) for letter in storage["chars"]}
    found: list[int] = []
    for number in range(len(string)):
        # Joiners take no part in it: they run as the letter before them.
        found.append(known.get(number, found[-1] if found else base))
    for number in range(len(string) - 1, -1, -1):
        if not string[number].isspace():
            break
        found[number] = base
    return found


def in_order(runs: Sequence[T], their_levels: Sequence[int]) -> list[T]:
    """Return runs of text from left to right, as their levels say (rule L2)."""
    order = list(range(len(runs)))
    for level in range(max(their_levels, default=0), 0, -1):
        first = 0
        while first < len(order):
            last = first
            while last < len(order) and their_levels[order[last]] >= level:
                last += 1
            order[first:last] = order[first:last][::-1]
            first = max(last, first + 1)
    return [runs[number] for number in order]


def seen_from_left(string: str) -> str:
    """Return a text that is read from right to left as its letters stand from left to right."""
    return "".join(algorithm.MIRRORED.get(one, one) for one in clusters(string)[::-1])
