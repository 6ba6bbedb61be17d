"""From a karyotype's short form to how many chromosomes of each class to draw."""

from __future__ import annotations

import re
from typing import Final

from napari_karyo.classes import AUTOSOMES, CLASSES
from napari_karyo.errors import KaryoError
from napari_karyo.iscn import HAPLOID

#: More than this is no metaphase cell that anyone would arrange.
MOST_CHROMOSOMES: Final = 300

FORMS: Final = (
    "Write the count, the sex chromosomes, then gains and losses, such as 46,XX  46,XY  45,X  "
    "47,XXY  47,XY,+21  45,XX,-7  48,XX,+7,+21  69,XXX  70<3n>,XXX,+21."
)

_COUNT = re.compile(r"(\d{1,3})(?:<(\d{1,2})n>)?\Z", re.ASCII)
_CHANGE = re.compile(r"([+-])(\w{1,2})\Z", re.ASCII)


def parse_karyotype(text: str) -> dict[str, int]:
    """Return how many chromosomes of each class a short form names.

    Parameters
    ----------
    text : str
        For example ``"47,XY,+21"``. Spaces do not matter, nor does the minus sign's
        kind. The number of sets follows from the count, as ISCN 2020 has it, or
        stands in angle brackets.

    Returns
    -------
    dict of str to int
        Every class of `CLASSES`, in that order.

    Raises
    ------
    KaryoError
        Where it can't be read, names a structural change or a marker, loses more than
        there is, or does not add up to its own count.
    """
    words = re.sub(r"\s+", "", str(text)).replace("\u2212", "-").replace("–", "-").split(",")
    head = _COUNT.match(words[0])
    if head is None or len(words) < 2:
        raise _unreadable(text)
    total = int(head.group(1))
    sets = int(head.group(2)) if head.group(2) else max(1, (total + HAPLOID // 2) // HAPLOID)
    sex = words[1].upper()
    if not sex or sex.strip("XY"):
        raise _unreadable(text, f"{words[1]!r} are no sex chromosomes")
    if not 0 < total <= MOST_CHROMOSOMES:
        raise _unreadable(text, f"a cell of {total} chromosomes can't be drawn")
    counts = {name: sets if name in AUTOSOMES else sex.count(name) for name in CLASSES}
    for word in words[2:]:
        change = _CHANGE.match(word)
        name = change.group(2).upper() if change is not None else ""
        if change is None or name not in CLASSES:
            raise _unreadable(text, f"{word!r} is no gain or loss of a whole chromosome")
        if name in AUTOSOMES or change.group(1) == "+":
            # A lost sex chromosome is already missing from the second word: 45,X,-Y.
            counts[name] += 1 if change.group(1) == "+" else -1
    short = [name for name, number in counts.items() if number < 0]
    if short:
        raise _unreadable(text, f"chromosome {short[0]} is lost more often than there are")
    there = sum(counts.values())
    if there != total:
        raise _unreadable(text, f"it says {total} chromosomes but names {there}")
    return counts


def _unreadable(text: str, why: str = "") -> KaryoError:
    reason = f": {why}" if why else ""
    return KaryoError(f"the karyotype {str(text)!r} can't be read{reason}.", FORMS)
