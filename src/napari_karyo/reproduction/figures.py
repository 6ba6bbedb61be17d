"""Training curves and confusion matrices, as tables and, with matplotlib, as pictures."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_karyo.classes import CLASS_INDEX, CLASSES
from napari_karyo.models.named import TABLE_1
from napari_karyo.reproduction.runs import STAIN, TrainingRun


def confusion(run: TrainingRun) -> NDArray[np.int64]:
    """Return how often each class (row) was called each (column) on ``test``.

    Returns
    -------
    ndarray, shape (24, 25)
        The last column counts the crops that could not be used.
    """
    outcome = run.outcome()
    table = np.zeros((len(CLASSES), len(CLASSES) + 1), np.int64)
    for crop in outcome["crops"] if outcome else ():
        table[CLASS_INDEX[crop["expected"]], CLASS_INDEX.get(crop["predicted"], len(CLASSES))] += 1
    return table


def write_figures(
    runs: Sequence[TrainingRun], output: Path, say: Callable[[str], None]
) -> list[Path]:
    """Write ``confusion-ROW.csv`` over all seeds of a row, and the pictures.

    Parameters
    ----------
    runs : sequence of TrainingRun
    output : Path
    say : callable
        Told where the pictures are left out because matplotlib is missing.

    Returns
    -------
    list of Path
        What was written.
    """
    written = []
    tables = {}
    for row in dict.fromkeys(run.row for run in runs):
        own = [run for run in runs if run.row == row and run.outcome() is not None]
        if not own:
            continue
        tables[row] = sum(confusion(run) for run in own)
        path = output / f"confusion-{row}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["true", *CLASSES, "unusable"])
            for name, counts in zip(CLASSES, np.asarray(tables[row]), strict=True):
                table.writerow([name, *counts])
        written.append(path)
    try:
        from matplotlib.figure import Figure
    except ImportError:
        say("No pictures: matplotlib is missing. pip install 'napari-karyo[train]'")
        return written
    for row, counts in tables.items():
        figure = Figure(figsize=(7, 6.4), layout="constrained")
        axes = figure.add_subplot()
        shown = np.asarray(counts)[:, : len(CLASSES)]
        axes.imshow(shown / np.maximum(shown.sum(axis=1, keepdims=True), 1), cmap="Blues", vmax=1)
        axes.set_xticks(range(len(CLASSES)), CLASSES)
        axes.set_yticks(range(len(CLASSES)), CLASSES)
        axes.set_xlabel("called")
        axes.set_ylabel("true")
        axes.set_title(TABLE_1[row].title)
        for true, called in zip(*np.nonzero(shown), strict=True):
            share = shown[true, called] / shown[true].sum()
            colour = "white" if share > 0.5 else "black"
            axes.text(
                called, true, shown[true, called], ha="center", va="center", size=6, color=colour
            )
        path = output / f"confusion-{row}.png"
        figure.savefig(path, dpi=150)
        written.append(path)
    trained = [run for run in runs if run.curve()]
    if trained:
        figure = Figure(figsize=(9, 4), layout="constrained")
        loss, top = figure.subplots(1, 2)
        colours: dict[str, str] = {}
        for run in trained:
            epochs = [int(epoch["epoch"]) for epoch in run.curve()]
            # A row's runs have one colour, and one line in the legend.
            label = None if run.row in colours else TABLE_1[run.row].title
            colour = colours.setdefault(run.row, f"C{len(colours)}")
            for axes, name in ((loss, f"{STAIN}_loss"), (top, f"{STAIN}_top1")):
                values = [float(epoch[name]) for epoch in run.curve()]
                axes.plot(epochs, values, color=colour, label=label, lw=1.2)
            loss.plot(
                epochs, [float(epoch["loss"]) for epoch in run.curve()], ":", color=colour, lw=0.8
            )
        loss.set_title("loss: val (line), train (dots)")
        loss.set_yscale("log")
        top.set_title("top-1 on val")
        for axes in (loss, top):
            axes.set_xlabel("epoch")
        top.legend(fontsize=7)
        path = output / "curves.png"
        figure.savefig(path, dpi=150)
        written.append(path)
    return written
