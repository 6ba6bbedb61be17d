"""``napari-karyo demo``: a simulated cell, classified."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from typer import Option

from napari_karyo.shell import window
from napari_karyo.shell.telling import warn, write_picture


def demo(
    karyotype: Annotated[str, Option(help="such as 46,XX or 45,X")] = "47,XY,+21",
    stain: Annotated[Literal["G", "Q"], Option(help="banding")] = "G",
    seed: int = 1,
    output: Annotated[
        Path | None, Option(metavar="PICTURE.png", help="write a picture, open no window")
    ] = None,
) -> int:
    """Show a simulated cell in a napari window, or write its karyogram where there is none."""
    from napari_karyo.simulation.sample import simulate_cell

    cell = simulate_cell(karyotype, seed=seed, stain=stain)
    if output is None and window.is_possible():
        from napari_karyo.gui.contributions.launch import launch

        launch(cell)
        return 0
    from napari_karyo.inference.classify import classify
    from napari_karyo.output.export import ExportOptions

    path = output
    if path is None:
        print("There is no display here (or no Qt), so the karyogram goes into a file.")
        path = Path("karyogram-demo.png")
    result = classify(cell)
    warn(result)
    write_picture(result, path, ExportOptions())
    return 0
