"""The dock Own model: training, proof and adoption, the training itself taking no time."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from corrected import collected
from mouse import plain, settle, wait_for
from own_model_data import write_result
from qtpy.QtCore import QCoreApplication, QEvent

from napari_karyo.errors import KaryoError
from napari_karyo.gui.contributions.commands import open_classify
from napari_karyo.gui.docks.own_model import tuning_process
from napari_karyo.gui.docks.own_model.dock import MODELS, PROVE, TRAIN, OwnModelDock, open_own_model
from napari_karyo.gui.docks.own_model.tuning_process import running_in, start_in
from napari_karyo.gui.session.session import session_of
from napari_karyo.models.own import own_models
from napari_karyo.models.own import remove as remove_model
from napari_karyo.own_model.collection import Collection
from napari_karyo.own_model.training_folder import begin, trainings

#: Seconds, on a computer that has much else to do.
SLOW = 180.0

#: Never reached.
ENDLESS = ["--steps", "1000000"]


def some_cells() -> Collection:
    return Collection(tuple(collected(f"patient {n // 2}", n) for n in range(8)))


@pytest.fixture(autouse=True)
def no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the training be one that takes no time."""
    script = str(Path(__file__).with_name("fake_tuning.py"))
    monkeypatch.setattr(tuning_process, "COMMAND", (sys.executable, script))


@pytest.fixture
def result(tmp_path: Path) -> Path:
    return write_result(tmp_path / "result")


def opened_dock(viewer: Any) -> OwnModelDock:
    viewer.window.resize(1400, 900)
    dock = open_own_model(viewer)
    dock.train.consider(some_cells())
    settle()
    return dock


def shown(dock: OwnModelDock) -> str:
    return str(dock.tabs.tabText(dock.tabs.currentIndex()))


def far_enough(dock: OwnModelDock) -> bool:
    """Whether something has been kept that can be gone on from."""
    training = dock.train.training
    return training is not None and len(training.curve()) > 3 and dock.train.progress.value() > 3


def test_from_start_to_the_model_in_use_and_back(viewer: Any, result: Path) -> None:
    form = open_classify(viewer)
    dock = opened_dock(viewer)
    dock.train.options = ["--result", str(result)]
    assert "No training has come to its end" in plain(dock.prove.verdict)
    assert "No model of your own" in plain(dock.models.card)
    dock.show_tab(TRAIN)
    dock.train.start.click()
    assert not dock.train.start.isEnabled()
    assert dock.train.pause.isEnabled()
    wait_for(lambda: shown(dock) == PROVE, timeout=SLOW)
    # The curve is that of the table.
    x, y = dock.train.curve._lines["loss"].getData()
    assert list(x) == [1, 2, 3, 4, 5, 6]
    assert list(y) == pytest.approx([3 / step for step in range(1, 7)])
    assert plain(dock.prove.verdict).startswith("<b>The own model is better beyond chance")
    # One chromosome among few looks like no fall.
    low, high = dock.train.curve.right.viewRange()[1]
    assert high - low >= 20
    # Its words are wider than the dock has room for beside the figures.
    assert "in the right place" in dock.prove.page.toPlainText()
    assert dock.prove.page.horizontalScrollBar().maximum() == 0
    assert not dock.prove.adopt.isEnabled()
    assert "Give it a name" in plain(dock.prove.why)
    assert "From 10 cells" in plain(dock.next.brought)

    # A name that is taken is refused, in the dock too.
    dock.prove.name.setText("default")
    dock.prove.adopt.click()
    wait_for(lambda: dock.prove.worker is None, timeout=SLOW)
    assert "there is a model called" in plain(dock.prove.why)
    dock.prove.name.setText("Bern 2026")
    assert dock.prove.adopt.isEnabled()
    dock.prove.adopt.click()
    wait_for(lambda: shown(dock) == MODELS, timeout=SLOW)
    assert [model.name for model in own_models()] == ["Bern 2026"]
    assert dock.models.chosen is not None
    assert "Learned from 10 cells, 3 patients, 460 chromosomes." in plain(dock.models.card)
    assert "Bern 2026" in form.model.choices
    assert form.model.value == "default"
    dock.models.compared.click()
    assert "in the right place" in dock.models.page.toPlainText()
    assert dock.models.page.isVisible()

    dock.models.use.click()
    assert form.model.value == "Bern 2026"
    assert form.chosen_options().model == "Bern 2026"
    dock.models.back.click()
    assert form.model.value == "default"
    dock.models.use.click()
    dock.models.remove.click()
    assert "Press Remove once more" in plain(dock.models.said)
    assert own_models()
    dock.models.remove.click()
    assert own_models() == ()
    assert "Bern 2026" not in form.model.choices
    assert form.model.value == "default"
    assert "Bern 2026 is removed" in plain(dock.models.said)


def test_what_is_not_better_is_not_adopted(viewer: Any, tmp_path: Path) -> None:
    result = write_result(tmp_path / "poor", better=False)
    dock = opened_dock(viewer)
    dock.train.options = ["--result", str(result)]
    dock.train.start.click()
    wait_for(lambda: shown(dock) == PROVE, timeout=SLOW)
    assert "not better beyond chance" in plain(dock.prove.verdict)
    dock.prove.name.setText("Bern 2026")
    dock.prove.take()
    assert not dock.prove.adopt.isEnabled()
    assert "Correct more cells" in plain(dock.prove.why)
    assert own_models() == ()


def test_paused_gone_on_another_day_and_cancelled(make_napari_viewer: Any, result: Path) -> None:
    dock = opened_dock(make_napari_viewer(show=True))
    dock.train.options = ENDLESS
    dock.train.start.click()
    wait_for(lambda: far_enough(dock), timeout=SLOW)
    assert "left" in plain(dock.train.said)
    dock.train.pause.click()
    wait_for(lambda: not dock.train.running, timeout=SLOW)
    assert "The training is paused" in plain(dock.train.said)
    assert not dock.train.start.isEnabled()
    assert dock.train.go_on.isEnabled()
    training = dock.train.training
    assert training is not None
    come = int(training.curve()[-1]["step"])

    # Tomorrow, in another window.
    again = opened_dock(make_napari_viewer(show=True))
    assert shown(again) == TRAIN
    assert again.train.training == training
    assert f"come to step {come}" in plain(again.train.words)
    again.train.options = ["--steps", str(come + 5), "--result", str(result)]
    again.train.go_on.click()
    wait_for(lambda: shown(again) == PROVE, timeout=SLOW)
    assert [row["step"] for row in training.curve()] == list(range(1, come + 6))

    # Another one, thrown away while it runs; nothing is left of it.
    again.train.options = ENDLESS
    again.train.start.click()
    wait_for(lambda: far_enough(again), timeout=SLOW)
    again.train.cancel.click()
    assert again.train.running
    assert "Press Cancel once more" in plain(again.train.said)
    again.train.cancel.click()
    wait_for(lambda: not again.train.running, timeout=SLOW)
    assert trainings() == (training,)
    assert "thrown away" in plain(again.train.said)
    assert again.train.start.isEnabled()


def test_a_paused_training_is_thrown_away_at_the_second_press(viewer: Any) -> None:
    begin(some_cells())
    dock = opened_dock(viewer)
    dock.train.cancel.click()
    assert len(trainings()) == 1
    dock.train.cancel.click()
    assert trainings() == ()
    assert dock.train.start.isEnabled()


@pytest.mark.skipif(os.name == "nt", reason="it is killed by a signal")
def test_killed_it_can_be_gone_on_with(viewer: Any, notices: list[str]) -> None:
    dock = opened_dock(viewer)
    dock.train.options = ENDLESS
    dock.train.start.click()
    wait_for(lambda: far_enough(dock), timeout=SLOW)
    assert dock.train.process is not None
    os.kill(dock.train.process.pid, signal.SIGKILL)
    wait_for(lambda: not dock.train.running, timeout=SLOW)
    assert "ended before its time" in plain(dock.train.said)
    assert "ended before its time" in notices[-1]
    assert dock.train.go_on.isEnabled()
    assert len(trainings()) == 1


def test_what_is_refused_is_said_and_leaves_nothing(viewer: Any, notices: list[str]) -> None:
    dock = opened_dock(viewer)
    dock.train.options = ["--refuse", "the cells are of two stains."]
    dock.train.start.click()
    wait_for(lambda: not dock.train.running, timeout=SLOW)
    assert plain(dock.train.said) == "the cells are of two stains."
    assert notices[-1] == "the cells are of two stains."
    assert trainings() == ()
    assert dock.train.start.isEnabled()


def test_a_program_that_can_t_be_started_is_said(
    viewer: Any, notices: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tuning_process, "COMMAND", (str(tmp_path / "nothing"), "x"))
    dock = opened_dock(viewer)
    dock.train.start.click()
    wait_for(lambda: not dock.train.running, timeout=SLOW)
    assert "can't be started" in notices[-1]
    assert dock.train.go_on.isEnabled()


def test_the_training_outlives_its_dock_but_not_its_window(make_napari_viewer: Any) -> None:
    viewer = make_napari_viewer(show=True)
    dock = opened_dock(viewer)
    dock.train.options = ENDLESS
    dock.train.start.click()
    wait_for(lambda: far_enough(dock), timeout=SLOW)
    session = session_of(viewer)
    process = running_in(session)
    assert process is not None
    pid = process.pid
    viewer.window.remove_dock_widget(dock)
    dock.close()
    dock.deleteLater()
    del dock
    settle()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert running_in(session) is process
    # The dock opened anew follows it.
    dock = opened_dock(viewer)
    assert dock.train.running
    before = process.last["step"]
    wait_for(lambda: dock.train.progress.value() > before, timeout=SLOW)
    # Another window finds it, and is told that it is trained already.
    other = make_napari_viewer(show=True)
    training = dock.train.training
    assert training is not None
    with pytest.raises(KaryoError, match="another window"):
        start_in(session_of(other), training, ENDLESS, other.window._qt_window)
    viewer.close()
    settle()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    wait_for(lambda: not psutil.pid_exists(pid), timeout=SLOW)
    assert len(trainings()) == 1
    assert not trainings()[0].finished


def test_what_the_shell_adopts_and_removes_is_seen(viewer: Any, result: Path) -> None:
    from napari_karyo.models.own import adopt

    form = open_classify(viewer)
    dock = opened_dock(viewer)
    adopt(result, "by shell")
    dock.show_tab(MODELS)
    settle()
    assert dock.models.chosen is not None
    dock.models.use.click()
    assert form.model.value == "by shell"
    remove_model("by shell")
    dock.models.back.click()
    assert form.model.value == "default"
    assert "by shell" not in form.model.choices
    shutil.rmtree(result)
