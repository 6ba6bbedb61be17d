"""The state of a karyotype at one moment, as an immutable value.

It goes to plain dictionaries and back, so that a file can keep it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

from napari_karyo.classes import CLASSES, MARKERS, TRAY
from napari_karyo.errors import EditError
from napari_karyo.iscn import ChromosomeContent
from napari_karyo.worksheet import CellWorksheet

#: Every slot of the page: the 24 classes in order, the markers, then the tray.
SLOTS: Final = (*CLASSES, MARKERS, TRAY)

#: How far the work on a cell has come, as laboratories count it, least first.
CELL_MARKS: Final = ("counted", "analysed", "karyotyped")

Role = Literal["reviewed", "confirmed"]


@dataclass(frozen=True)
class Appearance:
    """How a chromosome is drawn, beyond being turned upright.

    Attributes
    ----------
    angle : float
        Degrees that it is rotated clockwise on the page, above -180 up to 180.
    straightened : bool
        Whether it is drawn pulled straight along its medial axis.
    low, high : float
        The part of the cell's range of stain that is drawn from paper to full ink.

    Raises
    ------
    EditError
        Where the part is empty or a number is none.
    """

    angle: float = 0.0
    straightened: bool = False
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.angle, self.low, self.high))):
            raise EditError("An angle or a contrast is no number.")
        if not -1.0 <= self.low < self.high <= 2.0:
            raise EditError(
                f"A contrast from {self.low:g} to {self.high:g} shows nothing.",
                "The lower end must lie below the upper one.",
            )
        # 180 and -180 are one angle, and equal pictures shall be equal values.
        turned = math.remainder(self.angle, 360.0)
        object.__setattr__(self, "angle", 180.0 if turned == -180.0 else turned + 0.0)

    def to_dict(self) -> dict[str, Any]:
        """Return the appearance as numbers, fit for JSON."""
        return {
            "angle": self.angle,
            "straightened": self.straightened,
            "low": self.low,
            "high": self.high,
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Appearance:
        """Return the appearance that `to_dict` wrote.

        Raises
        ------
        TypeError, KeyError, EditError
            Where the content makes no sense.
        """
        straightened = content["straightened"]
        numbers = [content[name] for name in ("angle", "low", "high")]
        # A whole number may have more digits than any angle, and than a float can take.
        if type(straightened) is not bool or not all(
            type(one) in (int, float) and abs(one) < 1e6 for one in numbers
        ):
            raise TypeError("an angle or a contrast is no number")
        angle, low, high = map(float, numbers)
        return cls(angle, straightened, low, high)


#: As photographed, upright: what every chromosome begins with.
PLAIN: Final = Appearance()


@dataclass(frozen=True)
class Signature:
    """A person's word for a whole cell.

    Attributes
    ----------
    role : {"reviewed", "confirmed"}
        Confirmed is what a second person says of a reviewed cell.
    who : str
        Initials.
    time : str
        When, ISO 8601, in UTC.
    """

    role: Role
    who: str
    time: str


@dataclass(frozen=True)
class State:
    """Which chromosome sits where, at one moment, and what was said of it.

    Attributes
    ----------
    slots : mapping of str to tuple of int
        Every slot of `SLOTS` in that order, its chromosomes left to right. Each
        chromosome is in one slot at most; one that an edit took away is in none.
        Slots left out at construction are empty.
    turned : frozenset of int
        Drawn rotated by 180 degrees relative to the upright picture.
    corrected : frozenset of int
        Slot, way up or being a derivative differs from the proposal.
    reviewed : frozenset of int
        Accepted by a person where they sit.
    derivatives : frozenset of int
        Called structurally abnormal by a person: they stand to the right in their slot.
    appearances : mapping of int to Appearance
        Of those that are not drawn plainly.
    marks : frozenset of str
        Of `CELL_MARKS`.
    signatures : tuple of Signature
    note : str
        What a person wrote about the cell.
    iscn : str or None
        The karyotype as a person wrote it; None where the program's proposal holds.
    worksheet : CellWorksheet
        Where the cell is found again: culture, colony, slide, stage.

    Raises
    ------
    EditError
        Where a slot does not exist, a chromosome sits in two, or a mark is given to a
        chromosome that sits in none.
    """

    slots: Mapping[str, tuple[int, ...]]
    turned: frozenset[int] = frozenset()
    corrected: frozenset[int] = frozenset()
    reviewed: frozenset[int] = frozenset()
    derivatives: frozenset[int] = frozenset()
    appearances: Mapping[int, Appearance] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    signatures: tuple[Signature, ...] = ()
    note: str = ""
    iscn: str | None = None
    worksheet: CellWorksheet = field(default_factory=CellWorksheet)

    def __post_init__(self) -> None:
        unknown = [slot for slot in self.slots if slot not in SLOTS]
        if unknown:
            raise EditError(f"There is no slot {unknown[0]!r}.")
        slots = {slot: tuple(self.slots.get(slot, ())) for slot in SLOTS}
        drawn = sorted(self.appearances.items())
        appearances = {one: appearance for one, appearance in drawn if appearance != PLAIN}
        # A frozen dataclass lets its own construction set a field only this way.
        object.__setattr__(self, "slots", MappingProxyType(slots))
        object.__setattr__(self, "appearances", MappingProxyType(appearances))
        members = [one for placed in slots.values() for one in placed]
        if len(members) != len(set(members)):
            raise EditError("A chromosome can't sit in two places at once.")
        named = self.turned | self.corrected | self.reviewed | self.derivatives | appearances.keys()
        strays = named.difference(members)
        if strays:
            raise EditError(f"There is no chromosome of number {min(strays)} in this cell.")
        strange = self.marks.difference(CELL_MARKS)
        if strange:
            raise EditError(f"A cell can't be marked {min(strange)!r}.")

    def __hash__(self) -> int:
        sets = (self.turned, self.corrected, self.reviewed, self.derivatives, self.marks)
        words = (self.signatures, self.note, self.iscn, self.worksheet)
        return hash((tuple(self.slots.items()), tuple(self.appearances.items()), sets, words))

    def __reduce__(self) -> tuple[Any, ...]:
        # A mapping proxy can be neither pickled nor copied by itself.
        return State.from_dict, (self.to_dict(),)

    def forget(self) -> None:
        """Drop what follows by computation: it is computed again where it is asked for."""
        for name in ("positions", "content"):
            self.__dict__.pop(name, None)

    @cached_property
    def positions(self) -> Mapping[int, tuple[str, int]]:
        """Slot and place within it, from 0 at the left, of each chromosome."""
        return {
            one: (slot, place)
            for slot, members in self.slots.items()
            for place, one in enumerate(members)
        }

    @property
    def work(self) -> tuple[str, ...]:
        """The marks in the order in which the work goes on."""
        return tuple(mark for mark in CELL_MARKS if mark in self.marks)

    def signed(self, role: Role) -> tuple[Signature, ...]:
        """Return who signed in a role."""
        return tuple(sign for sign in self.signatures if sign.role == role)

    @property
    def markers(self) -> tuple[int, ...]:
        """The marker chromosomes."""
        return self.slots[MARKERS]

    @cached_property
    def content(self) -> ChromosomeContent:
        """What is counted: the classes, the markers, and which are derivatives.

        A count is of centric chromosomes (`napari_karyo.goals`). So a marker, which has a
        centromere, counts, and an acentric fragment does not: it belongs into the tray.
        """
        counts = {name: len(self.slots[name]) for name in CLASSES}
        derived = Counter(self.positions[one][0] for one in self.derivatives)
        return ChromosomeContent(counts, len(self.markers), derived)

    def appearance(self, chromosome: int) -> Appearance:
        """Return how a chromosome is drawn."""
        return self.appearances.get(chromosome, PLAIN)

    def differs_from(self, other: State) -> frozenset[int]:
        """Return the chromosomes that are in another slot, way up or derivative than in `other`."""
        return frozenset(
            one
            for one, (slot, _) in self.positions.items()
            if one not in other.slots[slot]
            or (one in self.turned) != (one in other.turned)
            or (one in self.derivatives) != (one in other.derivatives)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the state as lists, strings and numbers, fit for JSON; empty slots left out."""
        return {
            "slots": {slot: list(placed) for slot, placed in self.slots.items() if placed},
            "turned": sorted(self.turned),
            "corrected": sorted(self.corrected),
            "reviewed": sorted(self.reviewed),
            "derivatives": sorted(self.derivatives),
            "appearances": {
                str(one): appearance.to_dict() for one, appearance in self.appearances.items()
            },
            "marks": sorted(self.marks),
            "signatures": [[sign.role, sign.who, sign.time] for sign in self.signatures],
            "note": self.note,
            "iscn": self.iscn,
            "worksheet": self.worksheet.to_dict(),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> State:
        """Return the state that `to_dict` wrote.

        Raises
        ------
        EditError
            Where the content makes no sense.
        """

        def members(name: str) -> frozenset[int]:
            return frozenset(numbers(content[name]))

        try:
            return cls(
                {slot: numbers(placed) for slot, placed in content["slots"].items()},
                turned=members("turned"),
                corrected=members("corrected"),
                reviewed=members("reviewed"),
                derivatives=members("derivatives"),
                appearances={
                    int(one): Appearance.from_dict(appearance)
                    for one, appearance in content["appearances"].items()
                },
                marks=frozenset(map(word, content["marks"])),
                signatures=tuple(
                    Signature(_role(role), word(who), moment(time).isoformat())
                    for role, who, time in content["signatures"]
                ),
                note=word(content["note"]),
                iscn=None if content["iscn"] is None else word(content["iscn"]),
                # States of a case file of version 3 say nothing of it.
                worksheet=CellWorksheet.from_dict(content.get("worksheet", {})),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise EditError(f"This is no state of a karyotype: {error!r}.") from error


def numbers(content: Any) -> tuple[int, ...]:
    """Return chromosomes that a list of JSON names.

    Raises
    ------
    TypeError
        Where it is none.
    """
    if not isinstance(content, list) or not all(type(one) is int for one in content):
        raise TypeError("no list of chromosomes")
    return tuple(content)


def word(content: Any) -> str:
    """Return a text of JSON.

    Raises
    ------
    TypeError
        Where it is none.
    """
    if not isinstance(content, str):
        raise TypeError("no text")
    return content


def _role(content: Any) -> Role:
    if content not in get_args(Role):
        raise ValueError("nobody signs so")
    role: Role = content
    return role


def moment(content: Any) -> datetime:
    """Return the time that a text of JSON says, with its zone.

    Raises
    ------
    TypeError, ValueError
        Where it says none that any clock could have shown.
    """
    time = datetime.fromisoformat(word(content))
    if time.tzinfo is None or not 1970 <= time.year <= 9000:
        raise ValueError("no time")
    return time
