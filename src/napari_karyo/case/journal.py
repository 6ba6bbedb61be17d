"""The history of one cell in its case file: kept for good, read back whole."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from napari_karyo.case.checked import RowError, check_members, event_rows, insert, parsed
from napari_karyo.case.file import CaseFile
from napari_karyo.case.rows import insert_chromosomes, set_notes
from napari_karyo.errors import CaseError
from napari_karyo.karyotype import Direction, Edit, Karyotype

if TYPE_CHECKING:
    from napari_karyo.inference.result import Classification


@dataclass(frozen=True)
class Event:
    """What once happened to a cell: an edit done, undone or done again.

    Attributes
    ----------
    direction : {"do", "undo", "redo"}
    edit : Edit
    time : datetime
        When, in UTC.
    who : str
        Who did this; another person may have made the edit that is undone.
    """

    direction: Direction
    edit: Edit
    time: datetime
    who: str


class CellJournal:
    """Where a karyotype's edits go: `napari_karyo.karyotype.Journal` of a case file.

    Parameters
    ----------
    case : CaseFile
    cell : int
        The cell's number in the file.
    """

    def __init__(self, case: CaseFile, cell: int) -> None:
        self.case = case
        self.cell = cell
        self._done: list[int] = []
        self._undone: list[int] = []
        self._last = 0
        for number, of, direction in self.case.query(
            "SELECT id, of, direction FROM event WHERE cell = ? ORDER BY id", cell
        ):
            self._follow(direction, number if of is None else of)
            self._last = number

    def keep(self, edit: Edit, direction: Direction, who: str, time: datetime) -> None:
        """Keep an edit, or that it was undone or done again, for good.

        Raises
        ------
        CaseError
            Where the case is read-only or the file can't be written.
        """
        of = (
            None if direction == "do" else (self._done if direction == "undo" else self._undone)[-1]
        )
        with self.case.writing() as connection:
            (last,) = connection.execute(
                "SELECT coalesce(max(id), 0) FROM event WHERE cell = ?", (self.cell,)
            ).fetchone()
            if last != self._last:
                # Two lines of edits side by side could never be read again.
                raise CaseError(
                    "this cell was edited elsewhere meanwhile, so this edit was not made.",
                    "Close the cell and open it again to see it as it is.",
                    self.case.path,
                )
            number = insert_event(connection, self.cell, edit, direction, who, time, of)
        self._last = number
        self._follow(direction, number if of is None else of)

    def keep_pieces(
        self, classification: Classification, first: int, made_of: tuple[int, ...]
    ) -> None:
        """Keep chromosomes that were made by hand, before the edit that uses them.

        Parameters
        ----------
        classification : Classification
            Of the cell, with the pieces at its end.
        first : int
            The number of the first piece.
        made_of : tuple of int
            The chromosomes that they were made of; none of one that was drawn.

        Raises
        ------
        CaseError
            Where the case is read-only or the file can't be written.
        """
        with self.case.writing() as connection:
            for piece in range(first, len(classification)):
                # One that was drawn is made of no other, but is no crop as read either.
                of = made_of or (piece,)
                insert_chromosomes(connection, self.cell, classification, [piece], of)
            set_notes(connection, self.cell, classification)

    def _follow(self, direction: str, number: int) -> None:
        if direction == "do":
            self._done.append(number)
            self._undone.clear()
        elif direction == "undo":
            self._undone.append(self._done.pop())
        else:
            self._done.append(self._undone.pop())


def insert_event(
    connection: sqlite3.Connection,
    cell: int,
    edit: Edit,
    direction: Direction,
    who: str,
    time: datetime,
    of: int | None,
) -> int:
    """Write an event; return its number. `of` is the number of the edit undone or redone."""
    values = {
        "cell": cell,
        "direction": direction,
        "time": time.isoformat(),
        "who": who,
        "kind": edit.kind,
        "words": edit.text,
        "edit": json.dumps(edit.to_dict()) if of is None else None,
        "of": of,
    }
    return insert(connection, "event", values)


def insert_history(connection: sqlite3.Connection, cell: int, karyotype: Karyotype) -> None:
    """Write the edits that a karyotype had before anything kept it, undone ones too."""
    numbers = [
        insert_event(connection, cell, edit, "do", edit.who, edit.time, None)
        for edit in (*karyotype.history, *karyotype.undone)
    ]
    for edit, number in reversed(
        list(zip(karyotype.undone, numbers[len(karyotype.history) :], strict=True))
    ):
        insert_event(connection, cell, edit, "undo", karyotype.who, datetime.now(UTC), number)


def read_events(connection: sqlite3.Connection, cell: int, chromosomes: int) -> list[Event]:
    """Return all that ever happened to a cell, oldest first.

    Parameters
    ----------
    connection : sqlite3.Connection
    cell : int
    chromosomes : int
        How many the cell has, pieces too.

    Raises
    ------
    RowError, EditError
        Where its history makes no sense.
    """
    edits: dict[int, Edit] = {}
    events = []
    for row in event_rows(connection, cell):
        where = f"cell {cell}, event {row['id']}"
        if row["of"] is None:
            edit = Edit.from_dict(parsed(where, row["edit"]))
            for members in (edit.chromosomes, edit.before.positions, edit.after.positions):
                check_members(where, members, chromosomes)
            edits[row["id"]] = edit
        elif row["of"] not in edits:
            raise RowError(f"{where}: it is of no edit of this cell")
        edit = edits[row["id"] if row["of"] is None else row["of"]]
        time = datetime.fromisoformat(row["time"])
        events.append(Event(row["direction"], edit, time, row["who"]))
    return events
