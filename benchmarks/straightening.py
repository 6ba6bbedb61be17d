"""Whether straightening helps: the same short training with and without it.

    python benchmarks/straightening.py DATA --output FOLDER [--crops 9000] [--epochs 6] [--compile]

Trains the default network twice from the same seed on the same share of the training
crops: on crops pulled straight along their medial axis (128 x 48), and on crops only
turned upright (128 x 64, with more bending among the augmentations).
Prints top-1 on the validation split for both. It may be stopped and called again.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from napari_karyo.inference.device import choose_device
from napari_karyo.models.named import DEFAULT
from napari_karyo.training.augment import Augmentation
from napari_karyo.training.dataset import Dataset, load_dataset
from napari_karyo.training.fit import fit, validate
from napari_karyo.training.recipes import Recipe

VARIANTS = {
    "straightened": (DEFAULT, Augmentation()),
    "as it is": (
        replace(DEFAULT, input=replace(DEFAULT.input, straighten=False, width=64)),
        Augmentation(bend=0.6),
    ),
}


def share(data: Dataset, crops: int) -> Dataset:
    """Keep the validation split and a random share of the training crops."""
    train = np.random.default_rng(0).permutation(data.select("train"))[:crops]
    keep = np.sort(np.concatenate([train, data.select("val")]))
    return data.take(keep)


def main() -> None:
    """Train both and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--crops", type=int, default=9000)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--compile", action="store_true")
    arguments = parser.parse_args()
    device = choose_device("auto")
    print(f"{arguments.crops} crops, {arguments.epochs} epochs, {device}")
    for name, (config, augmentation) in VARIANTS.items():
        output = arguments.output / name.replace(" ", "_")
        output.mkdir(parents=True, exist_ok=True)
        data = share(load_dataset(arguments.data, output, config.input), arguments.crops)
        # A mean over so long a time as the recipe's would still hold the untrained start.
        recipe = Recipe(epochs=arguments.epochs, augmentation=augmentation, average=0.98)
        began = time.monotonic()
        network, _, _ = fit(data, config, recipe, device, output, compiled=arguments.compile)
        figures = validate(network, data, data.select("val"), device)
        words = "  ".join(f"{key} {value:.4f}" for key, value in figures.items())
        print(f"{name}: {words}  ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
