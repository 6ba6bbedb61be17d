"""What a run of the classification does in its thread: it touches no window and no session."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from napari_karyo.case import Case
from napari_karyo.cell import Cell, Patient
from napari_karyo.errors import KaryoError
from napari_karyo.gui.session.case_files import restore
from napari_karyo.gui.session.open_cell import OpenCell

if TYPE_CHECKING:
    from napari_karyo.inference.options import ClassifyOptions
    from napari_karyo.inference.passes import Progress
    from napari_karyo.inference.result import Classification


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
    groups: Sequence[tuple[Patient | None, Sequence[Cell]]],
    cases: Sequence[Case],
    who: str,
    options: ClassifyOptions,
) -> Generator[Progress, None, Outcome]:
    """Classify cells, those of a patient together, and read what their cases held before.

    Parameters
    ----------
    groups : sequence of (Patient or None, cells)
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

    for patient, cells in groups:
        results = yield from iter_classify(cells, options, unusable=leave_out)
        outcome.results += [(result, patient) for result in results]
    for case in cases:
        for cell in restore(case, who):
            if isinstance(cell, KaryoError):
                outcome.left_out.append(str(cell))
            else:
                outcome.earlier.append(cell)
    return outcome
