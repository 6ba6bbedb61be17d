"""The tools that mend outlines on the photograph of a spread.

What divides a chromosome or joins two is in `splitting` and `merging`, and works on the
photograph as on the page. Places are page units here; the model's methods take pixels of the
photograph.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from scipy import ndimage

from napari_karyo.cell import Outline
from napari_karyo.gui.actions import attempt, name_of
from napari_karyo.gui.canvas.drag_preview import Point
from napari_karyo.gui.canvas.drawn_across import shifted
from napari_karyo.gui.canvas.gesture import MouseEvent, Steps
from napari_karyo.gui.canvas.picture_tools import TREMBLE, Keys, Tool, ToolHost, distance
from napari_karyo.karyogram.page import Box

#: Page units between the points of what is drawn freely.
_SPACING = 3.0
#: Page units around a chromosome that its preview shows at least.
_AROUND = 30.0
#: Of a brush: its radius by half of the chromosome's width, the least in pixels of the
#: photograph, and what one press of a key changes it by.
_BRUSH, _LEAST, _STEP = 0.6, 1.5, 1.25


class SpreadTool(Tool):
    """Something that is drawn on the photograph with the button held."""

    def show(self, line: Sequence[Point]) -> None:
        """Show what is being drawn."""
        self.view.selection.drag_preview.draw_lines([line], self.around, strong=True)

    def drawn(self, line: Sequence[Point], moved: bool) -> None:
        """Make what was drawn an edit, once the button is let go.

        Parameters
        ----------
        line : sequence of (y, x)
        moved : bool
            False where the mouse was only clicked.
        """
        raise NotImplementedError

    @property
    def around(self) -> Box:
        """What the preview shows at least."""
        index = self.view.session.selected
        box = None if index is None else self.view.spread.box_of(index)
        if box is None:
            return Box(*self.view.spread.origin, 1.0, 1.0)
        return Box(
            box.top - _AROUND, box.left - _AROUND, box.height + 2 * _AROUND, box.width + 2 * _AROUND
        )

    def drag(self, event: Any) -> Steps:
        """Draw freely while the button is held."""
        view, pressed_at = self.view, tuple(event.pos)
        if view.spread.to_sheet(event.position) is None:
            view.session.say("Draw it on the photograph of the spread.")
            return
        line, moved = [view.to_page(event.position)], False

        def follow() -> None:
            nonlocal moved
            moved = moved or distance(pressed_at, event.pos) >= TREMBLE
            point = view.to_page(event.position)
            if moved and math.dist(point, line[-1]) >= _SPACING:
                line.append(point)
                self.show(line)

        self.show(line)
        yield
        while event.type == "mouse_move":
            if self.in_use:
                follow()
            yield
        if self.in_use:
            # A quick hand lets go before the last moves, or any, were heard of.
            follow()
            if moved or not self.is_click_of_choice(event):
                self.drawn(line, moved)

    def is_click_of_choice(self, event: MouseEvent) -> bool:
        """Take a click, where nothing is half drawn, for the choice of another chromosome."""
        return self.clicks_beside_use(event)

    def pixels(self, line: Sequence[Point]) -> list[Point]:
        """Return a line in pixels of the photograph."""
        return [self.view.spread.to_pixel(*point) for point in line]

    def outline(self, index: int) -> Outline | None:
        """Return where a chromosome lies in the photograph."""
        return self.cell.classification.cell.chromosomes[index].outline


class Parting(SpreadTool):
    """Parts chromosomes that cross one another into whole ones, along their middle lines.

    On the photograph it stays in hand; a click on another one shows how that would be parted.
    """

    name = "Part crossing"

    def __init__(self, view: ToolHost, index: int | None) -> None:
        super().__init__(view, index)
        self.outlives_edits = view.spread.at_work
        self._proposed: list[list[Point]] = []
        self._lines: list[Sequence[Point]] = []
        self._take(index)

    def _take(self, index: int | None) -> None:
        """Be about a chromosome, and see how it could be parted."""
        self._index, self._lines, self._proposed = index, [], []
        outline = None if index is None else self.outline(index)
        if outline is not None:
            from napari_karyo.segmentation.crossings import crossing_lines

            self._proposed = [
                [self.view.spread.to_page(*point) for point in line]
                for line in crossing_lines(outline)
            ]

    def edited(self) -> None:
        """Wait for the next crossing."""
        self._take(None)
        self.view.selection.let_down()

    def is_click_of_choice(self, event: MouseEvent) -> bool:
        """Be about what was clicked, unless a line is drawn already."""
        chosen = None if self._lines else self.view.spread.choose(event.position)
        if chosen is None or chosen == self._index:
            return False
        self._take(chosen)
        self.view.session.select(chosen)
        self.view.selection.let_down()
        self.begin()
        self.view.session.say(self.words)
        return True

    @classmethod
    def needs_one(cls, view: ToolHost) -> bool:
        """On the photograph the first line says which one is parted."""
        return not view.spread.at_work

    @property
    def words(self) -> str:  # type: ignore[override]
        """What the person can do now."""
        if self._lines:
            return f"{len(self._lines)} of {self._wanted} lines drawn. Enter parts along them."
        proposal = "Enter parts it as shown, or draw" if self._is_proposal else "Draw"
        return f"{proposal} a line along each of the chromosomes, end to end. Escape ends."

    @property
    def keys(self) -> Keys:
        """Enter parts it: along what was drawn, or else as proposed."""
        return {**super().keys, "Enter": self._part}

    @property
    def _is_proposal(self) -> bool:
        return len(self._proposed) > 1

    @property
    def _wanted(self) -> int:
        return len(self._proposed) if self._is_proposal else 2

    def begin(self) -> None:
        """Show how the program would part it."""
        if self._is_proposal:
            self.view.selection.drag_preview.draw_lines(self._proposed, self.around, strong=True)

    def show(self, line: Sequence[Point]) -> None:
        """Show the lines drawn so far."""
        around = self.around if self._index is not None else Box(*line[0], 1.0, 1.0)
        self.view.selection.drag_preview.draw_lines([*self._lines, line], around, strong=True)

    def shift(self, down: float, right: float) -> None:
        """Take the lines along, proposed ones too."""
        self._proposed = [shifted(line, down, right) for line in self._proposed]
        self._lines = [shifted(line, down, right) for line in self._lines]
        if self._lines:
            self.view.selection.drag_preview.draw_lines(self._lines, self.around, strong=True)
        else:
            self.begin()

    def drawn(self, line: Sequence[Point], moved: bool) -> None:
        """Take one line more; with the last one it is parted."""
        if not moved or len(line) < 2:
            self.begin()
            self.view.session.say(self.words)
            return
        if not self._lines:
            self._choose(line)
        self._lines.append(line)
        if len(self._lines) >= self._wanted:
            self._part()
        else:
            self.view.session.say(self.words)

    def _choose(self, line: Sequence[Point]) -> None:
        """Part what the first line lies on, though another one be selected."""
        index = self.view.spread.crossed(line)
        if index is not None and index != self._index:
            self._index, self._proposed = index, []

    def _part(self) -> None:
        if self._index is None and self.used:
            self.put_down()
            return
        if self._index is None or len(self._lines) == 1:
            one = "the other one too" if self._lines else "each of two that cross"
            self.view.session.say(f"Draw a line along {one}.")
            return
        lines = [self.pixels(line) for line in self._lines]
        index = self.index
        if attempt(self.view.session, lambda: self.cell.part(index, lines)):
            self.go_on("click the next one that crosses another")
        else:
            self._lines = []
            if self.in_use:
                self.view.selection.let_down()
                self.begin()


class DrawingAnew(SpreadTool):
    """Draws around a chromosome that nobody had found: freely, or by its corners."""

    name = "Draw new"
    words = (
        "Draw around a chromosome, or click its corners; Enter or a click on the first one "
        "closes it. Escape ends."
    )
    follows_selection = True
    outlives_edits = True

    def __init__(self, view: ToolHost, index: int | None) -> None:
        super().__init__(view, index)
        self._corners: list[Point] = []

    @classmethod
    def needs_one(cls, _view: ToolHost) -> bool:
        """Return False: it is about one that is not there yet."""
        return False

    @property
    def keys(self) -> Keys:
        """Enter closes what was clicked."""
        return {**super().keys, "Enter": self._enter}

    def _enter(self) -> None:
        if self.used and not self._corners:
            self.put_down()
        else:
            self._close(self._corners)

    def edited(self) -> None:
        """Wait for the next one to be drawn."""
        self._corners = []
        self.view.selection.let_down()

    def is_click_of_choice(self, event: MouseEvent) -> bool:
        """Choose another chromosome, unless corners are set."""
        return not self._corners and super().is_click_of_choice(event)

    @property
    def around(self) -> Box:
        """What the preview shows at least."""
        y, x = self._corners[0] if self._corners else self.view.spread.origin
        return Box(y, x, 1.0, 1.0)

    def show(self, line: Sequence[Point]) -> None:
        """Show what was drawn so far."""
        shown = [*self._corners, *line]
        self.view.selection.drag_preview.draw_lines([shown], Box(*shown[0], 1.0, 1.0), strong=True)

    def shift(self, down: float, right: float) -> None:
        """Take the corners along."""
        self._corners = shifted(self._corners, down, right)
        if self._corners:
            self.show([])

    def drawn(self, line: Sequence[Point], moved: bool) -> None:
        """Close what was drawn freely, or take one corner more."""
        if moved and len(line) > 2:
            self._close([*self._corners, *line])
            return
        corner = line[0]
        near = 4 * _SPACING
        ends = self._corners[:1] + self._corners[-1:]
        if len(self._corners) > 2 and any(math.dist(corner, end) < near for end in ends):
            self._close(self._corners)
            return
        self._corners.append(corner)
        self.show([])

    def _close(self, line: Sequence[Point]) -> None:
        session, made = self.view.session, []
        points = self.pixels(line)
        if attempt(session, lambda: made.append(self.cell.draw(points))):
            edit = made[0]
            if edit is not None:
                session.select(edit.chromosomes[-1])
                self.go_on("draw around the next one")
        else:
            self._corners = []
            self.view.selection.let_down()


class Painting(SpreadTool):
    """Adds to the selected chromosome what the brush goes over."""

    name = "Paint"
    verb: ClassVar[str] = "Paint over what belongs to it"
    erases: ClassVar[bool] = False
    follows_selection = True
    outlives_edits = True

    def __init__(self, view: ToolHost, index: int | None) -> None:
        super().__init__(view, index)
        outline = self.outline(self.index)
        inside = 0.0 if outline is None else _half_width(outline)
        self._radius = max(_LEAST, _BRUSH * inside)

    @property
    def words(self) -> str:  # type: ignore[override]
        """What the person can do now."""
        return (
            f"{self.verb}; click another one to go on with that. Up and down: brush of "
            f"{2 * self._radius:.0f} pixels. Escape ends."
        )

    @property
    def keys(self) -> Keys:
        """The arrows make the brush larger and smaller."""
        return {
            **super().keys,
            "Escape": lambda: self.view.tools.put_away("Done."),
            "Up": lambda: self._resize(_STEP),
            "Down": lambda: self._resize(1 / _STEP),
        }

    def _resize(self, by: float) -> None:
        self._radius = min(60.0, max(_LEAST, self._radius * by))
        self.view.session.say(self.words)

    def show(self, line: Sequence[Point]) -> None:
        """Show where the brush went."""
        brush = 2 * self._radius * self.view.spread.scale
        self.view.selection.drag_preview.draw_lines([line], self.around, brush)

    def drawn(self, line: Sequence[Point], moved: bool) -> None:
        """Make the stroke; a click on another chromosome goes on with that."""
        view, index = self.view, self.view.session.selected
        view.selection.let_down()
        here = [one for one in view.spread.on(*line[0]) if one in self.cell.present]
        if not moved and here and index not in here:
            view.session.select(here[0])
            view.session.say(f"{self.verb}: {name_of(self.cell, here[0])}.")
        elif index is None:
            view.session.say("Click the chromosome first that shall be mended.")
        else:
            points = self.pixels(line)
            attempt(
                view.session,
                lambda: self.cell.repaint(index, points, self._radius, self.erases),
            )


class Erasing(Painting):
    """Takes from the selected chromosome what the brush goes over."""

    name = "Erase"
    verb = "Go over what does not belong to it"
    erases = True


def _half_width(outline: Outline) -> float:
    from numpy import pad

    return float(ndimage.distance_transform_edt(pad(outline.mask, 1)).max())
