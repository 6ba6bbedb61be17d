"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Option

from napari_karyo.inference.options import HELP

if TYPE_CHECKING:
    from napari_karyo.cell import Polarity

Device = Annotated[Literal["auto", "cuda", "mps", "cpu"], Option(help=HELP["device"])]
Model = Annotated[str, Option(help=HELP["model"])]
Normalization = Annotated[Literal["cell", "patient"], Option(help=HELP["normalization"])]
Stain = Annotated[Literal["bright", "dark"] | None, Option("--polarity", help=HELP["stain"])]
Dpi = Annotated[float, Option(help="dots an inch of a picture, 72 to 1200")]
Title = Annotated[str, Option(help="above the karyogram")]
ShownSpread = Annotated[
    bool, Option("--spread/--no-spread", help="the photograph above the karyogram, numbered")
]
Folder = Annotated[Path, Option(metavar="FOLDER", help="where everything is written")]
TimeLimit = Annotated[float | None, Option(metavar="SECONDS", help="save and stop after so long")]
Compile = Annotated[
    bool,
    Option(
        "--compile",
        help="let torch compile the network first: it takes a C++ compiler and a minute or two, "
        "and is up to twice as fast afterwards on a CPU with AVX-512; for long trainings",
    ),
]
Patience = Annotated[
    int,
    Option(metavar="N", min=0, help="stop after N epochs without lower loss on val; 0 never does"),
]


def polarity_of(stain: str | None) -> Polarity | None:
    """Return the stain that was asked for; None where it is to be found."""
    from napari_karyo.cell import Polarity

    return None if stain is None else Polarity(stain)
