"""``napari-karyo classify``: cells into a table, one row a crop."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from napari_karyo.classes import CLASSES
from napari_karyo.counted import count
from napari_karyo.errors import ExportError, PreprocessingError
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.shell.options import Device, Model, Normalization, Stain
from napari_karyo.shell.telling import complain, warn

if TYPE_CHECKING:
    from napari_karyo.cell import Cell
    from napari_karyo.inference.result import Classification

COLUMNS = (
    "cell",
    "file",
    "predicted",
    "confidence",
    "assigned",
    "light",
    *(f"p_{name}" for name in CLASSES),
)


def classify(
    cells: Annotated[
        list[Path],
        Argument(
            metavar="CELL_FOLDER",
            help="folder of a cell, stack, or folder of such folders (a patient)",
        ),
    ],
    output: Annotated[Path, Option(metavar="TABLE.csv")],
    stain: Stain = None,
    model: Model = "default",
    device: Device = "auto",
    normalization: Normalization = "cell",
) -> int:
    """Classify the crops of cells into a CSV table."""
    from napari_karyo.output.files import export_file
    from napari_karyo.shell.reading import names_of, polarity_of, read_groups

    # Hours of work must not end at a folder that is not there.
    if not output.parent.is_dir():
        raise ExportError("the folder to write to does not exist.", "Make it first.", output.parent)
    options = ClassifyOptions(model, device, normalization)
    groups, failed = read_groups(cells, polarity_of(stain))
    names = names_of([cell for group in groups for cell in group])
    rows: list[list[str]] = []
    done = 0
    for group in groups:
        for outcome in _classify_group(group, options):
            if isinstance(outcome, Exception):
                complain(outcome)
                failed += 1
                continue
            cell, result = outcome
            warn(result)
            rows += table_rows(names[id(cell)], result)
            done += 1
    if not done:
        complain("no cell could be classified; no table written.")
        return 2
    with export_file(output, text=True) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    print(f"{output}: {count(len(rows), 'chromosome')} of {count(done, 'cell')}")
    return 1 if failed else 0


def table_rows(name: str, result: Classification) -> list[list[str]]:
    """Return a cell's rows of the table, in the order of its crops.

    Parameters
    ----------
    name : str
        What the column ``cell`` says.
    result : Classification
    """
    from napari_karyo.classified import ClassifiedCell

    cell = ClassifiedCell.from_classification(result)
    shown = cell.lights()
    return [
        [
            name,
            chromosome.name,
            predicted,
            f"{confidence:.4f}",
            cell.karyotype.slot_of(index),
            shown[index],
            *(f"{value:.4f}" for value in row),
        ]
        for index, (chromosome, predicted, confidence, row) in enumerate(
            zip(
                result.cell,
                result.predicted,
                result.confidence,
                result.probabilities,
                strict=True,
            )
        )
    ]


def _classify_group(
    group: Sequence[Cell], options: ClassifyOptions
) -> Iterator[tuple[Cell, Classification] | PreprocessingError]:
    """Classify one patient's cells; a cell without chromosomes costs only itself."""
    from napari_karyo.inference.classify import classify_cells

    # Cells that share nothing go one by one: a thousand of them must not fill the memory.
    groups = [group] if options.normalization == "patient" else [[cell] for cell in group]
    errors: dict[int, PreprocessingError] = {}

    def leave_out(cell: Cell, error: PreprocessingError) -> None:
        errors[id(cell)] = error

    for cells in groups:
        results = iter(classify_cells(cells, options, unusable=leave_out))
        for cell in cells:
            yield errors[id(cell)] if id(cell) in errors else (cell, next(results))
