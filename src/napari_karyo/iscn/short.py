"""The karyotype of a cell as an ISCN short form, always a proposal.

Follows ISCN 2024, chapter 5 (5.1 general principles, 5.3 numerical abnormalities): the number of
chromosomes, the sex chromosomes, then gains and losses of autosomes in numeric order, markers
last. Counted are centric chromosomes: a marker counts, an acentric fragment does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from napari_karyo.classes import AUTOSOMES, CLASS_INDEX, TRAY

#: Chromosomes in one haploid set.
HAPLOID: Final = 23


def short_form(
    counts: Mapping[str, int],
    markers: int = 0,
    derivatives: Mapping[str, int] | None = None,
    began: Mapping[str, int] | None = None,
) -> str:
    """Return the ISCN short form of one cell.

    The cell is written as seen: a chromosome lost in preparation shows as a loss, and
    whether it is one is for the person, and for the other cells, to say.

    Sex chromosomes are listed as they are (``45,X``, ``47,XXY``, ``48,XXXX``). A
    cell that is near-triploid, near-tetraploid and so on is written relative to its
    own ploidy, shown in angle brackets: ``70<3n>,XXX,+21``. Whole multiples need
    none: ``69,XXY``, ``92,XXXX``.

    A derivative takes the place of a normal chromosome, so that no loss is written with
    it: ``46,XX,der(9)``. Where a class has one too many, the derivative is what was
    gained: ``47,XX,+der(9)``. Sex chromosomes that are derivatives leave the list of
    the normal ones and follow it: ``46,X,der(X)``, ``46,Y,der(X)``.

    Parameters
    ----------
    counts : mapping of str to int
        Chromosomes of each class. Classes left out count zero; the tray, where it is
        among them, is not counted, because nobody knows yet what lies there.
    markers : int
        Objects that a person has called a marker chromosome; these do count.
    derivatives : mapping of str to int, optional
        How many chromosomes of a class a person has called structurally abnormal.
        They are among `counts`.
    began : mapping of str to int, optional
        The X and Y of the person, where the cell is of a neoplasm: what came or went since is
        written like that of an autosome (``45,X,-Y``, ``47,XX,+X``).

    Returns
    -------
    str
        Such as ``47,XY,+21``. A cell without sex chromosomes has ``?`` in their
        place and says so in brackets; so does a cell with nothing in it.

    Raises
    ------
    ValueError
        Where a class does not exist, a number is negative, or a class has more
        derivatives than chromosomes.
    """
    numbers, abnormal = checked(counts, markers, derivatives or {})
    total = sum(numbers.values()) + markers
    if total == 0:
        return "0 (no chromosome placed)"

    sets = ploidy(numbers)
    found = numbers["X"] + numbers["Y"]
    sex = ""
    changes: list[str] = []
    for name, expected in (began or _sex_expected(numbers, sets)).items():
        parts = split(numbers[name], abnormal[name], expected)
        # Without acquired ones normal sex chromosomes stand in their list, however many.
        listed = numbers[name] - abnormal[name]
        if began is not None:
            changes += [f"-{name}"] * parts.lost + [f"+{name}"] * parts.gained
            listed -= parts.gained
        sex += name * listed
        changes += _derivatives(name, parts)
    for name in AUTOSOMES:
        parts = split(numbers[name], abnormal[name], sets)
        changes += [f"-{name}"] * parts.lost + [f"+{name}"] * parts.gained
        changes += _derivatives(name, parts)
    if markers:
        changes.append("+mar" if markers == 1 else f"+{markers}mar")
    as_expected = not changes and found == sets
    # The reader takes the ploidy from the count, and takes two sets for granted.
    bracket = "" if level(total) == sets and (sets == 2 or as_expected) else f"<{sets}n>"
    remark = "" if found else " (no sex chromosome found)"
    # Where every sex chromosome is a derivative there is no list of normal ones.
    normal = [sex] if sex else [] if found else ["?"]
    return ",".join([f"{total}{bracket}", *normal, *changes]) + remark


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
    highest = max(2, level(total) + 1)
    levels = range(1 if min(autosomes) > 0 else 2, highest + 1)

    def price(sets: int) -> tuple[int, int, int]:
        changes = sum(abs(number - sets) for number in (*autosomes, sex))
        return changes, abs(total - HAPLOID * sets), sets

    return min(levels, key=price)


def level(total: int) -> int:
    """Return the ploidy that ISCN reads from a count: 35 to 57 is 2n, 58 to 80 is 3n."""
    return max(1, (total + HAPLOID // 2) // HAPLOID)


class Deviation(NamedTuple):
    """How one class differs from what its ploidy expects."""

    #: Chromosomes missing.
    lost: int
    #: Normal chromosomes too many.
    gained: int
    #: Derivatives in the place of a normal chromosome.
    replaced: int
    #: Derivatives too many.
    added: int


def split(number: int, abnormal: int, expected: int) -> Deviation:
    """Return how a class of so many chromosomes, some of them derivatives, differs.

    Parameters
    ----------
    number : int
        Chromosomes of the class, the derivatives among them.
    abnormal : int
        Derivatives.
    expected : int
        Chromosomes of the class that the ploidy expects.
    """
    extra = max(0, number - expected)
    added = min(extra, abnormal)
    return Deviation(max(0, expected - number), extra - added, abnormal - added, added)


def checked(
    counts: Mapping[str, int], markers: int, derivatives: Mapping[str, int]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the counts and the derivatives of all classes, the tray left out.

    Raises
    ------
    ValueError
        As `short_form`.
    """
    unknown = [name for name in (*counts, *derivatives) if name not in CLASS_INDEX and name != TRAY]
    if unknown:
        raise ValueError(f"There is no chromosome class {unknown[0]!r}.")
    numbers = {name: int(counts.get(name, 0)) for name in CLASS_INDEX}
    abnormal = {name: int(derivatives.get(name, 0)) for name in CLASS_INDEX}
    if markers < 0 or min(numbers.values()) < 0 or min(abnormal.values()) < 0:
        raise ValueError("Chromosomes can't be counted below zero.")
    for name, number in abnormal.items():
        if number > numbers[name]:
            raise ValueError(
                f"There can't be {number} derivatives among {numbers[name]} of chromosome {name}."
            )
    return numbers, abnormal


def _sex_expected(numbers: Mapping[str, int], sets: int) -> dict[str, int]:
    """Return the X and Y that a cell with so many is taken to have begun with."""
    y = min(numbers["Y"], max(sets // 2, sets - numbers["X"]))
    return {"X": sets - y, "Y": y}


def _derivatives(name: str, parts: Deviation) -> list[str]:
    """Return the words for a class's derivatives; only these may be multiplied by x."""
    return [
        f"{sign}der({name})" + (f"x{number}" if number > 1 else "")
        for sign, number in (("", parts.replaced), ("+", parts.added))
        if number
    ]
