"""What it brings that the classes correct the scale of a cell, whole and in part.

    python benchmarks/scale.py DATA [DATA ...] [--model default] [--cells 12]

Cells of the split ``val`` of folders with ``labels.csv``, drawn by chance, are classified
whole, in parts of a few crops drawn by chance, and without their long chromosomes, once
with the scale of their lengths alone and once as the program does it. Prints the
network's own top-1 in per cent and how much longer it took; asserts nothing.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from napari_karyo.cell import Cell
from napari_karyo.classes import AUTOSOMES
from napari_karyo.inference.classify import classify
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.models.network import NetworkConfig
from napari_karyo.models.weights import load_weights, save_weights
from napari_karyo.training.dataset import read_cells

#: Crops of a part; a cell of no more is left out.
SIZES = (16, 8, 3)
SHORT = "its chromosomes 13 to 22"


def looking_once(model: str, folder: Path) -> Path:
    """Write the model as one that keeps the scale of the lengths."""
    weights = load_weights(model)
    network = weights.network
    if not isinstance(network.config, NetworkConfig):
        raise SystemExit(f"{model} is an ensemble; give a single network")
    network.config = replace(network.config, input=replace(network.config.input, settle=False))
    path = folder / "once.safetensors"
    save_weights(path, network, weights.calibration, weights.facts)
    return path


def parts_of(cell: Cell, random: np.random.Generator) -> dict[str, Cell]:
    """Return the cell, whole and in parts."""
    crops = cell.chromosomes
    parts = {"all its crops": cell}
    for size in SIZES:
        if len(crops) > size:
            chosen = random.choice(len(crops), size, replace=False)
            parts[f"{size} crops by chance"] = replace(
                cell, chromosomes=tuple(crops[index] for index in sorted(chosen))
            )
    short = tuple(item for item in crops if item.expected in AUTOSOMES[12:])
    if short:
        parts[SHORT] = replace(cell, chromosomes=short)
    return parts


def main() -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--model", default="default")
    parser.add_argument("--cells", type=int, default=12, help="of each stain")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    right: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    seconds: dict[tuple[str, str, str], float] = defaultdict(float)
    with TemporaryDirectory() as scratch:
        ways = {"lengths": str(looking_once(chosen.model, Path(scratch))), "classes": chosen.model}
        for data in chosen.data:
            random = np.random.default_rng(chosen.seed)
            cells = list(read_cells(data, Path(scratch), ("val",)))
            seen: dict[str, int] = defaultdict(int)
            for index in random.permutation(len(cells)):
                labelled = cells[index]
                seen[labelled.stain] += 1
                if seen[labelled.stain] > chosen.cells:
                    continue
                for part, cell in parts_of(labelled.cell, random).items():
                    # The first to run is slower: each way is the first every other time.
                    order = list(ways.items())[:: random.choice((1, -1))]
                    for way, model in order:
                        began = time.perf_counter()
                        found = classify(cell, ClassifyOptions(model=model))
                        key = labelled.stain, part, way
                        seconds[key] += time.perf_counter() - began
                        right[key] += [
                            a == item.expected
                            for a, item in zip(found.predicted, found.cell, strict=True)
                        ]
    print("| crops | part of a cell | number | lengths alone | and classes | times as long |")
    print("| --- | --- | --- | --- | --- | --- |")
    for stain, part in dict.fromkeys((stain, part) for stain, part, _ in right):
        alone, settled = ((stain, part, way) for way in ways)
        print(
            f"| {stain} | {part} | {len(right[alone])} | {100 * np.mean(right[alone]):.1f}"
            f" | {100 * np.mean(right[settled]):.1f}"
            f" | {seconds[settled] / seconds[alone]:.1f} |"
        )


if __name__ == "__main__":
    main()
