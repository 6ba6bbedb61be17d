"""What a laboratory's own model is worth after so many corrected cells, and what it costs.

    python benchmarks/own_model.py DATA --output FOLDER [--home HOME --home-stain g_band ...]
        [--start FILE] [--split test] [--cells 0 5 10 20 40] [--seeds 0] [--stain STAIN]

DATA is a folder with ``labels.csv`` (`tools/cut_class_maps.py` makes one of DAPI), HOME another
with the stains that the start knows. Of the split ``train`` of DATA so many cells are taken as a
laboratory would have corrected them, the same first ones each time; about a third of them, whole
patients, are kept out and fit the light, as `napari-karyo collect` keeps them out. A cell of
which the start gets less than ``--least`` right is left out, as whoever collects is told to.
Then `tune` is run as it is, and start and own model are looked at on the split of DATA, and of
HOME.

Every row is written into ``rows.jsonl`` as it is finished; the same command goes on where it was
ended, also within a training. The table is printed at the end: alone, placed, green, green wrong
in per cent, clicks a cell, the time of training.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from napari_karyo.inference.classify import get_weights
from napari_karyo.inference.device import choose_device
from napari_karyo.models.weights import Weights
from napari_karyo.own_model.answers import Asked, ask, outcomes
from napari_karyo.own_model.tuning import TuningProgress, tune
from napari_karyo.training.dataset import LabelledCell, read_cells, read_labels
from napari_karyo.training.provenance import provenance

FIGURES = ("alone", "placed", "green", "green_wrong", "clicks")


def figures(asked: Sequence[Asked], weights: Weights) -> dict[str, float]:
    """Return the figures of cells, each as the program shows it with the model as it is."""
    found = [outcomes(one, weights.calibration) for one in asked]

    def all_of(name: str) -> np.ndarray:
        return np.concatenate([getattr(one, name) for one in found])

    green, placed = all_of("green"), all_of("placed")
    return {
        "crops": len(placed),
        "cells": len(found),
        "alone": float(all_of("alone").mean()),
        "placed": float(placed.mean()),
        "green": float(green.mean()),
        "green_wrong": float((green & ~placed).sum() / max(1, green.sum())),
        "clicks": float(all_of("clicks").sum() / len(found)),
    }


def taken(cells: Sequence[LabelledCell], most: int) -> list[LabelledCell]:
    """Return some of the cells, evenly over all of them."""
    if most <= 0 or most >= len(cells):
        return list(cells)
    return [cells[place] for place in np.linspace(0, len(cells) - 1, most).astype(int)]


def key(cell: LabelledCell) -> tuple[str, str, str]:
    return cell.stain, cell.patient, cell.cell.name


def correctable(
    cells: Sequence[LabelledCell], start: Weights, device: str, count: int, least: float, seed: int
) -> list[LabelledCell]:
    """Return the first cells of a shuffled list that the start reads well enough."""
    order = np.random.default_rng(seed).permutation(len(cells))
    chosen: list[LabelledCell] = []
    for place in order:
        if len(chosen) == count:
            break
        (asked,) = ask([cells[place]], start, choose_device(device))
        if outcomes(asked, start.calibration).alone.mean() >= least:
            chosen.append(cells[place])
    return chosen


def kept_out(cells: Sequence[LabelledCell]) -> set[str]:
    """Return the patients whose cells are kept out: about a third of the cells, one at least."""
    sizes: dict[str, int] = defaultdict(int)
    for cell in cells:
        sizes[cell.patient] += 1
    order = sorted(sizes, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    found: set[str] = set()
    for name in order:
        out = sum(sizes[one] for one in found)
        if out >= max(2, round(len(cells) / 3)):
            break
        if out + sizes[name] <= len(cells) / 2:
            found.add(name)
    return found


def write_subset(data: Path, cells: Sequence[LabelledCell], folder: Path) -> Path:
    """Write the table of some cells beside links to the crops."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted, out = {key(cell) for cell in cells}, kept_out(cells)
    rows = [
        {**row, "split": "val" if row["patient"] in out else "train"}
        for row in read_labels(data)
        if (row["stain"], row["patient"], row["cell"]) in wanted
    ]
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    for entry in data.iterdir():
        link = folder / entry.name
        if entry.name != "labels.csv" and not link.exists():
            link.symlink_to(entry.resolve())
    return folder


def told(progress: TuningProgress) -> None:
    if progress.said or progress.step % 50 == 0:
        loss = "" if progress.loss is None else f" loss {progress.loss:.3f}"
        print(
            f"  {progress.stage} {progress.step}/{progress.steps}{loss} {progress.said}", flush=True
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--stain", action="append", default=[], help="of DATA; all where left out")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--home-stain", nargs="+", default=[])
    parser.add_argument("--home-cells", type=int, default=0, help="of each stain; 0 takes all")
    parser.add_argument("--test-cells", type=int, default=0, help="of DATA; 0 takes all")
    parser.add_argument("--start", default="default")
    parser.add_argument("--split", default="test")
    parser.add_argument("--cells", nargs="+", type=int, default=[0, 5, 10, 20, 40])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--steps", type=int)
    parser.add_argument("--least", type=float, default=0.5)
    parser.add_argument("--device", default="cpu")
    chosen = parser.parse_args()
    chosen.output.mkdir(parents=True, exist_ok=True)
    place, start = choose_device(chosen.device), get_weights(chosen.start)
    work = chosen.output / "unpacked"
    judged: dict[str, list[LabelledCell]] = {}
    own = list(read_cells(chosen.data, work, (chosen.split,), chosen.stain))
    judged["own"] = taken(own, chosen.test_cells)
    for stain in chosen.home_stain:
        cells = list(read_cells(chosen.home, work, (chosen.split,), (stain,)))
        judged[stain] = taken(cells, chosen.home_cells)
    pool = list(read_cells(chosen.data, work, ("train",), chosen.stain))
    path = chosen.output / "rows.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    for seed in chosen.seeds:
        for count in chosen.cells:
            asked_for = {"cells": count, "seed": seed, "split": chosen.split, "start": start.sha256}
            if any(asked_for.items() <= row.items() for row in rows):
                continue
            print(f"{count} cells, seed {seed}", flush=True)
            row: dict[str, Any] = dict(asked_for)
            weights, began = start, time.monotonic()
            if count:
                folder = chosen.output / f"{count}-{seed}"
                data = folder / "data"
                if not (data / "labels.csv").exists():
                    cells = correctable(pool, start, chosen.device, count, chosen.least, seed)
                    write_subset(chosen.data, cells, data)
                written = tune(
                    data, folder, start=chosen.start, seed=seed, device=chosen.device,
                    steps=chosen.steps, progress=told,
                )  # fmt: skip
                assert written is not None
                weights = get_weights(written)
                row["training_seconds"] = weights.facts["seconds"]
                row["learned_from"] = weights.facts["learned_from"]
            for name, cells in judged.items():
                row[name] = figures(ask(cells, weights, place), weights)
            row["sha256"] = weights.sha256
            row["made"] = provenance(str(place), time.monotonic() - began)
            rows.append(row)
            with path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(row) + "\n")
    print_table(rows, list(judged))


def print_table(rows: list[dict[str, Any]], names: list[str]) -> None:
    print("\n| cells | seed | on | " + " | ".join(FIGURES) + " | training, minutes |")
    print("| --- | --- | --- |" + " --- |" * (len(FIGURES) + 1))
    for row in rows:
        for name in names:
            if name not in row:
                continue
            found = row[name]
            words = [f"{100 * found[one]:.2f}" for one in FIGURES[:-1]] + [f"{found['clicks']:.1f}"]
            minutes = f"{row.get('training_seconds', 0) / 60:.1f}"
            print(f"| {row['cells']} | {row['seed']} | {name} | {' | '.join(words)} | {minutes} |")


if __name__ == "__main__":
    main()
