"""``napari-karyo train-segmentation``: the network that reads spreads, trained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from napari_karyo.shell.options import Device, Folder, TimeLimit
from napari_karyo.shell.telling import line


def train_segmentation(
    data: Annotated[
        Path,
        Argument(metavar="DATA", help="folder of the labelled spreads, and of labels.csv"),
    ],
    output: Folder,
    steps: Annotated[
        int | None,
        Option(min=0, help="instead of the usual number; with 0, only what decides is trained"),
    ] = None,
    seed: int = 0,
    start: Annotated[
        Path | None, Option(metavar="WEIGHTS", help="go on from a weights file, not from chance")
    ] = None,
    device: Device = "auto",
    time_limit: TimeLimit = None,
) -> int:
    """Train the network that finds chromosomes in spreads; it goes on after a kill."""
    from napari_karyo.training.segmentation.train import STEPS
    from napari_karyo.training.segmentation.train import train_segmentation as run

    weights = run(
        data,
        output,
        steps=STEPS if steps is None else steps,
        seed=seed,
        start=start,
        device=device,
        time_limit=time_limit,
        progress=line,
    )
    if weights is None:
        print("Time is up. The same command goes on from here.")
    return 0
