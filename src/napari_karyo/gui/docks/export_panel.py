"""Exporting: karyograms, the report and the tables, written in a thread."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from napari.utils.notifications import show_error, show_info, show_warning
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)
from superqt.utils import WorkerBase

from napari_karyo.gui.session.case_files import is_shipped
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.patients import of_one_patient
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.session.settings import read_settings
from napari_karyo.gui.session.worker import weakly, worker_for
from napari_karyo.gui.widgets import let_shrink, quiet, while_alive

if TYPE_CHECKING:
    from napari_karyo.classified import ClassifiedCell
    from napari_karyo.output.options import ExportOptions

_log = logging.getLogger(__name__)

BUTTON = "Export..."
FILTERS = {
    "png": "Picture, PNG (*.png)",
    "tif": "Picture, TIFF (*.tif *.tiff)",
    "pdf": "Pages, PDF (*.pdf)",
    "svg": "Drawing, SVG (*.svg)",
    "csv": "Table, CSV (*.csv)",
    "json": "Everything, JSON (*.json)",
}
CELL, PATIENT, REPORT = "cell", "patient", "report"
#: What each order can be written as, the usual first.
ENDINGS = {
    CELL: ("png", "tif", "pdf", "svg", "csv", "json"),
    PATIENT: ("pdf", "svg", "png", "tif", "csv", "json"),
    REPORT: ("pdf", "svg"),
}


class ExportPanel(QGroupBox):
    """What is written, on which paper, under which title, and the export button."""

    def __init__(self, session: Session) -> None:
        super().__init__("Export")
        self._session = session
        grid = QGridLayout(self)
        self.what = QComboBox()
        for words, order in (
            ("Karyogram of this cell", CELL),
            ("Karyograms of all cells", PATIENT),
            ("Report, one page", REPORT),
        ):
            self.what.addItem(words, order)
        self.paper = QComboBox()
        for words, name in (("A4", "a4"), ("Letter", "letter")):
            self.paper.addItem(words, name)
        self.colours = QComboBox()
        for words, name in (("As photographed", ""), ("Dark on white", "white")):
            self.colours.addItem(words, name)
        self.colours.setToolTip(
            "A bright stain is photographed bright on black, which takes much ink on paper"
        )
        for box in (self.what, self.paper, self.colours):
            let_shrink(box)
        self.heading = QLineEdit()
        self.heading.setPlaceholderText("Karyogram")
        self.heading.setToolTip("Printed above the karyogram")
        self.patient = QLineEdit()
        self.patient.setPlaceholderText("left out")
        self.patient.setToolTip("The patient's name, printed only where it is written here")
        self.resolution = QSpinBox()
        self.resolution.setRange(72, 1200)
        self.resolution.setSuffix(" dpi")
        self.resolution.setValue(read_settings().resolution)
        self.spread = quiet(
            QCheckBox("Spread above the karyogram"),
            "Shows the photograph that the chromosomes were found in, each with its number;\n"
            "the page is upright then",
        )
        self.button = quiet(QPushButton(BUTTON), pressed=self.ask)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("What", self.what),
            ("Title", self.heading),
            ("Patient", self.patient),
            ("Paper", self.paper),
            ("Colours", self.colours),
            ("Pictures", self.resolution),
        )
        for row, (words, widget) in enumerate(rows):
            grid.addWidget(QLabel(words), row, 0)
            grid.addWidget(widget, row, 1)
        grid.addWidget(self.spread, len(rows), 0, 1, 2)
        grid.addWidget(self.button, len(rows) + 1, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        self.dialog: QFileDialog | None = None
        self.worker: WorkerBase | None = None
        #: The case file of the patient whose name may stand here.
        self._case = _case_of(session.current)
        session.cell_changed.connect(self._on_cell)

    @while_alive
    def _on_cell(self, cell: OpenCell | None) -> None:
        """Forget the patient's name at the first cell of another one."""
        if cell is not None and _case_of(cell) != self._case:
            self._case = _case_of(cell)
            self.patient.clear()

    def ask(self) -> None:
        """Open the file dialog; the karyogram stays usable behind it."""
        cell = self._session.current
        if cell is None:
            return
        path = cell.classification.cell.path
        # Beside the crops, where they are known and no sample. Not Path.is_dir, which may raise.
        beside = path is not None and not is_shipped(path) and os.path.isdir(path.parent)
        folder = str(path.parent) if path is not None and beside else str(Path.home())
        order = str(self.what.currentData())
        endings = ENDINGS[order]
        words = ";;".join(FILTERS[ending] for ending in endings)
        dialog = QFileDialog(self.window(), self.what.currentText(), folder, words)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(endings[0])
        name = {CELL: f"{cell.name} karyogram", PATIENT: "karyograms", REPORT: "report"}[order]
        if order != CELL and cell.case is not None:
            name = f"{cell.case.path.stem} {name}"
        dialog.selectFile(f"{name}.{endings[0]}".replace("/", "-"))
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
            Its ending says as what: see `napari_karyo.output.export.export`.
        cell : OpenCell
            It may be corrected meanwhile: what is written is how it stands now.
        """
        if self.worker is not None:
            show_error("The export before is still being written. Try again when it is there.")
            return
        from napari_karyo.output.cell_page import no_spread
        from napari_karyo.output.export import export
        from napari_karyo.output.legible import illegible

        cells, options = self._cells(cell), self._options()
        for words in (illegible(cells, path, options), no_spread(cells, path, options)):
            if words:
                show_warning(words)
        worker = worker_for(
            self._session,
            export,
            cells,
            path,
            options,
            returned=lambda _: show_info(f"Written: {path}"),
            unforeseen=lambda error: (
                f"The export failed ({error}). Try a lower resolution or another folder."
            ),
            log=_log,
            finished=weakly(self._on_end),
        )
        self.worker = worker
        self.button.setEnabled(False)
        self.button.setText("Writing...")
        worker.start()

    def _cells(self, cell: OpenCell) -> list[ClassifiedCell]:
        """Return what is to be written: cells as they stand now."""
        alone = self.what.currentData() == CELL
        others = [] if alone else of_one_patient(self._session, cell)
        # The cell on top comes first: it is the one that a report shows.
        return [one.snapshot() for one in (cell, *(one for one in others if one is not cell))]

    def _options(self) -> ExportOptions:
        """Return how the person wants it written."""
        from napari_karyo.karyogram.style import LIGHT
        from napari_karyo.output.export import ExportOptions
        from napari_karyo.output.paper import PAPERS

        return ExportOptions(
            title=self.heading.text().strip() or "Karyogram",
            patient=self.patient.text().strip(),
            dpi=self.resolution.value(),
            style=LIGHT if self.colours.currentData() else None,
            paper=PAPERS[self.paper.currentData()],
            report=self.what.currentData() == REPORT,
            spread=self.spread.isChecked(),
        )

    @while_alive
    def _on_end(self) -> None:
        self.worker = None
        self.button.setEnabled(True)
        self.button.setText(BUTTON)


def _case_of(cell: OpenCell | None) -> Path | None:
    return None if cell is None or cell.case is None else cell.case.path
