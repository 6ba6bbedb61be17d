"""File > Open Sample > Karyotyping: simulated cells that may be shown to anyone."""

from __future__ import annotations

from functools import partial

from napari_karyo.cell import Polarity
from napari_karyo.gui.canvas.contact_sheet import LayerData, layer_data
from napari_karyo.simulation.sample import simulate_cell


def _sample(karyotype: str, stain: Polarity) -> list[LayerData]:
    return [layer_data(simulate_cell(karyotype, seed=1, stain=stain))]


g_46xx = partial(_sample, "46,XX", Polarity.DARK)
g_47xy21 = partial(_sample, "47,XY,+21", Polarity.DARK)
g_45x = partial(_sample, "45,X", Polarity.DARK)
q_46xx = partial(_sample, "46,XX", Polarity.BRIGHT)
q_47xy21 = partial(_sample, "47,XY,+21", Polarity.BRIGHT)
q_45x = partial(_sample, "45,X", Polarity.BRIGHT)
