"""What each price of a third and a fourth copy brings, on the validation split.

    python benchmarks/assignment_penalties.py DATA

Classifies the cells of the split ``val`` once and assigns them with every pair of
penalties. Prints, for each, the share of chromosomes placed right, the share of class
counts right, and how many of the cells with other than two copies of an autosome have
all their counts right. Such cells are rare, so trisomies are made as well: a cell is
given a chromosome of another cell, a class at a time, and the column ``third seen`` says
how often three copies are found.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from napari_karyo.classes import AUTOSOMES, CLASSES
from napari_karyo.inference.assignment import FOURTH_COPY_PENALTY, THIRD_COPY_PENALTY, assign
from napari_karyo.inference.classify import classify
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.inference.result import Classification
from napari_karyo.training.dataset import read_cells

THIRD = (1.0, 2.0, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0)
MORE = 0.0


def truth_of(result: Classification) -> list[str]:
    """Return the true class of each chromosome of a cell."""
    return [str(item.expected) for item in result.cell]


def is_abnormal(names: list[str]) -> bool:
    """Tell whether a cell has other than two copies of an autosome, or of X and Y together."""
    counts = Counter(names)
    return any(counts[name] != 2 for name in AUTOSOMES) or counts["X"] + counts["Y"] != 2


def third_seen(results: list[Classification], third: float, fourth: float) -> float:
    """Return how often a third copy, lent by another cell, is found as one."""
    random = np.random.default_rng(0)
    seen = []
    for number, result in enumerate(results):
        truth = truth_of(result)
        others = [other for k, other in enumerate(results) if k != number]
        for name in AUTOSOMES:
            if truth.count(name) != 2:
                continue
            lender = others[int(random.integers(len(others)))]
            copies = [row for row, one in enumerate(truth_of(lender)) if one == name]
            if not copies:
                continue
            row = lender.probabilities[copies[int(random.integers(len(copies)))]]
            names = assign(
                np.concatenate([result.probabilities, row[None]]),
                third_copy_penalty=third,
                fourth_copy_penalty=fourth,
            )
            seen.append(names.count(name) == 3)
    return float(np.mean(seen))


def measure(results: list[Classification], third: float, fourth: float) -> tuple[float, ...]:
    """Return the shares placed right and counted right, and the abnormal cells right."""
    right, counts, whole = [], [], []
    for result in results:
        names, truth = (
            assign(result.probabilities, third_copy_penalty=third, fourth_copy_penalty=fourth),
            truth_of(result),
        )
        right += [a == b for a, b in zip(names, truth, strict=True)]
        same = [Counter(names)[name] == Counter(truth)[name] for name in CLASSES]
        counts += same
        if is_abnormal(truth):
            whole.append(all(same))
    abnormal = float(np.mean(whole)) if whole else float("nan")
    seen = third_seen(results, third, fourth)
    return float(np.mean(right)), float(np.mean(counts)), abnormal, seen


def main() -> None:
    """Classify once, assign often, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="default")
    chosen = parser.parse_args()
    results: dict[str, list[Classification]] = {}
    with TemporaryDirectory() as work:
        for cell in read_cells(chosen.data, Path(work), ("val",)):
            result = classify(cell.cell, ClassifyOptions(model=chosen.model))
            results.setdefault(cell.stain, []).append(result)
    for stain, found in sorted(results.items()):
        odd = sum(is_abnormal(truth_of(result)) for result in found)
        own = np.mean(
            [
                a == b
                for result in found
                for a, b in zip(result.predicted, truth_of(result), strict=True)
            ]
        )
        print(f"{stain}: {len(found)} cells, {odd} abnormal; the model alone {own:.2%}")
        print(
            f"{'third':>8}{'fourth':>8}{'placed':>10}{'counts':>10}{'abnormal':>10}"
            f"{'third seen':>12}"
        )
        for third in THIRD:
            figures = measure(found, third, third + MORE)
            used = (third, third + MORE) == (THIRD_COPY_PENALTY, FOURTH_COPY_PENALTY)
            print(
                f"{third:8.1f}{third + MORE:8.1f}"
                + "".join(f"{value:10.2%}" for value in figures[:3])
                + f"{figures[3]:12.2%}"
                + ("  used" if used else "")
            )


if __name__ == "__main__":
    main()
