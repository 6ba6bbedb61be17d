"""The review dock, opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_karyo.gui.docks.review.dock import ReviewDock
from napari_karyo.gui.docks.showing import REVIEW, current, show_dock

if TYPE_CHECKING:
    import napari


def open_review(viewer: napari.Viewer | None = None) -> ReviewDock:
    """Open the review dock, or bring it forward."""
    return show_dock(current(viewer), REVIEW, ReviewDock)
