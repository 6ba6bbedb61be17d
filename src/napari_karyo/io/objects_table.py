"""``objects.csv``: what lies where in the photograph that a folder's crops were cut from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Chromosome, Outline, Problem
from napari_karyo.counted import listed
from napari_karyo.errors import ReadError
from napari_karyo.io.limits import LARGEST_SIDE
from napari_karyo.io.rows import read_rows

#: What the table is called, its columns, and those that older ones lack.
OBJECTS: Final = "objects.csv"
COLUMNS: Final = (
    "file",
    "kind",
    "xmin",
    "ymin",
    "xmax",
    "ymax",
    "angle",
    "confidence",
    "outline",
    "crossing",
)
_LATER: Final = ("outline", "crossing")


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
            head = file.readline(200).strip().split(",")
    except (OSError, UnicodeDecodeError):
        return False
    return tuple(head) in (COLUMNS, COLUMNS[: -len(_LATER)])


def runs_of(mask: NDArray[np.bool_]) -> str:
    """Return a mask in words: how many pixels are not of it, how many are, and so on by turns.

    Parameters
    ----------
    mask : ndarray of bool, shape (height, width)
        Read row by row from the upper left; nothing is said of the pixels after its last one.
    """
    framed = np.concatenate([[False], mask.ravel(), [False]])
    changes = np.flatnonzero(framed[1:] != framed[:-1])
    return " ".join(map(str, np.diff(changes, prepend=0)))


def mask_of(runs: str, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return the mask that `runs_of` said.

    Raises
    ------
    ValueError
        Where it is none of that shape.
    """
    counts = [int(word) for word in runs.split()]
    height, width = shape
    if any(count < 0 for count in counts) or sum(counts) > height * width:
        raise ValueError("these are no runs of pixels of the crop")
    mask = np.zeros(height * width, np.bool_)
    inside = np.arange(len(counts)) % 2 == 1
    mask[: sum(counts)] = np.repeat(inside, counts)
    return mask.reshape(shape)


def with_outlines(
    path: Path, chromosomes: Sequence[Chromosome]
) -> tuple[list[Chromosome], list[Problem]]:
    """Return crops with the outlines that a table of objects gives, and what is wrong with it.

    Parameters
    ----------
    path : Path
        Of the table.
    chromosomes : sequence of Chromosome
        As read from the folder. One that is not as it was written gets no outline.
    """
    try:
        rows = {row["file"]: row for row in read_rows(path, COLUMNS[: -len(_LATER)])}
    except ReadError as error:
        return list(chromosomes), [Problem(path.name, error.what, error.remedy, left_out=False)]
    found: list[Chromosome] = []
    wrong = []
    for item in chromosomes:
        row = rows.get(item.name, {})
        if row.get("outline"):
            try:
                item = replace(item, outline=_outline(row, item.image))
            except ValueError:
                wrong.append(item.name)
        found.append(item)
    if not wrong:
        return found, []
    named = listed(wrong, 3)
    what = f"where these crops lie in the photograph can't be read from it: {named}."
    remedy = "They are read without; segment the photograph again to see what crosses them."
    return found, [Problem(path.name, what, remedy, left_out=False)]


def _outline(row: Mapping[str, str], image: NDArray[np.generic]) -> Outline:
    """Return the outline of a crop; a ValueError where it is not of this very crop."""
    left, top, right, bottom = (int(row[name]) for name in ("xmin", "ymin", "xmax", "ymax"))
    shape = bottom - top, right - left
    inside = left >= 0 and top >= 0 and max(right, bottom) <= LARGEST_SIDE
    # What is cut out of a photograph is of 8 bits.
    if not inside or image.dtype != np.uint8 or image.shape != shape:
        raise ValueError("the crop is not as it was written")
    mask, crossing = (mask_of(row.get(name) or "", shape) for name in _LATER)
    if not mask.any():
        raise ValueError("no pixel of the crop is the chromosome's")
    (own,) = ndimage.find_objects(mask.view(np.uint8))
    rows, columns = own
    return Outline(mask[own], top + rows.start, left + columns.start, crossing[own] & mask[own])
