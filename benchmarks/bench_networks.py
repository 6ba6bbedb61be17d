"""What the networks cost: the paper's Res-CRANN on one crop, the default on a cell of 46.

    python benchmarks/bench_networks.py [--device cpu] [--threads 2]

Each line is measured in a process of its own: seconds (median of the repeats, after one
to warm up) and the most memory it held: of the whole process with Python and torch, or
on CUDA of what torch holds on the card. *Plain* is how a first script would do it: eager,
in full precision, one crop at a time, one view of each. *Ours* is one pass of the program:
batches, mixed precision on CUDA, and of the default four views of each crop. The paper's
network is untrained, which costs the same. Ratios are against the paper's network, plain,
on 46 crops. Asserts nothing.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
from dataclasses import dataclass

from bench_pipeline import seconds

CROPS = 46


@dataclass(frozen=True)
class Case:
    """One line of the table.

    Attributes
    ----------
    words : str
    model : {"res_crann", "default"}
    crops : int
    plain : bool
        One crop at a time, instead of the program's own way.
    """

    words: str
    model: str
    crops: int
    plain: bool


CASES = (
    Case("paper's Res-CRANN, plain, 1 crop", "res_crann", 1, True),
    Case("paper's Res-CRANN, plain, 46 crops", "res_crann", CROPS, True),
    Case("paper's Res-CRANN, ours, 46 crops", "res_crann", CROPS, False),
    Case("default, plain, 1 crop", "default", 1, True),
    Case("default, plain, 46 crops", "default", CROPS, True),
    Case("default, ours, 46 crops, four views", "default", CROPS, False),
)


def measure(case: Case, device: str, threads: int, repeats: int) -> tuple[float, float]:
    """Return the seconds and the MiB of one case."""
    import numpy as np
    import torch

    from napari_karyo.inference.device import choose_device
    from napari_karyo.inference.predict import predict
    from napari_karyo.models.named import CONFIGS
    from napari_karyo.models.network import ChromosomeNetwork
    from napari_karyo.models.weights import load_weights

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    network = (
        load_weights("default").network
        if case.model == "default"
        else ChromosomeNetwork(CONFIGS[case.model]).eval()
    )
    place = choose_device(device)
    canvas = network.config.input
    crops = np.random.default_rng(0).random(
        (case.crops, 1, canvas.height, canvas.width), np.float32
    )
    if case.plain or place.kind == "cuda":
        network.to(place.torch())

    def plain() -> None:
        with torch.no_grad():
            for crop in torch.from_numpy(crops):
                network(crop[None].to(place.torch()))[0].cpu()

    def ours() -> None:
        predict(network, crops, place)

    work = plain if case.plain else ours
    spent = seconds(work, repeats)
    if place.kind == "cuda":
        return spent, torch.cuda.max_memory_reserved() / 2**20
    return spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    chosen = parser.parse_args()
    found = {}
    for case in CASES:
        with multiprocessing.get_context("spawn").Pool(1) as fresh:
            found[case] = fresh.apply(
                measure, (case, chosen.device, chosen.threads, chosen.repeats)
            )
    baseline = found[CASES[1]][0]
    print(f"on {chosen.device}, {chosen.threads} threads, median of {chosen.repeats}")
    print(f"{'':40}{'seconds':>9}{'MiB':>8}{'ratio':>8}")
    for case, (spent, memory) in found.items():
        ratio = f"{baseline / spent:8.1f}" if case.crops == CROPS else ""
        print(f"{case.words:40}{spent:9.3f}{memory:8.0f}{ratio}")


if __name__ == "__main__":
    main()
