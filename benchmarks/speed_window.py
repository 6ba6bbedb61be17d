"""What `run.py` measures in a real window: each function in a process of its own.

Needs a display, or ``xvfb-run -a``. Functions that return several timings give each a name.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from qtpy.QtCore import QEventLoop
from qtpy.QtWidgets import QApplication
from speed_program import known
from timing import Timing, timed

from napari_karyo.cell import Polarity
from napari_karyo.classified import ClassifiedCell
from napari_karyo.karyogram.compose import Composer

#: The size of the window, in pixels.
SIZE = 1100, 800
#: Cells of a case.
CELLS = 20


def drawn() -> None:
    """Wait until the window shows what was changed."""
    QApplication.processEvents()


def with_drawing(work: Callable[[int], object]) -> Callable[[int], None]:
    """Return a piece of work and the drawing that it calls for."""

    def both(number: int) -> None:
        work(number)
        drawn()

    return both


def a_window() -> Any:
    """Return an open napari window."""
    import napari

    viewer = napari.Viewer(show=True, show_welcome_screen=False)
    viewer.window.resize(*SIZE)
    drawn()
    return viewer


def mosaic(repeats: int) -> dict[str, Timing]:
    """Open a karyogram, then move, drag and pan."""
    from napari_karyo.gui.canvas.karyogram_view import open_view
    from napari_karyo.gui.session.session import session_of

    viewer = a_window()
    classification = known(1, Polarity.DARK)
    view, session = open_view(viewer), session_of(viewer)
    found = {"open": timed(with_drawing(lambda _: session.open(classification)), 1)}
    cell = session.current
    assert cell is not None
    karyotype = cell.karyotype

    def move(number: int) -> None:
        karyotype.move([0], "2" if number % 2 == 0 else "1")

    def carry(number: int) -> None:
        view.selection.carry(200.0 + 5 * number, 300.0 + 20 * number)

    # As when a person moves one: it is selected, and its frame goes with it.
    session.select(0)
    move(1)
    drawn()
    found["move, own"] = timed(move, repeats, settle=drawn)
    found["move"] = timed(with_drawing(move), repeats)
    found["drawing"] = timed(
        with_drawing(lambda _: view.layers["karyogram"].refresh(extent=False)), repeats
    )
    view.overlays.toggle("attention")
    drawn()
    found["move, overlay"] = timed(with_drawing(move), repeats)
    view.overlays.toggle("attention")
    view.selection.lift(0)
    found["drag, own"] = timed(carry, repeats, settle=drawn)
    found["drag"] = timed(with_drawing(carry), repeats)
    view.selection.let_down()
    found["pan"] = timed(with_drawing(_pan(viewer)), repeats)
    viewer.close()
    return found


def layers(repeats: int) -> dict[str, Timing]:
    """Do the same with a layer a chromosome, as a first plugin would."""
    from napari_karyo.gui.canvas.drag_preview import preview_picture

    viewer = a_window()
    cell = ClassifiedCell.from_classification(known(1, Polarity.DARK))
    composer = Composer(cell.classification)
    page = composer.layout.page(cell.karyotype.state, cell.heading())
    shown = []

    def show(_: int) -> None:
        for place in page.places.values():
            picture, corner = preview_picture(composer, place), (place.box.top, place.box.left)
            shown.append(viewer.add_image(picture, rgb=True, translate=corner))

    found = {"open": timed(with_drawing(show), 1)}

    def move(number: int) -> None:
        shown[0].translate = (100 + number, 300 * (number % 2))

    found["move"] = timed(with_drawing(move), repeats)
    found["pan"] = timed(with_drawing(_pan(viewer)), repeats)
    viewer.close()
    return found


def _pan(viewer: Any) -> Callable[[int], None]:
    middle = viewer.scene.camera.center

    def pan(number: int) -> None:
        viewer.scene.camera.center = (middle[0], middle[1] + 3 * (number % 5), middle[2])

    return pan


def _case(folder: Path) -> Path:
    """Write a case of 20 cells."""
    from napari_karyo.case import Case

    path = folder / "P1.karyo"
    with Case.create(path, "P1") as case:
        for seed in range(CELLS):
            case.add(ClassifiedCell.from_classification(known(seed, Polarity.DARK)))
    return path


def case_in_window(repeats: int) -> Timing:
    """Open a case of 20 cells in a window, until the last one is there. Done once."""
    from napari_karyo.gui.docks.case_opening import open_case
    from napari_karyo.gui.session.session import session_of

    del repeats
    viewer = a_window()
    with TemporaryDirectory() as scratch:
        path = _case(Path(scratch))

        def opened(_: int) -> None:
            worker = open_case(viewer, path)
            while len(session_of(viewer).cells) < CELLS or worker.is_running:
                QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

        taken = timed(with_drawing(opened), 1)
        viewer.close()
    return taken


def case_alone(repeats: int) -> Timing:
    """Read the cells of such a case from Python, without a window."""
    from napari_karyo.case import Case

    with TemporaryDirectory() as scratch:
        path = _case(Path(scratch))

        def read(_: int) -> None:
            with Case.open(path, read_only=True) as case:
                for row in case.cells():
                    case.cell(row.number)

        return timed(read, min(repeats, 2))
