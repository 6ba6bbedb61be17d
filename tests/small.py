"""A network and a data set small enough for tests."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from napari_karyo.models.named import DEFAULT
from napari_karyo.models.network import ChromosomeNetwork
from napari_karyo.models.weights import save_weights
from napari_karyo.training.dataset import COLUMNS

SMALL = replace(
    DEFAULT,
    # Untrained, it knows nothing of scale.
    input=replace(DEFAULT.input, settle=False),
    depths=(1, 1),
    # Not below 16: oneDNN's gradient of a strided 1x1 convolution writes beyond its memory
    # where there are fewer channels than a vector holds (its issue 6035).
    widths=(16, 16),
    strides=((2, 2), (2, 2)),
    stem_width=16,
    lstm_width=8,
)

#: An untrained network answers weakly: so weak a usual strength makes nothing unknown.
CALIBRATION = {"temperature": 1.5, "doubtful": 0.4, "sure": 0.9, "strength": -100.0}


def small_network(seed: int = 0, **changes: object) -> ChromosomeNetwork:
    """Return an untrained small network."""
    torch.manual_seed(seed)
    return ChromosomeNetwork(replace(SMALL, **changes)).eval()  # type: ignore[arg-type]


def small_weights(folder: Path, seed: int = 0) -> Path:
    """Write an untrained small network and return its file."""
    path = folder / f"small{seed}.safetensors"
    save_weights(path, small_network(seed), CALIBRATION, {"seed": seed})
    return path


def bar(rows: int, bright: tuple[int, ...] = (), width: int = 10) -> np.ndarray:
    """Return a crop, uint8 bright on black, with an upright bar and bright bands."""
    image = np.zeros((rows + 12, width + 14), np.uint8)
    image[6:-6, 7:-7] = 110
    for row in bright:
        image[6 + row : 10 + row, 7:-7] = 240
    return image


def labelled_cells(folder: Path) -> Path:
    """Write three cells of six crops, one a split; long bars are class 1, short ones 21."""
    rows = []
    for number, split in enumerate(("train", "val", "test")):
        for count in range(3):
            for label, length in (("1", 80), ("21", 24)):
                name = f"q_band/cell{number}/{label}_{count}.png"
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(bar(length + count, (6,))).save(folder / name)
                rows.append(("q_band", f"p{number}", f"cell{number}", label, split, name))
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return folder
