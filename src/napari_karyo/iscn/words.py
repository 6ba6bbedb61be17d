"""One word of an ISCN karyotype, which is what stands between two commas."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from napari_karyo.classes import CLASS_INDEX

Kind = Literal["whole", "marker", "structural", "aside"]

#: What can be said of a chromosome's structure, each followed by the classes in brackets.
STRUCTURES: Final = frozenset(
    "add del der dic dup fis fra hsr i ider idic ins inv psudic psuidic qdp r rec rob t tas "  # noqa: SIM905
    "trc trp upd".split()
)
#: Those that join two chromosomes to one where they name two.
JOINING: Final = frozenset({"der", "dic", "psudic", "rob", "trc"})

_ASIDE = re.compile(r"[~\d]*(?:dmin|ace|hsr|inc)\Z", re.IGNORECASE)
#: Longer or shorter heterochromatin and satellites: 9qh+, 21ps+, Yqh-.
_VARIANT = re.compile(
    r"(\d{1,2}|[XY])(?:[pq](?:h|stk|s)?|cenh?)[+-]{1,2}(?:mat|pat|c)?\Z", re.IGNORECASE
)
_ENDING = re.compile(r"(?:x(\d{1,2}))?(dinh|inh|dmat|dpat|mat|pat|dn|c)?\Z", re.IGNORECASE)
_MARKER = re.compile(r"(\d{0,3})(?:mar|r)(\d{0,2})\Z", re.IGNORECASE)
_STRUCTURAL = re.compile(r"([a-z]+)\(([^()]*)\)(.*)\Z", re.IGNORECASE)
_RANGE = re.compile(r"\d~\d")


class UnreadableError(Exception):
    """A word or clone that can't be read: why, and what to write."""

    def __init__(self, why: str, remedy: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.remedy = remedy


@dataclass(frozen=True)
class Word:
    """A change of the karyotype.

    Parameters
    ----------
    text : str
        As written, without spaces.
    kind : {"whole", "marker", "structural", "aside"}
        A chromosome gained or lost, markers, a structural change of named classes, or
        what does not count, such as ``dmin``.
    sign : {"", "+", "-"}
    classes : tuple of str
        The classes it names, in its order. Empty where it names none, and where
        it names one that is questioned away: ``der(?)``.
    structure : str
        Such as ``der`` or ``t``.
    copies : int
        How many.
    uncertain : bool
        Whether it holds a question mark.
    constitutional : bool
        Whether it ends in ``c``.
    """

    text: str
    kind: Kind
    sign: str = ""
    classes: tuple[str, ...] = ()
    structure: str = ""
    copies: int = 1
    uncertain: bool = False
    constitutional: bool = False

    @property
    def joins(self) -> bool:
        """Whether it makes one chromosome of two, such as ``der(13;14)``."""
        return self.structure in JOINING and len(self.classes) > 1


def read_word(text: str) -> Word:
    """Return what one word says.

    Parameters
    ----------
    text : str
        Without spaces, with the plain minus sign.

    Raises
    ------
    UnreadableError
        Where it names no change that this reads.
    """
    if _RANGE.search(text) and not _ASIDE.match(text):
        raise UnreadableError(
            f"{text!r} is a range, which does not say what a cell holds",
            "Write the karyotype of each clone with its own numbers.",
        )
    bare = text.lstrip("?")
    if _ASIDE.match(bare):
        return Word(text, "aside", uncertain="?" in text)
    if variant := _VARIANT.match(bare):
        return _variant(text, variant.group(1).upper())
    sign = bare[:1] if bare[:1] in "+-" else ""
    body = bare[len(sign) :].lstrip("?")
    ending = _ENDING.search(body)
    assert ending is not None  # it may be empty
    stem = body[: ending.start()]
    copies = int(ending.group(1) or 1)
    constitutional = (ending.group(2) or "").lower() == "c"
    uncertain = "?" in text
    if not copies:
        raise UnreadableError(f"{text!r} is multiplied by zero", "Leave out what is not there.")
    if (name := stem.upper()) in CLASS_INDEX and sign:
        return Word(text, "whole", sign, (name,), "", copies, uncertain, constitutional)
    if marker := _MARKER.match(stem):
        if not sign:
            raise UnreadableError(f"{text!r} has no sign", f"Write +{text} where it is extra.")
        copies *= int(marker.group(1) or 1)
        return Word(text, "marker", sign, (), "", copies, uncertain, constitutional)
    if structural := _STRUCTURAL.match(stem):
        return _structural(text, structural, sign, copies, uncertain, constitutional)
    raise UnreadableError(
        f"{text!r} is no gain or loss of a chromosome",
        "Write gains and losses as +21 or -7, a marker as +mar, a derivative as der(9).",
    )


def _variant(text: str, name: str) -> Word:
    if name not in CLASS_INDEX:
        raise UnreadableError(f"{text!r} names no chromosome", "Chromosomes are 1 to 22, X and Y.")
    return Word(text, "structural", "", (name,), "variant", uncertain="?" in text)


def _structural(
    text: str, match: re.Match[str], sign: str, copies: int, uncertain: bool, constitutional: bool
) -> Word:
    structure = match.group(1).lower()
    if structure not in STRUCTURES:
        raise UnreadableError(
            f"{text!r} is no gain or loss of a chromosome, and {match.group(1)!r} no structural"
            " change",
            "Write for example der(9), del(5)(q13), inv(9) or t(9;22)(q34;q11.2).",
        )
    names = [name.replace("?", "").upper() for name in match.group(2).split(";")]
    unknown = [name for name in names if name and name not in CLASS_INDEX]
    if unknown or match.group(2) == "":
        raise UnreadableError(
            f"{text!r} names no chromosome", "Chromosomes are 1 to 22, X and Y, such as der(9)."
        )
    classes = tuple(name for name in names if name)
    word = Word(text, "structural", sign, classes, structure, copies, uncertain, constitutional)
    if not classes:
        # Nobody knows what it came from: gained, it counts like a marker.
        kind: Kind = "marker" if sign else "structural"
        return Word(text, kind, sign, (), structure, copies, True, constitutional)
    if sign and len(classes) > 1 and not word.joins:
        raise UnreadableError(
            f"{text!r} is gained or lost, but names {len(classes)} chromosomes",
            f"Name the one that is gained or lost, such as {sign}der({classes[0]}).",
        )
    return word
