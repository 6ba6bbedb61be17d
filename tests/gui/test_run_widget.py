"""The form that classifies: from a dropped folder to a karyogram by one button."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import mouse
import pytest
from drawn import MALE, make_cell, make_classification
from PIL import Image
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_karyo.cell import Cell, Polarity
from napari_karyo.errors import DeviceError
from napari_karyo.gui.contact_sheet import layer_data
from napari_karyo.gui.desk import desk_of
from napari_karyo.gui.model_choice import FROM_FILE
from napari_karyo.gui.run_widget import EVERY, ClassifyForm
from napari_karyo.inference.classify import Progress


class Network:
    """Stands in for the network: knows the answers, and can be slow or fail."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.threads: set[str] = set()
        self.error: Exception | None = None
        self.steps = 3
        self.pause = 0.0

    def __call__(self, cells: Any, **options: Any) -> Generator[Progress, None, Any]:
        self.asked.append({"cells": cells, **options})
        for step in range(self.steps):
            self.threads.add(threading.current_thread().name)
            time.sleep(self.pause)
            yield Progress(step, self.steps, f"step {step}")
            if self.error is not None:
                raise self.error
        return [make_classification(cell, MALE[: len(cell)]) for cell in cells]


@pytest.fixture
def network(monkeypatch: Any) -> Network:
    stand_in = Network()
    monkeypatch.setattr("napari_karyo.inference.classify.iter_classify", stand_in)
    return stand_in


@pytest.fixture
def form(viewer: Any) -> ClassifyForm:
    form = ClassifyForm(viewer)
    viewer.window.add_dock_widget(form, name="Classify chromosomes")
    return form


def add(viewer: Any, cell: Cell) -> None:
    data, options, _ = layer_data(cell)
    viewer.add_image(data, **options)


def wait(form: ClassifyForm) -> None:
    end = time.monotonic() + 20
    while form.worker is not None:
        assert time.monotonic() < end
        mouse.settle()
        time.sleep(0.01)


def test_one_button_makes_the_karyogram(viewer: Any, form: ClassifyForm, network: Network) -> None:
    assert not form.start.enabled
    add(viewer, make_cell())
    assert form.start.enabled
    assert "46 crops" in form.said.value
    assert "dark on white" in form.said.value
    form.cells.native.setFocus()
    form.start.native.click()
    assert not form.start.enabled
    assert form.cancel.enabled
    wait(form)
    assert len(desk_of(viewer).cells) == 1
    assert viewer.layers.selection.active.name == "cell A karyogram"
    assert not viewer.layers["cell A crops"].visible
    assert "Review karyogram (Karyotyping)" in viewer.window.dock_widgets
    assert "46 crops classified" in form.said.value
    assert form.start.enabled
    assert network.asked[0]["device"] == "auto"
    assert threading.main_thread().name not in network.threads
    mouse.settle()
    # The form has given the keyboard back: keys reach the karyogram.
    desk = desk_of(viewer)
    QTest.keyClick(QApplication.focusWidget() or viewer.window._qt_window, Qt.Key.Key_Right)
    assert desk.selected == 0
    assert viewer.screenshot(flash=False)[..., :3].max() > 200


def test_every_cell_and_the_choices(viewer: Any, form: ClassifyForm, network: Network) -> None:
    add(viewer, make_cell(MALE[:10], "one"))
    # Taken for the wrong stain, which the person then sets right.
    add(viewer, replace(make_cell(MALE[:12], "two"), polarity=Polarity.BRIGHT))
    # The one read last is chosen.
    assert [cell.name for cell, _ in form.chosen_cells()] == ["two"]
    form.cells.value = EVERY
    assert "bright on black and dark on white" in form.said.value
    form.normalization.value = "patient"
    form.device.value = "cpu"
    form.stain.value = "dark"
    form.run()
    wait(form)
    asked = network.asked[0]
    assert asked["normalization"] == "patient"
    assert asked["device"] == "cpu"
    assert [cell.name for cell in asked["cells"]] == ["one", "two"]
    assert {cell.polarity for cell in asked["cells"]} == {Polarity.DARK}
    desk = desk_of(viewer)
    assert desk.current.name == "one"
    assert [cell.name for cell in desk.cells] == ["one", "two"]


def test_cancel(viewer: Any, form: ClassifyForm, network: Network) -> None:
    network.steps, network.pause = 500, 0.02
    add(viewer, make_cell())
    form.run()
    mouse.settle()
    form.cancel.native.click()
    wait(form)
    assert "Cancelled" in form.said.value
    assert not desk_of(viewer).cells
    assert form.start.enabled


@pytest.mark.parametrize("known", [True, False])
def test_errors_are_told_and_nothing_is_stuck(
    viewer: Any, form: ClassifyForm, network: Network, notices: list[str], known: bool
) -> None:
    network.error = (
        DeviceError("this computer has no cuda device.", "Choose auto or cpu.")
        if known
        else ZeroDivisionError("oops")
    )
    add(viewer, make_cell())
    form.run()
    wait(form)
    assert "Choose auto or cpu" in notices[-1] if known else "oops" in notices[-1]
    assert form.start.enabled
    network.error = None
    form.run()
    wait(form)
    assert len(desk_of(viewer).cells) == 1


def test_classifying_again_replaces_the_karyogram(
    viewer: Any, form: ClassifyForm, network: Network
) -> None:
    add(viewer, make_cell())
    for _ in range(2):
        form.run()
        wait(form)
    assert len(desk_of(viewer).cells) == 1
    assert len(viewer.layers) == 6


def test_a_folder_chosen_in_the_form(
    viewer: Any, form: ClassifyForm, tmp_path: Path, notices: list[str]
) -> None:
    import napari_karyo.gui.run_widget as module

    folder = tmp_path / "cell 7"
    folder.mkdir()
    for item in list(make_cell())[:5]:
        Image.fromarray(item.image).save(folder / item.name)
    from npe2 import PluginManager

    if module.PLUGIN not in PluginManager.instance():
        pytest.skip("the package is not installed, so napari does not know its readers")
    form.read_folder(folder)
    assert [cell.name for cell, _ in form.chosen_cells()] == ["cell 7"]
    empty = tmp_path / "empty"
    empty.mkdir()
    told = len(notices)
    form.folder.line_edit.value = str(empty)
    assert len(notices) == told, "nothing is read while a name is still being typed"
    QTest.keyClick(form.folder.line_edit.native, Qt.Key.Key_Return)
    assert "no crops were found" in notices[-1]
    form.read_folder(tmp_path / "nowhere")
    assert "there is no such folder" in notices[-1]


def test_a_model_from_a_file(
    viewer: Any, form: ClassifyForm, network: Network, tmp_path: Path, notices: list[str]
) -> None:
    """Any network that the program trains: one of the paper's, an ensemble of them."""
    from small import CALIBRATION, small_network

    from napari_karyo.models.ensemble import Ensemble
    from napari_karyo.models.weights import save_weights

    path = tmp_path / "ensemble.safetensors"
    members = [small_network(seed, attend=bool(seed)) for seed in (0, 1)]
    save_weights(path, Ensemble(members), CALIBRATION, {})
    assert form.model.value == "default"
    form.model.value = FROM_FILE
    assert form.model.value == "default", "a question is no model"
    dialog = form.model.dialog
    assert dialog is not None
    assert dialog.isVisible()
    dialog.fileSelected.emit(str(path))
    dialog.close()
    assert form.model.value == str(path)
    add(viewer, make_cell())
    form.run()
    wait(form)
    assert network.asked[-1]["model"] == str(path)
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"no weights")
    form.model.take(str(bad))
    assert "not a readable safetensors file" in notices[-1]
    assert form.model.value == str(path)


def test_a_model_without_attention_says_so(viewer: Any, notices: list[str]) -> None:
    from napari_karyo.gui.docks import open_review
    from napari_karyo.gui.karyogram_view import open_view

    view, desk = open_view(viewer), desk_of(viewer)
    plain = make_classification(make_cell())
    desk.open(replace(plain, attention=plain.attention[:, :0]))
    dock = open_review(viewer)
    assert not dock.attention.isEnabled()
    assert dock.saliency.isEnabled()
    view.overlays.toggle("attention")
    assert "no attention" in viewer.status
    assert not view.layers["attention"].data.any()
    desk.current.karyotype.move([0], "2")
    desk.open(make_classification(make_cell(name="cell B")))
    assert dock.attention.isEnabled()
    assert view.layers["attention"].data.any()
