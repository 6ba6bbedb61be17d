"""What of a karyogram view is in sight: the spread, the karyogram, or both side by side.

The camera is moved, and of a part alone the other is put out of sight beside it: no layer is
hidden, and the person may go anywhere. Where nobody went, the camera is moved again, and the page
may be laid out anew, when a dock takes room of the canvas or gives it back.
"""

from __future__ import annotations

from typing import Any, Final

from qtpy.QtCore import QTimer

from napari_karyo.gui.canvas.host import PageHost
from napari_karyo.gui.canvas.spread_panel import SpreadPanel

#: In the order in which the key goes through them, and what is said of each.
PARTS: Final = {
    "both": "The spread and the karyogram together.",
    "spread": "The spread alone.",
    "karyogram": "The karyogram alone.",
}
#: Milliseconds in which Qt lays out the docks.
FIT_DELAY: Final = 60
_LAYERS: Final = {
    "both": ("karyogram", "outlines"),
    "spread": ("outlines",),
    "karyogram": ("karyogram",),
}


class Sight:
    """Moves the camera of a karyogram view.

    Parameters
    ----------
    view : PageHost
    spread : SpreadPanel
    """

    def __init__(self, view: PageHost, spread: SpreadPanel) -> None:
        self._view = view
        self._spread = spread
        self.part = "both"
        # Where the camera was left; anywhere else the person has gone with it.
        self._left: tuple[float, ...] = ()
        self._soon = QTimer()
        self._soon.setSingleShot(True)
        self._soon.setInterval(FIT_DELAY)
        self._soon.timeout.connect(self.fit_unmoved)
        view.session.viewer.canvas.events.size.connect(self.fit_soon)

    def next_part(self) -> None:
        """Go on to the next part."""
        if not self._spread.shown:
            self._view.session.say(
                "These chromosomes were read one by one: there is no photograph of their spread."
            )
            return
        parts = list(PARTS)
        self.look_at(parts[(parts.index(self.part) + 1) % len(parts)])

    def look_at(self, part: str) -> None:
        """Show a part as large as the window allows."""
        self.part = part
        if part != "both":
            self._spread.in_hand = part == "spread"
        self.fit()
        self._view.session.say(PARTS[part])

    def fit(self) -> None:
        """Show the part that was chosen, as large as the window allows."""
        layers = self._layers()
        if not layers or not self._view.is_open:
            return
        viewer = self._view.session.viewer
        alone = self.part if self._spread.shown and self.part != "both" else ""
        tall, wide = viewer.canvas.size
        if alone != "spread":
            self._view.lay_out(self._spread.room(tall, wide, alone))
        self._spread.arrange(tall, wide, alone)
        if viewer.dims.ndim == layers[0].ndim:
            viewer.reset_view(layers=layers, margin=0.01)
        else:
            # Beside a stack napari can't fit a flat layer alone: it looks for an axis more.
            corners = [layer.extent.world for layer in layers]
            top, left = (min(low[axis] for low, _ in corners) for axis in (0, 1))
            bottom, right = (max(high[axis] for _, high in corners) for axis in (0, 1))
            viewer.scene.camera.center = (0.0, (top + bottom) / 2, (left + right) / 2)
            viewer.scene.camera.zoom = 0.99 * min(tall / (bottom - top), wide / (right - left))
        self._left = self._camera()

    def _camera(self) -> tuple[float, ...]:
        camera = self._view.session.viewer.scene.camera
        return (camera.zoom, *camera.center[-2:])

    def fit_soon(self, _event: object = None) -> None:
        """Fit once more, when Qt has laid out the docks, what the person did not move."""
        if self._is_unmoved():
            self._soon.start()

    def fit_unmoved(self) -> None:
        """Fit what the person did not move."""
        if self._is_unmoved():
            self.fit()

    def _is_unmoved(self) -> bool:
        return self._view.is_open and bool(self._layers()) and self._camera() == self._left

    @property
    def at_rest(self) -> bool:
        """Whether nothing waits to be fitted."""
        return not self._soon.isActive()

    def follow(self, index: int | None) -> None:
        """Move to a chromosome that was selected where the spread alone is looked at."""
        box = None if index is None else self._spread.box_of(index)
        if box is None or self.part != "spread" or not self._spread.shown:
            return
        viewer = self._view.session.viewer
        camera = viewer.scene.camera
        tall, wide = (side / camera.zoom for side in viewer.canvas.size)
        y, x = camera.center[-2:]
        inside = abs(box.center[0] - y) < tall / 2 and abs(box.center[1] - x) < wide / 2
        if not inside:
            camera.center = (0.0, *box.center)

    def _layers(self) -> list[Any]:
        layers = self._view.layers
        wanted = [layers[role] for role in _LAYERS[self.part] if role in layers]
        return wanted or ([layers["karyogram"]] if "karyogram" in layers else [])
