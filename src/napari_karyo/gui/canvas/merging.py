"""The tool that puts two pieces of one chromosome together."""

from __future__ import annotations

import math

from napari_karyo.cell import Chromosome
from napari_karyo.classified.pieces import new_names
from napari_karyo.gui.actions import attempt, name_of
from napari_karyo.gui.canvas.gesture import MouseEvent, Steps
from napari_karyo.gui.canvas.picture_tools import TREMBLE, Keys, Tool, ToolHost, distance
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.karyogram.page import Box
from napari_karyo.karyotype import ancestors


class Merging(Tool):
    """Merges two pieces of one chromosome.

    Of the selected one and the one that is clicked, or dragged to its end; on the photograph
    also of the two that a line is drawn between, and there the tool stays in hand.
    """

    name = "Merge"
    follows_selection = True

    def __init__(self, view: ToolHost, index: int | None) -> None:
        super().__init__(view, index)
        self._on_spread = view.spread.at_work

    @classmethod
    def needs_one(cls, view: ToolHost) -> bool:
        """On the photograph a line says which two are merged."""
        return not view.spread.at_work

    @property
    def words(self) -> str:  # type: ignore[override]
        """What the person can do now."""
        if self._index is None:
            return "Draw from one piece to the other, or click each. Escape ends."
        where = "draw a line to it" if self._on_spread else "drag it to where it belongs"
        return (
            f"Click the piece that belongs to {name_of(self.cell, self.index)}, or {where}. "
            "With keys: go to it with the arrows, Enter. Escape ends."
        )

    @property
    def keys(self) -> Keys:
        """Enter merges with the one that is selected by then."""
        return {**super().keys, "Enter": self._with_selected}

    @property
    def outlives_edits(self) -> bool:  # type: ignore[override]
        """Whether it stays in hand: on the photograph."""
        return self._on_spread

    def edited(self) -> None:
        """Wait for the next two."""
        self._choose(None)

    def begin(self) -> None:
        """Mark the first one, that stays when another is selected."""
        self.view.selection.mark(self._index)

    def end(self) -> None:
        """Take the mark away."""
        self.view.selection.mark(None)
        super().end()

    def _choose(self, index: int | None) -> None:
        """Take one for the first of the two."""
        self._index = index
        self.begin()

    def _with_selected(self) -> None:
        other = self.view.session.selected
        if self._index is None and self.used:
            self.put_down()
        elif self._index is None:
            self._choose(other)
            self.view.session.say(self.words)
        elif other is None or other == self._index:
            self.view.session.say(self.words)
        else:
            self._merge(self._index, other, None)

    def drag(self, event: MouseEvent) -> Steps:
        """Merge with what is clicked; carried over the first one, it is put where it lies."""
        view = self.view
        assert view.page is not None
        self._on_spread = view.spread.to_sheet(event.position) is not None
        if self._on_spread:
            yield from self._drag_on_spread(event)
            return
        other = view.page.chromosome_at(*view.to_page(event.position))
        if self._index is None:
            self._choose(other)
            view.session.say(self.words)
            return
        yield from self._drag_on_page(event, other)

    def _drag_on_page(self, event: MouseEvent, other: int | None) -> Steps:
        view, pressed_at = self.view, tuple(event.pos)
        assert view.page is not None
        moving = False
        try:
            yield
            while event.type == "mouse_move":
                if other is not None and other != self._index and self.in_use:
                    if not moving and distance(pressed_at, event.pos) >= TREMBLE:
                        moving = True
                        view.selection.drag_preview.lift(view.page.places[other])
                    if moving:
                        view.selection.drag_preview.carry(*view.to_page(event.position))
                yield
        finally:
            view.selection.drag_preview.vanish()
        # A quick hand lets go before a move was heard of: it is no click for that.
        moving = moving or distance(pressed_at, event.pos) >= TREMBLE
        if not self.in_use or other is None or other not in self.cell.present:
            return
        if other == self._index:
            view.session.say(self.words)
        elif not moving:
            self._merge(self.index, other, None)
        else:
            point = view.to_page(event.position)
            box = self.place.box
            near = Box(box.top - box.height, box.left - box.width, 3 * box.height, 3 * box.width)
            if near.contains(*point):
                self._merge(self.index, other, point)
            else:
                view.session.say("Let go away from it: nothing was changed.")

    def _drag_on_spread(self, event: MouseEvent) -> Steps:
        """Merge what a line is drawn between, or with what is clicked, on the photograph."""
        view, pressed_at = self.view, tuple(event.pos)
        begun, first = view.to_page(event.position), self._there(event)
        yield
        while event.type == "mouse_move":
            if self.in_use:
                line = [begun, view.to_page(event.position)]
                view.selection.drag_preview.draw_line(line, Box(*begun, 1.0, 1.0))
            yield
        if not self.in_use:
            return
        view.selection.drag_preview.vanish()
        # An edit may have taken one away meanwhile.
        first = [one for one in first if one in self.cell.present]
        last = self._there(event)
        if distance(pressed_at, event.pos) >= 2 * TREMBLE:
            pair = _two_of(first, last)
            if pair is None:
                view.session.say("Draw it from one piece to the other.")
            else:
                self._merge(*pair, None)
        elif self._index is None:
            if not self.clicks_beside_use(event):
                self._choose(next(iter(first), None))
                view.session.say(self.words)
        else:
            others = [one for one in first if one != self._index]
            if others:
                self._merge(self.index, others[0], None)
            else:
                view.session.say(self.words)

    def _there(self, event: MouseEvent) -> list[int]:
        found = self.view.spread.chromosomes_at(event.position)
        return [one for one in found if one in self.cell.present]

    def _merge(self, first: int, second: int, point: tuple[float, float] | None) -> None:
        view = self.view
        if attempt(view.session, lambda: merge_pair(view, self.cell, first, second, point)):
            self.go_on("draw between the next two")


def _two_of(first: list[int], last: list[int]) -> tuple[int, int] | None:
    """Return two that are not the same, of those at the ends of a line."""
    return next(((one, other) for one in first for other in last if one != other), None)


def merge_pair(
    view: ToolHost,
    cell: OpenCell,
    first: int,
    second: int,
    point: tuple[float, float] | None = None,
) -> None:
    """Merge two pieces of one chromosome into one: one edit.

    Where both have an outline in the photograph of their spread they are joined as they lie
    there.

    Parameters
    ----------
    view : ToolHost
    cell : OpenCell
    first, second : int
    point : tuple of float, optional
        Where on the page the middle of the second shall lie beside the first as it
        stands. Where left out, pieces of one crop lie again as they lay there, and of
        others the smaller one goes to the end of the larger one that fits best.

    Raises
    ------
    KaryoError
        Where they can't be put together, or the edit is refused.
    """
    from napari_karyo.preprocessing.pieces import merge_crops

    found, state = cell.classification, cell.karyotype.state
    outlines = [found.cell.chromosomes[one].outline for one in (first, second)]
    if found.cell.photograph is not None and None not in outlines:
        cell.join((first, second))
        return
    # The larger one keeps the page's way up and its place in the names.
    pair = sorted((first, second), key=lambda one: -int(found.uprights[one].mask.sum()))
    offset, angle = None, 0.0
    if point is not None:
        assert view.page is not None
        place = view.page.places[first]
        scale = view.page.magnification * place.reduction
        angles = [state.appearance(one).angle for one in pair]
        down, right = point[0] - place.box.center[0], point[1] - place.box.center[1]
        if pair[0] != first:
            down, right = -down, -right
        # As seen by the larger one, which stands upright in the picture that is made.
        turn = math.radians(angles[0])
        cos, sin = math.cos(turn), math.sin(turn)
        offset = (down * cos - right * sin) / scale, (down * sin + right * cos) / scale
        angle = angles[1] - angles[0]
    crops = found.cell.chromosomes
    edits = cell.karyotype.history
    shared = ancestors(edits, first) & ancestors(edits, second)
    image = merge_crops(
        crops[pair[0]].image,
        crops[pair[1]].image,
        found.cell.polarity,
        offset=offset,
        angle=angle,
        turned=(pair[0] in state.turned, pair[1] in state.turned),
        white=found.white,
        photographs=[crops[one].image for one in sorted(shared, reverse=True)],
    )
    name = f"{crops[pair[0]].name} + {crops[pair[1]].name}"
    if any(item.name == name for item in crops):
        (name,) = new_names({item.name for item in crops}, name, 1)
    cell.merge(pair, Chromosome(name, image))
