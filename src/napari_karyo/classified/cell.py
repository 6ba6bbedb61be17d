"""One classified cell: its classification and its karyotype, and what follows from both."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Self

from napari_karyo.classified.heading import Heading, heading_of
from napari_karyo.classified.hidden import hiding
from napari_karyo.classified.lights import doubtful_order, is_way_up_doubtful, lights_of
from napari_karyo.classified.pieces import CellPieces
from napari_karyo.classified.proposal import propose
from napari_karyo.counted import count
from napari_karyo.inference.confidence import Light, slot_probability
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import Karyotype
from napari_karyo.worksheet import CaseWorksheet


@dataclass(eq=False, repr=False)
class ClassifiedCell(CellPieces):
    """A cell as the network read it and as it stands now.

    Attributes
    ----------
    classification : Classification
        What the network said; what was made by hand is at its end.
    karyotype : Karyotype
        Who sits where, and every edit: the only truth.
    label : str
        Tells it from another karyogram of the same cell; empty where there is none.
    worksheet : CaseWorksheet
        What the laboratory wrote down of its case; what of the cell is in its karyotype.
    """

    classification: Classification
    karyotype: Karyotype
    label: str = ""
    worksheet: CaseWorksheet = field(default_factory=CaseWorksheet)

    @classmethod
    def from_classification(cls, classification: Classification, *, who: str = "") -> Self:
        """Return a cell with the karyotype that is proposed of it.

        Parameters
        ----------
        classification : Classification
        who : str
            Initials of the person who will correct it.
        """
        return cls(classification, propose(classification, who=who))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}, {count(len(self), 'chromosome')}>"

    def __len__(self) -> int:
        """Return how many chromosomes there are or were."""
        return len(self.classification.cell)

    @property
    def name(self) -> str:
        """The cell's name, with its label."""
        return self.classification.cell.name + (f" {self.label}" if self.label else "")

    @property
    def identity(self) -> Hashable:
        """Equal in karyograms of one and the same cell."""
        return identity(self.classification)

    @property
    def present(self) -> tuple[int, ...]:
        """The chromosomes that sit in a slot."""
        return self.karyotype.present

    def snapshot(self) -> ClassifiedCell:
        """Return the cell as it stands now, for a thread that writes it while edits go on."""
        still = self.karyotype.snapshot()
        return ClassifiedCell(self.classification, still, self.label, self.worksheet)

    def heading(self, title: str = "Karyogram") -> Heading:
        """Return what the cell's page says above and below the chromosomes."""
        return heading_of(self.classification, self.karyotype, title, self.worksheet)

    # -- what the network thinks, and what a person said -----------------------------

    def lights(self) -> dict[int, Light]:
        """Return what the network thinks of every chromosome where it sits now, by number.

        That a person has looked at one and left it, or put it there, does not change it.
        """
        return lights_of(self.classification, self.karyotype)

    def shown_lights(self) -> dict[int, Light]:
        """Return the light that each chromosome shows: a person's word counts more."""
        return {
            one: Light.SETTLED if self.is_settled(one) else light
            for one, light in self.lights().items()
        }

    def is_settled(self, index: int) -> bool:
        """Whether a person has accepted or moved this chromosome."""
        return self.karyotype.is_settled(index)

    def doubtful(self) -> list[int]:
        """Return the chromosomes that still want a look, those that want it most first."""
        return doubtful_order(self.classification, self.karyotype)

    def is_way_up_doubtful(self, index: int) -> bool:
        """Whether it is not clear which arm is up, and no person has turned it."""
        return is_way_up_doubtful(self.classification, self.karyotype, index)

    def hiding(self) -> frozenset[int]:
        """Return the chromosomes across which another one seems to lie that was not found."""
        return hiding(self.classification, self.karyotype)

    def unaccepted_sure(self) -> list[int]:
        """Return the chromosomes that the network is sure of and nobody has accepted yet."""
        return [one for one, light in self.shown_lights().items() if light is Light.SURE]

    def unsettled(self) -> list[int]:
        """Return the chromosomes of which no person has said where they belong."""
        return [one for one in self.present if not self.is_settled(one)]

    def confidence(self, index: int) -> float:
        """Return the probability of the class whose slot a chromosome sits in.

        Of one that is in no class, the probability of the network's own choice.
        """
        return slot_probability(self.classification, index, self.karyotype.slot_of(index))


def identity(classification: Classification) -> Hashable:
    """Return what is equal in classifications of one and the same cell.

    Cells without a path, such as the samples, are told apart by their very crops: the
    cell itself is made anew when its stain is set or a crop can't be used. Crops that were
    cut out of a photograph are of the same cell as long as that is the same.
    """
    cell = classification.cell
    own = [item for item in cell.chromosomes if item.path is not None]
    source: Hashable = (cell.path, len(own))
    if cell.path is None:
        source = cell.chromosomes if cell.photograph is None else cell.photograph
    return cell.name, cell.polarity, cell.simulated, source
