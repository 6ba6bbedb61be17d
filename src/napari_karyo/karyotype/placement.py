"""The edits that say who sits where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import index as as_index

from napari_karyo.classes import CLASSES, MARKERS, TRAY
from napari_karyo.errors import EditError
from napari_karyo.karyotype.edit import Edit
from napari_karyo.karyotype.history import History
from napari_karyo.karyotype.state import SLOTS, Appearance

Order = dict[str, list[int]]


class PlacementEdits(History):
    """A history whose edits move and swap chromosomes."""

    @property
    def present(self) -> tuple[int, ...]:
        """The chromosomes that sit in a slot, by number: all but those that an edit took away."""
        return tuple(sorted(self._state.positions))

    def slot_of(self, chromosome: int) -> str:
        """Return the slot that a chromosome sits in.

        Raises
        ------
        EditError
            Where there is no such chromosome, or it is no longer there.
        """
        return self._state.positions[self._here(chromosome)][0]

    def position_of(self, chromosome: int) -> int:
        """Return a chromosome's place within its slot, from 0 at the left."""
        return self._state.positions[self._here(chromosome)][1]

    def is_settled(self, chromosome: int) -> bool:
        """Whether a person has said where a chromosome belongs: accepted it, or put it there.

        Turning it settles nothing: that says which arm is up, not which class it is of. A
        piece made by hand stands where the network put it, until then.
        """
        number = self._known(chromosome)
        if number in self._state.reviewed:
            return True
        if number in self.proposed.positions:
            return number not in self.proposed.slots[self.slot_of(number)]
        return self._index.was_placed(number)

    def move(
        self, chromosomes: Iterable[int], slot: str, position: int | None = None
    ) -> Edit | None:
        """Move chromosomes into a slot.

        Parameters
        ----------
        chromosomes : iterable of int
            In the order in which they shall stand, left to right.
        slot : str
            A class, ``MARKERS`` or the tray.
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
        check_slot(slot)
        moved = self._all_here(chromosomes)
        if position is None:
            moved = tuple(one for one in moved if self.slot_of(one) != slot)
        came_from = tuple(self.slot_of(one) for one in moved)

        def rearrange(slots: Order) -> None:
            for one, before in zip(moved, came_from, strict=True):
                slots[before].remove(one)
            members = slots[slot]
            place = len(members) if position is None else as_index(position)
            if not 0 <= place <= len(members):
                raise EditError(
                    f"There is no place {place} in {slot_words(slot)}.",
                    f"It has the places 0 to {len(members)}.",
                )
            members[place:place] = moved

        origins = list(dict.fromkeys(came_from))
        if origins == [slot]:
            text = f"{self._call(moved)} put elsewhere in {slot_words(slot)}"
        else:
            origin = " and ".join(map(slot_words, origins))
            text = f"{self._call(moved)} moved from {origin} to {slot_words(slot)}"
        kind = {TRAY: "tray", MARKERS: "marker"}.get(slot, "move")
        return self._rearrange(kind, moved, text, rearrange)

    def to_tray(self, chromosomes: Iterable[int]) -> Edit | None:
        """Send chromosomes to the tray: dirt, and what nobody can name."""
        return self.move(chromosomes, TRAY)

    def to_markers(self, chromosomes: Iterable[int]) -> Edit | None:
        """Call chromosomes markers, which count though nobody can name their class."""
        return self.move(chromosomes, MARKERS)

    def swap(self, first: int, second: int) -> Edit | None:
        """Let two chromosomes change places, in one slot or across two."""
        pair = self._here(first), self._here(second)
        (slot_a, place_a), (slot_b, place_b) = (self._state.positions[one] for one in pair)

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
        slot, place = self._state.positions[self._here(chromosome)]
        members = self._state.slots[slot]
        if not 0 <= place + step < len(members):
            raise EditError(
                f"{self.names[chromosome]} has no neighbour to the "
                f"{'right' if step > 0 else 'left'} in {slot_words(slot)}."
            )
        return self.swap(chromosome, members[place + step])

    def mark_derivative(self, chromosome: int, derivative: bool = True) -> Edit | None:
        """Call a chromosome structurally abnormal, or take that back.

        It goes to the right end of its slot, where a page shows the abnormal homologue.

        Raises
        ------
        EditError
            Where it sits in no class.
        """
        number = self._here(chromosome)
        slot = self.slot_of(number)
        if slot not in CLASSES:
            raise EditError(
                f"{self.names[number]} is in no class: only a chromosome of a class can be a "
                "derivative.",
                "Place it in the class of its centromere first, or call it a marker.",
            )
        if not derivative:
            return self._edit(
                "derivative",
                [number],
                f"{self.names[number]} no longer called a derivative",
                derivatives=self._state.derivatives - {number},
            )
        if number in self._state.derivatives:
            return None

        def rearrange(slots: Order) -> None:
            slots[slot].remove(number)
            slots[slot].append(number)

        text = f"{self.names[number]} called a derivative of {slot}"
        return self._rearrange(
            "derivative", (number,), text, rearrange, derivatives=frozenset({number})
        )

    # -- how it is done -----------------------------------------------------------

    def _rearrange(
        self,
        kind: str,
        chromosomes: tuple[int, ...],
        text: str,
        how: Callable[[Order], None],
        *,
        derivatives: frozenset[int] = frozenset(),
        turned: frozenset[int] = frozenset(),
        reviewed: frozenset[int] = frozenset(),
        appearances: Mapping[int, Appearance] | None = None,
    ) -> Edit | None:
        """Make an edit of the placement; what was said of a place goes with the place.

        What is given beside is said of chromosomes that are new, or newly said.
        """
        before = self._state
        slots: Order = {slot: list(members) for slot, members in before.slots.items()}
        how(slots)
        after = {slot: tuple(members) for slot, members in slots.items()}
        there = {one for members in after.values() for one in members}
        in_class = {one for name in CLASSES for one in after[name]}
        return self._edit(
            kind,
            chromosomes,
            text,
            slots=after,
            reviewed=reviewed.union(
                one for one in before.reviewed if one in after[before.positions[one][0]]
            ),
            derivatives=(before.derivatives | derivatives) & in_class,
            turned=(before.turned & there) | turned,
            corrected=before.corrected & there,
            appearances={
                one: look
                for one, look in (*before.appearances.items(), *(appearances or {}).items())
                if one in there
            },
        )


def check_slot(slot: str) -> None:
    """Raise an `EditError` where there is no such slot."""
    if slot not in SLOTS:
        raise EditError(
            f"There is no slot {slot!r}.",
            f"The slots are 1 to 22, X, Y, {MARKERS!r} and {TRAY!r}.",
        )


def slot_words(slot: str) -> str:
    """Return a slot in words, for a sentence."""
    return {TRAY: "the tray", MARKERS: "the markers"}.get(slot, slot)
