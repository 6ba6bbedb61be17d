"""How cells are classified: what a person chooses, once for the window, the shell and Python."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from napari_karyo.cell import Polarity
    from napari_karyo.preprocessing.prepare import Normalization


@dataclass(frozen=True)
class ClassifyOptions:
    """How cells are classified.

    Attributes
    ----------
    model : str or Path
        The name of a shipped model or the path of a weights file.
    device : {"auto", "cuda", "mps", "cpu"}
        ``auto`` takes a GPU where there is one.
    normalization : {"cell", "patient"}
        What shares one length factor.
    stain : Polarity, optional
        Of all cells; where None each has the one that was found when it was read.
    """

    model: str | Path = "default"
    device: str = "auto"
    normalization: Normalization = "cell"
    stain: Polarity | None = None


#: What is said of each option where it is chosen.
HELP: Final = {
    "model": "name of a shipped model, or a .safetensors file",
    "device": "where the network runs; auto takes a GPU where there is one",
    "normalization": "whose lengths set the scale: of each cell its own (cell), or those of all "
    "cells of the patient together (patient), for cells of few crops at one magnification",
    "stain": "chromosomes bright on black or dark on white; found from the images if left out",
}
