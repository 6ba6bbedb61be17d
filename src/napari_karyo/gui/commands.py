"""The commands behind napari's menus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import napari

TITLE = "Karyotyping"
FORM = "Classify chromosomes"
REVIEW = "Review karyogram"


def _viewer(viewer: Any) -> Any:
    if viewer is not None:
        return viewer
    import napari

    return napari.current_viewer()


def _dock(viewer: Any, name: str, kind: type) -> Any:
    """Open one of the plugin's docks, or bring it forward where it is open."""
    for widget in viewer.window.dock_widgets.values():
        if isinstance(widget, kind):
            inner: Any = getattr(widget, "native", widget)
            holder = inner.parent()
            holder.show()
            holder.raise_()
            return widget
    # The title that napari's own Plugins menu gives, so that it knows the dock again.
    widget = kind(viewer)
    holder = viewer.window.add_dock_widget(
        widget, name=f"{name} ({TITLE})", area="right", tabify=True
    )
    holder.show()
    holder.raise_()
    return widget


def open_classify(viewer: napari.Viewer | None = None) -> Any:
    """Open the form that classifies."""
    from napari_karyo.gui.run_widget import ClassifyForm

    return _dock(_viewer(viewer), FORM, ClassifyForm)


def open_review(viewer: napari.Viewer | None = None) -> Any:
    """Open the review dock."""
    from napari_karyo.gui.review_dock import ReviewDock

    return _dock(_viewer(viewer), REVIEW, ReviewDock)


def open_cell_folder(viewer: napari.Viewer | None = None) -> Any:
    """Ask for a folder of crops, read it, and open the form that classifies."""
    from qtpy.QtCore import Qt
    from qtpy.QtWidgets import QFileDialog

    form = open_classify(viewer)
    dialog = QFileDialog(form.native.window(), "Folder of chromosome crops")
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
    dialog.setModal(False)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def chosen(path: str) -> None:
        form.read_folder(Path(path))

    dialog.fileSelected.connect(chosen)
    dialog.show()
    return dialog


def export_karyogram(viewer: napari.Viewer | None = None) -> Any:
    """Open the export dialog for the karyogram on top."""
    from napari.utils.notifications import show_info

    from napari_karyo.gui.desk import desk_of

    viewer = _viewer(viewer)
    dock = open_review(viewer)
    if desk_of(viewer).current is None:
        show_info("No karyogram is open. Open a folder of crops and press Classify.")
        return None
    dock.export.ask()
    return dock.export.dialog
