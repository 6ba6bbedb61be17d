"""A whole archive: patient by patient, gone on with after a kill, one table at the end."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from napari_karyo.archive.parts import LeftOut, Part, PartsFolder
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
        done: dict[str, _Done] = {}

        def tasks() -> Iterator[Task]:
            for patient in found.patients:
                task = job.key(patient), patient
                # In this order they come into the table, in whichever they are done.
                done[task[0]] = _Done(patient)
                before = parts.load(task[0])
                if before is None or not before.whole:
                    yield task
                else:
                    done[task[0]] = _Done.of(patient, before)
                    told(patient, before, True)

        for (key, patient), part in do(tasks(), job):
            parts.save(key, part)
            done[key] = _Done.of(patient, part)
            told(patient, part, False)
        return _put_together(done, parts, found.named, job, output)


@dataclass(frozen=True)
class _Done:
    """A patient, and what is remembered of his or her part: all but the rows."""

    patient: ArchivePatient
    cells: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    whole: bool = True

    @classmethod
    def of(cls, patient: ArchivePatient, part: Part) -> _Done:
        cells = tuple(cell.name for cell in part.cells)
        return cls(patient, cells, tuple(part.left_out), part.whole)


def _put_together(
    done: Mapping[str, _Done], parts: PartsFolder, named: bool, job: Job, output: Path
) -> Made:
    """Write the table and what was left out, and remove the parts where nothing is missing."""
    left_out = [
        (own.patient.name, one.cell, one.why) for own in done.values() for one in own.left_out
    ]
    names = Counter(cell for own in done.values() for cell in own.cells)
    cells, again = names.total(), sum(not own.whole for own in done.values())
    rows = 0
    if cells:
        columns = ("patient", *COLUMNS) if named else COLUMNS
        made_with = {
            "version": job.version,
            "model": Path(job.options.model).name,
            "model_sha256": job.model_hash,
            "normalization": job.options.normalization,
        }
        rows = write_rows(output, columns, _rows(done, parts, named, names), made_with)
    beside = _list(left_out, output) if named else None
    if not again:
        parts.clear()
    return Made(rows, cells, len(left_out), again, beside)


def _list(left_out: Sequence[tuple[str, str, str]], output: Path) -> Path | None:
    """Write what was left out beside the table; where nothing was, remove an older list."""
    path = output.with_name(f"{output.stem}.left-out.csv")
    if left_out:
        with export_file(path, text=True) as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(("patient", "cell", "why"))
            writer.writerows(left_out)
        return path
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ExportError(
            "this lists what an earlier run left out, and could not be removed "
            f"({error.strerror or error}).",
            "Remove it: this time nothing was left out.",
            path,
        ) from error
    return None


def _rows(
    done: Mapping[str, _Done], parts: PartsFolder, named: bool, names: Counter[str]
) -> Iterator[Values]:
    """Yield the rows of all patients, of which only one is held at a time."""
    for key, own in done.items():
        part = parts.load(key)
        if part is None:
            raise ExportError(
                "a part was changed or removed while the table was made.",
                "The same command makes it again.",
                parts.path,
            )
        # Whose cell it is says the column before, or the name where two are called alike.
        alike = Counter(own.cells) if named else names
        for cell in part.cells:
            called = cell.name if alike[cell.name] == 1 else cell.longer_name
            for row in rows_of(cell, called):
                yield [own.patient.name, *row] if named else row
