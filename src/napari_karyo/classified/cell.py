"""One classified cell: its classification and its karyotype, and what follows from both."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from napari_karyo.classes import CLASSES
from napari_karyo.classified.heading import Heading, heading_of
from napari_karyo.classified.lights import doubtful_order, is_way_up_doubtful, lights_of
from napari_karyo.classified.proposal import propose
from napari_karyo.inference.confidence import Light, slot_probability
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import Edit, Karyotype

if TYPE_CHECKING:
    from napari_karyo.cell import Chromosome


@dataclass(eq=False, repr=False)
class ClassifiedCell:
    """A cell as the network read it and as it stands now.

    Attributes
    ----------
    classification : Classification
        What the network said; pieces made by hand are at its end.
    karyotype : Karyotype
        Who sits where, and every edit: the only truth.
    label : str
        Tells it from another karyogram of the same cell; empty where there is none.
    """

    classification: Classification
    karyotype: Karyotype
    label: str = ""

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
        return f"<{type(self).__name__} {self.name}, {len(self)} chromosomes>"

    def __len__(self) -> int:
        """Return how many chromosomes there are or were, merged and split ones too."""
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
        return ClassifiedCell(self.classification, self.karyotype.snapshot(), self.label)

    def heading(self, title: str = "Karyogram") -> Heading:
        """Return what the cell's page says above and below the chromosomes."""
        return heading_of(self.classification, self.karyotype, title)

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

    def unaccepted_sure(self) -> list[int]:
        """Return the chromosomes that the network is sure of and nobody has accepted yet."""
        return [one for one, light in self.shown_lights().items() if light is Light.SURE]

    def confidence(self, index: int) -> float:
        """Return the probability of the class whose slot a chromosome sits in.

        Of one that is in no class, the probability of the network's own choice.
        """
        return slot_probability(self.classification, index, self.karyotype.slot_of(index))

    # -- pieces ----------------------------------------------------------------------

    def merge(self, chromosomes: Sequence[int], made: Chromosome) -> Edit | None:
        """Put one new chromosome in the place of the pieces that it was merged of.

        Parameters
        ----------
        chromosomes : sequence of int
            The pieces.
        made : Chromosome
            Their picture as one.
        """
        old = tuple(chromosomes)
        return self._with_pieces(
            old,
            [made],
            lambda slots, turned: self.karyotype.merge(old, made.name, slots[0], turned[0]),
        )

    def split(self, index: int, made: Sequence[Chromosome]) -> Edit | None:
        """Put several new chromosomes in the place of the one that held them all.

        Parameters
        ----------
        index : int
        made : sequence of Chromosome
            Their pictures.
        """
        names = [item.name for item in made]
        return self._with_pieces(
            (index,),
            made,
            lambda slots, turned: self.karyotype.split(index, names, slots, turned),
        )

    def _with_pieces(
        self,
        old: tuple[int, ...],
        made: Iterable[Chromosome],
        edit: Callable[[list[str], list[bool]], Edit | None],
    ) -> Edit | None:
        """Classify new pictures, keep them, then make the edit that uses them.

        In this order: a program that is killed in between leaves pictures that no edit
        speaks of, which harm nobody.
        """
        from napari_karyo.inference.extend import classify_more

        before, state = self.classification, self.karyotype.state
        first = len(before)
        after = classify_more(before, tuple(made))
        if self.karyotype.journal is not None:
            self.karyotype.journal.keep_pieces(after, first, old)
        # Without the model at hand all classes are alike: then where the old one sat.
        known = self.karyotype.slot_of(old[0])
        slots = [
            CLASSES[int(row.argmax())] if np.ptp(row) > 0 else known
            for row in after.probabilities[first:]
        ]
        # Those who hear of the edit look for the new pictures.
        self.classification = after
        try:
            return edit(slots, [bool(up < 0.5) for up in after.p_arm_up[first:]])
        except Exception:
            if self.karyotype.state is state:
                # A view that failed after the edit was kept changes nothing.
                self.classification = before
            raise


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
