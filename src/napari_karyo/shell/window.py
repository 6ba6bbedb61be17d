"""Whether a window can be opened here."""

from __future__ import annotations

import os
import subprocess
import sys


def is_possible() -> bool:
    """Tell whether a Qt window can be opened here.

    Asked of a process of its own: where the display can't be reached or a system library
    is missing, Qt does not raise an error but ends the process.
    """
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return False
    ask = "import napari; from qtpy.QtWidgets import QApplication; QApplication([])"
    try:
        answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, timeout=120)
    except subprocess.TimeoutExpired:
        return False
    return answer.returncode == 0
