"""What made a figure: program, commit, device and time, to be kept beside it."""

from __future__ import annotations

import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from napari_karyo.training.dataset import Dataset
from napari_karyo.version import __version__


def provenance(device: str, seconds: float) -> dict[str, Any]:
    """Return where a result came from.

    Parameters
    ----------
    device : str
        What computed it.
    seconds : float
        How long it took.
    """
    import torch

    return {
        "version": __version__,
        "commit": commit(),
        "device": device,
        "processor": platform.machine(),
        "torch": torch.__version__,
        "seconds": round(seconds),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def commit() -> str:
    """Return the checkout's commit, or an empty string outside one."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return found.stdout.strip()


def crop_counts(crops: Dataset) -> dict[str, dict[str, int]]:
    """Return how many crops of each stain were trained on, and watched on ``val``."""
    return {
        split: {
            str(stain): int((crops.stains[crops.select(split)] == stain).sum())
            for stain in np.unique(crops.stains)
        }
        for split in ("train", "val")
    }
