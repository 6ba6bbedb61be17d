"""From a karyotype's short form to how many chromosomes of each class to draw."""

from __future__ import annotations

import re
from typing import Final

from napari_karyo.errors import KaryoError
from napari_karyo.iscn import IscnError, parse

#: More than this is no metaphase cell that anyone would arrange.
MOST_CHROMOSOMES: Final = 300

FORMS: Final = (
    "Write the count, the sex chromosomes, then gains and losses, such as 46,XX  46,XY  45,X  "
    "47,XXY  47,XY,+21  45,XX,-7  48,XX,+7,+21  69,XXX  70<3n>,XXX,+21."
)


def parse_karyotype(text: str) -> dict[str, int]:
    """Return how many chromosomes of each class a short form names.

    Parameters
    ----------
    text : str
        For example ``"47,XY,+21"``. Spaces do not matter, nor does the minus sign's
        kind. The number of sets follows from the count, as ISCN 2024 has it, or
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
    plain = re.sub(r"\s+", "", str(text))
    words = plain.split(",")
    number = re.match(r"\d+", plain, re.ASCII)
    if number is None or len(words) < 2:
        raise _unreadable(text)
    # Before the rest is read: `parse` takes clones, numbers of cells and unknown sex too.
    if not words[1] or words[1].upper().strip("XY"):
        raise _unreadable(text, f"{words[1]!r} are no sex chromosomes")
    if not 0 < int(number.group()) <= MOST_CHROMOSOMES:
        raise _unreadable(text, f"a cell of {number.group()} chromosomes can't be drawn")
    try:
        clones = parse(plain).clones
    except IscnError as error:
        raise _unreadable(text, error.why) from error
    if len(clones) > 1 or clones[0].cells is not None:
        raise _unreadable(text, "it is about several cells")
    for word in clones[0].changes:
        if word.kind != "whole" or word.uncertain or word.constitutional:
            raise _unreadable(text, f"{word.text!r} is no gain or loss of a whole chromosome")
    return dict(clones[0].content.counts)


def _unreadable(text: str, why: str = "") -> KaryoError:
    reason = f": {why}" if why else ""
    return KaryoError(f"the karyotype {str(text)!r} can't be read{reason}.", FORMS)
