"""The dock that shows one class of all cells of a patient side by side.

It follows the cells while it is seen: what edits ask of it waits a moment, so that a
move in the karyogram never waits for it, and only panels in sight are drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
)

from napari_karyo.classes import CLASSES, MARKERS, TRAY
from napari_karyo.counted import count, listed
from napari_karyo.gui.actions import name_of, slot_words
from napari_karyo.gui.docks.gallery_canvas import GalleryCanvas
from napari_karyo.gui.docks.session_follower import SessionFollower, show_cell
from napari_karyo.gui.docks.showing import current, made_dock, show_dock
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.patients import of_one_patient
from napari_karyo.gui.session.session import Session, session_of
from napari_karyo.gui.widgets import block, free_keyboard, quiet, rich, while_alive, wrapped_label
from napari_karyo.patient import Summary, summarize

if TYPE_CHECKING:
    import napari

GALLERY: Final = "Same class in all cells"
#: What can be chosen: the slots, and how they are called.
_SLOTS: Final = (*((name, name) for name in CLASSES), (MARKERS, "markers"), (TRAY, "tray"))


class GalleryDock(SessionFollower):
    """One class of all cells of the patient whose cell lies on top."""

    def __init__(self, napari_viewer: napari.Viewer) -> None:
        super().__init__(session_of(napari_viewer))
        self.shown: list[OpenCell] = []
        # Whether the rows may be others than the person saw.
        self._lost = True
        self.chooser = quiet(QComboBox(), "The class that is shown of all cells")
        for name, words in _SLOTS:
            self.chooser.addItem(words, name)
        self.before = quiet(QToolButton(), "The class before", self._go_back)
        self.after = quiet(QToolButton(), "The next class", self._go_on)
        self.before.setArrowType(Qt.ArrowType.LeftArrow)
        self.after.setArrowType(Qt.ArrowType.RightArrow)
        self.lights = quiet(QCheckBox("Lights"), "Show the confidence lights", self.follow_now)
        self.words = wrapped_label()
        self.canvas = GalleryCanvas()
        self.area = quiet(QScrollArea())
        self.area.setWidget(self.canvas)
        self.area.setMinimumSize(160, 110)
        # Always there, so that rows don't wrap anew because it came.
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        top = QHBoxLayout()
        top.addWidget(QLabel("Class"))
        for widget in (self.before, self.chooser, self.after, self.lights):
            top.addWidget(widget)
        top.addWidget(self.words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.addLayout(top)
        column.addWidget(self.area, 1)
        self.setObjectName(GALLERY)
        self.chooser.activated.connect(self.follow_now)
        self.canvas.clicked.connect(self._choose)
        self.session.selection_changed.connect(self._on_selection)

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

    def follow_now(self, *_: object) -> None:
        """Show how things stand, without waiting."""
        self._stale = self._lost = True
        self._catch_up()

    def refresh(self) -> None:
        """Arrange the cells as they stand now."""
        self.shown = of_one_patient(self.session, self.session.current)
        found = summarize(self.shown)
        slot = self.slot
        self.canvas.tips = _tips(self.shown, slot)
        viewport = self.area.viewport()
        self.canvas.arrange(
            self.shown,
            slot,
            400 if viewport is None else viewport.width(),
            [usual.get(slot) for usual in found.expected],
            self.lights.isChecked(),
        )
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
        """Put a cell on top and select its chromosome."""
        # The cell may have been closed since the picture was drawn.
        if place < len(self.shown) and self.shown[place] in self.session.cells:
            show_cell(self.session, self.shown[place], index)

    @while_alive
    def _on_selection(self, _index: int | None = None) -> None:
        on_top = self.session.current
        place = self.shown.index(on_top) if on_top in self.shown else None
        if self.canvas.mark(place, self.session.selected):
            self._bring_into_sight()

    def _bring_into_sight(self) -> None:
        """Scroll to the cell that lies on top."""
        found, marked = self.canvas.arrangement, self.canvas.marked
        if found is not None and marked is not None and marked[0] < len(found.panels):
            box = found.panels[marked[0]].box
            # Its middle and half of it around: all of the panel, and no more.
            y, x = box.center
            self.area.ensureVisible(round(x), round(y), round(box.width / 2), round(box.height / 2))


def in_words(found: Summary, slot: str) -> str:
    """Return how many of a slot the cells have, the unusual ones by name."""
    if not found.names:
        return "No karyogram is open."
    if slot not in found.counts:
        return f"{slot_words(slot)} of {count(len(found.names), 'cell')}".capitalize()
    odd = [cell for cell in range(len(found.names)) if found.odd(cell, slot)]
    if not odd:
        return f"{count(len(found.names), 'cell')}, none with another number than expected"
    cells, verb = count(len(found.names), "cell"), "has" if len(odd) == 1 else "have"
    named = [
        f"{found.names[cell]}: {found.counts[slot][cell]} ({found.odd(cell, slot):+d})"
        for cell in odd
    ]
    return f"{len(odd)} of {cells} {verb} another number: {listed(named)}"


def open_gallery(viewer: napari.Viewer | None = None, slot: str | None = None) -> GalleryDock:
    """Open the dock, below the karyogram, or bring it forward.

    Parameters
    ----------
    viewer : napari.Viewer, optional
        The one in front where left out.
    slot : str, optional
        The class to show; that of the selected chromosome where left out.
    """
    viewer = current(viewer)
    dock = show_dock(viewer, GALLERY, GalleryDock, area="bottom")
    slot = slot or _selected_slot(dock.session)
    if slot is not None:
        dock.show_slot(slot)
    return dock


def toggle_gallery(viewer: napari.Viewer) -> GalleryDock:
    """Show the class of the selected chromosome; where it is shown already, close the dock."""
    dock = made_dock(viewer, GalleryDock)
    if dock is None or not dock.isVisible():
        return open_gallery(viewer)
    if _selected_slot(dock.session) not in (None, dock.slot):
        return open_gallery(viewer)
    holder = dock.parentWidget()
    if holder is not None:
        holder.hide()
    free_keyboard()
    return dock


def _selected_slot(session: Session) -> str | None:
    if session.current is None or session.selected is None:
        return None
    return session.current.karyotype.slot_of(session.selected)


def _tips(cells: list[OpenCell], slot: str) -> dict[tuple[int, int | None], str]:
    tips: dict[tuple[int, int | None], str] = {}
    for place, cell in enumerate(cells):
        tips[place, None] = f"{rich(cell.name)}: {rich(cell.karyotype.iscn_words)}"
        for one in cell.karyotype.state.slots[slot]:
            tips[place, one] = f"{rich(cell.name)}: {rich(name_of(cell, one))}"
    return tips
