"""The state of a karyotype, and one edit of it, as immutable values.

Both go to plain dictionaries and back, so that a file can keep them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal

from napari_karyo.classes import CLASSES, TRAY
from napari_karyo.errors import EditError

#: Every slot of the page: the 24 classes in order, then the tray.
SLOTS: Final = (*CLASSES, TRAY)


@dataclass(frozen=True)
class State:
    """Which chromosome sits where, at one moment.

    Attributes
    ----------
    slots : mapping of str to tuple of int
        Every slot of `SLOTS` in that order, its chromosomes left to right. Each
        chromosome is in exactly one slot. Slots left out at construction are empty.
    turned : frozenset of int
        Drawn rotated by 180 degrees relative to the upright picture.
    corrected : frozenset of int
        Slot or way up differs from the proposal.
    reviewed : frozenset of int
        Accepted by a person where they sit.
    markers : frozenset of int
        Called marker chromosomes by a person. They lie in the tray, but count.

    Raises
    ------
    EditError
        Where a slot does not exist, a chromosome sits in two, a mark is given to a
        chromosome that sits in none, or a marker lies outside the tray.
    """

    slots: Mapping[str, tuple[int, ...]]
    turned: frozenset[int] = frozenset()
    corrected: frozenset[int] = frozenset()
    reviewed: frozenset[int] = frozenset()
    markers: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        unknown = [slot for slot in self.slots if slot not in SLOTS]
        if unknown:
            raise EditError(f"There is no slot {unknown[0]!r}.")
        slots = {slot: tuple(self.slots.get(slot, ())) for slot in SLOTS}
        # A frozen dataclass lets its own construction set a field only this way.
        object.__setattr__(self, "slots", MappingProxyType(slots))
        members = [one for seats in slots.values() for one in seats]
        if len(members) != len(set(members)):
            raise EditError("A chromosome can't sit in two places at once.")
        strays = (self.turned | self.corrected | self.reviewed).difference(members)
        if strays:
            raise EditError(f"There is no chromosome of number {min(strays)} in this cell.")
        if not self.markers.issubset(slots[TRAY]):
            raise EditError("A marker chromosome lies in the tray: it belongs to no class.")

    def __hash__(self) -> int:
        marks = (self.turned, self.corrected, self.reviewed, self.markers)
        return hash((tuple(self.slots.items()), marks))

    def __reduce__(self) -> tuple[Any, ...]:
        # A mapping proxy can be neither pickled nor copied by itself.
        return State.from_dict, (self.to_dict(),)

    @cached_property
    def seats(self) -> Mapping[int, tuple[str, int]]:
        """Slot and place within it, from 0 at the left, of each chromosome."""
        return {
            one: (slot, place)
            for slot, members in self.slots.items()
            for place, one in enumerate(members)
        }

    def differs_from(self, other: State) -> frozenset[int]:
        """Return the chromosomes whose slot or way up is another than in `other`."""
        return frozenset(
            one
            for one, (slot, _) in self.seats.items()
            if one not in other.slots[slot] or (one in self.turned) != (one in other.turned)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the state as lists, strings and numbers, fit for JSON; empty slots left out."""
        return {
            "slots": {slot: list(seats) for slot, seats in self.slots.items() if seats},
            "turned": sorted(self.turned),
            "corrected": sorted(self.corrected),
            "reviewed": sorted(self.reviewed),
            "markers": sorted(self.markers),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> State:
        """Return the state that `to_dict` wrote.

        Raises
        ------
        EditError
            Where the content makes no sense.
        """
        try:
            return cls(
                {slot: tuple(map(int, seats)) for slot, seats in content["slots"].items()},
                *(
                    frozenset(map(int, content[mark]))
                    for mark in ("turned", "corrected", "reviewed", "markers")
                ),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise EditError(f"This is no state of a karyotype: {error!r}.") from error


@dataclass(frozen=True)
class Edit:
    """One edit, with all that a history must keep.

    Attributes
    ----------
    kind : str
        ``move``, ``tray``, ``marker``, ``swap``, ``turn`` or ``review``.
    chromosomes : tuple of int
        Those it was about.
    text : str
        One line for the person: what was done to which file.
    before, after : State
    time : datetime
        When, in UTC.
    who : str
        The operator's initials, empty where nobody gave them.
    """

    kind: str
    chromosomes: tuple[int, ...]
    text: str
    before: State
    after: State
    time: datetime
    who: str

    def to_dict(self) -> dict[str, Any]:
        """Return the edit as lists, strings and numbers, fit for JSON."""
        return {
            "kind": self.kind,
            "chromosomes": list(self.chromosomes),
            "text": self.text,
            "before": self.before.to_dict(),
            "after": self.after.to_dict(),
            "time": self.time.isoformat(),
            "who": self.who,
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Edit:
        """Return the edit that `to_dict` wrote.

        Raises
        ------
        EditError
            Where the content makes no sense.
        """
        try:
            return cls(
                kind=str(content["kind"]),
                chromosomes=tuple(map(int, content["chromosomes"])),
                text=str(content["text"]),
                before=State.from_dict(content["before"]),
                after=State.from_dict(content["after"]),
                time=datetime.fromisoformat(content["time"]),
                who=str(content["who"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise EditError(f"This is no edit of a karyotype: {error!r}.") from error


@dataclass(frozen=True)
class Change:
    """What `Karyotype.changed` tells.

    Attributes
    ----------
    edit : Edit
    direction : {"do", "undo", "redo"}
    touched : frozenset of str
        Slots to be drawn again: content or order changed, or a chromosome in them was
        turned or got or lost a mark.
    """

    edit: Edit
    direction: Literal["do", "undo", "redo"]
    touched: frozenset[str]


def touched_slots(before: State, after: State) -> frozenset[str]:
    """Return the slots in which anything is other than before."""
    seats = frozenset(slot for slot in SLOTS if before.slots[slot] != after.slots[slot])
    marked = (
        (before.turned ^ after.turned)
        | (before.corrected ^ after.corrected)
        | (before.reviewed ^ after.reviewed)
        | (before.markers ^ after.markers)
    )
    return seats | frozenset(after.seats[one][0] for one in marked)
