"""A case file read without a trace: as it stands at one moment, from a copy of it.

SQLite leaves files beside a database in write-ahead mode even where it only reads, and can't
read one that another program writes to in a folder where nothing may be made. So the file and
its log are copied, the copy is checked to be of one moment, and only the copy is opened.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from napari_karyo.case.case import Case
from napari_karyo.case.frame import check_file
from napari_karyo.errors import CaseError

#: How often a file that is written to meanwhile is copied again, and how long is waited.
_TRIES: Final = 20
_PAUSE: Final = 0.1

#: Bytes of a log's head: its two salts, which change whenever it begins anew, are in it.
_LOG_HEAD: Final = 32
_CHUNK: Final = 1 << 20


@contextmanager
def snapshot(path: Path | str) -> Iterator[Case]:
    """Open a case file as it stands now; nothing is ever written to it, nor beside it.

    What another program has open is read with all edits that were kept so far. A file of an
    older version is brought up to date in the copy alone.

    Parameters
    ----------
    path : Path or str

    Yields
    ------
    Case
        The copy. It is gone when the context ends, with all that was written to it.

    Raises
    ------
    CaseError
        As `Case.open`, and where there is no room for the copy, or the file never rests. Errors
        of the case, while it is used, name the file and not the copy.
    """
    whole = Path(path).expanduser().resolve()
    check_file(whole)
    with TemporaryDirectory(prefix="napari-karyo-") as folder:
        copy = Path(folder).resolve() / whole.name
        try:
            _copy_at_rest(whole, copy)
        except OSError as error:
            raise CaseError(
                f"the case file can't be copied to be read ({error.strerror or error}).",
                "Check that it may be read and that the disk for temporary files is not full.",
                whole,
            ) from error
        try:
            with Case.open(copy) as case:
                yield case
        except CaseError as error:
            if error.path != copy:
                raise
            raise CaseError(error.what, error.remedy, whole) from error


def _copy_at_rest(whole: Path, copy: Path) -> None:
    """Copy a case file and its log so that both are of one moment.

    The file is the same before and after its log was copied, and the log was only added to:
    then file and log together are what they were when the copy of the file ended.
    """
    for _ in range(_TRIES):
        seen = _copied(whole, copy)
        for end in ("-wal", "-journal"):
            beside = copy.with_name(copy.name + end)
            beside.unlink(missing_ok=True)
            try:
                _copied(whole.with_name(whole.name + end), beside)
            except FileNotFoundError:
                beside.unlink(missing_ok=True)
        with whole.open("rb") as stream:
            same = hashlib.file_digest(stream, "sha256").digest() == seen
        if same and (not (log := _head(copy)) or log == _head(whole)):
            return
        time.sleep(_PAUSE)
    raise CaseError(
        "the case file is written to all the time.",
        "Try again when the program that has it open rests.",
        whole,
    )


def _copied(source: Path, target: Path) -> bytes:
    """Copy a file; return the SHA-256 of what was read."""
    seen = hashlib.sha256()
    with source.open("rb") as stream, target.open("wb") as out:
        while part := stream.read(_CHUNK):
            seen.update(part)
            out.write(part)
    return seen.digest()


def _head(path: Path) -> bytes:
    """Return the head of a case file's log; nothing where there is none."""
    try:
        with path.with_name(f"{path.name}-wal").open("rb") as stream:
            return stream.read(_LOG_HEAD)
    except FileNotFoundError:
        return b""
