"""A collection written as the data folder that training takes: whole, or not at all."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from PIL import Image

from napari_karyo.cell import Polarity
from napari_karyo.errors import ExportError, ReadError
from napari_karyo.io.atomic_write import atomic_write
from napari_karyo.own_model.collection import CollectedCell, Collection
from napari_karyo.own_model.keeping_out import Division
from napari_karyo.training.dataset import COLUMNS, read_labels

#: What the stains are called: training knows bright ones by the first letter.
STAINS: Final = {Polarity.DARK: "g_own", Polarity.BRIGHT: "q_own"}

#: What the cells are, in numbers, beside ``labels.csv``.
ABOUT: Final = "collection.json"

_ARCHIVE: Final = re.compile(r"[gq]_own-[0-9a-f]{12}")
#: Of all members: nothing tells when a cell was photographed.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)


class _NamedCell(NamedTuple):
    """A cell and what it is called in the data: by its content, the same whatever is beside it."""

    cell: CollectedCell
    folder: str
    patient: str
    name: str


def write_data(
    collection: Collection, division: Division, folder: Path, names: bool = False
) -> Path:
    """Write the used cells of a collection as ``labels.csv`` and an archive a stain.

    The archives are named by what is in them, and ``labels.csv`` takes its place when they are
    whole: until then what was written before is what counts.

    Parameters
    ----------
    collection : Collection
    division : Division
        Of this collection.
    folder : Path
        Made where it is not there; data of another collection in it is replaced.
    names : bool
        Whether patients and cells are called by their names, which stand nowhere else.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ExportError
        Where there is no cell, the folder holds other data, or can't be written to.
    """
    if not collection.used:
        raise ExportError("there is no cell to write.", "Sign cells as reviewed first.", folder)
    before = _archives_before(folder)
    made: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        rows: list[Sequence[str]] = []
        for polarity, stain in STAINS.items():
            cells = _named([one for one in collection.used if one.polarity is polarity], names)
            if cells:
                words = "".join(one.folder for one in cells)
                top = f"{stain}-{hashlib.sha256(words.encode()).hexdigest()[:12]}"
                archive = folder / f"{top}.zip"
                if archive.name not in before:
                    made.append(archive)
                rows += _write_archive(archive, stain, cells, division)
        with atomic_write(folder / ABOUT, text=True) as file:
            json.dump(about(collection, division), file, indent=1)
        with atomic_write(folder / "labels.csv", text=True) as file:
            csv.writer(file).writerows([COLUMNS, *rows])
    except BaseException as error:
        for archive in made:
            archive.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise ExportError(
                f"the data could not be written ({error.strerror or error}).",
                "Check that the folder may be written to and the disk is not full. What was "
                "there before is as it was.",
                folder,
            ) from error
        raise
    used = {row[-1].partition("/")[0] for row in rows}
    for name in before - {f"{one}.zip" for one in used}:
        (folder / name).unlink(missing_ok=True)
    return folder


def about(collection: Collection, division: Division) -> dict[str, Any]:
    """Return what a collection is made of, in numbers and without a patient's name.

    Parameters
    ----------
    collection : Collection
    division : Division
    """
    between = collection.between
    return {
        "cells": {"train": len(division.train), "kept out": len(division.kept)},
        "patients": {
            "train": len({cell.patient_key for cell in division.train}),
            "kept out": len(division.patients),
        },
        "crops": collection.per_class,
        "stains": [polarity.value for polarity in collection.polarities],
        "signed by": list(collection.reviewers),
        "signed": [] if between is None else [_day(time) for time in between],
        "classified by": sorted({(cell.model, cell.model_hash) for cell in collection.used}),
    }


def _day(time: datetime) -> str:
    return f"{time:%Y-%m-%d}"


def _archives_before(folder: Path) -> set[str]:
    """Return the archives that were written here before; refuse a folder of other data."""
    there = {path.name for path in folder.glob("*.zip") if _ARCHIVE.fullmatch(path.stem)}
    if not (folder / "labels.csv").exists():
        return there
    try:
        tops = {row["file"].partition("/")[0] for row in read_labels(folder)}
    except ReadError as error:
        raise ExportError(
            f"it holds a labels.csv that can't be read: {error.what}",
            "Choose another folder.",
            folder,
        ) from error
    if not all(map(_ARCHIVE.fullmatch, tops)):
        raise ExportError(
            "this folder holds labelled crops that were not collected from case files.",
            "Choose another folder: they would be replaced.",
            folder,
        )
    return there


def _named(cells: Sequence[CollectedCell], names: bool) -> list[_NamedCell]:
    folders = [f"cell-{_digest(cell)}" for cell in cells]
    often = Counter((cell.patient, cell.name) for cell in cells)
    found = []
    for cell, folder in zip(cells, folders, strict=True):
        name = cell.name if often[cell.patient, cell.name] == 1 else f"{cell.name} ({folder})"
        called = (_shown(cell.patient), _shown(name)) if names else (cell.patient_key, folder)
        found.append(_NamedCell(cell, folder, *called))
    return sorted(found, key=lambda one: one.folder)


def _shown(name: str) -> str:
    """Return a name as it may stand in a table: one line, with nothing that can't be seen."""
    return "".join(one if one.isprintable() else " " for one in name)


def _digest(cell: CollectedCell) -> str:
    """Return what a cell is called: of its crops and their classes, so of no two cells alike."""
    whole = hashlib.sha256()
    for crop in cell.crops:
        image = crop.image
        whole.update(f"{crop.label} {image.dtype.str} {image.shape} ".encode())
        whole.update(np.ascontiguousarray(image).tobytes())
    return whole.hexdigest()[:12]


def _write_archive(
    path: Path, stain: str, cells: Sequence[_NamedCell], division: Division
) -> list[Sequence[str]]:
    """Write the crops of a stain; return their rows of ``labels.csv``."""
    rows: list[Sequence[str]] = []
    # The pictures are packed already.
    with atomic_write(path) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for one in cells:
            numbers: Counter[str] = Counter()
            split = division.split_of(one.cell)
            for crop in one.cell.crops:
                numbers[crop.label] += 1
                name = f"{path.stem}/{one.folder}/{crop.label}_{numbers[crop.label]}.png"
                picture = BytesIO()
                Image.fromarray(crop.image).save(picture, "PNG")
                archive.writestr(zipfile.ZipInfo(name, _NO_TIME), picture.getvalue())
                rows.append((stain, one.patient, one.name, crop.label, split, name))
    return rows
