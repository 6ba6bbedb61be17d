"""What is left of a window that was closed, and what a thread still brings to it."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import CellType, FunctionType, MethodType, ModuleType
from typing import Any

import mouse
import numpy as np
import pytest
from drawn import UNSURE, make_cell, make_classification
from qtpy.QtCore import QCoreApplication, QEvent, QObject, QThreadPool
from qtpy.QtOpenGLWidgets import QOpenGLWidget

from napari_karyo.case import Case
from napari_karyo.classified import ClassifiedCell, propose
from napari_karyo.errors import CaseError
from napari_karyo.gui.canvas.karyogram_view import open_view
from napari_karyo.gui.classify.run import ClassificationRun
from napari_karyo.gui.classify.work import Outcome
from napari_karyo.gui.contributions.commands import open_classify
from napari_karyo.gui.docks.case_opening import open_case
from napari_karyo.gui.docks.opening import open_review
from napari_karyo.gui.session.open_cell import OpenCell
from napari_karyo.gui.session.session import Session, session_of


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "P1.karyo"
    found = make_classification(make_cell(), unsure=UNSURE)
    with Case.create(path, "P1") as case:
        case.add(ClassifiedCell(found, propose(found)))
    return path


def close(viewer: Any) -> None:
    """Close a window and let Qt and Python clear away."""
    viewer.close()
    pool = QThreadPool.globalInstance()
    assert pool is not None
    mouse.wait_for(lambda: not pool.activeThreadCount())
    for _ in range(2):
        mouse.settle()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


def test_a_case_is_free_when_its_window_is_closed(
    make_napari_viewer: Callable[..., Any], case_file: Path
) -> None:
    viewer = make_napari_viewer(show=True)
    open_case(viewer, case_file)
    session = session_of(viewer)
    mouse.wait_for(lambda: session.current is not None and not session.busy)
    karyotype = session.current.karyotype
    karyotype.move([0], "2")
    # The person, or a notebook, keeps the viewer.
    close(viewer)
    with Case.open(case_file) as case:
        assert not case.read_only
        assert case.karyotype(1).state == karyotype.state
    with pytest.raises(CaseError, match="has been closed"):
        karyotype.move([1], "2")


def test_a_worker_keeps_no_session(viewer: Any, case_file: Path) -> None:
    """napari keeps the workers of a window for good, and what is connected to them."""
    worker = open_case(viewer, case_file)
    session = session_of(viewer)
    run = ClassificationRun(session, [], {})
    run.start()
    mouse.wait_for(lambda: not session.busy)
    gc.collect()
    held: list[Any] = [worker, run]
    reached: set[int] = set()
    while held:
        one = held.pop()
        if id(one) in reached or isinstance(one, type | ModuleType):
            continue
        reached.add(id(one))
        assert one is not session
        assert one is not viewer
        held += [part for part in gc.get_referents(one) if _is_ours(part)]


def _is_ours(one: Any) -> bool:
    """Whether what is connected to a worker may be held by it; the rest is napari's own."""
    if isinstance(one, FunctionType):
        return one.__module__.startswith("napari_karyo")
    return isinstance(one, CellType | MethodType | tuple | dict | Session | OpenCell | QObject) or (
        type(one).__module__.startswith("napari_karyo")
    )


def test_a_form_that_is_closed_costs_no_karyogram(viewer: Any) -> None:
    form = open_classify(viewer)
    session = session_of(viewer)
    run = ClassificationRun(session, [], {})
    run.said.connect(form._say)
    run.ended.connect(form._on_end)
    form.native.parent().destroyOnClose()
    mouse.settle()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    run.take(Outcome([(make_classification(make_cell()), None)]))
    run._worker.finished.emit()
    assert session.current is not None
    assert not session.busy


def test_a_run_brings_nothing_to_a_closed_window(
    make_napari_viewer: Callable[..., Any], case_file: Path
) -> None:
    viewer = make_napari_viewer(show=True)
    open_review(viewer)
    session = session_of(viewer)
    run = ClassificationRun(session, [], {})
    close(viewer)
    assert not session.viewer_is_open
    # The thread had opened a case by then.
    session.hold(Case.open(case_file))
    run.take(Outcome([(make_classification(make_cell()), None)]))
    run._worker.finished.emit()
    assert not session.cells
    assert not session.cases


def test_a_digit_that_waits_for_another_is_forgotten_with_the_window(
    make_napari_viewer: Callable[..., Any],
) -> None:
    viewer = make_napari_viewer(show=True)
    open_view(viewer)
    session = session_of(viewer)
    cell = session.open(make_classification(make_cell()))
    session.select(5)
    session.typing.key("1")
    assert session.typing.pending == "1"
    close(viewer)
    session.typing.confirm()
    assert not session.typing.pending
    assert not cell.karyotype.can_undo


def test_a_karyogram_comes_also_where_napari_shows_three_dimensions(viewer: Any) -> None:
    session = session_of(viewer)
    viewer.add_image(np.zeros((3, 8, 8), np.uint8))
    viewer.dims.ndisplay = 3
    mouse.settle()
    open_review(viewer)
    session.open(make_classification(make_cell()))
    mouse.settle()
    assert viewer.dims.ndisplay == 2
    assert session.view.shown


def test_other_data_in_a_layer_stays_until_the_next_edit(opened: Any) -> None:
    _viewer, session, view = opened
    layer = view.layers["karyogram"]
    assert layer.data is view.canvas
    layer.data = np.zeros_like(layer.data)
    session.current.karyotype.move([8], "4")
    assert layer.data is view.canvas
    np.testing.assert_array_equal(view.composer.compose_screen(view.page), layer.data)


def test_layers_are_removed_in_the_window_they_are_in(opened: Any) -> None:
    viewer, _session, _view = opened
    dock = open_review(viewer)
    window = dock
    while window.parentWidget() is not None:
        window = window.parentWidget()
    canvas = window.findChild(QOpenGLWidget)
    # Of two images the lower one, with the window drawn before and after.
    lower = viewer.add_image(np.zeros((30, 40), np.uint8))
    viewer.add_image(np.ones((30, 40), np.uint8))
    mouse.settle()
    canvas.doneCurrent()
    viewer.layers.remove(lower)
    canvas.update()
    mouse.settle()
    assert lower not in viewer.layers


@pytest.mark.parametrize(
    "use",
    [
        """
from napari_karyo.models.binding import import_bound
import_bound("torchvision.models").resnet50()
""",
        """
import torch
from napari_karyo.training.fit import make_optimizer
from napari_karyo.training.recipes import RECIPES
make_optimizer(torch.nn.Linear(2, 2), RECIPES["default"], 10)
""",
    ],
    ids=["torchvision", "training"],
)
def test_what_loads_triton_can_be_used_beside_a_window(use: str) -> None:
    """A process of its own: what is wrong ends it, and it is imported once."""
    code = f"""
import napari
import numpy
from qtpy.QtWidgets import QApplication
viewer = napari.Viewer(show_welcome_screen=False)
viewer.add_image(numpy.eye(4))
QApplication.processEvents()
viewer.screenshot(flash=False)
{use}
viewer.screenshot(flash=False)
viewer.close()
print("there")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert "there" in done.stdout
