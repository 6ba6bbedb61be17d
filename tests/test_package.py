"""The package from outside: names, what importing costs, the walls between its rooms."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest
import yaml

import napari_karyo

PACKAGE = Path(napari_karyo.__file__).parent
PROJECT = Path(__file__).resolve().parent.parent
WINDOWS = ("napari", "qtpy", "magicgui", "superqt", "PyQt5", "PyQt6", "PySide2", "PySide6")


def loaded_after(code: str) -> set[str]:
    """Return the top-level modules that a fresh Python has loaded after running `code`."""
    ask = f"{code}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("name", napari_karyo.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(napari_karyo, name) is not None
    assert name in dir(napari_karyo)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'karyogramm'"):
        napari_karyo.karyogramm  # noqa: B018


def test_the_version_is_the_package_s() -> None:
    assert napari_karyo.__version__ == version("napari-karyo")


@pytest.mark.parametrize(
    "code", ["import napari_karyo", "import napari_karyo.shell.app as a; a.command_line()"]
)
def test_importing_loads_nothing_heavy(code: str) -> None:
    assert loaded_after(code).isdisjoint(
        {*WINDOWS, "torch", "torchvision", "skimage", "scipy", "numpy"}
    )


def test_what_reads_and_classifies_a_cell_loads_nothing_that_it_does_not_use() -> None:
    """It would be waited for at each start of the shell."""
    code = """
import sys
import napari_karyo.classified, napari_karyo.inference.classify, napari_karyo.segmentation.reading
assert not {"scipy.signal", "scipy.stats", "torch"} & set(sys.modules)
"""
    loaded_after(code)


def test_the_pipeline_s_modules_load_no_window_library() -> None:
    names = [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for path in sorted(PACKAGE.rglob("*.py"))
        if "gui" not in path.relative_to(PACKAGE).parts and path.name != "__main__.py"
    ]
    assert len(names) > 20
    code = "import importlib\n" + "\n".join(f"importlib.import_module({n!r})" for n in names)
    assert loaded_after(code).isdisjoint(WINDOWS)


def test_only_the_gui_room_names_napari_or_qt() -> None:
    offenders = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if "gui" in path.relative_to(PACKAGE).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            imported: list[str] = []
            if isinstance(node, ast.Import):
                imported = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported = [node.module]
            offenders += [f"{path.name}: {n}" for n in imported if n.split(".")[0] in WINDOWS]
    assert offenders == []


def test_the_entry_points_are_installed() -> None:
    [script] = entry_points(group="console_scripts", name="napari-karyo")
    assert script.load() is napari_karyo.shell.app.main
    [manifest] = entry_points(group="napari.manifest", name="napari-karyo")
    assert manifest.value == "napari_karyo:napari.yaml"
    assert (PACKAGE / "napari.yaml").is_file()


def test_every_dependency_has_a_tested_version() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["all"],
        *(item for item in project["dependency-groups"]["dev"] if isinstance(item, str)),
        *project["dependency-groups"]["test"],
        *project["dependency-groups"]["docs"],
    ]
    text = (PROJECT / "tools" / "constraints.txt").read_text(encoding="utf-8")
    tested = {
        line.split("==")[0].lower().replace("_", "-")
        for line in text.splitlines()
        if "==" in line and not line.startswith("#")
    }
    missing = {re.split(r"[\[<>=!~; ]", item)[0].lower() for item in wanted} - tested
    assert missing == set()
    # A local version such as 2.13.0+cpu exists for one kind of computer only.
    assert "+" not in text


def test_the_options_are_said_once() -> None:
    """The settings page and the shell offer what the Python API takes, with its defaults."""
    from inspect import signature
    from typing import get_args, get_type_hints

    from napari_karyo.inference.device import DEVICES
    from napari_karyo.inference.options import HELP, ClassifyOptions
    from napari_karyo.shell.classify import classify

    defaults = {field.name: field.default for field in fields(ClassifyOptions)}
    assert set(HELP) == set(defaults)
    manifest = yaml.safe_load((PACKAGE / "napari.yaml").read_text(encoding="utf-8"))
    page = manifest["contributions"]["configurations"]["classification"]["properties"]
    assert {name: one["default"] for name, one in page.items()}.items() <= defaults.items()
    assert tuple(page["device"]["enum"]) == DEVICES
    shell = signature(classify).parameters
    assert {name: shell[name].default for name in defaults} == defaults
    assert get_args(get_type_hints(classify)["device"]) == DEVICES
