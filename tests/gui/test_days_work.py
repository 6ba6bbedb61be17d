"""The whole day: open, classify, correct, be killed, reopen, finish, sign, export."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mouse
import pytest
from days_work import Day
from drawn import make_classification, write_folder
from pypdf import PdfReader
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from napari_karyo.case import Case
from napari_karyo.classes import CLASSES
from napari_karyo.gui.docks.opening import open_review
from napari_karyo.io.cells import write_cell
from napari_karyo.simulation.sample import simulate_cell

Key = Qt.Key


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The crops of a simulated cell, as a laboratory cuts them."""
    place = tmp_path / "P1"
    write_cell(simulate_cell("47,XY,+21", seed=3, stain="G"), place)
    return place


def morning_until_killed(folder: Path, said: Path, states: int) -> list[dict[str, Any]]:
    """Let a window be worked in, and kill it once it has shown so many states."""
    script = Path(__file__).with_name("days_work.py")
    log = said.with_suffix(".log")
    with log.open("w") as stream:
        program = subprocess.Popen(
            [sys.executable, str(script), str(folder), str(said)],
            stdout=stream,
            stderr=subprocess.STDOUT,
            env={**os.environ, "NAPARI_CONFIG": str(said.with_suffix(".yaml"))},
        )
        end = time.monotonic() + 200
        while not said.is_file() or len(said.read_text().splitlines()) < states:
            assert program.poll() is None, log.read_text()[-3000:]
            assert time.monotonic() < end, log.read_text()[-3000:]
            time.sleep(0.05)
        # In the middle of whatever it does.
        os.kill(program.pid, signal.SIGKILL)
        program.wait()
    lines = said.read_text().splitlines()
    if not said.read_text().endswith("\n"):
        lines = lines[:-1]
    return [json.loads(line) for line in lines]


@pytest.mark.timeout(420)
@pytest.mark.skipif(os.name == "nt", reason="the morning is killed by a signal")
def test_a_whole_day(viewer: Any, folder: Path, tmp_path: Path) -> None:
    shown = morning_until_killed(folder, tmp_path / "said.jsonl", 19)
    case_file = folder.with_name("P1.karyo")
    with Case.open(case_file) as case:
        assert not case.read_only
        kept = [event.edit for event in case.events(1)]
        states = [edit.after.to_dict() for edit in kept] + [edit.before.to_dict() for edit in kept]
        assert all(state in states for state in shown), "the screen showed what is not kept"

    # In the afternoon, in a new window.
    viewer.window.resize(1400, 950)
    day = Day(viewer, "AB")
    day.drop(folder)
    day.resume()
    now = day.karyotype.state.to_dict()
    events = day.session.current.case.events(day.session.current.number)
    # The last that was shown, or the one that was just being made when the program was killed.
    last = events[-1]
    before = (last.edit.after if last.direction == "undo" else last.edit.before).to_dict()
    assert shown[-1] in (now, before)
    day.karyotype.go_to(0)
    for correction in day.corrections:
        day.do(correction)
    for index in list(day.session.current.doubtful()):
        day.click(index)
        day.key(Key.Key_Return)
    assert not day.session.current.doubtful()
    day.key(Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert [sign.role for sign in day.karyotype.state.signatures] == ["reviewed"]
    # The same person can't confirm, another one can.
    twice = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    day.key(Key.Key_Return, twice)
    assert len(day.karyotype.state.signatures) == 1
    day.session.set_who("CD")
    day.key(Key.Key_Return, twice)
    assert [(sign.role, sign.who) for sign in day.karyotype.state.signatures] == [
        ("reviewed", "AB"),
        ("confirmed", "CD"),
    ]
    day.key(Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    panel = day.dock.export
    mouse.wait_for(lambda: panel.dialog is not None)
    panel.dialog.close()
    for name in ("karyogram.png", "karyogram.pdf", "table.csv", "record.json"):
        panel.export(tmp_path / name, day.session.current)
        mouse.wait_for(lambda: panel.worker is None)
        assert (tmp_path / name).stat().st_size > 1000
    text = PdfReader(tmp_path / "karyogram.pdf").pages[0].extract_text()
    assert "reviewed by AB" in text
    assert "confirmed by CD" in text
    assert day.karyotype.iscn in text
    state = day.karyotype.state
    day.session.close_cases()
    with Case.open(case_file) as case:
        assert case.karyotype(1).state == state
        assert len(case.events(1)) > len(events)


@pytest.mark.parametrize("scale", [1.5, 2.0])
def test_the_mouse_hits_at_another_scale_of_the_screen(tmp_path: Path, scale: float) -> None:
    """Of the day that is worked at scale 1, what has to hit; Qt takes its scale but once."""
    script = Path(__file__).with_name("days_work.py")
    done = subprocess.run(
        [sys.executable, str(script), "--scale", str(scale)],
        env={**os.environ, "NAPARI_CONFIG": str(tmp_path / "napari.yaml")},
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr[-3000:]
    assert done.stdout.count("done") == 7, done.stdout


class Counter:
    """Counts presses of keys and of mouse buttons."""

    def __init__(self) -> None:
        self.presses = 0

    def press(self, what: Callable[[], object]) -> None:
        self.presses += 1
        what()
        mouse.settle()


def test_a_typical_cell_takes_eight_keys_and_clicks(
    viewer: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    """46 crops, three of them wrong: from opening to the exported file."""
    # Three in the wrong class, each doubtful, as wrong ones are but in 1 of 500.
    wrong = {8: ("4", 0.60), 30: ("17", 0.55), 40: ("22", 0.58)}
    folder = tmp_path / "P1"
    write_folder(folder)

    def answers(cells: Any, _options: Any, **_: Any) -> Any:
        yield from ()
        return [make_classification(cell, unsure=wrong) for cell in cells]

    # Each alone: else the whole-cell assignment would set them right itself.
    monkeypatch.setattr("napari_karyo.inference.classify.iter_classify", answers)
    monkeypatch.setattr(
        "napari_karyo.inference.assignment.assign",
        lambda table: [
            ("4", "17", "22")[list(wrong).index(n)] if n in wrong else slot
            for n, slot in enumerate(_assigned(table))
        ],
    )
    day = Day(viewer, "AB")
    counter = Counter()
    counter.press(lambda: day.drop(folder))
    counter.press(day.form.start.native.click)
    mouse.wait_for(lambda: day.form.worker is None)
    day.dock = open_review(viewer)
    assert day.session.selected is not None, "the first doubtful one is not selected"
    while day.session.current.doubtful():
        counter.press(lambda: day.key(Key.Key_Comma))
    assert day.karyotype.iscn == "46,XY"
    assert day.karyotype.state.corrected == frozenset(wrong)
    counter.press(lambda: day.key(Key.Key_E, Qt.KeyboardModifier.ControlModifier))
    panel = day.dock.export
    mouse.wait_for(lambda: panel.dialog is not None and panel.dialog.isVisible())
    counter.press(lambda: QTest.keyClick(panel.dialog, Key.Key_Return))
    mouse.wait_for(lambda: panel.worker is None)
    assert (tmp_path / "P1 karyogram.png").is_file()
    print(f"from opening to export: {counter.presses} keys and clicks")
    assert counter.presses <= 8
    day.session.close_cases()


def _assigned(table: Any) -> list[str]:
    return [CLASSES[int(row.argmax())] for row in table]
