"""Whether a model's saliency maps say what it looks at, in numbers.

    python benchmarks/saliency.py DATA [--model default] [--each 4]

The first crops of each class in the split ``val`` of a folder with ``labels.csv``, of each
stain: the measures of `napari_karyo.inference.faithfulness`, which are those that
``napari-karyo reproduce`` takes of the paper's networks. Prints means over the crops;
asserts nothing.
"""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from napari_karyo.classes import CLASSES
from napari_karyo.inference.device import choose_device
from napari_karyo.inference.faithfulness import Faithfulness, measure
from napari_karyo.models.weights import load_weights
from napari_karyo.training.dataset import load_dataset


def main() -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="default")
    parser.add_argument("--each", type=int, default=4, help="crops of each class")
    chosen = parser.parse_args()
    network, device = load_weights(chosen.model).network, choose_device()
    names = [item.name for item in fields(Faithfulness)]
    with TemporaryDirectory() as scratch:
        crops = load_dataset(chosen.data, Path(scratch), network.config.input, ("val",))
    print("| crops | " + " | ".join(names) + " |")
    print("| " + " | ".join(["---"] * (len(names) + 1)) + " |")
    for stain in np.unique(crops.stains):
        own = np.nonzero(crops.stains == stain)[0]
        which = np.concatenate(
            [own[crops.labels[own] == number][: chosen.each] for number in range(len(CLASSES))]
        )
        found = measure(network, crops.pictures(which), crops.labels[which], device)
        values = [getattr(found, name) for name in names]
        print(f"| {stain} | " + " | ".join(f"{value:.3g}" for value in values) + " |", flush=True)


if __name__ == "__main__":
    main()
