"""One edit of a karyotype, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from napari_karyo.errors import EditError
from napari_karyo.karyotype.state import PLAIN, SLOTS, State, moment, numbers, word

Direction = Literal["do", "undo", "redo"]

#: Kinds of edits in which chromosomes leave the page, or new ones come to it.
REPLACING: Final = ("merge", "split", "part", "draw", "repaint", "remove")


@dataclass(frozen=True)
class Edit:
    """One edit, with all that a history must keep.

    Attributes
    ----------
    kind : str
        ``move``, ``tray``, ``marker``, ``swap``, ``turn``, ``review``, ``derivative``,
        ``look``, ``merge``, ``split``, ``part``, ``draw``, ``repaint``, ``remove``, ``mark``,
        ``note``, ``iscn``, ``worksheet`` or ``sign``.
    chromosomes : tuple of int
        Those it was about; of an edit of `REPLACING` the old ones, then the new ones.
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
                kind=word(content["kind"]),
                chromosomes=numbers(content["chromosomes"]),
                text=word(content["text"]),
                before=State.from_dict(content["before"]),
                after=State.from_dict(content["after"]),
                time=moment(content["time"]),
                who=word(content["who"]),
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
        turned, looks different, or got or lost a mark.
    """

    edit: Edit
    direction: Direction
    touched: frozenset[str]


def touched_slots(before: State, after: State) -> frozenset[str]:
    """Return the slots in which anything is other than before."""
    changed = frozenset(slot for slot in SLOTS if before.slots[slot] != after.slots[slot])
    redrawn = {
        one
        for one in before.appearances.keys() | after.appearances.keys()
        if before.appearances.get(one, PLAIN) != after.appearances.get(one, PLAIN)
    }
    marked = (
        (before.turned ^ after.turned)
        | (before.corrected ^ after.corrected)
        | (before.reviewed ^ after.reviewed)
        | (before.derivatives ^ after.derivatives)
        | redrawn
    )
    return changed | frozenset(after.positions[one][0] for one in marked if one in after.positions)


def origins(edits: Iterable[Edit]) -> dict[int, tuple[int, ...]]:
    """Return what each chromosome was made of that was made by hand of others."""
    found: dict[int, tuple[int, ...]] = {}
    for edit in edits:
        if edit.kind in REPLACING:
            old = tuple(one for one in edit.chromosomes if one in edit.before.positions)
            # What was drawn is made of no other.
            if old:
                found |= dict.fromkeys(set(edit.chromosomes) - set(old), old)
    return found


def ancestors(edits: Iterable[Edit], chromosome: int) -> set[int]:
    """Return all that a chromosome was made of, by however many edits."""
    made_of = origins(edits)
    found: set[int] = set()
    waiting = [chromosome]
    while waiting:
        for one in made_of.get(waiting.pop(), ()):
            if one not in found:
                found.add(one)
                waiting.append(one)
    return found
