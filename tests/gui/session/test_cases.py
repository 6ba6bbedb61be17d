"""Case files in the window: made by themselves, opened as they were left, never lost."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import mouse
import napari
import numpy as np
import pytest
from drawn import make_cell, make_classification, write_folder

from napari_karyo.case import Case, case_path
from napari_karyo.classified import ClassifiedCell, propose
from napari_karyo.errors import CaseError
from napari_karyo.gui.classify.form import PLUGIN, ClassifyForm
from napari_karyo.gui.contributions.readers import case_reader
from napari_karyo.gui.docks.case_opening import open_case
from napari_karyo.gui.docks.review.dock import ReviewDock
from napari_karyo.gui.session import case_files
from napari_karyo.gui.session.session import Session, session_of
from napari_karyo.inference.classify import Progress
from napari_karyo.segmentation.samples import sample_path


@pytest.fixture
def network(monkeypatch: Any) -> None:
    def answers(cells: Any, _options: Any, **_: Any) -> Any:
        yield from ()
        return [make_classification(cell) for cell in cells]

    monkeypatch.setattr("napari_karyo.inference.classify.iter_classify", answers)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A cell's folder, as a person drops it."""
    place = tmp_path / "P1"
    write_folder(place)
    return place


@pytest.fixture
def form(viewer: Any, network: None) -> ClassifyForm:
    form = ClassifyForm(viewer)
    viewer.window.add_dock_widget(form, name="Classify chromosomes")
    return form


def classify(form: ClassifyForm) -> None:
    form.start.native.click()
    mouse.wait_for(lambda: form.worker is None)


def leave(viewer: Any) -> None:
    """Put everything away, as closing the program does."""
    session = session_of(viewer)
    mouse.wait_for(lambda: not session.busy)
    session.close_cases()
    for cell in list(session.cells):
        session.close(cell)


def test_a_sample_has_its_case_among_the_person_s_own_data(own_data: Path) -> None:
    wanted = case_path(replace(make_cell(), path=sample_path("normal")))
    places = case_files._places(wanted)
    assert [place.is_relative_to(own_data) for place in places] == [True]


def test_a_classified_folder_has_its_case_beside_it(
    viewer: Any, form: ClassifyForm, folder: Path
) -> None:
    viewer.open(str(folder), plugin=PLUGIN)
    assert not form.resume.visible
    classify(form)
    cell = session_of(viewer).current
    assert cell is not None
    assert cell.case.path == folder.with_name("P1.karyo")
    cell.karyotype.who = "AB"
    cell.karyotype.move([3], "7")
    state = cell.karyotype.state
    with Case.open(cell.case.path, read_only=True) as other:
        assert other.karyotype(cell.number).state == state
    leave(viewer)
    # The folder again: it offers what was done before.
    viewer.layers.clear()
    viewer.open(str(folder), plugin=PLUGIN)
    assert form.resume.visible
    assert "P1.karyo" in form.resume.text
    form.resume.native.click()
    mouse.wait_for(lambda: session_of(viewer).current is not None and not session_of(viewer).busy)
    again = session_of(viewer).current
    assert again.karyotype.state == state
    assert again.karyotype.history[-1].who == "AB"
    assert not form.resume.visible
    again.karyotype.undo()
    assert again.karyotype.slot_of(3) != "7"
    leave(viewer)


def test_classifying_again_hides_nothing_that_was_corrected(
    viewer: Any, form: ClassifyForm, folder: Path
) -> None:
    viewer.open(str(folder), plugin=PLUGIN)
    classify(form)
    session = session_of(viewer)
    session.current.karyotype.move([3], "7")
    leave(viewer)
    # Not opened by its offer, but classified anew.
    classify(form)
    assert [cell.name for cell in session.cells] == ["P1", "P1 (2)"]
    assert session.cells[0].karyotype.slot_of(3) == "7"
    assert session.current is session.cells[1]
    assert session.cells[0].case is session.cells[1].case
    # Untouched ones are replaced, in the file too.
    classify(form)
    assert [cell.name for cell in session.cells] == ["P1", "P1 (2)"]
    rows = session.current.case.cells()
    assert [row.superseded for row in rows] == [False, True, False]
    leave(viewer)


def test_the_desk_is_touched_by_the_main_thread_alone(
    viewer: Any, form: ClassifyForm, folder: Path, monkeypatch: Any
) -> None:
    touched: list[str] = []

    class Watched(Session):
        def __getattribute__(self, name: str) -> Any:
            if threading.current_thread() is not threading.main_thread():
                touched.append(name)
            return super().__getattribute__(name)

        def __setattr__(self, name: str, value: Any) -> None:
            if threading.current_thread() is not threading.main_thread():
                touched.append(name)
            super().__setattr__(name, value)

    session = session_of(viewer)
    session.__class__ = Watched
    viewer.open(str(folder), plugin=PLUGIN)
    classify(form)
    session.current.karyotype.move([3], "7")
    leave(viewer)
    # With what was done before, and then what was done before alone.
    classify(form)
    assert [cell.name for cell in session.cells] == ["P1", "P1 (2)"]
    session.show(session.cells[0])
    # What the network saw comes from a thread as well.
    monkeypatch.setattr(
        "napari_karyo.inference.saliency.saliency",
        lambda found, indices, _names: [found.cell.chromosomes[i].image / 255.0 for i in indices],
    )
    session.view.overlays.toggle("saliency")
    mouse.wait_for(lambda: len(session.current.saliency) == len(session.current.present))
    mouse.settle()
    assert "Saliency" not in viewer.status, "how far it is, no longer than it goes on"
    leave(viewer)
    open_case(viewer, folder.with_name("P1.karyo"))
    mouse.wait_for(lambda: len(session.cells) == 2 and not session.busy)
    leave(viewer)
    assert not touched


def test_a_run_that_is_cancelled_leaves_no_case_open(
    viewer: Any, form: ClassifyForm, folder: Path, monkeypatch: Any
) -> None:
    viewer.open(str(folder), plugin=PLUGIN)
    classify(form)
    session, case_file = session_of(viewer), folder.with_name("P1.karyo")
    session.current.karyotype.move([3], "7")
    leave(viewer)

    cancelled = threading.Event()

    def slow(cells: Any, _options: Any, **_: Any) -> Any:
        yield Progress(0, 1, "Classifying")
        assert cancelled.wait(60)
        yield Progress(0, 1, "Classifying")
        raise AssertionError("it went on")

    monkeypatch.setattr("napari_karyo.inference.classify.iter_classify", slow)
    form.start.native.click()
    mouse.wait_for(lambda: form.said.value == "Classifying")
    assert session.case_at(case_file) is not None
    form.cancel.native.click()
    cancelled.set()
    mouse.wait_for(lambda: form.worker is None)
    assert not session.cases
    with Case.open(case_file) as case:
        assert not case.read_only


def test_a_case_dropped_into_the_window(viewer: Any, tmp_path: Path, notices: list[str]) -> None:
    path = tmp_path / "P2.karyo"
    with Case.create(path, "P2") as case:
        for name in ("one", "two"):
            found = make_classification(make_cell(name=name))
            karyotype = propose(found)
            case.add(ClassifiedCell(found, karyotype))
            karyotype.turn([4])
    assert case_reader(str(path)) is not None
    viewer.open(str(path), plugin=PLUGIN)
    session = session_of(viewer)
    mouse.wait_for(lambda: len(session.cells) == 2 and not session.busy)
    assert session.current.name == "one"
    assert 4 in session.current.karyotype.state.turned
    assert viewer.layers.selection.active.name == "one karyogram"
    # Again: it lies there already.
    viewer.open(str(path), plugin=PLUGIN)
    mouse.wait_for(lambda: not session.busy)
    assert len(session.cells) == 2
    # Another program has it now.
    leave(viewer)
    with Case.open(path) as other:
        viewer.open(str(path), plugin=PLUGIN)
        mouse.wait_for(lambda: len(session.cells) == 2 and not session.busy)
        assert any("read-only" in words and "another program" in words for words in notices)
        with pytest.raises(CaseError, match="read-only"):
            session.current.karyotype.move([3], "7")
        assert other.karyotype(1).slot_of(3) == session.current.karyotype.slot_of(3)
    leave(viewer)


def test_a_damaged_case_is_told_and_left(viewer: Any, tmp_path: Path) -> None:
    path = tmp_path / "P3.karyo"
    path.write_bytes(b"nothing of ours" * 99)
    with pytest.raises(CaseError, match="damaged"):
        viewer.open(str(path), plugin=PLUGIN)
    assert path.read_bytes() == b"nothing of ours" * 99
    assert not session_of(viewer).cells


def test_a_karyogram_saved_as_a_case(opened: Any, tmp_path: Path) -> None:
    viewer, session, _ = opened
    session.current.karyotype.move([3], "7")
    assert session.current.case is None
    path = tmp_path / "kept.karyo"
    written = viewer.layers.save(str(path), plugin=PLUGIN)
    assert [Path(one) for one in written] == [path]
    # From now on it is kept there.
    assert session.current.case.path == path
    session.current.karyotype.turn([4])
    with Case.open(path, read_only=True) as other:
        assert other.karyotype(session.current.number).state == session.current.karyotype.state
    # What else lies in the viewer doesn't hinder it.
    viewer.add_points([[10.0, 20.0]])
    viewer.add_labels(np.zeros((8, 8), np.uint8))
    copy = tmp_path / "copy.karyo"
    viewer.layers.save(str(copy), plugin=PLUGIN)
    assert session.current.case.path == path
    with Case.open(copy) as other:
        assert len(other.events(other.cells()[0].number)) == 2
    leave(viewer)


def test_a_karyogram_saved_from_the_window_behind(
    opened: Any, make_napari_viewer: Callable[..., Any], tmp_path: Path
) -> None:
    viewer, session, _ = opened
    front = make_napari_viewer(show=True)
    assert napari.current_viewer() is front
    path = tmp_path / "kept.karyo"
    viewer.layers.save(str(path), plugin=PLUGIN)
    assert set(session.cases) == {session.current.case.path} == {path}
    assert not session_of(front).cases
    leave(viewer)
    with Case.open(path) as other:
        assert not other.read_only


def test_a_case_without_a_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "P4.karyo"
    found = make_classification(make_cell())
    with Case.create(path) as case:
        case.add(ClassifiedCell(found, propose(found)))
    monkeypatch.setattr(napari, "current_viewer", lambda: None)
    reader = case_reader(str(path))
    assert reader is not None
    ((data, options, kind),) = reader(str(path))
    assert kind == "image"
    assert data.ndim == 2
    assert len(options["metadata"]["napari_karyo_cell"]) == 46


def test_a_bad_cell_costs_no_other_without_a_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, notices: list[str]
) -> None:
    path = tmp_path / "P5.karyo"
    with Case.create(path) as case:
        for name in ("bad", "good"):
            found = make_classification(make_cell(("1", "2"), name), ("1", "2"))
            case.add(ClassifiedCell(found, propose(found)))
        case.write("UPDATE cell SET scale = 0 WHERE id = 1")
    monkeypatch.setattr(napari, "current_viewer", lambda: None)
    reader = case_reader(str(path))
    assert reader is not None
    layers = reader(str(path))
    assert [options["metadata"]["napari_karyo_cell"].name for _, options, _ in layers] == ["good"]
    (said,) = notices
    assert "scale can't be 0.0" in said


@pytest.mark.skipif(os.name == "nt", reason="folders of Windows have other rights")
def test_where_no_file_can_be_written_beside_the_folder(
    viewer: Any, form: ClassifyForm, folder: Path, own_data: Path, monkeypatch: Any
) -> None:
    create = Case.create

    def refuse(path: Path, patient: str = "") -> Case:
        if Path(path).parent == folder.parent:
            raise CaseError("no case file can be made.", "", path)
        return create(path, patient)

    monkeypatch.setattr(Case, "create", refuse)
    viewer.open(str(folder), plugin=PLUGIN)
    classify(form)
    cell = session_of(viewer).current
    assert own_data in cell.case.path.parents
    cell.karyotype.move([3], "7")
    leave(viewer)
    # It is found there again.
    assert case_files.earlier_cases(make_case_cell(folder)) == [cell.case.path]


def make_case_cell(folder: Path) -> Any:
    cell = make_cell(name="P1")
    object.__setattr__(cell, "path", folder)
    return cell


def test_a_case_that_can_not_be_used_is_said_and_nothing_lost(
    viewer: Any, form: ClassifyForm, folder: Path, notices: list[str]
) -> None:
    folder.with_name("P1.karyo").write_text("no case")
    viewer.open(str(folder), plugin=PLUGIN)
    classify(form)
    cell = session_of(viewer).current
    assert cell.case is None
    assert "damaged" in cell.unkept
    # It is said where it stays, and nothing that passes lies over the page.
    dock = ReviewDock(viewer)
    assert "No file keeps this cell." in dock.counts.text()
    assert not any("No file keeps" in words for words in notices)
    assert folder.with_name("P1.karyo").read_text() == "no case"
    cell.karyotype.move([3], "7")
    assert cell.karyotype.slot_of(3) == "7"
    case_files.save_copy(session_of(viewer), [cell], folder.with_name("P2.karyo"))
    assert "No file" not in dock.counts.text()


def test_each_reason_why_no_file_keeps_a_cell_is_a_sentence(opened: Any) -> None:
    _, session, _ = opened
    cell = make_cell()
    for one, begins in ((cell, "It is a sim"), (replace(cell, simulated=False), "It was read")):
        case, why = case_files.case_for(session, one, None)
        assert case is None
        assert why.startswith(begins)
        assert all(part[0].isupper() for part in why.split(". "))
