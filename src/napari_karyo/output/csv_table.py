"""One row a chromosome as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import IO, Final

from napari_karyo.classes import CLASSES
from napari_karyo.classified import ClassifiedCell
from napari_karyo.worksheet import CellWorksheet

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

#: Behind them, where chromosomes were cut out of a photograph: their place in its pixels.
BOX: Final = ("xmin", "ymin", "xmax", "ymax")

#: Behind those, of what the laboratory wrote down whatever is filled in.
WRITTEN: Final = (
    *("specimen", "banding", "bands", "bands_by", "microscope"),
    *CellWorksheet.FIELDS,
)


def write_table(stream: IO[str], cells: Sequence[ClassifiedCell]) -> None:
    """Write one row a chromosome into an open file as CSV.

    Columns are ``cell`` where there are several, ``file``, ``predicted`` and ``confidence``
    (the model's own choice and its probability), ``assigned`` (the slot where it stands now,
    ``mar`` or ``tray``), ``light`` (``sure``, ``look``, ``doubtful`` or ``unknown``: what the
    model says of that slot), ``turned``, ``corrected``, ``reviewed``, ``marker`` and
    ``derivative`` (``yes`` or ``no``), ``edited_by`` and ``edited_at`` (initials and time, in
    UTC, of its last edit) and the probabilities ``p_1`` to ``p_22``, ``p_X``, ``p_Y``. Where
    chromosomes were cut out of a photograph, ``xmin``, ``ymin``, ``xmax`` and ``ymax`` follow,
    in its pixels; the last two lie behind the last pixel. Last come those of `WRITTEN` that
    somebody filled in, such as ``banding``, ``slide`` and ``stage``.

    Parameters
    ----------
    stream : text file
    cells : sequence of ClassifiedCell
    """
    several = len(cells) > 1
    table = csv.writer(stream, lineterminator="\n")
    placed = any(cell.outlines for cell in cells)
    head = ("cell",) if several else ()
    written = [
        cell.worksheet.to_dict() | cell.karyotype.state.worksheet.to_dict() for cell in cells
    ]
    filled = tuple(name for name in WRITTEN if any(name in one for one in written))
    table.writerow((*head, *COLUMNS, *(BOX if placed else ()), *filled))
    for cell, own in zip(cells, written, strict=True):
        first = (cell.classification.cell.name,) if several else ()
        last = tuple(own.get(name, "") for name in filled)
        table.writerows((*first, *row, *last) for row in _rows(cell, placed))


def _rows(cell: ClassifiedCell, placed: bool) -> Iterator[list[str]]:
    """Yield a cell's rows, in the order of its crops."""
    karyotype, classification = cell.karyotype, cell.classification
    state, chromosomes = karyotype.state, classification.cell.chromosomes
    for index, light in cell.lights().items():
        edit = karyotype.last_edit_of(index)
        outline = chromosomes[index].outline
        box = (*map(str, outline.box),) if outline is not None else ("",) * len(BOX)
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
            *(box if placed else ()),
        ]
