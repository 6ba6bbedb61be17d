"""What has been classified so far: a file a patient, whole or not there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from napari_karyo.errors import ExportError
from napari_karyo.output.files import export_file

_NAME: Final = re.compile(r"[0-9a-f]{64}\.json|\.[0-9a-f]{32}\.part")
_LOCK: Final = "lock"


@dataclass(frozen=True)
class Row:
    """What is said of one chromosome.

    Attributes
    ----------
    file : str
    predicted : str
        The network's own choice for the crop alone.
    confidence : float
        Its probability.
    assigned : str
        The slot, once all chromosomes of the cell were decided together.
    light : str
    probabilities : list of float
        Of `napari_karyo.classes.CLASSES`.
    """

    file: str
    predicted: str
    confidence: float
    assigned: str
    light: str
    probabilities: list[float]


@dataclass(frozen=True)
class CellRows:
    """The chromosomes of a cell, with the names of the cell and of the folder it lies in."""

    name: str
    folder: str
    rows: list[Row]

    @property
    def longer_name(self) -> str:
        """What it is called where another one has its name: ``patient/cell 1``."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


@dataclass(frozen=True)
class LeftOut:
    """A cell or folder that has no rows, and why."""

    cell: str
    why: str


@dataclass(frozen=True)
class Part:
    """What came of one patient.

    Attributes
    ----------
    cells : list of CellRows
    left_out : list of LeftOut
    said : list of str
        What a person is told of it, a line each.
    whole : bool
        False where something went wrong that has nothing to do with the patient's files, such
        as a worker that died: the next run tries again.
    """

    cells: list[CellRows] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    whole: bool = True


class PartsFolder:
    """The parts of a table that is being made: a folder beside it, of its name and ``.parts``.

    Parameters
    ----------
    table : Path
    """

    def __init__(self, table: Path) -> None:
        self.path = table.with_name(f"{table.name}.parts")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep another run from making the same table meanwhile.

        Raises
        ------
        ExportError
            Where another one does, or the folder can't be made.
        """
        lock = FileLock(self.path / _LOCK)
        try:
            self.path.mkdir(exist_ok=True)
            lock.acquire(timeout=0)
        except Timeout as error:
            raise ExportError(
                "another run is making this table.",
                "Wait for it, or choose another name.",
                self.path,
            ) from error
        except OSError as error:
            raise ExportError(
                f"no folder for what is done so far could be made ({error.strerror or error}).",
                "Choose another folder to write to.",
                self.path,
            ) from error
        try:
            yield
        finally:
            # While it is held: later it may be the next run's. Windows removes it by itself.
            with suppress(OSError):
                (self.path / _LOCK).unlink(missing_ok=True)
            lock.release()
            # An empty folder says nothing; one with parts stays.
            with suppress(OSError):
                self.path.rmdir()

    def load(self, key: str) -> Part | None:
        """Return the part that was made from exactly this; None where there is none.

        Raises
        ------
        ExportError
            Where there is one that can't be read.
        """
        path = self.path / f"{key}.json"
        try:
            content = json.loads(path.read_bytes())
            return Part(
                [
                    CellRows(cell["name"], cell["folder"], [Row(**row) for row in cell["rows"]])
                    for cell in content["cells"]
                ],
                [LeftOut(**one) for one in content["left_out"]],
                content["said"],
                content["whole"],
            )
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ExportError(
                f"what an earlier run did can't be read ({error.strerror or error}).",
                "Let it be read, or remove it: that patient is then classified anew.",
                path,
            ) from error
        except (ValueError, KeyError, TypeError):
            # Damaged, or changed by hand: made again.
            return None

    def save(self, key: str, part: Part) -> None:
        """Write a part, whole or not at all.

        Raises
        ------
        ExportError
        """
        with export_file(self.path / f"{key}.json", text=True) as stream:
            json.dump(asdict(part), stream)

    def clear(self) -> None:
        """Remove all parts, also those of inputs that have been changed since.

        Raises
        ------
        ExportError
            Where one can't be removed.
        """
        try:
            for path in self.path.iterdir():
                if _NAME.fullmatch(path.name):
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise ExportError(
                "all is done, but what it was put together from could not be removed "
                f"({error.strerror or error}).",
                "Remove this folder: nothing needs it any more.",
                self.path,
            ) from error
