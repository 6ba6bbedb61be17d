"""The photograph of a cell's spread beside its karyogram, each chromosome outlined.

Two layers: the photograph, and one picture over it with all outlines, labels and the count,
drawn again where an edit or the selection touched it. It holds no truth: what is drawn
follows from the session's current cell.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final
from weakref import WeakSet

import numpy as np
from psygnal import Signal

from napari_karyo.cell import Outline, Polarity, Spread
from napari_karyo.classes import CLASSES, TRAY
from napari_karyo.gui.canvas.drawn_across import meant_by
from napari_karyo.gui.canvas.host import PageHost
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.inference.confidence import Light
from napari_karyo.karyogram.page import Box
from napari_karyo.karyogram.spread_drawing import (
    BAND,
    FINE,
    OutlineMark,
    SpreadDrawing,
    Standing,
)
from napari_karyo.karyogram.style import Style
from napari_karyo.karyogram.window_shape import Room
from napari_karyo.karyotype import slot_words

#: The layers, bottom to top; they lie below the karyogram's.
SPREAD_ROLES: Final = ("spread", "outlines")
#: Page units between the photograph and the page.
GAP: Final = 40
#: Of the darkest and brightest pixels, so many are passed over when contrast is chosen.
_TAIL: Final = 0.001
#: One that left the karyogram is drawn where no more of it than this is another by now.
_REPLACED: Final = 0.5


class SpreadPanel:
    """The photograph of the current cell's spread in a karyogram view.

    Parameters
    ----------
    view : PageHost
    """

    moved = Signal(float, float)
    """It lies elsewhere: so many page units further down and to the right."""

    def __init__(self, view: PageHost) -> None:
        self._view = view
        self.drawing: SpreadDrawing | None = None
        #: Whether the person is at work on it, and not on the page.
        self.in_hand = False
        #: Where its upper left corner lies, (y, x) in page units.
        self.origin = (0.0, 0.0)
        self._photograph: Spread | None = None
        #: Layers of others that lie over the photograph, pixel on pixel.
        self._guests: WeakSet[Any] = WeakSet()
        #: Of those that left the karyogram, which were replaced, by those present then.
        self._left_out: tuple[frozenset[int], list[int]] = frozenset(), []
        view.session.karyotype_changed.connect(self.redraw)
        view.session.selection_changed.connect(self.redraw)
        view.session.pinned_changed.connect(self.redraw)

    # -- layers --------------------------------------------------------------------

    def show(self, cell: OpenCell) -> list[tuple[str, Any]]:
        """Show the photograph of a cell.

        Returns
        -------
        list of (str, Layer)
            The layers that it takes, by their role, bottom to top: made where they were
            missing. None for a cell without a photograph.
        """
        photograph = cell.classification.cell.photograph
        if photograph is None:
            self.forget()
            return []
        layers = self._view.layers
        if photograph is not self._photograph or not set(SPREAD_ROLES) <= layers.keys():
            style = Style.of(photograph.polarity)
            self._dismiss()
            self._photograph = photograph
            self.drawing = SpreadDrawing(photograph.image.shape[:2], style)
            self.origin = (0.0, -float(GAP + self.drawing.width))
        else:
            # Another karyogram of the same photograph.
            assert self.drawing is not None
            self.drawing.show({})
        self._left_out = frozenset(), []
        self._draw(cell)
        assert self.drawing is not None
        if not set(SPREAD_ROLES) <= layers.keys():
            from napari.layers import Image

            made = [
                ("spread", Image(photograph.image, colormap="gray", interpolation2d="linear")),
                ("outlines", Image(self.drawing.canvas, rgb=True, interpolation2d="linear")),
            ]
        else:
            made = [(role, layers[role]) for role in SPREAD_ROLES]
            for (_, layer), data in zip(made, (photograph.image, self.drawing.canvas), strict=True):
                if layer.data is not data:
                    layer.data = data
        made[0][1].contrast_limits = _contrast(photograph)
        self._move(layer for _, layer in made)
        return made

    def forget(self) -> None:
        """Know no photograph any more."""
        self._dismiss()
        self.drawing = self._photograph = None
        self.origin = (0.0, 0.0)

    @property
    def shown(self) -> bool:
        """Whether there is a photograph in the viewer."""
        return self.drawing is not None and "outlines" in self._view.layers

    def room(self, tall: float, wide: float, alone: str = "") -> Room:
        """Return what a canvas of a size has room for; `alone` as in `arrange`."""
        if self.drawing is None or alone:
            return Room(tall, wide)
        return Room(tall, wide, (self.drawing.height, self.drawing.width), GAP)

    def arrange(self, tall: float, wide: float, alone: str = "") -> None:
        """Lay the sheet to the left of the page or above it: where both show larger.

        Parameters
        ----------
        tall, wide : float
            Of the canvas.
        alone : {"", "spread", "karyogram"}
            The only one that shall be in sight: the other goes so far off that it isn't.
        """
        page = self._view.page
        if self.drawing is None or page is None:
            return
        high, broad = self.drawing.height, self.drawing.width
        _, above = self.room(tall, wide).zoom(page.height, page.width)
        # Beside a part that fills the canvas one way there is room left the other way.
        size = {"spread": (high, broad), "karyogram": (page.height, page.width)}.get(alone)
        zoom = math.inf if size is None else min(tall / size[0], wide / size[1])
        room = (0.0, 0.0) if size is None else (tall / zoom - size[0], wide / zoom - size[1])
        origin = (0.0, -(GAP + room[1] + broad))
        if above:
            origin = (-(GAP + room[0] + high), (page.width - broad) / 2)
        if origin != self.origin:
            before, self.origin = self.origin, origin
            self._move([self._view.layers[role] for role in SPREAD_ROLES if self.shown])
            self.moved.emit(origin[0] - before[0], origin[1] - before[1])

    def lay_over(self, layer: Any) -> None:
        """Let a layer lie over the photograph, wherever that goes: its data are pixels of it."""
        self._guests.add(layer)
        photograph = self._view.layers["spread"]
        layer.scale, layer.translate = photograph.scale, photograph.translate

    def _dismiss(self) -> None:
        """Hide what lies over a photograph that is there no longer."""
        for layer in self._guests:
            layer.visible = False
        self._guests.clear()

    def _move(self, layers: Iterable[Any]) -> None:
        assert self.drawing is not None
        top, left = self.origin
        sheet, picture = (self.drawing.scale, BAND), (1 / FINE, 0)
        placed = [
            *zip(layers, (sheet, picture), strict=False),
            *((one, sheet) for one in self._guests),
        ]
        # napari puts a pixel's middle at its whole number, the page its corner.
        for layer, (step, below) in placed:
            layer.scale = (step, step)
            layer.translate = (top + below - 0.5 + step / 2, left - 0.5 + step / 2)

    # -- what is drawn ---------------------------------------------------------------

    def redraw(self, _what: object = None) -> None:
        """Draw what is other than before in the current cell."""
        cell = self._view.session.current
        if cell is None or self.drawing is None or not self.shown:
            return
        if cell.classification.cell.photograph is not self._photograph:
            # The view is about to show another cell.
            return
        layer = self._view.layers["outlines"]
        changed = self._draw(cell)
        if layer.data is not self.drawing.canvas:
            # Somebody gave the layer another picture.
            layer.data = self.drawing.canvas
        elif changed:
            layer.refresh(thumbnail=False, highlight=False, extent=False)

    def _draw(self, cell: OpenCell) -> bool:
        assert self.drawing is not None
        said = self.drawing.say(cell.name, cell.numbers.text)
        return self.drawing.show(self._marks(cell)) or said

    def _marks(self, cell: OpenCell) -> dict[int, OutlineMark]:
        session, state = self._view.session, cell.karyotype.state
        lights = cell.shown_lights() if self._view.lights_on else {}
        marks = {}
        for index in self._out(cell):
            outline = cell.classification.cell.chromosomes[index].outline
            assert outline is not None
            marks[index] = OutlineMark(outline, "", None, "out")
        for index, (slot, _) in state.positions.items():
            outline = cell.classification.cell.chromosomes[index].outline
            if outline is None:
                continue
            standing: Standing = "plain"
            if index == session.selected:
                standing = "selected"
            elif index == session.pinned:
                standing = "target"
            light = lights.get(index)
            marks[index] = OutlineMark(outline, label_of(cell, index, slot), light, standing)
        return marks

    def _out(self, cell: OpenCell) -> list[int]:
        """Return those that left the karyogram, and in whose place there is nothing else."""
        present = frozenset(cell.present)
        if self._left_out[0] != present:
            photograph = cell.classification.cell.photograph
            assert photograph is not None
            self._left_out = present, _not_replaced(cell, present, photograph.image.shape[:2])
        return self._left_out[1]

    # -- what lies where -----------------------------------------------------------------

    def to_sheet(self, world: Iterable[float]) -> tuple[float, float] | None:
        """Return the place on the sheet of a place in the viewer; None where it lies beside."""
        if not self.shown or self.drawing is None:
            return None
        y, x = self._view.to_page(world)
        y, x = y - self.origin[0], x - self.origin[1]
        inside = 0 <= y < self.drawing.height and 0 <= x < self.drawing.width
        return (y, x) if inside else None

    @property
    def scale(self) -> float:
        """Page units to a pixel of the photograph."""
        return 1.0 if self.drawing is None else self.drawing.scale

    def to_pixel(self, y: float, x: float) -> tuple[float, float]:
        """Return the row and column in the photograph of a place in page units."""
        assert self.drawing is not None
        return self.drawing.to_pixel(y - self.origin[0], x - self.origin[1])

    def to_page(self, row: float, column: float) -> tuple[float, float]:
        """Return the place in page units of a row and column in the photograph."""
        assert self.drawing is not None
        y, x = self.drawing.to_sheet(row, column)
        return y + self.origin[0], x + self.origin[1]

    def on(self, y: float, x: float) -> list[int]:
        """Return the chromosomes at a place in page units, the likeliest meant first."""
        if self.drawing is None:
            return []
        return self.drawing.at(y - self.origin[0], x - self.origin[1])

    def chromosomes_at(self, world: Iterable[float]) -> list[int]:
        """Return the chromosomes at a place in the viewer, the likeliest meant first."""
        place = self.to_sheet(world)
        if place is None or self.drawing is None:
            return []
        return self.drawing.at(*place)

    @property
    def at_work(self) -> bool:
        """Whether there is a photograph, and the person is at work on it."""
        return self.in_hand and self.shown

    def crossed(self, line: Sequence[tuple[float, float]]) -> int | None:
        """Return the chromosome that a line in page units is meant for: see `meant_by`."""
        session, cell = self._view.session, self._view.session.current
        if cell is None or self.drawing is None:
            return None
        points = [self.to_pixel(*point) for point in line]
        return meant_by(points, cell.outlines, session.selected)

    def choose(self, world: Iterable[float]) -> int | None:
        """Return what a click at a place selects: of those that cross, each in its turn."""
        session = self._view.session
        here = () if session.current is None else session.current.present
        found = [one for one in self.chromosomes_at(world) if one in here]
        if not found:
            return None
        if session.selected in found:
            return found[(found.index(session.selected) + 1) % len(found)]
        return found[0]

    def box_of(self, index: int) -> Box | None:
        """Return where a chromosome lies, in page units."""
        mark = None if self.drawing is None else self.drawing.marks.get(index)
        if mark is None or self.drawing is None:
            return None
        points = self.drawing.points(mark.outline)
        (top, left), (bottom, right) = points.min(axis=0), points.max(axis=0)
        return Box(
            float(top) + self.origin[0],
            float(left) + self.origin[1],
            float(bottom - top),
            float(right - left),
        )

    def words_at(self, world: Iterable[float]) -> str:
        """Return what is said of the chromosome at a place in the viewer."""
        cell = self._view.session.current
        if cell is None:
            return ""
        found = self.chromosomes_at(world)
        if not found and self._view.page is not None and self.to_sheet(world) is None:
            on_page = self._view.page.chromosome_at(*self._view.to_page(world))
            found = [] if on_page is None else [on_page]
        return "\n".join(words_of(cell, index) for index in found)


def label_of(cell: OpenCell, index: int, slot: str) -> str:
    """Return what is written beside a chromosome on its spread."""
    if slot not in CLASSES:
        return "tray" if slot == TRAY else "mar"
    return f"der {slot}" if index in cell.karyotype.state.derivatives else slot


_SAID: Final = {
    Light.SURE: "sure",
    Light.LOOK: "worth a look",
    Light.DOUBTFUL: "doubtful",
    Light.UNKNOWN: "unlike what the model knows",
    Light.SETTLED: "settled by hand",
}


def words_of(cell: OpenCell, index: int) -> str:
    """Return in a line what a chromosome is taken for."""
    name = cell.classification.cell.chromosomes[index].name
    if index not in cell.present:
        return f"{name}: not in the karyogram, not counted"
    slot = cell.karyotype.slot_of(index)
    light = cell.shown_lights()[index]
    here = slot if slot in CLASSES else slot_words(slot)
    share = f" {100 * cell.confidence(index):.0f} %" if slot in CLASSES else ""
    others = [
        f"{other} {100 * part:.0f} %"
        for other, part in cell.classification.alternatives(index, 3)
        if other != slot and part >= 0.01
    ]
    rest = f"; or {', '.join(others)}" if others else ""
    return f"{here}{share}, {_SAID[light]}{rest} ({name})"


def _contrast(photograph: Spread) -> tuple[float, float]:
    image = photograph.image[:: max(1, photograph.image.shape[0] // 512)]
    low, high = (float(value) for value in np.quantile(image, (_TAIL, 1 - _TAIL)))
    if photograph.polarity is Polarity.DARK and photograph.image.dtype == np.uint8:
        high = 255.0
    return low, max(high, low + 1.0)


def _not_replaced(cell: OpenCell, present: frozenset[int], shape: tuple[int, ...]) -> list[int]:
    chromosomes = cell.classification.cell.chromosomes
    gone: list[tuple[int, Outline]] = [
        (index, item.outline)
        for index, item in enumerate(chromosomes)
        if index not in present and item.outline is not None
    ]
    if not gone:
        return []
    taken = np.zeros(shape[:2], np.bool_)
    for index in present:
        outline = chromosomes[index].outline
        if outline is not None:
            taken[outline.place] |= outline.mask
    left = []
    # The latest first: of several that lay there one after another, one is drawn.
    for index, outline in reversed(gone):
        share = float(taken[outline.place][outline.mask].mean())
        if share <= _REPLACED:
            left.append(index)
            taken[outline.place] |= outline.mask
    return sorted(left)
