"""Who sits in which slot: the only truth about a karyotype.

Every edit, from the mouse, a key, the console or a test, is one method of
`Karyotype`. It makes a new immutable `State`, enters the history and emits
`Karyotype.changed`; views redraw from the state and hold no truth of their own.
An edit that changes nothing enters no history and emits nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from operator import index as as_index
from typing import TYPE_CHECKING, Literal

from psygnal import Signal

from napari_karyo.classes import CLASSES, TRAY
from napari_karyo.edits import SLOTS, Change, Edit, State, touched_slots
from napari_karyo.errors import EditError
from napari_karyo.iscn import short_form

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification

__all__ = ["SLOTS", "Change", "Edit", "Karyotype", "State"]

Order = dict[str, list[int]]

#: Fewer chromosomes than this are no cell that has a karyotype: a haploid set has 23.
FEWEST = 20


class Karyotype:
    """The chromosomes of one cell in their slots, with every edit undoable.

    Parameters
    ----------
    placements : sequence of str, length N
        The proposed slot of each chromosome: a class, or the tray.
    turned : iterable of int
        Chromosomes drawn rotated by 180 degrees relative to their upright picture.
    names : sequence of str, length N, optional
        What the chromosomes are called in messages, the file names as a rule;
        ``crop 1`` and so on where left out.
    who : str
        Who edits from now on: the operator's initials. May be set later.
    order : iterable of int, optional
        All chromosomes in the order in which they take their seats, left to right
        within each slot. By default the order of the cell.

    Raises
    ------
    EditError
        Where a placement is no slot, or `turned`, `names` or `order` do not fit.
    """

    changed = Signal(Change)
    """Emitted after every edit, undo and redo, when the state is the new one already."""

    def __init__(
        self,
        placements: Sequence[str],
        turned: Iterable[int] = (),
        *,
        names: Sequence[str] | None = None,
        who: str = "",
        order: Iterable[int] | None = None,
    ) -> None:
        count = len(placements)
        if names is None:
            names = [f"crop {number + 1}" for number in range(count)]
        if len(names) != count:
            raise EditError(f"{len(names)} names were given for {count} chromosomes.")
        seating = list(range(count)) if order is None else [as_index(one) for one in order]
        if sorted(seating) != list(range(count)):
            raise EditError(f"The order must name each of the {count} chromosomes once.")
        slots: Order = {slot: [] for slot in SLOTS}
        for one in seating:
            _check_slot(placements[one])
            slots[placements[one]].append(one)
        self.names = tuple(names)
        self.who = who
        self.proposed = State(
            {slot: tuple(seats) for slot, seats in slots.items()},
            frozenset(as_index(one) for one in turned),
        )
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
        """Propose the karyotype of a classified cell.

        Parameters
        ----------
        classification : Classification
        assigned : sequence of str, length N, optional
            The slot of each chromosome; the whole-cell assignment where left out.
        who : str

        Returns
        -------
        Karyotype
            p arms up. Within a slot the likelier chromosome stands on the left, so
            that an abnormal homologue tends to the right, as on a printed page.
        """
        from napari_karyo.inference.assignment import assign
        from napari_karyo.inference.confidence import assigned_probability

        if assigned is None:
            assigned = assign(classification.probabilities)
        share = assigned_probability(classification.probabilities, assigned)
        return cls(
            assigned,
            [one for one, up in enumerate(classification.p_arm_up) if up < 0.5],
            names=[item.name for item in classification.cell],
            who=who,
            order=sorted(range(len(assigned)), key=lambda one: -share[one]),
        )

    # -- what is ----------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.names)

    @property
    def state(self) -> State:
        """The present state: a snapshot that no later edit changes."""
        return self._state

    def snapshot(self) -> Karyotype:
        """Return a karyotype as this one stands now, that later edits leave alone.

        For a thread that writes it while the person goes on.
        """
        still = Karyotype([], who=self.who)
        still.names, still.proposed, still._state = self.names, self.proposed, self._state
        still._done, still._undone = list(self._done), list(self._undone)
        return still

    def slot_of(self, chromosome: int) -> str:
        """Return the slot that a chromosome sits in."""
        return self._state.seats[self._known(chromosome)][0]

    def position_of(self, chromosome: int) -> int:
        """Return a chromosome's place within its slot, from 0 at the left."""
        return self._state.seats[self._known(chromosome)][1]

    def is_corrected(self, chromosome: int) -> bool:
        """Whether a chromosome's slot or way up now differs from the proposal."""
        return self._known(chromosome) in self._state.corrected

    def counts(self) -> dict[str, int]:
        """Return how many chromosomes sit in each of the 24 classes, the tray left out."""
        return {name: len(self._state.slots[name]) for name in CLASSES}

    @property
    def iscn(self) -> str:
        """The proposed karyotype in ISCN short form.

        What lies in the tray isn't counted, except the markers. A handful of
        chromosomes has no karyotype: losses by the dozen would say nothing.
        """
        counts, markers = self.counts(), len(self._state.markers)
        counted = sum(counts.values()) + markers
        if 0 < counted < FEWEST:
            return f"{counted} (too few for a karyotype)"
        return short_form(counts, markers)

    @property
    def history(self) -> tuple[Edit, ...]:
        """The edits that led to the present state, oldest first; undone ones left out."""
        return tuple(self._done)

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is an edit to do again."""
        return bool(self._undone)

    # -- edits ------------------------------------------------------------------

    def move(
        self, chromosomes: Iterable[int], slot: str, position: int | None = None
    ) -> Edit | None:
        """Move chromosomes into a slot.

        Parameters
        ----------
        chromosomes : iterable of int
            In the order in which they shall stand, left to right.
        slot : str
            A class, or the tray.
        position : int, optional
            How many of the others in the slot shall stand to their left. Without it
            they are put at the right end, and those that sit in the slot already stay
            where they are.

        Returns
        -------
        Edit or None
            None where nothing changed.

        Raises
        ------
        EditError
            Where slot, chromosome or position do not exist.
        """
        _check_slot(slot)
        moved = self._all_known(chromosomes)
        if position is None:
            moved = tuple(one for one in moved if self.slot_of(one) != slot)
        kind = "tray" if slot == TRAY else "move"
        came_from = tuple(self.slot_of(one) for one in moved)

        def rearrange(slots: Order) -> None:
            for one, before in zip(moved, came_from, strict=True):
                slots[before].remove(one)
            seats = slots[slot]
            place = len(seats) if position is None else as_index(position)
            if not 0 <= place <= len(seats):
                raise EditError(
                    f"There is no place {place} in {_words(slot)}.",
                    f"It has the places 0 to {len(seats)}.",
                )
            seats[place:place] = moved

        origins = list(dict.fromkeys(came_from))
        if origins == [slot]:
            text = f"{self._call(moved)} put elsewhere in {_words(slot)}"
        else:
            origin = " and ".join(map(_words, origins))
            text = f"{self._call(moved)} moved from {origin} to {_words(slot)}"
        return self._rearrange(kind, moved, text, rearrange)

    def to_tray(self, chromosomes: Iterable[int]) -> Edit | None:
        """Send chromosomes to the tray: markers, dirt and what nobody can name."""
        return self.move(chromosomes, TRAY)

    def mark_marker(self, chromosomes: Iterable[int], marker: bool = True) -> Edit | None:
        """Call chromosomes markers, which count though nobody can name their class.

        They go to the tray where they do not lie there yet. A marker that is moved to
        a class afterwards is none any more.

        Parameters
        ----------
        chromosomes : iterable of int
        marker : bool
            False takes the mark back; they stay in the tray.
        """
        members = self._all_known(chromosomes)
        state = self._state
        slots: Order = {slot: list(seats) for slot, seats in state.slots.items()}
        if marker:
            for one in members:
                slot = state.seats[one][0]
                if slot != TRAY:
                    slots[slot].remove(one)
                    slots[TRAY].append(one)
        after = {slot: tuple(seats) for slot, seats in slots.items()}
        stayed = frozenset(one for one in state.reviewed if one in after[state.seats[one][0]])
        named = frozenset(members)
        return self._edit(
            "marker",
            members,
            f"{self._call(members)} {'called' if marker else 'no longer called'} a marker",
            after,
            state.turned,
            stayed,
            state.markers | named if marker else state.markers - named,
        )

    def last_edit_of(self, chromosome: int) -> Edit | None:
        """Return the last edit, not undone, that was about a chromosome."""
        number = self._known(chromosome)
        return next((edit for edit in reversed(self._done) if number in edit.chromosomes), None)

    def swap(self, first: int, second: int) -> Edit | None:
        """Let two chromosomes change places, in one slot or across two."""
        pair = self._known(first), self._known(second)
        (slot_a, place_a), (slot_b, place_b) = (self._state.seats[one] for one in pair)

        def rearrange(slots: Order) -> None:
            slots[slot_a][place_a], slots[slot_b][place_b] = pair[1], pair[0]

        return self._rearrange("swap", pair, f"{self._call(pair)} swapped", rearrange)

    def swap_with_neighbour(self, chromosome: int, step: int = 1) -> Edit | None:
        """Swap a chromosome with a neighbour in its slot.

        Parameters
        ----------
        chromosome : int
        step : int
            +1 for the one on its right, -1 for the one on its left.

        Raises
        ------
        EditError
            Where nobody stands there.
        """
        slot, place = self._state.seats[self._known(chromosome)]
        seats = self._state.slots[slot]
        if not 0 <= place + step < len(seats):
            raise EditError(
                f"{self.names[chromosome]} has no neighbour to the "
                f"{'right' if step > 0 else 'left'} in {_words(slot)}."
            )
        return self.swap(chromosome, seats[place + step])

    def turn(self, chromosomes: Iterable[int]) -> Edit | None:
        """Turn chromosomes top to bottom; turned twice they stand as before."""
        turned = self._all_known(chromosomes)
        return self._edit(
            "turn",
            turned,
            f"{self._call(turned)} turned top to bottom",
            self._state.slots,
            self._state.turned ^ frozenset(turned),
            self._state.reviewed,
            self._state.markers,
        )

    def review(self, chromosomes: Iterable[int], reviewed: bool = True) -> Edit | None:
        """Mark chromosomes as accepted where they sit, or take the mark back.

        A chromosome that is moved to another slot afterwards loses its mark: what
        was accepted was the place it had.
        """
        members = frozenset(self._all_known(chromosomes))
        marks = self._state.reviewed | members if reviewed else self._state.reviewed - members
        fresh = tuple(sorted(marks ^ self._state.reviewed))
        text = f"{self._call(fresh)} {'accepted' if reviewed else 'no longer accepted'}"
        state = self._state
        return self._edit("review", fresh, text, state.slots, state.turned, marks, state.markers)

    def undo(self) -> Edit | None:
        """Take the last edit back; return it, or None where there is none."""
        return self._travel(self._done, self._undone, "undo")

    def redo(self) -> Edit | None:
        """Do the edit again that was undone last; return it, or None where there is none."""
        return self._travel(self._undone, self._done, "redo")

    # -- how it is done ---------------------------------------------------------

    def _rearrange(
        self,
        kind: str,
        chromosomes: tuple[int, ...],
        text: str,
        how: Callable[[Order], None],
    ) -> Edit | None:
        before = self._state
        slots: Order = {slot: list(seats) for slot, seats in before.slots.items()}
        how(slots)
        after = {slot: tuple(seats) for slot, seats in slots.items()}
        stayed = frozenset(one for one in before.reviewed if one in after[before.seats[one][0]])
        markers = before.markers.intersection(after[TRAY])
        return self._edit(kind, chromosomes, text, after, before.turned, stayed, markers)

    def _edit(
        self,
        kind: str,
        chromosomes: tuple[int, ...],
        text: str,
        slots: Mapping[str, tuple[int, ...]],
        turned: frozenset[int],
        reviewed: frozenset[int],
        markers: frozenset[int],
    ) -> Edit | None:
        before = self._state
        placed = State(slots, turned, before.corrected, reviewed, markers)
        if placed == before:
            return None
        after = replace(placed, corrected=placed.differs_from(self.proposed))
        edit = Edit(kind, chromosomes, text, before, after, datetime.now(UTC), self.who)
        self._done.append(edit)
        self._undone.clear()
        self._enter(edit, "do", before, after)
        return edit

    def _travel(
        self, source: list[Edit], target: list[Edit], direction: Literal["undo", "redo"]
    ) -> Edit | None:
        if not source:
            return None
        edit = source.pop()
        target.append(edit)
        ends = (edit.before, edit.after) if direction == "redo" else (edit.after, edit.before)
        self._enter(edit, direction, *ends)
        return edit

    def _enter(
        self,
        edit: Edit,
        direction: Literal["do", "undo", "redo"],
        before: State,
        after: State,
    ) -> None:
        self._state = after
        self.changed.emit(Change(edit, direction, touched_slots(before, after)))

    def _known(self, chromosome: int) -> int:
        number = as_index(chromosome)
        if not 0 <= number < len(self):
            raise EditError(
                f"There is no chromosome of number {number} in this cell.",
                f"It has {len(self)}, counted from 0.",
            )
        return number

    def _all_known(self, chromosomes: Iterable[int]) -> tuple[int, ...]:
        """Check the numbers and drop repeats, keeping the order."""
        return tuple(dict.fromkeys(self._known(one) for one in chromosomes))

    def _call(self, chromosomes: Sequence[int]) -> str:
        if len(chromosomes) > 3:
            return f"{len(chromosomes)} chromosomes"
        return " and ".join(self.names[one] for one in chromosomes)


def _check_slot(slot: str) -> None:
    if slot not in SLOTS:
        raise EditError(f"There is no slot {slot!r}.", f"The slots are 1 to 22, X, Y and {TRAY!r}.")


def _words(slot: str) -> str:
    return "the tray" if slot == TRAY else slot
