"""Simulated crops of both stains, on which an own model is held to what the shipped one says."""

from __future__ import annotations

from collections.abc import Iterator

from napari_karyo.preprocessing.prepare import InputSettings
from napari_karyo.simulation.sample import simulate_cell
from napari_karyo.training.dataset import Dataset, LabelledCell, draw_cells

#: The simulated stains, as ``labels.csv`` names them.
STAINS = {"g_band": "G", "q_band": "Q"}


def simulated_crops(settings: InputSettings, cells: int, seed: int = 0) -> Dataset:
    """Simulate and draw the crops of cells of both stains.

    Parameters
    ----------
    settings : InputSettings
        Of the network.
    cells : int
        Of each stain, men and women by turns.
    seed : int
        The same gives the same crops.
    """
    drawn = draw_cells(_cells(cells, seed), settings)
    assert drawn is not None, "simulated cells hold chromosomes"
    return drawn


def _cells(count: int, seed: int) -> Iterator[LabelledCell]:
    for name, stain in STAINS.items():
        for number in range(count):
            karyotype = "46,XY" if number % 2 else "46,XX"
            cell = simulate_cell(karyotype, seed=seed * count + number, stain=stain)
            yield LabelledCell(cell, name, f"simulated {number}", "simulated")
