"""A whole archive: patient by patient, gone on with after a kill, one table at the end."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from napari_karyo.archive.parts import Part, PartsFolder
from napari_karyo.archive.patients import ArchivePatient, Found
from napari_karyo.archive.table import COLUMNS, Values, rows_of, write_rows
from napari_karyo.archive.work import Job, classify_patient
from napari_karyo.errors import ExportError
from napari_karyo.output.files import export_file

#: What is to be done: a part's key and its patient.
Task = tuple[str, ArchivePatient]
#: Takes tasks as it can do them, and yields what came of each, in any order.
Doer = Callable[[Iterator[Task], Job], Iterator[tuple[Task, Part]]]


@dataclass(frozen=True)
class Made:
    """What a run has made.

    Attributes
    ----------
    rows, cells : int
        Chromosomes and cells of the table; none was written where there is no cell.
    left_out : int
        Cells and folders that have no rows.
    again : int
        Patients of whom something was lost by no fault of their files; what is done is kept
        for the next run.
    list : Path or None
        The file that names what was left out, of an archive.
    """

    rows: int
    cells: int
    left_out: int
    again: int
    list: Path | None


def do_here(tasks: Iterator[Task], job: Job) -> Iterator[tuple[Task, Part]]:
    """Do the work in this process, one patient after the other."""
    for task in tasks:
        yield task, classify_patient(task[1], job)


def run(
    found: Found,
    job: Job,
    output: Path,
    do: Doer,
    told: Callable[[ArchivePatient, Part, bool], None],
) -> Made:
    """Classify all patients into one table.

    What is done lies in the folder ``TABLE.parts`` beside the table until that is written. A
    part counts only for the very files, model and options that it was made from.

    Parameters
    ----------
    found : Found
    job : Job
    output : Path
    do : callable
        `do_here`, or what hands the tasks to a cluster.
    told : callable
        Told what came of each patient, and whether an earlier run did it.

    Raises
    ------
    ExportError
        Where something can't be written, or another run is making the same table.
    WeightsError, DeviceError, ClusterError
    """
    parts = PartsFolder(output)
    with parts.held():
        keys: list[Task] = []

        def tasks() -> Iterator[Task]:
            for patient in found.patients:
                task = job.key(patient), patient
                keys.append(task)
                before = parts.load(task[0])
                if before is None or not before.whole:
                    yield task
                else:
                    told(patient, before, True)

        for (key, patient), part in do(tasks(), job):
            parts.save(key, part)
            told(patient, part, False)
        return _put_together(keys, parts, found.named, job, output)


def _put_together(
    tasks: list[Task], parts: PartsFolder, named: bool, job: Job, output: Path
) -> Made:
    """Write the table and what was left out, and remove the parts where nothing is missing."""
    left_out: list[tuple[str, str, str]] = []
    names: Counter[str] = Counter()
    cells = again = 0
    for patient, part in _parts(tasks, parts):
        cells += len(part.cells)
        names.update(cell.name for cell in part.cells)
        again += not part.whole
        left_out += [(patient.name, one.cell, one.why) for one in part.left_out]
    rows = 0
    if cells:
        columns = ("patient", *COLUMNS) if named else COLUMNS
        made_with = {
            "version": job.version,
            "model": Path(job.options.model).name,
            "model_sha256": job.model_hash,
            "normalization": job.options.normalization,
        }
        rows = write_rows(output, columns, _rows(tasks, parts, named, names), made_with)
    beside = output.with_name(f"{output.stem}.left-out.csv") if named else None
    if beside is not None and not left_out:
        beside.unlink(missing_ok=True)
        beside = None
    if beside is not None:
        with export_file(beside, text=True) as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(("patient", "cell", "why"))
            writer.writerows(left_out)
    if not again:
        parts.clear()
    return Made(rows, cells, len(left_out), again, beside)


def _parts(tasks: Iterable[Task], parts: PartsFolder) -> Iterator[tuple[ArchivePatient, Part]]:
    for key, patient in tasks:
        part = parts.load(key)
        if part is None:
            raise ExportError(
                "a part was changed or removed while the table was made.",
                "The same command makes it again.",
                parts.path,
            )
        yield patient, part


def _rows(
    tasks: Iterable[Task], parts: PartsFolder, named: bool, names: Counter[str]
) -> Iterator[Values]:
    """Yield the rows of all patients, of which only one is held at a time."""
    for patient, part in _parts(tasks, parts):
        # Whose cell it is says the column before, or the name where two are called alike.
        alike = Counter(cell.name for cell in part.cells) if named else names
        for cell in part.cells:
            called = cell.name if alike[cell.name] == 1 else cell.longer_name
            for row in rows_of(cell, called):
                yield [patient.name, *row] if named else row
