"""Whose cells are classified together, found without opening an image."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from napari_karyo.errors import ReadError
from napari_karyo.io.listing import folders_of, images_of, is_folder, is_patient_folder
from napari_karyo.io.rows import read_rows
from napari_karyo.preprocessing.prepare import Normalization

#: Of a manifest: whose cell it is, and where its folder or photograph lies, from the manifest on.
MANIFEST: Final = ("patient", "path")

#: Folders of patients may lie in folders of years or wards, so deep.
_DEEPEST: Final = 6
#: A patient's folder is read so deep: cells, and what lies beside their crops.
_READ: Final = 3


@dataclass(frozen=True)
class ArchivePatient:
    """What is read and classified as one piece of work.

    Attributes
    ----------
    name : str
        Of the patient; empty where cells were named one by one, and nobody said whose they are.
    paths : tuple of Path
        Folders and files of the cells.
    """

    name: str
    paths: tuple[Path, ...]

    def inputs(self) -> list[tuple[str, int, int]]:
        """Return name, size and time of change of each file that may be read."""
        return [item for path in self.paths for item in _files(path)]


@dataclass(frozen=True)
class Found:
    """The patients of a command line.

    Attributes
    ----------
    patients : tuple of ArchivePatient
    named : bool
        Whether they are an archive's, each with a name: a manifest or a tree was given.
    """

    patients: tuple[ArchivePatient, ...]
    named: bool


def find_patients(
    paths: Sequence[Path], normalization: Normalization = "cell", *, folders: bool = False
) -> Found:
    """Find the patients of what was named: cells, patients, manifests and trees of patients.

    Parameters
    ----------
    paths : sequence of Path
        A ``.csv`` file is a manifest. A folder that is neither a cell's nor a patient's is a
        tree: the patients lie in it, or in its folders.
    normalization : {"cell", "patient"}
        With ``patient`` the cells that are named one by one share a scale, and are one piece
        of work.
    folders : bool
        Every folder directly in those of `paths` is a patient's, whatever it holds. Of
        photographs alone nobody can tell: it may also be a patient with a folder a slide.

    Raises
    ------
    ReadError
        Where a manifest can't be used, or there is no folder.
    """
    archived: list[ArchivePatient] = []
    cells: list[Path] = []
    patients: list[Path] = []
    # Whole names: other machines have other working folders.
    for path in (one.absolute() for one in paths):
        if path.suffix.lower() == ".csv" and path.is_file():
            archived += read_manifest(path)
        elif folders:
            archived += _folders(path)
        elif is_patient_folder(path):
            patients.append(path)
        elif below := list(_below(path)):
            archived += below
        else:
            cells.append(path)
    if archived:
        alone = [ArchivePatient(path.name, (path,)) for path in (*cells, *patients)]
        return Found(tuple(_joined([*alone, *archived])), True)
    # One that is named twice is classified once, as in a manifest.
    cells, patients = list(dict.fromkeys(cells)), list(dict.fromkeys(patients))
    together = [cells] if normalization == "patient" and cells else [[path] for path in cells]
    together += [[path] for path in patients]
    return Found(tuple(ArchivePatient("", tuple(own)) for own in together), False)


def read_manifest(path: Path) -> list[ArchivePatient]:
    """Read a table with the columns ``patient`` and ``path``, one row a cell or folder of cells.

    Parameters
    ----------
    path : Path
        Places in it are taken from its own folder on.

    Raises
    ------
    ReadError
        Where it is no such table, has no row, or a row lacks a name or a place.
    """
    rows = read_rows(path, MANIFEST)
    for number, row in enumerate(rows, 2):
        empty = [column for column in MANIFEST if not row[column].strip()]
        if empty or "\0" in row["path"]:
            raise ReadError(
                f"line {number} names no {empty[0] if empty else 'path'}.",
                "Each line says whose cell it is and where it lies.",
                path,
            )
    if not rows:
        raise ReadError("the manifest has no row.", "Write one row a cell.", path)
    return _joined(
        ArchivePatient(row["patient"].strip(), (path.parent / row["path"].strip(),)) for row in rows
    )


def _joined(patients: Iterator[ArchivePatient] | list[ArchivePatient]) -> list[ArchivePatient]:
    """Return each patient once, with all of his or her cells, in the order of the first."""
    paths: dict[str, dict[Path, None]] = {}
    for patient in patients:
        paths.setdefault(patient.name, {}).update(dict.fromkeys(patient.paths))
    return [ArchivePatient(name, tuple(own)) for name, own in paths.items()]


def _folders(path: Path) -> list[ArchivePatient]:
    try:
        found = folders_of(path)
    except OSError as error:
        raise ReadError(
            f"it can't be listed ({error.strerror or error}).", "Name a folder of folders.", path
        ) from error
    if not found:
        raise ReadError("there is no folder in it.", "Each patient has a folder of its own.", path)
    return [ArchivePatient(folder.name, (folder,)) for folder in found]


def _below(path: Path) -> Iterator[ArchivePatient]:
    """Yield the patients of a tree, each called by its place in it; none where it is no tree."""
    found = list(_search(path, "", _DEEPEST)) if not images_of(path) else []
    # A folder of empty folders is no tree.
    if any(is_patient_folder(patient.paths[0]) for patient in found):
        yield from found


def _search(folder: Path, name: str, depth: int) -> Iterator[ArchivePatient]:
    try:
        below = folders_of(folder) if depth else []
    except OSError:
        below = []
    for own in below:
        called = f"{name}{own.name}"
        inner = [] if is_patient_folder(own) else list(_search(own, f"{called}/", depth - 1))
        # A folder where nothing is found is a patient too: its reading says what is wrong.
        yield from inner or [ArchivePatient(called, (own,))]


def _files(path: Path) -> list[tuple[str, int, int]]:
    """Return what tells whether a cell or folder has been changed; nothing where it is gone."""
    if is_folder(path):
        return sorted(_within(path, _READ))
    # Labels and tables may lie beside a photograph, under names that begin as its own.
    try:
        with os.scandir(path.parent) as entries:
            beside = [entry for entry in entries if entry.name.startswith(path.stem)]
            return sorted(_stamp(entry) for entry in beside if entry.is_file())
    except OSError:
        return []


def _within(folder: Path | str, depth: int) -> Iterator[tuple[str, int, int]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.is_dir():
                    yield _stamp(entry)
                elif depth > 1:
                    yield from _within(entry.path, depth - 1)
    except OSError:
        return


def _stamp(entry: os.DirEntry[str]) -> tuple[str, int, int]:
    try:
        found = entry.stat()
    except OSError:
        return entry.path, -1, -1
    return entry.path, found.st_size, found.st_mtime_ns
