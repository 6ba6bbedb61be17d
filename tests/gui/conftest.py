"""Fixtures for the tests in real windows."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

# The helpers beside this file are imported by name, whatever pytest's import mode.
sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("NAPARI_STRICT_QT", "1")
os.environ.setdefault("NAPARI_ENSURE_PLUGIN_MAIN_THREAD", "1")

from drawn import UNSURE, make_cell, make_classification
from npe2 import PluginManifest

from napari_karyo.gui.session.settings import Settings
from napari_karyo.inference.result import Classification


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what opens windows, so that it can be chosen or left out."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("gui")


@pytest.fixture(autouse=True)
def set_aside() -> None:
    """Leave what is there before a test out of Python's searches for garbage.

    napari searches all memory whenever a layer is removed or a window closed, and its tests'
    menus stay in memory, so that each search would cost more than the one before.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def plugins_found_once() -> Iterator[None]:
    """Read the manifests of the installed plugins once; each new window reads them all again."""
    found = list(PluginManifest.discover())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PluginManifest, "discover", lambda **_: iter(found))
        yield


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the settings of whoever runs the tests alone; the page is as it is printed."""
    monkeypatch.setattr(
        "napari_karyo.case.remembered.place", lambda: tmp_path / "settings" / "worksheet.json"
    )
    shaping = "napari_karyo.gui.canvas.page_shaping"
    monkeypatch.setattr(f"{shaping}.read_settings", lambda: Settings(page_for_window=False))
    monkeypatch.setattr(f"{shaping}.keep_page_for_window", lambda _: None)


@pytest.fixture
def classification() -> Classification:
    """A male cell, two of its chromosomes uncertain."""
    return make_classification(make_cell(), unsure=UNSURE)


@pytest.fixture
def viewer(make_napari_viewer: Callable[..., Any]) -> Any:
    """A real window of a known size."""
    viewer = make_napari_viewer(show=True)
    viewer.window.resize(1100, 800)
    return viewer


@pytest.fixture
def opened(viewer: Any, classification: Classification) -> Any:
    """A viewer with the karyogram of the cell, as (viewer, session, view)."""
    from napari_karyo.gui.canvas.karyogram_view import open_view
    from napari_karyo.gui.session.session import session_of

    view = open_view(viewer)
    session = session_of(viewer)
    session.open(classification)
    return viewer, session, view


@pytest.fixture
def notices() -> Iterator[list[str]]:
    """What napari's notifications say, in order."""
    from napari.utils.notifications import notification_manager

    said: list[str] = []

    def hear(event: Any) -> None:
        said.append(event.message)

    notification_manager.notification_ready.connect(hear)
    yield said
    notification_manager.notification_ready.disconnect(hear)
