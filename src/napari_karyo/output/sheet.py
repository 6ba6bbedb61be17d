"""A cell that is to be written, and what persons said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from napari_karyo.inference.confidence import Light, lights_of
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.heading import Heading
from napari_karyo.karyogram.lettering import plain_letters
from napari_karyo.karyogram.page import Page
from napari_karyo.karyogram.style import Style
from napari_karyo.karyogram.summary import heading_of
from napari_karyo.karyotype import CELL_MARKS

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification
    from napari_karyo.karyotype import Karyotype


@dataclass(frozen=True, eq=False)
class Sheet:
    """One cell on its way out: what is known of it and how it stands now.

    Attributes
    ----------
    karyotype : Karyotype
        In a thread, a snapshot of it.
    classification : Classification
    title : str
        Printed above the karyogram.
    """

    karyotype: Karyotype
    classification: Classification
    title: str = "Karyogram"

    @property
    def name(self) -> str:
        """The cell's name."""
        return self.classification.cell.name or "without a name"

    @property
    def heading(self) -> Heading:
        """What the page says above and below the chromosomes."""
        return heading_of(self.classification, self.karyotype, self.title)

    @property
    def present(self) -> tuple[int, ...]:
        """The chromosomes that sit in a slot, by number."""
        return tuple(sorted(self.karyotype.state.seats))

    def page(self, style: Style | None = None) -> tuple[Composer, Page]:
        """Return the cell's page and who draws it.

        Parameters
        ----------
        style : Style, optional
            Colours; those of the cell's stain where not given.
        """
        composer = Composer(self.classification, style=style)
        return composer, composer.layout.page(self.karyotype.state, self.heading)

    def lights(self) -> dict[int, Light]:
        """Return what the model says of each chromosome's slot, by number."""
        return lights_of(self.classification, self.karyotype)

    def description(self) -> str:
        """Return what a file says about its picture, for those who find it later."""
        heading = self.heading
        simulated = " (simulated)" if heading.simulated else ""
        return plain_letters(
            f"{heading.title}. Cell {heading.cell}{simulated}. "
            f"{said_of(self.karyotype).label} {self.karyotype.iscn}. "
            "Proposal, for research use."
        )


@dataclass(frozen=True)
class Said:
    """What persons put down about a whole cell.

    Attributes
    ----------
    by_hand : bool
        Whether a person wrote the karyotype.
    marks : tuple of str
        How far the work has come: of ``counted``, ``analysed``, ``karyotyped``, in this
        order.
    signatures : tuple of (str, str, str)
        Role (``reviewed`` or ``confirmed``), initials, time in ISO 8601.
    note : str
    """

    by_hand: bool
    marks: tuple[str, ...]
    signatures: tuple[tuple[str, str, str], ...]
    note: str

    @property
    def label(self) -> str:
        """What a karyotype is called beside it."""
        return "Karyotype, written by hand:" if self.by_hand else "Proposed karyotype"

    def who(self, role: str) -> str:
        """Return the initials of those who signed in a role."""
        return ", ".join(dict.fromkeys(who for said, who, _ in self.signatures if said == role))


def said_of(karyotype: Karyotype) -> Said:
    """Return what persons put down about a cell, from its karyotype's state."""
    state = karyotype.state
    return Said(
        by_hand=state.iscn is not None,
        marks=tuple(mark for mark in CELL_MARKS if mark in state.marks),
        signatures=tuple((sign.role, sign.who, sign.time) for sign in state.signatures),
        note=state.note,
    )
