"""The commands behind napari's menus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from napari_karyo.gui.docks.opening import open_review
from napari_karyo.gui.docks.showing import FORM, current, made_dock, show_dock

if TYPE_CHECKING:
    import napari
    from qtpy.QtWidgets import QFileDialog

    from napari_karyo.gui.classify.form import ClassifyForm


def open_classify(viewer: napari.Viewer | None = None) -> ClassifyForm:
    """Open the form that classifies."""
    from napari_karyo.gui.classify.form import ClassifyForm

    return show_dock(current(viewer), FORM, ClassifyForm)


def offer_to_classify() -> None:
    """Open the form that classifies in the window in front, where there is none in it yet.

    So that what was read can be classified without a walk through the menus.
    """
    import napari

    from napari_karyo.gui.classify.form import ClassifyForm

    viewer = napari.current_viewer()
    if viewer is not None and made_dock(viewer, ClassifyForm) is None:
        open_classify(viewer)


def open_cell_folder(viewer: napari.Viewer | None = None) -> QFileDialog:
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


def export_karyogram(viewer: napari.Viewer | None = None) -> QFileDialog | None:
    """Open the export dialog for the karyogram on top."""
    from napari.utils.notifications import show_info

    from napari_karyo.gui.session.session import session_of

    viewer = current(viewer)
    dock = open_review(viewer)
    if session_of(viewer).current is None:
        show_info("No karyogram is open. Open a folder of crops and press Classify.")
        return None
    dock.export.ask()
    return dock.export.dialog
