"""File > Open Sample > Karyotyping: simulated cells that may be shown to anyone."""

from __future__ import annotations

from napari_karyo.cell import Polarity
from napari_karyo.gui.canvas.contact_sheet import LayerData, layer_data
from napari_karyo.simulation.sample import simulate_cell


def _sample(karyotype: str, stain: Polarity) -> list[LayerData]:
    return [layer_data(simulate_cell(karyotype, seed=1, stain=stain))]


def g_46xx() -> list[LayerData]:
    """Return a simulated female cell, G-banded."""
    return _sample("46,XX", Polarity.DARK)


def g_47xy21() -> list[LayerData]:
    """Return a simulated cell with trisomy 21, G-banded."""
    return _sample("47,XY,+21", Polarity.DARK)


def g_45x() -> list[LayerData]:
    """Return a simulated cell with one X, G-banded."""
    return _sample("45,X", Polarity.DARK)


def q_46xx() -> list[LayerData]:
    """Return a simulated female cell, Q-banded."""
    return _sample("46,XX", Polarity.BRIGHT)


def q_47xy21() -> list[LayerData]:
    """Return a simulated cell with trisomy 21, Q-banded."""
    return _sample("47,XY,+21", Polarity.BRIGHT)


def q_45x() -> list[LayerData]:
    """Return a simulated cell with one X, Q-banded."""
    return _sample("45,X", Polarity.BRIGHT)
