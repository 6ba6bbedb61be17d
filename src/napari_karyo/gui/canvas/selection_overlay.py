"""What is drawn over the page for the selection: frames, the handle that rotates, the preview.

None of it is truth about the karyotype, and none of it is printed.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from napari_karyo.gui.canvas.drag_preview import DragPreview
from napari_karyo.gui.canvas.host import PageHost
from napari_karyo.karyogram.page import Mark, Page, Place, SelectionFrame
from napari_karyo.karyotype import Appearance

#: Of the sign by which the selected chromosome is rotated, in page units: half its width,
#: and how near to its middle a press takes hold of it.
HANDLE, HANDLE_REACH = 10.0, 13.0
#: Its arrow: the ring's outer and inner half width, the head's, and where it begins and
#: ends, in degrees clockwise from the right.
_OUTER, _INNER, _HEAD = 8.0, 5.0, (2.5, 10.5)
_BEGIN, _END = -30.0, 235.0


def _arrow() -> tuple[tuple[float, float], ...]:
    """Return the corners of an arrow that goes round (0, 0) clockwise, as (y, x)."""

    def at(radius: float, degrees: float) -> tuple[float, float]:
        turn = math.radians(degrees)
        return radius * math.sin(turn), radius * math.cos(turn)

    way = [_BEGIN + (_END - _BEGIN) * step / 16 for step in range(17)]
    head = [at(_HEAD[1], _END), at((_OUTER + _INNER) / 2, _END + 55.0), at(_HEAD[0], _END)]
    outer, inner = [at(_OUTER, angle) for angle in way], [at(_INNER, angle) for angle in way]
    return (*outer, *head, *reversed(inner))


_ARROW: Final = _arrow()


class SelectionOverlay:
    """The selection shown over a karyogram view's page."""

    def __init__(self, view: PageHost) -> None:
        self._view = view
        self.drag_preview = DragPreview(view)
        #: The page as it is printed.
        self._bare: Page | None = None
        self._target: str | None = None
        self._marked: int | None = None
        self._hidden: int | None = None

    # -- on the page --------------------------------------------------------------

    def over(self, page: Page) -> Page:
        """Return a page with the frames and the handle that show what is selected."""
        self._bare = page
        return replace(page, frames=self._frames(page), marks=(*page.marks, *self._handle(page)))

    def seen(self, page: Page) -> Page:
        """Return a page without the chromosome that its preview stands for."""
        if self._hidden is None:
            return page
        places = {one: place for one, place in page.places.items() if one != self._hidden}
        return replace(page, places=places)

    def forget(self) -> None:
        """Know no page any more, nor what lay over it."""
        self._bare = self._target = self._marked = self._hidden = None

    def frame(self) -> None:
        """Draw the frames where they belong now."""
        view = self._view
        if view.page is not None and self._bare is not None:
            before, view.page = view.page, self.over(self._bare)
            view.draw_again(reframed(before, view.page))

    def mark(self, index: int | None) -> None:
        """Frame another chromosome than the selected one; None for no more."""
        self._marked = index
        self.frame()

    def hide(self, index: int | None) -> None:
        """Leave a chromosome out while its preview stands for it; None for no more."""
        before, self._hidden = self._hidden, index
        page = self._view.page
        if page is not None and before != index:
            both = {one for one in (before, index) if one is not None and one in page.places}
            self._view.draw_again({page.places[one].slot for one in both})

    def _frames(self, page: Page) -> tuple[SelectionFrame, ...]:
        frames = []
        if self._marked is not None and self._marked in page.places:
            place = page.places[self._marked]
            frames.append(SelectionFrame("target", place.box, place.slot))
        selected = self._selected_place(page)
        if selected is not None:
            frames.append(SelectionFrame("selected", selected.box, selected.slot))
        if self._target is not None:
            frames.append(SelectionFrame("target", page.slots[self._target].box, self._target))
        return tuple(frames)

    def _selected_place(self, page: Page) -> Place | None:
        index = self._view.session.selected
        return None if index is None or index == self._marked else page.places.get(index)

    # -- the handle that rotates -----------------------------------------------------

    def on_handle(self, row: float, column: float) -> bool:
        """Whether a place on the page lies on the handle of the selected chromosome."""
        page = self._view.page
        place = None if page is None else self._selected_place(page)
        if page is None or place is None:
            return False
        return math.dist((row, column), handle_of(page, place)) <= HANDLE_REACH

    def _handle(self, page: Page) -> tuple[Mark, ...]:
        place = self._selected_place(page)
        if place is None:
            return ()
        y, x = handle_of(page, place)
        arrow = tuple((y + down, x + right) for down, right in _ARROW)
        return (Mark(arrow, "accent", place.slot),)

    # -- how it would look -----------------------------------------------------------

    def preview(self, index: int, appearance: Appearance) -> None:
        """Show a chromosome as it would look where it stands; no edit is made."""
        page = self._view.page
        if page is not None and index in page.places:
            self.drag_preview.show_appearance(page.places[index], appearance)

    def end_preview(self) -> None:
        """Show the page as it is again."""
        self.drag_preview.vanish()

    # -- carrying --------------------------------------------------------------------

    def lift(self, index: int) -> None:
        """Begin to carry a chromosome: its preview follows the mouse from now on."""
        page = self._view.page
        if page is None:
            return
        self.drag_preview.lift(page.places[index])

    def carry(self, row: float, column: float) -> None:
        """Move the preview to a place on the page and mark the slot under it."""
        page = self._view.page
        if page is None:
            return
        self.drag_preview.carry(row, column)
        target = page.slot_at(row, column)
        if target != self._target:
            self._target = target
            self.frame()

    def let_down(self) -> None:
        """End what the preview was shown for, whether it led to an edit or not."""
        self.drag_preview.vanish()
        if self._target is not None:
            self._target = None
            self.frame()


def handle_of(page: Page, place: Place) -> tuple[float, float]:
    """Return the middle of the sign by which a chromosome is rotated.

    Beside the upper end of its frame, in the gap before its neighbour and below the lights,
    as far as its slot's region reaches.
    """
    region = page.regions[place.slot]
    top = min(place.box.top + HANDLE + 6, region.bottom - HANDLE - 1)
    return top, min(place.box.right + HANDLE + 3, region.right - HANDLE - 1)


def reframed(before: Page, after: Page) -> Collection[str]:
    """Return the regions in which another frame is drawn than before."""
    return {frame.region for frame in set(before.frames) ^ set(after.frames)}
