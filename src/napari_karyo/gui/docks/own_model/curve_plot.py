"""The curve of a training, drawn while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pyqtgraph
from napari.utils.theme import get_theme
from qtpy.QtWidgets import QVBoxLayout, QWidget

from napari_karyo.gui.widgets import while_alive, wrapped_label

if TYPE_CHECKING:
    import napari

#: Read on dark and on light ground, and told apart by who sees no red or green.
_LEARNED: Final = "#e08a1e"
_KEPT: Final = "#3f9bd8"
_RIGHT: Final = "#1fa187"
_HEIGHT: Final = 200
_LEFT: Final = 58
#: Below the lower axis: pyqtgraph lays its words so many pixels too low.
_BELOW: Final = 6
#: Per cent that the upper axis shows at least: among few chromosomes one is most of a per cent,
#: and no change of that kind shall look like a fall.
_LEAST_SHOWN: Final = 20.0


class CurvePlot(QWidget):
    """What the kept-out cells say, and the two losses, over the steps.

    Parameters
    ----------
    napari_viewer : napari.Viewer
        Whose theme gives the colours of ground, axes and words.
    """

    def __init__(self, napari_viewer: napari.Viewer) -> None:
        super().__init__()
        self.right = pyqtgraph.PlotWidget(enableMenu=False)
        self.losses = pyqtgraph.PlotWidget(enableMenu=False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for plot, left in ((self.right, "right (%)"), (self.losses, "loss")):
            plot.setFixedHeight(_HEIGHT)
            # Made all the same, of nobody: it would stay when the window is gone.
            menu = plot.getPlotItem().ctrlMenu
            menu.setParent(self, menu.windowFlags())
            plot.setMouseEnabled(False, False)
            plot.hideButtons()
            plot.setLabel("left", left)
            plot.getAxis("left").setWidth(_LEFT)
            plot.showGrid(x=False, y=True, alpha=0.25)
        self.losses.setLabel("bottom", "steps of the training")
        self.losses.getPlotItem().layout.setContentsMargins(1, 1, 1, _BELOW)
        # Above the plot: within it a legend would cover what is drawn.
        names = wrapped_label(
            f"<span style='color:{_RIGHT}'>●</span> chromosomes of the kept-out cells, each looked "
            "at alone"
        )
        legend = wrapped_label(
            f"<span style='color:{_LEARNED}'>●</span> loss on your crops &nbsp; "
            f"<span style='color:{_KEPT}'>●</span> drift from the shipped model"
        )
        for part in (names, self.right, legend, self.losses):
            column.addWidget(part)
        self.right.setXLink(self.losses)
        self._lines = {
            "kept_out": self.right.plot(),
            "loss": self.losses.plot(),
            "kept": self.losses.plot(),
        }
        for name, colour in (("kept_out", _RIGHT), ("loss", _LEARNED), ("kept", _KEPT)):
            line = self._lines[name]
            line.setPen(pyqtgraph.mkPen(colour, width=2))
            line.setSymbol("o")
            line.setSymbolSize(5)
            line.setSymbolBrush(colour)
            line.setSymbolPen(None)
        self.right.setToolTip(
            "Of the chromosomes of the kept-out patients, each looked at alone; nothing is chosen "
            "by it"
        )
        self.losses.setToolTip(
            "How far the model is from your classes, and how far it has come from what the "
            "shipped model says of simulated cells"
        )
        self._viewer = napari_viewer
        # psygnal and napari hold bound methods weakly.
        napari_viewer.events.theme.connect(self.take_colours)
        self.take_colours()

    @while_alive
    def take_colours(self, *_: object) -> None:
        """Draw ground, axes and words in the colours of the window."""
        theme = get_theme(self._viewer.theme)
        ground, words = theme.background.as_hex(), theme.text.as_hex()
        for plot in (self.right, self.losses):
            plot.setBackground(ground)
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(words)
                axis.setTextPen(words)
                if axis.labelText:
                    axis.setLabel(axis.labelText, color=words)

    def show_rows(self, rows: Sequence[dict[str, float]], steps: int = 0) -> None:
        """Draw a curve.

        Parameters
        ----------
        rows : sequence of dict
            Of ``curve.csv``.
        steps : int
            How many there will be; as many as there are where that isn't known.
        """
        for name, line in self._lines.items():
            known = [row for row in rows if name in row and "step" in row]
            factor = 100 if name == "kept_out" else 1
            line.setData([row["step"] for row in known], [factor * row[name] for row in known])
        right = [100 * row["kept_out"] for row in rows if "kept_out" in row]
        if right:
            middle = (min(right) + max(right)) / 2
            half = max(_LEAST_SHOWN, max(right) - min(right)) / 2
            middle = min(max(middle, half), max(100 - half, half))
            self.right.setYRange(middle - half, middle + half, padding=0.02)
        highest = max((row.get(name, 0) for row in rows for name in ("loss", "kept")), default=0)
        if highest:
            self.losses.setYRange(0, highest, padding=0.05)
        last = max([steps, *(int(row.get("step", 0)) for row in rows)])
        if last:
            self.losses.setXRange(0, last, padding=0.02)
