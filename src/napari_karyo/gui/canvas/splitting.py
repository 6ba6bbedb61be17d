"""The tool that cuts one chromosome into two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from napari_karyo.cell import Chromosome
from napari_karyo.classified.pieces import new_names
from napari_karyo.gui.actions import attempt
from napari_karyo.gui.canvas.drawn_across import shifted
from napari_karyo.gui.canvas.gesture import MouseEvent, Steps
from napari_karyo.gui.canvas.picture_tools import TREMBLE, Keys, Tool, ToolHost, distance
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.karyogram.page import Box

#: Page units between the points of a line drawn freely, and around a chromosome.
_SPACING, _AROUND = 5.0, 12.0
#: By one press of a key a proposed line moves by so many units, or tilts by so many degrees.
_SHIFT, _TILT = 3.0, 10.0
#: What is said where it is not known which one is meant.
_ACROSS: Final = "Draw it across the one that holds two."


class Splitting(Tool):
    """Cuts a chromosome along a line: drawn, clicked, or moved by keys.

    It is the selected one; on the photograph it is the one that is drawn across, and there the
    tool stays in hand for the next one.
    """

    name = "Split"
    words = (
        "Draw a line between the two, or click its corners. Arrows move and tilt it, "
        "Enter cuts, Escape ends."
    )

    def __init__(self, view: ToolHost, index: int | None) -> None:
        super().__init__(view, index)
        #: Whether the line lies on the photograph of the spread, and not on the page.
        self._on_spread = view.spread.at_work and (
            index is None or view.spread.box_of(index) is not None
        )
        self._offset = self._tilt = 0.0
        #: What was drawn; empty while the line is the proposed one.
        self._drawn: list[tuple[float, float]] = []

    @classmethod
    def needs_one(cls, view: ToolHost) -> bool:
        """On the photograph the line says which one is cut."""
        return not view.spread.at_work

    @property
    def outlives_edits(self) -> bool:  # type: ignore[override]
        """Whether it stays in hand: on the photograph."""
        return self._on_spread

    def edited(self) -> None:
        """Wait for the next line, with none proposed."""
        self._index, self._drawn = None, []
        self._show()

    @property
    def keys(self) -> Keys:
        """Enter cuts; the arrows move the line along its own normal, and tilt it."""
        return {
            **super().keys,
            "Enter": self.cut,
            "Up": lambda: self._propose(-_SHIFT, 0.0),
            "Down": lambda: self._propose(_SHIFT, 0.0),
            "Right": lambda: self._propose(0.0, _TILT),
            "Left": lambda: self._propose(0.0, -_TILT),
        }

    @property
    def points(self) -> list[tuple[float, float]]:
        """The line on the page; none is proposed where nothing is selected."""
        proposed = self._index is not None and not self._drawn
        return across(self._box, self._offset, self._tilt) if proposed else self._drawn

    @property
    def _box(self) -> Box:
        """Where the chromosome is that is cut."""
        if self._index is None:
            return Box(*self._drawn[0], 1.0, 1.0)
        on_spread = self.view.spread.box_of(self.index) if self._on_spread else None
        return on_spread or self.place.box

    def begin(self) -> None:
        """Show a line across the middle."""
        self._show()

    def _propose(self, shift: float, tilt: float) -> None:
        if self._index is None:
            self.view.session.say(_ACROSS)
            return
        self._drawn = []
        self._offset += shift
        self._tilt = math.remainder(self._tilt + tilt, 180.0)
        self._show()

    def _show(self) -> None:
        if self.points:
            self.view.selection.drag_preview.draw_line(self.points, around(self._box))
        else:
            self.view.selection.let_down()

    def drag(self, event: MouseEvent) -> Steps:
        """Draw freely while the button is held and then cut; a click sets a corner."""
        view = self.view
        begun, pressed_at = view.to_page(event.position), tuple(event.pos)
        free = [begun]
        moved = False
        on_spread = view.spread.to_sheet(event.position) is not None
        if on_spread is not self._on_spread:
            self._on_spread, self._drawn = on_spread, []

        def follow() -> None:
            nonlocal moved
            moved = moved or distance(pressed_at, event.pos) >= TREMBLE
            point = view.to_page(event.position)
            if moved and math.dist(point, free[-1]) >= _SPACING:
                free.append(point)
                self._drawn = free
                self._show()

        yield
        while event.type == "mouse_move":
            if self.in_use:
                follow()
            yield
        if not self.in_use:
            return
        # A quick hand lets go before the last moves, or any, were heard of.
        follow()
        if len(free) > 1:
            self.cut()
        elif not self._drawn and self.clicks_beside_use(event):
            return
        elif self._drawn and math.dist(begun, self._drawn[-1]) < 2 * _SPACING:
            # As a double click ends a line elsewhere.
            self.cut()
        else:
            self._drawn = [*self._drawn, begun]
            self._show()

    def shift(self, down: float, right: float) -> None:
        """Take a line on the photograph along."""
        if self._on_spread:
            self._drawn = shifted(self._drawn, down, right)
            self._show()

    def cut(self) -> None:
        """Make the edit; a line that divides nothing is told of and can be drawn again."""
        view, points = self.view, self.points
        on_spread, index = self._on_spread, self._index
        if on_spread and self._drawn:
            index = view.spread.crossed(points)
        if index is None:
            if self.used and not self._drawn:
                self.put_down()
                return
            view.session.say(_ACROSS)
            self._drawn = []
            self._show()
        elif attempt(view.session, lambda: split_along(view, self.cell, index, points, on_spread)):
            self.go_on("draw the next line")
        else:
            self._drawn = []
            if self.in_use:
                self._show()


def around(box: Box) -> Box:
    """Return a box with a little of the paper around it."""
    return Box(
        box.top - _AROUND, box.left - _AROUND, box.height + 2 * _AROUND, box.width + 2 * _AROUND
    )


def across(box: Box, offset: float, tilt: float) -> list[tuple[float, float]]:
    """Return a straight line across a box, a little longer than it.

    Parameters
    ----------
    box : Box
    offset : float
        Page units from the middle, along the line's normal; down where it lies level.
    tilt : float
        Degrees clockwise from level.
    """
    turn = math.radians(tilt)
    down, right = math.sin(turn), math.cos(turn)
    y, x = box.center[0] + offset * right, box.center[1] - offset * down
    wide, tall = box.width / 2 + _AROUND, box.height / 2 + _AROUND
    half = min(wide / max(abs(right), 1e-6), tall / max(abs(down), 1e-6))
    return [(y - half * down, x - half * right), (y + half * down, x + half * right)]


def split_along(
    view: ToolHost,
    cell: OpenCell,
    index: int,
    points: Sequence[tuple[float, float]],
    on_spread: bool = False,
) -> None:
    """Cut a chromosome in two along a line on the page or on the photograph: one edit.

    The line is in page units. What has an outline in the photograph is cut there.

    Raises
    ------
    KaryoError
        Where the line leaves nothing on one side, or the edit is refused.
    """
    from napari_karyo.preprocessing.pieces import split_crop

    if on_spread:
        cell.cut(index, [view.spread.to_pixel(*point) for point in points])
        return
    assert view.page is not None
    assert view.composer is not None
    place, composer, found = view.page.places[index], view.composer, cell.classification
    line = [composer.to_crop(place, y, x) for y, x in points]
    item, photograph = found.cell.chromosomes[index], found.cell.photograph
    if item.outline is not None and photograph is not None:
        from napari_karyo.segmentation.crops import crop_box, margin_in

        box = crop_box(item.outline, margin_in(found.cell), photograph.image.shape)
        cell.cut(index, [(row + box.top, column + box.left) for row, column in line])
        return
    pieces = split_crop(item.image, line, found.cell.polarity, white=found.white)
    names = new_names({one.name for one in found.cell}, item.name, len(pieces))
    cell.split(
        index,
        [Chromosome(name, piece.image) for name, piece in zip(names, pieces, strict=True)],
    )
