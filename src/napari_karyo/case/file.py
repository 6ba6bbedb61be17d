"""The file of a case: opened for one writer, read and written whole, and told of in words."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any, Self

from filelock import FileLock

from napari_karyo.case import database
from napari_karyo.case.checked import FACT, RowError, check_row
from napari_karyo.errors import CaseError, EditError
from napari_karyo.worksheet import CaseWorksheet


class CaseFile:
    """The file of a case, open: who may write to it, and what is kept about the patient.

    Made by `create` and `open`. One program at a time writes to a file; another one that
    opens it gets it read-only, and says why.

    Attributes
    ----------
    path : Path
    read_only : str
        Why nothing can be written; empty where it can.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, lock: FileLock | None, read_only: str
    ) -> None:
        self.path = path
        self.read_only = read_only
        self._connection: sqlite3.Connection | None = connection
        self._lock = lock
        self._turn = RLock()
        self._file = database.identity(path)

    @classmethod
    def create(cls, path: Path | str, patient: str = "") -> Self:
        """Make a new, empty case file.

        Parameters
        ----------
        path : Path or str
        patient : str
            What the patient is called.

        Raises
        ------
        CaseError
            Where there is a file of that name, or it can't be written.
        """
        whole = Path(path).expanduser().resolve()
        if not whole.parent.is_dir():
            raise CaseError("its folder does not exist.", "Make it first.", whole)
        if whole.exists():
            raise CaseError("there is a file of this name.", "Choose another one.", whole)
        lock, reason = database.hold(whole)
        if lock is None:
            raise CaseError(f"no case file can be made: {reason}.", "Choose another folder.", whole)
        try:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            database.create(whole, {"patient": patient, "created": now})
            case = cls(whole, database.open_for_writing(whole), lock, "")
        except BaseException:
            lock.release()
            raise
        return case._told()

    @classmethod
    def open(cls, path: Path | str, *, read_only: bool = False) -> Self:
        """Open a case file.

        Parameters
        ----------
        path : Path or str
        read_only : bool
            Whether to leave it to others to write.

        Raises
        ------
        CaseError
            Where it is missing, damaged, or of a newer version: it is left as it is.
        """
        whole = Path(path).expanduser().resolve()
        database.check_file(whole)
        lock, reason = (None, "it was asked for so") if read_only else database.hold(whole)
        if lock is None:
            connection = database.open_for_reading(whole)
            try:
                version = database.check(connection, whole)
                if version < database.schema.VERSION:
                    raise CaseError(
                        f"this case file is of version {version} and can't be brought up to date: "
                        f"{reason}.",
                        "Open it once where it can be written to.",
                        whole,
                    )
                case = cls(whole, connection, None, reason)
                if "another program" in reason:
                    case.read_only += case._who_has_it()
            except BaseException:
                connection.close()
                raise
            return case
        try:
            case = cls(whole, database.open_for_writing(whole), lock, "")
        except BaseException:
            lock.release()
            raise
        return case._told()

    def close(self) -> None:
        """Close the file; everything is kept already."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            if self._lock is not None:
                self._lock.release()
                self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path.name}{', read-only' if self.read_only else ''}>"

    # -- facts --------------------------------------------------------------------

    @property
    def patient(self) -> str:
        """What the patient is called; empty where nobody said."""
        return self.fact("patient") or ""

    def fact(self, name: str) -> str | None:
        """Return something kept about the whole case; None where nothing, or nothing fit, is."""
        # Text, and not without end, whatever the file holds.
        rows = self.query(
            "SELECT substr(CAST(value AS TEXT), 1, 10000) FROM fact WHERE name = ?", name
        )
        rule = FACT.get(name, bool)
        return rows[0][0] if rows and rule(rows[0][0]) else None

    def set_fact(self, name: str, value: str) -> None:
        """Keep something about the whole case; `checked.FACT` says what may be.

        Raises
        ------
        CaseError
            Where it may not be kept, the case is read-only or the file can't be written.
        """
        with self.writing() as connection:
            check_row("the case", FACT, {name: value})
            connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    @property
    def worksheet(self) -> CaseWorksheet:
        """What the laboratory wrote down of the case; what makes no sense is left out."""
        return CaseWorksheet(**{name: self.fact(name) or "" for name in CaseWorksheet.FIELDS})

    def write_worksheet(self, worksheet: CaseWorksheet) -> None:
        """Keep what the laboratory writes down of the case.

        Raises
        ------
        CaseError
            Where the case is read-only or the file can't be written.
        """
        before = self.worksheet
        for name in CaseWorksheet.FIELDS:
            value = getattr(worksheet, name)
            if getattr(before, name) != value:
                self.set_fact(name, value)

    # -- the file -------------------------------------------------------------------

    def query(self, command: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return rows of the file."""
        with self._turn:
            connection = self._open()
            try:
                return connection.execute(command, values).fetchall()
            except sqlite3.Error as error:
                raise self._unreadable("a part of the case", repr(error)) from error

    def write(self, command: str, *values: Any) -> int:
        """Change the file for good; return the new row's number.

        Raises
        ------
        CaseError
            Where the case is read-only or the file can't be written.
        """
        with self.writing() as connection:
            return int(connection.execute(command, values).lastrowid or 0)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write all that is written within it, or nothing.

        Raises
        ------
        CaseError
            Where the case is read-only or the file can't be written.
        """
        if self.read_only:
            raise CaseError(
                f"this case is open read-only: {self.read_only}.",
                "Nothing was changed. Close it there and open it again here, or work on a copy.",
                self.path,
            )
        with self._turn:
            connection = self._open()
            database.check_place(self.path, self._file)
            try:
                with connection:
                    yield connection
            except sqlite3.Error as error:
                raise database.not_kept(self.path, error) from error
            except RowError as error:
                raise CaseError(
                    f"this can't be kept in a case file: {error}.",
                    "Nothing was changed.",
                    self.path,
                ) from error

    @contextmanager
    def reading(self, cell: int) -> Iterator[sqlite3.Connection]:
        """Read rows of a cell.

        Raises
        ------
        CaseError
            Where they make no sense or can't be read.
        """
        with self._turn:
            try:
                yield self._open()
            except (RowError, EditError) as error:
                raise self._unreadable(f"cell {cell}", str(error)) from error
            except sqlite3.Error as error:
                raise self._unreadable(f"cell {cell}", repr(error)) from error

    def _unreadable(self, part: str, why: str) -> CaseError:
        return CaseError(
            f"{part} can't be read ({why}).",
            "The rest can. The file was left as it is; take a copy from your backup.",
            self.path,
        )

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise CaseError("the case file has been closed.", "Open it again.", self.path)
        return self._connection

    def _told(self) -> Self:
        """Return the case with it said who has it; read-only where that can't be written."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        holder = {"computer": platform.node(), "process": os.getpid(), "since": now}
        try:
            self.set_fact("holder", json.dumps(holder))
        except CaseError as error:
            # A full disk must not keep anybody from looking.
            self.close()
            connection = database.open_for_reading(self.path)
            database.check(connection, self.path)
            return type(self)(self.path, connection, None, error.what)
        return self

    def _who_has_it(self) -> str:
        try:
            holder = json.loads(self.fact("holder") or "{}")
            return f" (on {holder['computer']}, since {holder['since'][:16].replace('T', ' ')} UTC)"
        except (ValueError, KeyError, TypeError, RecursionError):
            return ""
