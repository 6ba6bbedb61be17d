"""Cells read for the shell, by patient, and what each is called in a table."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from napari_karyo.cell import Cell, Polarity
from napari_karyo.errors import ReadError
from napari_karyo.shell.telling import complain


def polarity_of(stain: str | None) -> Polarity | None:
    """Return the stain that was asked for; None where it is to be found."""
    return None if stain is None else Polarity(stain)


def read_groups(paths: Sequence[Path], polarity: Polarity | None) -> tuple[list[list[Cell]], int]:
    """Read cells, grouped by patient, and count the paths that could not be read.

    A folder of cells, or of photographs of spreads, is a patient; the cells named one by one
    are one patient together.
    """
    from napari_karyo.io.cells import is_patient_folder
    from napari_karyo.segmentation.reading import read_cells

    single: list[Cell] = []
    groups: list[list[Cell]] = []
    failed = 0
    for path in paths:
        try:
            patient = read_cells(path, polarity)
            for problem in patient.problems:
                print(f"warning: {patient.name}: {problem}", file=sys.stderr)
                failed += problem.left_out
            if is_patient_folder(path) or len(patient.cells) > 1:
                groups.append(list(patient.cells))
            else:
                single += patient.cells
        except ReadError as error:
            complain(error)
            failed += 1
    if single:
        groups.insert(0, single)
    return groups, failed


def names_of(cells: Sequence[Cell]) -> dict[int, str]:
    """Return what each cell is called in the table, by its identity.

    Two patients may both have a ``cell 1``: these are called ``patient/cell 1``.
    """
    count = Counter(cell.name for cell in cells)
    return {
        id(cell): f"{cell.path.resolve().parent.name}/{cell.name}"
        if count[cell.name] > 1 and cell.path is not None
        else cell.name
        for cell in cells
    }
