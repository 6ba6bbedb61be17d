"""Table 1 with the paper's figures beside ours, as CSV and as Markdown."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from napari_karyo.models.named import TABLE_1
from napari_karyo.reproduction.runs import EXPLAINED, STAIN, TrainingRun
from napari_karyo.training.recipes import RECIPES

TOPS = ("top1", "top3", "top5")


@dataclass(frozen=True)
class RowSummary:
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
        Of training, mean over the seeds that were begun; nan where nothing was trained.
    speed, computing : float
        Images a second, and the share of the time the device computes: medians over the
        epochs; nan where nothing was trained.
    asked : tuple of int
        All its seeds, finished or not.
    epochs : int, optional
        What was asked for instead of the paper's.
    patience : int
        What was asked for; 0 where none was.
    planned : int
        Epochs, 0 of an ensemble.
    trained, lowest : tuple of int
        Of each seed that was begun: epochs so far, and that of the lowest loss on ``val``,
        whose weights are kept.
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
    asked: tuple[int, ...]
    epochs: int | None
    patience: int
    planned: int
    trained: tuple[int, ...]
    lowest: tuple[int, ...]


def line_of(row: str, runs: Sequence[TrainingRun]) -> RowSummary:
    """Sum up the runs of one row."""
    outcomes = [outcome["stains"][STAIN] for run in runs if (outcome := run.outcome())]
    curves = [run.curve() for run in runs]
    epochs = [epoch for curve in curves for epoch in curve]
    minutes = [float(curve[-1]["seconds"]) / 60 for curve in curves if curve]
    values = {top: [100 * outcome[top] for outcome in outcomes] for top in TOPS}
    return RowSummary(
        row,
        TABLE_1[row].paper,
        {top: float(np.mean(found)) for top, found in values.items() if found},
        {top: float(np.std(found, ddof=1)) for top, found in values.items() if len(found) > 1},
        len(outcomes),
        _state(runs, len(outcomes)),
        float(np.mean(minutes)) if minutes else float("nan"),
        _median(epochs, "images_per_second"),
        _median(epochs, "computing"),
        tuple(run.seed for run in runs),
        runs[0].epochs,
        max(run.patience for run in runs),
        runs[0].length,
        tuple(run.trained for run in runs if run.trained),
        tuple(run.lowest for run in runs if run.lowest),
    )


def _median(epochs: Sequence[dict[str, str]], name: str) -> float:
    found = [float(epoch[name]) for epoch in epochs if epoch.get(name)]
    return float(np.median(found)) if found else float("nan")


def _state(runs: Sequence[TrainingRun], finished: int) -> str:
    """Say how far a row is, and whether that is as far as the paper went."""
    first = runs[0]
    if finished < len(runs):
        if first.members:
            return "NOT FINISHED: waits for its members"
        done = max(len(run.curve()) for run in runs)
        return f"NOT FINISHED: {done} of {first.length} epochs, {finished} of {len(runs)} seeds"
    if first.row in EXPLAINED and not any(run.explained for run in runs):
        return "NOT FINISHED: its saliency is not measured yet"
    if any(run.stopped for run in runs):
        return _stopped(runs)
    if first.to_the_papers_length:
        return "its members" if first.members else f"{first.length} epochs, as the paper"
    return _beside(first)


def _stopped(runs: Sequence[TrainingRun]) -> str:
    """Say after how many epochs of how many the patience ran out, seed by seed."""
    first = runs[0]
    if first.members:
        of = dict.fromkeys(one.row for run in runs for one in run.members if one.stopped)
        words = f"STOPPED early: its members {', '.join(of)}"
    else:
        trained = joined([run.trained for run in runs], ", ")
        since = joined([run.trained - (run.lowest or 0) for run in runs], ", ")
        words = f"STOPPED after {trained} of {first.length} epochs: {since} without lower loss"
    return words if first.to_the_papers_length else f"{_beside(first)}; {words}"


def _beside(first: TrainingRun) -> str:
    """Say by how much a row, planned to another length than the paper's, is beside it."""
    # An ensemble with any member that is short says so, whatever the others are.
    short = min(first.beside_the_paper) < 0
    if first.members:
        asked = ", ".join(str(RECIPES[member.row].epochs) for member in first.members)
        word = "SHORT" if short else "LONGER"
        return f"{word}: members of {first.epochs} epochs, the paper's of {asked}"
    asked = str(RECIPES[first.row].epochs)
    if short:
        return f"SHORT: {first.length} of the paper's {asked} epochs"
    return f"LONGER: {first.length} epochs, the paper {asked}"


def joined(numbers: Sequence[int], between: str = " ") -> str:
    """Return the numbers of all seeds as words."""
    return between.join(str(number) for number in numbers)


def write_table(runs: Sequence[TrainingRun], output: Path) -> Path:
    """Write ``table.csv`` and ``table.md``; return the latter.

    Parameters
    ----------
    runs : sequence of TrainingRun
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
            + ["planned", "trained", "lowest"]
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
                + [line.seeds, line.state, "" if np.isnan(line.minutes) else f"{line.minutes:.1f}"]
                + ["" if np.isnan(v) else f"{v:.3g}" for v in (line.speed, line.computing)]
                + [line.planned or "", joined(line.trained), joined(line.lowest)]
            )
    path = output / "table.md"
    path.write_text(markdown(lines), encoding="utf-8")
    return path


def markdown(lines: Sequence[RowSummary]) -> str:
    """Return the table as Markdown, the paper's figure before ours."""
    text = [
        "| network | top-1: paper, ours | top-3: paper, ours | top-5: paper, ours"
        " | seeds | trained | weights of epoch | minutes | images/s | computing |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for line in lines:
        cells = [TABLE_1[line.row].title]
        for number, top in enumerate(TOPS):
            paper = f"{line.paper[number]:.2f}" if line.paper else "–"
            ours = f"{line.mean[top]:.2f}" if top in line.mean else "–"
            if top in line.spread:
                ours += f" ± {line.spread[top]:.2f}"
            cells.append(f"{paper}, {ours}")
        cells += [str(line.seeds), line.state, joined(line.lowest, ", ") or "–"]
        cells.append("–" if np.isnan(line.minutes) else f"{line.minutes:.0f}")
        cells.append("–" if np.isnan(line.speed) else f"{line.speed:.0f}")
        cells.append("–" if np.isnan(line.computing) else f"{line.computing:.0%}")
        text.append("| " + " | ".join(cells) + " |")
    unfinished = [line for line in lines if line.state.startswith("NOT")]
    others = [line for line in lines if line.state.startswith(("SHORT", "LONGER"))]
    text += [
        part
        for words, of, epochs in (
            ("To go on", unfinished, True),
            ("To the paper's length, which this was not", others, False),
        )
        for command in _commands(of, epochs)
        for part in ("", f"{words}: `{command}`")
    ]
    return "\n".join(text) + "\n"


def _commands(lines: Sequence[RowSummary], with_epochs: bool) -> list[str]:
    """Return what to type for some lines: a command for all that have the same seeds."""
    same: dict[tuple[tuple[int, ...], int | None, int], list[str]] = {}
    for line in lines:
        key = line.asked, line.epochs if with_epochs else None, line.patience
        same.setdefault(key, []).append(line.row)
    return [
        f"napari-karyo reproduce DATA --output FOLDER {' '.join(f'--row {row}' for row in rows)}"
        # What is not said is what the command takes anyway.
        + ("".join(f" --seed {seed}" for seed in seeds) if seeds != (0,) else "")
        + (f" --epochs {epochs}" if epochs is not None else "")
        + (f" --patience {patience}" if patience else "")
        for (seeds, epochs, patience), rows in same.items()
    ]
