"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


@contextmanager
def atomic_write(path: Path, *, text: bool = False) -> Iterator[IO[Any]]:
    """Open a file that takes its name only once it is complete.

    A full disk, a kill or a pulled plug leaves what was there before, and two programs
    that write at once don't mix.

    Parameters
    ----------
    path : Path
        The name it gets at the end.
    text : bool
        Whether it is UTF-8 text.

    Raises
    ------
    OSError
    """
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        # A file name that is no valid UTF-8 is written escaped into a table, not refused.
        with (
            part.open("x", encoding="utf-8", errors="backslashreplace", newline="")
            if text
            else part.open("xb")
        ) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
