"""``napari-karyo evaluate``: how often the program is right."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.shell.options import Device, Model, Normalization


def evaluate(
    data: Annotated[
        Path, Argument(metavar="DATA", help="folder with labels.csv, or cells named by class")
    ],
    split: Annotated[str | None, Option(help="rows of labels.csv to use (test)")] = None,
    model: Model = "default",
    device: Device = "auto",
    upside_down: Annotated[
        bool, Option("--upside-down", help="turn every crop by half first")
    ] = False,
    normalization: Normalization = "cell",
    json: Annotated[
        Path | None, Option(metavar="FILE", help="write every crop's outcome too")
    ] = None,
) -> int:
    """Print how often the program is right on labelled cells."""
    from napari_karyo.output.files import export_file
    from napari_karyo.training.evaluate import evaluate as run

    report = run(
        data,
        ClassifyOptions(model, device, normalization),
        split=split,
        upside_down=upside_down,
        progress=lambda words: print(words, file=sys.stderr, flush=True),
    )
    print(report.text())
    if json is not None:
        with export_file(json, text=True) as stream:
            stream.write(report.to_json(crops=True) + "\n")
    return 0
