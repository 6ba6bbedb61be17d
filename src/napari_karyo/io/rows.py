"""A table of somebody's making, whose columns have names: as rows, judged before they are used."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from napari_karyo.errors import ReadError

#: Of a table, in bytes: of a million rows.
LARGEST_TABLE: Final = 100_000_000


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read a CSV file in UTF-8 with a header.

    Parameters
    ----------
    path : Path
    columns : sequence of str
        Those that it must have; others stay in the rows.

    Raises
    ------
    ReadError
        Where it can't be read, is too large, or lacks a column, in the header or in a row.
    """
    wanted = f"It must have {','.join(columns)}."
    try:
        if path.stat().st_size > LARGEST_TABLE:
            raise ReadError("the table is larger than any.", "Split the data.", path)
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = set(columns) - set(reader.fieldnames or ())
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ReadError(
            f"the table can't be read ({error}).", "Save it as CSV in UTF-8.", path
        ) from error
    if missing:
        raise ReadError(f"the columns {', '.join(sorted(missing))} are missing.", wanted, path)
    for number, row in enumerate(rows, 2):
        if any(row[column] is None for column in columns):
            raise ReadError(f"line {number} has too few columns.", wanted, path)
    return rows
