"""What a classified and corrected cell says in the header and footer of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_karyo.classes import CLASS_INDEX
from napari_karyo.inference.confidence import Light
from napari_karyo.iscn import disagreements
from napari_karyo.karyogram.heading import Heading
from napari_karyo.karyotype import lights_of
from napari_karyo.lettering import clean

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification
    from napari_karyo.karyotype import Karyotype, State
    from napari_karyo.karyotype.state import Role


def heading_of(
    classification: Classification, karyotype: Karyotype, title: str = "Karyogram"
) -> Heading:
    """Return what the page of a classified cell says, as its karyotype stands now.

    A chromosome that a person accepted or put there no longer counts as doubtful; neither
    does a marker or one in the tray, where nobody claims a class for it, unless it is
    unlike everything that the network knows, nor one that was merged or split and is no
    longer there. In a cell in which nothing is called sure every other one counts.

    Parameters
    ----------
    classification : Classification
    karyotype : Karyotype
    title : str
    """
    state = karyotype.state
    shown = lights_of(classification, karyotype)
    withheld = bool(classification.withheld)
    return Heading(
        title=title,
        cell=classification.cell.name,
        stain=classification.cell.polarity,
        iscn=karyotype.iscn,
        not_proposed=karyotype.not_proposed,
        # Once a person has said of each what it is, the page is the person's.
        unknown=classification.unknown if karyotype.not_proposed else "",
        simulated=classification.cell.simulated,
        doubtful=tuple(
            slot
            for slot, members in state.slots.items()
            for index in members
            if not karyotype.is_settled(index)
            and (
                shown[index] is Light.UNKNOWN
                or (slot in CLASS_INDEX and (withheld or shown[index] is Light.DOUBTFUL))
            )
        ),
        corrected_by=karyotype.corrected_by,
        redrawn=tuple(
            slot
            for slot, members in state.slots.items()
            for one in members
            if one in state.appearances or one >= classification.photographed
        ),
        iscn_by_hand=state.iscn is not None,
        reviewed_by=_signed(state, "reviewed"),
        confirmed_by=_signed(state, "confirmed"),
        disagrees=state.iscn is not None and bool(disagreements(state.iscn, state.content)),
    )


def _signed(state: State, role: Role) -> str:
    """Return who signed a cell in a role, and on which day."""
    # The time is ISO 8601, in UTC: its first ten letters are the day.
    return ", ".join(f"{clean(sign.who)} {sign.time[:10]}".strip() for sign in state.signed(role))
