"""File > Open Sample > Karyotyping: cells and spreads that may be shown to anyone."""

from __future__ import annotations

from typing import Any

from napari_karyo.cell import Polarity
from napari_karyo.gui.canvas.contact_sheet import layer_data
from napari_karyo.simulation.sample import simulate_cell
from napari_karyo.simulation.spread import simulate_spread

LayerData = list[tuple[Any, dict[str, Any], str]]


def _sample(karyotype: str, stain: Polarity) -> LayerData:
    return [layer_data(simulate_cell(karyotype, seed=1, stain=stain))]


def _simulated_spread(karyotype: str, stain: Polarity, name: str) -> LayerData:
    spread = simulate_spread(karyotype, seed=1, stain=stain).spread
    # Greys of the photograph, and the spread itself for whoever looks for its chromosomes.
    metadata = {"napari_karyo_spread": spread}
    return [(spread.image, {"name": name, "metadata": metadata, "colormap": "gray"}, "image")]


def g_spread_46xx() -> LayerData:
    """Return the photograph of a simulated female spread, G-banded."""
    return _simulated_spread("46,XX", Polarity.DARK, "Simulated spread 46,XX")


def q_spread_47xy21() -> LayerData:
    """Return the photograph of a simulated spread with trisomy 21, Q-banded."""
    return _simulated_spread("47,XY,+21", Polarity.BRIGHT, "Simulated spread 47,XY,+21")


def g_46xx() -> LayerData:
    """Return a simulated female cell, G-banded."""
    return _sample("46,XX", Polarity.DARK)


def g_47xy21() -> LayerData:
    """Return a simulated cell with trisomy 21, G-banded."""
    return _sample("47,XY,+21", Polarity.DARK)


def g_45x() -> LayerData:
    """Return a simulated cell with one X, G-banded."""
    return _sample("45,X", Polarity.DARK)


def q_46xx() -> LayerData:
    """Return a simulated female cell, Q-banded."""
    return _sample("46,XX", Polarity.BRIGHT)


def q_47xy21() -> LayerData:
    """Return a simulated cell with trisomy 21, Q-banded."""
    return _sample("47,XY,+21", Polarity.BRIGHT)


def q_45x() -> LayerData:
    """Return a simulated cell with one X, Q-banded."""
    return _sample("45,X", Polarity.BRIGHT)
