"""napari's readers and its writer: crops, photographs of spreads, and case files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from napari_karyo.cell import Cell, Patient, Problem
from napari_karyo.errors import KaryoError, ReadError
from napari_karyo.gui.canvas.contact_sheet import LayerData, layer_data
from napari_karyo.gui.canvas.photographs import photograph_layers, read_photograph
from napari_karyo.gui.contributions.commands import offer_to_classify
from napari_karyo.gui.notices import tell_problems
from napari_karyo.io.cells import is_cell_folder, is_patient_folder, read_cell, read_patient
from napari_karyo.io.photograph import photographs_of, read_spread

Reader = Callable[[str | list[str]], list[LayerData]]


def folder_reader(path: str | list[str]) -> Reader | None:
    """Return a reader if the path is a folder of crops or a folder of such folders."""
    if isinstance(path, list):
        return None
    folder = Path(path)
    if folder.is_dir() and (is_cell_folder(folder) or is_patient_folder(folder)):
        return _read_folder
    return None


def file_reader(path: str | list[str]) -> Reader | None:
    """Return a reader for one image or stack; several files are left to napari."""
    if isinstance(path, list) or not Path(path).is_file():
        return None
    return _read_file


def case_reader(path: str | list[str]) -> Reader | None:
    """Return a reader for a case file."""
    if isinstance(path, list) or not Path(path).is_file():
        return None
    return _read_case


def _read_case(path: str | list[str]) -> list[LayerData]:
    """Open a case in the window in front; without one, return the crops of its cells."""
    import napari
    from napari.utils.notifications import show_error

    from napari_karyo.case import snapshot
    from napari_karyo.gui.docks.case_opening import open_case

    whole = Path(path if isinstance(path, str) else path[0])
    viewer = napari.current_viewer()
    if viewer is not None:
        open_case(viewer, whole)
        # napari's word for: read, but there is no layer to add.
        return [(None,)]  # type: ignore[list-item]
    cells = []
    with snapshot(whole) as case:
        for row in case.cells():
            if row.superseded:
                continue
            try:
                cells.append(case.classification(row.number).cell)
            except KaryoError as error:
                # One bad cell doesn't cost the others.
                show_error(f"{whole}: {error.what} {error.remedy}")
    return [layer_data(cell, visible=not n) for n, cell in enumerate(cells)]


def write_case(path: str, layers: list[LayerData]) -> list[str]:
    """Write the karyograms that layers belong to into a new case file.

    Parameters
    ----------
    path : str
        Ends in ``.karyo``.
    layers : list of (data, options, kind)
        Those of a karyogram: of the cell that lies on top.

    Returns
    -------
    list of str
        The file written; empty where no layer belongs to a karyogram.
    """
    import napari

    from napari_karyo.gui.canvas.karyogram_view import CELL_SHOWN
    from napari_karyo.gui.session.case_files import save_copy
    from napari_karyo.gui.session.session import session_of, session_with

    shown = [options["metadata"].get(CELL_SHOWN) for _, options, _ in layers]
    cells = list(dict.fromkeys(reference() for reference in shown if reference is not None))
    found = [cell for cell in cells if cell is not None]
    if not found:
        from napari.utils.notifications import show_error

        show_error(
            "Only a karyogram can be saved as a case file: classify the crops first, or select "
            "the karyogram's layer."
        )
        return []
    # napari tells no writer which window it writes from: it need not be the one in front.
    session = session_with(found[0]) or session_of(napari.current_viewer())
    return [str(save_copy(session, found, path))]


def _read_folder(path: str | list[str]) -> list[LayerData]:
    folder = Path(path if isinstance(path, str) else path[0])
    offer_to_classify()
    if is_cell_folder(folder):
        cells = _cells_of(folder)
        patient = Patient(folder.name, tuple(cells), folder) if len(cells) > 1 else None
        problems = []
    else:
        patient = read_patient(folder, read=_cells_of)
        cells, problems = list(patient.cells), [*patient.problems]
    for cell in cells:
        problems += cell.problems
    tell_problems(folder.name if patient is not None else cells[0].name, problems)
    found: list[LayerData] = []
    for number, cell in enumerate(cells):
        if cell.photograph is None:
            found.append(layer_data(cell, patient, visible=not number))
        else:
            found += photograph_layers(cell.photograph, "", patient, visible=not number)
    return found


def _cells_of(folder: Path) -> list[Cell]:
    """Read the cell of a folder of crops; of photographs, each as a cell without crops yet."""
    photographs, remarks = photographs_of(folder)
    if not photographs:
        return [read_cell(folder)]
    cells: list[Cell] = []
    for one in photographs:
        try:
            spread = read_spread(one)
        except ReadError as error:
            remarks.append(Problem(one.name, error.what, error.remedy))
            continue
        cell = Cell(spread.name, (), spread.polarity, one, spread.problems, spread=one)
        cells.append(replace(cell, photograph=spread))
    if not cells:
        raise ReadError("none of its photographs can be read.", str(remarks[0]), folder)
    cells[0] = replace(cells[0], problems=(*remarks, *cells[0].problems))
    return cells


def _read_file(path: str | list[str]) -> list[LayerData]:
    file = Path(path if isinstance(path, str) else path[0])
    offer_to_classify()
    spread = read_photograph(file)
    if spread is not None:
        tell_problems(spread.name, spread.problems)
        return photograph_layers(spread)
    cell = read_cell(file)
    tell_problems(cell.name, cell.problems)
    return [layer_data(cell)]
