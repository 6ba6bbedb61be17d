"""The review dock: the open cells, the karyotype, and a tab for each thing to be reviewed.

It shows what the session holds and calls the table of actions; it keeps nothing of
its own. Its buttons never take the keyboard, so that the keys go on working.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QObject, QSize, Qt
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import (
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from napari_karyo.gui.canvas.karyogram_view import open_view
from napari_karyo.gui.canvas.keys import help_html
from napari_karyo.gui.docks.export_panel import ExportPanel
from napari_karyo.gui.docks.review.buttons import button_grid
from napari_karyo.gui.docks.review.cell_list import CellList
from napari_karyo.gui.docks.review.cell_tab import CellTab
from napari_karyo.gui.docks.review.chromosome_tab import ChromosomeTab
from napari_karyo.gui.docks.review.patient_tab import PatientTab
from napari_karyo.gui.docks.review.words import counts_text
from napari_karyo.gui.docks.showing import REVIEW
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.patients import count_again_words
from napari_karyo.gui.session.session import Session, session_of
from napari_karyo.gui.session.window import attend
from napari_karyo.gui.widgets import quiet_tabs, rich, scrolled, while_alive, wrapped_label

if TYPE_CHECKING:
    import napari

    from napari_karyo.karyotype import Change

#: Always in reach, below the tabs.
_BELOW = (("Undo", "Redo", "Keys", "Close cell"),)
_MARGIN = 4
#: Of a tab around what it shows.
_FRAME = 8


class ReviewDock(QWidget):
    """The dock beside the karyogram."""

    def __init__(self, napari_viewer: napari.Viewer) -> None:
        super().__init__()
        self.view = open_view(napari_viewer)
        self.session: Session = session_of(napari_viewer)
        # Else napari adds a stretch below, which would take half of the height.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(4)
        self.cells = CellList(self.session)
        self.iscn = wrapped_label()
        self.iscn.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.counts = wrapped_label()
        self.message = wrapped_label()
        self.help = wrapped_label(help_html())
        self.chromosome = ChromosomeTab(self.session)
        self.cell = CellTab(self.session)
        self.export = ExportPanel(self.session)
        self.tabs = self._tabs()
        # The help takes the place of the tabs: beside them there is no room for it.
        self.pages = QStackedWidget()
        self.pages.addWidget(self.tabs)
        self.pages.addWidget(scrolled(self.help))
        self.buttons: dict[str, QPushButton] = {}
        below = button_grid(self.session, _BELOW, self.buttons, with_keys=False)
        self.buttons |= self.chromosome.buttons | self.cell.buttons
        for part in (self.cells, self.iscn, self.counts):
            column.addWidget(part)
        column.addWidget(self.pages, 1)
        column.addWidget(self.message)
        column.addWidget(below)
        self.setObjectName(REVIEW)
        self._connect()
        self._on_cell(self.session.current)

    def _tabs(self) -> QTabWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.addWidget(self.export)
        column.addStretch(1)
        tabs = quiet_tabs(
            {
                "Chromosome": scrolled(self.chromosome),
                "Cell": scrolled(self.cell),
                "Patient": scrolled(PatientTab(self.session)),
                "Export": scrolled(holder),
            }
        )
        tabs.currentChanged.connect(self._on_tab)
        return tabs

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least size: there is no scroll bar along the bottom."""
        areas = self.findChildren(QScrollArea)
        wide = max((_least_width(area) for area in areas), default=200)
        return QSize(max(wide + 2 * _MARGIN, super().minimumSizeHint().width()), 300)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least size: napari lets a dock be no smaller than what it asks for."""
        return self.minimumSizeHint()

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Follow the window that it is shown in, also where napari's menu opened it."""
        super().showEvent(a0)
        if self.session.viewer_is_open:
            attend(self.session, self)

    def eventFilter(  # noqa: N802 - Qt's name
        self, watched: QObject | None, event: QEvent | None
    ) -> bool:
        """Widen the dock when what is inside needs more room, for example at a new font."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return bool(super().eventFilter(watched, event))

    def _connect(self) -> None:
        session = self.session
        # psygnal holds bound methods weakly: a closed dock is let go.
        session.cells_changed.connect(self._on_cells)
        session.cell_changed.connect(self._on_cell)
        session.karyotype_changed.connect(self._on_edit)
        session.said.connect(self._on_said)
        self.view.help_asked.connect(self.toggle_help)
        for area in self.findChildren(QScrollArea):
            inside = area.widget()
            if inside is not None:
                inside.installEventFilter(self)

    # -- from the person ----------------------------------------------------------

    @while_alive
    def toggle_help(self) -> None:
        """Show the list of keys in the place of the tabs, or the tabs again."""
        self.pages.setCurrentIndex(1 - self.pages.currentIndex())

    def show_tab(self, name: str) -> None:
        """Show a tab by the word on it; nothing happens where there is none of that name."""
        for place in range(self.tabs.count()):
            if self.tabs.tabText(place) == name:
                self.pages.setCurrentIndex(0)
                self.tabs.setCurrentIndex(place)

    def show_history(self) -> None:
        """Show what was done to the cell."""
        self.show_tab("Cell")
        area = self.tabs.currentWidget()
        if isinstance(area, QScrollArea):
            area.ensureWidgetVisible(self.cell.history)

    # -- from the session ------------------------------------------------------------

    @while_alive
    def _on_cells(self) -> None:
        self.cells.show_cells()
        if self.session.current is not None:
            self.counts.setText(counts_text(self.session.current))

    @while_alive
    def _on_cell(self, _cell: OpenCell | None) -> None:
        # What was said last was said of another cell.
        self.message.clear()
        self._on_cells()
        self._on_edit()

    @while_alive
    def _on_edit(self, _change: Change | None = None) -> None:
        cell = self.session.current
        self.buttons["Close cell"].setEnabled(cell is not None)
        self.buttons["Undo"].setEnabled(cell is not None and cell.karyotype.can_undo)
        self.buttons["Redo"].setEnabled(cell is not None and cell.karyotype.can_redo)
        self.export.setEnabled(cell is not None)
        if cell is None:
            self.iscn.setText("No karyogram yet")
            self.counts.setText("Open a folder of crops and press Classify.")
        else:
            karyotype = cell.karyotype
            by = "by hand" if karyotype.iscn_by_hand else "proposal" if karyotype.iscn else ""
            again = count_again_words(self.session, cell)
            self.iscn.setText(
                f"<span style='font-size:large'><b>{rich(karyotype.iscn_words)}</b></span>"
                f" &nbsp;{by}" + (f"<br>⚠ {rich(again)}" if again else "")
            )
            self.counts.setText(counts_text(cell))
        self.cells.follow()
        self.chromosome.refresh()
        self._on_tab()

    @while_alive
    def _on_tab(self, *_: object) -> None:
        """Show the cell where it is seen; what is not seen costs an edit nothing."""
        cell_tab = self.tabs.currentWidget()
        if isinstance(cell_tab, QScrollArea) and cell_tab.widget() is self.cell:
            self.cell.refresh()

    @while_alive
    def _on_said(self, words: str) -> None:
        self.message.setText(rich(words))


def _least_width(area: QScrollArea) -> int:
    inside, scroll = area.widget(), area.verticalScrollBar()
    bar = 0 if scroll is None else scroll.sizeHint().width()
    return 0 if inside is None else inside.minimumSizeHint().width() + bar + _FRAME
