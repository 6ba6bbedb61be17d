"""Which chromosome sits in which slot, and every edit of it, with undo and redo.

The only truth of the correction: an edit is one method, each emits one event, and
views redraw from what it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from psygnal import Signal

from napari_karyo.classes import CLASSES, TRAY
from napari_karyo.errors import EditError
from napari_karyo.iscn import short_form

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification

SLOTS = (*CLASSES, TRAY)


@dataclass(frozen=True)
class State:
    """Where every chromosome is at one moment.

    Attributes
    ----------
    slots : mapping of str to tuple of int
        For each of the 24 classes and the tray, the chromosomes from left to right.
    turned : frozenset of int
        Chromosomes drawn turned by half against their upright picture.
    corrected : frozenset of int
        Chromosomes whose slot or direction a person changed: not the proposed ones.
    reviewed : frozenset of int
        Chromosomes that a person has looked at and accepted.
    """

    slots: Mapping[str, tuple[int, ...]]
    turned: frozenset[int] = frozenset()
    corrected: frozenset[int] = frozenset()
    reviewed: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(
            self,
            "slots",
            MappingProxyType({name: tuple(self.slots.get(name, ())) for name in SLOTS}),
        )

    def slot_of(self, chromosome: int) -> str:
        """Return the slot that a chromosome is in.

        Raises
        ------
        EditError
            Where there is no such chromosome.
        """
        for name, members in self.slots.items():
            if chromosome in members:
                return name
        raise EditError(f"there is no chromosome {chromosome} in this cell.")

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for a case file."""
        return {
            "slots": {name: list(members) for name, members in self.slots.items() if members},
            "turned": sorted(self.turned),
            "corrected": sorted(self.corrected),
            "reviewed": sorted(self.reviewed),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> State:
        """Read back what `to_dict` returned."""
        return cls(
            {name: tuple(members) for name, members in values["slots"].items()},
            frozenset(values["turned"]),
            frozenset(values["corrected"]),
            frozenset(values["reviewed"]),
        )


@dataclass(frozen=True)
class Edit:
    """One change by a person.

    Attributes
    ----------
    kind : str
        ``"move"``, ``"turn"``, ``"swap"`` or ``"review"``.
    chromosomes : tuple of int
    text : str
        For the history, in words.
    before, after : State
    who : str
        Operator's initials.
    time : datetime
        In UTC.
    """

    kind: str
    chromosomes: tuple[int, ...]
    text: str
    before: State
    after: State
    who: str = ""
    time: datetime = field(default_factory=lambda: datetime.now(UTC))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for a case file."""
        return {
            "kind": self.kind,
            "chromosomes": list(self.chromosomes),
            "text": self.text,
            "before": self.before.to_dict(),
            "after": self.after.to_dict(),
            "who": self.who,
            "time": self.time.isoformat(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Edit:
        """Read back what `to_dict` returned."""
        return cls(
            values["kind"],
            tuple(values["chromosomes"]),
            values["text"],
            State.from_dict(values["before"]),
            State.from_dict(values["after"]),
            values["who"],
            datetime.fromisoformat(values["time"]),
        )


@dataclass(frozen=True)
class Change:
    """What a view must redraw.

    Attributes
    ----------
    edit : Edit
    direction : {"do", "undo", "redo"}
    touched : frozenset of str
        Slots whose members, order or drawing changed.
    """

    edit: Edit
    direction: Literal["do", "undo", "redo"]
    touched: frozenset[str]


class Karyotype:
    """The karyotype of one cell under correction.

    Parameters
    ----------
    placements : sequence of str
        The proposed slot of each chromosome: a class or ``"tray"``.
    turned : iterable of int
        Chromosomes to be drawn turned by half.
    names : sequence of str, optional
        File names, for the history.
    who : str
        Operator's initials, written into each edit.

    Raises
    ------
    EditError
        Where a slot or a turned chromosome does not exist.
    """

    changed = Signal(Change)

    def __init__(
        self,
        placements: Sequence[str],
        turned: Iterable[int] = (),
        *,
        names: Sequence[str] | None = None,
        who: str = "",
    ) -> None:
        slots: dict[str, list[int]] = {name: [] for name in SLOTS}
        for index, slot in enumerate(placements):
            _check_slot(slot)
            slots[slot].append(index)
        self._count = len(placements)
        self.names = tuple(names) if names is not None else tuple(map(str, range(self._count)))
        self.who = who
        self._check(turned := frozenset(turned))
        self.proposed = State({name: tuple(members) for name, members in slots.items()}, turned)
        self._state = self.proposed
        self._done: list[Edit] = []
        self._undone: list[Edit] = []

    @classmethod
    def from_classification(
        cls,
        classification: Classification,
        assigned: Sequence[str] | None = None,
        *,
        who: str = "",
    ) -> Karyotype:
        """Propose a karyotype from what the network says.

        Parameters
        ----------
        classification : Classification
        assigned : sequence of str, optional
            A slot for each chromosome; whole-cell assignment where left out.
        who : str
        """
        from napari_karyo.inference.assignment import assign

        placed = assign(classification.probabilities) if assigned is None else assigned
        karyotype = cls(
            placed,
            [index for index, up in enumerate(classification.p_arm_up) if up < 0.5],
            names=[item.name for item in classification.cell],
            who=who,
        )
        # An abnormal homologue stands on the right, as laboratories print it; what the
        # network is least sure of is the likeliest to be one.
        sure = classification.confidence
        ordered = {
            name: tuple(sorted(members, key=lambda index: -sure[index]))
            for name, members in karyotype.proposed.slots.items()
        }
        karyotype.proposed = State(ordered, karyotype.proposed.turned)
        karyotype._state = karyotype.proposed
        return karyotype

    def __len__(self) -> int:
        return self._count

    @property
    def state(self) -> State:
        """Where everything is now."""
        return self._state

    @property
    def history(self) -> tuple[Edit, ...]:
        """The edits that are in force, oldest first."""
        return tuple(self._done)

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether an edit was taken back that can be done again."""
        return bool(self._undone)

    @property
    def iscn(self) -> str:
        """The karyotype's ISCN short form, as a proposal; the tray is not counted."""
        return short_form(self.counts())

    def slot_of(self, chromosome: int) -> str:
        """Return the slot that a chromosome is in."""
        return self._state.slot_of(chromosome)

    def position_of(self, chromosome: int) -> int:
        """Return a chromosome's place in its slot, from the left, from 0."""
        return self._state.slots[self.slot_of(chromosome)].index(chromosome)

    def counts(self) -> dict[str, int]:
        """Return the number of chromosomes of each class."""
        return {name: len(self._state.slots[name]) for name in CLASSES}

    def is_corrected(self, chromosome: int) -> bool:
        """Tell whether a person changed a chromosome's slot or direction."""
        return chromosome in self._state.corrected

    def move(
        self, chromosomes: int | Iterable[int], slot: str, position: int | None = None
    ) -> bool:
        """Put chromosomes into a slot.

        Parameters
        ----------
        chromosomes : int or iterable of int
        slot : str
            A class or ``"tray"``.
        position : int, optional
            Place from the left among the slot's other members; the right end where
            left out.

        Returns
        -------
        bool
            False where they were there already, and nothing is recorded.

        Raises
        ------
        EditError
            Where a chromosome or the slot does not exist.
        """
        moving = self._several(chromosomes)
        _check_slot(slot)
        slots = {
            name: [item for item in members if item not in moving]
            for name, members in self._state.slots.items()
        }
        if position is None and all(self.slot_of(item) == slot for item in moving):
            return False
        target = slots[slot]
        place = len(target) if position is None else max(0, min(position, len(target)))
        slots[slot] = [*target[:place], *moving, *target[place:]]
        where = "the tray" if slot == TRAY else f"slot {slot}"
        return self._do("move", moving, f"{self._named(moving)} to {where}", slots=slots)

    def to_tray(self, chromosomes: int | Iterable[int]) -> bool:
        """Put chromosomes aside as unclassified or as no chromosomes at all."""
        return self.move(chromosomes, TRAY)

    def turn(self, chromosomes: int | Iterable[int]) -> bool:
        """Turn chromosomes top to bottom."""
        turning = self._several(chromosomes)
        return self._do(
            "turn",
            turning,
            f"{self._named(turning)} turned top to bottom",
            turned=self._state.turned ^ frozenset(turning),
        )

    def swap(self, first: int, second: int) -> bool:
        """Let two chromosomes change places, in one slot or between two."""
        pair = self._several((first, second))
        if len(pair) != 2:
            raise EditError("a swap needs two different chromosomes.", "Select another one.")
        other = {first: second, second: first}
        slots = {
            name: [other.get(item, item) for item in members]
            for name, members in self._state.slots.items()
        }
        return self._do(
            "swap",
            pair,
            f"{self.names[first]} and {self.names[second]} changed places",
            slots=slots,
        )

    def swap_with_neighbour(self, chromosome: int, step: int = 1) -> bool:
        """Let a chromosome change places with its neighbour in the slot.

        Parameters
        ----------
        chromosome : int
        step : int
            1 for the neighbour on the right, -1 for the one on the left.

        Raises
        ------
        EditError
            Where there is no neighbour on that side.
        """
        members = self._state.slots[self.slot_of(chromosome)]
        place = members.index(chromosome) + step
        if not 0 <= place < len(members):
            side = "right" if step > 0 else "left"
            raise EditError(
                f"{self.names[chromosome]} has no neighbour on the {side} in its slot.",
                "Drag it to another slot, or type its class.",
            )
        return self.swap(chromosome, members[place])

    def review(self, chromosomes: int | Iterable[int], reviewed: bool = True) -> bool:
        """Mark chromosomes as looked at and accepted, or take the mark back."""
        marking = self._several(chromosomes)
        marked = (
            self._state.reviewed | frozenset(marking)
            if reviewed
            else self._state.reviewed - frozenset(marking)
        )
        what = "accepted" if reviewed else "no longer accepted"
        return self._do("review", marking, f"{self._named(marking)} {what}", reviewed=marked)

    def undo(self) -> bool:
        """Take the last edit back; False where there is none."""
        if not self._done:
            return False
        edit = self._done.pop()
        self._undone.append(edit)
        self._go(edit, edit.before, "undo")
        return True

    def redo(self) -> bool:
        """Do again the edit last taken back; False where there is none."""
        if not self._undone:
            return False
        edit = self._undone.pop()
        self._done.append(edit)
        self._go(edit, edit.after, "redo")
        return True

    def _do(
        self,
        kind: str,
        chromosomes: tuple[int, ...],
        text: str,
        *,
        slots: Mapping[str, Sequence[int]] | None = None,
        turned: frozenset[int] | None = None,
        reviewed: frozenset[int] | None = None,
    ) -> bool:
        before = self._state
        after = self._derive(
            before.slots if slots is None else {n: tuple(m) for n, m in slots.items()},
            before.turned if turned is None else turned,
            before.reviewed if reviewed is None else reviewed,
        )
        if after == before:
            return False
        edit = Edit(kind, chromosomes, text, before, after, self.who)
        self._done.append(edit)
        self._undone.clear()
        self._go(edit, after, "do")
        return True

    def _derive(
        self,
        slots: Mapping[str, tuple[int, ...]],
        turned: frozenset[int],
        reviewed: frozenset[int],
    ) -> State:
        """Build a state; what is corrected follows from the proposal, both ways."""
        proposed = self.proposed
        elsewhere = (
            item
            for name, members in slots.items()
            for item in members
            if item not in proposed.slots[name]
        )
        corrected = frozenset(elsewhere) | (turned ^ proposed.turned)
        return State(slots, turned, corrected, reviewed)

    def _go(self, edit: Edit, state: State, direction: Literal["do", "undo", "redo"]) -> None:
        old, self._state = self._state, state
        drawn_anew = (
            (old.turned ^ state.turned)
            | (old.corrected ^ state.corrected)
            | (old.reviewed ^ state.reviewed)
        )
        touched = frozenset(
            name
            for name in SLOTS
            if old.slots[name] != state.slots[name] or drawn_anew & set(state.slots[name])
        )
        self.changed.emit(Change(edit, direction, touched))

    def _several(self, chromosomes: int | Iterable[int]) -> tuple[int, ...]:
        if isinstance(chromosomes, Iterable):
            items = tuple(dict.fromkeys(int(item) for item in chromosomes))
        else:
            items = (int(chromosomes),)
        self._check(items)
        return items

    def _check(self, chromosomes: Iterable[int]) -> None:
        for item in chromosomes:
            if not 0 <= item < self._count:
                raise EditError(
                    f"there is no chromosome {item} in this cell.", "Select one on the karyogram."
                )

    def _named(self, chromosomes: Sequence[int]) -> str:
        return ", ".join(self.names[item] for item in chromosomes)


def _check_slot(slot: str) -> None:
    if slot not in SLOTS:
        raise EditError(f"there is no slot {slot!r}.", "Use 1 to 22, X, Y or tray.")
