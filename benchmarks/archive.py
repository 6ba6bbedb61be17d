"""What an archive costs: whether 10,000 crops take as much time and memory each as 46.

    python benchmarks/archive.py [--crops 46 920 10000] [--workers 1 2] [--format parquet]

Simulated cells of 46 crops, 20 a patient, are written into a temporary folder; their crops are
linked, not copied, from a few that were drawn. Each row is a fresh process, which classifies a
cell first, so that the start isn't counted. Prints seconds, those of the processor (which other
programs don't lengthen) for each crop and against the first row, and the largest memory; with
several workers the start and end of the cluster are counted, and the memory is that of the
largest process. Asserts nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from timing import peak, processor

from napari_karyo.io.cells import write_cell
from napari_karyo.simulation.sample import simulate_cell

CELL = 46
#: Cells of a patient, and how many different ones are drawn.
CELLS, DRAWN = 20, 4
#: This process, and those that it started.
WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def draw(folder: Path) -> list[Path]:
    """Draw the cells that all patients share."""
    cells = [folder / f"cell {number}" for number in range(DRAWN)]
    for number, cell in enumerate(cells):
        write_cell(simulate_cell("46,XX", seed=number), cell)
    return cells


def make_archive(cells: list[Path], folder: Path, crops: int) -> None:
    """Make a tree of patients with so many crops, the last cell perhaps with fewer."""
    left = crops
    number = 0
    while left > 0:
        cell = cells[number % DRAWN]
        place = folder / f"P{number // CELLS + 1}" / f"cell {number % CELLS + 1}"
        place.mkdir(parents=True)
        for crop in sorted(cell.iterdir())[:left]:
            os.link(crop, place / crop.name)
        left -= CELL
        number += 1


def work(archive: Path, first: Path, table: Path, workers: int) -> None:
    """Classify an archive in this process, and print what it took as JSON."""
    from napari_karyo.shell.app import main

    words = ["--device", "cpu", "--output"]
    main(["classify", str(first), *words, str(table.with_name("first.csv"))])
    began, used = time.perf_counter(), sum(map(processor, WHO))
    more = ["--workers", str(workers)] if workers > 1 else []
    code = main(["classify", str(archive), *words, str(table), *more])
    found = {"seconds": time.perf_counter() - began, "processor": sum(map(processor, WHO)) - used}
    most = max(map(peak, WHO))
    print(json.dumps({"code": code, **found, "most": most}))


def measure(archive: Path, first: Path, table: Path, workers: int) -> dict[str, float]:
    """Run `work` in a fresh process."""
    command = [sys.executable, __file__, "--work", str(archive), str(first), str(table)]
    done = subprocess.run(
        [*command, str(workers)], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crops", type=int, nargs="+", default=[46, 920, 10_000])
    parser.add_argument("--workers", type=int, nargs="+", default=[1])
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv")
    parser.add_argument("--work", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        archive, first, table = map(Path, options.work[:3])
        work(archive, first, table, int(options.work[3]))
        return
    with TemporaryDirectory() as name:
        folder = Path(name)
        cells = draw(folder / "cells")
        heads = f"{'seconds':>9} {'processor':>10} {'ms a crop':>10} {'ratio':>6} {'MiB':>6}"
        print(f"{'crops':>7} {'workers':>8} {heads}", flush=True)
        least = 0.0
        for crops in options.crops:
            archive = folder / f"archive {crops}"
            make_archive(cells, archive, crops)
            for workers in options.workers:
                table = folder / f"{crops}-{workers}.{options.format}"
                found = measure(archive, cells[0], table, workers)
                each = found["processor"] / crops
                least = least or each
                print(
                    f"{crops:7d} {workers:8d} {found['seconds']:9.1f} {found['processor']:10.1f}"
                    f" {1000 * each:10.1f} {each / least:6.2f} {found['most']:6.0f}"
                    + ("" if found["code"] == 0 else f"  exit code {found['code']:.0f}"),
                    flush=True,
                )


if __name__ == "__main__":
    main()
