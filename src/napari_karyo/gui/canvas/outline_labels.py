"""All outlines of a cell as a Labels layer, to be looked at and saved for other programs."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from napari_karyo.gui.canvas.host import PageHost
from napari_karyo.gui.canvas.spread_panel import SpreadPanel
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.segmentation.labels import to_labels


class OutlineLabels:
    """The Labels layers of the cells in a karyogram view; each follows the edits of its cell.

    A layer that a person duplicates is the person's: it is never drawn anew.

    Parameters
    ----------
    view : PageHost
    spread : SpreadPanel
    """

    def __init__(self, view: PageHost, spread: SpreadPanel) -> None:
        self._view = view
        self._spread = spread
        self._layers: WeakKeyDictionary[OpenCell, Any] = WeakKeyDictionary()
        view.session.karyotype_changed.connect(self._follow)
        view.session.cell_changed.connect(self._follow)

    def toggle(self) -> None:
        """Put all outlines of the current cell into a Labels layer; again, take it away."""
        view, session = self._view, self._view.session
        cell, layers = session.current, session.viewer.layers
        photograph = None if cell is None else cell.classification.cell.photograph
        if cell is None or photograph is None or not self._spread.shown:
            return
        layer = self._layers.pop(cell, None)
        if layer is not None and layer in layers:
            layers.remove(layer)
            view.activate()
            session.say("The labels are taken away; the outlines are as they were.")
            return
        from napari.layers import Labels

        height, width = photograph.image.shape[:2]
        layer = Labels(
            to_labels(cell.outlines, (height, width)), name=f"{cell.name} labels", opacity=0.5
        )
        # It is drawn after the outlines: painting in it would change none.
        layer.editable = False
        self._layers[cell] = layer
        self._spread.lay_over(layer)
        # Below the page, so that a click on the photograph selects as before.
        layers.insert(layers.index(view.layers["karyogram"]), layer)
        view.activate()
        session.say(
            f'The layer "{layer.name}" has the number of the chromosome at each pixel, and follows '
            "the edits: select it in the list of layers, then File > Save Selected Layers."
        )

    def _follow(self, _what: object = None) -> None:
        """Draw the layer of the current cell as its outlines are now."""
        cell = self._view.session.current
        layer = None if cell is None else self._layers.get(cell)
        if cell is None or layer is None or not self._spread.shown:
            return
        # Another cell's photograph may have lain there.
        self._spread.lay_over(layer)
        labels = to_labels(cell.outlines, layer.data.shape)
        if not np.array_equal(labels, layer.data):
            layer.data = labels
