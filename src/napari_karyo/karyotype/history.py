"""The history of a karyotype: how an edit enters, is taken back and done again.

An edit is in the journal before it is in the state, and in the state before anybody is
told of it: what the screen shows is kept already. A journal that refuses, because its
disk is full or its file is read-only, leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from operator import index as as_index
from typing import TYPE_CHECKING, Any, Protocol

from psygnal import Signal

from napari_karyo.errors import EditError
from napari_karyo.karyotype.edit import Change, Direction, Edit, touched_slots
from napari_karyo.karyotype.index import EditIndex
from napari_karyo.karyotype.state import State

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification

#: A change of anything but these is a change of what was signed.
_UNSIGNED = frozenset({"signatures", "marks", "corrected"})


class Journal(Protocol):
    """Where edits are kept; a case file has one for each of its cells."""

    def keep(self, edit: Edit, direction: Direction, who: str, time: datetime) -> None:
        """Keep an edit, or that it was undone or done again, for good.

        Raises
        ------
        KaryoError
            Where that is not possible; the edit does not happen then.
        """
        ...

    def keep_pieces(
        self, classification: Classification, first: int, made_of: tuple[int, ...]
    ) -> None:
        """Keep chromosomes that were made by hand, before the edit that uses them.

        Parameters
        ----------
        classification : Classification
            Of the cell, with the pieces at its end.
        first : int
            The number of the first piece.
        made_of : tuple of int
            The chromosomes that they were made of.

        Raises
        ------
        KaryoError
            Where that is not possible; they are not made then.
        """
        ...


class History:
    """Edits done and undone, and the state they lead to.

    Parameters
    ----------
    names : sequence of str
        What the chromosomes are called in messages.
    proposed : State
        What the program proposed.
    who : str
        Who edits from now on.
    """

    changed = Signal(Change)
    """Emitted after every edit, undo and redo, when the state is the new one already."""

    def __init__(self, names: Sequence[str], proposed: State, who: str = "") -> None:
        self.names = tuple(names)
        self.who = who
        self.proposed = proposed
        self.journal: Journal | None = None
        self._state = proposed
        self._done: list[Edit] = []
        self._undone: list[Edit] = []
        self._index = EditIndex()

    def __len__(self) -> int:
        """Return how many chromosomes there are or were, those that an edit took away too."""
        return len(self.names)

    @property
    def state(self) -> State:
        """The present state: a snapshot that no later edit changes."""
        return self._state

    @property
    def history(self) -> tuple[Edit, ...]:
        """The edits that led to the present state, oldest first; undone ones left out."""
        return tuple(self._done)

    @property
    def undone(self) -> tuple[Edit, ...]:
        """The edits that can be done again, the next one first."""
        return tuple(reversed(self._undone))

    @property
    def done_count(self) -> int:
        """How many edits led to the present state."""
        return len(self._done)

    @property
    def edit_count(self) -> int:
        """How many edits there are, those that can be done again too."""
        return len(self._done) + len(self._undone)

    def edit_at(self, place: int) -> Edit:
        """Return an edit by its place, from 0: the oldest first, those undone at the end."""
        done = len(self._done)
        return self._done[place] if place < done else self._undone[done - place - 1]

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is an edit to do again."""
        return bool(self._undone)

    def last_edit_of(self, chromosome: int) -> Edit | None:
        """Return the last edit, not undone, that was about a chromosome."""
        place = self._index.last_about(self._known(chromosome))
        return None if place is None else self._done[place]

    # -- travelling -------------------------------------------------------------

    def undo(self) -> Edit | None:
        """Take the last edit back; return it, or None where there is none."""
        return self._travel(self._done, self._undone, "undo")

    def redo(self) -> Edit | None:
        """Do the edit again that was undone last; return it, or None where there is none."""
        return self._travel(self._undone, self._done, "redo")

    def go_to(self, edits: int) -> None:
        """Take edits back, or do them again, until so many are done.

        Parameters
        ----------
        edits : int
            0 for the proposal as it came.

        Raises
        ------
        EditError
            Where there never were so many.
        """
        number = as_index(edits)
        if not 0 <= number <= len(self._done) + len(self._undone):
            raise EditError(f"There is no edit number {number} in this history.")
        while len(self._done) > number:
            self.undo()
        while len(self._done) < number:
            self.redo()

    def replay(self, events: Iterable[tuple[Direction, Edit]]) -> None:
        """Repeat what a journal kept, telling nobody.

        Raises
        ------
        EditError
            Where the events don't follow from one another.
        """
        for direction, edit in events:
            source = {"do": None, "undo": self._done, "redo": self._undone}[direction]
            before, after = _ends(edit, direction)
            if (source is not None and (not source or source[-1] != edit)) or (
                before != self._state
            ):
                raise EditError("The history of this cell has a gap: an edit does not follow.")
            if source is not None:
                # What was read once is kept once.
                edit = source.pop()
                before, after = _ends(edit, direction)
            else:
                self._undone.clear()
                values = {item.name: getattr(after, item.name) for item in fields(State)}
                after = replace(after, **_shared(self._state, values))
                edit = replace(edit, before=self._state, after=after)
            if direction == "undo":
                self._undone.append(edit)
                self._index.pop(edit)
            else:
                self._done.append(edit)
                self._index.push(edit)
            self._state.forget()
            self._state = after

    # -- how it is done ---------------------------------------------------------

    def _edit(
        self, kind: str, chromosomes: Sequence[int], text: str, **changes: Any
    ) -> Edit | None:
        """Make an edit of some fields of the state; None where nothing changes by it."""
        before = self._state
        wanted = replace(before, **_shared(before, changes))
        if wanted == before:
            return None
        if any(
            getattr(wanted, item.name) != getattr(before, item.name)
            for item in fields(State)
            if item.name not in _UNSIGNED
        ):
            # Nobody has signed what it is now.
            wanted = replace(wanted, signatures=())
        corrected = wanted.differs_from(self.proposed)
        after = replace(wanted, **_shared(before, {"corrected": corrected}))
        edit = Edit(kind, tuple(chromosomes), text, before, after, datetime.now(UTC), self.who)
        if self.journal is not None:
            self.journal.keep(edit, "do", self.who, edit.time)
        self._done.append(edit)
        self._index.push(edit)
        self._undone.clear()
        self._enter(edit, "do")
        return edit

    def _travel(self, source: list[Edit], target: list[Edit], direction: Direction) -> Edit | None:
        if not source:
            return None
        edit = source[-1]
        if self.journal is not None:
            self.journal.keep(edit, direction, self.who, datetime.now(UTC))
        target.append(source.pop())
        if direction == "undo":
            self._index.pop(edit)
        else:
            self._index.push(edit)
        self._enter(edit, direction)
        return edit

    def _enter(self, edit: Edit, direction: Direction) -> None:
        before, self._state = _ends(edit, direction)
        try:
            self.changed.emit(Change(edit, direction, touched_slots(before, self._state)))
        finally:
            before.forget()

    def _known(self, chromosome: int) -> int:
        number = as_index(chromosome)
        if not 0 <= number < len(self):
            raise EditError(
                f"There is no chromosome of number {number} in this cell.",
                f"It has {len(self)}, counted from 0.",
            )
        return number

    def _here(self, chromosome: int) -> int:
        """Return the number of a chromosome that sits somewhere."""
        number = self._known(chromosome)
        if number not in self._state.positions:
            raise EditError(
                f"{self.names[number]} is no longer there: it was merged, split or removed.",
                "Undo that to have it back.",
            )
        return number

    def _all_here(self, chromosomes: Iterable[int]) -> tuple[int, ...]:
        """Check the numbers and drop repeats, keeping the order."""
        return tuple(dict.fromkeys(self._here(one) for one in chromosomes))

    def _call(self, chromosomes: Sequence[int]) -> str:
        if len(chromosomes) > 3:
            return f"{len(chromosomes)} chromosomes"
        return " and ".join(self.names[one] for one in chromosomes)


def _ends(edit: Edit, direction: Direction) -> tuple[State, State]:
    return (edit.after, edit.before) if direction == "undo" else (edit.before, edit.after)


def _shared(before: State, changes: dict[str, Any]) -> dict[str, Any]:
    """Return new values of some fields, made of the old ones where these are equal.

    A long history holds thousands of states that differ in little.
    """
    shared: dict[str, Any] = {}
    for name, value in changes.items():
        old = getattr(before, name)
        if old == value:
            value = old
        elif name == "slots":
            value = {
                slot: old[slot] if slot in old and old[slot] == members else members
                for slot, members in value.items()
            }
        shared[name] = value
    return shared
