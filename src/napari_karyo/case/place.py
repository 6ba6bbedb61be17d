"""Where the case file of a folder lies."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from napari_karyo.cell import Cell, Patient

#: What a case file's name ends with.
SUFFIX: Final = ".karyo"


def case_path(cell: Cell, patient: Patient | None = None) -> Path | None:
    """Return where the case file of a cell, or of its patient, belongs.

    Parameters
    ----------
    cell : Cell
    patient : Patient, optional
        The patient whose cells were read together.

    Returns
    -------
    Path or None
        Beside the folder (or stack) of crops, by its name; where the cell was read alone,
        but its folder lies in a patient's that has a case file already, that one. None
        for a cell that came from no folder, such as a simulated one.
    """
    if patient is not None and patient.path is not None:
        return beside(patient.path)
    if cell.path is None:
        return None
    of_patient = beside(cell.path.absolute().parent)
    return of_patient if of_patient.is_file() else beside(cell.path)


def beside(path: Path) -> Path:
    """Return the name of a folder's or stack's case file, beside it."""
    whole = path.expanduser().absolute()
    # Not with_suffix: a patient may be called 97002319.8.
    name = whole.stem if whole.is_file() else whole.name
    return whole.with_name(f"{name}{SUFFIX}")
