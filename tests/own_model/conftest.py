"""Corrected cells, a network to start from, and a few simulated crops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from own_model_data import QUICK, write_cells
from small import SMALL, small_weights

from napari_karyo.own_model import tuning
from napari_karyo.training.dataset import Dataset


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_cells(tmp_path / "data")


@pytest.fixture
def start(tmp_path: Path) -> Path:
    return small_weights(tmp_path)


@pytest.fixture
def few_simulated(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """Spare the tests the drawing of simulated cells."""
    rng = np.random.default_rng(0)
    height, width = SMALL.input.height, SMALL.input.width
    words = np.full(6, "x")
    few = Dataset(
        rng.integers(0, 255, (6, height, width)).astype(np.uint8),
        np.zeros(6, np.int64),
        words,
        words,
        words,
        np.zeros(6, np.int64),
        np.ones(6, np.bool_),
    )
    monkeypatch.setattr("napari_karyo.own_model.simulated_crops.simulated_crops", lambda *_: few)
    monkeypatch.setattr(tuning, "TuningPlan", lambda: QUICK)
    return few
