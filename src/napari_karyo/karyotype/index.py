"""What the edits that were done say of each chromosome, kept as edits come and go.

After each edit the page asks who corrected, what is settled and what was accepted; it
must not take longer with every edit that was ever made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from napari_karyo.karyotype.edit import REPLACING, Edit

#: Edits by which a person says where a chromosome belongs.
PLACING: Final = frozenset({"move", "tray", "marker", "swap"})
#: Edits by which a chromosome comes to differ from the proposal.
CORRECTING: Final = PLACING.union({"turn", "derivative"}, REPLACING)


class EditIndex:
    """By chromosome, the numbers of the edits done that were about it.

    The history is a stack, and so is each list here: an edit comes at their ends and is
    taken from there.
    """

    def __init__(self) -> None:
        self._count = 0
        self._about: dict[int, list[int]] = {}
        self._placed: dict[int, int] = {}
        #: How many were accepted together, or no longer, at a time.
        self._accepted: dict[int, list[int]] = {}
        #: By chromosome and initials.
        self._correctors: dict[int, dict[str, list[int]]] = {}

    def push(self, edit: Edit) -> None:
        """Take in an edit that was done."""
        number, self._count = self._count, self._count + 1
        for one in dict.fromkeys(edit.chromosomes):
            self._about.setdefault(one, []).append(number)
            if edit.kind in PLACING:
                self._placed[one] = self._placed.get(one, 0) + 1
            if edit.kind == "review":
                self._accepted.setdefault(one, []).append(len(edit.chromosomes))
            if edit.who and edit.kind in CORRECTING:
                self._correctors.setdefault(one, {}).setdefault(edit.who, []).append(number)

    def pop(self, edit: Edit) -> None:
        """Let go of the last edit, which was undone."""
        self._count -= 1
        for one in dict.fromkeys(edit.chromosomes):
            self._about[one].pop()
            if edit.kind in PLACING:
                self._placed[one] -= 1
            if edit.kind == "review":
                self._accepted[one].pop()
            if edit.who and edit.kind in CORRECTING:
                by = self._correctors[one]
                by[edit.who].pop()
                if not by[edit.who]:
                    del by[edit.who]

    def last_about(self, chromosome: int) -> int | None:
        """Return the number of the last edit about a chromosome, from 0."""
        stack = self._about.get(chromosome)
        return stack[-1] if stack else None

    def was_placed(self, chromosome: int) -> bool:
        """Whether an edit put it somewhere."""
        return self._placed.get(chromosome, 0) > 0

    def accepted_with(self, chromosome: int) -> int:
        """Return how many the last acceptance of a chromosome was about; 1 where there is none."""
        stack = self._accepted.get(chromosome)
        return stack[-1] if stack else 1

    def correctors(self, chromosomes: Iterable[int]) -> tuple[str, ...]:
        """Return the initials of those who corrected any of some chromosomes, the first first."""
        first: dict[str, int] = {}
        for one in chromosomes:
            for who, numbers in self._correctors.get(one, {}).items():
                first[who] = min(first.get(who, numbers[0]), numbers[0])
        return tuple(sorted(first, key=lambda who: first[who]))
