"""The karyotype of a cell as an ISCN short form, always a proposal.

Follows ISCN 2020, sections 4, 6 and 8.1: the number of chromosomes, the sex
chromosomes, then gains and losses of autosomes in numeric order, markers last.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from napari_karyo.classes import AUTOSOMES, CLASS_INDEX, TRAY

#: Chromosomes in one haploid set.
HAPLOID: Final = 23


def short_form(counts: Mapping[str, int], markers: int = 0) -> str:
    """Return the ISCN short form of one cell.

    The cell is written as seen: a chromosome lost in preparation shows as a loss, and
    whether it is one is for the person, and for the other cells, to say.

    Sex chromosomes are listed as they are (``45,X``, ``47,XXY``, ``48,XXXX``). A
    cell that is near-triploid, near-tetraploid and so on is written relative to its
    own ploidy, shown in angle brackets: ``70<3n>,XXX,+21``. Whole multiples need
    none: ``69,XXY``, ``92,XXXX``.

    Parameters
    ----------
    counts : mapping of str to int
        Chromosomes of each class. Classes left out count zero; the tray, where it is
        among them, is not counted, because nobody knows yet what lies there.
    markers : int
        Objects that a person has called a marker chromosome; these do count.

    Returns
    -------
    str
        Such as ``47,XY,+21``. A cell without sex chromosomes has ``?`` in their
        place and says so in brackets; so does a cell with nothing in it.

    Raises
    ------
    ValueError
        Where a class does not exist or a number is negative.
    """
    unknown = [name for name in counts if name not in CLASS_INDEX and name != TRAY]
    if unknown:
        raise ValueError(f"There is no chromosome class {unknown[0]!r}.")
    numbers = {name: int(counts.get(name, 0)) for name in CLASS_INDEX}
    if markers < 0 or min(numbers.values()) < 0:
        raise ValueError("Chromosomes can't be counted below zero.")
    total = sum(numbers.values()) + markers
    if total == 0:
        return "0 (no chromosome placed)"

    sets = ploidy(numbers)
    sex = "X" * numbers["X"] + "Y" * numbers["Y"]
    changes = [
        f"{'+' if numbers[name] > sets else '-'}{name}"
        for name in AUTOSOMES
        for _ in range(abs(numbers[name] - sets))
    ]
    if markers:
        changes.append("+mar" if markers == 1 else f"+{markers}mar")
    as_expected = not changes and len(sex) == sets
    # The reader takes the ploidy from the count, and takes two sets for granted.
    bracket = "" if _level(total) == sets and (sets == 2 or as_expected) else f"<{sets}n>"
    remark = "" if sex else " (no sex chromosome found)"
    return ",".join([f"{total}{bracket}", sex or "?", *changes]) + remark


def ploidy(counts: Mapping[str, int]) -> int:
    """Return how many haploid sets explain a cell with the fewest gains and losses.

    Of equal ones the set number nearest to the count is taken. One set is claimed only
    where every autosome is there: a diploid cell that lost many chromosomes in
    preparation lacks some classes altogether, a near-haploid clone does not.

    Parameters
    ----------
    counts : mapping of str to int
        Chromosomes of each class.
    """
    autosomes = [counts.get(name, 0) for name in AUTOSOMES]
    sex = counts.get("X", 0) + counts.get("Y", 0)
    total = sum(autosomes) + sex
    highest = max(2, _level(total) + 1)
    levels = range(1 if min(autosomes) > 0 else 2, highest + 1)

    def price(sets: int) -> tuple[int, int, int]:
        changes = sum(abs(number - sets) for number in (*autosomes, sex))
        return changes, abs(total - HAPLOID * sets), sets

    return min(levels, key=price)


def _level(total: int) -> int:
    """Return the ploidy that ISCN reads from a count: 35 to 57 is 2n, 58 to 80 is 3n."""
    return max(1, (total + HAPLOID // 2) // HAPLOID)
