"""File > Open Sample > Karyotyping: cells and spreads that may be shown to anyone."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from napari_karyo.cell import Polarity
from napari_karyo.gui.canvas.contact_sheet import LayerData, layer_data
from napari_karyo.gui.canvas.photographs import photograph_layers
from napari_karyo.gui.contributions.commands import offer_to_classify
from napari_karyo.segmentation.samples import sample_spread
from napari_karyo.simulation.sample import simulate_cell
from napari_karyo.simulation.spread import simulate_spread


def _sample(karyotype: str, stain: Polarity) -> list[LayerData]:
    offer_to_classify()
    return [layer_data(simulate_cell(karyotype, seed=1, stain=stain))]


g_46xx = partial(_sample, "46,XX", Polarity.DARK)
g_47xy21 = partial(_sample, "47,XY,+21", Polarity.DARK)
g_45x = partial(_sample, "45,X", Polarity.DARK)
q_46xx = partial(_sample, "46,XX", Polarity.BRIGHT)
q_47xy21 = partial(_sample, "47,XY,+21", Polarity.BRIGHT)
q_45x = partial(_sample, "45,X", Polarity.BRIGHT)


def _simulated(karyotype: str, stain: Polarity) -> list[LayerData]:
    offer_to_classify()
    name = f"Simulated {karyotype}"
    return photograph_layers(simulate_spread(karyotype, seed=1, stain=stain, name=name).spread)


def _real(which: str, name: str) -> list[LayerData]:
    offer_to_classify()
    # One name for the photograph and for the cell that is cut out of it: a short one, for it
    # stands before each layer of the karyogram.
    return photograph_layers(replace(sample_spread(which), name=name))


g_spread_46xx = partial(_simulated, "46,XX", Polarity.DARK)
q_spread_47xy21 = partial(_simulated, "47,XY,+21", Polarity.BRIGHT)
spread_46xy = partial(_real, "normal", "Spread 46,XY")
spread_45xy = partial(_real, "abnormal", "Spread 45,XY")
