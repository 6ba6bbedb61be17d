"""One classified cell on the desk: its lights, its open questions, and its case.

It holds no truth about the karyotype: that is `Karyotype`. It imports neither napari
nor Qt, so it can be tested without a window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.classes import CLASSES
from napari_karyo.inference.confidence import Light, slot_probability
from napari_karyo.karyogram.page import LampKind
from napari_karyo.karyotype import Edit, Karyotype, doubtful_order, lights_of

if TYPE_CHECKING:
    from napari_karyo.case import Case
    from napari_karyo.cell import Chromosome
    from napari_karyo.inference.result import Classification

#: Which mark a light shows on the page.
LAMPS: Final[dict[Light, LampKind]] = {
    Light.SURE: "sure",
    Light.LOOK: "look",
    Light.DOUBTFUL: "doubtful",
    Light.UNKNOWN: "unknown",
}


@dataclass(eq=False)
class OpenCell:
    """One classified cell and its karyotype.

    Attributes
    ----------
    classification : Classification
        What the model said; pieces made by hand are at its end.
    karyotype : Karyotype
        Who sits where: the only truth.
    label : str
        Tells it from another karyogram of the same cell; empty where there is none.
    case : Case or None
        The file that keeps it; None where nothing keeps it.
    number : int or None
        Its number in that file.
    unkept : str
        Why nothing keeps it.
    shown_class : dict of int to str
        The class whose saliency is asked for, where it is not the model's own.
    saliency : dict of (int, str) to ndarray
        Maps already computed, on the original crops.
    asked_to_close : bool
        Whether the person was told that closing it loses corrections.
    """

    classification: Classification
    karyotype: Karyotype
    label: str = ""
    case: Case | None = None
    number: int | None = None
    unkept: str = ""
    shown_class: dict[int, str] = field(default_factory=dict)
    saliency: dict[tuple[int, str], NDArray[np.float32]] = field(default_factory=dict)
    attention: dict[int, NDArray[np.float32]] = field(default_factory=dict)
    asked_to_close: bool = False

    def __repr__(self) -> str:
        return f"<OpenCell {self.name}, {len(self)} chromosomes>"

    def __len__(self) -> int:
        """Return how many chromosomes there are or were, merged and split ones too."""
        return len(self.classification.cell)

    @property
    def name(self) -> str:
        """The cell's name, with its label."""
        return self.classification.cell.name + (f" {self.label}" if self.label else "")

    @property
    def identity(self) -> tuple[Any, ...]:
        """What tells whether two are of one cell."""
        return identity(self.classification)

    @property
    def same(self) -> tuple[Any, ...]:
        """Equal in karyograms of one cell, also where its folder was moved meanwhile."""
        if self.case is None:
            return self.identity
        return self.case.path, self.classification.cell.name

    @property
    def present(self) -> tuple[int, ...]:
        """The chromosomes that sit in a slot."""
        return self.karyotype.present

    # -- what the model thinks, and what a person said -------------------------------

    def lights(self) -> dict[int, Light]:
        """Return the confidence light of every chromosome where it sits now.

        A chromosome that a person has looked at and left, or put there, still has the
        model's doubt: the light says what the model thinks.
        """
        return lights_of(self.classification, self.karyotype)

    def lamps(self) -> dict[int, LampKind]:
        """Return the light that each chromosome shows: a person's word counts more."""
        return {
            one: "settled" if self.settled(one) else LAMPS[light]
            for one, light in self.lights().items()
        }

    def settled(self, index: int) -> bool:
        """Whether a person has accepted or moved this chromosome."""
        return self.karyotype.is_settled(index)

    def open_questions(self) -> list[int]:
        """Return the chromosomes that still want a look, the least certain first."""
        return doubtful_order(self.classification, self.karyotype)

    def confidence(self, index: int) -> float:
        """Return the probability of the class whose slot a chromosome sits in.

        Of one that is in no class, the probability of the model's own choice.
        """
        return slot_probability(self.classification, index, self.karyotype.slot_of(index))

    def unaccepted_sure(self) -> list[int]:
        """Return the chromosomes that the model is sure of and nobody has accepted yet."""
        return [
            one
            for one, light in self.lights().items()
            if light is Light.SURE and not self.settled(one)
        ]

    def asked_class(self, index: int) -> str:
        """Return the class whose saliency is shown for this chromosome."""
        return self.shown_class.get(index, self.classification.predicted[index])

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
        if self.case is not None and self.number is not None:
            self.case.add_pieces(self.number, after, first, old)
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


def identity(classification: Classification) -> tuple[Any, ...]:
    """Return what tells whether two results are of one cell.

    Cells without a path, such as the samples, are told apart by their very crops: the
    cell itself is made anew when its stain is set or a crop can't be used.
    """
    cell = classification.cell
    own = [item for item in cell.chromosomes if item.path is not None]
    source: Any = cell.chromosomes if cell.path is None else (cell.path, len(own))
    return cell.name, cell.polarity, cell.simulated, source
