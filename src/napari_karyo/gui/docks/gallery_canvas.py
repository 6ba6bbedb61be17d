"""The gallery's picture: panels drawn when they come in sight, and what was clicked on them."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Final

from qtpy.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from qtpy.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from qtpy.QtWidgets import QToolTip, QWidget

from napari_karyo.classified import ClassifiedCell
from napari_karyo.gui.widgets import pixmap_of
from napari_karyo.karyogram.gallery import Arrangement, Gallery, Picture
from napari_karyo.karyogram.page import Box
from napari_karyo.karyogram.style import FRAME_COLOURS

#: Seconds of drawing before the window is let go on.
_SLICE: Final = 0.04


class GalleryCanvas(QWidget):
    """The picture: it draws the panels that are in sight, and says what was clicked."""

    clicked = Signal(int, object)
    """A cell's place, and the number of its chromosome or None."""

    def __init__(self) -> None:
        super().__init__()
        self.gallery = Gallery()
        self.cells: list[ClassifiedCell] = []
        self.arrangement: Arrangement | None = None
        self.tips: dict[tuple[int, int | None], str] = {}
        self.marked: tuple[int, int | None] | None = None
        self._pixmaps: dict[int, tuple[Picture, QPixmap]] = {}
        self.setMouseTracking(True)

    def arrange(
        self,
        cells: Sequence[ClassifiedCell],
        slot: str,
        width: int,
        expected: Sequence[int | None],
        lights: bool,
    ) -> None:
        """Show some cells' chromosomes of one slot: see `Gallery.arrange`."""
        self.gallery.forget(cells)
        self.cells = list(cells)
        self._pixmaps = {place: kept for place, kept in self._pixmaps.items() if place < len(cells)}
        self.arrangement = found = self.gallery.arrange(
            cells, slot, width, expected=expected, lights=lights
        )
        self.setFixedSize(max(found.width, 1), max(found.height, 1))
        self.update()

    def mark(self, cell: int | None, index: int | None) -> bool:
        """Frame the cell on top and its selected chromosome; tell whether it was another."""
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
                self._pixmaps[panel.cell] = kept = (picture, pixmap_of(picture))
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


def _rect(box: Box) -> QRectF:
    return QRectF(box.left, box.top, box.width, box.height)
