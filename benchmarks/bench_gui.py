"""How fast the karyogram answers in a real window, and against one layer a chromosome.

Run with ``python benchmarks/bench_gui.py``; needs a display (or ``xvfb-run -a``).
Prints milliseconds; nothing is asserted, because the figures are the machine's own.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import napari
import numpy as np
from qtpy.QtWidgets import QApplication

from napari_karyo.cell import Polarity
from napari_karyo.gui.canvas.drag_preview import preview_picture
from napari_karyo.gui.canvas.karyogram_view import open_view
from napari_karyo.gui.session.session import session_of
from napari_karyo.inference.result import Classification
from napari_karyo.preprocessing.prepare import stand_upright
from napari_karyo.simulation.sample import simulate_cell


def known(seed: int, stain: Polarity) -> Classification:
    """Return a simulated cell with the right answers, so that no network is timed."""
    from napari_karyo.classes import CLASS_INDEX, CLASSES

    cell, uprights = stand_upright(simulate_cell("46,XY", seed=seed, stain=stain))
    count = len(cell)
    table = np.full((count, len(CLASSES)), 0.001, np.float32)
    for row, item in zip(table, cell, strict=True):
        row[CLASS_INDEX[item.expected or "1"]] = 1
    return Classification(
        cell=cell,
        probabilities=table / table.sum(axis=1, keepdims=True),
        p_arm_up=np.ones(count, np.float32),
        attention=np.full((count, 8), 1 / 8, np.float32),
        uprights=uprights,
        inputs=np.zeros((count, 1, 8, 8), np.float32),
        input_grids=np.zeros((count, 8, 8, 2), np.float32),
        scales=np.ones(len(cell)),
        model="none",
        model_hash="",
        device="none",
        thresholds=(0.5, 0.9),
        foreign=np.zeros(count, np.bool_),
        strange=np.zeros(count, np.bool_),
    )


def timed(action: Callable[[int], Any], repeats: int, draw: bool = True) -> float:
    """Return the median time of an action in milliseconds, with or without the drawing."""
    spent = []
    for number in range(repeats):
        start = time.perf_counter()
        action(number)
        if draw:
            QApplication.processEvents()
        spent.append(time.perf_counter() - start)
        QApplication.processEvents()
    return 1000 * float(np.median(spent))


def main(repeats: int) -> None:
    """Time the mosaic, then the naive way, on the same cell and window."""
    viewer = napari.Viewer(show=True, show_welcome_screen=False)
    viewer.window.resize(1100, 800)
    QApplication.processEvents()
    classification = known(1, Polarity.DARK)
    view, session = open_view(viewer), session_of(viewer)
    start = time.perf_counter()
    session.open(classification)
    QApplication.processEvents()
    opened = 1000 * (time.perf_counter() - start)
    cell = session.current
    assert cell is not None
    karyotype = cell.karyotype

    def move(number: int) -> None:
        karyotype.move([0], "2" if number % 2 == 0 else "1")

    def carry(number: int) -> None:
        view.selection.carry(200.0 + 5 * number, 300.0 + 20 * number)

    # As when a person moves one: it is selected, and its frame goes with it.
    session.select(0)
    move(0)
    work = timed(move, repeats, draw=False)
    whole = timed(move, repeats)
    idle = timed(lambda _: view.layers["karyogram"].refresh(extent=False), repeats)
    view.overlays.toggle("attention")
    QApplication.processEvents()
    overlay = timed(move, repeats)
    view.overlays.toggle("attention")
    view.selection.lift(0)
    step = timed(carry, repeats)
    view.selection.let_down()
    pan = timed(_pan(viewer), repeats)
    page, composer = view.page, view.composer
    assert page is not None
    assert composer is not None
    pictures = [preview_picture(composer, place) for place in page.places.values()]
    corners = [(place.box.top, place.box.left) for place in page.places.values()]
    view.remove()
    QApplication.processEvents()

    start = time.perf_counter()
    layers = [
        viewer.add_image(picture, rgb=True, translate=corner)
        for picture, corner in zip(pictures, corners, strict=True)
    ]
    QApplication.processEvents()
    naive_opened = 1000 * (time.perf_counter() - start)

    def naive_move(number: int) -> None:
        layers[0].translate = (100 + number, 300 * (number % 2))

    naive = timed(naive_move, repeats)
    naive_pan = timed(_pan(viewer), repeats)
    print(f"canvas {viewer.window.geometry()[2:]} pixels, median of {repeats}")
    print(f"{'':34}{'mosaic':>10}{'46 layers':>12}{'ratio':>8}")
    for name, ours, theirs in (
        ("open the karyogram", opened, naive_opened),
        ("move a chromosome, redrawn", whole, naive),
        ("pan the page", pan, naive_pan),
    ):
        print(f"{name:34}{ours:8.1f}ms{theirs:10.1f}ms{theirs / ours:8.1f}")
    print(f"{'move, without the drawing':34}{work:8.1f}ms")
    print(f"{'the drawing alone':34}{idle:8.1f}ms")
    print(f"{'move, with an overlay':34}{overlay:8.1f}ms")
    print(f"{'a step of a drag':34}{step:8.1f}ms")
    viewer.close()


def _pan(viewer: Any) -> Callable[[int], None]:
    middle = viewer.scene.camera.center

    def pan(number: int) -> None:
        viewer.scene.camera.center = (middle[0], middle[1] + 3 * (number % 5), middle[2])

    return pan


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    main(parser.parse_args().repeats)
