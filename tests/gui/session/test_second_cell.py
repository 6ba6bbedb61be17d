"""More than one cell, and what happens at the wrong moment, in a real window."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import mouse
import numpy as np
import pytest
from drawn import MALE, make_cell, make_classification
from qtpy.QtCore import Qt
from qtpy.QtGui import QTextDocument
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_karyo.cell import Patient
from napari_karyo.classes import MARKERS, TRAY
from napari_karyo.errors import KaryoError
from napari_karyo.gui.canvas.contact_sheet import layer_data
from napari_karyo.gui.canvas.karyogram_view import open_view
from napari_karyo.gui.classify.form import EVERY, ClassifyForm
from napari_karyo.gui.classify.run import ClassificationRun, put_into_session
from napari_karyo.gui.classify.work import Outcome
from napari_karyo.gui.docks.review.dock import ReviewDock
from napari_karyo.gui.session.session import session_of


def add(viewer: Any, name: str, patient: str | None = None) -> Any:
    cell = replace(make_cell(MALE[:12], name), path=None)
    of = Patient(patient, (cell, cell)) if patient else None
    data, options, _ = layer_data(cell, of)
    return viewer.add_image(data, **options)


def test_a_cell_read_twice_can_be_chosen_twice(viewer: Any) -> None:
    form = ClassifyForm(viewer)
    viewer.window.add_dock_widget(form, name="Classify chromosomes")
    first, second = add(viewer, "cell 1"), add(viewer, "cell 1")
    assert form.cells.value is second
    assert set(form.cells.choices) == {first, second, EVERY}
    one, two = add(viewer, "cell 1", "patient A"), add(viewer, "cell 1", "patient B")
    assert {one, two} <= set(form.cells.choices)


def test_twins_of_one_run_both_stay(viewer: Any) -> None:
    open_view(viewer)
    session = session_of(viewer)
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock, name="Review")
    form = ClassifyForm(viewer)
    viewer.window.add_dock_widget(form, name="Classify chromosomes")
    twins = [make_classification(make_cell()) for _ in range(2)]
    for _ in range(2):
        put_into_session(session, Outcome([(twin, None) for twin in twins]))
        assert [cell.name for cell in session.cells] == ["cell A", "cell A (2)"]
        assert session.current in session.cells
    assert dock.cells.count() == 2


def test_the_next_cells_crops_do_not_cover_its_karyogram(viewer: Any, classification: Any) -> None:
    open_view(viewer)
    session = session_of(viewer)
    session.open(classification)
    crops = add(viewer, "cell B")
    assert crops.visible
    session.open(make_classification(make_cell(name="cell B")))
    assert not crops.visible
    assert viewer.layers.selection.active.name == "cell B karyogram"


def test_a_cell_that_changes_under_the_hand_is_not_corrected(opened: Any) -> None:
    viewer, session, view = opened
    mouse.settle()
    first = session.current
    mouse.press(viewer, view.page.places[8].box.center)
    mouse.move(viewer, (300.0, 700.0))
    session.open(make_classification(make_cell(name="cell B")))
    assert not view.layers["dragged"].visible
    goal = view.page.slots["4"].inner.center
    mouse.move(viewer, goal)
    assert not view.layers["dragged"].visible
    mouse.release(viewer, goal)
    assert not first.karyotype.history
    assert not session.current.karyotype.history
    assert view.layers["karyogram"].mouse_pan


def test_all_layers_can_be_removed_at_once(opened: Any, qtbot: Any) -> None:
    viewer, session, view = opened
    session.current.karyotype.move([8], "4")
    viewer.layers.select_all()
    viewer.layers.remove_selected()
    qtbot.wait(50)
    assert not viewer.layers
    assert not view.shown
    assert session.current.karyotype.slot_of(8) == "4"
    view.show()
    assert len(viewer.layers) == 2
    qtbot.wait(50)
    assert len(viewer.layers) == 2


def test_a_click_on_the_karyogram_wakes_it(opened: Any) -> None:
    viewer, session, view = opened
    mouse.settle()
    other = add(viewer, "cell B")
    other.visible = False
    viewer.layers.selection.active = other
    mouse.click(viewer, view.page.places[8].box.center)
    assert session.selected == 8
    assert viewer.layers.selection.active is view.layers["karyogram"]
    # One that is seen, but neither drawn on nor over the page here, lets go too.
    labels = viewer.add_labels(np.zeros((10, 10), int))
    mouse.click(viewer, view.page.places[9].box.center)
    assert session.selected == 9
    assert viewer.layers.selection.active is view.layers["karyogram"]
    # The keys live again with it.
    mouse.key(viewer, Qt.Key.Key_F)
    assert 9 in session.current.karyotype.state.turned
    # And a drag from the very first press.
    viewer.layers.selection.active = labels
    mouse.drag(viewer, view.page.places[8].box.center, view.page.slots["4"].inner.center)
    assert session.current.karyotype.slot_of(8) == "4"


def test_a_click_disturbs_no_other_layer(opened: Any) -> None:
    viewer, session, view = opened
    session.select(None)
    mouse.settle()
    place = view.page.places[9].box.center
    labels = viewer.add_labels(np.zeros((10, 10), int))
    session.select(None)

    def undisturbed(where: tuple[float, float]) -> bool:
        viewer.layers.selection.active = labels
        mouse.click(viewer, where)
        return viewer.layers.selection.active is labels and session.selected is None

    labels.mode = "paint"
    assert undisturbed(place), "it is being painted"
    labels.mode = "pan_zoom"
    assert undisturbed((-8.0, 300.0)), "the click went beside the page"
    crops = viewer.add_image(np.zeros((view.page.height, view.page.width)))
    assert undisturbed(place), "another picture lies over the karyogram"
    crops.visible = False
    view.layers["karyogram"].visible = False
    assert undisturbed(place), "the karyogram is hidden"
    view.layers["karyogram"].visible = True
    assert not undisturbed(place)
    view.remove()
    assert view._wake not in viewer.mouse_drag_callbacks


def test_a_marker_is_called_by_key_and_counted(opened: Any) -> None:
    viewer, session, view = opened
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock, name="Review")
    session.select(0)
    view.activate()
    mouse.key(viewer, Qt.Key.Key_M)
    karyotype = session.current.karyotype
    assert karyotype.slot_of(0) == MARKERS
    assert karyotype.iscn == "46,XY,-1,+mar"
    assert "marker" in dock.counts.text()
    assert any(text.string == "mar" for text in view.page.texts)
    mouse.key(viewer, Qt.Key.Key_M)
    assert karyotype.slot_of(0) == TRAY
    assert karyotype.iscn == "45,XY,-1"


def test_a_corrected_cell_is_closed_only_when_asked_twice(opened: Any) -> None:
    viewer, session, view = opened
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock, name="Review")
    session.current.karyotype.move([8], "4")
    dock.buttons["Close cell"].click()
    assert len(session.cells) == 1
    assert "press again" in dock.message.text()
    # What was said is old once something new can be lost.
    session.current.karyotype.move([9], "4")
    dock.buttons["Close cell"].click()
    assert len(session.cells) == 1
    dock.buttons["Close cell"].click()
    assert not session.cells
    assert not view.shown
    session.open(make_classification(make_cell()))
    dock.buttons["Close cell"].click()
    assert not session.cells


def test_rich_text_swallows_nothing(opened: Any, tmp_path: Path) -> None:
    viewer, session, _ = opened
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock, name="Review")
    triploid = [name for name in dict.fromkeys(MALE) if name not in "XY" for _ in range(3)]
    session.open(make_classification(make_cell([*triploid, "X", "X", "X", "21"], name="cell <3n>")))
    text = QTextDocument()
    text.setHtml(dock.iscn.text())
    plain = text.toPlainText().replace("\u200b", "")
    assert plain.startswith(session.current.karyotype.iscn)
    assert "<3n>" in plain


@pytest.mark.parametrize("length", [40, 165])
def test_a_long_karyotype_leaves_the_dock_its_width(opened: Any, length: int) -> None:
    from napari_karyo.gui.widgets import rich, wrapped_label

    words = ",".join(["46", "XY", *(f"+{n % 22 + 1}" for n in range(length // 4))])
    assert wrapped_label(rich(words)).minimumSizeHint().width() < 120


def test_long_names_leave_both_docks_their_width(opened: Any) -> None:
    viewer, session, _ = opened
    dock, form = ReviewDock(viewer), ClassifyForm(viewer)
    viewer.window.add_dock_widget(dock, name="Review")
    viewer.window.add_dock_widget(form, name="Classify chromosomes")
    long = "x" * 165
    add(viewer, "cell B")
    mouse.settle()
    before = dock.minimumSizeHint().width(), form.native.minimumSizeHint().width()
    cell = make_cell(name=long)
    first = replace(cell.chromosomes[0], name=f"{long}.png")
    session.open(make_classification(replace(cell, chromosomes=(first, *cell.chromosomes[1:]))))
    session.select(0)
    session.say(f"{long}: something")
    add(viewer, long)
    run = ClassificationRun(session, [], {})
    run.said.connect(form._say)
    run.fail(str(KaryoError(f"{long} cannot be read.", "Look.", long)))
    run.end()
    mouse.settle()
    assert long in dock.chromosome.card.words.text().replace("\u200b", "")
    after = dock.minimumSizeHint().width(), form.native.minimumSizeHint().width()
    # The card of a chromosome takes some room itself; a name of 165 signs wants over 1000.
    assert after[0] <= before[0] + 60
    assert after[1] <= before[1] + 60


def test_the_karyotype_is_copied_as_it_is(opened: Any) -> None:
    viewer, session, _ = opened
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock, name="Review")
    for index in (0, 2, 4):
        session.current.karyotype.move([index], "21")
    breaks = dock.iscn.text().count("\u200b")
    assert breaks
    iscn = session.current.karyotype.iscn
    dock.iscn.copy()
    assert QApplication.clipboard().text().startswith(f"{iscn} ")
    dock.iscn.setSelection(0, len(iscn) + breaks)
    QTest.keyClick(dock.iscn, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == iscn
    session.say("A & B's <i>.png")
    text = QTextDocument()
    text.setHtml(dock.message.text())
    assert text.toPlainText() == "A & B's <i>.png"
    assert dock.message.textFormat() == Qt.TextFormat.RichText


def test_samples_without_a_path_are_told_apart(viewer: Any) -> None:
    open_view(viewer)
    session = session_of(viewer)
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock, name="Review")
    first, second = make_classification(make_cell()), make_classification(make_cell())
    session.open(first)
    session.open(second)
    assert [cell.name for cell in session.cells] == ["cell A", "cell A (2)"]
    session.open(first)
    assert len(session.cells) == 2, "the same crops classified again replace their karyogram"
    assert session.current is session.cells[0]
    # Replaced without being asked on top: what is on top is still in the session.
    session.open(first, show=False)
    assert session.current in session.cells
    session.open(make_classification(make_cell(name="cell C")), show=False)
    assert dock.cells.count() == 3
    session.close(session.cells[2])
    assert dock.cells.count() == 2
    assert dock.cells.row == 0
    assert len(repr(session.cells)) < 200


def test_a_button_shows_what_it_corrects(opened: Any) -> None:
    viewer, session, view = opened
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock, name="Review")
    crops = add(viewer, "cell B")
    session.select(8)
    dock.buttons["Flip"].click()
    assert not crops.visible
    assert viewer.layers.selection.active is view.layers["karyogram"]


def test_a_folder_is_read_when_its_name_is_whole(
    viewer: Any, tmp_path: Path, notices: list[str], monkeypatch: Any
) -> None:
    form = ClassifyForm(viewer)
    viewer.window.add_dock_widget(form, name="Classify chromosomes")
    read: list[str] = []

    def open_(path: str, plugin: str) -> None:
        read.append(path)
        cell = replace(make_cell(MALE[:3], Path(path).name), path=Path(path))
        data, options, _ = layer_data(cell)
        viewer.add_image(data, **options)

    monkeypatch.setattr(type(viewer), "open", lambda _, path, plugin: open_(path, plugin))
    folder = tmp_path / "cell 7"
    field = form.folder.line_edit.native
    field.setFocus()
    QTest.keyClicks(field, str(folder))
    assert not read
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "there is no such folder" in notices[-1]
    # Made meanwhile: Enter asks once more, though the name is the same.
    folder.mkdir()
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert read == [str(folder)]
    viewer.layers.clear()
    assert read == [str(folder)]
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert len(read) == 2
    for words in ("", "."):
        field.clear()
        QTest.keyClicks(field, words)
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert len(read) == 2
    assert "by its name" in notices[-1]
    form.read_folder(Path("/" + "x" * 5000))
    assert "there is no such folder" in notices[-1]
    # A name from where napari was started is read once too, and a home's by its sign.
    viewer.layers.clear()
    monkeypatch.chdir(folder.parent)
    monkeypatch.setenv("HOME", str(folder.parent))
    for words in (folder.name, f"~/{folder.name}"):
        read.clear()
        viewer.layers.clear()
        field.clear()
        QTest.keyClicks(field, words)
        QTest.keyClick(field, Qt.Key.Key_Return)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert read == [str(folder)]


def test_the_export_writes_the_cell_that_was_asked_for(
    opened: Any, tmp_path: Path, notices: list[str], qtbot: Any
) -> None:
    viewer, session, _ = opened
    dock = ReviewDock(viewer)
    viewer.window.add_dock_widget(dock, name="Review")
    folder = tmp_path / "patient" / "cell 9"
    folder.mkdir(parents=True)
    session.open(make_classification(replace(make_cell(name="cell 9"), path=folder)))
    asked = session.current
    dock.export.ask()
    dialog = dock.export.dialog
    assert dialog is not None
    assert Path(dialog.directory().absolutePath()) == folder.parent
    session.open(make_classification(make_cell(name="cell B")))
    table = tmp_path / "cell 9.csv"
    asked.karyotype.move([8], "4")
    dialog.fileSelected.emit(str(table))
    assert not dock.export.button.isEnabled()
    # Corrected while it is being written: the file is of the moment it was asked for.
    asked.karyotype.move([8], "7")
    qtbot.waitUntil(lambda: dock.export.worker is None, timeout=10000)
    assert dock.export.button.isEnabled()
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[8]["assigned"] == "4"
    assert "cell 9.csv" in notices[-1]
    dialog.fileSelected.emit(str(tmp_path / "nowhere" / "a.png"))
    qtbot.waitUntil(lambda: dock.export.worker is None, timeout=10000)
    assert "does not exist" in notices[-1]
    dialog.close()
