"""How much of it a model stands, what other laboratories may do to their crops.

    python benchmarks/changed_crops.py DATA [DATA ...] [--model default] [--cells 6]

Whole cells of the split ``val`` of folders with ``labels.csv``, drawn by chance, are
classified as they are and with all their crops changed in one way: resized, rotated,
compressed, faded, sharpened. Prints the network's own top-1 and the share placed right, per
cent of all crops, and the difference to the unchanged ones; asserts nothing.
"""

from __future__ import annotations

import argparse
import io
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.exposure import equalize_adapthist
from skimage.transform import resize

from napari_karyo.cell import Cell, Polarity
from napari_karyo.inference.assignment import assign
from napari_karyo.inference.classify import classify
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.preprocessing.scale import WHOLE
from napari_karyo.training.dataset import read_cells

Picture = NDArray[np.float64]

#: Changes a crop, bright on black and 0 to 255; the random series is for what is by chance.
Change = Callable[[Picture, np.random.Generator], Picture]


def _sized(crop: Picture, along: float, across: float) -> Picture:
    height, width = crop.shape
    shape = max(4, round(height * along)), max(4, round(width * across))
    small = min(along, across) < 1
    return np.asarray(resize(crop, shape, order=3, mode="edge", anti_aliasing=small))


def _compressed(crop: Picture, quality: int) -> Picture:
    file = io.BytesIO()
    Image.fromarray(_bytes(crop)).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file), np.float64)


def _sharpened(crop: Picture, amount: float) -> Picture:
    return crop + amount * (crop - ndimage.gaussian_filter(crop, 2.0))


def _canvas(crop: Picture, size: int) -> Picture:
    after = [max(0, size - length) // 2 for length in crop.shape]
    return np.pad(crop, [(one, one) for one in after])


def _bytes(crop: Picture) -> NDArray[np.uint8]:
    return np.clip(np.rint(crop), 0, 255).astype(np.uint8)


CHANGES: dict[str, Change] = {
    "as they are": lambda crop, _: crop,
    "three times as large": lambda crop, _: _sized(crop, 3, 3),
    "0.4 times as large": lambda crop, _: _sized(crop, 0.4, 0.4),
    "a quarter narrower": lambda crop, _: _sized(crop, 1, 0.75),
    "a third wider": lambda crop, _: _sized(crop, 1, 4 / 3),
    "rotated by any angle": lambda crop, random: np.asarray(
        ndimage.rotate(crop, random.uniform(0, 360), order=1)
    ),
    "on a canvas of 224 x 224": lambda crop, _: _canvas(crop, 224),
    "JPEG of quality 30": lambda crop, _: _compressed(crop, 30),
    "noise of 25 of 255": lambda crop, random: crop + random.normal(0, 25, crop.shape),
    "blurred, sigma 2": lambda crop, _: ndimage.gaussian_filter(crop, 2.0),
    "contrast 0.45 times": lambda crop, _: 0.45 * crop,
    "contrast 1.6 times, cut off": lambda crop, _: 1.6 * crop,
    "gamma 0.5": lambda crop, _: 255 * (np.clip(crop, 0, 255) / 255) ** 0.5,
    "gamma 2": lambda crop, _: 255 * (np.clip(crop, 0, 255) / 255) ** 2,
    "local contrast evened out": lambda crop, _: (
        255 * equalize_adapthist(_bytes(crop), clip_limit=0.02)
    ),
    "sharpened, twice the detail": lambda crop, _: _sharpened(crop, 1),
    "sharpened, three times": lambda crop, _: _sharpened(crop, 2),
    "sharpened, six times": lambda crop, _: _sharpened(crop, 5),
}


def changed(cell: Cell, change: Change, random: np.random.Generator) -> Cell:
    """Return a cell with every crop changed, its paper staying as it was."""
    dark = cell.polarity is Polarity.DARK
    crops = []
    for item in cell:
        grey = np.asarray(item.image, np.float64) * (255 / cell.white)
        other = _bytes(change(255 - grey if dark else grey, random))
        crops.append(replace(item, image=255 - other if dark else other))
    return replace(cell, chromosomes=tuple(crops))


def main() -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--model", default="default")
    parser.add_argument("--cells", type=int, default=6, help="of each stain")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    cells: dict[str, list[Cell]] = defaultdict(list)
    with TemporaryDirectory() as scratch:
        for data in chosen.data:
            for labelled in read_cells(data, Path(scratch), ("val",)):
                if len(labelled.cell) >= WHOLE:
                    cells[labelled.stain].append(labelled.cell)
    for stain, there in cells.items():
        drawn = np.random.default_rng(chosen.seed).permutation(len(there))[: chosen.cells]
        unchanged: tuple[float, float] | None = None
        total = sum(len(there[index]) for index in drawn)
        print(f"\n{stain}: {len(drawn)} cells, {total} crops")
        print("| crops | top-1 | placed | difference |")
        print("| --- | --- | --- | --- |")
        for name, change in CHANGES.items():
            random = np.random.default_rng(chosen.seed)
            own = placed = 0
            for index in drawn:
                found = classify(
                    changed(there[index], change, random), ClassifyOptions(model=chosen.model)
                )
                truth = [item.expected for item in found.cell]
                own += sum(a == b for a, b in zip(found.predicted, truth, strict=True))
                places = assign(found.probabilities)
                placed += sum(a == b for a, b in zip(places, truth, strict=True))
            shares = 100 * own / total, 100 * placed / total
            unchanged = unchanged or shares
            print(
                f"| {name} | {shares[0]:.1f} | {shares[1]:.1f}"
                f" | {shares[0] - unchanged[0]:+.1f}, {shares[1] - unchanged[1]:+.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
