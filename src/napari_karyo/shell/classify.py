"""``napari-karyo classify``: cells, patients or whole archives into a table, one row a crop."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from napari_karyo.counted import count
from napari_karyo.errors import ClusterError, ExportError
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.shell.options import Device, Model, Normalization, Stain, polarity_of
from napari_karyo.shell.telling import complain, line

if TYPE_CHECKING:
    from napari_karyo.archive.parts import Part
    from napari_karyo.archive.patients import ArchivePatient


def classify(
    cells: Annotated[
        list[Path],
        Argument(
            metavar="CELL",
            help="folder of a cell, stack, photograph of a spread, folder of such (a patient), "
            "folder of patients, or a manifest: a CSV file with the columns patient and path",
        ),
    ],
    output: Annotated[
        Path, Option(metavar="TABLE", help="ends in .csv or .parquet; the same command goes on")
    ],
    stain: Stain = None,
    model: Model = "default",
    device: Device = "auto",
    normalization: Normalization = "cell",
    patients: Annotated[
        bool,
        Option("--patients", help="every folder in CELL is a patient, of photographs too"),
    ] = False,
    workers: Annotated[
        int | None, Option(metavar="N", min=1, help="share the patients among N processes")
    ] = None,
    scheduler: Annotated[
        str | None,
        Option(metavar="ADDRESS", help="share them on a dask cluster, such as tcp://head:8786"),
    ] = None,
) -> int:
    """Classify the crops of cells into a table, patient by patient; it goes on after a kill."""
    from napari_karyo.archive.patients import find_patients
    from napari_karyo.archive.run import do_here, run
    from napari_karyo.archive.table import check_table
    from napari_karyo.archive.work import Job

    # Hours of work must not end at a folder that is not there, or cost a manifest.
    check_table(output)
    # A link that leads to itself is told of where it is read.
    if os.path.realpath(output) in {os.path.realpath(path) for path in cells}:
        raise ExportError(
            "the table would take the place of what it is made from.",
            "Choose another name.",
            output,
        )
    if workers is not None and scheduler is not None:
        raise ClusterError("two ways to share the work were given.", "--workers or --scheduler.")
    found = find_patients(cells, normalization, folders=patients)
    total, done = len(found.patients), 0

    def told(patient: ArchivePatient, part: Part, before: bool) -> None:
        nonlocal done
        done += 1
        # Of an archive it was said when it was done; what has no rows is listed at the end.
        for words in () if found.named and before else part.said:
            print(words, file=sys.stderr)
        if found.named:
            crops = count(sum(len(cell.rows) for cell in part.cells), "chromosome")
            words = f"{crops} of {count(len(part.cells), 'cell')}"
            line(f"{done}/{total}  {patient.name}: {words}{', done before' if before else ''}")

    job = Job.of(ClassifyOptions(model, device, normalization), polarity_of(stain))
    if workers is None and scheduler is None:
        made = run(found, job, output, do_here, told)
    else:
        from napari_karyo.archive.cluster import on_dask

        with on_dask(workers=workers, scheduler=scheduler, tell=complain) as do:
            made = run(found, job, output, do, told)
    if made.list is not None:
        complain(f"{count(made.left_out, 'cell or folder', 'cells or folders')}: {made.list}")
    if made.again:
        complain(f"{count(made.again, 'patient')}: the same command tries again.")
    if not made.cells:
        complain("no cell could be classified; no table written.")
        if output.exists():
            complain(f"{output} is what an earlier run wrote; it was left as it is.")
        return 2
    whose = f" of {count(total, 'patient')}" if found.named else ""
    rows, of = count(made.rows, "chromosome"), count(made.cells, "cell")
    print(f"{output}: {rows} of {of}{whose}")
    return 1 if made.left_out else 0
