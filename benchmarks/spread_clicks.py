"""How many clicks and keys it takes to mend a spread and its karyogram, in the real window.

    xvfb-run -a -s "-screen 0 1760x1000x24" python benchmarks/spread_clicks.py
        [--data DATA] [--least 10] [--only NAME] [--pictures FOLDER]

A script plays a person who knows the truth: it opens the photograph, presses Classify, takes
for each wrong outline the correction that costs least, and then drags each chromosome that
lies in a wrong slot into its own. All of it is real events of mouse and keys on the window; each
press of the mouse counts as one, however long the line that is drawn before its release, and
so does each key. Without `--data` the photographs are the two real ones that are shipped and a
simulated one; with it those of `val` in ``mfish.zip`` of which the class map tells all 46
chromosomes apart and so many touch or cross.

Prints of each: how many touch or cross, how many true chromosomes were missed and how many
objects were false, the clicks and keys of the outlines, how many then lay in a wrong slot, the
clicks and keys of these, all together with the two presses that open and classify it, the
seconds, and what is still wrong in the end.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import io
import itertools
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image
from qtpy.QtCore import Qt
from scipy import ndimage

from napari_karyo.cell import Outline, Polarity, Spread
from napari_karyo.gui.canvas.karyogram_view import KaryogramView, open_view
from napari_karyo.gui.contributions.commands import open_classify
from napari_karyo.gui.session.session import session_of
from napari_karyo.io.polarity import find_spread_polarity
from napari_karyo.segmentation.canvas import bounds, on_canvas
from napari_karyo.segmentation.labels import from_labels
from napari_karyo.segmentation.objects import Segmentation
from napari_karyo.segmentation.samples import CROSSING, SAMPLES, sample_segmentation
from napari_karyo.simulation.spread import simulate_spread
from napari_karyo.training.segmentation.archives import grey_of

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "tests" / "gui")]
mouse: Any = importlib.import_module("mouse")
from mending_plan import Correction, Line, Truth  # noqa: E402

#: Chromosomes of a whole cell.
_WHOLE: Final = 46
#: More corrections than this are a mistake of the script.
_MOST: Final = 120
_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier
_PLAIN: Final = Qt.KeyboardModifier.NoModifier
#: The key of each correction.
_KEYS: Final[Mapping[str, tuple[Any, Any]]] = {
    "cut": (Qt.Key.Key_K, _PLAIN),
    "join": (Qt.Key.Key_J, _PLAIN),
    "part": (Qt.Key.Key_U, _PLAIN),
    "draw": (Qt.Key.Key_I, _PLAIN),
    "dirt": (Qt.Key.Key_Z, _PLAIN),
    "nucleus": (Qt.Key.Key_Z, _SHIFT),
    "twice": (Qt.Key.Key_D, _SHIFT),
}
#: The corrections whose tools stay in hand.
_TOOLS: Final[Mapping[str, str]] = {
    "Split": "cut",
    "Merge": "join",
    "Part crossing": "part",
    "Draw new": "draw",
}


class Person:
    """Someone before the window, whose presses are counted.

    Parameters
    ----------
    viewer : napari.Viewer
    """

    def __init__(self, viewer: Any) -> None:
        self.viewer = viewer
        self.session = session_of(viewer)
        self.clicks = self.keys = 0

    @property
    def cell(self) -> Any:
        """The cell on the screen."""
        return self.session.current

    @property
    def view(self) -> KaryogramView:
        return open_view(self.viewer)

    def take_count(self) -> tuple[int, int]:
        """Return clicks and keys since the last time."""
        counted = self.clicks, self.keys
        self.clicks = self.keys = 0
        return counted

    # -- what a hand does ------------------------------------------------------------

    def key(self, code: Any, modifier: Any = _PLAIN) -> None:
        """Press a key."""
        self.keys += 1
        mouse.key(self.viewer, code, modifier)

    def click(self, place: tuple[float, float]) -> None:
        """Click on a place of the scene."""
        self.clicks += 1
        mouse.click(self.viewer, place)

    def draw(self, line: Sequence[tuple[float, float]]) -> None:
        """Draw along places of the scene, the button held."""
        self.clicks += 1
        mouse.press(self.viewer, line[0])
        for begin, end in itertools.pairwise(line):
            # In steps, as a hand draws: at each of them the tool sees it.
            steps = max(1, int(np.hypot(end[0] - begin[0], end[1] - begin[1]) / 12))
            for step in range(1, steps + 1):
                share = step / steps
                mouse.move(
                    self.viewer,
                    (
                        begin[0] + (end[0] - begin[0]) * share,
                        begin[1] + (end[1] - begin[1]) * share,
                    ),
                )
        mouse.release(self.viewer, line[-1])

    def press(self, button: Any) -> None:
        """Press a button of a dock."""
        self.clicks += 1
        mouse.QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        mouse.settle()

    # -- opening ---------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Drop a photograph into the window and let it be read."""
        form = open_classify(self.viewer)
        mouse.settle()
        self.clicks += 1
        self.viewer.open(str(path), plugin="napari-karyo")
        mouse.settle()
        self.press(form.start.native)
        mouse.wait_for(lambda: form.worker is None, timeout=300)
        mouse.wait_for(lambda: self.cell is not None)
        mouse.settle()
        mouse.QTest.qWait(300)

    # -- outlines --------------------------------------------------------------------

    @property
    def held(self) -> dict[int, Outline]:
        """The outlines that the program has."""
        return dict(self.cell.outlines)

    def on_photograph(self, row: float, column: float) -> tuple[float, float]:
        """Return where a pixel of the photograph lies in the scene."""
        world = self.view.layers["spread"].data_to_world((row, column))
        return float(world[0]), float(world[1])

    def look_at(self, part: str) -> None:
        """Have the photograph or the karyogram alone in sight."""
        while self.view.sight.part != part:
            self.key(Qt.Key.Key_O)

    def select(self, index: int) -> None:
        """Click a chromosome on the photograph where no other lies, unless it is selected."""
        for _ in range(4):
            if self.session.selected == index:
                return
            self.click(self.on_photograph(*self._spot(index)))
        raise AssertionError(f"chromosome {index} could not be selected")

    def _spot(self, index: int) -> tuple[float, float]:
        outline = self.held[index]
        box = bounds([outline], margin=1)
        free = on_canvas(outline, box)
        deep = ndimage.distance_transform_edt(free)
        for one, other in self.held.items():
            if one != index:
                free &= ~on_canvas(other, box)
        alone = ndimage.distance_transform_edt(free)
        row, column = np.unravel_index(int((alone if free.any() else deep).argmax()), free.shape)
        return float(row + box.top), float(column + box.left)

    @property
    def in_hand(self) -> str:
        """The kind of correction whose tool is in hand."""
        tool = self.view.tools.active
        return "" if tool is None else _TOOLS.get(tool.name, "")

    def correct(self, correction: Correction, must_select: bool = False) -> None:
        """Make one correction."""
        kind, objects = correction.kind, correction.objects
        # A line that is drawn says itself which one it is for.
        if kind not in _TOOLS.values() or must_select:
            self.select(objects[0])
        if self.in_hand != kind:
            self.key(*_KEYS[kind])
        for line in correction.lines:
            self._draw_on_photograph(line)
        if kind == "join":
            self.draw([self.on_photograph(*self._spot(one)) for one in objects])
        elif kind == "part" and not correction.lines:
            self.select(objects[0])
            self.key(Qt.Key.Key_Return)

    def _draw_on_photograph(self, line: Line) -> None:
        self.draw([self.on_photograph(*point) for point in line])

    def mend(self, truth: Truth) -> list[str]:
        """Mend outlines until none is wrong; return what was done."""
        done: list[str] = []
        while (correction := truth.next_correction(self.held, self.in_hand)) is not None:
            if not done:
                self.look_at("spread")
            history = self.cell.karyotype.history
            before = len(history)
            self.correct(correction)
            if len(history) > before and correction.objects[:1] != history[-1].chromosomes[:1]:
                # The line was taken for another one.
                self.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
                self.correct(correction, must_select=True)
            if len(self.cell.karyotype.history) != before + 1:
                print(f"  {correction.kind} {correction.objects} did nothing: {self.viewer.status}")
                self.key(Qt.Key.Key_Escape)
                break
            done.append(correction.kind)
            if len(done) >= _MOST:
                break
        return done

    # -- slots -----------------------------------------------------------------------

    def misplaced(self, truth: Truth, slots: Sequence[str]) -> dict[int, str]:
        """Return the chromosomes in a wrong slot, and which is theirs."""
        pairs = truth.standing(self.held).pairs
        slot_of = self.cell.karyotype.slot_of
        return {one: slots[true] for true, one in pairs.items() if slot_of(one) != slots[true]}

    def place(self, index: int, slot: str) -> None:
        """Drag a chromosome into a slot."""
        page = self.view.page
        assert page is not None
        self.draw([page.places[index].box.center, page.slots[slot].box.center])


def work_on(
    viewer: Any, path: Path, known: Segmentation, picture: Callable[[str], None] = lambda _: None
) -> str:
    """Mend a spread and its karyogram; return the row that says what it took."""
    person = Person(viewer)
    shape = known.spread.image.shape
    truth = Truth([one.outline for one in known.chromosomes], (shape[0], shape[1]))
    slots = [one.expected or "" for one in known.chromosomes]
    began = time.perf_counter()
    person.open(path)
    opening = sum(person.take_count())
    found = truth.standing(person.held)
    picture("found")
    done = person.mend(truth)
    outlines = person.take_count()
    picture("mended")
    wrong = person.misplaced(truth, slots)
    if wrong:
        if done:
            person.look_at("karyogram")
        for index, slot in wrong.items():
            person.place(index, slot)
    moves = person.take_count()
    if person.view.sight.part != "both":
        person.view.sight.look_at("both")
        mouse.settle()
    picture("done")
    seconds = time.perf_counter() - began
    left = truth.standing(person.held)
    misplaced = person.misplaced(truth, slots)
    total = opening + sum(outlines) + sum(moves)
    return (
        f"{known.spread.name:22} {len(truth.touching()):8} {len(found.missed):6}"
        f" {len(found.false):5} {outlines[0]:6} {outlines[1]:4} {len(wrong):6} {moves[0]:6}"
        f" {moves[1]:4} {total:5} {seconds:7.0f}  {left.wrong} + {len(misplaced)}"
        f"  ({', '.join(f'{done.count(one)} {one}' for one in dict.fromkeys(done))})"
    )


# -- spreads of which the truth is known -----------------------------------------------


def shipped() -> Iterator[Segmentation]:
    """Yield the real samples and a simulated spread with ten pairs that touch or cross."""
    for name in SAMPLES:
        yield sample_segmentation(name)
    yield simulate_spread(
        "46,XY", stain=Polarity.DARK, seed=1, touching=6, crossing=4
    ).segmentation()


def of_archive(data: Path, least: int) -> Iterator[Segmentation]:
    """Yield the spreads of ``val`` of which all chromosomes are told apart, and so many touch."""
    with zipfile.ZipFile(data / "mfish.zip") as archive:
        with archive.open("mfish/images.csv") as file:
            rows = list(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8")))
        for name in (row["image"] for row in rows if row["split"] == "val"):
            grey = grey_of(archive, f"mfish/{name}_dapi.png")
            painted = grey_of(archive, f"mfish/{name}_classes.png")
            spread = Spread(name, grey, find_spread_polarity(grey))
            known = from_labels(spread, painted, CROSSING, classes=True)
            truth = Truth([one.outline for one in known.chromosomes], grey.shape)
            if known.count == _WHOLE and len(truth.touching()) >= least:
                yield known


def main() -> None:
    """Print a row a spread."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--least", type=int, default=10)
    parser.add_argument("--only", help="a part of the name")
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of the window")
    chosen = parser.parse_args()
    import napari

    print(
        f"{'spread':22} touching missed false clicks keys moved clicks keys   all seconds"
        "  wrong in the end: outlines + slots"
    )
    for known in of_archive(chosen.data, chosen.least) if chosen.data else shipped():
        if chosen.only and chosen.only not in known.spread.name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{known.spread.name}.png"
            Image.fromarray(known.spread.image).save(path)
            viewer = napari.Viewer(title="napari-karyo", show_welcome_screen=False)
            viewer.window.resize(1750, 990)
            mouse.settle()

            def picture(when: str, name: str = known.spread.name, viewer: Any = viewer) -> None:
                if chosen.pictures:
                    file = chosen.pictures / f"{name} {when}.png"
                    viewer.window._qt_window.grab().save(str(file))

            print(work_on(viewer, path, known, picture), flush=True)
            session_of(viewer).close_cases()
            viewer.close()


if __name__ == "__main__":
    main()
