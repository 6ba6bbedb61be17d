"""The names of what is written, and files that are written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from napari_karyo.errors import ExportError
from napari_karyo.io.atomic_write import atomic_write

#: All that can be written, by the end of its name, and what that is.
FORMATS: Final = {
    ".png": "picture, PNG",
    ".tif": "picture, TIFF",
    ".tiff": "picture, TIFF",
    ".svg": "vector picture, SVG",
    ".pdf": "vector pages, PDF",
    ".csv": "table, CSV",
    ".json": "everything, JSON",
}
#: Those of pixels, with Pillow's names, those of lines and letters, and those of text alone.
PIXELS: Final = {".png": "PNG", ".tif": "TIFF", ".tiff": "TIFF"}
VECTORS: Final = (".svg", ".pdf")
TEXTS: Final = (".csv", ".json")

#: The resolutions offered, in dots an inch of the paper.
LEAST_DPI: Final = 72.0
MOST_DPI: Final = 1200.0

SOFTWARE: Final = "napari-karyo"


def check_export(path: Path, dpi: float = 300.0, *, endings: tuple[str, ...] = ()) -> str:
    """Say what is wrong with a name or a resolution before any work is done.

    Parameters
    ----------
    path : Path
    dpi : float
        Looked at for pictures of pixels alone.
    endings : tuple of str
        What is possible here; all of `FORMATS` where it is empty.

    Returns
    -------
    str
        The ending in lower case, such as ``.png``.

    Raises
    ------
    ExportError
        Where the format is not known, the resolution is out of range, or there is no
        such folder.
    """
    ending = path.suffix.lower()
    known = endings or tuple(FORMATS)
    if ending not in known:
        named = f"{', '.join(known[:-1])} or {known[-1]}" if len(known) > 1 else known[0]
        raise ExportError(
            f"this is not written as '{path.suffix or 'a file without an ending'}'.",
            f"Choose a name that ends in {named}.",
            path,
        )
    if ending in PIXELS:
        check_dpi(dpi, path)
    check_folder(path)
    return ending


def check_dpi(dpi: float, path: Path | None = None) -> None:
    """Raise an `ExportError` where a resolution is not offered."""
    if not LEAST_DPI <= dpi <= MOST_DPI:
        raise ExportError(
            f"a resolution of {dpi:g} dots an inch is not offered.",
            f"Choose {LEAST_DPI:g} to {MOST_DPI:g}; 300 suits a print.",
            path,
        )


def check_folder(path: Path) -> None:
    """Raise an `ExportError` where a name is a folder's, or its folder is not there."""
    if path.is_dir():
        raise ExportError("this is a folder.", "Give the name of a file in it.", path)
    if not path.parent.is_dir():
        raise ExportError(
            f"the folder {path.parent} does not exist.",
            "Make it first or choose another one.",
            path,
        )


@contextmanager
def export_file(path: Path, *, text: bool = False) -> Iterator[IO[Any]]:
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
        with atomic_write(path, text=text) as stream:
            yield stream
    except OSError as error:
        raise ExportError(
            f"could not be written: {error.strerror or error}.",
            "Check that the folder can be written to and the disk is not full, "
            "or choose another name.",
            path,
        ) from error
