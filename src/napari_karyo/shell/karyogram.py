"""``napari-karyo karyogram``: a cell's karyogram as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from napari_karyo.errors import ReadError
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.shell.options import Device, Dpi, Model, ShownSpread, Stain, Title, polarity_of
from napari_karyo.shell.telling import warn, write_picture


def karyogram(
    cell: Annotated[
        Path, Argument(metavar="CELL", help="folder of a cell, or photograph of its spread")
    ],
    output: Annotated[Path, Option(metavar="PICTURE.png")],
    dpi: Dpi = 300.0,
    title: Title = "Karyogram",
    spread: ShownSpread = False,
    stain: Stain = None,
    model: Model = "default",
    device: Device = "auto",
) -> int:
    """Write a cell's karyogram as a picture."""
    from napari_karyo.inference.classify import classify
    from napari_karyo.io.cells import is_patient_folder
    from napari_karyo.io.listing import folders_of, images_of
    from napari_karyo.output.export import ExportOptions
    from napari_karyo.output.files import check_export
    from napari_karyo.segmentation.reading import read_cells

    check_export(output, dpi)
    if is_patient_folder(cell):
        folders = [one for one in folders_of(cell) if images_of(one)]
        if len(folders) != 1:
            raise ReadError(
                "this folder holds several cells.", "Name the folder of one of them.", cell
            )
        # A program that makes a folder a patient does so for a single cell too.
        (cell,) = folders
    cells = read_cells(cell, polarity_of(stain)).cells
    if len(cells) > 1:
        raise ReadError("this folder holds several spreads.", "Name one of its files.", cell)
    result = classify(cells[0], ClassifyOptions(model, device))
    warn(result)
    write_picture(result, output, ExportOptions(title=title, dpi=dpi, spread=spread))
    return 0
