"""What a person writes down of a case and its cells from the shell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from napari_karyo.case import Case
from napari_karyo.case.remembered import as_last_time, filled, remember
from napari_karyo.errors import CaseError, EditError
from napari_karyo.worksheet import CaseWorksheet, CellWorksheet


def write_down(
    path: Path, words: Sequence[str], cells: Sequence[str], who: str = "", usual: bool = False
) -> None:
    """Write ``NAME=VALUE`` into a case's worksheet, or those of its cells.

    Parameters
    ----------
    path : Path
        Of the case file.
    words : sequence of str
    cells : sequence of str
        Names of the cells that are meant; where none is given, there must be but one.
    who : str
        Who writes it of the cells.
    usual : bool
        Whether what was written down last stands where nothing else does.

    Raises
    ------
    CaseError, EditError
        Where a name or value is none, no cell is meant, or the case can't be written.
    """
    given = dict(_pair(one) for one in words)
    of_case = {n: value for n, value in given.items() if n in CaseWorksheet.FIELDS}
    of_cell = {n: value for n, value in given.items() if n in CellWorksheet.FIELDS}
    with Case.open(path) as case:
        sheet = replace(case.worksheet, **of_case)
        if usual:
            sheet = filled(sheet, as_last_time())
        rows = [row for row in case.cells() if not row.superseded]
        meant = [row for row in rows if row.name in cells] or rows
        if of_cell and len(meant) > 1 and not cells:
            names = ", ".join(row.name for row in rows)
            raise CaseError(
                f"{next(iter(of_cell))} is of one cell.", f"Say which, --cell: {names}.", case.path
            )
        # All values are looked at before any is written.
        karyotypes = [case.karyotype(row.number, who) for row in meant] if of_cell else []
        wanted = [replace(one.state.worksheet, **of_cell) for one in karyotypes]
        case.write_worksheet(sheet)
        for karyotype, own in zip(karyotypes, wanted, strict=True):
            karyotype.write_worksheet(own)
    if of_case:
        remember(sheet)


def _pair(word: str) -> tuple[str, str]:
    name, sign, value = word.partition("=")
    known = (*CaseWorksheet.FIELDS, *CellWorksheet.FIELDS)
    if not sign or name.strip() not in known:
        raise EditError(
            f"{word!r} says nothing that is written down.",
            f"Write NAME=VALUE, such as specimen=blood. Names: {', '.join(known)}.",
        )
    return name.strip(), value.strip()
