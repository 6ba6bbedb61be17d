"""A small cell, classified, for everything that is written."""

from __future__ import annotations

import numpy as np
import pytest

from napari_karyo.cell import Cell, Chromosome, Polarity
from napari_karyo.classes import CLASSES
from napari_karyo.inference.result import Classification
from napari_karyo.karyotype import Karyotype
from napari_karyo.preprocessing.foreground import bright_on_black
from napari_karyo.preprocessing.upright import upright

SLOTS = ("1", "1", "21", "X")


@pytest.fixture
def classification() -> Classification:
    """Return four rods, the third a doubtful 21, photographed dark on white."""
    chromosomes = []
    for number, length in enumerate((70, 68, 22, 45)):
        image = np.full((length + 12, 30), 250, np.uint8)
        image[6:-6, 9:21] = 90
        image[10:14, 9:21] = 30
        chromosomes.append(Chromosome(f"crop {number}.png", image))
    cell = Cell("cell_7", tuple(chromosomes), Polarity.DARK, simulated=True)
    probabilities = np.full((4, 24), 0.001, np.float32)
    for row, (name, value) in enumerate(zip(SLOTS, (0.9, 0.9, 0.3, 0.9), strict=True)):
        probabilities[row, CLASSES.index(name)] = value
    probabilities[2, CLASSES.index("22")] = 0.28
    probabilities[2, CLASSES.index("Y")] = 0.27
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    pictures = tuple(upright(bright_on_black(c.image, cell.polarity)) for c in cell)
    return Classification(
        cell=cell,
        probabilities=probabilities,
        p_arm_up=np.ones(4, np.float32),
        attention=np.full((4, 8), 0.125, np.float32),
        uprights=pictures,
        inputs=np.zeros((4, 1, 8, 8), np.float32),
        input_grids=np.zeros((4, 8, 8, 2), np.float32),
        scales=np.ones(len(cell)),
        model="none",
        model_hash="0" * 64,
        device="cpu",
        thresholds=(0.5, 0.85),
        foreign=np.zeros(4, np.bool_),
        strange=np.zeros(4, np.bool_),
    )


@pytest.fixture
def karyotype(classification: Classification) -> Karyotype:
    return Karyotype(SLOTS, names=[item.name for item in classification.cell])
