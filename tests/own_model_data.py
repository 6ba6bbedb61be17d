"""Corrected cells of a few bars, and a plan that teaches them in a few steps."""

from __future__ import annotations

import csv
from pathlib import Path

from PIL import Image
from small import bar, small_weights

from napari_karyo.models.own import COMPARISON, PAGE, WEIGHTS
from napari_karyo.models.weights import sha256
from napari_karyo.own_model.comparing import MEASURES, ComparedMeasure, ModelComparison
from napari_karyo.own_model.page import page_of
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


def comparison(own_sha256: str = "b" * 64, better: bool = True, cells: int = 10) -> ModelComparison:
    """Return a comparison made by hand, of which only the share in the right place says much."""
    low = 0.02 if better else -0.01
    measures = tuple(
        ComparedMeasure(name, 0.9, 0.95, low, 0.08, 276)
        if name == "placed"
        else ComparedMeasure(name, 0.5, 0.5, -0.1, 0.1, 276)
        for name in MEASURES
    )
    return ModelComparison(
        shipped="default",
        shipped_sha256="a" * 64,
        own_sha256=own_sha256,
        split="val",
        cells=6,
        patients=2,
        crops=276,
        measures=measures,
        per_class=(ComparedMeasure("1", 0.9, 1.0, 0.0, 0.2, 12),),
        learned_from={"cells": cells, "patients": 3, "crops": 46 * cells},
    )


def write_result(folder: Path, better: bool = True, weights: Path | None = None) -> Path:
    """Write what a training leaves at its end: weights, and a comparison made by hand."""
    folder.mkdir(parents=True, exist_ok=True)
    if weights is None:
        small_weights(folder).rename(folder / WEIGHTS)
    elif weights != folder / WEIGHTS:
        (folder / WEIGHTS).write_bytes(weights.read_bytes())
    found = comparison(sha256(folder / WEIGHTS), better)
    (folder / COMPARISON).write_text(found.to_json(), encoding="utf-8")
    (folder / PAGE).write_text(page_of(found), encoding="utf-8")
    return folder
