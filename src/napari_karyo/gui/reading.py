"""napari's readers: a folder as a cell, a folder of folders as a patient, a file as a cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from napari_karyo.cell import Patient, Problem
from napari_karyo.gui.contact_sheet import layer_data
from napari_karyo.io.cells import is_cell_folder, is_patient_folder, read_cell, read_patient

Reader = Callable[[str | list[str]], list[tuple[Any, dict[str, Any], str]]]


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


def _read_folder(path: str | list[str]) -> list[tuple[Any, dict[str, Any], str]]:
    folder = Path(path if isinstance(path, str) else path[0])
    if is_cell_folder(folder):
        cell = read_cell(folder)
        tell_problems(cell.name, cell.problems)
        return [layer_data(cell)]
    patient: Patient = read_patient(folder)
    problems = [*patient.problems]
    for cell in patient.cells:
        problems += cell.problems
    tell_problems(patient.name, problems)
    return [layer_data(cell, patient, visible=not n) for n, cell in enumerate(patient.cells)]


def _read_file(path: str | list[str]) -> list[tuple[Any, dict[str, Any], str]]:
    cell = read_cell(Path(path if isinstance(path, str) else path[0]))
    tell_problems(cell.name, cell.problems)
    return [layer_data(cell)]


def tell_problems(name: str, problems: Iterable[Problem], most: int = 5) -> None:
    """Warn about the files and folders that were left out, by napari's notification."""
    found = list(problems)
    if not found:
        return
    from napari.utils.notifications import show_warning

    lost = sum(problem.left_out for problem in found)
    lines = [
        f"{name}: {lost} left out, the rest was read." if lost else f"{name}: everything was read."
    ]
    lines += [str(problem) for problem in found[:most]]
    if len(found) > most:
        lines.append(f"... and {len(found) - most} more.")
    show_warning("\n".join(lines))
