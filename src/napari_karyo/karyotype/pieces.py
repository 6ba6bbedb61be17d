"""The edits that take chromosomes from the page and put others in their place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from napari_karyo.errors import EditError
from napari_karyo.karyotype.edit import Edit
from napari_karyo.karyotype.placement import Order, PlacementEdits, check_slot

#: What may be no chromosome of the cell, and how the history says it.
REMOVED: Final = {"nucleus": "it is a nucleus", "dirt": "it is dirt", "twice": "drawn twice"}


class PieceEdits(PlacementEdits):
    """A history in whose edits old chromosomes leave and new ones come."""

    def merge(
        self, chromosomes: Iterable[int], name: str, slot: str, turned: bool = False
    ) -> Edit | None:
        """Put one new chromosome in the place of several, whose pieces they were.

        Parameters
        ----------
        chromosomes : iterable of int
            Two or more; they leave the page.
        name : str
            What the new one is called. Its number is the next one.
        slot : str
            Where it stands, at the place of the first where that is its slot.
        turned : bool
            Whether it is drawn rotated by 180 degrees, p arm up.
        """
        old = self._all_here(chromosomes)
        if len(old) < 2:
            raise EditError("Only two or more chromosomes can be merged.")
        return self._replace("merge", old, [name], [slot], [turned], "merged into")

    def split(
        self,
        chromosome: int,
        names: Sequence[str],
        slots: Sequence[str],
        turned: Sequence[bool] = (),
    ) -> Edit | None:
        """Put several new chromosomes in the place of one that held them all.

        Parameters
        ----------
        chromosome : int
            It leaves the page.
        names, slots : sequence of str
            What the new ones are called, and where each stands. Their numbers are the
            next ones.
        turned : sequence of bool
            Which are drawn rotated by 180 degrees, p arm up; none where left out.
        """
        if len(names) < 2:
            raise EditError("A chromosome can only be split into two or more.")
        old = (self._here(chromosome),)
        return self._replace("split", old, names, slots, turned, "split into")

    def part(
        self,
        chromosome: int,
        names: Sequence[str],
        slots: Sequence[str],
        turned: Sequence[bool] = (),
    ) -> Edit | None:
        """Put the chromosomes that cross one another in the place of what held them all.

        Parameters
        ----------
        chromosome : int
            It leaves the page.
        names, slots : sequence of str
        turned : sequence of bool
            See `split`.
        """
        if len(names) < 2:
            raise EditError("A crossing can only be parted into two or more.")
        old = (self._here(chromosome),)
        return self._replace("part", old, names, slots, turned, "parted into")

    def draw(self, name: str, slot: str, turned: bool = False) -> Edit | None:
        """Put a chromosome on the page that nobody had found.

        Parameters
        ----------
        name : str
            Its number is the next one.
        slot : str
        turned : bool
            Whether it is drawn rotated by 180 degrees, p arm up.
        """
        return self._replace("draw", (), [name], [slot], [turned], "drawn")

    def repaint(self, chromosome: int, name: str, slot: str, turned: bool = False) -> Edit | None:
        """Put a chromosome with another outline in the place of one.

        In the same slot it is what it was: what a person said of the old one, and how it
        looks, is kept.

        Parameters
        ----------
        chromosome : int
            It leaves the page.
        name : str
            Of the new one, whose number is the next one.
        slot : str
        turned : bool
            Whether it is drawn rotated by 180 degrees, p arm up.
        """
        old = (self._here(chromosome),)
        return self._replace("repaint", old, [name], [slot], [turned], "outlined anew as")

    def remove(self, chromosomes: Iterable[int], what: str) -> Edit | None:
        """Take from the page what is no chromosome of this cell; it counts no more.

        Parameters
        ----------
        chromosomes : iterable of int
        what : {"nucleus", "dirt", "twice"}
            What it is; twice for one that was outlined two times.
        """
        if what not in REMOVED:
            raise EditError(
                f"A chromosome can't be removed as {str(what)[:40]!r}.",
                f"The reasons are {', '.join(REMOVED)}.",
            )
        old = self._all_here(chromosomes)
        return self._replace("remove", old, [], [], [], f"removed: {REMOVED[what]}")

    def _replace(
        self,
        kind: str,
        old: tuple[int, ...],
        names: Sequence[str],
        into: Sequence[str],
        turned: Sequence[bool],
        verb: str,
    ) -> Edit | None:
        """Let old chromosomes leave and new ones come: one edit.

        Parameters
        ----------
        kind : str
        old : tuple of int
        names, into, turned : sequence
            Of the new ones: name, slot, and whether it is drawn rotated by 180 degrees; none
            is where left out.
        verb : str
            What the history says between the old ones and the new ones.
        """
        for slot in into:
            check_slot(slot)
        state = self._state
        positions = state.positions
        new = tuple(range(len(self), len(self) + len(names)))

        def rearrange(slots: Order) -> None:
            for one, slot in zip(new, into, strict=True):
                here = [positions[before][1] for before in old if positions[before][0] == slot]
                slots[slot].insert(min(here, default=len(slots[slot])), one)
            for one in old:
                slots[positions[one][0]].remove(one)

        # What was said of the larger piece holds for the whole; what was painted at is the same.
        heirs = {
            one: [was for was in old if positions[was][0] == slot]
            for one, slot in zip(new, into, strict=True)
            if kind in ("merge", "repaint")
        }
        derived = frozenset(
            one for one, heard in heirs.items() if not state.derivatives.isdisjoint(heard)
        )
        same = heirs if kind == "repaint" else {}
        settled = frozenset(one for one, heard in same.items() if any(map(self.is_settled, heard)))
        looks = {one: state.appearance(was) for one, heard in same.items() for was in heard}
        before_names = self.names
        self.names = (*before_names, *names)
        text = " ".join(filter(None, (self._call(old), verb, self._call(new))))
        if not old:
            text = f"{self._call(new)} {verb}"
        ways = turned or [False] * len(names)
        try:
            return self._rearrange(
                kind,
                (*old, *new),
                text,
                rearrange,
                derivatives=derived,
                turned=frozenset(one for one, way in zip(new, ways, strict=True) if way),
                reviewed=settled,
                appearances=looks,
            )
        except Exception:
            if self._state is state:
                # Not kept, so it never was. A view that failed afterwards changes nothing.
                self.names = before_names
            raise
