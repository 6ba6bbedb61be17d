"""From the photograph of a spread, or its crops, to a karyogram: classify, correct, export.

The names below are loaded when they are first asked for, so that ``import napari_karyo`` costs
nothing: napari reads every plugin's package when it starts, and PyTorch alone takes seconds.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from napari_karyo.version import __version__

if TYPE_CHECKING:
    from napari_karyo.case import Case
    from napari_karyo.classified import ClassifiedCell
    from napari_karyo.inference.assignment import assign
    from napari_karyo.inference.classify import classify, classify_patient
    from napari_karyo.inference.options import ClassifyOptions
    from napari_karyo.inference.saliency import saliency
    from napari_karyo.io.cells import read_cell, read_patient
    from napari_karyo.io.photograph import read_spread
    from napari_karyo.karyotype import Karyotype
    from napari_karyo.output.export import ExportOptions, export
    from napari_karyo.segmentation.objects import Segmentation
    from napari_karyo.segmentation.segment import segment
    from napari_karyo.simulation.sample import simulate_cell
    from napari_karyo.simulation.spread import simulate_spread
    from napari_karyo.worksheet import CaseWorksheet, CellWorksheet

_HOMES = {
    "Case": "case",
    "CaseWorksheet": "worksheet",
    "CellWorksheet": "worksheet",
    "ClassifiedCell": "classified",
    "ClassifyOptions": "inference.options",
    "ExportOptions": "output.options",
    "Karyotype": "karyotype",
    "Segmentation": "segmentation.objects",
    "assign": "inference.assignment",
    "classify": "inference.classify",
    "classify_patient": "inference.classify",
    "export": "output.export",
    "read_cell": "io.cells",
    "read_patient": "io.cells",
    "read_spread": "io.photograph",
    "saliency": "inference.saliency",
    "segment": "segmentation.segment",
    "simulate_cell": "simulation.sample",
    "simulate_spread": "simulation.spread",
}

__all__ = [
    "Case",
    "CaseWorksheet",
    "CellWorksheet",
    "ClassifiedCell",
    "ClassifyOptions",
    "ExportOptions",
    "Karyotype",
    "Segmentation",
    "__version__",
    "assign",
    "classify",
    "classify_patient",
    "export",
    "read_cell",
    "read_patient",
    "read_spread",
    "saliency",
    "segment",
    "simulate_cell",
    "simulate_spread",
]


def __getattr__(name: str) -> Any:
    """Load one of the package's public names when it is first used."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the lazily loaded names too."""
    return sorted({*globals(), *__all__})
