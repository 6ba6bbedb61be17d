"""Exporting: the picture as PNG or TIFF, the table as CSV."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from napari.utils.notifications import show_error, show_info
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
)

from napari_karyo.errors import KaryoError
from napari_karyo.gui.desk import Desk, OpenCell
from napari_karyo.gui.settings import read_settings
from napari_karyo.gui.widgets import while_alive

BUTTON = "Export picture or table..."
FILTER = "Picture, PNG (*.png);;Picture, TIFF (*.tif *.tiff);;Table, CSV (*.csv)"


class ExportPanel(QGroupBox):
    """Title, resolution and the export button.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__("Export")
        self._desk = desk
        grid = QGridLayout(self)
        self.heading = QLineEdit()
        self.heading.setPlaceholderText("Karyogram")
        self.heading.setToolTip("Printed above the karyogram")
        self.resolution = QSpinBox()
        self.resolution.setRange(72, 1200)
        self.resolution.setSuffix(" dpi")
        self.resolution.setValue(read_settings().resolution)
        self.button = QPushButton(BUTTON)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.clicked.connect(self.ask)
        grid.addWidget(QLabel("Title"), 0, 0)
        grid.addWidget(self.heading, 0, 1)
        grid.addWidget(QLabel("Resolution"), 1, 0)
        grid.addWidget(self.resolution, 1, 1)
        grid.addWidget(self.button, 2, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        self.dialog: QFileDialog | None = None
        self.worker: Any = None

    def ask(self) -> None:
        """Open the file dialog; the karyogram stays usable behind it."""
        cell = self._desk.current
        if cell is None:
            return
        path = cell.classification.cell.path
        # Beside the crops, where they are known. Not Path.is_dir, which may raise.
        folder = str(path.parent) if path is not None and os.path.isdir(path.parent) else ""
        dialog = QFileDialog(self.window(), "Export karyogram", folder, FILTER)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.selectFile(f"{cell.name} karyogram.png".replace("/", "-"))
        dialog.filterSelected.connect(
            lambda words: dialog.setDefaultSuffix(words.split("*.")[1].split(" ")[0].rstrip(")"))
        )
        dialog.setModal(False)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # The cell that was asked for, though another may lie on top by then.
        dialog.fileSelected.connect(lambda chosen: self.export(chosen, cell))
        # Without the panel nobody could say which title and resolution were meant.
        self.destroyed.connect(dialog.close)
        self.dialog = dialog
        dialog.show()

    def export(self, path: str | Path, cell: OpenCell) -> None:
        """Write a cell in a thread: at 1200 dots an inch it takes many seconds.

        Parameters
        ----------
        path : str or Path
            ``.png``, ``.tif``, ``.tiff`` or ``.csv``.
        cell : OpenCell
            It may be corrected meanwhile: what is written is how it stands now.
        """
        from napari.qt.threading import create_worker

        if self.worker is not None:
            show_error("The export before is still being written. Try again when it is there.")
            return
        # `_tell` tells the person; without this napari would raise it once more.
        worker = create_worker(self._task(path, cell), _start_thread=False, _ignore_errors=True)
        worker.returned.connect(lambda _: show_info(f"Written: {path}"))
        worker.errored.connect(_tell)
        worker.finished.connect(self._on_end)
        self.worker = worker
        self.button.setEnabled(False)
        self.button.setText("Writing...")
        worker.start()

    def _task(self, path: str | Path, cell: OpenCell) -> Callable[[], object]:
        """Return what writes a cell as it stands now; it touches no widget."""
        from napari_karyo.io.export import export

        still = cell.karyotype.snapshot()
        dpi = self.resolution.value()
        title = self.heading.text().strip() or "Karyogram"

        def write() -> object:
            return export(still, cell.classification, path, dpi=dpi, title=title)

        return write

    @while_alive
    def _on_end(self) -> None:
        self.worker = None
        self.button.setEnabled(True)
        self.button.setText(BUTTON)


def _tell(error: Exception) -> None:
    known = isinstance(error, KaryoError)
    show_error(
        str(error)
        if known
        else f"The export failed ({error!r}). Try a lower resolution or another folder."
    )
