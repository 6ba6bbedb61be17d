"""``napari-karyo collect``: what case files hold to train on, told or written."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from napari_karyo.counted import count
from napari_karyo.errors import CaseError
from napari_karyo.shell.telling import complain, line, plain

if TYPE_CHECKING:
    from napari_karyo.own_model.collection import CellKey, CollectedCell, Collection


def collect(
    cases: Annotated[
        list[Path], Argument(metavar="CASES", help="case files, or folders of them; may be several")
    ],
    output: Annotated[
        Path | None,
        Option(metavar="DATA", help="write them as labels.csv and archives, as train takes them"),
    ] = None,
    names: Annotated[
        bool, Option("--names", help="write the names of patients and cells into DATA")
    ] = False,
    leave_out: Annotated[
        list[str] | None,
        Option(metavar="NAME", help="not this cell, case or patient; may be repeated"),
    ] = None,
    take: Annotated[
        list[str] | None,
        Option(metavar="NAME", help="this cell, although it is left out; may be repeated"),
    ] = None,
) -> int:
    """Tell which corrected and signed cells there are to train on, or write them.

    Case files are only read. DATA has no patient's name unless it is asked for.
    """
    from napari_karyo.own_model.checking import faults_of
    from napari_karyo.own_model.collecting import collect as gathered
    from napari_karyo.own_model.keeping_out import divide, kept_out_in
    from napari_karyo.own_model.writing import write_data

    found = gathered(cases)
    for path, why in found.faults:
        complain(plain(f"{path}: {why}"))
    if not found.cells and found.faults:
        return 2
    found = found.taking(_keys(found, take or [], taken=True))
    found = found.without(_keys(found, leave_out or []))
    for cell in found.cells:
        line(plain(_told(cell)))
    line(plain(found.told()))
    if found.used:
        numbers = (f"{name}: {number}" for name, number in found.per_class.items())
        line(f"crops of each class: {', '.join(numbers)}")
    for fault in faults_of(found):
        kind = "warning: no model can be made of this yet" if fault.prevents else "note"
        print(f"{kind}: {fault}", file=sys.stderr)
    if output is not None:
        division = divide(found, kept_out_in(output))
        write_data(found, division, output, names)
        line(
            f"{output.resolve()}: {count(len(division.train), 'cell')} to train on, "
            f"{len(division.kept)} of {count(len(division.patients), 'patient')} kept out to "
            "measure on"
        )
    return 1 if found.faults else 0


def _keys(found: Collection, wanted: Sequence[str], taken: bool = False) -> frozenset[CellKey]:
    """Return the cells that names mean: of a cell, ``patient/cell``, a patient or a case file."""
    keys: set[CellKey] = set()
    for name in wanted:
        meant = [cell for cell in found.cells if name in _names(cell)]
        if not meant:
            raise CaseError(
                f"there is no cell, patient or case file {name!r} among them.",
                "Write a name as it is told without this option.",
            )
        if taken and not any(cell.included or cell.can_be_taken for cell in meant):
            cell = meant[0]
            raise CaseError(f"{_names(cell)[1]} can't be taken: {cell.why_not}")
        keys.update(cell.key for cell in meant)
    return frozenset(keys)


def _names(cell: CollectedCell) -> tuple[str, ...]:
    file = cell.case.name
    return cell.name, f"{cell.patient}/{cell.name}", cell.patient, file, f"{file}/{cell.name}"


def _told(cell: CollectedCell) -> str:
    """Return a line about a cell."""
    words = [f"{cell.patient}/{cell.name}:"]
    if not cell.included:
        return f"{words[0]} left out: {cell.why_not}"
    words.append(f"{count(len(cell.crops), 'crop')}, {cell.polarity.value},")
    day = "" if cell.since is None else f" on {cell.since:%Y-%m-%d}"
    words.append(f"signed by {', '.join(cell.reviewed_by)}{day}")
    if cell.agreement is not None:
        words.append(f"; the model {cell.model} alone agrees with {cell.agreement:.0%}")
    if cell.left_out_chromosomes:
        words.append(f"; without {cell.left_out_words}")
    return " ".join(words).replace(" ;", ";")
