"""The karyogram on napari's canvas: a few public layers, redrawn from the karyotype.

One set of layers shows the cell that lies on top, whichever it is: one mosaic
picture, lights and frames and all, and the preview that follows the mouse; each overlay
once it is asked for; beside them the photograph of its spread, where there is one. So
twenty open cells cost no more than one. The view holds no truth: it can be thrown away
and drawn again from the session at any time.
"""

from __future__ import annotations

import weakref
from collections.abc import Collection, Iterable
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal
from qtpy.QtCore import QTimer

from napari_karyo.gui.canvas.contact_sheet import CELL_KEY
from napari_karyo.gui.canvas.dragging import begin, takes_hold, wake_callback
from napari_karyo.gui.canvas.gesture import Gestures
from napari_karyo.gui.canvas.hover import HoverWords
from napari_karyo.gui.canvas.keys import bind_keys
from napari_karyo.gui.canvas.merging import Merging
from napari_karyo.gui.canvas.outline_labels import OutlineLabels
from napari_karyo.gui.canvas.outline_layers import OUTLINES_KEY
from napari_karyo.gui.canvas.overlays import Overlays
from napari_karyo.gui.canvas.page_shaping import PageShaping
from napari_karyo.gui.canvas.photographs import ROLE_KEY, SPREAD_KEY
from napari_karyo.gui.canvas.picture_tools import Tool, Toolbox, take
from napari_karyo.gui.canvas.reshaping import Reshaping
from napari_karyo.gui.canvas.selection_overlay import SelectionOverlay, reframed
from napari_karyo.gui.canvas.sight import Sight
from napari_karyo.gui.canvas.splitting import Splitting
from napari_karyo.gui.canvas.spread_panel import SPREAD_ROLES, SpreadPanel
from napari_karyo.gui.canvas.spread_tools import DrawingAnew, Erasing, Painting, Parting
from napari_karyo.gui.canvas.typed_class import TypedClass
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session
from napari_karyo.gui.widgets import free_keyboard
from napari_karyo.karyogram.compose import Composer
from napari_karyo.karyogram.page import PAGE_HEIGHT, PAGE_WIDTH, Page
from napari_karyo.karyogram.window_shape import Room

if TYPE_CHECKING:
    import napari
    from napari.layers import Layer
    from napari.utils.events import Event

    from napari_karyo.inference.result import Classification
    from napari_karyo.karyotype import Change

#: By the name of the action that takes each.
TOOLS: Final[dict[str, type[Tool]]] = {
    tool.name: tool
    for tool in (Splitting, Merging, Parting, DrawingAnew, Painting, Erasing, Reshaping)
}
#: In the metadata of what was read, and would lie over the karyogram.
_READ: Final = frozenset({CELL_KEY, SPREAD_KEY, OUTLINES_KEY})
#: A layer's metadata holds a weak reference to the cell that it shows.
CELL_SHOWN = "napari_karyo_cell_shown"


class KaryogramView:
    """Shows the session's current cell in its viewer."""

    help_asked = Signal()

    def __init__(self, session: Session) -> None:
        self._session = weakref.ref(session)
        self.layers: dict[str, Layer] = {}
        self.page: Page | None = None
        self.composer: Composer | None = None
        self.canvas: NDArray[np.uint8] = np.zeros((PAGE_HEIGHT, PAGE_WIDTH, 4), np.uint8)
        self._lights = True
        self.shaping = PageShaping()
        self.overlays = Overlays(self)
        self.selection = SelectionOverlay(self)
        self._drawn_from: Classification | None = None
        session.view = self
        session.typing = TypedClass(session)
        session.cell_changed.connect(self._on_cell)
        session.karyotype_changed.connect(self._on_edit)
        session.selection_changed.connect(self._on_selection)
        session.worksheet_changed.connect(self._on_worksheet)
        session.said.connect(self._on_said)
        self.spread = SpreadPanel(self)
        self.sight = Sight(self, self.spread)
        self._labels = OutlineLabels(self, self.spread)
        self._hover = HoverWords(self.spread.words_at)
        # After the view's own, so that a tool that an edit ends finds the page drawn.
        self.tools = Toolbox(self)
        self._gestures = Gestures(partial(begin, self), partial(takes_hold, self), self._on_rest)
        self.tools.changed.connect(self._on_rest)
        self._wake = wake_callback(self)
        session.viewer.layers.events.removed.connect(self._on_removed)

    @property
    def session(self) -> Session:
        """The session whose current cell is shown."""
        session = self._session()
        if session is None:
            raise RuntimeError("The viewer of this karyogram has been closed.")
        return session

    @property
    def is_open(self) -> bool:
        """Whether its window is there."""
        session = self._session()
        return session is not None and session.viewer_is_open

    @property
    def shown(self) -> bool:
        """Whether the layers are in the viewer."""
        return bool(self.layers)

    def to_page(self, world: Iterable[float]) -> tuple[float, float]:
        """Return the place on the page, (y, x), of a place in the viewer."""
        point = self.layers["karyogram"].world_to_data(tuple(world)[-2:])
        # napari puts a pixel's middle at its whole number, the page its corner.
        return float(point[-2]) + 0.5, float(point[-1]) + 0.5

    # -- the whole cell ---------------------------------------------------------

    def _on_cell(self, cell: OpenCell | None) -> None:
        # While the page that it was taken for is there: the next one may lack its chromosome.
        self.tools.put_away()
        if cell is None:
            self.remove()
        else:
            self.show()

    def show(self) -> None:
        """Draw the current cell whole, adding the layers where they are missing."""
        cell = self.session.current
        if cell is None:
            return
        self.composer = Composer(cell.classification, shape=self.shaping.shape)
        self._drawn_from = cell.classification
        self._compose(cell)
        self.uncover()
        is_new, before = not self.shown, self.spread.drawing
        if is_new:
            self._add_layers(cell)
        else:
            self._show_canvas()
            # The preview was a chromosome of the cell that lay here before.
            self.selection.let_down()
        self._show_spread(cell)
        self._name_layers(cell)
        self.overlays.forget()
        if is_new or self.spread.drawing is not before:
            self.fit()
        else:
            self.sight.fit_unmoved()
        self.activate()

    def _show_spread(self, cell: OpenCell) -> None:
        """Show the photograph beside the page, or take away that of the cell before."""
        viewer = self.session.viewer
        found = dict(self.spread.show(cell))
        gone = [self.layers.pop(role) for role in SPREAD_ROLES if role in self.layers and not found]
        self._remove_all(gone)
        for role, layer in found.items():
            if role not in self.layers:
                self.layers[role] = layer
                self._prepare(role, layer)
                viewer.layers.insert(viewer.layers.index(self.layers["karyogram"]), layer)

    def _compose(self, cell: OpenCell) -> None:
        """Draw the whole page anew, into an array that no layer has yet."""
        assert self.composer is not None
        self.page = self._page_of(cell, self.composer)
        self.canvas = self.composer.compose_screen(self.selection.seen(self.page))

    def _page_of(self, cell: OpenCell, composer: Composer) -> Page:
        lights = cell.shown_lights() if self._lights else None
        return self.selection.over(
            composer.layout.page(cell.karyotype.state, cell.heading(), lights)
        )

    @property
    def lights_on(self) -> bool:
        """Whether the confidence lights are drawn."""
        return self._lights

    def toggle_lights(self) -> None:
        """Show the confidence lights or hide them, to see the page as it will be printed."""
        self._lights = not self._lights
        cell = self.session.current
        if cell is not None and self.shown:
            self._compose(cell)
            self._show_canvas()
            self.spread.redraw()

    def lay_out(self, room: Room) -> None:
        """Give the page the shape that suits a room, once nobody is at work on it."""
        cell = self.session.current
        if cell is None or self.composer is None or not self.shown:
            return
        at_work = self._gestures.held or self.tools.active is not None
        if self.shaping.choose(room, self.composer.layout, at_work):
            self.composer.lay_out(self.shaping.shape)
            self.selection.end_preview()
            self._compose(cell)
            self._show_canvas()
            self.overlays.forget()

    def _on_rest(self) -> None:
        if self.shaping.waits:
            self.sight.fit_soon()

    def _show_canvas(self) -> None:
        """Show the page as it is drawn, whether anew or in place."""
        layer = self.layers["karyogram"]
        if layer.data is self.canvas:
            redraw(layer)
        else:
            layer.data = self.canvas

    def uncover(self) -> None:
        """Hide what was read, which would lie over the karyogram, and show it flat.

        napari can't add a colour picture in three dimensions, and a page has but two.
        """
        self.session.viewer.dims.ndisplay = 2
        for layer in self.session.viewer.layers:
            if layer.visible and not _READ.isdisjoint(layer.metadata):
                layer.visible = False

    def bring_back(self) -> None:
        """Show the karyogram where it was taken away or covered, and let it have the keys."""
        if self.session.current is not None:
            if not self.shown:
                self.show()
            self.uncover()
        self.activate()
        free_keyboard()

    def fit(self) -> None:
        """Show the page, and the spread beside it, as large as the window allows."""
        self.sight.fit()

    def activate(self) -> None:
        """Make the karyogram the active layer, so that mouse and keys reach it."""
        if self.shown:
            self.session.viewer.layers.selection.active = self.layers["karyogram"]

    def _add_layers(self, cell: OpenCell) -> None:
        viewer = self.session.viewer
        add = self.layers
        add["karyogram"] = viewer.add_image(
            self.canvas, rgb=True, interpolation2d="linear", metadata={ROLE_KEY: "karyogram"}
        )
        add["dragged"] = viewer.add_image(
            np.zeros((4, 4, 4), np.uint8), rgb=True, opacity=0.85, visible=False
        )
        for role, layer in add.items():
            self._prepare(role, layer)
        self._name_layers(cell)
        if self._wake not in viewer.mouse_drag_callbacks:
            viewer.mouse_drag_callbacks.append(self._wake)
        # After the waking, so that one press wakes the karyogram and takes hold.
        self._gestures.listen(viewer)
        self._hover.listen(viewer)

    def add_layer(self, role: str, layer: Layer) -> None:
        """Put a layer over the page, below what follows the mouse; the active one stays so."""
        cell, layers = self.session.current, self.session.viewer.layers
        assert cell is not None
        active = layers.selection.active
        self.layers[role] = layer
        self._prepare(role, layer)
        layers.insert(layers.index(self.layers["karyogram"]) + 1, layer)
        self._name_layers(cell)
        layers.selection.active = active

    def _prepare(self, role: str, layer: Layer) -> None:
        layer.metadata[ROLE_KEY] = role
        bind_keys(layer, self.session)

    def _name_layers(self, cell: OpenCell) -> None:
        for role, layer in self.layers.items():
            layer.name = f"{cell.name} {role}"
            layer.metadata[CELL_SHOWN] = weakref.ref(cell)

    def remove(self) -> None:
        """Take the layers out of the viewer; the cells stay in the session."""
        # Forgotten first, so that their going is not taken for the person's doing.
        self._remove_all(self._forget_layers())

    def _forget_layers(self) -> list[Layer]:
        left, self.layers, self.page = list(self.layers.values()), {}, None
        self.selection.forget()
        self.overlays.give_up()
        self.spread.forget()
        self.tools.give_way()
        return left

    def _on_removed(self, event: Event) -> None:
        """Take the others away too: a karyogram without one of its layers is none."""
        if self.shown and event.value in self.layers.values():
            # Not at once: napari may be in the middle of removing all that is selected.
            left = self._forget_layers()
            QTimer.singleShot(0, lambda: self._remove_all(left))
            self.session.say(
                "The karyogram was taken from the viewer; the review dock has it still."
            )

    def _remove_all(self, layers: Iterable[Layer]) -> None:
        if not self.is_open:
            return
        session = self.session
        if self._wake in session.viewer.mouse_drag_callbacks and not self.shown:
            session.viewer.mouse_drag_callbacks.remove(self._wake)
            self._gestures.leave(session.viewer)
            self._hover.leave(session.viewer)
        # At once: after each removal napari searches all memory for garbage, some 0.3 s.
        with session.viewer.layers.batched_update():
            for layer in layers:
                if layer in session.viewer.layers:
                    session.viewer.layers.remove(layer)

    # -- one edit ---------------------------------------------------------------

    def _on_edit(self, change: Change) -> None:
        cell = self.session.current
        if cell is None or not self.shown or self.composer is None:
            return
        if cell.classification is not self._drawn_from:
            # A merge or a split has made pictures that were not there before.
            self.composer.extend(cell.classification)
            self._drawn_from = cell.classification
        before, self.page = self.page, self._page_of(cell, self.composer)
        touched = set(change.touched)
        if before is not None:
            touched |= set(reframed(before, self.page))
        # The mosaic's data is this very array, unless somebody gave the layer another one:
        # drawn in place, shown by one refresh.
        self.composer.update(self.canvas, self.selection.seen(self.page), touched)
        self._show_canvas()
        self.overlays.redraw(change.touched)

    def _on_worksheet(self) -> None:
        """Say what is written down now; the chromosomes stay as they are drawn."""
        cell = self.session.current
        if cell is not None and self.shown and self.composer is not None:
            self.page = self._page_of(cell, self.composer)
            self.composer.update(self.canvas, self.selection.seen(self.page), ())
            self._show_canvas()

    def draw_again(self, regions: Collection[str]) -> None:
        """Draw some regions of the page as they are now."""
        if regions and self.shown and self.page is not None and self.composer is not None:
            self.composer.update_regions(self.canvas, self.selection.seen(self.page), regions)
            self._show_canvas()

    # -- selection, tools ---------------------------------------------------------

    def _on_selection(self, index: int | None) -> None:
        self.selection.frame()
        self.sight.follow(index)

    def take_tool(self, name: str) -> None:
        """Take a tool for the selected chromosome; taken again, most are put away."""
        take(self, TOOLS[name])

    def show_labels(self) -> None:
        """Put all outlines into a Labels layer; again, take it away."""
        self._labels.toggle()

    def _on_said(self, words: str) -> None:
        self.session.viewer.status = words


def redraw(layer: Layer) -> None:
    """Show what was changed in a layer's own array.

    Assigning ``data`` would also measure all layers again and paint the layer list:
    more work than the drawing itself.
    """
    layer.refresh(thumbnail=False, highlight=False, extent=False)


def open_view(viewer: napari.Viewer) -> KaryogramView:
    """Return the karyogram view of a viewer, making it at the first call."""
    from napari_karyo.gui.session.session import session_of

    session = session_of(viewer)
    view = session.view if session.view is not None else KaryogramView(session)
    assert isinstance(view, KaryogramView)
    return view
