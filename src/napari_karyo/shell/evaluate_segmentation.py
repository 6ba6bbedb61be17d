"""``napari-karyo evaluate-segmentation``: how much is found in spreads of which all is known."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from typer import Argument, Option

from napari_karyo.shell.telling import line

#: What each column of the table holds, and how it is written.
_COLUMNS = {
    "spreads": ("spreads", "{:.0f}"),
    "there": ("chromosomes", "{:.0f}"),
    "unlocated": ("not located", "{:.0f}"),
    "found": ("found", "{:.1%}"),
    "false": ("false a spread", "{:.2f}"),
    "unmapped": ("unmapped a spread", "{:.2f}"),
    "right": ("in the right slot", "{:.1%}"),
    "groups": ("groups told apart", "{:.1%}"),
    "count_within_one": ("count within 1", "{:.1%}"),
    "seconds": ("seconds", "{:.2f}"),
}


def evaluate_segmentation(
    data: Annotated[Path, Argument(metavar="DATA", help="folder of the labelled spreads")],
    split: Literal["train", "val", "test"] = "val",
    stain: Annotated[
        list[str] | None, Option(help="measure this one; may be given several times")
    ] = None,
    every: Annotated[int, Option(min=1, help="take each so many'th spread only")] = 1,
    weights: Annotated[
        Path | None, Option(metavar="FILE", help="instead of the shipped ones")
    ] = None,
) -> int:
    """Print how many chromosomes are found in labelled spreads."""
    from napari_karyo.models.spread_weights import load_spread_weights
    from napari_karyo.training.segmentation.evaluate import evaluate_segmentation as run

    figures = run(
        data,
        split,
        stains=stain or (),
        every=every,
        weights=load_spread_weights(weights),
        progress=lambda words: print(words, file=sys.stderr, flush=True),
    )
    rows = [("stain", *(head for head, _ in _COLUMNS.values()))]
    rows += [
        (stain, *(_shown(told[name], form) for name, (_, form) in _COLUMNS.items()))
        for stain, told in figures.items()
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        words = [row[0].ljust(widths[0])]
        words += [word.rjust(width) for word, width in zip(row[1:], widths[1:], strict=True)]
        line("  ".join(words))
    return 0


def _shown(value: float | None, form: str) -> str:
    """Return a figure; a dash where there is none."""
    return "-" if value is None else form.format(value)
