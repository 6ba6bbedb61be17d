"""What a session asks of the window that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import napari

#: What can be asked of a session's window, and the function that opens it there. Named as in
#: napari's manifest: a session is below the docks, and actions ask through it.
WINDOWS: Final = {
    "review": "napari_karyo.gui.docks.opening:open_review",
    "gallery": "napari_karyo.gui.docks.gallery_dock:toggle_gallery",
    "export": "napari_karyo.gui.contributions.commands:export_karyogram",
    "worksheet": "napari_karyo.gui.docks.worksheet_dock:open_worksheet",
    "classify": "napari_karyo.gui.contributions.commands:open_classify",
}


def has_window(viewer: napari.Viewer) -> bool:
    """Tell whether a viewer's window is open; one that never had any counts so."""
    window = getattr(viewer, "window", None)
    try:
        # napari has no other word for it: of a closed window this fails.
        return window is None or window.geometry() is not None
    except (AttributeError, RuntimeError):
        return False
