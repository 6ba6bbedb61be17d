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
from napari_karyo.gui.canvas.contact_sheet import layer_data
from napari_karyo.gui.classify.form import EVERY, ClassifyForm
from napari_karyo.gui.classify.model_choice import FROM_FILE, ModelChoice
from napari_karyo.gui.session.session import session_of
from napari_karyo.gui.widgets import rich
from napari_karyo.inference.passes import Progress


class Network:
    """Stands in for the network: knows the answers, and can be slow or fail."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.threads: set[str] = set()
        self.error: Exception | None = None
        self.steps = 3
        self.pause = 0.0

    def __call__(self, cells: Any, options: Any, **_: Any) -> Generator[Progress, None, Any]:
        if options.stain is not None:
            cells = [replace(cell, polarity=options.stain) for cell in cells]
        self.asked.append({"cells": cells, **vars(options)})
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
    assert len(session_of(viewer).cells) == 1
    assert viewer.layers.selection.active.name == "cell A karyogram"
    assert not viewer.layers["cell A crops"].visible
    assert "Review karyogram (Karyotyping)" in viewer.window.dock_widgets
    assert "46 crops classified" in form.said.value
    assert form.start.enabled
    assert network.asked[0]["device"] == "auto"
    assert threading.main_thread().name not in network.threads
    mouse.settle()
    # The form has given the keyboard back: keys reach the karyogram.
    session = session_of(viewer)
    QTest.keyClick(QApplication.focusWidget() or viewer.window._qt_window, Qt.Key.Key_Right)
    assert session.selected == 0
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
    assert asked["stain"] is Polarity.DARK
    assert {cell.polarity for cell in asked["cells"]} == {Polarity.DARK}
    session = session_of(viewer)
    assert session.current.name == "one"
    assert [cell.name for cell in session.cells] == ["one", "two"]


def test_cancel(viewer: Any, form: ClassifyForm, network: Network) -> None:
    network.steps, network.pause = 500, 0.02
    add(viewer, make_cell())
    form.run()
    mouse.settle()
    form.cancel.native.click()
    wait(form)
    assert "Cancelled" in form.said.value
    assert not session_of(viewer).cells
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
    assert len(session_of(viewer).cells) == 1


def test_classifying_again_replaces_the_karyogram(
    viewer: Any, form: ClassifyForm, network: Network
) -> None:
    add(viewer, make_cell())
    for _ in range(2):
        form.run()
        wait(form)
    assert len(session_of(viewer).cells) == 1
    assert len(viewer.layers) == 3


def test_a_folder_chosen_in_the_form(
    viewer: Any, form: ClassifyForm, tmp_path: Path, notices: list[str]
) -> None:
    import napari_karyo.gui.classify.form as module

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


def test_model_files_of_the_same_name_are_told_apart(
    viewer: Any, form: ClassifyForm, tmp_path: Path, monkeypatch: Any, notices: list[str]
) -> None:
    from small import CALIBRATION, small_network

    from napari_karyo.models.weights import available_models, save_weights

    def listed() -> list[str]:
        box = form.model.native
        texts = [box.itemText(place) for place in range(box.count())]
        assert texts[-1] == FROM_FILE
        shipped = len(available_models()) or 1
        return texts[shipped:-1]

    folders = [Path("lab_a"), Path("lab_b"), Path("old", "lab_a")]
    files = [tmp_path / folder / "default.safetensors" for folder in folders]
    for seed, file in enumerate(files):
        file.parent.mkdir(parents=True, exist_ok=True)
        save_weights(file, small_network(seed), CALIBRATION, {})
    chosen: list[str] = []
    form.model.changed.connect(chosen.append)
    form.model.take(str(files[0]))
    assert listed() == ["default.safetensors"]
    form.model.take(str(files[1]))
    assert listed() == ["default.safetensors (lab_a)", "default.safetensors (lab_b)"]
    assert form.model.current_choice == "default.safetensors (lab_b)"
    form.model.take(str(files[2]))
    told_apart = [
        f"default.safetensors ({Path(tmp_path.name, 'lab_a')})",
        "default.safetensors (lab_b)",
        f"default.safetensors ({Path('old', 'lab_a')})",
    ]
    assert listed() == told_apart
    # Chosen again, also by another spelling, a file is not listed twice.
    monkeypatch.chdir(tmp_path)
    form.model.take(str(files[0]))
    form.model.take(str(Path("old", "..", "lab_b", "default.safetensors")))
    assert listed() == told_apart
    assert form.model.value == str(files[1])
    # No label changed to that of another file on the way, and nothing was chosen in passing.
    assert chosen == [str(files[place]) for place in (0, 1, 2, 0, 1)]
    form.model.value = FROM_FILE
    form.model.dialog.close()
    form.reset_choices()
    assert listed() == told_apart
    assert form.model.value == str(files[1])
    assert not notices


def test_a_model_file_named_in_the_preferences_is_listed_once(
    qtbot: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    from small import CALIBRATION, small_network

    from napari_karyo.models.weights import save_weights

    # A file may even have the very name of a model that is shipped.
    save_weights(tmp_path / "default", small_network(), CALIBRATION, {})
    monkeypatch.chdir(tmp_path)
    wanted = str(Path("somewhere", "..", "default"))
    choice = ModelChoice(wanted)
    qtbot.addWidget(choice.native)
    assert choice.value == wanted
    offered = choice.choices
    assert choice.current_choice.startswith("default (")
    choice.take(str(tmp_path / "default"))
    assert choice.choices == offered
    assert choice.value == wanted


def test_a_model_without_attention_says_so(viewer: Any, notices: list[str]) -> None:
    from napari_karyo.gui.canvas.karyogram_view import open_view
    from napari_karyo.gui.docks.opening import open_review

    view, session = open_view(viewer), session_of(viewer)
    plain = make_classification(make_cell())
    session.open(replace(plain, attention=plain.attention[:, :0]))
    dock = open_review(viewer)
    assert not dock.chromosome.attention.isEnabled()
    assert dock.chromosome.saliency.isEnabled()
    view.overlays.toggle("attention")
    assert "no attention" in viewer.status
    assert not view.layers["attention"].data.any()
    session.current.karyotype.move([0], "2")
    session.open(make_classification(make_cell(name="cell B")))
    assert dock.chromosome.attention.isEnabled()
    assert dock.chromosome.attention.isChecked()
    assert view.layers["attention"].visible
    assert view.layers["attention"].data.any()


def test_what_edits_say_is_seen_where_there_is_no_attention(
    viewer: Any, notices: list[str]
) -> None:
    from napari_karyo.gui.canvas.karyogram_view import open_view
    from napari_karyo.gui.docks.opening import open_review

    view, session = open_view(viewer), session_of(viewer)
    dock = open_review(viewer)
    said: list[str] = []
    session.said.connect(said.append)
    layers = view.layers

    def refusals() -> int:
        return sum("no attention" in words for words in said)

    def edits() -> None:
        karyotype = session.current.karyotype
        words = ""
        for number, slot in enumerate(("2", "3", "4")):
            karyotype.move([number], slot)
            words = karyotype.history[-1].text
            assert viewer.status == words
            assert dock.message.text() == rich(words)
        karyotype.undo()
        assert viewer.status == f"Undone: {words}"
        # As it was, so that the same edits can be made again.
        karyotype.undo()
        karyotype.undo()

    plain = make_classification(make_cell())
    session.open(replace(plain, attention=plain.attention[:, :0]))
    view.overlays.toggle("attention")
    assert refusals() == 1
    assert not layers["attention"].visible
    assert not dock.chromosome.attention.isChecked()
    edits()
    assert refusals() == 1
    # Asked for again, by the eye in napari's layer list, it is said again.
    layers["attention"].visible = True
    assert refusals() == 2
    assert not layers["attention"].visible
    edits()
    # Another such cell says nothing: attention is not seen now.
    other = make_classification(make_cell(name="cell B"))
    session.open(replace(other, attention=other.attention[:, :0]))
    edits()
    assert refusals() == 2
    # With a cell that has attention it comes back and follows the edits.
    whole = session.open(make_classification(make_cell(name="cell C")))
    assert layers["attention"].visible
    before = layers["attention"].data.copy()
    edits()
    whole.karyotype.move([0], "2")
    assert (layers["attention"].data != before).any()
    # From there to one without: said once, and nothing of the other cell is left.
    session.show(session.cells[0])
    assert refusals() == 3
    assert not layers["attention"].visible
    assert not layers["attention"].data.any()
    edits()
    assert refusals() == 3
    session.show(whole)
    assert layers["attention"].visible
    # Switched off by the person it stays off.
    view.overlays.toggle("attention")
    session.show(session.cells[0])
    session.show(whole)
    assert not layers["attention"].visible
    assert refusals() == 3
    assert not notices
