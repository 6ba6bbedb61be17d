"""What each step of finding chromosomes in a spread brings, beside a threshold alone.

    python benchmarks/segmentation.py DATA [--split val] [--every N] [--stain NAME]

Prints, for each stain, the share found (one to one, overlap over union at least a half), the
false objects a spread, the share of the spreads whose count is within one of the truth, and
the seconds of a spread: of Otsu's threshold and connected components, of the network alone, and
of the network with the classifier deciding. Then the time of a spread of 700 x 660 pixels and
of one of 4096 x 4096, over that of the threshold alone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from skimage.filters import threshold_otsu
from skimage.measure import label, regionprops

from napari_karyo.cell import Outline, Spread
from napari_karyo.models.spread_weights import load_spread_weights
from napari_karyo.segmentation.ground import flatten, measure_width
from napari_karyo.segmentation.objects import Kind, Segmentation, SpreadObject
from napari_karyo.segmentation.segment import segment
from napari_karyo.training.segmentation.archives import Photograph
from napari_karyo.training.segmentation.arranged import MEASURED
from napari_karyo.training.segmentation.evaluate import match_of

#: An object has at least so many squares of the usual width.
LEAST = 0.5


def by_threshold(spread: Spread) -> Segmentation:
    """Find objects by Otsu's threshold and connected components."""
    density = flatten(spread.image, spread.polarity)
    width = measure_width(density)
    found = []
    for item in regionprops(label(density > threshold_otsu(density), connectivity=2)):
        if item.area >= LEAST * width**2:
            top, left = item.bbox[:2]
            outline = Outline(item.image_filled, top, left, np.zeros_like(item.image_filled))
            found.append(SpreadObject(Kind.CHROMOSOME, outline, 1.0))
    return Segmentation(spread, tuple(found), density, width)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="val", choices=("train", "val"))
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--stain", action="append", choices=list(MEASURED))
    chosen = parser.parse_args()
    weights = load_spread_weights()
    designs: dict[str, Callable[[Spread], Segmentation]] = {
        "threshold": by_threshold,
        "network": lambda spread: segment(spread, weights, recognize=False),
        "with classifier": lambda spread: segment(spread, weights),
    }
    large: dict[str, Spread] = {}
    print(f"{'stain':17} {'design':16} {'found':>7} {'false':>6} {'count':>6} {'seconds':>8}")
    for stain, (file, read) in MEASURED.items():
        if chosen.stain and stain not in chosen.stain:
            continue
        there = list(read(chosen.data / file, (chosen.split,), chosen.every))
        if not there:
            continue
        for name, design in designs.items():
            print(f"{stain:17} {name:16} {_row(there, design)}", flush=True)
        first = there[0]
        large[stain] = first.spread
    if "g_band" not in large:
        return
    spread = large["g_band"]
    times = -(-4096 // min(spread.image.shape))
    wide = np.tile(spread.image, (times, times))[:4096, :4096]
    print("\nseconds, and over the threshold's")
    for shown in (spread, Spread("large", wide, spread.polarity)):
        taken = {name: _seconds(shown, design) for name, design in designs.items()}
        size = " x ".join(map(str, shown.image.shape))
        words = [
            f"{name} {taken[name]:.2f} ({taken[name] / taken['threshold']:.1f})" for name in taken
        ]
        print(f"{size}: {', '.join(words)}")


def _row(there: list[Photograph], design: Callable[[Spread], Segmentation]) -> str:
    total = found = false = near = 0
    seconds = []
    for photograph in there:
        began = time.perf_counter()
        segmentation = design(photograph.spread)
        seconds.append(time.perf_counter() - began)
        matched = match_of(photograph, segmentation)
        total, found = total + matched.there, found + len(matched.pairs)
        false += matched.false
        near += abs(matched.there + photograph.more - matched.found) <= 1
    return (
        f"{found / total:7.1%} {false / len(there):6.2f} {near / len(there):6.1%} "
        f"{float(np.median(seconds)):8.2f}"
    )


def _seconds(spread: Spread, design: Callable[[Spread], Segmentation]) -> float:
    began = time.perf_counter()
    design(spread)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
