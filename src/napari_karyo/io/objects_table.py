"""``objects.csv``: what lies where in the photograph that a folder's crops were cut from."""

from __future__ import annotations

from pathlib import Path
from typing import Final

#: What the table is called, and its columns.
OBJECTS: Final = "objects.csv"
COLUMNS: Final = ("file", "kind", "xmin", "ymin", "xmax", "ymax", "angle", "confidence")


def is_objects_table(path: Path) -> bool:
    """Tell whether a file is the table of objects that ``napari-karyo segment`` writes.

    Parameters
    ----------
    path : Path
    """
    if path.name.casefold() != OBJECTS:
        return False
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.readline(200).strip() == ",".join(COLUMNS)
    except (OSError, UnicodeDecodeError):
        return False
