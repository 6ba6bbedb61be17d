"""Opening the database of a case file: safely, once for writing, and never by guess."""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from filelock import FileLock, Timeout

from napari_karyo.case import schema
from napari_karyo.case.frame import check, check_file, damaged, guard
from napari_karyo.errors import CaseError


def hold(path: Path) -> tuple[FileLock | None, str]:
    """Try to hold a case file for writing; the system lets go when the program ends.

    Returns
    -------
    lock : FileLock or None
    reason : str
        Why there is none: in words for the person.
    """
    if path.exists() and not os.access(path, os.W_OK):
        return None, "the file may not be written to"
    lock = FileLock(path.with_name(f".{path.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None, "another program has it open"
    except OSError as error:
        return None, f"its folder can't be written to ({error.strerror or error})"
    return lock, ""


def identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another one of its name; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def check_place(path: Path, opened: tuple[int, int] | None) -> None:
    """Refuse to write where nobody would find it: into a file that lost its name.

    The system lets a program write into a file that was deleted, or that another one took
    the place of, as if nothing had happened.

    Raises
    ------
    CaseError
        Where the file of that name is not the one that was opened.
    """
    found = identity(path)
    if found != opened:
        raise CaseError(
            "this case file was moved, renamed or deleted while it was open"
            + ("." if found is None else ", and another file has its name."),
            f"This was not done. Put the file back, together with {path.name}-wal where that is "
            "there; or save the karyogram as a case file of another name.",
            path,
        )


def create(path: Path, facts: Mapping[str, str]) -> None:
    """Make a new case file with empty tables; it takes its name once it is whole.

    Raises
    ------
    CaseError
        Where there is a file of that name or it can't be written.
    """
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with closing(sqlite3.connect(part)) as connection, connection:
            connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
            for command in schema.commands(schema.VERSION):
                connection.executescript(command)
            connection.executemany("INSERT INTO fact VALUES (?, ?)", list(facts.items()))
            connection.execute(f"PRAGMA user_version = {schema.VERSION}")
        try:
            # A rename would take the place of a file that another program made meanwhile.
            os.link(part, path)
        except OSError:
            if path.exists():
                raise
            # A disk that knows no links.
            part.rename(path)
    except FileExistsError:
        raise CaseError("there is a file of this name.", "Choose another one.", path) from None
    except (OSError, sqlite3.Error) as error:
        raise not_kept(path, error) from error
    finally:
        part.unlink(missing_ok=True)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open a case file whose lock is held, after bringing its tables up to date.

    Raises
    ------
    CaseError
        Where it is damaged, or of a newer version, or can't be brought up to date.
    """
    check_file(path)
    with closing(open_for_reading(path)) as first:
        version = check(first, path)
    if version < schema.VERSION:
        _migrate(path, version)
    try:
        return _connect(path)
    except sqlite3.Error as error:
        raise not_kept(path, error) from error


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open a case file so that nothing in it can be changed; its frame is yet to be checked."""
    check_file(path)
    log = path.with_name(f"{path.name}-wal")
    for options in ("mode=ro", "immutable=1"):
        if options == "immutable=1" and log.exists() and log.stat().st_size:
            # SQLite would leave out what stands there only: the last edits.
            break
        name = f"{path.absolute().as_uri()}?{options}"
        try:
            connection = sqlite3.connect(name, uri=True, check_same_thread=False)
        except sqlite3.OperationalError:
            continue
        try:
            # Without a look at its tables.
            connection.execute("PRAGMA user_version")
        except sqlite3.OperationalError:
            # On a disk that can't be written to, SQLite has no place for its shared memory;
            # nobody changes the file there either.
            connection.close()
            continue
        except sqlite3.DatabaseError as error:
            connection.close()
            raise damaged(path, str(error)) from error
        return connection
    raise CaseError(
        "the case file can't be opened where it lies.",
        f"Copy it, and {log.name} where that is there, to a folder that can be written to.",
        path,
    )


def _connect(path: Path) -> sqlite3.Connection:
    # Its own transactions are begun and ended by name: nothing is left open by accident.
    connection = sqlite3.connect(path, timeout=5.0, check_same_thread=False)
    guard(connection)
    connection.execute("PRAGMA journal_mode = WAL")
    # Every edit is on the disk itself before anybody is told that it is kept.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _migrate(path: Path, version: int) -> None:
    """Bring the tables up to date, all steps or none, after a copy was put aside."""
    copy = path.with_name(f"{path.name}.version-{version}")
    # What stands there already, a link perhaps, is replaced and not written through.
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with closing(open_for_reading(path)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
        part.replace(copy)
        connection = _connect(path)
        try:
            connection.execute("BEGIN IMMEDIATE")
            for step in range(version, schema.VERSION):
                for command in schema.MIGRATIONS[step]:
                    connection.execute(command)
            connection.execute(f"PRAGMA user_version = {schema.VERSION}")
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            connection.close()
    except (OSError, sqlite3.Error, KeyError) as error:
        raise CaseError(
            f"the case file of version {version} could not be brought up to date: {error}.",
            f"It was left as it is; a copy is in {copy.name}.",
            path,
        ) from error
    finally:
        part.unlink(missing_ok=True)


def not_kept(path: Path, error: Exception) -> CaseError:
    """Return what to tell of a write that failed."""
    return CaseError(
        f"nothing could be written to the case file: {error}.",
        "Check that the disk is not full and the folder can be written to. What was done before "
        "is kept; this was not done.",
        path,
    )
