"""Parts put together: one row a chromosome, as CSV or Parquet."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from napari_karyo.archive.parts import CellRows
from napari_karyo.classes import CLASSES
from napari_karyo.errors import ExportError
from napari_karyo.output.files import check_export, export_file

#: The names of the table's columns. Those of an archive have ``patient`` before them.
COLUMNS: Final = (
    "cell",
    "file",
    "predicted",
    "confidence",
    "assigned",
    "light",
    *(f"p_{name}" for name in CLASSES),
)

#: Those of text; the others are numbers, 0 to 1.
_TEXTS: Final = ("patient", "cell", "file", "predicted", "assigned", "light")

#: Rows that Parquet keeps together: enough to be read fast, few enough for any memory.
_GROUP: Final = 50_000

Values = Sequence[str | float]


def check_table(path: Path) -> None:
    """Say what is wrong with a table's name before any work is done.

    Raises
    ------
    ExportError
        Where it ends otherwise than in ``.csv`` or ``.parquet``, there is no such folder, or
        what writes Parquet isn't installed.
    """
    if check_export(path, endings=(".csv", ".parquet")) == ".parquet":
        _arrow()


def rows_of(cell: CellRows, name: str) -> Iterator[list[str | float]]:
    """Yield the rows of a cell, in the order of `COLUMNS`."""
    for row in cell.rows:
        yield [
            name,
            row.file,
            row.predicted,
            row.confidence,
            row.assigned,
            row.light,
            *row.probabilities,
        ]


def write_rows(
    path: Path, columns: Sequence[str], rows: Iterator[Values], made_with: Mapping[str, str]
) -> int:
    """Write a table, whole or not at all, and return how many rows it has.

    Parameters
    ----------
    path : Path
        Its ending chooses the format.
    columns : sequence of str
    rows : iterator
        Read once; no more of them than a few thousand are held at a time.
    made_with : mapping of str to str
        Parquet keeps it beside the columns: program, model, options.

    Raises
    ------
    ExportError
        Where it can't be written.
    """
    if path.suffix.lower() == ".parquet":
        return _write_parquet(path, columns, rows, made_with)
    number = 0
    with export_file(path, text=True) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([one if isinstance(one, str) else f"{one:.4f}" for one in row])
            number += 1
    return number


def _write_parquet(
    path: Path, columns: Sequence[str], rows: Iterator[Values], made_with: Mapping[str, str]
) -> int:
    arrow, parquet = _arrow()
    types = [arrow.string() if name in _TEXTS else arrow.float32() for name in columns]
    schema = arrow.schema(
        list(zip(columns, types, strict=True)),
        metadata={f"napari-karyo {name}": _text(value) for name, value in made_with.items()},
    )
    number = 0
    with export_file(path) as stream, parquet.ParquetWriter(stream, schema) as writer:
        for group in _grouped(rows):
            values = [
                [_text(one) for one in column] if name in _TEXTS else list(column)
                for name, column in zip(columns, zip(*group, strict=True), strict=True)
            ]
            arrays = [arrow.array(own, kind) for own, kind in zip(values, types, strict=True)]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))
            number += len(group)
    return number


def _grouped(rows: Iterator[Values]) -> Iterator[list[Values]]:
    group: list[Values] = []
    for row in rows:
        group.append(row)
        if len(group) == _GROUP:
            yield group
            group = []
    if group:
        yield group


def _text(value: str | float) -> str:
    """Return a text as UTF-8 can hold it; names of files may be none, as in CSV."""
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError as error:
        raise ExportError(
            "Parquet is written by pyarrow, which is not installed.",
            'Install it with pip install "napari-karyo[archive]", or choose a name that ends '
            "in .csv.",
        ) from error
    return pyarrow, pyarrow.parquet
