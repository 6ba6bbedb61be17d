"""Corrected cells of a few bars, and a plan that teaches them in a few steps."""

from __future__ import annotations

import csv
from pathlib import Path

from PIL import Image
from small import bar

from napari_karyo.own_model.plan import TuningPlan
from napari_karyo.training.augment import Augmentation
from napari_karyo.training.dataset import COLUMNS

#: Lengths of the bars by their class.
LENGTHS = {"1": 80, "9": 52, "21": 24}

QUICK = TuningPlan(
    steps=4, own=4, simulated=2, learning_rate=1e-2, rows=2, augmentation=Augmentation.none()
)


def write_cells(folder: Path, splits: str = "ttttvv", stain: str = "q_band") -> Path:
    """Write cells of nine bars, one a patient; a letter each says its split."""
    rows = []
    for number, letter in enumerate(splits):
        split = {"t": "train", "v": "val"}[letter]
        for count in range(3):
            for label, length in LENGTHS.items():
                name = f"{stain}/cell{number}/{label}_{count}.png"
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(bar(length + count + number, (6,))).save(folder / name)
                rows.append((stain, f"p{number}", f"cell{number}", label, split, name))
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return folder
