"""What a classified and corrected cell says in the header and footer of its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASS_INDEX
from napari_karyo.classified.lights import lights_of
from napari_karyo.inference.confidence import Light
from napari_karyo.inference.result import Classification
from napari_karyo.iscn import disagreements, is_readable
from napari_karyo.karyotype import Karyotype, Role, State
from napari_karyo.lettering import clean
from napari_karyo.worksheet import CaseWorksheet

#: Nothing is written down.
EMPTY: Final = CaseWorksheet()


@dataclass(frozen=True)
class Heading:
    """What the header and footer say, beside what the layout counts itself.

    Attributes
    ----------
    title : str
        Above all, for example the patient's number.
    cell : str
        The cell's name.
    stain : Polarity or None
    iscn : str
        The karyotype: proposed, or written by a person.
    simulated : bool
        Whether the program made the cell itself.
    doubtful : tuple of str or None
        The slots of the doubtful chromosomes that nobody has reviewed; None where it is not
        known.
    corrected_by : tuple of str
        Initials of those who corrected.
    redrawn : tuple of str
        The slots of the chromosomes that are drawn rotated, straightened, with another
        contrast, or made of pieces: otherwise than they were photographed.
    iscn_by_hand : bool
        Whether a person wrote the karyotype.
    reviewed_by, confirmed_by : str
        Initials and date of those who signed the whole cell; empty where nobody has.
    disagrees : bool
        Whether the written karyotype and the karyogram contradict one another, or the
        text can't be read, so that nothing was compared.
    not_proposed : str
        Why there is no karyotype, in a few words.
    unknown : str
        Why the cell is unlike everything that the network knows, in a sentence.
    recognized : bool
        Whether the bands are those of a stain that the network knows.
    total : int
        The chromosomes that there are.
    written : tuple of str
        What the laboratory wrote down of the case, and where the cell is found again.
    banding : str
        The method, as the laboratory wrote it down.
    """

    title: str = "Karyogram"
    cell: str = ""
    stain: Polarity | None = None
    iscn: str = ""
    simulated: bool = False
    doubtful: tuple[str, ...] | None = None
    corrected_by: tuple[str, ...] = ()
    iscn_by_hand: bool = False
    reviewed_by: str = ""
    confirmed_by: str = ""
    disagrees: bool = False
    redrawn: tuple[str, ...] = ()
    not_proposed: str = ""
    unknown: str = ""
    recognized: bool = True
    total: int = 0
    written: tuple[str, ...] = ()
    banding: str = ""

    @property
    def open(self) -> str:
        """What is still open, in words."""
        words = []
        if self.doubtful:
            number = len(self.doubtful)
            # Who signs a cell answers for it, but hasn't looked at each chromosome by that.
            words.append(
                f"{number} DOUBTFUL, NOT LOOKED AT"
                if self.reviewed_by
                else f"NOT YET REVIEWED: {number} doubtful"
            )
        if self.disagrees:
            readable = is_readable(self.iscn)
            words.append(
                "TEXT AND KARYOGRAM DISAGREE" if readable else "TEXT NOT READABLE, NOT COMPARED"
            )
        return "   |   ".join(words)

    @property
    def signed(self) -> str:
        """Who reviewed and confirmed the cell, in words."""
        if not self.reviewed_by:
            return "not reviewed"
        confirmed = f", confirmed by {self.confirmed_by}" if self.confirmed_by else ""
        return f"reviewed by {self.reviewed_by}{confirmed}"


def heading_of(
    classification: Classification,
    karyotype: Karyotype,
    title: str = "Karyogram",
    worksheet: CaseWorksheet = EMPTY,
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
    worksheet : CaseWorksheet
        What is written down of its case.
    """
    state = karyotype.state
    shown = lights_of(classification, karyotype)
    withheld = bool(classification.withheld)
    return Heading(
        title=title,
        cell=classification.cell.name,
        stain=classification.cell.polarity,
        banding=worksheet.banding,
        iscn=karyotype.iscn,
        not_proposed=karyotype.not_proposed,
        # Once a person has said of each what it is, the page is the person's.
        unknown=classification.unknown if karyotype.not_proposed else "",
        recognized=not classification.unknown,
        total=len(state.positions),
        written=(*worksheet.words, *state.worksheet.words),
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
