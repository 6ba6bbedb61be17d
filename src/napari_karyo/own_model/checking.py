"""What speaks against training on a collection, or against a cell of it, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASS_INDEX
from napari_karyo.counted import count
from napari_karyo.own_model.collection import CollectedCell, Collection
from napari_karyo.own_model.keeping_out import FEWEST_KEPT, divide

#: Fewer cells teach nothing that could be measured.
FEWEST_CELLS: Final = 5

#: Of fewer crops nothing is said of a whole cell.
_FEWEST_CROPS: Final = 10
#: Where the model is right by a shift of the classes for this share, and without it hardly ever,
#: the person's classes are shifted.
_SHIFTED: Final = 0.5
_UNSHIFTED: Final = 0.25
#: Of a cell that has this share of the usual agreement, where that is high, something is wrong.
_USUAL: Final = 0.6
_OF_USUAL: Final = 1 / 3


@dataclass(frozen=True)
class CollectionFault:
    """What speaks against training on a collection.

    Attributes
    ----------
    what, remedy : str
        What it is, and what the person can do.
    prevents : bool
        Whether no model can be made, and proven, before it is mended.
    """

    what: str
    remedy: str
    prevents: bool = False

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}"


def faults_of(collection: Collection) -> list[CollectionFault]:
    """Return what speaks against training on a collection, what weighs most first.

    Parameters
    ----------
    collection : Collection
    """
    used = collection.used
    kept = len(divide(collection).kept) if used else 0
    patients = len({cell.patient_key for cell in used})
    stains = {cell.polarity for cell in used}
    return [*preventing(len(used), patients, kept, stains), *_notes(collection)]


def preventing(
    cells: int, patients: int, kept: int, stains: AbstractSet[Polarity]
) -> Iterator[CollectionFault]:
    """Yield why no model can be made of cells, and proven on those kept out.

    Parameters
    ----------
    cells, patients : int
        Those kept out among them.
    kept : int
        Cells that are kept out of training.
    stains : set of Polarity
    """
    if not cells:
        yield CollectionFault(
            "There is no cell to learn from.",
            "Correct cells and sign them as reviewed; they are found in their case files.",
            prevents=True,
        )
        return
    if cells < FEWEST_CELLS:
        yield CollectionFault(
            f"There {'is' if cells == 1 else 'are'} only {count(cells, 'cell')}.",
            f"Correct and sign {FEWEST_CELLS - cells} more: from {FEWEST_CELLS} cells on a model "
            "can be made.",
            prevents=True,
        )
    if patients == 1:
        yield CollectionFault(
            "All cells are of one patient, so that none can be kept out to measure on.",
            "Correct and sign cells of a second patient.",
            prevents=True,
        )
    elif cells >= FEWEST_CELLS and kept < FEWEST_KEPT:
        yield CollectionFault(
            f"Only {count(kept, 'cell')} can be kept out to measure on, because nearly all are "
            "of one patient.",
            "Correct and sign more cells of other patients.",
            prevents=True,
        )
    if len(stains) > 1:
        yield CollectionFault(
            "The cells are of two stains, bright on black and dark on white.",
            "Make a model of each: leave out the cells of one of them.",
            prevents=True,
        )


def _notes(collection: Collection) -> Iterator[CollectionFault]:
    missing = [name for name, number in collection.per_class.items() if not number]
    if collection.used and missing:
        yield CollectionFault(
            f"There is no crop of {'class' if len(missing) == 1 else 'the classes'} "
            f"{', '.join(missing)}.",
            "Of these the model keeps what it knew before; correct cells that have them to teach "
            "it more.",
        )


def contradiction(cell: CollectedCell, usual: float | None) -> str:
    """Return why the classes of a whole cell can't be right, in a sentence; empty where they may.

    Parameters
    ----------
    cell : CollectedCell
    usual : float or None
        How often the model agrees with the persons in the other cells; None where too few say.
    """
    pairs = [(CLASS_INDEX[crop.label], CLASS_INDEX[crop.own]) for crop in cell.crops if crop.own]
    agreement = cell.agreement
    if agreement is None or len(pairs) < _FEWEST_CROPS:
        return ""
    shifts = Counter(label - own for label, own in pairs)
    shift, often = shifts.most_common(1)[0]
    if shift and often / len(pairs) >= _SHIFTED and agreement <= _UNSHIFTED:
        far = "one class" if abs(shift) == 1 else f"{abs(shift)} classes"
        side = "after" if shift > 0 else "before"
        return (
            f"{often} of its {len(pairs)} chromosomes lie {far} {side} the one that the model "
            "sees. Look whether all slipped; take it back where the model is wrong."
        )
    if usual is not None and usual >= _USUAL and agreement < _OF_USUAL * usual:
        return (
            f"the model agrees with {round(agreement * len(pairs))} of its {len(pairs)} classes, "
            f"while it does with {usual:.0%} in the other cells. Look at it again; take it back "
            "where the model is wrong."
        )
    return ""
