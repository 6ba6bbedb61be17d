"""``napari-karyo reproduce``: the paper's Table 1."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from napari_karyo.shell.options import Compile, Device, Folder, Patience, TimeLimit
from napari_karyo.shell.telling import line


def reproduce(
    data: Annotated[Path, Argument(metavar="DATA", help="folder with labels.csv")],
    output: Folder,
    rows: Annotated[
        list[str] | None,
        Option("--row", metavar="ROW", help="such as crnn; may be repeated; all where left out"),
    ] = None,
    seeds: Annotated[
        list[int] | None, Option("--seed", metavar="SEED", help="may be repeated (0)")
    ] = None,
    epochs: Annotated[
        int | None, Option(min=1, help="instead of the paper's; in FOLDER/N-epochs")
    ] = None,
    patience: Patience = 0,
    device: Device = "auto",
    time_limit: TimeLimit = None,
    compiled: Compile = False,
) -> int:
    """Train the rows of the paper's Table 1 as far as they are not, and write the table."""
    from napari_karyo.reproduction.checks import check
    from napari_karyo.reproduction.explanations import write_explanations
    from napari_karyo.reproduction.figures import write_figures
    from napari_karyo.reproduction.runs import found, place_of, plan
    from napari_karyo.reproduction.slices import carry_out
    from napari_karyo.reproduction.summary_table import write_table

    runs = plan(output, rows or [], seeds or [0], epochs, patience)
    # Also what earlier calls left there, which is summed up together with these.
    check(found(output, runs, epochs), data)
    place = place_of(output, epochs)
    place.mkdir(parents=True, exist_ok=True)
    finished = carry_out(
        runs,
        data,
        output / "crops",
        device=device,
        time_limit=time_limit,
        compiled=compiled,
        progress=line,
    )
    there = found(output, runs, epochs)
    table = write_table(there, place)
    for path in (*write_figures(there, place, line), *write_explanations(there, place)):
        line(f"written: {path}")
    line(table.read_text(encoding="utf-8"))
    if not finished:
        line("Not all of it is done. The same command goes on from here.")
    return 0
