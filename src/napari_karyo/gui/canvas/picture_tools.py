"""Other uses of the mouse than carrying: what a tool is, the toolbox, and rotating.

A tool has the mouse and some keys from when it is taken until it is put away: by its own
edit, by Escape, or by anything else that makes it senseless. What a tool leads to is one
edit of the karyotype, through the one door of `actions.attempt`. Those that cut a crop
in two and merge two are in `splitting` and `merging`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from psygnal import Signal

from napari_karyo.gui.actions import attempt, on_top, selected_in
from napari_karyo.gui.canvas.gesture import MouseEvent, Steps
from napari_karyo.gui.canvas.host import PageHost
from napari_karyo.gui.canvas.selection_overlay import SelectionOverlay
from napari_karyo.gui.canvas.spread_panel import SpreadPanel
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.karyogram.page import Place

if TYPE_CHECKING:
    from napari.layers import Layer

#: Canvas pixels the mouse may tremble before a click becomes a drag.
TREMBLE: Final = 4.0
#: Nearer to the middle than so many page units the mouse tells no angle.
_NO_ANGLE: Final = 8.0
#: Degrees to which a rotation by the handle falls in step while Shift is held.
_STEP: Final = 15

Keys = Mapping[str, Callable[[], None]]


class ToolHost(PageHost, Protocol):
    """A karyogram's page on which tools are used.

    Attributes
    ----------
    tools : Toolbox
    selection : SelectionOverlay
    spread : SpreadPanel
    """

    tools: Toolbox
    selection: SelectionOverlay
    spread: SpreadPanel


class Tool:
    """One use of the mouse.

    Parameters
    ----------
    view : ToolHost
    index : int or None
        The chromosome that it is about.
    """

    name = ""
    """Of the action that takes it."""
    words = ""
    """What the person can do now."""
    follows_selection = False
    """Whether it goes on when another chromosome is selected."""
    outlives_edits = False
    """Whether it goes on after an edit of the cell that it works on."""

    def __init__(self, view: ToolHost, index: int | None) -> None:
        assert view.session.current is not None
        self.view = view
        self._index = index
        self.cell: OpenCell = view.session.current
        #: Whether it has made an edit, and is in hand for the next one.
        self.used = False

    @classmethod
    def needs_one(cls, _view: ToolHost) -> bool:
        """Whether a chromosome has to be selected before it is taken."""
        return True

    @property
    def index(self) -> int:
        """The chromosome that it is about."""
        assert self._index is not None
        return self._index

    @property
    def about(self) -> int | None:
        """The chromosome that it is about, where it is about one."""
        return self._index

    @property
    def keys(self) -> Keys:
        """The keys that are the tool's own while it is in use."""
        return {"Escape": self.put_down}

    def put_down(self) -> None:
        """End it, and say whether anything came of it."""
        self.view.tools.put_away("Done." if self.used else "Nothing was changed.")

    @property
    def in_use(self) -> bool:
        """Whether it has the mouse and the keys."""
        return self.view.tools.active is self

    @property
    def place(self) -> Place:
        """Where its chromosome stands."""
        assert self.view.page is not None
        return self.view.page.places[self.index]

    def begin(self) -> None:
        """Show that it is there."""

    def again(self) -> None:
        """Do what is meant by taking it while it is in use: begin anew, or put it away."""
        if self.used:
            self.view.tools.take(type(self)(self.view, self.view.session.selected))
        else:
            self.put_down()

    def edited(self) -> None:
        """Go on after an edit of the cell that it outlives."""

    def go_on(self, next_words: str) -> None:
        """Say what was done, and what can be done next where it is still in hand."""
        if self.in_use:
            self.used = True
            done = self.cell.karyotype.history[-1].text
            self.view.session.say(f"{done}: {next_words}, or Escape.")

    def clicks_beside_use(self, event: MouseEvent) -> bool:
        """Take a click on a chromosome for a choice of it, where the tool is merely still in hand.

        Returns
        -------
        bool
            Whether it was one. The tool is put away by it.
        """
        chosen = self.view.spread.choose(event.position) if self.used else None
        if chosen is None:
            return False
        self.view.tools.put_away()
        self.view.session.select(chosen)
        return True

    def settle(self) -> None:
        """Make an edit of what was done so far, before something else takes its place."""

    def shift(self, down: float, right: float) -> None:
        """Take along what was drawn on the photograph, which lies elsewhere by now."""

    def end(self) -> None:
        """Leave no trace on the page."""
        self.view.selection.let_down()

    def leave(self) -> None:
        """Leave none in the viewer, even where the page is no longer there."""

    def drag(self, event: MouseEvent) -> Steps:
        """Follow the mouse from a press to its release, as napari's callbacks do."""
        raise NotImplementedError


class Toolbox:
    """The tool in use in a karyogram view, and its keys on the view's layers."""

    changed = Signal()
    """A tool was taken or put away."""

    def __init__(self, view: ToolHost) -> None:
        self._view = view
        self.active: Tool | None = None
        #: What was selected after the last edit: no choice of the person's.
        self._left_by_edit: tuple[int | None, ...] = ()
        self._keymaps: list[tuple[Layer, dict[object, object]]] = []
        view.session.fields_left.connect(self.settle)
        view.spread.moved.connect(self._on_moved)
        view.session.karyotype_changed.connect(self._on_edit)
        view.session.selection_changed.connect(self._on_selection)

    def take(self, tool: Tool) -> None:
        """Take a tool in use; the one before gives way."""
        self.give_way()
        self.active = tool
        for layer in self._view.layers.values():
            self._keymaps.append((layer, dict(layer.keymap)))
            for key, do in tool.keys.items():
                layer.bind_key(key, _pressed(do), overwrite=True)
        tool.begin()
        self.changed.emit()
        if tool.words:
            self._view.session.say(tool.words)

    def settle(self) -> None:
        """Let the tool in use make an edit of what was done with it so far."""
        if self.active is not None:
            self.active.settle()

    def give_way(self) -> None:
        """Put the tool in use away for something else, what was done with it settled."""
        self.settle()
        self.put_away()

    def put_away(self, words: str = "") -> None:
        """End the tool in use, if any, and say something where it was one."""
        tool, self.active = self.active, None
        if tool is None:
            return
        for layer, keymap in self._keymaps:
            layer.keymap = keymap
        self._keymaps = []
        tool.leave()
        if self._view.shown:
            tool.end()
        self.changed.emit()
        if words:
            self._view.session.say(words)

    def _on_moved(self, down: float, right: float) -> None:
        if self.active is not None:
            self.active.shift(down, right)

    def _on_edit(self, _change: object) -> None:
        self._left_by_edit = (self._view.session.selected,)
        if self.active is not None:
            if self.active.outlives_edits:
                self.active.edited()
            else:
                self.put_away()

    def _on_selection(self, index: int | None) -> None:
        by_edit, self._left_by_edit = self._left_by_edit == (index,), ()
        tool = self.active
        if tool is None or tool.follows_selection or (by_edit and tool.outlives_edits):
            return
        if index is None or index != tool.about:
            self.put_away()


def _pressed(do: Callable[[], None]) -> Callable[[Layer], None]:
    return lambda _layer: do()


# -- rotating -----------------------------------------------------------------------


class Rotating(Tool):
    """Rotates a chromosome as the mouse goes around its middle, from press to release."""

    name = "Rotate"
    words = "Go round its middle; Shift for steps of 15 degrees, Escape to leave it as it is."

    def end(self) -> None:
        """Show the chromosome itself again."""
        self.view.selection.hide(None)
        super().end()

    def drag(self, event: MouseEvent) -> Steps:
        """Turn the preview with the mouse; one edit on release."""
        view, session = self.view, self.view.session
        view.tools.give_way()
        if self.index not in self.cell.present:
            return
        session.select(self.index)
        middle = self.place.box.center
        last = _angle(middle, view.to_page(event.position))
        turned, moving, pressed_at = 0.0, False, tuple(event.pos)
        # With Shift pressed from the start it was Shift that began it.
        begun_with_shift = _shift(event)
        view.tools.take(self)
        by = 0

        def follow() -> bool:
            """Sum up where the mouse went; whether it is no mere tremble of a click."""
            nonlocal turned, last, by, moving
            moving = moving or distance(pressed_at, event.pos) >= TREMBLE
            now = _angle(middle, view.to_page(event.position))
            if moving and now is not None:
                # In small steps, so that it may go round more than once.
                turned += 0.0 if last is None else math.remainder(now - last, 360.0)
                last = now
            steps = _shift(event) and not begun_with_shift
            by = _STEP * round(turned / _STEP) if steps else round(turned)
            return moving

        try:
            yield
            while event.type == "mouse_move":
                before = by
                if self.in_use and follow():
                    view.selection.hide(self.index)
                    view.selection.drag_preview.rotate(self.place, by)
                    if by != before:
                        session.say(f"{by:+d} degrees. Escape leaves it as it was.")
                yield
            # A quick hand lets go before the last moves, or any, were heard of.
            done = self.in_use and follow()
        finally:
            if self.in_use:
                view.tools.put_away()
        if done and by % 360:
            karyotype = self.cell.karyotype
            attempt(session, lambda: karyotype.rotate([self.index], by))
        elif not moving and self.cell is session.current:
            session.say("Hold the button and go round the chromosome to rotate it.")


def _angle(middle: tuple[float, float], point: tuple[float, float]) -> float | None:
    """Return the angle clockwise of a point seen from a middle, in degrees."""
    y, x = point[0] - middle[0], point[1] - middle[1]
    return None if math.hypot(y, x) < _NO_ANGLE else math.degrees(math.atan2(y, x))


def _shift(event: MouseEvent) -> bool:
    return any(str(getattr(one, "name", one)) == "Shift" for one in event.modifiers)


def distance(first: Sequence[float], second: Sequence[float]) -> float:
    """Return how far apart two places on the canvas are."""
    return float(max(abs(first[0] - second[0]), abs(first[1] - second[1])))


# -- taking a tool ------------------------------------------------------------------


def take(view: ToolHost, tool: type[Tool]) -> None:
    """Take a tool in use for the selected chromosome; taken again, most are put away."""
    active = view.tools.active
    if active is not None and type(active) is tool:
        active.again()
        return
    found = selected_in(view.session) if tool.needs_one(view) else on_top(view.session)
    if found is None or not view.shown:
        return
    # First, for it may put another chromosome in the place of the selected one.
    view.tools.give_way()
    view.tools.take(tool(view, view.session.selected))
