"""Cells drawn here, and classified without a network."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from napari_karyo.cell import Cell, Chromosome, Polarity
from napari_karyo.classes import AUTOSOMES, CLASS_INDEX, CLASSES
from napari_karyo.inference.result import Classification
from napari_karyo.io.cells import write_cell
from napari_karyo.preprocessing.prepare import (
    InputSettings,
    Normalization,
    Prepared,
    draw_inputs,
    length_factors,
    stand_upright,
)
from napari_karyo.preprocessing.upright import Upright
from napari_karyo.simulation.sample import simulate_cell

#: Two of each autosome, and X Y.
MALE = (*tuple(name for name in AUTOSOMES for _ in range(2)), "X", "Y")
THRESHOLDS = (0.6, 0.9)


@cache
def crop(name: str, seed: int, polarity: Polarity) -> np.ndarray:
    """Draw a banded rod as long as its class, grey, uint8; one picture for all who ask for it."""
    order = CLASS_INDEX[name] if name != "X" else 7
    long = 90 - 2.6 * min(order, 22)
    rng = np.random.default_rng(seed)
    bands = np.random.default_rng(CLASS_INDEX[name]).uniform(0.35, 1.0, 9)
    height, width = int(long) + 14, 30
    rows, columns = np.mgrid[:height, :width].astype(float)
    along = (rows - 7) / long
    inside = (along > 0) & (along < 1) & (abs(columns - width / 2 + 0.5) < 7)
    values = bands[np.clip((along * 9).astype(int), 0, 8)] * inside
    image = ndimage.gaussian_filter(values, 1.0) * 210 + rng.normal(0, 2, values.shape)
    image = np.clip(image, 0, 255)
    if polarity is Polarity.DARK:
        image = 255 - image
    return _for_all(image.astype(np.uint8))


def _for_all(array: np.ndarray) -> np.ndarray:
    """Return an array that several tests may look at and none can change."""
    array.flags.writeable = False
    return array


@cache
def _simulated() -> Cell:
    return simulate_cell("46,XY", seed=1, stain="G")


def write_folder(folder: Path, name: str = "P1") -> Cell:
    """Write the folder of a simulated cell, whose homologues differ as real ones do."""
    cell = replace(_simulated(), name=name)
    return write_cell(
        replace(cell, chromosomes=tuple(replace(item, expected=None) for item in cell)), folder
    )


def prepare(
    cells: Sequence[Cell], settings: InputSettings, normalization: Normalization = "cell"
) -> list[Prepared]:
    """Prepare the cells of one patient, as a network is shown them in its first pass."""
    standing = [stand_upright(cell) for cell in cells]
    factors = length_factors([pictures for _, pictures in standing], settings, normalization)
    return [
        draw_inputs(cell, pictures, factor, settings)
        for (cell, pictures), factor in zip(standing, factors, strict=True)
    ]


def make_cell(
    classes: Sequence[str] = MALE, name: str = "cell A", polarity: Polarity = Polarity.DARK
) -> Cell:
    """Return a cell of drawn crops."""
    chromosomes = tuple(
        Chromosome(f"{n:02d}.png", crop(one, n, polarity)) for n, one in enumerate(classes)
    )
    return Cell(name, chromosomes, polarity, simulated=True)


class _Seen:
    """A cell as `stand_upright` looks at it: equal where its crops are."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.key = (
            cell.polarity,
            tuple((one.image.dtype, one.image.shape, one.image.tobytes()) for one in cell),
        )

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Seen) and self.key == other.key


@lru_cache(maxsize=64)
def _uprights(seen: _Seen) -> tuple[Upright, ...] | None:
    """Turn the crops of a cell upright, once for all tests; None where one can't be."""
    kept, uprights = stand_upright(seen.cell)
    for one in uprights:
        for part in (one.image, one.mask, one.grid, one.axis):
            _for_all(part)
    return uprights if len(kept) == len(seen.cell) else None


def _stood_upright(cell: Cell) -> tuple[Cell, tuple[Upright, ...]]:
    uprights = _uprights(_Seen(cell))
    return stand_upright(cell) if uprights is None else (cell, uprights)


def make_classification(
    cell: Cell,
    classes: Sequence[str] = MALE,
    unsure: dict[int, tuple[str, float]] | None = None,
    *,
    foreign: Collection[int] = (),
    unknown: str = "",
    withheld: str = "",
) -> Classification:
    """Return what a good network would say; `unsure` gives a rival and its probability."""
    cell, uprights = _stood_upright(cell)
    count = len(cell)
    table = np.full((count, len(CLASSES)), 0.02 / 22, np.float32)
    for index, name in enumerate(classes):
        rival, share = (unsure or {}).get(index, (CLASSES[(CLASS_INDEX[name] + 1) % 24], 0.01))
        table[index, CLASS_INDEX[rival]] = share
        table[index, CLASS_INDEX[name]] = 0.98 - share
    table /= table.sum(axis=1, keepdims=True)
    height, width = 64, 24
    inputs = np.zeros((count, 1, height, width), np.float32)
    grids = np.zeros((count, height, width, 2), np.float32)
    for index, item in enumerate(uprights):
        tall, wide = item.image.shape
        rows = np.linspace(0, tall - 1, height).round().astype(int)
        columns = np.linspace(0, wide - 1, width).round().astype(int)
        inputs[index, 0] = item.image[np.ix_(rows, columns)]
        grids[index] = item.grid[np.ix_(rows, columns)]
    attention = np.tile(np.linspace(1, 2, 8, dtype=np.float32), (count, 1))
    return Classification(
        cell=cell,
        probabilities=table,
        p_arm_up=np.full(count, 0.99, np.float32),
        attention=attention / attention.sum(axis=1, keepdims=True),
        uprights=uprights,
        inputs=inputs,
        input_grids=grids,
        scales=np.ones(len(cell)),
        model="drawn",
        model_hash="0" * 64,
        device="none",
        thresholds=THRESHOLDS,
        foreign=np.isin(np.arange(count), list(foreign)),
        strange=np.zeros(count, np.bool_),
        unknown=unknown,
        withheld=withheld,
        settings=InputSettings(height=height, width=width),
    )


def page_lights(view: Any) -> dict[int, str]:
    """Return the light that each chromosome shows on the page."""
    page = view.page
    return {
        place.index: light.kind
        for place, light in zip(page.places.values(), page.lights, strict=True)
    }


#: One doubtful, one to look at.
UNSURE = {8: ("4", 0.47), 30: ("17", 0.30)}
