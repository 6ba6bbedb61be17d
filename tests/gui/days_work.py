"""A cytogeneticist's day, driven through the real window with mouse and keys.

`Day` is used by `test_days_work.py`, and as a script it is the morning: it opens a window,
a folder, classifies it and corrects until it is killed. After each correction, once the
screen shows it, the state is written to a file. `--scale 1.5` corrects by mouse instead, where
the screen has that scale, and ends; `tools/make_screenshots.py` takes the pictures of the
documentation of the same day.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

import mouse
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication

from napari_karyo.classes import MARKERS, TRAY
from napari_karyo.gui.canvas.karyogram_view import open_view
from napari_karyo.gui.canvas.selection_overlay import handle_of
from napari_karyo.gui.classify.form import PLUGIN
from napari_karyo.gui.contributions.commands import open_classify
from napari_karyo.gui.docks.opening import open_review
from napari_karyo.gui.session.session import session_of

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Day:
    """One window and the person before it.

    Parameters
    ----------
    viewer : napari.Viewer
    who : str
        The person's initials.
    """

    def __init__(self, viewer: Any, who: str) -> None:
        self.viewer = viewer
        self.who = who
        self.session = session_of(viewer)
        self.form = open_classify(viewer)
        mouse.settle()

    @property
    def karyotype(self) -> Any:
        return self.session.current.karyotype

    @property
    def page(self) -> Any:
        return self.session.view.page

    # -- what a hand does ------------------------------------------------------------

    def drop(self, path: Path) -> None:
        """Read a folder, as dropping it into the window does."""
        self.viewer.open(str(path), plugin=PLUGIN)
        mouse.settle()

    def classify(self) -> None:
        self.form.start.native.click()
        mouse.wait_for(lambda: self.form.worker is None, timeout=120)
        self.sit_down()

    def resume(self) -> None:
        """Take the offer to open the case of the folder."""
        assert self.form.resume.visible, "the folder's case was not offered"
        self.form.resume.native.click()
        mouse.wait_for(lambda: self.session.current is not None and not self.session.busy)
        self.sit_down()

    def sit_down(self) -> None:
        self.dock = open_review(self.viewer)
        self.session.set_who(self.who)
        self.session.view.bring_back()
        mouse.settle()

    def key(self, code: Any, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
        mouse.key(self.viewer, code, modifier)

    def click(self, index: int) -> None:
        mouse.click(self.viewer, self.page.places[index].box.center)
        assert self.session.selected == index

    def drag(self, index: int, slot: str) -> None:
        start = self.page.places[index].box.center
        mouse.drag(self.viewer, start, self.page.slots[slot].box.center)

    def one_of(self, slot: str) -> int:
        return self.karyotype.state.slots[slot][0]

    # -- corrections, each seen as one edit -------------------------------------------

    def type_class(self) -> None:
        self.click(self.one_of("3"))
        self.key(Key.Key_7)

    def type_two_digits(self) -> None:
        self.click(self.one_of("7"))
        self.key(Key.Key_1)
        self.key(Key.Key_2)

    def type_sex(self) -> None:
        self.click(self.one_of("12"))
        self.key(Key.Key_X)

    def drag_to_class(self) -> None:
        self.drag(self.one_of("X"), "9")

    def drag_to_tray(self) -> None:
        self.drag(self.one_of("20"), TRAY)

    def drag_from_tray(self) -> None:
        self.drag(self.one_of(TRAY), "20")

    def drag_to_markers(self) -> None:
        self.drag(self.one_of("19"), MARKERS)

    def marker_back(self) -> None:
        self.click(self.one_of(MARKERS))
        self.key(Key.Key_1)
        self.key(Key.Key_9)

    def tray_by_key(self) -> None:
        self.click(self.one_of("18"))
        self.key(Key.Key_T)

    def tray_back(self) -> None:
        self.click(self.one_of(TRAY))
        self.key(Key.Key_1)
        self.key(Key.Key_8)

    def flip(self) -> None:
        self.click(self.one_of("1"))
        self.key(Key.Key_F)

    def swap(self) -> None:
        self.click(self.one_of("2"))
        self.key(Key.Key_W)

    def derivative(self) -> None:
        self.click(self.one_of("4"))
        self.key(Key.Key_D)

    def rotate_by_keys(self) -> None:
        self.click(self.one_of("6"))
        self.key(Key.Key_E, SHIFT)

    def rotate_by_mouse(self) -> None:
        index = self.one_of("8")
        self.click(index)
        place = self.page.places[index]
        start = handle_of(self.page, place)
        middle = place.box.center
        # Half a turn's third, from above to the right.
        reach = middle[0] - start[0]
        end = (middle[0] - 0.5 * reach, middle[1] + 0.87 * reach)
        mouse.drag(self.viewer, start, end, steps=8)

    def straighten(self) -> None:
        self.click(self.one_of("5"))
        self.key(Key.Key_R)

    def contrast(self) -> None:
        self.click(self.one_of("10"))
        self.key(Key.Key_Equal)

    def accept(self) -> None:
        self.click(next(one for one in self.karyotype.present if self.unaccepted(one)))
        self.key(Key.Key_Return)

    def accept_sure(self) -> None:
        self.key(Key.Key_G)

    def take_other(self) -> None:
        self.click(self.one_of("16"))
        self.key(Key.Key_Comma)

    def split(self) -> None:
        index = self.one_of("11")
        self.click(index)
        self.key(Key.Key_K)
        box = self.page.places[index].box
        row = box.top + 0.45 * box.height
        mouse.drag(self.viewer, (row, box.left - 8), (row, box.right + 8))

    def split_begun(self) -> None:
        self.click(self.one_of("11"))
        self.key(Key.Key_K)

    def merge(self) -> None:
        # What was split last belongs together.
        first, second = self.karyotype.history[-1].chromosomes[1:3]
        self.click(first)
        self.key(Key.Key_J)
        mouse.click(self.viewer, self.page.places[second].box.center)

    def undo(self) -> None:
        self.key(Key.Key_Z, CONTROL)

    def redo(self) -> None:
        self.key(Key.Key_Z, CONTROL | SHIFT)

    def mark(self) -> None:
        self.key(Key.Key_K, CONTROL)

    def unaccepted(self, index: int) -> bool:
        return index not in self.karyotype.state.reviewed

    @property
    def corrections(self) -> tuple[Callable[[], None], ...]:
        """Thirty corrections, by mouse and by keys, in an order that makes sense."""
        return (
            self.accept_sure,
            self.type_class,
            self.type_two_digits,
            self.type_sex,
            self.drag_to_class,
            self.undo,
            self.redo,
            self.flip,
            self.swap,
            self.drag_to_tray,
            self.drag_from_tray,
            self.drag_to_markers,
            self.marker_back,
            self.tray_by_key,
            self.tray_back,
            self.derivative,
            self.rotate_by_keys,
            self.rotate_by_mouse,
            self.straighten,
            self.contrast,
            self.split,
            self.merge,
            self.undo,
            self.undo,
            self.accept,
            self.take_other,
            self.undo,
            self.flip,
            self.accept,
            self.mark,
        )

    @property
    def by_mouse(self) -> tuple[Callable[[], None], ...]:
        """Corrections that have to hit what they aim at."""
        return (
            self.type_class,
            self.drag_to_class,
            self.drag_to_tray,
            self.drag_from_tray,
            self.rotate_by_mouse,
            self.split,
            self.merge,
        )

    def do(self, correction: Callable[[], None]) -> None:
        """Make a correction and see to it that it is one edit, and in the file already."""
        before = self.karyotype.state
        correction()
        name = getattr(correction, "__name__", "")
        assert self.karyotype.state != before, f"{name} changed nothing"


def morning(folder: Path, said: Path) -> None:
    """Correct for ever, saying what the screen shows, until somebody kills the program."""
    import napari

    viewer = napari.Viewer(show_welcome_screen=False)
    viewer.window.resize(1400, 950)
    day = Day(viewer, "AB")
    day.drop(folder)
    day.classify()
    with said.open("w", encoding="utf-8") as stream:
        while True:
            for correction in day.corrections:
                day.do(correction)
                print(json.dumps(day.karyotype.state.to_dict()), file=stream, flush=True)
            # As many again, from the proposal.
            day.karyotype.go_to(0)


def correct_at_scale(scale: float) -> None:
    """Correct by mouse where the screen has a scale; Qt has been told of it already."""
    import napari
    from drawn import make_cell, make_classification

    viewer = napari.Viewer(show_welcome_screen=False)
    viewer.window.resize(1000, 700)
    day = Day(viewer, "AB")
    view = open_view(viewer)
    day.session.open(make_classification(make_cell()))
    mouse.settle()
    view.bring_back()
    assert mouse.native(viewer).devicePixelRatioF() == scale
    for correction in day.by_mouse:
        day.do(correction)
        print(f"{correction.__name__} at {scale}: done")
    viewer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("said", type=Path, nargs="?")
    parser.add_argument("--scale", type=float)
    chosen = parser.parse_args()
    if chosen.scale is not None:
        # Read by Qt when the application is made.
        os.environ["QT_SCALE_FACTOR"] = str(chosen.scale)
    application = QApplication.instance() or QApplication([])
    assert application is not None
    if chosen.scale is not None:
        correct_at_scale(chosen.scale)
    else:
        morning(chosen.folder, chosen.said)


if __name__ == "__main__":
    main()
