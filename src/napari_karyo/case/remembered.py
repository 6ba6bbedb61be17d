"""What the laboratory wrote down last, offered for its next case.

It is kept in the person's own settings and in no case. Nothing of a patient is remembered, and
nothing is written into a case until somebody says so: a band level that nobody looked at would
be none.
"""

from __future__ import annotations

import json
from pathlib import Path

from platformdirs import user_config_path

from napari_karyo.errors import EditError
from napari_karyo.io.atomic_write import atomic_write
from napari_karyo.worksheet import REMEMBERED, CaseWorksheet

#: Letters of the file: far more than it ever has.
_LONGEST = 10_000


def place() -> Path:
    """Return where it is kept."""
    return user_config_path("napari-karyo", appauthor=False) / "worksheet.json"


def as_last_time() -> CaseWorksheet:
    """Return what was written down last; empty where nothing was, or it can't be read."""
    try:
        with place().open(encoding="utf-8") as stream:
            written = CaseWorksheet.from_dict(json.loads(stream.read(_LONGEST)))
    except (OSError, ValueError, RecursionError, EditError):
        return CaseWorksheet()
    return CaseWorksheet(**{name: getattr(written, name) for name in REMEMBERED})


def remember(worksheet: CaseWorksheet) -> None:
    """Keep what is written for the next case; where that can't be, nothing is lost."""
    written = worksheet.to_dict()
    kept = as_last_time().to_dict() | {n: written[n] for n in REMEMBERED if n in written}
    try:
        place().parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(place(), text=True) as stream:
            json.dump(kept, stream, indent=1)
    except OSError:
        return


def filled(worksheet: CaseWorksheet, usual: CaseWorksheet) -> CaseWorksheet:
    """Return a worksheet with what another one says where it says nothing."""
    return CaseWorksheet(**(usual.to_dict() | worksheet.to_dict()))
