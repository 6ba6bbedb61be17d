"""``napari-karyo info``: versions, devices and models."""

from __future__ import annotations

import platform
from typing import Any

from napari_karyo.errors import WeightsError
from napari_karyo.shell import window
from napari_karyo.version import __version__


def info() -> int:
    """Print versions, devices and the models that can be chosen by name."""
    from importlib.metadata import PackageNotFoundError, version

    import torch

    from napari_karyo.inference.device import choose_device
    from napari_karyo.models.weights import available_models, load_weights

    try:  # asked of the installation, because importing napari takes seconds
        napari = version("napari")
    except PackageNotFoundError:
        napari = "not installed"

    print(f"napari-karyo {__version__}")
    print(f"Python       {platform.python_version()} on {platform.system()} {platform.machine()}")
    print(f"napari       {napari}")
    print(f"torch        {torch.__version__}")
    print(f"device       {choose_device()}")
    print(f"window       {'yes' if window.is_possible() else 'no display, or no Qt binding'}")
    names = available_models()
    for name in names:
        try:
            weights = load_weights(name)
        except WeightsError as error:
            print(f"model        {name}: {error}")
            continue
        crops = weights.facts.get("crops", {}).get("train", {})
        trained = ", ".join(f"{count} {stain} crops" for stain, count in crops.items())
        print(f"model        {name}" + (f", trained on {trained}" if trained else ""))
        print(f"             SHA-256 {weights.sha256}")
        for line in _figures(weights.facts):
            print(f"             {line}")
    if not names:
        print("model        none shipped; give --model FILE.safetensors")
    return 0


def _figures(facts: dict[str, Any]) -> list[str]:
    """Return what training measured on its validation cells, a line a stain."""
    val: dict[str, float] = facts.get("val", {})
    stains = sorted(key.removesuffix("_top1") for key in val if key.endswith("_top1"))
    lines = []
    for stain in stains:
        line = f"validation, {stain}: top-1 {val[f'{stain}_top1']:.2%}"
        if f"{stain}_polarity" in val:
            line += f", polarity {val[f'{stain}_polarity']:.2%}"
        lines.append(line)
    return lines
