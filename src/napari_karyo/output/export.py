"""Cells into files, as the file's name ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from napari_karyo.classified import ClassifiedCell
from napari_karyo.errors import ExportError
from napari_karyo.output.cell_page import name_of
from napari_karyo.output.csv_table import write_table
from napari_karyo.output.files import (
    PIXELS,
    TEXTS,
    VECTORS,
    check_export,
    check_folder,
    export_file,
)
from napari_karyo.output.options import ExportOptions
from napari_karyo.output.pictures import save_picture
from napari_karyo.output.record import json_of
from napari_karyo.output.report import write_report
from napari_karyo.output.report_content import report_of
from napari_karyo.output.vector import svg_of, write_pdf

__all__ = ["ExportOptions", "export"]


def export(
    cells: ClassifiedCell | Sequence[ClassifiedCell],
    path: Path | str,
    options: ExportOptions | None = None,
) -> tuple[Path, ...]:
    """Write cells as pictures, vector pages, a table, a record or a report.

    A PDF has one page a cell; a table, a record and a report hold all cells. Pictures and
    SVG know no pages, so that each of several cells gets a file: ``patient.svg`` becomes
    ``patient-01.svg`` and so on. A name with ``{number}`` or ``{cell}`` in it says itself
    where they stand. Files of those names are replaced.

    Parameters
    ----------
    cells : ClassifiedCell or sequence of ClassifiedCell
        One cell, or several of a patient; a report shows the karyogram of the first.
    path : Path or str
        ``.png``, ``.tif`` or ``.tiff`` for a picture, ``.svg`` or ``.pdf`` for a vector
        page or a report, ``.csv`` for the table, ``.json`` for everything.
    options : ExportOptions, optional

    Returns
    -------
    tuple of Path
        The files written: all of them, or none.

    Raises
    ------
    ExportError
        Where there is no cell, the format is not known, the resolution is out of range,
        or a file cannot be written.
    """
    chosen = [cells] if isinstance(cells, ClassifiedCell) else list(cells)
    path, options = Path(path), options or ExportOptions()
    if not chosen:
        raise ExportError("there is no cell to write.", "Open or choose one first.", path)
    endings = VECTORS if options.report else ()
    ending = check_export(path, options.dpi, endings=endings)
    paths: tuple[Path, ...] = (path,)
    if len(chosen) > 1 and not options.report and (ending in PIXELS or ending == ".svg"):
        paths = cell_paths(path, [name_of(cell) for cell in chosen])
        for one in paths:
            check_folder(one)
    # None takes its name before all are complete.
    with ExitStack() as files:
        for number, one in enumerate(paths):
            stream = files.enter_context(export_file(one, text=ending in TEXTS))
            of_file = chosen if len(paths) == 1 else [chosen[number]]
            _write(stream, ending, of_file, options)
    return paths


def _write(
    stream: IO[Any], ending: str, cells: Sequence[ClassifiedCell], options: ExportOptions
) -> None:
    """Write what one file holds into it."""
    if options.report:
        write_report(stream, ending, report_of(cells, options), options.sheet)
    elif ending == ".csv":
        write_table(stream, cells)
    elif ending == ".json":
        stream.write(json_of(cells, options))
    elif ending == ".pdf":
        write_pdf(stream, cells, options)
    elif ending == ".svg":
        stream.write(svg_of(cells[0], options))
    else:
        save_picture(stream, cells[0], PIXELS[ending], options)


def cell_paths(path: Path, names: Sequence[str]) -> tuple[Path, ...]:
    """Return a file name for each of some cells, no two alike.

    Parameters
    ----------
    path : Path
        With ``{number}`` or ``{cell}`` in its name, or else the number is put at its end.
    names : sequence of str
        What the cells are called.
    """
    digits = max(2, len(str(len(names))))
    numbered = "{number}" in path.stem
    pattern = path.stem if numbered or "{cell}" in path.stem else path.stem + "-{number}"
    stems = [
        pattern.replace("{number}", f"{number:0{digits}}").replace("{cell}", _file_name(name))
        for number, name in enumerate(names, 1)
    ]
    # Two cells may have one name, and some disks don't tell small letters from large ones.
    if len({stem.casefold() for stem in stems}) < len(stems):
        stems = [f"{stem}-{number:0{digits}}" for number, stem in enumerate(stems, 1)]
    return tuple(path.with_name(stem + path.suffix) for stem in stems)


def _file_name(name: str) -> str:
    """Return a cell's name without what a file's name can't hold on any system."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "-", name).strip(" .") or "cell"
