"""``napari-karyo case``: a case file told, exported or opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Argument, Option

from napari_karyo.counted import count
from napari_karyo.errors import CaseError, ExportError, KaryoError
from napari_karyo.shell import window
from napari_karyo.shell.options import Dpi, ShownSpread, Title
from napari_karyo.shell.telling import complain, export_told, plain

if TYPE_CHECKING:
    from napari_karyo.case import Case, CellEntry
    from napari_karyo.karyotype import Karyotype
    from napari_karyo.output.options import ExportOptions


def case(
    file: Annotated[Path, Argument(metavar="FILE.karyo")],
    history: Annotated[bool, Option("--history", help="every edit: when, who, what")] = False,
    cell: Annotated[
        list[str] | None, Option(metavar="NAME", help="only this cell; may be repeated")
    ] = None,
    output: Annotated[
        Path | None,
        Option(
            metavar="OUT",
            help="write it: .pdf .svg .png .tif for pages, .csv or .json for everything",
        ),
    ] = None,
    report: Annotated[
        bool, Option("--report", help="write the report, not the karyograms")
    ] = False,
    paper: Literal["a4", "letter"] = "a4",
    patient: Annotated[bool, Option("--patient", help="print the patient's name")] = False,
    dpi: Dpi = 300.0,
    title: Title = "Karyogram",
    spread: ShownSpread = False,
    written: Annotated[
        list[str] | None,
        Option(
            "--set",
            metavar="NAME=VALUE",
            help="write it down: specimen=blood, banding=GTG, bands=550; of a cell slide=3, "
            "stage=102.5/14.3; may be repeated; an empty value removes it",
        ),
    ] = None,
    as_last_time: Annotated[
        bool,
        Option("--as-last-time", help="write down what was of the case before, where nothing is"),
    ] = False,
    who: Annotated[str, Option(metavar="INITIALS", help="who writes it down")] = "",
    in_window: Annotated[bool, Option("--window", help="open it in napari")] = False,
) -> int:
    """Tell what a case file holds, write something down in it, write it out, or open it."""
    from napari_karyo.case import snapshot
    from napari_karyo.output.export import ExportOptions
    from napari_karyo.output.paper import PAPERS

    if written or as_last_time:
        from napari_karyo.shell.worksheet_setting import write_down

        write_down(file, written or [], cell or [], who, as_last_time)
    if in_window:
        return _open_window(file)
    # Who only looks must not keep another from writing, nor leave files beside the case.
    with snapshot(file) as opened:
        rows = _rows(opened, cell or [])
        if output is None:
            return _tell(opened, file, rows, history=history)
        options = ExportOptions(
            title=title,
            patient=opened.patient if patient else "",
            dpi=dpi,
            paper=PAPERS[paper],
            report=report,
            spread=spread,
        )
        return _write(opened, file, rows, output, options)


def _rows(case: Case, wanted: Sequence[str]) -> list[CellEntry]:
    rows = [row for row in case.cells() if not row.superseded]
    missing = [name for name in wanted if name not in {row.name for row in rows}]
    if missing:
        names = ", ".join(row.name for row in rows) or "none"
        raise CaseError(
            f"there is no cell {missing[0]!r} in this case.", f"Its cells: {names}.", case.path
        )
    return [row for row in rows if not wanted or row.name in wanted]


def _tell(case: Case, file: Path, rows: Sequence[CellEntry], *, history: bool) -> int:
    patient = f" (patient {case.patient})" if case.patient else ""
    _print(f"{file.resolve()}{patient}: {count(len(rows), 'cell')}")
    if case.worksheet:
        _print(_written(case.worksheet.to_dict()))
    failed = 0
    for row in rows:
        try:
            karyotype = case.karyotype(row.number)
            events = case.events(row.number) if history else []
        except KaryoError as error:
            failed += _left_out(row, error)
            continue
        _print(f"{row.name}: {_state(karyotype)}; {count(row.crops, 'crop')}, model {row.model}")
        for event in events:
            verb = {"do": "", "undo": "undone: ", "redo": "done again: "}[event.direction]
            when = event.time.isoformat(timespec="seconds")
            _print(f"  {when}  {event.who or '-'}  {verb}{event.edit.text}")
    return 1 if failed else 0


def _written(worksheet: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in worksheet.items())


def _print(line: str) -> None:
    print(plain(line))


def _left_out(row: CellEntry, error: KaryoError) -> int:
    """Say why a cell is left out: it doesn't cost the others."""
    complain(f"{plain(row.name)} is left out: {error.what} {error.remedy}")
    return 1


def _state(karyotype: Karyotype) -> str:
    """Return a cell's karyotype and how far the work on it has come, in words."""
    state = karyotype.state
    words = [karyotype.iscn_words]
    if karyotype.iscn:
        words[0] += f" ({'by hand' if karyotype.iscn_by_hand else 'proposal'})"
    words += sorted(state.marks)
    words += [f"{sign.role} by {sign.who}" for sign in state.signatures]
    words += [_written(state.worksheet.to_dict())] if state.worksheet else []
    words.append(count(len(karyotype.history), "edit"))
    return ", ".join(words)


def _write(
    case: Case, file: Path, rows: Sequence[CellEntry], output: Path, options: ExportOptions
) -> int:
    if not rows:
        raise ExportError("this case holds no cell.", "Classify a folder first.", file)
    cells, failed = [], 0
    for row in rows:
        try:
            cells.append(case.cell(row.number))
        except KaryoError as error:
            failed += _left_out(row, error)
    if not cells:
        raise ExportError("no cell of this case can be read.", "Take a copy of it.", file)
    for path in export_told(cells, output, options):
        print(path)
    return 1 if failed else 0


def _open_window(path: Path) -> int:
    """Open a case in a window and stay until it is closed."""
    from napari_karyo.case import snapshot

    # What is wrong with the file is said here, before a window comes up.
    with snapshot(path):
        pass
    if not window.is_possible():
        complain("there is no display here (or no Qt).")
        return 2
    from napari_karyo.gui.contributions.launch import launch_case

    launch_case(path)
    return 0
