"""Table 1 with the paper's figures beside ours, as CSV and as Markdown."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from napari_karyo.models.named import TABLE_1
from napari_karyo.reproduction.runs import STAIN, Run
from napari_karyo.training.recipes import RECIPES

TOPS = ("top1", "top3", "top5")


@dataclass(frozen=True)
class Line:
    """One line of the table: a row, over all its seeds.

    Attributes
    ----------
    row : str
    paper : tuple of float
        Top-1, top-3 and top-5 of the paper, per cent; empty where it has none.
    mean, spread : dict of str to float
        Of ours over the finished seeds, per cent; empty where none is. The spread is the
        standard deviation, and left out for a single seed.
    seeds : int
        How many are finished.
    state : str
        How far it was trained.
    minutes : float
        Of training, mean over the seeds.
    speed, computing : float
        Images a second, and the share of the time the device computes: medians over the
        epochs; nan where nothing was trained.
    """

    row: str
    paper: tuple[float, ...]
    mean: dict[str, float]
    spread: dict[str, float]
    seeds: int
    state: str
    minutes: float
    speed: float
    computing: float


def line_of(row: str, runs: Sequence[Run]) -> Line:
    """Sum up the runs of one row."""
    outcomes = [outcome["stains"][STAIN] for run in runs if (outcome := run.outcome())]
    curves = [run.curve() for run in runs]
    epochs = [epoch for curve in curves for epoch in curve]
    values = {top: [100 * outcome[top] for outcome in outcomes] for top in TOPS}
    return Line(
        row,
        TABLE_1[row].paper,
        {top: float(np.mean(found)) for top, found in values.items() if found},
        {top: float(np.std(found, ddof=1)) for top, found in values.items() if len(found) > 1},
        len(outcomes),
        _state(runs, len(outcomes)),
        float(np.mean([float(curve[-1]["seconds"]) / 60 if curve else 0.0 for curve in curves])),
        _median(epochs, "images_per_second"),
        _median(epochs, "computing"),
    )


def _median(epochs: Sequence[dict[str, str]], name: str) -> float:
    found = [float(epoch[name]) for epoch in epochs if epoch.get(name)]
    return float(np.median(found)) if found else float("nan")


def _state(runs: Sequence[Run], finished: int) -> str:
    """Say how far a row is, and whether that is as far as the paper went."""
    first = runs[0]
    if first.members:
        if finished < len(runs):
            return "NOT FINISHED: waits for its members"
        return f"SHORT: members of {first.epochs} epochs" if first.epochs else "its members"
    asked = RECIPES[first.row].epochs
    if finished == len(runs):
        if first.to_the_papers_length:
            return f"{first.epochs} epochs, as the paper"
        return f"SHORT: {first.epochs} of the paper's {asked} epochs"
    done = max(len(run.curve()) for run in runs)
    return f"NOT FINISHED: {done} of {first.epochs} epochs, {finished} of {len(runs)} seeds"


def write_table(runs: Sequence[Run], output: Path) -> Path:
    """Write ``table.csv`` and ``table.md``; return the latter.

    Parameters
    ----------
    runs : sequence of Run
        Finished or not; rows that are not are marked so, with the command that goes on.
    output : Path
    """
    rows = dict.fromkeys(run.row for run in runs)
    lines = [line_of(row, [run for run in runs if run.row == row]) for row in rows]
    output.mkdir(parents=True, exist_ok=True)
    with (output / "table.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(
            ["row", "title"]
            + [f"{what}_{top}" for top in TOPS for what in ("paper", "mean", "spread")]
            + ["seeds", "state", "minutes", "images_per_second", "computing"]
        )
        for line in lines:
            paper = dict(zip(TOPS, line.paper, strict=False))
            table.writerow(
                [line.row, TABLE_1[line.row].title]
                + [
                    "" if top not in part else f"{part[top]:.2f}"
                    for top in TOPS
                    for part in (paper, line.mean, line.spread)
                ]
                + [line.seeds, line.state, f"{line.minutes:.1f}"]
                + ["" if np.isnan(v) else f"{v:.3g}" for v in (line.speed, line.computing)]
            )
    path = output / "table.md"
    path.write_text(markdown(lines), encoding="utf-8")
    return path


def markdown(lines: Sequence[Line]) -> str:
    """Return the table as Markdown, the paper's figure before ours."""
    text = [
        "| network | top-1: paper, ours | top-3: paper, ours | top-5: paper, ours"
        " | seeds | trained | minutes | images/s | computing |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for line in lines:
        cells = [TABLE_1[line.row].title]
        for number, top in enumerate(TOPS):
            paper = f"{line.paper[number]:.2f}" if line.paper else "–"
            ours = f"{line.mean[top]:.2f}" if top in line.mean else "–"
            if top in line.spread:
                ours += f" ± {line.spread[top]:.2f}"
            cells.append(f"{paper}, {ours}")
        cells += [str(line.seeds), line.state, f"{line.minutes:.0f}"]
        cells.append("–" if np.isnan(line.speed) else f"{line.speed:.0f}")
        cells.append("–" if np.isnan(line.computing) else f"{line.computing:.0%}")
        text.append("| " + " | ".join(cells) + " |")
    for start, words in (
        ("NOT", "To go on"),
        ("SHORT", "To the paper's length, which this was not"),
    ):
        rows = " ".join(line.row for line in lines if line.state.startswith(start))
        if rows:
            command = f"napari-karyo reproduce DATA --output FOLDER --rows {rows}"
            text += ["", f"{words}: `{command}`"]
    return "\n".join(text) + "\n"
