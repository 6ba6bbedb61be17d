"""The dock that shows one class of all cells of a patient side by side.

It follows the cells while it is seen: what edits ask of it waits a moment, so that a
move in the karyogram never waits for it, and only panels in sight are drawn.
"""

from __future__ import annotations

import weakref
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from qtpy.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from qtpy.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QShowEvent,
)
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from napari_karyo.classes import CLASSES, MARKERS, TRAY
from napari_karyo.gui.actions import name_of, slot_words
from napari_karyo.gui.desk import Desk, desk_of
from napari_karyo.gui.docks import TITLE, current, show_dock
from napari_karyo.gui.open_cell import OpenCell
from napari_karyo.gui.widgets import block, rich, while_alive, wrapped_label
from napari_karyo.karyogram.gallery import Arrangement, Gallery, GalleryCell, Picture
from napari_karyo.karyogram.page import Box
from napari_karyo.karyogram.style import FRAME_COLOURS
from napari_karyo.karyotype import Karyotype
from napari_karyo.patient import PatientCell, Summary, summarize

if TYPE_CHECKING:
    import napari

GALLERY: Final = "Same class in all cells"
#: Milliseconds that edits wait, so that a flurry of them costs one drawing.
WAIT: Final = 150
#: Seconds of drawing before the window is let go on.
_SLICE: Final = 0.04
#: What can be chosen: the slots, and how they are called.
_SLOTS: Final = (*((name, name) for name in CLASSES), (MARKERS, "markers"), (TRAY, "tray"))


def of_one_patient(desk: Desk) -> list[OpenCell]:
    """Return the open cells that belong to the patient of the current one.

    Those kept in the same case file. Of a cell that no file keeps, all others that none
    keeps: nobody knows whose they are, but those of a file are another's.
    """
    if desk.current is None:
        return []

    def path(cell: OpenCell) -> object:
        return None if cell.case is None else cell.case.path

    return [one for one in desk.cells if path(one) == path(desk.current)]


def patient_cells(cells: list[OpenCell]) -> list[PatientCell]:
    """Return open cells as `summarize` takes them."""
    return [PatientCell(one.name, one.karyotype, one.identity) for one in cells]


class DeskFollower(QWidget):
    """A widget that shows what all cells of a patient hold, and follows their edits.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._watched: weakref.WeakSet[Karyotype] = weakref.WeakSet()
        self._stale = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._catch_up)
        # psygnal holds bound methods weakly: a closed widget is let go.
        desk.cells_changed.connect(self._on_cells)
        desk.cell_changed.connect(self._on_cells)
        self._watch()

    def refresh(self) -> None:
        """Show how things stand now."""
        raise NotImplementedError

    @while_alive
    def follow(self, *_: Any) -> None:
        """Refresh in a moment, or when the widget is seen again."""
        self._stale = True
        # Not started anew by the next edit: a long flurry is followed too.
        if self.isVisible() and not self._timer.isActive():
            self._timer.start(WAIT)

    @while_alive
    def _on_cells(self, *_: Any) -> None:
        self._watch()
        self.follow()

    def _watch(self) -> None:
        """Hear of the edits of every cell: those below the top are edited from Python."""
        for cell in self.desk.cells:
            if cell.karyotype not in self._watched:
                self._watched.add(cell.karyotype)
                cell.karyotype.changed.connect(self.follow)

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Show how things stand, where they changed while nobody looked."""
        super().showEvent(a0)
        if self._stale:
            self._timer.start(0)

    def _catch_up(self) -> None:
        if self._stale and self.isVisible():
            self._stale = False
            self.refresh()


class GalleryCanvas(QWidget):
    """The picture: it draws the panels that are in sight, and says what was clicked."""

    clicked = Signal(int, object)
    """A cell's place, and the number of its chromosome or None."""

    def __init__(self) -> None:
        super().__init__()
        self.gallery = Gallery()
        self.cells: list[GalleryCell] = []
        self.arrangement: Arrangement | None = None
        self.tips: dict[tuple[int, int | None], str] = {}
        self.marked: tuple[int, int | None] | None = None
        self._pixmaps: dict[int, tuple[Picture, QPixmap]] = {}
        self.setMouseTracking(True)

    def arrange(self, cells: list[GalleryCell], slot: str, width: int) -> None:
        """Show some cells' chromosomes of one slot."""
        self.gallery.forget(cells)
        self.cells = cells
        self._pixmaps = {place: kept for place, kept in self._pixmaps.items() if place < len(cells)}
        self.arrangement = found = self.gallery.arrange(cells, slot, width)
        self.setFixedSize(max(found.width, 1), max(found.height, 1))
        self.update()

    def mark(self, cell: int | None, index: int | None) -> bool:
        """Frame the cell that lies on top, and its chromosome in hand; tell whether it is new."""
        marked = None if cell is None else (cell, index)
        if marked == self.marked:
            return False
        self.marked = marked
        self.update()
        return True

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw what is in sight; what takes too long comes a moment later."""
        found = self.arrangement
        if found is None or a0 is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QColor(*found.style.paper))
        seen, scale = QRectF(a0.rect()), self.devicePixelRatioF()
        began, missing = perf_counter(), False
        for panel in found.panels:
            where = _rect(panel.box)
            if not where.intersects(seen):
                continue
            cell = self.cells[panel.cell]
            late = perf_counter() - began > _SLICE
            if late and not self.gallery.is_drawn(cell, panel, scale):
                missing = True
                continue
            picture = self.gallery.panel(cell, panel, scale)
            kept = self._pixmaps.get(panel.cell)
            if kept is None or kept[0] is not picture:
                self._pixmaps[panel.cell] = kept = (picture, _pixmap(picture))
            painter.drawPixmap(where, kept[1], QRectF(kept[1].rect()))
            if self.marked is not None and self.marked[0] == panel.cell:
                self._frame(painter, where, 1.0)
                for spot in panel.spots:
                    if spot.index == self.marked[1]:
                        self._frame(painter, _rect(spot.box), 3.0)
        painter.end()
        if missing:
            QTimer.singleShot(0, self.update)

    def _frame(self, painter: QPainter, where: QRectF, width: float) -> None:
        painter.setPen(QPen(QColor(*FRAME_COLOURS["selected"]), width))
        half = width / 2
        painter.drawRect(where.adjusted(half, half, -half, -half))

    def mousePressEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Say which cell and chromosome were clicked."""
        if a0 is None or a0.button() != Qt.MouseButton.LeftButton:
            return
        found = self._at(a0.position())
        if found is not None:
            self.clicked.emit(*found)

    def mouseMoveEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Show that something can be clicked."""
        if a0 is not None:
            over = self._at(a0.position()) is not None
            shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
            if self.cursor().shape() != shape:
                self.setCursor(shape)

    def event(self, a0: QEvent | None) -> bool:
        """Say what is under the mouse."""
        if isinstance(a0, QHelpEvent) and a0.type() == QEvent.Type.ToolTip:
            found = self._at(QPointF(a0.pos()))
            words = "" if found is None else self.tips.get(found, "")
            QToolTip.showText(a0.globalPos(), words, self)
            return True
        return bool(super().event(a0))

    def _at(self, point: QPointF) -> tuple[int, int | None] | None:
        if self.arrangement is None:
            return None
        spot = self.arrangement.spot_at(point.y(), point.x())
        if spot is not None:
            return spot.cell, spot.index
        panel = self.arrangement.panel_at(point.y(), point.x())
        return None if panel is None else (panel.cell, None)


class GalleryDock(DeskFollower):
    """One class of all cells of the patient whose cell lies on top.

    Parameters
    ----------
    napari_viewer : napari.Viewer
    """

    def __init__(self, napari_viewer: napari.Viewer) -> None:
        super().__init__(desk_of(napari_viewer))
        self.shown: list[OpenCell] = []
        # Whether the rows may be others than the person saw.
        self._lost = True
        self.chooser = QComboBox()
        for name, words in _SLOTS:
            self.chooser.addItem(words, name)
        self.chooser.setToolTip("The class that is shown of all cells")
        self.before, self.after = QToolButton(), QToolButton()
        self.before.setArrowType(Qt.ArrowType.LeftArrow)
        self.after.setArrowType(Qt.ArrowType.RightArrow)
        self.before.setToolTip("The class before")
        self.after.setToolTip("The next class")
        self.lights = QCheckBox("Lights")
        self.lights.setToolTip("Show the confidence lights")
        self.words = wrapped_label()
        self.canvas = GalleryCanvas()
        self.area = QScrollArea()
        self.area.setWidget(self.canvas)
        self.area.setMinimumSize(160, 110)
        # Always there, so that rows don't wrap anew because it came.
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        top = QHBoxLayout()
        top.addWidget(QLabel("Class"))
        for widget in (self.before, self.chooser, self.after, self.lights):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            top.addWidget(widget)
        top.addWidget(self.words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.addLayout(top)
        column.addWidget(self.area, 1)
        self.setObjectName(GALLERY)
        self.chooser.activated.connect(self.follow_now)
        self.lights.clicked.connect(self.follow_now)
        self.before.clicked.connect(self._go_back)
        self.after.clicked.connect(self._go_on)
        self.canvas.clicked.connect(self._choose)
        self.desk.selection_changed.connect(self._on_selection)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a height that shows one row of the longest chromosomes."""
        return QSize(900, 320)

    @property
    def slot(self) -> str:
        """The class that is shown, the markers or the tray."""
        return str(self.chooser.currentData())

    def show_slot(self, slot: str) -> None:
        """Show another class, the markers or the tray."""
        place = self.chooser.findData(slot)
        if place >= 0:
            self.chooser.setCurrentIndex(place)
            self.follow_now()

    def follow_now(self, *_: Any) -> None:
        """Show how things stand, without waiting."""
        self._stale = self._lost = True
        self._catch_up()

    def refresh(self) -> None:
        """Arrange the cells as they stand now."""
        self.shown = of_one_patient(self.desk)
        found = summarize(patient_cells(self.shown))
        slot = self.slot
        cells = []
        for place, one in enumerate(self.shown):
            usual = found.expected[place]
            members = one.karyotype.state.slots[slot]
            lamps = one.lamps() if self.lights.isChecked() and members else None
            cells.append(
                GalleryCell(
                    one.name, one.classification, one.karyotype.state, usual.get(slot), lamps
                )
            )
        self.canvas.tips = _tips(self.shown, slot)
        viewport = self.area.viewport()
        self.canvas.arrange(cells, slot, 400 if viewport is None else viewport.width())
        self.words.setText(rich(in_words(found, slot)))
        self._on_selection()
        if self._lost:
            # An edit alone must not scroll away from where the person looks.
            self._lost = False
            self._bring_into_sight()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Wrap the rows anew."""
        super().resizeEvent(a0)
        self._lost = True
        self.follow()

    def _go_back(self) -> None:
        self._step(-1)

    def _go_on(self) -> None:
        self._step(+1)

    def _step(self, step: int) -> None:
        with block(self.chooser):
            number = self.chooser.count()
            self.chooser.setCurrentIndex((self.chooser.currentIndex() + step) % number)
        self.follow_now()

    def _choose(self, place: int, index: int | None) -> None:
        """Put a cell on top and take its chromosome in hand."""
        # The cell may have been closed since the picture was drawn.
        if place < len(self.shown) and self.shown[place] in self.desk.cells:
            show_cell(self.desk, self.shown[place], index)

    @while_alive
    def _on_selection(self, _index: int | None = None) -> None:
        on_top = self.desk.current
        place = self.shown.index(on_top) if on_top in self.shown else None
        if self.canvas.mark(place, self.desk.selected):
            self._bring_into_sight()

    def _bring_into_sight(self) -> None:
        """Scroll to the cell that lies on top."""
        found, marked = self.canvas.arrangement, self.canvas.marked
        if found is not None and marked is not None and marked[0] < len(found.panels):
            box = found.panels[marked[0]].box
            # Its middle and half of it around: all of the panel, and no more.
            y, x = box.center
            self.area.ensureVisible(round(x), round(y), round(box.width / 2), round(box.height / 2))


def show_cell(desk: Desk, cell: OpenCell, index: int | None = None) -> None:
    """Put a cell on top, a chromosome of it in hand, and let the karyogram have the keys."""
    desk.show(cell)
    if index is None or index in cell.present:
        desk.select(index)
    if desk.view is not None:
        desk.view.bring_back()


def in_words(found: Summary, slot: str) -> str:
    """Return how many of a slot the cells have, the unusual ones by name."""
    cells = range(len(found.names))
    if not found.names:
        return "No karyogram is open."
    if slot not in found.counts:
        return f"{slot_words(slot)} of {len(found.names)} cells".capitalize()
    odd = [cell for cell in cells if found.odd(cell, slot)]
    if not odd:
        return f"{len(found.names)} cells, none with another number than expected"
    named = [
        f"{found.names[cell]}: {found.counts[slot][cell]} ({found.odd(cell, slot):+d})"
        for cell in odd[:6]
    ]
    more = f" and {len(odd) - 6} more" if len(odd) > 6 else ""
    return f"{len(odd)} of {len(found.names)} cells have another number: " + ", ".join(named) + more


def open_gallery(viewer: napari.Viewer | None = None, slot: str | None = None) -> Any:
    """Open the dock, below the karyogram, or bring it forward.

    Parameters
    ----------
    viewer : napari.Viewer, optional
        The one in front where left out.
    slot : str, optional
        The class to show; that of the chromosome in hand where left out.

    Returns
    -------
    GalleryDock
    """
    viewer = current(viewer)
    docks: Any = viewer.window.dock_widgets
    if not any(isinstance(widget, GalleryDock) for widget in docks.values()):
        # The title that napari's own Plugins menu gives, so that it knows the dock again.
        viewer.window.add_dock_widget(
            GalleryDock(viewer), name=f"{GALLERY} ({TITLE})", area="bottom"
        )
    dock: GalleryDock = show_dock(viewer, GALLERY, GalleryDock)
    desk = dock.desk
    if slot is None and desk.current is not None and desk.selected is not None:
        slot = desk.current.karyotype.slot_of(desk.selected)
    if slot is not None:
        dock.show_slot(slot)
    return dock


def _tips(cells: list[OpenCell], slot: str) -> dict[tuple[int, int | None], str]:
    tips: dict[tuple[int, int | None], str] = {}
    for place, cell in enumerate(cells):
        tips[place, None] = f"{rich(cell.name)}: {rich(cell.karyotype.iscn)}"
        for one in cell.karyotype.state.slots[slot]:
            tips[place, one] = f"{rich(cell.name)}: {rich(name_of(cell, one))}"
    return tips


def _rect(box: Box) -> QRectF:
    return QRectF(box.left, box.top, box.width, box.height)


def _pixmap(picture: Picture) -> QPixmap:
    height, width = picture.shape[:2]
    image = QImage(picture.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    return QPixmap.fromImage(image)
