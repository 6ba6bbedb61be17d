"""What a run of the classification does in its thread: it touches no window and no session."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from napari_karyo.case import Case
from napari_karyo.cell import Cell, Patient, Spread
from napari_karyo.errors import KaryoError, ReadError
from napari_karyo.gui.session.case_files import restore
from napari_karyo.gui.session.open_cell import OpenCell

if TYPE_CHECKING:
    from napari_karyo.inference.options import ClassifyOptions
    from napari_karyo.inference.passes import Progress
    from napari_karyo.inference.result import Classification
    from napari_karyo.segmentation.objects import Segmentation


@dataclass(frozen=True, eq=False)
class OutlinedSpread:
    """A photograph whose chromosomes somebody has outlined.

    Attributes
    ----------
    spread : Spread
    find : callable
        Finds them by those outlines.
    """

    spread: Spread
    find: Callable[[Spread], Segmentation]


#: What can be classified.
Chosen = Cell | Spread | OutlinedSpread


@dataclass
class Outcome:
    """What a run brings.

    Attributes
    ----------
    results : list of (Classification, Patient or None)
    earlier : list of OpenCell
        What the cells' case files held before.
    left_out : list of str
        What could not be classified or read, and why.
    """

    results: list[tuple[Classification, Patient | None]] = field(default_factory=list)
    earlier: list[OpenCell] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def run(
    groups: Sequence[tuple[Patient | None, Sequence[Chosen]]],
    cases: Sequence[Case],
    who: str,
    options: ClassifyOptions,
) -> Generator[Progress, None, Outcome]:
    """Classify cells, those of a patient together, and read what their cases held before.

    In photographs of spreads the chromosomes are found first.

    Parameters
    ----------
    groups : sequence of (Patient or None, cells and photographs)
    cases : sequence of Case
        Open; whoever opened them closes them, and lets nobody do so meanwhile.
    who : str
        Initials of the person who will correct.
    options : ClassifyOptions

    Raises
    ------
    KaryoError
        As `iter_classify` does.
    """
    from napari_karyo.inference.classify import iter_classify

    outcome = Outcome()

    def leave_out(_: Cell, error: KaryoError) -> None:
        outcome.left_out.append(str(error))

    for patient, members in groups:
        cells = yield from _cells(members, options, outcome.left_out)
        if not cells:
            continue
        results = yield from iter_classify(cells, options, unusable=leave_out)
        outcome.results += [(result, patient) for result in results]
    for case in cases:
        for cell in restore(case, who):
            if isinstance(cell, KaryoError):
                outcome.left_out.append(str(cell))
            else:
                outcome.earlier.append(cell)
    return outcome


def _cells(
    members: Sequence[Chosen], options: ClassifyOptions, left_out: list[str]
) -> Generator[Progress, None, list[Cell]]:
    """Return cells, those of photographs cut out of them; say of others why there is none."""
    from napari_karyo.inference.passes import Progress

    cells = []
    for one in members:
        if isinstance(one, Cell):
            cells.append(one)
            continue
        outlined = isinstance(one, OutlinedSpread)
        spread = one.spread if isinstance(one, OutlinedSpread) else one
        yield Progress(
            0, 1, f"{'Cutting out' if outlined else 'Finding'} chromosomes in {spread.name}"
        )
        if options.stain is not None:
            spread = replace(spread, polarity=options.stain)
        try:
            if isinstance(one, OutlinedSpread):
                cells.append(one.find(spread).to_cell())
            else:
                cells.append(find_cell(spread))
        except KaryoError as error:
            words = str(error)
            left_out.append(words if spread.name in words else f"{spread.name}: {words}")
    return cells


def find_cell(spread: Spread) -> Cell:
    """Return the cell of the chromosomes in the photograph of a spread, or in a karyogram.

    Raises
    ------
    KaryoError
        Where there are none, or they can't be looked for.
    """
    from napari_karyo.segmentation.reading import find_chromosomes

    found = find_chromosomes(spread)
    if not found.count:
        raise ReadError(
            "no chromosome was found in this photograph.",
            "Choose the photograph of a metaphase spread, or set its stain.",
        )
    return found.to_cell()
