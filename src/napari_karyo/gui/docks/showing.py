"""The plugin's docks by name, each open once in a window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from qtpy.QtWidgets import QDockWidget, QMainWindow

from napari_karyo.gui.session.session import session_of
from napari_karyo.gui.session.window import attend

if TYPE_CHECKING:
    import napari
    from qtpy.QtWidgets import QWidget


class DockKind(Protocol):
    """A widget of Qt or magicgui for a dock of napari's window."""

    def __init__(self, napari_viewer: napari.Viewer) -> None: ...


Dock = TypeVar("Dock", bound=DockKind)

TITLE = "Karyotyping"
FORM = "Classify chromosomes"
REVIEW = "Review karyogram"
OWN_MODEL = "Own model"


def current(viewer: napari.Viewer | None) -> napari.Viewer:
    """Return the viewer given, or the one in front."""
    if viewer is not None:
        return viewer
    import napari

    return napari.current_viewer()


def made_dock(viewer: napari.Viewer, kind: type[Dock]) -> Dock | None:
    """Return one of the plugin's docks that is in a window, seen or not."""
    docks = viewer.window.dock_widgets.values()
    return next((one for one in docks if isinstance(one, kind)), None)


def stand_together(viewer: napari.Viewer, dock: QWidget) -> None:
    """Let a dock share its place with the plugin's others beside the canvas, and lie on top."""
    holder = _holder(dock)
    window = holder.parentWidget() if holder is not None else None
    if holder is None or not isinstance(window, QMainWindow) or holder.isFloating():
        return
    area = window.dockWidgetArea(holder)
    for other in viewer.window.dock_widgets.values():
        there = _holder(getattr(other, "native", other))
        if there is None or there is holder or there.isFloating() or not there.isVisible():
            continue
        if window.dockWidgetArea(there) == area and holder not in window.tabifiedDockWidgets(there):
            window.tabifyDockWidget(there, holder)
            break
    holder.raise_()


def _holder(dock: QWidget) -> QDockWidget | None:
    widget: QWidget | None = dock
    while widget is not None and not isinstance(widget, QDockWidget):
        widget = widget.parentWidget()
    return widget


def show_dock(viewer: napari.Viewer, name: str, kind: type[Dock], area: str = "right") -> Dock:
    """Open one of the plugin's docks, or bring it forward where it is open."""
    made = made_dock(viewer, kind)
    if made is None:
        made = kind(viewer)
        # The title that napari's own Plugins menu gives, so that it knows the dock again.
        holder = viewer.window.add_dock_widget(
            made, name=f"{name} ({TITLE})", area=area, tabify=area == "right"
        )
        attend(session_of(viewer), holder)
    else:
        holder = cast("QWidget", getattr(made, "native", made)).parent()
    holder.show()
    holder.raise_()
    return made
