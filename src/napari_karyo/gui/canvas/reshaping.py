"""An outline handed to napari's own tools as Shapes, and back."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import numpy as np
from napari.utils.notifications import show_warning
from numpy.typing import NDArray
from qtpy.QtCore import QTimer

from napari_karyo.errors import KaryoError
from napari_karyo.gui.actions import attempt, name_of, perform
from napari_karyo.gui.actions.action_table import BY_NAME
from napari_karyo.gui.canvas.gesture import Steps
from napari_karyo.gui.canvas.outline_layers import polygons_in
from napari_karyo.gui.canvas.photographs import ROLE_KEY
from napari_karyo.gui.canvas.picture_tools import Keys, ToolHost
from napari_karyo.gui.canvas.spread_tools import SpreadTool
from napari_karyo.gui.session.session import Session
from napari_karyo.segmentation.mending import polygons_of

#: In the metadata of a layer with an outline that could not be taken back: a weak reference to
#: the cell, and the chromosome's number.
_KEPT_KEY: Final = "napari_karyo_kept_outline"
#: Of the line, in pixels of the photograph.
_LINE: Final = 1.0


class Reshaping(SpreadTool):
    """Hands an outline to napari's Shapes tools, and takes it back as one edit."""

    name = "Shapes"
    follows_selection = True
    outlives_edits = True
    words = (
        "Move its corners, or take another of napari's tools for shapes. Enter or Shift+S "
        "takes the outline back; Escape leaves it as it was."
    )

    def __init__(self, view: ToolHost, index: int | None) -> None:
        super().__init__(view, index)
        #: The layer that the person works on.
        self.layer: Any = None
        #: The photograph's, which stays one where the karyogram is taken from the viewer.
        self._photograph: Any = None
        self._handed: list[Any] = []

    @property
    def keys(self) -> Keys:
        """Enter takes it back on the karyogram's layers too."""
        return {**super().keys, "Enter": self.again}

    def begin(self) -> None:
        """Put the outline into a layer, ready for its corners to be moved."""
        outline = self.outline(self.index)
        if outline is None:
            return
        from napari.layers import Shapes

        layers = self.view.session.viewer.layers
        made = Shapes(
            polygons_of(outline),
            shape_type="polygon",
            edge_width=_LINE,
            edge_color="#ffb000",
            face_color="#ffb00030",
            name=f"{name_of(self.cell, self.index)} outline",
        )
        self._photograph = self.view.layers["spread"]
        self.view.spread.lay_over(made)
        self._handed = polygons_in(made, self._photograph)
        # One that could not be taken back before is as the person left it.
        kept = [one for one in layers if self._was_kept(one)]
        layer = self.layer = kept[-1] if kept else made
        if not kept:
            layers.append(layer)
        layer.metadata = {ROLE_KEY: "outline"}
        layer.visible = True
        action, session = BY_NAME[self.name], self.view.session
        for key in action.keys:
            layer.bind_key(key, lambda _: perform(session, action), overwrite=True)
        layer.bind_key("Enter", self._unless_drawing(self.again), overwrite=True)
        layer.bind_key("Escape", self._unless_drawing(super().keys["Escape"]), overwrite=True)
        layers.selection.active = layer
        layer.mode = "direct"
        layer.selected_data = set(range(len(layer.data)))
        layers.events.removed.connect(self._on_removed)

    def again(self) -> None:
        """Take the outline back."""
        polygons = self._changed() if self.layer is not None else []
        if polygons is None:
            self.view.tools.put_away("Nothing was changed.")
        elif attempt(self.view.session, lambda: self.cell.reshape(self.index, polygons)):
            self.view.tools.put_away("Its outline is as it was drawn.")

    def settle(self) -> None:
        """Take the outline back where it was changed; what is refused stays in its layer."""
        # Of an emptied layer there is nothing to be lost.
        has_any = self.layer is not None and len(self.layer.data) > 0
        polygons = self._changed() if has_any else None
        if polygons is None:
            return
        name = name_of(self.cell, self.index)
        try:
            self.cell.reshape(self.index, polygons)
        except KaryoError as error:
            show_warning(
                f"The changed outline of {name} was not taken back: {error} "
                f'It is kept in the layer "{self.layer.name}".'
            )
            self._keep()
            self.view.tools.put_away()
        else:
            self.view.tools.put_away(f"The changed outline of {name} was taken back.")

    def _changed(self) -> list[NDArray[np.float64]] | None:
        """Return the polygons as they are now; None where they are as they were handed out."""
        # What is being drawn ends with the mode.
        self.layer.mode = "direct"
        polygons = polygons_in(self.layer, self._photograph)
        same = len(polygons) == len(self._handed) and all(
            map(np.array_equal, polygons, self._handed)
        )
        return None if same else polygons

    def _keep(self) -> None:
        """Leave the layer in the viewer, as a layer of the person's."""
        layer, self.layer = self.layer, None
        viewer = self.view.session.viewer
        viewer.layers.events.removed.disconnect(self._on_removed)
        layer.keymap = {}
        layer.metadata = {_KEPT_KEY: (weakref.ref(self.cell), self.index)}
        if self.view.shown:
            self.view.activate()

    def _was_kept(self, layer: Any) -> bool:
        cell, index = layer.metadata.get(_KEPT_KEY, (None, None))
        return cell is not None and cell() is self.cell and index == self.index

    def leave(self) -> None:
        """Take the layer away, and give keys and mouse back to the karyogram."""
        layer, self.layer = self.layer, None
        if layer is None:
            return
        viewer = self.view.session.viewer
        viewer.layers.events.removed.disconnect(self._on_removed)
        remove = partial(_remove, self.view.session, layer)
        if self.view.shown:
            self.view.activate()
            remove()
        else:
            # napari may be in the middle of removing all that is selected.
            QTimer.singleShot(0, remove)

    def drag(self, event: Any) -> Steps:
        """Give the mouse back to the layer that is worked on."""
        if self.layer is not None and self.view.spread.to_sheet(event.position) is not None:
            self.view.session.viewer.layers.selection.active = self.layer
        self.view.session.say(self.words)
        yield from ()

    def _unless_drawing(self, do: Callable[[], None]) -> Callable[[Any], None]:
        """Let a key end the drawing of a shape, as napari does, and only else do its own."""

        def pressed(layer: Any) -> None:
            if str(layer.mode).startswith("add_"):
                layer.mode = "direct"
            else:
                do()

        return pressed

    def _on_removed(self, event: Any) -> None:
        if event.value is self.layer:
            self.view.session.viewer.layers.events.removed.disconnect(self._on_removed)
            self.layer = None
            self.view.tools.put_away("Nothing was changed.")
            # Once napari has chosen another active layer.
            QTimer.singleShot(0, partial(_give_keys_back, self.view))


def _give_keys_back(view: ToolHost) -> None:
    if view.is_open:
        view.activate()


def _remove(session: Session, layer: Any) -> None:
    if session.viewer_is_open and layer in session.viewer.layers:
        session.viewer.layers.remove(layer)
