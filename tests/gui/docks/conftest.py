"""The review dock for the tests of what is in it."""

from __future__ import annotations

from typing import Any

import pytest

from napari_karyo.gui.docks.review.dock import ReviewDock


@pytest.fixture
def dock(opened: Any) -> ReviewDock:
    viewer = opened[0]
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock, name="Review karyogram")
    return dock
