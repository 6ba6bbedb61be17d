"""The picture of the selected chromosome beside the classes it could be.

A picture takes tens of milliseconds, so it is drawn when the window has shown what was
asked for, and kept. Until then the one before stays, dimmed, and takes no clicks.
"""

from __future__ import annotations

import weakref
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QEvent, QRectF, QSize, Qt, QTimer
from qtpy.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from qtpy.QtWidgets import QSizePolicy, QWidget

from napari_karyo.classes import CLASS_INDEX
from napari_karyo.errors import KaryoError
from napari_karyo.gui import actions
from napari_karyo.gui.docks.review.pair import pair_picture
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.widgets import pixmap_of
from napari_karyo.ideogram.compare import Comparison, comparison, percent
from napari_karyo.karyogram.style import FRAME_COLOURS, Style

#: Milliseconds after which a picture is drawn: the page is painted before.
DELAY = 30
#: While saliency is being computed it is looked for again after so long.
_LOOK_AGAIN = 400
#: Pictures kept of each cell.
_KEPT = 64
#: Classes shown.
COUNT = 3
_SHAPE, _LEAST, _MOST = 0.84, 200, 420
#: The least height at which a comparison is asked for: its letters go with it.
_LEGIBLE = 290
#: Size of our own letters in points of the screen.
_LETTERS = 11.0
#: Where so much of the height is left over, the crop is drawn once more, larger.
_ROOM = 0.35


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture as it is shown, and of what."""

    cell: weakref.ref[OpenCell]
    index: int
    pixmap: QPixmap
    comparison: Comparison | None


class ComparisonView(QWidget):
    """Shows the selected chromosome, its classes, or the one that it is compared with."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.shown: Shown | None = None
        self._wanted: tuple[weakref.ref[OpenCell], int] | None = None
        self._kept: weakref.WeakKeyDictionary[OpenCell, dict[Hashable, Shown]] = (
            weakref.WeakKeyDictionary()
        )
        self._hovered: str | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw)
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    # -- size ---------------------------------------------------------------------

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Say that the height follows the width, and not the chromosome: nothing jumps."""
        return True

    def heightForWidth(self, a0: int) -> int:  # noqa: N802 - Qt's name
        """Return the height at a width."""
        return round(min(max(_SHAPE * a0, _LEAST), _MOST))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size at the dock's usual width."""
        return QSize(300, self.heightForWidth(300))

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw at the new size, when it stays."""
        super().resizeEvent(a0)
        if self._wanted is not None:
            self._timer.start(4 * DELAY)

    # -- what is shown ------------------------------------------------------------

    def follow(self) -> None:
        """Show what is selected now; drawn a little later, off the path of an edit."""
        cell, index = self._session.current, self._session.selected
        if cell is None or index is None or index not in cell.present:
            self._wanted = None
            self._timer.stop()
        else:
            self._wanted = weakref.ref(cell), index
            self._timer.start(DELAY)
        self.setVisible(self._wanted is not None)
        self.update()

    @property
    def stale(self) -> bool:
        """Whether what is seen is of another chromosome than is selected."""
        if self.shown is None or self._wanted is None:
            return True
        return self.shown.cell() is not self._wanted[0]() or self.shown.index != self._wanted[1]

    def classes(self, cell: OpenCell, index: int) -> tuple[str, ...]:
        """Return the classes shown: the model's best, and always the one it sits in."""
        best = [name for name, _ in cell.classification.alternatives(index, COUNT)]
        slot = cell.karyotype.slot_of(index)
        if slot in CLASS_INDEX and slot not in best:
            best[-1] = slot
        return tuple(best)

    def _draw(self) -> None:
        cell, index = self._session.current, self._session.selected
        if cell is None or index is None or index not in cell.present or not self.isVisible():
            return
        ratio = self.devicePixelRatioF()
        size = round(self.height() * ratio), round(self.width() * ratio)
        kept = self._kept.setdefault(cell, {})
        key = self._key(cell, index, size)
        if key not in kept:
            while len(kept) >= _KEPT:
                kept.pop(next(iter(kept)))
            kept[key] = self._picture(cell, index, size)
        self.shown = kept[key]
        self._hovered = None
        self.update()
        view = self._session.view
        if view is not None and view.overlays.is_on("saliency") and not view.overlays.idle:
            self._timer.start(_LOOK_AGAIN)

    def _key(self, cell: OpenCell, index: int, size: tuple[int, int]) -> Hashable:
        """Return all that a picture depends on."""
        state, pinned = cell.karyotype.state, self._session.pinned
        if pinned is not None:
            both = (pinned, index)
            return (
                "pair",
                both,
                tuple((state.positions[one][0], one in state.turned) for one in both),
                size,
            )
        asked = index, cell.asked_class(index)
        saliency = asked if asked in cell.saliency else None
        slot = cell.karyotype.slot_of(index)
        return index, slot, self.classes(cell, index), index in state.turned, saliency, size

    def _picture(self, cell: OpenCell, index: int, size: tuple[int, int]) -> Shown:
        height, width = size
        letters = _LETTERS * self.devicePixelRatioF()
        pinned = self._session.pinned
        made: Comparison | None = None
        if pinned is not None:
            chromosomes = [pinned] if pinned == index else [pinned, index]
            picture = pair_picture(cell, chromosomes, height, width, letters)
        else:
            try:
                made = comparison(
                    cell.classification,
                    index,
                    classes=self.classes(cell, index),
                    turned=index in cell.karyotype.state.turned,
                    height=max(height, round(_LEGIBLE * self.devicePixelRatioF())),
                    width=width,
                    saliency=cell.saliency.get((index, cell.asked_class(index))),
                )
                picture = self._with_large_crop(cell, index, made.picture, size)
            except KaryoError:
                # The crop at least can always be shown.
                picture = pair_picture(cell, [index], height, width, letters)
        return Shown(weakref.ref(cell), index, pixmap_of(picture), made)

    def _with_large_crop(
        self, cell: OpenCell, index: int, picture: NDArray[np.uint8], size: tuple[int, int]
    ) -> NDArray[np.uint8]:
        """Draw a short chromosome once more below, as large as there is room for.

        The room is not given back: buttons that jump up and down are missed.
        """
        tall, wide = picture.shape[:2]
        left = round(size[0] * wide / size[1]) - tall
        if left < _ROOM * size[0]:
            return picture
        letters = _LETTERS * self.devicePixelRatioF() * wide / size[1]
        return np.concatenate([picture, pair_picture(cell, [index], left, wide, letters)])

    # -- where it is on the widget --------------------------------------------------

    def _box(self) -> QRectF:
        """Return where the picture lies on the widget."""
        if self.shown is None:
            return QRectF()
        wide, tall = self.shown.pixmap.width(), self.shown.pixmap.height()
        scale = min(self.width() / wide, self.height() / tall)
        return QRectF((self.width() - wide * scale) / 2, 0.0, wide * scale, tall * scale)

    def column_box(self, name: str) -> QRectF | None:
        """Return where a class's column lies on the widget, or None."""
        made = None if self.shown is None else self.shown.comparison
        if made is None or self.shown is None:
            return None
        box = self._box()
        scale = box.width() / self.shown.pixmap.width()
        for column in made.columns:
            if column.name == name:
                part = column.box
                return QRectF(
                    box.left() + part.left * scale,
                    box.top() + part.top * scale,
                    part.width * scale,
                    part.height * scale,
                )
        return None

    def _class_at(self, event: QMouseEvent) -> str | None:
        made = None if self.shown is None else self.shown.comparison
        if made is None or self.stale:
            return None
        place = event.position()
        for column in made.columns:
            box = self.column_box(column.name)
            if box is not None and box.contains(place):
                return column.name
        return None

    # -- painting -----------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paint the picture, and mark the class it sits in and the one under the mouse."""
        cell = self._session.current
        if cell is None or self._wanted is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(*Style.of(cell.classification.cell.polarity).paper))
        if self.shown is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setOpacity(0.35 if self.stale else 1.0)
            painter.drawPixmap(self._box(), self.shown.pixmap, QRectF(self.shown.pixmap.rect()))
            painter.setOpacity(1.0)
            if not self.stale and self._session.selected in cell.present:
                self._mark(painter, cell)
        painter.end()

    def _mark(self, painter: QPainter, cell: OpenCell) -> None:
        colour = QColor(*FRAME_COLOURS["selected"])
        assert self._session.selected is not None
        here = self.column_box(cell.karyotype.slot_of(self._session.selected))
        if here is not None:
            painter.fillRect(QRectF(here.left() + 1, here.top(), here.width() - 1, 3), colour)
        over = None if self._hovered is None else self.column_box(self._hovered)
        if over is not None:
            colour.setAlpha(40)
            painter.fillRect(over, colour)

    # -- the mouse ----------------------------------------------------------------

    def mouseMoveEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Show which class a click would mean."""
        if a0 is None:
            return
        name = self._class_at(a0)
        if name == self._hovered:
            return
        self._hovered = name
        cell, index = self._session.current, self._session.selected
        if name is None or cell is None or index is None:
            self.unsetCursor()
            self.setToolTip("")
        else:
            here = cell.karyotype.slot_of(index) == name
            share = percent(float(cell.classification.probabilities[index, CLASS_INDEX[name]]))
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setToolTip(
                f"It sits in {name} ({share}): click to accept"
                if here
                else f"Click: put it into {name} ({share})"
            )
        self.update()

    def leaveEvent(self, a0: QEvent | None) -> None:  # noqa: N802 - Qt's name
        """Forget the class under the mouse."""
        super().leaveEvent(a0)
        self._hovered = None
        self.update()

    def mouseReleaseEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Put the chromosome into the class that was clicked."""
        if a0 is None or a0.button() != Qt.MouseButton.LeftButton:
            return
        name = self._class_at(a0)
        if name is not None:
            self._session.bring_back()
            actions.put_into(self._session, name)
