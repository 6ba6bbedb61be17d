"""``napari-karyo models``: those that can be chosen by name."""

from __future__ import annotations

from typing import Annotated

from typer import Option


def models(
    remove: Annotated[
        str | None, Option(metavar="NAME", help="remove an own model; cases keep what it said")
    ] = None,
) -> int:
    """List the shipped models and the laboratory's own, or remove one of its own."""
    from napari_karyo.models.checked import shipped_hashes
    from napari_karyo.models.own import own_models
    from napari_karyo.models.own import remove as take_away

    if remove is not None:
        take_away(remove)
        print(f"{remove} is removed.")
        return 0
    for name, digest in shipped_hashes().items():
        print(f"{name}: shipped, SHA-256 {digest}")
    for model in own_models():
        by = f" by {model.who}" if model.who else ""
        print(f"{model.name}: own, adopted {model.adopted}{by}, SHA-256 {model.sha256}")
        print(f"  {model.verdict}")
    return 0
