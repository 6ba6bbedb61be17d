"""A folder of crops as a cell, a folder of such folders as a patient."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from napari_karyo.cell import Cell, Chromosome, Patient, Polarity, Problem, camera_white
from napari_karyo.classes import parse_class
from napari_karyo.errors import ExportError, ReadError
from napari_karyo.io.images import SUFFIXES, read_image
from napari_karyo.io.names import expected_class, natural_key
from napari_karyo.io.polarity import find_polarity, on_paper

#: More crops than this in one cell, and the folder may hold several cells.
MANY = 100

#: Files that systems leave behind and that nobody means.
_IGNORED = {"thumbs.db", "desktop.ini", "labels.csv"}


def _is_folder(path: Path) -> bool:
    """Tell whether a path is a folder; what may not even be looked at is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _files(folder: Path) -> list[Path]:
    return sorted(
        (
            path
            for path in folder.iterdir()
            if not _is_folder(path)
            and not path.name.startswith(".")
            and path.name.casefold() not in _IGNORED
        ),
        key=lambda path: natural_key(path.name),
    )


def _folders(folder: Path) -> list[Path]:
    return sorted(
        (path for path in folder.iterdir() if _is_folder(path) and not path.name.startswith(".")),
        key=lambda path: natural_key(path.name),
    )


def _images(folder: Path) -> list[Path]:
    """Return the image files of a folder; none of one that may not be read."""
    try:
        return [item for item in _files(folder) if item.suffix.lower() in SUFFIXES]
    except OSError:
        return []


def _below(path: Path) -> dict[Path, int]:
    """Return the folders in a folder that hold image files, and how many."""
    try:
        counts = {folder: len(_images(folder)) for folder in _folders(path)}
    except OSError:
        return {}
    return {folder: count for folder, count in counts.items() if count}


def _holds_cells(path: Path) -> bool:
    """Tell whether a folder's pictures lie in its folders rather than in itself.

    A patient's folder may hold overview pictures: fewer than a cell has crops, or at
    most one a cell. A cell's may hold a folder with its karyogram or with thumbnails.
    """
    below, loose = _below(path), len(_images(path))
    return bool(below) and (max(below.values()) > loose or len(below) >= loose)


def is_cell_folder(path: Path | str) -> bool:
    """Tell whether a folder holds a cell's image files, without opening them.

    A folder with an overview picture beside folders of crops is no cell but a patient.
    """
    path = Path(path)
    return _is_folder(path) and bool(_images(path)) and not _holds_cells(path)


def is_patient_folder(path: Path | str) -> bool:
    """Tell whether a folder holds folders that are cells, without opening images."""
    path = Path(path)
    return _is_folder(path) and _holds_cells(path)


def read_cell(path: Path | str, polarity: Polarity | None = None) -> Cell:
    """Read a metaphase cell: a folder of crops, a stack, or a single crop.

    Parameters
    ----------
    path : Path or str
    polarity : Polarity, optional
        How the stain shows; found from the images where left out.

    Returns
    -------
    Cell
        Files that could not be used, and folders of further pictures, which are not
        read, are among its problems. Classes in file names, or
        in a ``labels.csv`` with the columns ``file`` and ``label``, become the expected
        classes.

    Raises
    ------
    ReadError
        Where there is no such folder, it may not be read, or no file in it is a usable
        image.
    """
    path = Path(path)
    try:
        if not path.exists():
            raise ReadError("there is no such file or folder.", "Check the name.", path)
        files = _files(path) if path.is_dir() else [path]
        labels, problems = _labels(path) if path.is_dir() else ({}, [])
    except OSError as error:
        raise _unreadable(path, error) from error
    if not any(item.suffix.lower() in SUFFIXES for item in files):
        raise ReadError(
            "the folder holds no image." if path.is_dir() else "this is no image file.",
            f"Choose a folder with one image a chromosome ({', '.join(SUFFIXES)}).",
            path,
        )
    chromosomes: list[Chromosome] = []
    for file in files:
        if file.suffix.lower() not in SUFFIXES:
            problems.append(Problem(file.name, "this is no image file.", "It was left out."))
            continue
        try:
            pages = read_image(file, problems.append)
        except ReadError as error:
            problems.append(Problem(file.name, error.what, error.remedy))
            continue
        label = labels.get(file.name.casefold()) or expected_class(file.name)
        for name, image in pages:
            # A file's name can't tell the class of each of its pages.
            own = label if name == file.name else None
            chromosomes.append(Chromosome(name, image, file, own))
    if not chromosomes:
        raise ReadError(
            f"none of the {len(files)} files could be used as a chromosome. First: {problems[0]}",
            "Export the crops again.",
            path,
        )
    if len(chromosomes) > MANY:
        problems.append(
            Problem(
                path.name,
                f"the folder holds {len(chromosomes)} crops, more than one cell has.",
                "All are kept; if they are several cells, give each a folder of its own.",
                left_out=False,
            )
        )
    if path.is_dir():
        problems += [
            Problem(
                folder.name,
                f"this folder in the cell's folder holds images too ({count}).",
                "They were left out; if it is a cell, read it by itself.",
            )
            for folder, count in _below(path).items()
        ]
    found = polarity or find_polarity(item.image for item in chromosomes)
    # One paper for all cut-outs of the cell: that of a single one may be a hot pixel.
    white = camera_white(
        np.ma.compressed(item.image) for item in chromosomes if item.image.dtype != np.uint8
    )
    laid = tuple(replace(item, image=on_paper(item.image, found, white)) for item in chromosomes)
    name = path.name if path.is_dir() else path.stem
    return Cell(name, laid, found, path, tuple(problems))


def _unreadable(path: Path, error: OSError) -> ReadError:
    """Return what to say of a folder that the system does not let us read."""
    return ReadError(
        f"it can't be read ({error.strerror or error}).",
        "Check that you have the right to read it and that its drive is connected.",
        path,
    )


def read_patient(path: Path | str, polarity: Polarity | None = None) -> Patient:
    """Read a patient: a folder of cell folders. A single cell is a patient of one cell.

    Raises
    ------
    ReadError
        Where no folder in it can be read as a cell.
    """
    path = Path(path)
    if not _is_folder(path) or is_cell_folder(path):
        cell = read_cell(path, polarity)
        return Patient(cell.name, (cell,), path)
    cells: list[Cell] = []
    problems: list[Problem] = []
    # An overview or a print of the karyogram, as a rule: no crop is lost.
    problems += [
        Problem(
            item.name,
            "this picture lies beside the cells' folders.",
            "It was not read as a cell.",
            left_out=False,
        )
        for item in _images(path)
    ]
    try:
        folders = _folders(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    for folder in folders:
        try:
            cells.append(read_cell(folder, polarity))
        except ReadError as error:
            problems.append(Problem(folder.name, error.what, error.remedy))
    if not cells:
        first = f" First: {problems[0]}" if problems else ""
        raise ReadError(
            f"neither the folder nor any folder in it holds crops that can be read.{first}",
            "Choose a folder with one image a chromosome, or a folder of such folders.",
            path,
        )
    return Patient(path.name, tuple(cells), path, tuple(problems))


def _labels(folder: Path) -> tuple[dict[str, str], list[Problem]]:
    """Read the cell's own ``labels.csv``, where there is one."""
    path = next((p for p in folder.iterdir() if p.name.casefold() == "labels.csv"), None)
    if path is None:
        return {}, []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [
                {
                    str(key).strip().casefold(): str(value or "").strip()
                    for key, value in row.items()
                }
                for row in csv.DictReader(file)
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return {}, [Problem(path.name, f"it could not be read ({error}).", "It was left out.")]
    labels: dict[str, str] = {}
    problems: list[Problem] = []
    for row in rows:
        name = _first(row, "file", "name", "filename")
        word = _first(row, "label", "class")
        label = parse_class(word)
        if name and label:
            labels[Path(name.replace("\\", "/")).name.casefold()] = label
        elif word:
            problems.append(
                Problem(
                    path.name,
                    f"the label {word!r} of {name or 'a row without a file'} is no class.",
                    "Use 1 to 22, X or Y; the row was left out.",
                )
            )
    if rows and not labels:
        problems.append(
            Problem(
                path.name,
                "no row gives a file and a class.",
                "It needs the columns file and label; it was left out.",
            )
        )
    return labels, problems


def _first(row: dict[str, str], *names: str) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def write_cell(cell: Cell, folder: Path | str) -> Cell:
    """Write a cell's crops as PNG files, grey values unchanged.

    Parameters
    ----------
    cell : Cell
    folder : Path or str
        Made where it does not exist. Files are named ``class_number.png``, or
        ``unknown_number.png`` where no class is known.

    Returns
    -------
    Cell
        With the files' names and paths.

    Raises
    ------
    ExportError
        Where a file of that name is there already, or the folder can't be written.
    """
    folder = Path(folder)
    seen: Counter[str] = Counter()
    written: list[Chromosome] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for item in cell:
            label = item.expected or "unknown"
            seen[label] += 1
            path = folder / f"{label}_{seen[label]}.png"
            if path.exists():
                raise ExportError("the file is there already.", "Choose an empty folder.", path)
            Image.fromarray(item.image).save(path)
            written.append(replace(item, name=path.name, path=path))
    except OSError as error:
        raise ExportError(
            f"it could not be written ({error}).", "Choose another folder.", folder
        ) from error
    return replace(cell, chromosomes=tuple(written), path=folder)
