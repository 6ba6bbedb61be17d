"""The medial axis: what it hands to scipy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.sparse.csgraph import dijkstra

from napari_karyo.preprocessing import axis


def test_the_graph_is_one_that_every_scipy_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The graphs of scipy 1.14, the oldest allowed, refuse numbers of 64 bits."""
    seen: list[np.dtype[Any]] = []

    def look(graph: Any, **options: Any) -> Any:
        seen.extend((graph.indices.dtype, graph.indptr.dtype))
        return dijkstra(graph, **options)

    monkeypatch.setattr(axis, "dijkstra", look)
    mask = np.zeros((80, 30), np.bool_)
    mask[8:72, 10:21] = True
    axis.medial_axis(mask)
    assert seen
    assert set(seen) == {np.dtype(np.int32)}
