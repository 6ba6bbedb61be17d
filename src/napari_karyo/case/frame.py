"""The frame of a case file: what may stand in it and beside it, checked before it is trusted.

A case comes by mail, from anybody. Before one row of it is read, its tables must be those
that this program makes, to the letter: a view, a trigger or a constraint that somebody
else wrote is a program that would run here. A file that fails is refused whole and left
as it is; what may stand in a row is the matter of `napari_karyo.case.checked`.
"""

from __future__ import annotations

import re
import sqlite3
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from napari_karyo.case import schema
from napari_karyo.case.place import SUFFIX
from napari_karyo.errors import CaseError

_MAGIC: Final = b"SQLite format 3\x00"
_HEADER: Final = 100

#: Of the file together with its log, in bytes: five thousand cells have half of it.
LARGEST: Final = 2**32

#: Of one value or row, in bytes: a crop of 4096 x 4096 pixels of 16 bits has a third of it.
_LARGEST_VALUE: Final = 100_000_000
#: Of one command, those of the schema too, in bytes: the longest is a tenth of it.
_LONGEST_COMMAND: Final = 10_000

#: Cells of a case: patients have a few hundred at most.
MOST_CELLS: Final = 10_000

#: What ends a rollback journal that names another file, which SQLite would delete.
_NAMES_ANOTHER: Final = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"

#: What the check of the whole file says of single values: their rows are told apart later.
_OF_A_ROW: Final = re.compile(r"(NULL|TEXT|NUMERIC|non-\w+) value in |CHECK constraint failed in ")


def check_file(path: Path) -> None:
    """Say what is wrong with a case file before anything of it is touched.

    Raises
    ------
    CaseError
        Where it is missing, no case file, damaged, or something stands beside it that
        leads elsewhere.
    """
    try:
        status = path.stat()
        # To open a pipe would wait for ever.
        if not stat.S_ISREG(status.st_mode):
            raise CaseError("this is no file.", "Give the name of a case file.", path)
        with path.open("rb") as stream:
            head = stream.read(_HEADER)
    except FileNotFoundError:
        raise CaseError("there is no such case file.", "Check the name.", path) from None
    except (OSError, ValueError) as error:
        raise CaseError(
            f"the case file can't be read: {getattr(error, 'strerror', None) or error}.",
            "Check that it is a file that you may read.",
            path,
        ) from error
    if path.suffix.lower() != SUFFIX and not head.startswith(_MAGIC):
        raise CaseError(
            "this is no case file.", f"Give the name of one that ends in {SUFFIX}.", path
        )
    if len(head) < _HEADER or not head.startswith(_MAGIC):
        raise damaged(path, "it does not begin as a case file does")
    if int.from_bytes(head[68:72], "big") != schema.APPLICATION_ID:
        raise CaseError(
            "this is a database, but no case file of this program.",
            "Open it with the program that wrote it.",
            path,
        )
    _check_beside(path, status.st_size)


def _check_beside(path: Path, size: int) -> None:
    """Refuse files beside it through which SQLite would write to, or delete, another one."""
    names = [f"{path.name}{end}" for end in ("-wal", "-shm", "-journal")]
    for beside in [path.with_name(name) for name in (*names, f".{path.name}.lock")]:
        try:
            status = beside.lstat()
        except OSError:
            continue
        if not stat.S_ISREG(status.st_mode):
            raise CaseError(
                f"{beside.name} beside it is no file, but leads elsewhere.", "Remove it.", path
            )
        size += status.st_size
        if beside.name.endswith("-journal") and status.st_size:
            with beside.open("rb") as stream:
                stream.seek(-min(status.st_size, len(_NAMES_ANOTHER)), 2)
                if stream.read() == _NAMES_ANOTHER:
                    raise CaseError(
                        f"{beside.name} beside it was not written by this program.",
                        "Put it aside.",
                        path,
                    )
    if size > LARGEST:
        raise CaseError("it is larger than any case file.", "It was left as it is.", path)


def guard(connection: sqlite3.Connection) -> None:
    """Bind a connection so that nothing in the file runs, and no value is too large."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, _LONGEST_COMMAND)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    # Bytes that are no UTF-8 cost the words they stand in, not the cell.
    connection.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")


def check(connection: sqlite3.Connection, path: Path) -> int:
    """Guard a connection, check the frame of the whole file, return its tables' version.

    Raises
    ------
    CaseError
        Where it is damaged, of a newer version, or its tables are not this program's.
    """
    try:
        with _limited(connection, path):
            guard(connection)
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version > schema.VERSION:
                raise CaseError(
                    f"this case file was written by a newer version of the program (its tables "
                    f"are of version {version}, this program knows {schema.VERSION}).",
                    "Update napari-karyo. The file was left as it is.",
                    path,
                )
            if version < 1:
                raise damaged(path, "its tables have no version")
            _check_tables(connection, version, path)
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(100)")]
            wrong = [one for one in found if one != "ok" and not _OF_A_ROW.match(one)]
            if wrong or not found:
                raise damaged(path, wrong[0] if wrong else "")
            (cells,) = connection.execute("SELECT count(*) FROM cell").fetchone()
            if cells > MOST_CELLS:
                raise damaged(path, f"it has {cells} cells")
    # SQLite's words may quote what the file holds instead of text.
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise damaged(path, str(error)) from error
    return version


def _check_tables(connection: sqlite3.Connection, version: int, path: Path) -> None:
    expected = _tables(schema.commands(version))
    found = _words_of(connection, len(expected) + 1)
    foreign = found - expected
    if foreign:
        kind, name, *_ = min(foreign, key=str)
        known = any(name == one[1] for one in expected)
        why = f"its {kind} {str(name)[:40]!r} is "
        raise damaged(path, why + ("not as this program makes it" if known else "none of a case"))
    lacking = expected - found
    if lacking:
        kind, name, *_ = min(lacking, key=str)
        raise damaged(path, f"its {kind} {name!r} is missing")


@cache
def _tables(commands: tuple[str, ...]) -> frozenset[tuple[object, ...]]:
    """Return what the schema of a file that these commands made says, word for word."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for command in commands:
            connection.executescript(command)
        return _words_of(connection, -1)


def _words_of(connection: sqlite3.Connection, most: int) -> frozenset[tuple[object, ...]]:
    query = "SELECT type, name, tbl_name, sql FROM sqlite_schema LIMIT ?"
    return frozenset(
        (kind, name, table, " ".join(sql.split()) if isinstance(sql, str) else sql)
        for kind, name, table, sql in connection.execute(query, (most,))
    )


@contextmanager
def _limited(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Break off what takes longer than such a file can need; waiting for a disk not counted."""
    end = time.thread_time() + 4 + path.stat().st_size / 20e6
    connection.set_progress_handler(lambda: time.thread_time() > end, 10_000)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


def damaged(path: Path, why: str) -> CaseError:
    """Return what to tell of a file that is not as it should be."""
    # SQLite's own words may run over several lines.
    reason = f" ({' '.join(why.split())[:300]})" if why else ""
    return CaseError(
        f"the case file is damaged{reason}.",
        f"It was left as it is. Put it aside together with {path.name}-wal and {path.name}-shm, "
        "then take a copy from your backup; the folder of crops can be classified again.",
        path,
    )
