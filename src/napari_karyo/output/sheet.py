"""A cell that is to be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from napari_karyo.inference.confidence import Light
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.heading import Heading
from napari_karyo.karyogram.page import Page
from napari_karyo.karyogram.style import Style
from napari_karyo.karyogram.summary import heading_of
from napari_karyo.karyotype import lights_of
from napari_karyo.lettering import clean
from napari_karyo.lettering.clean import plain

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
    patient : str
        The patient's name, printed behind the title; empty leaves it out.
    """

    karyotype: Karyotype
    classification: Classification
    title: str = "Karyogram"
    patient: str = ""

    @property
    def name(self) -> str:
        """The cell's name."""
        return self.classification.cell.name or "without a name"

    @property
    def full_title(self) -> str:
        """Title and patient."""
        return f"{self.title}: {self.patient}" if self.patient else self.title

    @property
    def heading(self) -> Heading:
        """What the page says above and below the chromosomes."""
        # Each on its own: a name that runs from right to left must not turn the rest round.
        title = clean(self.title) + (f": {clean(self.patient)}" if self.patient else "")
        return heading_of(self.classification, self.karyotype, title)

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
        karyotype = self.karyotype
        words = karyotype.iscn_words
        if karyotype.iscn:
            by_hand = karyotype.iscn_by_hand
            label = "Karyotype, written by hand:" if by_hand else "Proposed karyotype"
            words = f"{label} {karyotype.iscn}"
        else:
            words = f"{words[0].upper()}{words[1:]}"
        return plain(
            f"{heading.title}. Cell {heading.cell}{simulated}. {words}. Proposal, for research use."
        )
