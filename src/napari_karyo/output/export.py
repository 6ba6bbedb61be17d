"""One cell or a whole patient into files, as the file's name ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from napari_karyo.errors import ExportError
from napari_karyo.karyogram.style import Style
from napari_karyo.output.files import PIXELS, check_export, check_folder, written
from napari_karyo.output.paper import A4, Paper
from napari_karyo.output.pictures import save_pixels
from napari_karyo.output.record import export_json
from napari_karyo.output.sheet import Sheet
from napari_karyo.output.table import export_table, write_table
from napari_karyo.output.vector import export_pdf, export_svg, svg_of

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification
    from napari_karyo.karyotype import Karyotype

__all__ = ["Sheet", "export", "export_patient", "export_sheets"]


def export(
    karyotype: Karyotype,
    classification: Classification,
    path: Path | str,
    dpi: float = 300.0,
    *,
    title: str = "Karyogram",
    style: Style | None = None,
    paper: Paper | None = None,
) -> Path:
    """Write a cell as a picture, a vector page, a table or a record, as the name ends.

    Parameters
    ----------
    karyotype : Karyotype
    classification : Classification
    path : Path or str
        ``.png``, ``.tif`` or ``.tiff`` for a picture, ``.svg`` or ``.pdf`` for a vector
        page, ``.csv`` for the table, ``.json`` for everything. A file of that name is
        replaced.
    dpi : float
        Of a picture: dots an inch, 72 to 1200.
    title : str
        Above the karyogram.
    style : Style, optional
        Colours; those of the cell's stain where not given.
    paper : Paper, optional
        `paper.A4` or `paper.LETTER`, lying across: what is drawn keeps its margins. Where
        not given, a vector page is A4, and a picture is A4 to its very edges, as on the
        screen.

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
    ending = check_export(path, dpi)
    return _export_one(Sheet(karyotype, classification, title), path, ending, dpi, style, paper)


def _export_one(
    sheet: Sheet, path: Path, ending: str, dpi: float, style: Style | None, paper: Paper | None
) -> Path:
    if ending == ".csv":
        return export_table(sheet.karyotype, sheet.classification, path)
    if ending == ".json":
        return export_json([sheet], path)
    if ending == ".svg":
        return export_svg(sheet, path, style=style, paper=paper or A4)
    if ending == ".pdf":
        return export_pdf([sheet], path, style=style, paper=paper or A4)
    with written(path) as stream:
        save_pixels(stream, sheet, PIXELS[ending], dpi, style, paper)
    return path


def export_patient(
    sheets: Sequence[Sheet],
    path: Path | str,
    dpi: float = 300.0,
    *,
    title: str = "",
    style: Style | None = None,
    paper: Paper | None = None,
) -> tuple[Path, ...]:
    """Write the cells of a patient.

    A PDF has one page a cell, a table and a record hold all cells. Pictures and SVG know
    no pages, so each cell gets a file: ``patient.svg`` becomes ``patient-01.svg`` and so
    on. A name with ``{number}`` or ``{cell}`` in it says itself where they stand.

    Parameters
    ----------
    sheets : sequence of Sheet
    path : Path or str
        As of `export`.
    dpi : float
        Of pictures.
    title : str
        What a PDF calls itself; above each karyogram stands its sheet's own title.
    style : Style, optional
        Colours; those of each cell's stain where not given.
    paper : Paper, optional
        As of `export`.

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
    path = Path(path)
    ending = check_export(path, dpi)
    if not sheets:
        raise ExportError("there is no cell to write.", "Open or choose one first.", path)
    if ending == ".pdf":
        return (export_pdf(sheets, path, title=title, style=style, paper=paper or A4),)
    if ending == ".json":
        return (export_json(sheets, path),)
    if ending == ".csv":
        with written(path, text=True) as stream:
            write_table(stream, sheets)
        return (path,)

    def svg(sheet: Sheet, stream: IO[bytes]) -> None:
        stream.write(svg_of(sheet, style, paper or A4))

    def pixels(sheet: Sheet, stream: IO[bytes]) -> None:
        save_pixels(stream, sheet, PIXELS[ending], dpi, style, paper)

    return _one_each(sheets, path, svg if ending == ".svg" else pixels)


def export_sheets(
    sheets: Sequence[Sheet],
    path: Path | str,
    dpi: float = 300.0,
    *,
    paper: Paper = A4,
    patient: str | None = None,
    report: bool = False,
) -> tuple[Path, ...]:
    """Write karyograms, or the report about them: what a person orders in one go.

    Parameters
    ----------
    sheets : sequence of Sheet
        One cell or all of a patient; a report shows the karyogram of the first.
    path : Path or str
        As of `export`; of a report ``.pdf`` or ``.svg``.
    dpi : float
        Of pictures.
    paper : Paper
    patient : str, optional
        The patient's name, where it shall stand on the page; None leaves it out.
    report : bool
        Whether to write the report and not the karyograms.

    Returns
    -------
    tuple of Path
        The files written: all of them, or none.

    Raises
    ------
    ExportError
        See `export`, `export_patient` and `report.export_report`.
    """
    from napari_karyo.output.report import export_report, report_of

    if not sheets:
        raise ExportError("there is no cell to write.", "Open or choose one first.", Path(path))
    if report:
        return (export_report(report_of(sheets, patient=patient), path, paper=paper),)
    titled = [replace(sheet, patient=patient or "") for sheet in sheets]
    # A picture of the screen's own paper keeps its very edges.
    given = None if paper is A4 else paper
    if len(titled) == 1:
        path = Path(path)
        return (_export_one(titled[0], path, check_export(path, dpi), dpi, None, given),)
    return export_patient(titled, path, dpi, title=patient or "", paper=given)


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


def _one_each(
    sheets: Sequence[Sheet], path: Path, write: Callable[[Sheet, IO[bytes]], None]
) -> tuple[Path, ...]:
    """Write a file a cell; none takes its name before all are complete."""
    paths = cell_paths(path, [sheet.name for sheet in sheets])
    for one in paths:
        check_folder(one)
    with ExitStack() as files:
        for sheet, one in zip(sheets, paths, strict=True):
            write(sheet, files.enter_context(written(one)))
    return paths


def _file_name(name: str) -> str:
    """Return a cell's name without what a file's name can't hold on any system."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "-", name).strip(" .") or "cell"
