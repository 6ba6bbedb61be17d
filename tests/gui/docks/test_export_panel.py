"""What the export panel offers is what can be written."""

from __future__ import annotations

from napari_karyo.gui.docks.export_panel import CELL, ENDINGS, FILTERS
from napari_karyo.output.files import FORMATS


def test_every_format_is_offered_for_a_cell() -> None:
    # One name for both endings of TIFF.
    assert {f".{ending}" for ending in FILTERS} == set(FORMATS) - {".tiff"}
    assert set(ENDINGS[CELL]) == set(FILTERS)
    assert all(set(endings) <= set(FILTERS) for endings in ENDINGS.values())
