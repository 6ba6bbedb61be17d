"""``napari-karyo train``: a network trained on labelled crops."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, BadParameter, Option

from napari_karyo.shell.options import Compile, Device, Folder, Patience, TimeLimit
from napari_karyo.shell.telling import line


def _rate(value: float | None) -> float | None:
    if value is not None and not 0 < value < 1:
        raise BadParameter(f"{value} is no number between 0 and 1")
    return value


def train(
    data: Annotated[
        list[Path], Argument(metavar="DATA", help="folder with labels.csv; may be several")
    ],
    output: Folder,
    config: Annotated[
        str,
        Option(
            help="default, or a network of the paper: deep_cnn, resnet50, crnn, attention, "
            "res_crann"
        ),
    ] = "default",
    stain: Annotated[
        list[str] | None,
        Option(help="only rows of labels.csv of this stain; may be given several times"),
    ] = None,
    recipe: Annotated[
        str | None,
        Option(help="how to train, instead of as the network usually is: looks"),
    ] = None,
    epochs: Annotated[int | None, Option(min=1, help="instead of the recipe's")] = None,
    learning_rate: Annotated[
        float | None, Option(callback=_rate, help="instead of the recipe's")
    ] = None,
    patience: Patience = 0,
    start: Annotated[
        str | None,
        Option(metavar="MODEL", help="go on from a model, by name or file, not from chance"),
    ] = None,
    seed: int = 0,
    device: Device = "auto",
    time_limit: TimeLimit = None,
    compiled: Compile = False,
    no_resume: Annotated[bool, Option("--no-resume", help="begin anew")] = False,
) -> int:
    """Train the network; it goes on after a kill.

    On several cards: torchrun --nproc-per-node 2 -m napari_karyo train ...
    """
    from napari_karyo.training.train import train as run

    run(
        data,
        output,
        stains=stain or [],
        config=config,
        recipe=recipe,
        epochs=epochs,
        learning_rate=learning_rate,
        patience=patience,
        start=start,
        seed=seed,
        device=device,
        resume=not no_resume,
        time_limit=time_limit,
        compiled=compiled,
        progress=line,
    )
    return 0
