"""What to correct next, and what more cells have brought so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from napari_karyo.counted import count
from napari_karyo.own_model.collection import CollectedCell, Collection
from napari_karyo.own_model.comparing import ModelComparison

#: A list of more is not read.
_MOST: Final = 8


@dataclass(frozen=True, eq=False)
class CellSuggestion:
    """A cell that is worth correcting.

    Attributes
    ----------
    cell : CollectedCell
    expected_wrong : float
        How many of its chromosomes are in a wrong class, by the model's own doubt.
    signed : int
        How many cells of its patient are signed already.
    """

    cell: CollectedCell
    expected_wrong: float
    signed: int

    @property
    def why(self) -> str:
        """Why it is worth it, in words."""
        if self.cell.unknown:
            return "it is unlike everything that the model knows"
        return (
            f"about {self.expected_wrong:.1f} of its chromosomes are in a wrong class, by the "
            "model's own doubt"
        )


@dataclass(frozen=True)
class EarlierTraining:
    """What a training before has brought.

    Attributes
    ----------
    cells : int
        That it learned from.
    shipped, own : float
        Share of the kept-out chromosomes in the right place, with both models.
    kept_out : int
        On how many cells that was measured.
    stains : tuple of str
        Values of `Polarity`.
    """

    cells: int
    shipped: float
    own: float
    kept_out: int
    stains: tuple[str, ...] = ()

    @classmethod
    def of(cls, comparison: ModelComparison, stains: Sequence[str] = ()) -> EarlierTraining | None:
        """Return what a comparison says; None where it doesn't say from how many cells."""
        cells = comparison.learned_from.get("cells")
        if not isinstance(cells, int):
            return None
        placed = comparison.measure("placed")
        return cls(cells, placed.shipped, placed.own, comparison.cells, tuple(stains))


def worth_correcting(collection: Collection, most: int = _MOST) -> tuple[CellSuggestion, ...]:
    """Return the unsigned cells that would teach most, what is worth most first.

    Those that are unlike everything that the model knows, then those that it is least sure of;
    another patient before a further cell of the same,
    since patients differ more than the cells of one do.

    Parameters
    ----------
    collection : Collection
    most : int
    """
    signed = Counter(cell.patient_key for cell in collection.cells if cell.since is not None)
    waiting = [
        (cell.expected_wrong, cell)
        for cell in collection.cells
        if cell.since is None and cell.expected_wrong is not None
    ]
    waiting.sort(key=lambda one: (not one[1].unknown, -one[0]))
    taken: Counter[str] = Counter()
    ranked = []
    for wrong, cell in waiting:
        patient = cell.patient_key
        ranked.append((taken[patient], CellSuggestion(cell, wrong, signed[patient])))
        taken[patient] += 1
    # Stable: in each round the order stays.
    ranked.sort(key=lambda one: one[0])
    return tuple(suggestion for _, suggestion in ranked[:most])


def brought_so_far(earlier: Sequence[EarlierTraining], stains: Sequence[str] = ()) -> str:
    """Return what more cells have brought in trainings before; empty where nothing is known.

    Parameters
    ----------
    earlier : sequence of EarlierTraining
        The newest first: of several from as many cells it counts.
    stains : sequence of str
        Only trainings of these count; of any where left out.
    """
    by_cells: dict[int, EarlierTraining] = {}
    for one in earlier:
        if not stains or set(one.stains) == set(stains):
            by_cells.setdefault(one.cells, one)
    known = [by_cells[cells] for cells in sorted(by_cells)]
    if not known:
        return ""
    lines = [
        f"From {count(one.cells, 'cell')}: {one.own:.1%} in the right place, with the shipped "
        f"model {one.shipped:.1%} ({count(one.kept_out, 'kept-out cell')})."
        for one in known
    ]
    if len(known) == 1:
        lines.append("What more cells bring is seen after a training from more.")
    else:
        before, last = known[-2:]
        gained = 100 * ((last.own - last.shipped) - (before.own - before.shipped))
        lines.append(
            f"The last {count(last.cells - before.cells, 'cell')} more brought {gained:+.1f} "
            "points over the shipped model."
        )
    return " ".join(lines)
