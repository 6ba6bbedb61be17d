"""Out of the program: the karyogram as a picture, the cell as a table.

Both are written beside their name first and moved into place when complete, so that a
full disk or a pulled plug never leaves half a file under a good file's name.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from napari_karyo.classes import CLASSES
from napari_karyo.errors import ExportError
from napari_karyo.inference.confidence import lights
from napari_karyo.io.whole import whole_file
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.heading import Heading
from napari_karyo.karyogram.lettering import printable
from napari_karyo.karyogram.page import SCREEN_DPI
from napari_karyo.karyogram.style import Style
from napari_karyo.karyogram.summary import heading_of

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification
    from napari_karyo.karyotype import Karyotype

#: What a picture can be written as, by the end of its name.
FORMATS: Final = {".png": "PNG", ".tif": "TIFF", ".tiff": "TIFF"}
#: The resolutions offered, in dots an inch of the A4 page.
LEAST_DPI: Final = 72.0
MOST_DPI: Final = 1200.0

COLUMNS: Final = (
    "file",
    "predicted",
    "confidence",
    "assigned",
    "light",
    "turned",
    "corrected",
    "reviewed",
    "marker",
    "edited_by",
    "edited_at",
    *(f"p_{name}" for name in CLASSES),
)
_SOFTWARE: Final = "napari-karyo"
_TIFF_DESCRIPTION: Final = 270
_TIFF_SOFTWARE: Final = 305


def export(
    karyotype: Karyotype,
    classification: Classification,
    path: Path | str,
    dpi: float = 300.0,
    *,
    title: str = "Karyogram",
) -> Path:
    """Write the karyogram or the table, as the file's name ends.

    Parameters
    ----------
    karyotype : Karyotype
    classification : Classification
    path : Path or str
        ``.png``, ``.tif`` or ``.tiff`` for the picture, ``.csv`` for the table. A file
        of that name is replaced.
    dpi : float
        Of a picture: dots an inch, 72 to 1200.
    title : str
        Of a picture.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ExportError
        Where the format is not known, the resolution is out of range, or the file
        cannot be written.
    """
    if Path(path).suffix.lower() == ".csv":
        return export_table(karyotype, classification, path)
    return export_picture(karyotype, classification, path, dpi, title=title)


def picture(
    karyotype: Karyotype,
    classification: Classification,
    dpi: float = SCREEN_DPI,
    *,
    title: str = "Karyogram",
    style: Style | None = None,
) -> NDArray[np.uint8]:
    """Return the karyogram as pixels.

    Parameters
    ----------
    karyotype : Karyotype
    classification : Classification
    dpi : float
        Dots an inch of the A4 page. At the default it is the screen's own picture.
    title : str
    style : Style, optional
        Colours; those of the cell's stain where not given.

    Returns
    -------
    ndarray, shape (height, width, 3), uint8

    Raises
    ------
    ExportError
        Where the resolution is out of range.
    """
    _check_dpi(dpi)
    composer = Composer(classification, style=style)
    page = composer.layout.page(karyotype.state, heading_of(classification, karyotype, title))
    return composer.compose(page, dpi / SCREEN_DPI)


def export_picture(
    karyotype: Karyotype,
    classification: Classification,
    path: Path | str,
    dpi: float = 300.0,
    *,
    title: str = "Karyogram",
    style: Style | None = None,
) -> Path:
    """Write the karyogram as PNG or TIFF, A4 landscape.

    Parameters
    ----------
    karyotype : Karyotype
    classification : Classification
    path : Path or str
        Ends in ``.png``, ``.tif`` or ``.tiff``. A file of that name is replaced.
    dpi : float
        Dots an inch, 72 to 1200.
    title : str
    style : Style, optional
        Colours; those of the cell's stain where not given.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ExportError
        Where the format is not known, the resolution is out of range, or the file
        cannot be written.
    """
    path = Path(path)
    form = check_picture(path, dpi)
    pixels = picture(karyotype, classification, dpi, title=title, style=style)
    heading = heading_of(classification, karyotype, title)
    with written(path) as stream:
        Image.fromarray(pixels).save(
            stream, format=form, dpi=(dpi, dpi), **_description(form, heading)
        )
    return path


def export_table(karyotype: Karyotype, classification: Classification, path: Path | str) -> Path:
    """Write one row a chromosome as CSV.

    Columns are ``file``, ``predicted`` and ``confidence`` (the model's own choice and
    its probability), ``assigned`` (the slot where it stands now, or ``tray``),
    ``light`` (``sure``, ``look`` or ``doubtful``: what the model says of that slot),
    ``turned``, ``corrected``, ``reviewed`` and ``marker`` (``yes`` or ``no``),
    ``edited_by`` and ``edited_at`` (initials and time, in UTC, of its last edit) and
    the probabilities ``p_1`` to ``p_22``, ``p_X``, ``p_Y``.

    Parameters
    ----------
    karyotype : Karyotype
    classification : Classification
    path : Path or str

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ExportError
        Where it cannot be written.
    """
    path = Path(path)
    _check_folder(path)
    state = karyotype.state
    slots = [karyotype.slot_of(index) for index in range(len(karyotype))]
    shown = lights(classification.probabilities, slots, classification.thresholds)
    with written(path, text=True) as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(COLUMNS)
        for index, chromosome in enumerate(classification.cell):
            edit = karyotype.last_edit_of(index)
            table.writerow(
                [
                    chromosome.name,
                    classification.predicted[index],
                    f"{float(classification.confidence[index]):.6f}",
                    slots[index],
                    shown[index],
                    *(
                        "yes" if index in marked else "no"
                        for marked in (state.turned, state.corrected, state.reviewed, state.markers)
                    ),
                    edit.who if edit else "",
                    edit.time.isoformat(timespec="seconds") if edit else "",
                    *(f"{float(value):.6f}" for value in classification.probabilities[index]),
                ]
            )
    return path


def _description(form: str, heading: Heading) -> dict[str, Any]:
    """Return what the file itself says about its picture, for those who find it later."""
    words = printable(
        f"{heading.title}. Cell {heading.cell}{' (simulated)' if heading.simulated else ''}. "
        f"Proposed karyotype {heading.iscn}. Proposal, for research use."
    )
    if form == "PNG":
        info = PngInfo()
        info.add_text("Description", words)
        info.add_text("Software", _SOFTWARE)
        return {"pnginfo": info}
    tags = ImageFileDirectory_v2()
    tags[_TIFF_DESCRIPTION] = words
    tags[_TIFF_SOFTWARE] = _SOFTWARE
    # Deflate, because napari's own reader knows it without any further package.
    return {"tiffinfo": tags, "compression": "tiff_adobe_deflate"}


def check_picture(path: Path, dpi: float) -> str:
    """Say what is wrong with a picture's name or resolution before any work is done.

    Returns
    -------
    str
        Pillow's name of the format.

    Raises
    ------
    ExportError
        Where the format is not known, the resolution is out of range, or there is no
        such folder.
    """
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        raise ExportError(
            f"pictures are not written as '{path.suffix or 'a file without an ending'}'.",
            "Choose a name that ends in .png, .tif or .tiff (.csv for the table).",
            path,
        )
    _check_dpi(dpi, path)
    _check_folder(path)
    return form


def _check_dpi(dpi: float, path: Path | None = None) -> None:
    if not LEAST_DPI <= dpi <= MOST_DPI:
        raise ExportError(
            f"a resolution of {dpi:g} dots an inch is not offered.",
            f"Choose {LEAST_DPI:g} to {MOST_DPI:g}; 300 suits a print.",
            path,
        )


def _check_folder(path: Path) -> None:
    """Say what is wrong before the work is done, not after."""
    if path.is_dir():
        raise ExportError("this is a folder.", "Give the name of a file in it.", path)
    if not path.parent.is_dir():
        raise ExportError(
            f"the folder {path.parent} does not exist.",
            "Make it first or choose another one.",
            path,
        )


@contextmanager
def written(path: Path, *, text: bool = False) -> Iterator[IO[Any]]:
    """Open a file that takes its name only once it is complete.

    Parameters
    ----------
    path : Path
        The name it gets at the end; a file of that name stays as it is until then.
    text : bool
        Whether it is UTF-8 text.

    Raises
    ------
    ExportError
        Where it cannot be written, with the system's reason.
    """
    try:
        with whole_file(path, text=text) as stream:
            yield stream
    except OSError as error:
        raise ExportError(
            f"could not be written: {error.strerror or error}.",
            "Check that the folder can be written to and the disk is not full, "
            "or choose another name.",
            path,
        ) from error
