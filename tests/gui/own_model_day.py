"""The day on which a laboratory makes its own model, through the real window.

`ModelDay` is used by `test_own_model_day.py`. As a script it makes the pictures of the
documentation, of labelled cells that a model never saw:

    python tests/gui/own_model_day.py cases DATA --stain dapi --start FILE --output CASES
    python tests/gui/own_model_day.py pictures CASES --start FILE --output PICTURES [--steps 200]

The first corrects cells by their labels, signs most of them, and keeps them in case files; the
second opens a window, collects, trains and proves, and draws what the person sees.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

import mouse
from days_work import CONTROL, Day, Key
from PIL import Image
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_karyo.gui.canvas.contact_sheet import CELL_KEY
from napari_karyo.gui.classify.form import PLUGIN
from napari_karyo.gui.docks.own_model.dock import COLLECT, MODELS, NEXT, PROVE, TRAIN, OwnModelDock
from napari_karyo.gui.docks.showing import made_dock

#: Seconds that a training may take, on a slow computer that others work on too.
PATIENCE = 900.0
#: The same where nobody waits for a test to fail.
NO_HURRY = 6 * 3600.0


class ModelDay(Day):
    """A window and the person who makes a model in it."""

    own: Any
    patience = PATIENCE

    def next_patient(self, folder: Path) -> None:
        """Read another patient's folder; what was read before is taken away, its case stays."""
        for layer in list(self.viewer.layers):
            if CELL_KEY in layer.metadata:
                self.viewer.layers.remove(layer)
        self.drop(folder)

    def classify(self) -> None:
        self.form.start.native.click()
        mouse.wait_for(lambda: self.form.worker is None, timeout=self.patience)
        self.sit_down()

    def correct_and_sign(self) -> None:
        """Go through the cell on top: look at what is doubtful, swap two, turn one, sign."""
        self.session.view.bring_back()
        mouse.settle()
        self.swap()
        self.flip()
        self.undo()
        for index in list(self.session.current.doubtful()):
            self.click(index)
            self.key(Key.Key_Return)
        self.key(Key.Key_Return, CONTROL)
        assert [sign.who for sign in self.karyotype.state.signatures] == [self.who]

    def open_own_model(self) -> None:
        """Open the dock as Plugins > Karyotyping does."""
        menu = self.viewer.window.plugins_menu
        menu.aboutToShow.emit()
        ours = next(one.menu() for one in menu.actions() if one.text() == "Karyotyping")
        ours.aboutToShow.emit()
        next(one for one in ours.actions() if one.text().startswith("Own model")).trigger()
        mouse.settle()
        self.own = made_dock(self.viewer, OwnModelDock)
        assert self.own is not None

    def show(self, tab: str) -> None:
        self.own.parentWidget().raise_()
        self.own.show_tab(tab)
        mouse.settle()

    def collect(self, *paths: Path) -> None:
        """Collect the cells of some files or folders; of the open cases where none is named."""
        self.show(COLLECT)
        if paths:
            self.own.collect.add(list(paths))
        else:
            self.own.collect.opened.click()
        mouse.wait_for(lambda: self.own.collect.worker is None, timeout=self.patience)

    def train(self, *options: str) -> None:
        self.show(TRAIN)
        self.own.train.options = list(options)
        assert self.own.train.start.isEnabled(), self.own.train.start.toolTip()
        self.own.train.start.click()

    def wait_for_the_proof(self) -> None:
        train = self.own.train
        mouse.wait_for(lambda: not train.running, timeout=self.patience)
        assert self.own.tabs.tabText(self.own.tabs.currentIndex()) == PROVE, train.said.text()

    def adopt(self, name: str) -> None:
        self.show(PROVE)
        self.own.prove.name.setText(name)
        self.own.prove.adopt.click()
        mouse.wait_for(lambda: self.own.prove.worker is None, timeout=self.patience)
        self.show(MODELS)


def make_cases(data: Path, stain: str, start: str, output: Path, patients: int, each: int) -> None:
    """Keep labelled cells in case files, corrected as their labels say; the last unsigned."""
    from napari_karyo.case import Case
    from napari_karyo.classified import ClassifiedCell
    from napari_karyo.inference.classify import classify
    from napari_karyo.inference.options import ClassifyOptions
    from napari_karyo.training.dataset import read_cells

    output.mkdir(parents=True)
    taken: Counter[str] = Counter()
    for one in read_cells(data, output, ("train",), (stain,)):
        if (one.patient not in taken and len(taken) == patients) or taken[one.patient] == each + 1:
            continue
        taken[one.patient] += 1
        path = output / f"{one.patient}.karyo"
        read = classify(one.cell, ClassifyOptions(start))
        found = ClassifiedCell.from_classification(read, who="AB")
        with Case.open(path) if path.exists() else Case.create(path, one.patient) as case:
            case.add(found)
            if taken[one.patient] > each:
                continue
            karyotype = found.karyotype
            for index, item in enumerate(found.classification.cell):
                if item.expected is not None and karyotype.slot_of(index) != str(item.expected):
                    karyotype.move([index], str(item.expected))
            karyotype.review(karyotype.present)
            karyotype.sign("reviewed")


def draw_pictures(cases: Path, start: str, steps: int, output: Path) -> None:
    """Draw what the person sees from the first cell collected to the model adopted."""
    import napari
    from napari._qt.dialogs.qt_notification import NapariQtNotification

    def shoot(name: str) -> None:
        for passing in viewer.window._qt_viewer.findChildren(NapariQtNotification):
            passing.close()
        viewer.window.activate()
        for _ in range(12):
            QTest.qWait(60)
        pixels = viewer.window.screenshot(flash=False, canvas_only=False)
        # In 256 colours it is a third of the size, and looks the same.
        small = Image.fromarray(pixels).convert("RGB").quantize(256, dither=Image.Dither.NONE)
        small.save(output / f"{name}.png", optimize=True)

    output.mkdir(parents=True, exist_ok=True)
    viewer = napari.Viewer(title="napari-karyo", show_welcome_screen=False)
    viewer.window.resize(1500, 950)
    day = ModelDay(viewer, "AB")
    day.patience = NO_HURRY
    day.session.set_who(day.who)
    paths = sorted(cases.glob("*.karyo"))
    viewer.open(str(paths[0]), plugin=PLUGIN)
    mouse.wait_for(lambda: day.session.current is not None and not day.session.busy, timeout=120)
    day.form.native.parent().close()
    day.open_own_model()
    day.collect(*paths)
    table = day.own.collect.table
    unsigned = [one for one in day.own.collect.found.cells if one.since is None]
    table.setCurrentItem(table.item_of(unsigned[0].key))
    shoot("collect")
    day.show(NEXT)
    shoot("next")
    day.train("--start", start, "--steps", str(steps))
    train = day.own.train
    rows = 0.65 * min(20, steps)
    mouse.wait_for(
        lambda: not train.running or len(train.training.curve()) >= rows, timeout=NO_HURRY
    )
    shoot("train")
    train.pause.click()
    mouse.wait_for(lambda: not train.running, timeout=NO_HURRY)
    shoot("paused")
    train.go_on.click()
    day.wait_for_the_proof()
    shoot("prove")
    if day.own.prove.comparison.is_better:
        day.adopt("Bern 2026")
        shoot("models")
        day.own.models.use.click()
        shoot("form")
        day.show(MODELS)
        day.own.models.back.click()
        shoot("back")
    day.session.close_cases()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["cases", "pictures"])
    parser.add_argument("path", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--start", default="default")
    parser.add_argument("--stain", default="dapi")
    parser.add_argument("--patients", type=int, default=4)
    parser.add_argument("--each", type=int, default=3)
    parser.add_argument("--steps", type=int, default=200)
    chosen = parser.parse_args()
    if chosen.what == "cases":
        make_cases(
            chosen.path, chosen.stain, chosen.start, chosen.output, chosen.patients, chosen.each
        )
        return
    application = QApplication.instance() or QApplication([])
    assert application is not None
    draw_pictures(chosen.path, chosen.start, chosen.steps, chosen.output)


if __name__ == "__main__":
    main()
