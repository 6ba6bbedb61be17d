"""What decides between outlines, gathered and trained on real spreads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_karyo.models.spread_weights import load_spread_weights
from napari_karyo.training.segmentation import decision
from napari_karyo.training.segmentation.archives import ARCHIVES, Photograph

pytestmark = pytest.mark.real_data


def test_outlines_of_real_spreads_are_judged_and_learned(
    data_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, read = ARCHIVES["dapi"]

    def two(path: Path, splits: Any) -> Iterator[Photograph]:
        assert splits == ("train",)
        yield from list(read(path, splits))[:2]

    monkeypatch.setattr(decision, "ARCHIVES", {"dapi": (file, two)})
    lines: list[str] = []
    weights = load_spread_weights()
    spreads, judged = decision.gather_judged(data_root, weights, lines.append)
    assert spreads == 2
    assert len(judged.overlap) == len(judged.table) == len(judged.pictures) > 92
    assert "candidates so far" in lines[0]
    # Most chromosomes are found as they lie, and many candidates are none.
    assert 40 < np.count_nonzero(judged.overlap >= 0.5) < len(judged.overlap)
    assert weights.decision is not None
    told = weights.decision.of(judged.table, judged.pictures)
    assert np.corrcoef(told, judged.overlap)[0, 1] > 0.5
    network, facts = decision.fit_decision(data_root, weights, 0, lines.append)
    assert facts["spreads"] == 2
    assert facts["outlines"] == len(judged.overlap)
    assert network.of(judged.table, judged.pictures).shape == judged.overlap.shape
