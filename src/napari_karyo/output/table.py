"""One row a chromosome as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from napari_karyo.classes import CLASSES
from napari_karyo.output.files import check_folder, written
from napari_karyo.output.sheet import Sheet

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification
    from napari_karyo.karyotype import Karyotype

COLUMNS: Final = (
    "file",
    "predicted",
    "confidence",
    "assigned",
    "light",
    "turned",
    "corrected",
    "reviewed",
    "marker",
    "derivative",
    "edited_by",
    "edited_at",
    *(f"p_{name}" for name in CLASSES),
)


def export_table(karyotype: Karyotype, classification: Classification, path: Path | str) -> Path:
    """Write one row a chromosome as CSV.

    Columns are ``file``, ``predicted`` and ``confidence`` (the model's own choice and
    its probability), ``assigned`` (the slot where it stands now, ``mar`` or ``tray``),
    ``light`` (``sure``, ``look``, ``doubtful`` or ``unknown``: what the model says of that
    slot),
    ``turned``, ``corrected``, ``reviewed``, ``marker`` and ``derivative`` (``yes`` or ``no``),
    ``edited_by`` and ``edited_at`` (initials and time, in UTC, of its last edit) and
    the probabilities ``p_1`` to ``p_22``, ``p_X``, ``p_Y``.

    Parameters
    ----------
    karyotype : Karyotype
    classification : Classification
    path : Path or str

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ExportError
        Where it cannot be written.
    """
    path = Path(path)
    check_folder(path)
    with written(path, text=True) as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(_rows(Sheet(karyotype, classification)))
    return path


def write_table(stream: IO[str], sheets: Sequence[Sheet]) -> None:
    """Write several cells into an open file as CSV, a column ``cell`` before the others."""
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(("cell", *COLUMNS))
    for sheet in sheets:
        table.writerows([sheet.classification.cell.name, *row] for row in _rows(sheet))


def _rows(sheet: Sheet) -> Iterator[list[str]]:
    """Yield a cell's rows, in the order of its crops."""
    karyotype, classification = sheet.karyotype, sheet.classification
    state, chromosomes = karyotype.state, classification.cell.chromosomes
    for index, light in sheet.lights().items():
        edit = karyotype.last_edit_of(index)
        yield [
            chromosomes[index].name,
            classification.predicted[index],
            f"{float(classification.confidence[index]):.6f}",
            karyotype.slot_of(index),
            light,
            *(
                "yes" if index in marked else "no"
                for marked in (
                    state.turned,
                    state.corrected,
                    state.reviewed,
                    state.markers,
                    state.derivatives,
                )
            ),
            edit.who if edit else "",
            edit.time.isoformat(timespec="seconds") if edit else "",
            *(f"{float(value):.6f}" for value in classification.probabilities[index]),
        ]
