"""What can go wrong, each said with the file it concerns and what to do about it."""

from __future__ import annotations

from pathlib import Path


class KaryoError(Exception):
    """Base of every error that this package raises on purpose.

    Parameters
    ----------
    what : str
        What happened, in words for the person in front of the screen.
    remedy : str
        What that person can do about it.
    path : Path or str, optional
        The file or folder it happened to.
    """

    def __init__(self, what: str, remedy: str = "", path: Path | str | None = None) -> None:
        self.what = what
        self.remedy = remedy
        self.path = None if path is None else Path(path)
        where = f"{self.path}: " if self.path is not None else ""
        super().__init__(f"{where}{what}" + (f" {remedy}" if remedy else ""))


class ReadError(KaryoError):
    """A file or folder could not be read as a chromosome, a cell or a patient."""


class PreprocessingError(KaryoError):
    """A crop holds nothing that can be prepared for the network."""


class WeightsError(KaryoError):
    """A weights file is missing, damaged, of another model or not what its hash says."""


class DeviceError(KaryoError):
    """The device asked for is not there or cannot do the work."""


class EditError(KaryoError):
    """An edit of the karyotype that makes no sense, such as a slot that does not exist."""


class ExportError(KaryoError):
    """A picture or table could not be written."""


class CaseError(KaryoError):
    """A case file is damaged, of a newer version, read-only or could not be written."""


class ClusterError(KaryoError):
    """A cluster, or the processes of one machine, are not there or can't do the work."""
