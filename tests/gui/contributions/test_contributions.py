"""Each contribution of the manifest, opened through napari itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mouse
import numpy as np
import pytest
from drawn import make_cell, make_classification
from npe2 import PluginManager, PluginManifest
from PIL import Image

import napari_karyo.gui
from napari_karyo.gui.canvas.contact_sheet import CELL_KEY, PATIENT_KEY
from napari_karyo.gui.session.settings import Settings, read_settings

NAME = "napari-karyo"


@pytest.fixture
def manager() -> PluginManager:
    """napari's plugin manager, with this plugin known even from a bare source tree."""
    manager = PluginManager.instance()
    manager.discover()
    if NAME not in manager:
        folder = Path(napari_karyo.gui.__file__).parent.parent
        manager.register(PluginManifest.from_file(folder / "napari.yaml"))
    return manager


@pytest.fixture
def viewer(manager: PluginManager, make_napari_viewer: Callable[..., Any]) -> Any:
    viewer = make_napari_viewer(show=True)
    viewer.window.resize(1100, 800)
    return viewer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A patient of two cells, on disk."""
    for name in ("cell 1", "cell 2"):
        place = tmp_path / "patient" / name
        place.mkdir(parents=True)
        for item in list(make_cell(name=name))[::8]:
            Image.fromarray(item.image).save(place / item.name)
    return tmp_path / "patient"


def test_manifest_is_whole(manager: PluginManager) -> None:
    manifest = manager.get_manifest(NAME)
    manifest.validate_imports()
    named = {command.id for command in manifest.contributions.commands or []}
    used = {
        item.command
        for group in (
            manifest.contributions.readers,
            manifest.contributions.writers,
            manifest.contributions.widgets,
            manifest.contributions.sample_data,
            *manifest.contributions.menus.values(),
        )
        for item in group or []
    }
    assert used == named


def test_a_folder_is_read_as_a_cell(viewer: Any, folder: Path) -> None:
    viewer.open(str(folder / "cell 1"), plugin=NAME)
    (layer,) = viewer.layers
    cell = layer.metadata[CELL_KEY]
    assert len(cell) == 6
    assert layer.name == "cell 1 crops"
    # All crops are on the sheet.
    assert layer.data.size > sum(item.image.size for item in cell)
    mouse.settle()
    assert viewer.screenshot(flash=False)[..., :3].max() > 200


def test_a_folder_of_folders_is_read_as_a_patient(viewer: Any, folder: Path) -> None:
    viewer.open(str(folder), plugin=NAME)
    assert [layer.name for layer in viewer.layers] == ["cell 1 crops", "cell 2 crops"]
    assert len(viewer.layers[0].metadata[PATIENT_KEY].cells) == 2
    assert [layer.visible for layer in viewer.layers] == [True, False]


def test_a_stack_is_read_as_a_cell(viewer: Any, tmp_path: Path) -> None:
    import tifffile

    stack = np.stack([item.image[:40] for item in list(make_cell())[:5]])
    tifffile.imwrite(tmp_path / "stack.tif", stack)
    viewer.open(str(tmp_path / "stack.tif"), plugin=NAME)
    assert len(viewer.layers[0].metadata[CELL_KEY]) == 5


def test_ordinary_images_stay_with_napari(viewer: Any, folder: Path) -> None:
    picture = str(next((folder / "cell 1").glob("*.png")))
    viewer.open(picture, plugin="napari")
    assert CELL_KEY not in viewer.layers[0].metadata


def test_a_bad_file_costs_only_itself(viewer: Any, folder: Path, notices: list[str]) -> None:
    (folder / "cell 1" / "broken.tif").write_bytes(b"II*\0 and no more")
    viewer.open(str(folder / "cell 1"), plugin=NAME)
    assert len(viewer.layers[0].metadata[CELL_KEY]) == 6
    assert any("broken.tif" in words for words in notices)


@pytest.mark.parametrize("key", ["g_spread_46xx", "q_spread_47xy21"])
def test_simulated_spreads_open(manager: PluginManager, key: str) -> None:
    samples = manager.get_manifest(NAME).contributions.sample_data or []
    [(data, options, kind)] = next(item for item in samples if item.key == key).open()
    assert kind == "image"
    assert options["name"].startswith("Simulated 4")
    spread = options["metadata"]["napari_karyo_spread"]
    # The cell that is cut out of it is called so too, and says what it is.
    assert (spread.name, spread.simulated) == (options["name"], True)
    assert spread.polarity == ("dark" if key.startswith("g") else "bright")
    assert (data == spread.image).all()


@pytest.mark.parametrize("key", ["g_46xx", "g_47xy21", "g_45x", "q_46xx", "q_47xy21", "q_45x"])
def test_samples_open(manager: PluginManager, key: str) -> None:
    sample = next(
        item
        for item in manager.get_manifest(NAME).contributions.sample_data or []
        if item.key == key
    )
    data, options, kind = sample.open()[0]
    cell = options["metadata"][CELL_KEY]
    assert kind == "image"
    assert cell.simulated
    assert len(cell) == {"46xx": 46, "47xy21": 47, "45x": 45}[key[2:]]
    assert cell.polarity == ("dark" if key.startswith("g") else "bright")
    assert data.ndim == 2


@pytest.mark.parametrize("key", ["spread_46xy", "spread_45xy"])
def test_real_spreads_open(manager: PluginManager, key: str) -> None:
    samples = manager.get_manifest(NAME).contributions.sample_data or []
    [(data, options, kind)] = next(item for item in samples if item.key == key).open()
    assert kind == "image"
    spread = options["metadata"]["napari_karyo_spread"]
    assert spread.polarity == "bright"
    assert (data == spread.image).all()
    assert spread.name == options["name"]


def test_real_samples_come_first_in_the_menu(viewer: Any) -> None:
    menus = [item.menu() for item in viewer.window.file_menu.actions()]
    [samples] = [menu for menu in menus if menu is not None and "Sample" in menu.title()]
    [ours] = [item.menu() for item in samples.actions() if item.text() == "Karyotyping"]
    names = [item.text() for item in ours.actions()]
    assert len(names) == 10
    assert [name.endswith("(simulated)") for name in names] == [False] * 2 + [True] * 8


def test_a_sample_opens_in_the_window(viewer: Any) -> None:
    viewer.open_sample(NAME, "g_47xy21")
    assert len(viewer.layers[0].metadata[CELL_KEY]) == 47


@pytest.mark.parametrize("name", ["Classify chromosomes", "Review karyogram"])
def test_widgets_open(viewer: Any, name: str) -> None:
    dock, widget = viewer.window.add_plugin_dock_widget(NAME, name)
    mouse.settle()
    assert dock.isVisible()
    assert widget is not None


def test_menu_commands(viewer: Any, notices: list[str]) -> None:
    from app_model import Application

    from napari_karyo.gui.canvas.karyogram_view import open_view
    from napari_karyo.gui.session.session import session_of

    app = Application.get_app("test_app")
    assert app is not None
    for menu, command in (
        ("napari/layers/classify", "open_classify"),
        ("napari/layers/annotate", "open_review"),
        ("napari/file/io_utilities", "open_cell_folder"),
        ("napari/file/io_utilities", "export_karyogram"),
    ):
        items = [item.command.id for item in app.menus.get_menu(menu) if hasattr(item, "command")]
        assert f"{NAME}.{command}" in items
    app.commands.execute_command(f"{NAME}.open_classify").result()
    app.commands.execute_command(f"{NAME}.open_review").result()
    docks = list(viewer.window.dock_widgets)
    assert "Classify chromosomes (Karyotyping)" in docks
    assert "Review karyogram (Karyotyping)" in docks
    # A second time brings forward what is open.
    app.commands.execute_command(f"{NAME}.open_review").result()
    assert list(viewer.window.dock_widgets) == docks
    dialog = app.commands.execute_command(f"{NAME}.open_cell_folder").result()
    assert not dialog.isModal()
    dialog.close()
    app.commands.execute_command(f"{NAME}.export_karyogram").result()
    assert "No karyogram is open" in notices[-1]
    open_view(viewer)
    session_of(viewer).open(make_classification(make_cell()))
    dialog = app.commands.execute_command(f"{NAME}.export_karyogram").result()
    assert dialog.isVisible()
    dialog.close()
    mouse.settle()


def test_settings_page(manager: PluginManager, tmp_path: Path, monkeypatch: Any) -> None:
    from napari import settings as napari_settings

    napari_settings._clear_plugin_settings_cache()
    monkeypatch.setattr(napari_settings, "_CFG_PATH", str(tmp_path / "settings.yaml"))
    try:
        assert read_settings() == Settings()
        stored = napari_settings.get_plugin_settings(NAME)
        stored.laboratory.initials = " AB "
        stored.laboratory.resolution = 600
        stored.classification.device = "cpu"
        assert read_settings() == Settings("cpu", "default", "AB", 600)
        with pytest.raises(ValueError, match="not one of"):
            stored.classification.device = "abacus"
    finally:
        napari_settings._clear_plugin_settings_cache()
