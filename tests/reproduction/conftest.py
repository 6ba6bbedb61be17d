"""Data, networks and recipes that cost little."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from small import labelled_cells

from napari_karyo.models.named import CONFIGS
from napari_karyo.training import train as entry


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three small cells, and all networks and recipes made small."""
    for name, config in CONFIGS.items():
        canvas = replace(config.input, height=64, width=64)
        sizes: dict[str, object] = {
            "backbone": "residual",
            "widths": (16,) * 4,
            "depths": (1,) * 4,
            "strides": ((2, 2),) * 4,
            "stem_width": 16,
        }
        if config.backbone == "plain":
            sizes = {"widths": (2, 4), "hidden": (8, 6)}
        small = replace(config, input=canvas, lstm_width=8, **sizes)  # type: ignore[arg-type]
        monkeypatch.setitem(CONFIGS, name, small)
        quick = replace(entry.RECIPES[name], epochs=2, batch=2)
        monkeypatch.setitem(entry.RECIPES, name, quick)
    return labelled_cells(tmp_path / "data")
