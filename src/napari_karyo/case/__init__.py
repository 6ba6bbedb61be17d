"""The case file: one SQLite file a patient, which keeps every cell and every edit."""

from napari_karyo.case.case import Case, CellEntry
from napari_karyo.case.place import SUFFIX, case_path
from napari_karyo.case.reading import snapshot

__all__ = ["SUFFIX", "Case", "CellEntry", "case_path", "snapshot"]
