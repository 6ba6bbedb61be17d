"""From ISCN text to what the cells of each clone hold.

Read are numbers: which chromosomes there are. Of structural changes the classes are
known and the text is kept; where a band broke is not for this program to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from napari_karyo.classes import AUTOSOMES, SEX_CHROMOSOMES
from napari_karyo.errors import KaryoError
from napari_karyo.iscn.content import ChromosomeContent
from napari_karyo.iscn.short import level
from napari_karyo.iscn.tally import CloneTally
from napari_karyo.iscn.words import UnreadableError, Word, read_word

_FRONT = re.compile(r"(\d{1,3})(?:<(\d{0,2})n>)?\Z", re.IGNORECASE | re.ASCII)
_SEX = re.compile(r"([XY]+)(?:[pq]\w*[+-]+)?(c?)\Z", re.IGNORECASE)
_SAME = re.compile(r"(idem|sl|sdl(\d?))(?:x(\d))?\Z", re.IGNORECASE)
_CELLS = re.compile(r"(.*?)\[(cp)?(\d+)\]\Z", re.IGNORECASE | re.ASCII)
_REMARK = re.compile(r"\(no ?sex ?chromosome ?found\)", re.IGNORECASE)
_PREFIX = re.compile(r"\s*(mos|chi)(?=[\s\d/])", re.IGNORECASE)

_FORM = "Write the count, the sex chromosomes, then the changes, such as 46,XX or 47,XY,+21."


class IscnError(KaryoError):
    """A text can't be read as an ISCN karyotype.

    Parameters
    ----------
    text : str
        The whole text.
    why : str
        What is wrong, and where.
    remedy : str
        What to write instead.
    """

    def __init__(self, text: str, why: str, remedy: str = _FORM) -> None:
        super().__init__(f"the karyotype {text!r} can't be read: {why}.", remedy or _FORM)
        self.text = text
        self.why = why

    def __reduce__(self) -> tuple[type[IscnError], tuple[str, str, str]]:
        return IscnError, (self.text, self.why, self.remedy)


@dataclass(frozen=True)
class Clone:
    """One clone of an ISCN text.

    Parameters
    ----------
    content : ChromosomeContent
        Its chromosomes. Only ``der`` makes a derivative; other structural changes
        are in `structural`.
    cells : int or None
        The number in square brackets.
    text : str
        As written, without spaces and without the number of cells.
    changes : tuple of Word
        The changes as written; for a clone that began with ``idem``, only its own.
    structural : tuple of Word
        Those that are structural, with those of the clone that ``idem`` stands for.
    sets : int
        The ploidy it is written relative to.
    unknown_sex : int
        Sex chromosomes that are there but not said: one in ``46,X,?``.
    part : int
        Zero, or which side of ``//`` it stands on: the recipient's 0, the donor's 1.
    incomplete : bool
        Whether it ends in ``inc``: its changes are not all known.
    """

    content: ChromosomeContent
    cells: int | None
    text: str
    changes: tuple[Word, ...] = ()
    structural: tuple[Word, ...] = ()
    sets: int = 2
    unknown_sex: int = 0
    part: int = 0
    incomplete: bool = False

    @property
    def uncertain(self) -> tuple[str, ...]:
        """The changes that hold a question mark, as written; they count as if it stood not."""
        return tuple(word.text for word in self.changes if word.uncertain)


@dataclass(frozen=True)
class Karyotypes:
    """What an ISCN text says.

    Parameters
    ----------
    clones : tuple of Clone
        At least one, in the order of the text.
    prefix : {"", "mos", "chi"}
    chimera : bool
        Whether ``//`` parts two genomes.
    """

    clones: tuple[Clone, ...]
    prefix: Literal["", "mos", "chi"] = ""
    chimera: bool = False

    @property
    def cells(self) -> int | None:
        """The number of all cells, or None where a clone does not say its own."""
        numbers = [clone.cells for clone in self.clones]
        return None if None in numbers else sum(number or 0 for number in numbers)


def parse(text: str) -> Karyotypes:
    """Read an ISCN karyotype, of one clone or several.

    Parameters
    ----------
    text : str
        Such as ``47,XY,+21``, ``mos 45,X[5]/46,XX[15]`` or
        ``46,XX,t(9;22)(q34;q11.2)[3]/47,idem,+8[17]``. Spaces do not matter, nor
        does the kind of minus sign.

    Raises
    ------
    IscnError
        Where a part can't be read, or the number at the front is not the sum of what
        follows.

    Notes
    -----
    ``der(9)`` takes the place of one normal 9. ``der(13;14)`` takes the place of one 13
    and one 14 and is counted with the class named first. Sex chromosomes that are
    structurally changed stand after the list of normal ones, not in it:
    ``46,X,i(X)(q10)``, ``46,Y,t(X;8)(p22;q24)``. A lost sex chromosome is missing from
    the list already, so that ``-X`` in ``45,X,-X`` takes nothing away, except from a
    list that is marked constitutional (``46,XXYc,-X``) and from ``idem``.
    """
    whole = str(text)
    start = _PREFIX.match(whole)
    prefix = start.group(1).lower() if start is not None else ""
    body = re.sub(r"\s+", "", whole[start.end() :] if start is not None else whole)
    for typed, plain in (("\u2212", "-"), ("–", "-"), ("×", "x")):
        body = body.replace(typed, plain)
    parts = body.split("//")
    if len(parts) > 2:
        raise IscnError(whole, "it has '//' more than once", "One '//' parts recipient and donor.")
    found: list[Clone] = []
    for number, part in enumerate(parts):
        if not part and len(parts) == 2 and any(parts):
            continue  # //46,XX[20]: only cells of the donor were seen
        related: list[Clone] = []
        for piece in part.split("/"):
            try:
                related.append(_clone(piece, related, number))
            except UnreadableError as error:
                position = len(found) + len(related) + 1
                where = f"clone {position}: " if "/" in body else ""
                raise IscnError(whole, where + error.why, error.remedy) from error
        found += related
    kind: Literal["", "mos", "chi"] = "mos" if prefix == "mos" else "chi" if prefix else ""
    return Karyotypes(tuple(found), kind, len(parts) == 2)


def _clone(piece: str, before: list[Clone], part: int) -> Clone:
    cells = None
    if bracket := _CELLS.match(piece):
        if bracket.group(2):
            raise UnreadableError(
                f"[cp{bracket.group(3)}] is a composite of cells that differ",
                "Write the clones one by one.",
            )
        piece, cells = bracket.group(1), int(bracket.group(3))
        if not cells:
            raise UnreadableError("a clone of [0] cells was not seen", "Leave it out.")
    text = _REMARK.sub("", piece)
    first, *rest = text.split(",")
    total, sets = _front(first)
    same = _SAME.match(rest[0]) if rest else None
    if same is not None:
        base = _base(same, before)
        tally = CloneTally(base.content, int(same.group(3) or 1))
        inherited = base.structural * int(same.group(3) or 1)
        guessed, rest = base.unknown_sex > 0, rest[1:]
    else:
        tally, inherited = CloneTally(), ()
        tally.counts |= dict.fromkeys(AUTOSOMES, sets)
        guessed, rest = _sex(rest, tally)
    words = tuple(read_word(word) for word in rest)
    for word in words:
        tally.apply(word)
    content = tally.content()
    unknown = total - content.total if guessed and 0 <= total - content.total <= sets else 0
    incomplete = any(word.text.lower() == "inc" for word in words)
    if content.total + unknown != total and not incomplete:
        raise _mismatch(total, content.total, sets if same is None else None, words)
    structural = tuple(word for word in words if word.kind == "structural")
    return Clone(
        content, cells, text, words, inherited + structural, sets, unknown, part, incomplete
    )


def _front(word: str) -> tuple[int, int]:
    match = _FRONT.match(word)
    if match is None:
        if re.match(r"\d+\s*[~-]\s*\d+", word):
            raise UnreadableError(f"{word!r} is a range", "Write one number of chromosomes.")
        raise UnreadableError(f"{word!r} is no number of chromosomes" if word else "it is empty")
    total = int(match.group(1))
    if total == 0:
        raise UnreadableError("a cell of 0 chromosomes has no karyotype")
    if match.group(2) is None:
        return total, level(total)
    sets = int(match.group(2) or 1)
    if sets == 0:
        raise UnreadableError("<0n> is no ploidy", "Write <2n>, <3n> and so on.")
    return total, sets


def _sex(rest: list[str], tally: CloneTally) -> tuple[bool, list[str]]:
    """Count the list of sex chromosomes; return whether some are unknown, and what follows."""
    field = rest[0] if rest else ""
    if match := _SEX.match(field):
        for name in SEX_CHROMOSOMES:
            tally.counts[name] = match.group(1).upper().count(name)
        tally.relative_sex = bool(match.group(2))
        if rest[1:2] == ["?"]:
            return True, rest[2:]
        return False, rest[1:]
    if field in ("?", "U", "u"):
        return True, rest[1:]
    # 46,t(X;Y)(p22;q11), 46,der(X)x2: none of them is normal.
    if "(" in field and any(name in SEX_CHROMOSOMES for name in read_word(field).classes):
        return False, rest
    raise UnreadableError(f"{field!r} are no sex chromosomes")


def _base(same: re.Match[str], before: list[Clone]) -> Clone:
    """Return the clone that ``idem``, ``sl`` or ``sdl2`` stands for."""
    sideline = same.group(1).lower().startswith("sdl")
    place = int(same.group(2) or 1) if sideline else 0
    if place >= len(before):
        raise UnreadableError(
            f"{same.group(1)!r} stands for a clone that is not written before it",
            "Write that clone first, or write this one in full.",
        )
    return before[place]


def _mismatch(total: int, there: int, sets: int | None, words: tuple[Word, ...]) -> UnreadableError:
    sex = any(
        word.kind == "structural" and not word.sign and set(word.classes) & set(SEX_CHROMOSOMES)
        for word in words
    )
    remedy = f"Correct the number to {there}, or the chromosomes that follow it."
    more, odd = divmod(total - there, len(AUTOSOMES))
    if sets is not None and not odd and sets + more > 0:
        # 58,XX,+4,+4,...: the number alone says three sets.
        remedy += f" Write {total}<{sets + more}n> where the changes are to {sets + more} sets."
    if sex:
        remedy += " A changed X or Y is left out of the list of normal ones: 46,X,der(X)."
    return UnreadableError(f"it says {total} chromosomes but names {there}", remedy)
