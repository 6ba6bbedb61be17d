"""Cells from whatever a path holds: photographs of spreads, karyograms, or crops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from napari_karyo.cell import Cell, Patient, Polarity, Problem, Spread
from napari_karyo.errors import ReadError
from napari_karyo.io.cells import is_patient_folder, read_cell, read_patient
from napari_karyo.io.label_images import find_label_image, read_label_image
from napari_karyo.io.listing import folders_of, is_folder
from napari_karyo.io.photograph import photographs_of, read_spread
from napari_karyo.io.picture_kind import PictureKind, find_kind
from napari_karyo.segmentation.karyogram import from_karyogram
from napari_karyo.segmentation.labels import from_labels
from napari_karyo.segmentation.objects import Segmentation
from napari_karyo.segmentation.segment import segment

if TYPE_CHECKING:
    from napari_karyo.models.spread_weights import SpreadWeights


def read_segmentation(
    path: Path | str,
    polarity: Polarity | None = None,
    channel: str | int | None = None,
    *,
    weights: SpreadWeights | None = None,
) -> Segmentation:
    """Read the photograph of a spread and find its chromosomes.

    Where a label image of it lies beside it (``NAME_labels.tif``, ``NAME_masks.png``), the
    chromosomes are those that it outlines. Those of a finished karyogram are read back, with
    the slot as the class expected.

    Parameters
    ----------
    path : Path or str
    polarity, channel
        As of `napari_karyo.io.photograph.read_spread`.
    weights : SpreadWeights, optional
        The shipped ones where left out.

    Raises
    ------
    ReadError
        Where it is no usable photograph, or its label image is none.
    WeightsError
        Where the network can't be loaded.
    """
    if find_label_image(Path(path)) is not None:
        return read_outlined(path, polarity, channel)
    return find_chromosomes(read_spread(path, polarity, channel), weights)


def find_chromosomes(spread: Spread, weights: SpreadWeights | None = None) -> Segmentation:
    """Find the chromosomes of a photograph, or read back those of a finished karyogram.

    Parameters
    ----------
    spread : Spread
    weights : SpreadWeights, optional
        The shipped ones where left out.

    Raises
    ------
    ReadError
        Where nothing stands out from the background.
    WeightsError
        Where the network can't be loaded.
    """
    if find_kind(spread.image) is PictureKind.KARYOGRAM:
        return from_karyogram(spread)
    return segment(spread, weights)


def read_outlined(
    path: Path | str, polarity: Polarity | None = None, channel: str | int | None = None
) -> Segmentation:
    """Read the photograph of a spread and the label image that lies beside it.

    Parameters
    ----------
    path, polarity, channel
        As of `read_segmentation`.

    Raises
    ------
    ReadError
        Where there is no label image, or either is not usable.
    """
    spread = read_spread(path, polarity, channel)
    beside = find_label_image(Path(path))
    if beside is None:
        raise ReadError("no labels lie beside this photograph.", "Check their name.", path)
    labels = read_label_image(beside)
    said = Problem(
        Path(path).name,
        f"its chromosomes are those that {beside.name} outlines.",
        "Move that file away to have them found by the program.",
        left_out=False,
    )
    spread = replace(spread, problems=(*spread.problems, said))
    return from_labels(spread, labels)


def holds_photographs(path: Path | str) -> bool:
    """Tell whether a path is, or its folder holds, photographs of spreads and no crops.

    Parameters
    ----------
    path : Path or str
        Also of a patient, with a folder for each cell or each patient's photographs.
    """
    path = Path(path)
    if is_patient_folder(path):
        try:
            return any(photographs_of(folder)[0] for folder in folders_of(path))
        except OSError:
            return False
    return bool(photographs_of(path)[0])


def read_cells(
    path: Path | str,
    polarity: Polarity | None = None,
    channel: str | int | None = None,
    *,
    weights: SpreadWeights | None = None,
) -> Patient:
    """Read a patient from crops or from photographs of spreads, whichever a path holds.

    Parameters
    ----------
    path : Path or str
        A photograph, or a folder of photographs, each of which is a cell; the folder of a
        cell's crops, a stack, or a crop; or a folder of such folders.
    polarity, channel
        As of `napari_karyo.io.cells.read_cell`.
    weights : SpreadWeights, optional
        The shipped ones where left out.

    Raises
    ------
    ReadError
        Where nothing in it can be read as a cell.
    WeightsError
        Where the network can't be loaded.
    """
    path = Path(path)

    def read(folder: Path) -> Sequence[Cell]:
        return _cells_of(folder, polarity, channel, weights)

    if is_patient_folder(path):
        return read_patient(path, polarity, channel, read=read)
    cells = read(path)
    return Patient(path.name if is_folder(path) else path.stem, tuple(cells), path)


def _cells_of(
    path: Path,
    polarity: Polarity | None,
    channel: str | int | None,
    weights: SpreadWeights | None,
) -> list[Cell]:
    photographs, remarks = photographs_of(path)
    if not photographs:
        return [read_cell(path, polarity, channel)]
    cells: list[Cell] = []
    first: ReadError | None = None
    for photograph in photographs:
        try:
            found = read_segmentation(photograph, polarity, channel, weights=weights)
        except ReadError as error:
            first = first or error
            remarks.append(Problem(photograph.name, error.what, error.remedy))
        else:
            cells.append(found.to_cell())
    if not cells:
        raise first or ReadError("it holds no photograph.", "Check the name.", path)
    if len(photographs) == 1 and is_folder(path):
        # The folder is the cell's, whatever its photograph is called.
        cells[0] = replace(cells[0], name=path.name)
    cells[0] = replace(cells[0], problems=(*remarks, *cells[0].problems))
    return cells
