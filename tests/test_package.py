"""The package as installed: light to import, complete, and known to napari."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest
from npe2 import PluginManifest

import napari_karyo


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("module", ["napari_karyo", "napari_karyo.cli"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    heavy = "{'torch', 'napari', 'qtpy', 'skimage', 'scipy', 'numpy'}"
    assert python(f"import {module}, sys; print(sorted({heavy} & set(sys.modules)))") == "[]"


@pytest.mark.parametrize(
    "module",
    [
        "commands",
        "io.cells",
        "io.export",
        "inference.classify",
        "karyotype",
        "simulation.sample",
        "training.train",
    ],
)
def test_nothing_outside_gui_needs_napari_or_qt(module: str) -> None:
    code = f"""
import sys
for name in ("napari", "qtpy", "PyQt6", "PySide6", "magicgui"):
    sys.modules[name] = None
import napari_karyo.{module}
print("fine")
"""
    assert python(code) == "fine"


@pytest.mark.parametrize("name", [name for name in napari_karyo.__all__ if name[0] != "_"])
def test_public_names_are_there(name: str) -> None:
    value = getattr(napari_karyo, name)
    assert value.__name__ == name
    assert name in dir(napari_karyo)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'karyogramm'"):
        napari_karyo.karyogramm  # noqa: B018


def test_version_is_that_of_the_distribution() -> None:
    assert napari_karyo.__version__ == version("napari-karyo")


def test_entry_points() -> None:
    [script] = entry_points(group="console_scripts", name="napari-karyo")
    assert script.load() is __import__("napari_karyo.cli", fromlist=["main"]).main
    [manifest] = entry_points(group="napari.manifest", name="napari-karyo")
    assert manifest.value == "napari_karyo:napari.yaml"


def test_manifest_is_valid_and_its_commands_exist() -> None:
    manifest = PluginManifest.from_distribution("napari-karyo")
    manifest.validate_imports()
    assert manifest.name == "napari-karyo"
    path = Path(napari_karyo.__file__).parent / "napari.yaml"
    assert PluginManifest.from_file(path).contributions == manifest.contributions
