"""A folder of crops as a cell, a folder of such folders as a patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from napari_karyo.cell import Cell, Chromosome, Patient, Polarity, Problem, camera_white
from napari_karyo.errors import ExportError, ReadError
from napari_karyo.io.decode import SUFFIXES, decode
from napari_karyo.io.images import as_array
from napari_karyo.io.labels import find_labels
from napari_karyo.io.limits import LARGEST_CELL, taken
from napari_karyo.io.listing import (
    files_of,
    folders_of,
    folders_with_images,
    images_of,
    is_cell_folder,
    is_folder,
    is_image,
    is_patient_folder,
)
from napari_karyo.io.names import expected_class
from napari_karyo.io.objects_table import is_objects_table, with_outlines
from napari_karyo.io.picture import Picture
from napari_karyo.io.polarity import find_polarity, on_paper
from napari_karyo.io.recognize import recognize

__all__ = ["is_cell_folder", "is_patient_folder", "read_cell", "read_patient", "write_cell"]

#: More crops than this in one cell, and the folder may hold several cells.
MANY = 100


def read_cell(
    path: Path | str, polarity: Polarity | None = None, channel: str | int | None = None
) -> Cell:
    """Read a metaphase cell: a folder of crops, a stack, or a single crop.

    Parameters
    ----------
    path : Path or str
    polarity : Polarity, optional
        How the stain shows; found from the images where left out.
    channel : str or int, optional
        Of pictures with several channels the one to take, by its name or its number
        from 1; where left out, the one that stains whole chromosomes.

    Returns
    -------
    Cell
        Files that could not be used, and folders of further pictures, which are not
        read, are among its problems; so is what was recognized, such as a frame that was
        cut off, once for each kind. Where the crops lay in the photograph of the spread is
        taken from ``objects.csv``. Classes in file names, or in a table of the columns
        ``file`` and ``label``, become the expected classes.

    Raises
    ------
    ReadError
        Where there is no such folder, it may not be read, or no file in it is a usable
        image; and where there is no such channel.
    """
    path = Path(path)
    try:
        if not path.exists():
            raise ReadError("there is no such file or folder.", "Check the name.", path)
        files = files_of(path) if path.is_dir() else [path]
    except OSError as error:
        raise _unreadable(path, error) from error
    objects = [item for item in files if is_objects_table(item)]
    files = [item for item in files if item not in objects]
    images = [item for item in files if is_image(item)]
    if not images:
        raise ReadError(
            "the folder holds no image." if path.is_dir() else "this is no image file.",
            f"Choose a folder with one image a chromosome ({', '.join(SUFFIXES)}).",
            path,
        )
    labels, tables, problems = find_labels(files, images) if path.is_dir() else ({}, [], [])
    problems += _no_images(path, [item for item in files if item not in {*images, *tables}])
    pictures = _decode_all(images, problems)
    if not pictures:
        raise ReadError(
            f"none of the {len(files)} files could be used as a chromosome. First: {problems[0]}"
            if len(files) > 1
            else f"its only file could not be used as a chromosome: {problems[0]}",
            "Export the crops again.",
            path,
        )
    recognized = recognize(pictures, channel)
    problems += recognized.remarks
    chromosomes = []
    for grey in recognized.crops:
        # A file's name can't tell the class of each of its pages.
        own = grey.name == grey.path.name
        label = labels.get(grey.name.casefold()) or expected_class(grey.name) if own else None
        chromosomes.append(Chromosome(grey.name, as_array(grey), grey.path, label))
    for table in objects:
        chromosomes, said = with_outlines(table, chromosomes)
        problems += said
    problems += _folder_remarks(path, len(chromosomes))
    found = polarity or find_polarity(item.image for item in chromosomes)
    # One paper for all cut-outs of the cell: that of a single one may be a hot pixel.
    white = camera_white(
        np.ma.compressed(item.image) for item in chromosomes if item.image.dtype != np.uint8
    )
    laid = tuple(replace(item, image=on_paper(item.image, found, white)) for item in chromosomes)
    return Cell(
        path.name if path.is_dir() else path.stem,
        laid,
        found,
        path,
        tuple(problems),
        lost=recognized.lost,
        spread=recognized.spread,
    )


def _decode_all(images: list[Path], problems: list[Problem]) -> list[Picture]:
    """Return the pictures of all files; what can't be read becomes a problem."""
    pictures: list[Picture] = []
    room = LARGEST_CELL
    for file in images:
        try:
            found = decode(file, problems.append)
        except ReadError as error:
            problems.append(Problem(file.name, error.what, error.remedy))
            continue
        room -= sum(taken(picture.planes) for picture in found)
        if room < 0:
            problems.append(
                Problem(
                    file.name,
                    "the pictures before it fill the memory that a cell may take.",
                    "It and all that follow were left out; give each cell a folder of its own.",
                )
            )
            break
        pictures += found
    return pictures


def _no_images(path: Path, files: list[Path]) -> list[Problem]:
    """Return what to say of files that are no images: one sentence for all of them."""
    if not files:
        return []
    if len(files) == 1:
        return [Problem(files[0].name, "this is no image file.", "It was left out.")]
    named = ", ".join(item.name for item in files[:3])
    more = ", ..." if len(files) > 3 else ""
    what = f"{len(files)} files are no images ({named}{more})."
    return [Problem(path.name, what, "They were left out.")]


def _folder_remarks(path: Path, count: int) -> list[Problem]:
    remarks = []
    if count > MANY:
        remarks.append(
            Problem(
                path.name,
                f"the folder holds {count} crops, more than one cell has.",
                "All are kept; if they are several cells, give each a folder of its own.",
                left_out=False,
            )
        )
    if path.is_dir():
        remarks += [
            Problem(
                folder.name,
                f"this folder in the cell's folder holds images too ({images}).",
                "They were left out; if it is a cell, read it by itself.",
            )
            for folder, images in folders_with_images(path).items()
        ]
    return remarks


def _unreadable(path: Path, error: OSError) -> ReadError:
    """Return what to say of a folder that the system does not let us read."""
    return ReadError(
        f"it can't be read ({error.strerror or error}).",
        "Check that you have the right to read it and that its drive is connected.",
        path,
    )


def read_patient(
    path: Path | str,
    polarity: Polarity | None = None,
    channel: str | int | None = None,
    *,
    read: Callable[[Path], Iterable[Cell]] | None = None,
) -> Patient:
    """Read a patient: a folder of cell folders. A single cell is a patient of one cell.

    Parameters
    ----------
    path : Path or str
    polarity, channel
        As of `read_cell`.
    read : callable, optional
        What reads the cells of a folder in it, instead of `read_cell`.

    Raises
    ------
    ReadError
        Where no folder in it can be read as a cell.
    """
    path = Path(path)
    if not is_folder(path) or is_cell_folder(path):
        cell = read_cell(path, polarity, channel)
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
        for item in images_of(path)
    ]
    try:
        folders = folders_of(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    for folder in folders:
        try:
            cells += read(folder) if read else [read_cell(folder, polarity, channel)]
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
