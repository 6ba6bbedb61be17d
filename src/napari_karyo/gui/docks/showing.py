"""The plugin's docks by name, each open once in a window."""

from __future__ import annotations

from typing import Any, TypeVar

from napari_karyo.gui.session.session import session_of
from napari_karyo.gui.session.window import attend

Dock = TypeVar("Dock")

TITLE = "Karyotyping"
FORM = "Classify chromosomes"
REVIEW = "Review karyogram"


def current(viewer: Any) -> Any:
    """Return the viewer given, or the one in front."""
    if viewer is not None:
        return viewer
    import napari

    return napari.current_viewer()


def show_dock(viewer: Any, name: str, kind: type[Dock], area: str = "right") -> Dock:
    """Open one of the plugin's docks, or bring it forward where it is open."""
    for widget in viewer.window.dock_widgets.values():
        if isinstance(widget, kind):
            inner: Any = getattr(widget, "native", widget)
            holder = inner.parent()
            holder.show()
            holder.raise_()
            return widget
    # The title that napari's own Plugins menu gives, so that it knows the dock again.
    make: Any = kind
    made: Dock = make(viewer)
    holder = viewer.window.add_dock_widget(
        made, name=f"{name} ({TITLE})", area=area, tabify=area == "right"
    )
    attend(session_of(viewer), holder)
    holder.show()
    holder.raise_()
    return made
