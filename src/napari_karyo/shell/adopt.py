"""``napari-karyo adopt``: a proved model, taken among those that can be chosen by name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option


def adopt(
    folder: Annotated[Path, Argument(metavar="FOLDER", help="what 'tune --output' wrote")],
    name: Annotated[str, Option(help="what it will be called in the list of models")],
    who: Annotated[str, Option(help="who adopts it, for its card")] = "",
) -> int:
    """Take a model that is better than the shipped one into use; refused where it is not."""
    from napari_karyo.models.own import WEIGHTS
    from napari_karyo.models.own import adopt as take
    from napari_karyo.models.weights import load_weights

    # What can't be loaded is told before anything is copied.
    load_weights(folder / WEIGHTS)
    model = take(folder, name, who)
    print(model.verdict)
    print(f"{model.name}: SHA-256 {model.sha256}")
    print(f"Choose it in the form, or with --model {model.name!r}; 'default' is still there.")
    return 0
