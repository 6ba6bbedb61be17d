"""The karyotype of one cell: the only truth about who sits in which slot.

Every edit, from the mouse, a key, the console or a test, is one method of
`Karyotype`. It makes a new immutable `State`, enters the history and emits
`Karyotype.changed`; views redraw from the state and hold no truth of their own.
An edit that changes nothing enters no history and emits nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from operator import index as as_index
from typing import Final

from napari_karyo.classes import CLASSES, TRAY
from napari_karyo.errors import EditError
from napari_karyo.iscn import ChromosomeContent, content_form, implausible
from napari_karyo.karyotype.appearance import AppearanceEdits
from napari_karyo.karyotype.pieces import PieceEdits
from napari_karyo.karyotype.placement import check_slot
from napari_karyo.karyotype.signing import SignatureEdits
from napari_karyo.karyotype.state import SLOTS, State

#: Why no karyotype of an unknown cell is proposed.
NOT_KNOWN: Final = "not known material"
#: The same of a cell whose crops another program resized.
LENGTHS_LOST: Final = "the relative lengths of its chromosomes are lost"
#: So many objects of a photograph in the tray may be dirt.
FEW_IN_TRAY: Final = 2


class Karyotype(PieceEdits, AppearanceEdits, SignatureEdits):
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
        All chromosomes in the order in which they are placed, left to right
        within each slot. By default the order of the cell.
    unknown : str
        Why nothing is known of the cell, in a sentence: no karyotype is proposed then,
        until a person has said of each chromosome what it is. Empty for other cells.
    in_spread : bool
        Whether its chromosomes were found in the photograph of its spread.
    lengths_lost : bool
        Whether its crops were resized to one size, so that their relative length is lost.

    Raises
    ------
    EditError
        Where a placement is no slot, or `turned`, `names` or `order` do not fit.
    """

    def __init__(
        self,
        placements: Sequence[str],
        turned: Iterable[int] = (),
        *,
        names: Sequence[str] | None = None,
        who: str = "",
        order: Iterable[int] | None = None,
        unknown: str = "",
        in_spread: bool = False,
        lengths_lost: bool = False,
    ) -> None:
        count = len(placements)
        if names is None:
            names = [f"crop {number + 1}" for number in range(count)]
        if len(names) != count:
            raise EditError(f"{len(names)} names were given for {count} chromosomes.")
        placing = list(range(count)) if order is None else [as_index(one) for one in order]
        if sorted(placing) != list(range(count)):
            raise EditError(f"The order must name each of the {count} chromosomes once.")
        slots: dict[str, list[int]] = {slot: [] for slot in SLOTS}
        for one in placing:
            check_slot(placements[one])
            slots[placements[one]].append(one)
        proposed = State(
            {slot: tuple(members) for slot, members in slots.items()},
            frozenset(as_index(one) for one in turned),
        )
        super().__init__(names, proposed, who)
        self.unknown = unknown
        self.in_spread = in_spread
        self.lengths_lost = lengths_lost

    @classmethod
    def from_state(
        cls,
        names: Sequence[str],
        proposed: State,
        who: str = "",
        *,
        unknown: str = "",
        in_spread: bool = False,
        lengths_lost: bool = False,
    ) -> Karyotype:
        """Return the karyotype of a proposal that was made before, with no edit yet.

        Parameters
        ----------
        names : sequence of str
            Of all chromosomes that there ever were, merged and split ones too.
        proposed : State
        who : str
        unknown : str
            Why nothing is known of the cell.
        in_spread : bool
            Whether its chromosomes were found in the photograph of its spread.
        lengths_lost : bool
            Whether their relative length is lost.
        """
        karyotype = cls(
            [], who=who, unknown=unknown, in_spread=in_spread, lengths_lost=lengths_lost
        )
        karyotype.names = tuple(names)
        karyotype.proposed = karyotype._state = proposed
        return karyotype

    def snapshot(self) -> Karyotype:
        """Return a karyotype as this one stands now, that later edits leave alone.

        For a thread that writes it while the person goes on.
        """
        still = Karyotype.from_state(
            self.names,
            self.proposed,
            self.who,
            unknown=self.unknown,
            in_spread=self.in_spread,
            lengths_lost=self.lengths_lost,
        )
        still._state = self._state
        still._done, still._undone = list(self._done), list(self._undone)
        still._index = deepcopy(self._index)
        return still

    @property
    def corrected_by(self) -> tuple[str, ...]:
        """The initials of those who made the corrections that stand, in order."""
        return self._index.correctors(self._state.corrected)

    @property
    def accepted_together(self) -> frozenset[int]:
        """The accepted chromosomes that were accepted with others in one go."""
        accepted_with = self._index.accepted_with
        return frozenset(one for one in self._state.reviewed if accepted_with(one) > 1)

    def counts(self) -> dict[str, int]:
        """Return how many chromosomes sit in each of the 24 classes, the tray left out."""
        return {name: len(self._state.slots[name]) for name in CLASSES}

    @property
    def iscn(self) -> str:
        """The karyotype as a person wrote it, or else the proposal."""
        return self.proposal if self._state.iscn is None else self._state.iscn

    @property
    def iscn_by_hand(self) -> bool:
        """Whether a person wrote the karyotype."""
        return self._state.iscn is not None

    @property
    def content(self) -> ChromosomeContent:
        """What is counted: the classes, the markers, and which are derivatives."""
        return self._state.content

    @property
    def proposal(self) -> str:
        """The proposed karyotype in ISCN short form; empty where `not_proposed` says why.

        What lies in the tray isn't counted; the markers are. A handful of
        chromosomes has no karyotype: losses by the dozen would say nothing.
        """
        return "" if self.not_proposed else content_form(self.content)

    @property
    def not_proposed(self) -> str:
        """Why no karyotype is proposed, in a few words; empty where one is.

        So it is of a cell of which nothing is known, or whose chromosomes' lengths are lost, where
        nobody can have what was counted, and where several objects of a photograph lie in the
        tray, as chromosomes do that were not told apart. Where a person has said of each
        chromosome in a slot or among the markers what it is, the count is the person's own, and
        its short form is given.
        """
        in_tray = len(self._state.slots[TRAY])
        if self.unknown:
            why = NOT_KNOWN
        elif self.in_spread and in_tray > FEW_IN_TRAY:
            why = f"{in_tray} objects of the spread are not told apart"
        elif self.lengths_lost:
            why = LENGTHS_LOST
        else:
            why = implausible(self.content)
        return "" if why and self._is_counted_by_hand() else why

    @property
    def iscn_words(self) -> str:
        """The karyotype, or else that none is proposed and why, in a few words."""
        return self.iscn or f"no karyotype proposed: {self.not_proposed}"

    def _is_counted_by_hand(self) -> bool:
        state = self._state
        counted = [one for one, (slot, _) in state.positions.items() if slot != TRAY]
        return bool(counted) and all(self.is_settled(one) for one in counted)
