"""The 24 chromosome classes, the groups A to G and their order on the page.

The groups are those of the Denver system, kept by ISCN: A 1-3,
B 4-5, C 6-12 and X, D 13-15, E 16-18, F 19-20, G 21-22 and Y.
"""

from __future__ import annotations

import re
from typing import Final

AUTOSOMES: Final = tuple(str(number) for number in range(1, 23))
SEX_CHROMOSOMES: Final = ("X", "Y")
CLASSES: Final = AUTOSOMES + SEX_CHROMOSOMES
CLASS_INDEX: Final = {name: index for index, name in enumerate(CLASSES)}

#: Rows of the printed page, each a tuple of blocks: (group letter, classes).
#: The sex chromosomes stand apart at the end of the last row, without a letter.
PAGE_ROWS: Final[tuple[tuple[tuple[str, tuple[str, ...]], ...], ...]] = (
    (("A", ("1", "2", "3")), ("B", ("4", "5"))),
    (("C", ("6", "7", "8", "9", "10", "11", "12")),),
    (("D", ("13", "14", "15")), ("E", ("16", "17", "18"))),
    (("F", ("19", "20")), ("G", ("21", "22")), ("", ("X", "Y"))),
)

#: The place of marker chromosomes: they count, though nobody can name their class (ISCN
#: writes them ``mar``).
MARKERS: Final = "mar"
#: The place of what is not counted: unknown objects, dirt.
TRAY: Final = "tray"

_CLASS = re.compile(r"(?:chr(?:omosome)?[\s_-]*)?0*(\d{1,2}|[XxYy])\Z", re.IGNORECASE)


def parse_class(text: str) -> str | None:
    """Return the class that a word names, or None where it names none.

    Parameters
    ----------
    text : str
        For example ``"7"``, ``"07"``, ``"x"`` or ``"chr21"``. Numbers 23 and 24
        are read as X and Y, as several public data sets write them.

    Returns
    -------
    str or None
        A member of `CLASSES`.
    """
    match = _CLASS.match(text.strip())
    if match is None:
        return None
    word = match.group(1).upper()
    word = {"23": "X", "24": "Y"}.get(word, word)
    return word if word in CLASS_INDEX else None
