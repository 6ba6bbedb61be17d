"""How long a person waits: from a folder of crops to the karyogram, and for its saliency.

    python benchmarks/bench_pipeline.py [CELL_FOLDER] [--threads 2]

Without a folder, a simulated cell of 46 crops is written into a temporary one. The
model is loaded before the clock starts. Beside it runs the plain way of the paper's
network: ResNet-50 at 224 x 224 (untrained, which costs the same), in full precision, one
crop at a time. Prints seconds (median of the repeats) and the ratio; asserts nothing.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

import napari_karyo as nk
from napari_karyo.cell import Cell
from napari_karyo.inference.classify import get_weights
from napari_karyo.inference.device import choose_device
from napari_karyo.io.cells import write_cell
from napari_karyo.models.named import RES_CRANN
from napari_karyo.models.network import ChromosomeNetwork
from napari_karyo.output.pictures import picture
from napari_karyo.preprocessing.prepare import (
    InputSettings,
    Prepared,
    draw_inputs,
    length_factors,
    stand_upright,
)


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the median time of a piece of work, called once before to warm up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def prepared(cell: Cell, settings: InputSettings) -> Prepared:
    """Prepare a cell as a network is shown it in its first pass."""
    cell, pictures = stand_upright(cell)
    (factor,) = length_factors([pictures], settings, "cell")
    return draw_inputs(cell, pictures, factor, settings)


def paper_way(cell: Cell) -> Callable[[], None]:
    """Return the paper's network on the cell's crops, as a first script would run it."""
    network = ChromosomeNetwork(RES_CRANN).eval()
    inputs = torch.from_numpy(prepared(cell, RES_CRANN.input).inputs)

    def run() -> None:
        with torch.no_grad():
            for one in inputs:
                network(one[None])

    return run


def measure(folder: Path, device: str, repeats: int) -> None:
    """Time the parts on one cell and print them."""
    get_weights("default")

    def whole() -> None:
        result = nk.classify(nk.read_cell(folder), nk.ClassifyOptions(device=device))
        picture(nk.ClassifiedCell.from_classification(result), nk.ExportOptions())

    cell = nk.read_cell(folder)
    result = nk.classify(cell, nk.ClassifyOptions(device=device))
    settings = get_weights("default").network.config.input
    ours = {
        "read the folder": seconds(lambda: nk.read_cell(folder), repeats),
        "upright, straightened, on the canvas": seconds(lambda: prepared(cell, settings), repeats),
        "folder to karyogram, all of it": seconds(whole, repeats),
        "saliency of every chromosome": seconds(
            lambda: nk.saliency(result, device=device), repeats
        ),
    }
    plain = seconds(paper_way(cell), max(1, repeats // 2))
    print(f"{len(cell)} crops on {choose_device(device)}, median of {repeats}")
    for name, value in ours.items():
        print(f"{name:40}{value:8.2f} s")
    name = "the paper's network alone, one by one"
    print(f"{name:40}{plain:8.2f} s")
    print(
        f"{'ratio of that to all of ours':40}{plain / ours['folder to karyogram, all of it']:8.2f}"
    )


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--repeats", type=int, default=5)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    with TemporaryDirectory() as scratch:
        folder = chosen.folder
        if folder is None:
            folder = Path(scratch) / "cell"
            write_cell(nk.simulate_cell("46,XY", seed=1), folder)
        measure(folder, chosen.device, chosen.repeats)


if __name__ == "__main__":
    main()
