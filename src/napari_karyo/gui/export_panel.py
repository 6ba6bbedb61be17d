"""Exporting: the picture as PNG or TIFF, the table as CSV."""

from __future__ import annotations

from pathlib import Path

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
from napari_karyo.gui.desk import Desk
from napari_karyo.gui.settings import read_settings

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
        self.button = QPushButton("Export picture or table...")
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.clicked.connect(self.ask)
        grid.addWidget(QLabel("Title"), 0, 0)
        grid.addWidget(self.heading, 0, 1)
        grid.addWidget(QLabel("Resolution"), 1, 0)
        grid.addWidget(self.resolution, 1, 1)
        grid.addWidget(self.button, 2, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        self.dialog: QFileDialog | None = None

    def ask(self) -> None:
        """Open the file dialog; the karyogram stays usable behind it."""
        cell = self._desk.current
        if cell is None:
            return
        dialog = QFileDialog(self.window(), "Export karyogram", "", FILTER)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.selectFile(f"{cell.name} karyogram.png")
        dialog.filterSelected.connect(
            lambda words: dialog.setDefaultSuffix(words.split("*.")[1].split(" ")[0].rstrip(")"))
        )
        dialog.setModal(False)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.export)
        self.dialog = dialog
        dialog.show()

    def export(self, path: str | Path) -> bool:
        """Write the picture or the table, by the file's ending.

        Parameters
        ----------
        path : str or Path
            ``.png``, ``.tif``, ``.tiff`` or ``.csv``.

        Returns
        -------
        bool
            Whether it was written; if not, a notification says why.
        """
        from napari_karyo.io.export import export

        cell = self._desk.current
        if cell is None:
            show_error("Nothing to export: classify a cell first.")
            return False
        try:
            export(
                cell.karyotype,
                cell.classification,
                path,
                dpi=self.resolution.value(),
                title=self.heading.text().strip() or "Karyogram",
            )
        except KaryoError as error:
            show_error(str(error))
            return False
        show_info(f"Written: {path}")
        return True
