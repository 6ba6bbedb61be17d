"""Cells gathered from case files, which are only read."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from napari_karyo.case import SUFFIX, snapshot
from napari_karyo.errors import KaryoError
from napari_karyo.own_model.checking import contradiction
from napari_karyo.own_model.collection import CellKey, CollectedCell, Collection
from napari_karyo.own_model.taught import taught_by

#: So many other cells say how often the model usually agrees.
_FEWEST_OTHERS: Final = 2
#: Two cells that have this share of the crops of the smaller one in common are one.
_SAME: Final = 0.5


def collect(
    paths: Sequence[Path | str], progress: Callable[[str], None] | None = None
) -> Collection:
    """Gather the cells of case files.

    Included are those that a person has signed as they stand. What can't be read costs itself,
    and is named among the faults. No file is written to, nor is one made beside it.

    Parameters
    ----------
    paths : sequence of Path or str
        Case files, and folders in which they are sought, however deep.
    progress : callable, optional
        Told of each file before it is read.
    """
    cells: list[CollectedCell] = []
    faults: list[tuple[Path, str]] = []
    for path in _case_files(paths, faults):
        if progress is not None:
            progress(f"reading {path}")
        try:
            with snapshot(path) as case:
                for entry in case.cells():
                    try:
                        cells.append(taught_by(case, path, entry))
                    except KaryoError as error:
                        faults.append((path, f"{entry.name} is left out: {_words(error)}"))
        except KaryoError as error:
            faults.append((path, _words(error)))
    return Collection(_not_contradicted(_each_once(cells)), tuple(faults))


def _words(error: KaryoError) -> str:
    return f"{error.what} {error.remedy}".strip()


def _case_files(paths: Sequence[Path | str], faults: list[tuple[Path, str]]) -> Iterator[Path]:
    """Yield the case files that are meant, each once."""
    known: set[Path] = set()
    for given in paths:
        path = Path(given).expanduser().absolute()
        found = list(_within(path, faults)) if path.is_dir() else [path]
        if not found:
            faults.append((path, f"there is no case file in it: their names end in {SUFFIX}."))
        for one in found:
            whole = one.resolve()
            if whole not in known:
                known.add(whole)
                yield one


def _within(folder: Path, faults: list[tuple[Path, str]]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        words = f"the folder can't be read ({error.strerror}). Check that you may read it."
        faults.append((Path(error.filename or folder), words))

    for place, folders, files in os.walk(folder, onerror=unreadable):
        folders.sort()
        # What another computer's system leaves beside a file, ._P1.karyo, is none.
        named = (one for one in sorted(files) if not one.startswith("."))
        yield from (Path(place, one) for one in named if one.lower().endswith(SUFFIX))


def _each_once(cells: Sequence[CollectedCell]) -> list[CollectedCell]:
    """Leave out what stands in two case files, or twice in one: the cell signed last counts."""
    with_crops = [cell for cell in cells if cell.since is not None and cell.crops]
    with_crops.sort(key=lambda cell: (cell.included, cell.since), reverse=True)
    places: dict[str, list[CollectedCell]] = {}
    doubles: dict[CellKey, CollectedCell] = {}
    for cell in with_crops:
        shared: Counter[CellKey] = Counter()
        others = {}
        for one in cell.content:
            for other in places.get(one, ()):
                # A photograph is of one cell.
                shared[other.key] += len(cell.content) if one.startswith("photograph") else 1
                others[other.key] = other
        for key, number in shared.most_common(1):
            if number >= _SAME * min(len(cell.content), len(others[key].content)):
                doubles[cell.key] = others[key]
        if cell.key not in doubles:
            for one in cell.content:
                places.setdefault(one, []).append(cell)
    return [
        cell.left_out(_same_as(cell, doubles[cell.key]), can_be_taken=False)
        if cell.key in doubles
        else cell
        for cell in cells
    ]


def _same_as(cell: CollectedCell, other: CollectedCell) -> str:
    where = f"of {other.case.name}" if other.case != cell.case else "of this case"
    return f"it is the same cell as {other.name} {where}, which was signed later and counts."


def _not_contradicted(cells: Sequence[CollectedCell]) -> tuple[CollectedCell, ...]:
    """Leave out the cells whose classes can't be right."""
    shares = {cell.key: cell.agreement for cell in cells if cell.included}
    found = []
    for cell in cells:
        if cell.included:
            others = [
                share for key, share in shares.items() if key != cell.key and share is not None
            ]
            usual = median(others) if len(others) >= _FEWEST_OTHERS else None
            why = contradiction(cell, usual)
            found.append(cell.left_out(why) if why else cell)
        else:
            found.append(cell)
    return tuple(found)
