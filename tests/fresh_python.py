"""What a Python that a test starts needs to find the package and the tests' helpers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def fresh_environment(**more: str) -> dict[str, str]:
    """Return the environment of a process that imports from where this one does."""
    paths = [str(_HERE), *filter(None, sys.path)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **more}
