"""A segmentation as the folder of a cell: its crops, and ``objects.csv``."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from PIL import Image

from napari_karyo.cell import Outline
from napari_karyo.errors import ExportError
from napari_karyo.io.atomic_write import atomic_write
from napari_karyo.io.objects_table import COLUMNS, OBJECTS, runs_of
from napari_karyo.segmentation.canvas import Patch, on_canvas
from napari_karyo.segmentation.objects import Segmentation


def write_segmentation(found: Segmentation, folder: Path | str) -> Path:
    """Write the crops of a spread as PNG files, and what lies where in it.

    Parameters
    ----------
    found : Segmentation
    folder : Path or str
        Made where it does not exist. Crops are numbered; ``objects.csv`` has a row for each
        object, in pixels of the photograph: right and bottom are the first beyond the crop.
        Which pixels of the crop are the chromosome's, and which of these another one's too,
        say its last columns: see `napari_karyo.io.objects_table.runs_of`.
        Nuclei and dirt have no crop, no file and no such pixels.

    Returns
    -------
    Path
        The table.

    Raises
    ------
    ExportError
        Where the folder holds anything already, or can't be written.
    """
    folder = Path(folder)
    cell = found.to_cell()
    names = iter(item.name for item in cell)
    kept = {id(one) for one in found.chromosomes}
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for one in found:
        is_kept = id(one) in kept
        file = next(names) if is_kept else ""
        box = found.box(one.outline)
        runs = _runs(one.outline, box) if is_kept else ("", "")
        numbers = f"{one.angle:.1f}", f"{one.confidence:.4f}"
        table.writerow([file, one.kind.value, *box, *numbers, *runs])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ExportError(
                "the folder holds files already.", "Choose an empty folder, or a new one.", folder
            )
        for item in cell:
            with atomic_write(folder / item.name) as stream:
                Image.fromarray(item.image).save(stream, "PNG")
        with atomic_write(folder / OBJECTS) as stream:
            stream.write(text.getvalue().encode("utf-8"))
    except OSError as error:
        raise ExportError(
            f"it could not be written ({error}).", "Choose another folder.", folder
        ) from error
    return folder / OBJECTS


def _runs(outline: Outline, box: tuple[int, int, int, int]) -> tuple[str, str]:
    """Return which pixels of a crop are the chromosome's, and which are another one's too."""
    left, top, right, bottom = box
    crop = Patch(top, left, bottom, right)
    masks = on_canvas(outline, crop), on_canvas(outline, crop, outline.shared)
    return runs_of(masks[0]), runs_of(masks[1])
