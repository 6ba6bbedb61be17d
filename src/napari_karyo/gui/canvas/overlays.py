"""Saliency and attention over the chromosomes: computed when first asked for.

The maps belong to the crops. The composer lays them where the chromosomes stand,
so they follow every edit. Saliency needs a backward pass through the network and
is computed in a thread, a few chromosomes at a time; attention is there already.
"""

from __future__ import annotations

import logging
import weakref
from collections.abc import Collection, Generator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from superqt.utils import WorkerBase

from napari_karyo.gui.canvas.host import PageHost
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.worker import worker_for

if TYPE_CHECKING:
    from napari.layers import Layer
    from napari.utils.events import Event

KINDS = ("saliency", "attention")
#: Chromosomes in one pass, so that the progress moves and a new choice is soon heard.
CHUNK = 8

_log = logging.getLogger(__name__)

#: From nothing to strong; alpha too, because additive blending is invisible on white.
_RAMPS = {
    "saliency": [[1.0, 0.55, 0.0, 0.0], [1.0, 0.40, 0.0, 0.35], [0.95, 0.0, 0.10, 0.75]],
    "attention": [[0.0, 0.75, 1.0, 0.0], [0.0, 0.65, 1.0, 0.25], [0.10, 0.25, 1.0, 0.55]],
}


class Overlays:
    """The two overlays of a karyogram view."""

    def __init__(self, view: PageHost) -> None:
        self._view = weakref.ref(view)
        self._canvas: dict[str, NDArray[np.float32] | None] = dict.fromkeys(KINDS)
        self._worker: WorkerBase | None = None
        # Attention was asked for where there is none: it is shown with the next cell that has it.
        self._waiting = False

    @property
    def view(self) -> PageHost:
        """The view that the overlays lie over."""
        view = self._view()
        if view is None:
            raise RuntimeError("The viewer of this karyogram has been closed.")
        return view

    @property
    def _is_open(self) -> bool:
        """Whether the window is there still: a thread may end after it was closed."""
        view = self._view()
        return view is not None and view.is_open

    def layer(self, kind: str) -> Layer:
        """Return the layer of an overlay, hidden and empty where it was not asked for before.

        It is added only then: nobody needs empty layers in the list.
        """
        view = self.view
        if kind in view.layers:
            return view.layers[kind]
        from napari.layers import Image
        from napari.utils.colormaps import Colormap

        page = view.page
        assert page is not None
        made = Image(
            np.zeros((page.height, page.width), np.float32),
            contrast_limits=(0.0, 1.0),
            colormap=Colormap(_RAMPS[kind], name=f"karyogram {kind}"),
            blending="translucent_no_depth",
            visible=False,
        )
        view.add_layer(kind, made)
        # The eye in napari's own layer list is as good a switch as the key.
        made.events.visible.connect(self._on_visible)
        return made

    @property
    def idle(self) -> bool:
        """Whether nothing is being computed."""
        return self._worker is None

    def is_on(self, kind: str) -> bool:
        """Whether an overlay is shown."""
        layer = self.view.layers.get(kind)
        return layer is not None and bool(layer.visible)

    def toggle(self, kind: str) -> None:
        """Show an overlay or hide it."""
        if self.view.shown:
            layer = self.layer(kind)
            layer.visible = not layer.visible

    def _on_visible(self, event: Event) -> None:
        layers = self.view.layers
        for kind in KINDS:
            layer = layers.get(kind)
            if layer is not None and layer is event.source and layer.visible:
                self.fill(kind)
        self.view.session.overlay_changed.emit()

    def give_up(self) -> None:
        """Wait for nothing any more: the karyogram was taken from the viewer."""
        self._waiting = False

    def forget(self) -> None:
        """Another cell lies on top, or all stands elsewhere: what was drawn is stale."""
        self._canvas = dict.fromkeys(KINDS)
        for kind in KINDS:
            if self.is_on(kind):
                self.fill(kind)
        cell = self.view.session.current
        if self._waiting and cell is not None and cell.classification.has_attention:
            self._waiting = False
            # Being switched on, it is filled.
            self.layer("attention").visible = True

    def redraw(self, touched: Collection[str]) -> None:
        """Follow an edit that touched these slots."""
        view = self.view
        cell = view.session.current
        if cell is None or view.page is None or view.composer is None:
            return
        for kind in KINDS:
            canvas = self._canvas[kind]
            if canvas is None:
                continue
            if not self.is_on(kind):
                self._canvas[kind] = None
                continue
            if kind == "saliency" and self._missing(cell):
                # A merge or a split made a chromosome that nobody has asked about yet.
                self.fill(kind)
                continue
            view.composer.update_overlay(canvas, view.page, self._maps(cell, kind), touched)
            view.layers[kind].refresh(thumbnail=False, highlight=False, extent=False)

    def ask(self, index: int, name: str | None) -> None:
        """Show the saliency of one chromosome for a class; None is the model's own."""
        cell = self.view.session.current
        if cell is None:
            return
        if name is None or name == cell.classification.predicted[index]:
            cell.shown_class.pop(index, None)
        else:
            cell.shown_class[index] = name
        self._canvas["saliency"] = None
        if self.is_on("saliency"):
            self.fill("saliency")
        self.view.session.overlay_changed.emit()

    def fill(self, kind: str) -> None:
        """Draw an overlay, computing first what is missing."""
        cell = self.view.session.current
        if cell is None or not self.view.shown:
            return
        if kind == "saliency":
            missing = self._missing(cell)
            if missing:
                self._compute(cell, missing)
        self._draw(kind, cell)
        if kind == "attention" and not cell.classification.has_attention:
            self._refuse_attention()

    @staticmethod
    def _missing(cell: OpenCell) -> list[int]:
        """Return the chromosomes whose saliency was not computed yet."""
        return [
            index for index in cell.present if (index, cell.asked_class(index)) not in cell.saliency
        ]

    def _refuse_attention(self) -> None:
        """Say that there is none and hide the layer, so that no edit asks for it again."""
        self.view.layers["attention"].visible = False
        self._waiting = True
        self.view.session.say("This model has no attention; saliency shows what it saw.")

    def _draw(self, kind: str, cell: OpenCell) -> None:
        view = self.view
        if view.page is None or view.composer is None:
            return
        canvas = view.composer.compose_overlay(view.page, self._maps(cell, kind))
        self._canvas[kind] = canvas
        view.layers[kind].data = canvas

    def _maps(self, cell: OpenCell, kind: str) -> dict[int, NDArray[np.float32]]:
        if kind == "attention":
            if not cell.classification.has_attention:
                return {}
            from napari_karyo.inference.saliency import attention_on_crop

            # A merge or a split makes chromosomes that were not there at first.
            for index in cell.present:
                if index not in cell.attention:
                    cell.attention[index] = attention_on_crop(cell.classification, index)
            return cell.attention
        return {
            index: cell.saliency[(index, cell.asked_class(index))]
            for index in cell.present
            if (index, cell.asked_class(index)) in cell.saliency
        }

    def _compute(self, cell: OpenCell, missing: list[int]) -> None:
        """Compute saliency maps in a thread; the layers are touched only from here."""
        if self._worker is not None:
            # What is missing is asked for again when the worker is through.
            return
        wanted = [(index, cell.asked_class(index)) for index in missing]
        found = cell.classification

        def work() -> Generator[dict[tuple[int, str], NDArray[np.float32]], None, None]:
            from napari_karyo.inference.saliency import saliency

            for first in range(0, len(wanted), CHUNK):
                part = wanted[first : first + CHUNK]
                maps = saliency(found, [index for index, _ in part], [name for _, name in part])
                yield dict(zip(part, maps, strict=True))

        def came(maps: dict[tuple[int, str], NDArray[np.float32]]) -> None:
            cell.saliency.update(maps)
            if not self._is_open:
                return
            session = self.view.session
            there = {index for index, _ in cell.saliency}.intersection(cell.present)
            left = len(there) < len(cell.present)
            # How far it is stands there no longer than it goes on.
            so_far = f"Saliency: {len(there)} of {len(cell.present)} chromosomes."
            session.say(so_far if left else "")
            if session.current is cell and self.is_on("saliency"):
                self._draw("saliency", cell)

        def done(_: object) -> None:
            self._worker = None
            if self._is_open and self.view.session.current is not None and self.is_on("saliency"):
                self.fill("saliency")

        def failed(_: str) -> None:
            self._worker = None
            layer = self.view.layers.get("saliency")
            if layer is not None:
                layer.visible = False

        self._worker = worker_for(
            self.view.session,
            work,
            stepped=came,
            returned=done,
            failed=failed,
            unforeseen=lambda error: f"Saliency could not be computed: {error}",
            log=_log,
        )
        self._worker.start()
