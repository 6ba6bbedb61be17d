"""The house: who may import whom, how long a file may be, and that no name means two things."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import napari_karyo

PACKAGE = Path(napari_karyo.__file__).parent
#: The rooms of the package, from the ground up: none imports one that stands later.
ROOMS = (
    "errors",
    "classes",
    "version",
    "cell",
    "counted",
    "goals",
    "worksheet",
    "lettering",
    "io",
    "band_profiles",
    "preprocessing",
    "iscn",
    "models",
    "inference",
    "segmentation",
    "karyotype",
    "classified",
    "karyogram",
    "simulation",
    "ideogram",
    "case",
    "patient",
    "output",
    "archive",
    "training",
    "own_model",
    "reproduction",
    "gui",
    "shell",
    "__main__",
)
#: The same within the window.
GUI_ROOMS = ("widgets", "notices", "session", "actions", "canvas", "docks", "classify")
GUI_ROOMS += ("contributions",)
LONGEST = 400


def modules() -> dict[str, Path]:
    """Return every module of the package by its name."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = ("napari_karyo", *path.relative_to(PACKAGE).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(name: str, known: dict[str, Path]) -> Iterator[str]:
    """Yield the modules of the package that one imports, late and for its types too."""
    for node in ast.walk(ast.parse(known[name].read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [one if one in known else node.module for one in whole]
        yield from (one for one in names if one in known and one != name)


def graph() -> dict[str, set[str]]:
    known = modules()
    return {name: set(imports(name, known)) for name in known}


def test_no_circle_of_imports() -> None:
    waiting = graph()
    while waiting:
        free = {name for name, wanted in waiting.items() if not wanted & waiting.keys()}
        assert free, f"a circle among {sorted(waiting)}"
        for name in free:
            del waiting[name]


def order_of(rooms: tuple[str, ...], depth: int, name: str) -> int | None:
    parts = name.split(".")
    return rooms.index(parts[depth]) if len(parts) > depth else None


def test_no_room_imports_one_that_stands_above_it() -> None:
    wrong = []
    for name, wanted in graph().items():
        for depth, rooms in ((1, ROOMS), (2, GUI_ROOMS)):
            if depth == 2 and not name.startswith("napari_karyo.gui."):
                continue
            own = order_of(rooms, depth, name)
            if own is None:
                continue
            for other in wanted:
                if depth == 2 and not other.startswith("napari_karyo.gui."):
                    continue
                theirs = order_of(rooms, depth, other)
                if theirs is not None and theirs > own:
                    wrong.append(f"{name} imports {other}")
    assert wrong == []


def test_no_file_is_longer_than_a_person_reads() -> None:
    lengths = {
        str(path.relative_to(PACKAGE)): len(path.read_text(encoding="utf-8").splitlines())
        for path in PACKAGE.rglob("*.py")
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_no_two_classes_have_one_name() -> None:
    places = defaultdict(list)
    for name, path in modules().items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_what_a_session_opens_is_there() -> None:
    from importlib import import_module

    from napari_karyo.gui.session.session import WINDOWS

    for target in WINDOWS.values():
        module, function = target.split(":")
        assert callable(getattr(import_module(module), function))
