"""What `run.py` measures of starts: each function in a process of its own, with little loaded.

A program's memory is told from that of the process that starts it on: so nothing is imported here
that is not needed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from timing import Timing, timed, timed_program


def empty_python(repeats: int) -> Timing:
    """Start Python and end it."""
    return timed_program([sys.executable, "-c", "pass"], repeats)


def python_with_torch(repeats: int) -> Timing:
    """Start Python, import torch, and end it."""
    return timed_program([sys.executable, "-c", "import torch"], repeats)


def shell_help(repeats: int) -> Timing:
    """Ask the shell for its help."""
    return timed_program([sys.executable, "-m", "napari_karyo", "--help"], repeats)


def shell_classify(repeats: int) -> Timing:
    """Let the shell classify one cell of 46 crops, from a start with nothing loaded."""
    import napari_karyo as nk
    from napari_karyo.io.cells import write_cell

    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "cell"
        write_cell(nk.simulate_cell("46,XY", seed=1), folder)
        words = ("classify", str(folder), "--output", str(Path(scratch) / "table.csv"))
        command = [sys.executable, "-m", "napari_karyo", *words, "--device", "cpu"]
        return timed_program(command, repeats)


def plugin_share(repeats: int) -> Timing:
    """Do what napari does at its start for this plugin: read its manifest, import its package."""
    # What napari has imported for itself is not the plugin's.
    import npe2
    from npe2.manifest.schema import _from_dist

    def share(_: int) -> None:
        for name in [name for name in sys.modules if name.split(".")[0] == "napari_karyo"]:
            del sys.modules[name]
        manager = npe2.PluginManager()
        manifest = _from_dist(metadata.distribution("napari-karyo"))
        assert manifest is not None
        manager.register(manifest)
        __import__("napari_karyo")

    return timed(share, repeats)


def napari_plugins(repeats: int) -> Timing:
    """Find every plugin that is installed, napari's own among them."""
    import npe2

    return timed(lambda _: npe2.PluginManager().discover(), repeats)


@contextmanager
def without_plugin() -> Iterator[None]:
    """Hide this plugin from napari, as if it were not installed."""
    every = metadata.distributions

    def others(**context: Any) -> Any:
        return (one for one in every(**context) if one.metadata["Name"] != "napari-karyo")

    metadata.distributions = others  # type: ignore[assignment]
    try:
        yield
    finally:
        metadata.distributions = every


def napari_start(repeats: int, plugin: int) -> Timing:
    """Import napari and open its window. It can be done once in a process."""
    del repeats
    windows: list[Any] = []

    def start(_: int) -> None:
        with nullcontext() if plugin else without_plugin():
            import napari
            from qtpy.QtWidgets import QApplication

            windows.append(napari.Viewer(show=True, show_welcome_screen=False))
            QApplication.processEvents()

    taken = timed(start, 1)
    windows[0].close()
    return taken
