"""Take the pictures of the documentation from the real window.

    xvfb-run -a -s "-screen 0 1500x950x24" python tools/make_screenshots.py
        [--only tutorial front day] [--output docs/pictures]

Shown are the photograph that is shipped, and simulated cells, so that nobody's chromosomes are.
``tutorial``: the steps of docs/tutorial.md. ``front``: the window at the top of the README.
``day``: docs/days-work.md. Those of docs/own-model.md, which need a model and labelled cells that
are not shipped, are made by ``tests/gui/own_model_day.py``. Settings, cases and caches of whoever
runs it are left alone. Each takes minutes on one core; look at every picture before it is
committed.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from napari_karyo.segmentation.objects import Segmentation

ROOT = Path(__file__).resolve().parent.parent
#: Of the window, in pixels.
SIZE: Final = (1500, 950)
PLUGIN: Final = "napari-karyo"


def settled() -> None:
    """Let the window come to rest."""
    test: Any = importlib.import_module("qtpy.QtTest").QTest
    for _ in range(12):
        test.qWait(60)


def save(picture: Any, path: Path) -> None:
    """Write a picture of the screen in 256 colours: a third of the size, and looks the same."""
    from PIL import Image

    image = picture.convertToFormat(picture.Format.Format_RGB888)
    bits = image.constBits()
    if hasattr(bits, "setsize"):  # PyQt; PySide gives the bytes themselves
        bits.setsize(image.sizeInBytes())
    pixels = Image.frombuffer(
        "RGB", (image.width(), image.height()), bytes(bits), "raw", "RGB", image.bytesPerLine(), 1
    )
    small = pixels.quantize(256, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
    print(path, flush=True)


def new_window() -> Any:
    """Return an empty napari window."""
    import napari

    viewer = napari.Viewer(title="napari-karyo", show_welcome_screen=False)
    viewer.window.resize(*SIZE)
    viewer.window._qt_window.move(0, 0)
    settled()
    return viewer


def close(viewer: Any) -> None:
    """Close a window and what is open in it."""
    from napari_karyo.gui.session.session import session_of

    session_of(viewer).close_cases()
    viewer.close()
    settled()


def grab(viewer: Any, path: Path) -> None:
    """Take the window alone, without messages that pass."""
    for one in viewer.window._qt_viewer.findChildren(_notification()):
        one.close()
    viewer.window.activate()
    settled()
    save(viewer.window._qt_window.grab().toImage(), path)


def _notification() -> type:
    from napari._qt.dialogs.qt_notification import NapariQtNotification

    return NapariQtNotification


def grab_menu(viewer: Any, path: Path, *words: str) -> None:
    """Take the upper left of the screen with a menu open, entry within entry."""
    from qtpy.QtWidgets import QApplication

    opened: list[Any] = []
    menu: Any = viewer.window._qt_window.menuBar()
    for word in words:
        entry = next(one for one in menu.actions() if one.text().replace("&", "") == word)
        place = menu.mapToGlobal(menu.actionGeometry(entry).topRight())
        if not opened:
            place = menu.mapToGlobal(menu.actionGeometry(entry).bottomLeft())
        menu.setActiveAction(entry)
        settled()
        menu = entry.menu()
        menu.popup(place)
        opened.append(menu)
        settled()
    screen: Any = QApplication.primaryScreen()
    save(screen.grabWindow(0).copy(0, 0, 1000, 640).toImage(), path)
    for one in reversed(opened):
        one.close()
    settled()


def classify(person: Any, form: Any) -> None:
    """Press Classify and wait for the karyogram."""
    mouse = importlib.import_module("mouse")
    person.press(form.start.native)
    mouse.wait_for(lambda: form.worker is None, timeout=1800)
    mouse.wait_for(lambda: person.cell is not None)
    settled()


def mend(person: Any, known: Segmentation) -> Any:
    """Mend outlines as somebody does who knows the truth, which is returned."""
    clicks = importlib.import_module("spread_clicks")
    shape = known.spread.image.shape
    truth = clicks.Truth([one.outline for one in known.chromosomes], (shape[0], shape[1]))
    print("outlines:", person.mend(truth), flush=True)
    return truth


def place(person: Any, truth: Any, known: Segmentation) -> None:
    """Drag each chromosome that lies in a wrong slot into its own."""
    wrong = person.misplaced(truth, [one.expected or "" for one in known.chromosomes])
    print("moved:", wrong, flush=True)
    for index, slot in wrong.items():
        person.place(index, slot)


def tutorial(out: Path) -> None:
    """From the shipped photograph to an exported karyogram, as docs/tutorial.md tells it."""
    from qtpy.QtCore import Qt

    from napari_karyo.gui.contributions.commands import open_classify
    from napari_karyo.gui.docks.opening import open_review
    from napari_karyo.segmentation.samples import sample_segmentation

    clicks = importlib.import_module("spread_clicks")
    mouse = importlib.import_module("mouse")
    control = Qt.KeyboardModifier.ControlModifier
    shift = Qt.KeyboardModifier.ShiftModifier
    out.mkdir(parents=True, exist_ok=True)
    viewer = new_window()
    grab_menu(viewer, out / "open-sample.png", "File", "Open Sample", "Karyotyping")
    viewer.open_sample(PLUGIN, "spread_46xy")
    form = open_classify(viewer)
    grab(viewer, out / "photograph.png")
    person = clicks.Person(viewer)
    classify(person, form)
    grab(viewer, out / "classified.png")
    known = sample_segmentation("normal")
    truth = mend(person, known)
    person.look_at("spread")
    grab(viewer, out / "outlines.png")
    person.look_at("karyogram")
    place(person, truth, known)
    person.session.select(min(person.cell.karyotype.present))
    grab(viewer, out / "karyogram.png")
    for index in list(person.cell.doubtful()):
        person.session.select(index)
        person.key(Qt.Key.Key_Return)
    print("karyotype:", person.cell.karyotype.iscn_words)
    person.session.set_who("AB")
    person.key(Qt.Key.Key_Return, control)
    person.session.set_who("CD")
    person.key(Qt.Key.Key_Return, control | shift)
    dock = open_review(viewer)
    dock.show_tab("Export")
    dock.export.spread.setChecked(True)
    person.session.select(None)
    grab(viewer, out / "export.png")
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "karyogram.png"
        assert mouse.write(dock, written)
        shrink(written, out / "exported.png")
    close(viewer)


def shrink(source: Path, path: Path, width: int = 900) -> None:
    """Write an exported page small enough for a page of the documentation."""
    from PIL import Image

    with Image.open(source) as page:
        height = round(page.height * width / page.width)
        small = page.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    small.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    print(path, flush=True)


def front(out: Path) -> None:
    """Take the window at the top of the README: a simulated spread, mended, and its karyogram."""
    from napari_karyo.cell import Polarity
    from napari_karyo.gui.contributions.commands import open_classify
    from napari_karyo.gui.docks.opening import open_review
    from napari_karyo.simulation.spread import simulate_spread

    clicks = importlib.import_module("spread_clicks")
    viewer = new_window()
    viewer.open_sample(PLUGIN, "g_spread_46xx")
    form = open_classify(viewer)
    person = clicks.Person(viewer)
    classify(person, form)
    known = simulate_spread("46,XX", seed=1, stain=Polarity.DARK).segmentation()
    truth = mend(person, known)
    person.view.sight.look_at("karyogram")
    settled()
    place(person, truth, known)
    person.view.sight.look_at("both")
    form.native.parent().close()
    # The room that the layers take is the chromosomes'.
    for dock in (
        viewer.window._qt_viewer.dockLayerList,
        viewer.window._qt_viewer.dockLayerControls,
    ):
        dock.setVisible(False)
    settled()
    open_review(viewer)
    person.session.view.fit()
    person.session.select(person.cell.doubtful()[0])
    grab(viewer, out / "window.png")
    close(viewer)


def day(out: Path) -> None:
    """Each state of the screen in a day's work, of a simulated cell."""
    from qtpy.QtCore import Qt

    from napari_karyo.io.cells import write_cell
    from napari_karyo.simulation.sample import simulate_cell

    days_work = importlib.import_module("days_work")
    control = Qt.KeyboardModifier.ControlModifier
    with tempfile.TemporaryDirectory() as folder:
        crops = Path(folder) / "P1"
        write_cell(simulate_cell("46,XY", seed=1, stain="G"), crops)
        viewer = new_window()
        one = days_work.Day(viewer, "AB")

        def shoot(name: str) -> None:
            grab(viewer, out / f"{name}.png")

        one.drop(crops)
        shoot("opened")
        one.classify()
        one.form.native.parent().close()
        shoot("classified")
        one.accept_sure()
        one.type_class()
        one.click(one.one_of("7"))
        shoot("corrected")
        one.undo()
        one.split_begun()
        shoot("splitting")
        one.key(Qt.Key.Key_Escape)
        one.rotate_by_mouse()
        one.derivative()
        one.drag_to_markers()
        shoot("pictures")
        one.key(Qt.Key.Key_2, control)
        shoot("cell")
        one.key(Qt.Key.Key_3, control)
        shoot("patient")
        one.key(Qt.Key.Key_H)
        shoot("keys")
        close(viewer)


PARTS: Final[dict[str, Callable[[Path], None]]] = {
    "tutorial": lambda out: tutorial(out / "tutorial"),
    "front": front,
    "day": day,
}


def main() -> None:
    """Take the pictures that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "pictures")
    chosen = parser.parse_args()
    folders = ("tests", "tests/gui", "benchmarks")
    sys.path[:0] = [str(ROOT / folder) for folder in folders]
    with tempfile.TemporaryDirectory() as own:
        # Read by napari and by the program when they are imported.
        os.environ["NAPARI_CONFIG"] = str(Path(own) / "napari.yaml")
        for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
            os.environ[name] = own
        from qtpy.QtWidgets import QApplication

        application = QApplication.instance() or QApplication([])
        assert application is not None
        for part in chosen.only:
            PARTS[part](chosen.output)


if __name__ == "__main__":
    main()
