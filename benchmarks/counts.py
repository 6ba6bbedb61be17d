"""Whether extra and missing chromosomes are seen, or hidden by the whole-cell assignment.

    python benchmarks/counts.py [REPORT.json ...] [--simulated 10]

REPORT is what ``napari-karyo evaluate --json FILE`` wrote of real cells. Cells are
grouped by their karyotype as labelled; simulated ones are drawn anew, of both stains. A
cell is right where the number of every class is; *abnormal class*: where the number of
the class that there is one more or less of is right. Both as the network alone has it and
after assignment. Prints per cent; asserts nothing.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from napari_karyo.classes import AUTOSOMES, CLASSES
from napari_karyo.inference.assignment import assign
from napari_karyo.inference.classify import classify
from napari_karyo.simulation.sample import simulate_cell

KARYOTYPES = (
    "46,XX",
    "46,XY",
    "45,X",
    "45,XY,-21",
    "47,XXY",
    "47,XYY",
    "47,XXX",
    "47,XX,+13",
    "47,XY,+18",
    "47,XX,+21",
    "48,XXY,+21",
)


@dataclass(frozen=True)
class Counted:
    """The classes of one cell's chromosomes: labelled, the network's own, assigned."""

    group: str
    truth: Counter[str]
    own: Counter[str]
    placed: Counter[str]


def abnormal(truth: Counter[str]) -> list[str]:
    """Return the classes of which there are not as many as in a normal cell."""
    normal = {**dict.fromkeys(AUTOSOMES, 2), "X": 1 if truth["Y"] else 2, "Y": int(truth["Y"] > 0)}
    return [name for name, number in normal.items() if truth[name] != number]


def describe(truth: Counter[str]) -> str:
    """Return the group of a real cell: how many chromosomes, and what is odd."""
    odd = [f"{'+' if truth[n] > 2 else '-'}{n}" for n in abnormal(truth) if n in AUTOSOMES]
    sex = "X" * truth["X"] + "Y" * truth["Y"]
    if len(odd) > 2:
        return "real, several missing or extra"
    normal = sex in ("XX", "XY")
    return "real, " + ", ".join([*([] if normal and odd else [sex]), *odd])


def real(report: Path) -> Iterator[Counted]:
    """Yield the cells of an evaluation."""
    cells = defaultdict(list)
    for crop in json.loads(report.read_text(encoding="utf-8"))["crops"]:
        cells[crop["stain"], crop["patient"], crop["cell"]].append(crop)
    for crops in cells.values():
        truth, own, placed = (
            Counter(crop[what] for crop in crops) for what in ("expected", "predicted", "placed")
        )
        yield Counted(describe(truth), truth, own, placed)


def simulated(number: int) -> Iterator[Counted]:
    """Yield simulated cells of every karyotype."""
    for karyotype in KARYOTYPES:
        for seed in range(number):
            for stain in ("G", "Q"):
                found = classify(simulate_cell(karyotype, seed=seed, stain=stain))
                yield Counted(
                    f"simulated {karyotype}",
                    Counter(str(item.expected) for item in found.cell),
                    Counter(found.predicted),
                    Counter(assign(found.probabilities)),
                )


def _cells_right(cells: list[Counted], found: str) -> str:
    right = [all(getattr(cell, found)[n] == cell.truth[n] for n in CLASSES) for cell in cells]
    return f"{100 * sum(right) / len(right):.1f}"


def _abnormal_right(cells: list[Counted], found: str) -> str:
    right = [
        getattr(cell, found)[name] == cell.truth[name]
        for cell in cells
        for name in abnormal(cell.truth)
    ]
    return f"{100 * sum(right) / len(right):.1f}" if right else "–"


def table(cells: Iterable[Counted]) -> str:
    """Return a line a group, as Markdown."""
    groups = defaultdict(list)
    for cell in cells:
        groups[cell.group].append(cell)
    lines = [
        "| cells | number | right, network alone | right, assigned"
        " | abnormal class, network alone | abnormal class, assigned |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for group, members in sorted(groups.items()):
        figures = [
            share(members, found)
            for share in (_cells_right, _abnormal_right)
            for found in ("own", "placed")
        ]
        lines.append(f"| {' | '.join([group, str(len(members)), *figures])} |")
    return "\n".join(lines)


def main() -> None:
    """Read the command line, count and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path, nargs="*")
    parser.add_argument("--simulated", type=int, default=10, help="of each karyotype and stain")
    chosen = parser.parse_args()
    cells = [cell for report in chosen.reports for cell in real(report)]
    print(table([*cells, *simulated(chosen.simulated)]))


if __name__ == "__main__":
    main()
