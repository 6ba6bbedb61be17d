"""The history of one cell in its case file: kept for good, read back whole."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from napari_karyo.errors import CaseError, EditError
from napari_karyo.karyotype import Direction, Edit

if TYPE_CHECKING:
    from napari_karyo.case.case import Case


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
    case : Case
    cell : int
        The cell's number in the file.
    """

    def __init__(self, case: Case, cell: int) -> None:
        self.case = case
        self.cell = cell
        self._done: list[int] = []
        self._undone: list[int] = []
        for number, of, direction in self.case.query(
            "SELECT id, of, direction FROM event WHERE cell = ? ORDER BY id", cell
        ):
            self._follow(direction, number if of is None else of)

    def keep(self, edit: Edit, direction: Direction, who: str, time: datetime) -> None:
        """Keep an edit, or that it was undone or done again, for good.

        Raises
        ------
        CaseError
            Where the case is read-only or the file can't be written.
        """
        done = direction == "do"
        of = None if done else (self._done if direction == "undo" else self._undone)[-1]
        number = self.case.write(
            "INSERT INTO event (cell, direction, time, who, kind, words, edit, of) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            self.cell,
            direction,
            time.isoformat(),
            who,
            edit.kind,
            edit.text,
            json.dumps(edit.to_dict()) if done else None,
            of,
        )
        self._follow(direction, number if of is None else of)

    def events(self) -> list[Event]:
        """Return all that ever happened to the cell, oldest first.

        Raises
        ------
        CaseError
            Where the file holds what makes no sense.
        """
        return read_events(self.case, self.cell)

    def _follow(self, direction: str, number: int) -> None:
        if direction == "do":
            self._done.append(number)
            self._undone.clear()
        elif direction == "undo":
            self._undone.append(self._done.pop())
        else:
            self._done.append(self._undone.pop())


def read_events(case: Case, cell: int) -> list[Event]:
    """Return all that ever happened to a cell of a case, oldest first."""
    edits: dict[int, Edit] = {}
    events = []
    try:
        for number, direction, time, who, content, of in case.query(
            "SELECT id, direction, time, who, edit, of FROM event WHERE cell = ? ORDER BY id", cell
        ):
            if of is None:
                edits[number] = Edit.from_dict(json.loads(content))
            edit = edits[number if of is None else of]
            events.append(Event(direction, edit, datetime.fromisoformat(time), who))
    except (sqlite3.Error, EditError, KeyError, TypeError, ValueError) as error:
        raise CaseError(
            f"the history of a cell can't be read: {error!r}.",
            "The file was left as it is. Take a copy from your backup.",
            case.path,
        ) from error
    return events
