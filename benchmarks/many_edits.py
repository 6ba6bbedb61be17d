"""What an edit costs after thousands of others, in a real window and with a case file.

Run with ``python benchmarks/many_edits.py --edits 10000``; needs a display (or
``xvfb-run -a``). Prints milliseconds of processor time and kilobytes: of the first and the
last five hundred edits. Nothing is asserted, because the figures are the machine's own.
"""

from __future__ import annotations

import argparse
import gc
import random
import tempfile
import time
from pathlib import Path

import napari
import numpy as np
import psutil
from qtpy.QtWidgets import QApplication
from speed_program import known

from napari_karyo.case import Case
from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASSES
from napari_karyo.gui.canvas.karyogram_view import open_view
from napari_karyo.gui.docks.opening import open_review
from napari_karyo.gui.session.session import Session, session_of

#: Edits compared at either end.
MANY = 500


def edit(session: Session, chance: random.Random) -> None:
    """Do what a person does most: move, turn, rotate, accept, undo and redo."""
    cell = session.current
    assert cell is not None
    karyotype, kind = cell.karyotype, chance.random()
    one = chance.choice(karyotype.present)
    session.select(one)
    if kind < 0.5:
        karyotype.move([one], chance.choice(CLASSES))
    elif kind < 0.6:
        karyotype.turn([one])
    elif kind < 0.7:
        karyotype.rotate([one], 2.0)
    elif kind < 0.8:
        karyotype.review([one], one not in karyotype.state.reviewed)
    elif kind < 0.93:
        karyotype.undo()
    else:
        karyotype.redo()


def main(edits: int, tab: str) -> None:
    """Time edits from the first to the last."""
    viewer = napari.Viewer(show=True, show_welcome_screen=False)
    viewer.window.resize(1100, 800)
    open_view(viewer)
    session, chance = session_of(viewer), random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "P1.karyo"
        session.open(known(1, Polarity.DARK), case=session.hold(Case.create(path, "P1")))
        open_review(viewer).show_tab(tab)
        QApplication.processEvents()
        process, spent, memory = psutil.Process(), [], []
        for number in range(edits):
            start = time.process_time()
            edit(session, chance)
            QApplication.processEvents()
            spent.append(1000 * (time.process_time() - start))
            if number % 100 == 0:
                gc.collect()
                memory.append(process.memory_info().rss / 1024)
        many = min(MANY, edits // 3)
        first, last = np.median(spent[:many]), np.median(spent[-many:])
        cell = session.current
        assert cell is not None
        print(f"{edits} edits, {cell.karyotype.done_count} of them done, tab {tab}")
        print(f"an edit at the start {first:.1f} ms, at the end {last:.1f} ms: {last / first:.2f}")
        third = max(1, len(memory) // 3)
        for words, part in (("first", memory[:third]), ("last", memory[-third:])):
            grown = (part[-1] - part[0]) / max(1, 100 * (len(part) - 1))
            print(f"memory for each edit, {words} third: {grown:.2f} kB")
        print(f"the case file: {path.stat().st_size / edits / 1024:.2f} kB for each edit")
        start = time.process_time()
        with Case.open(path, read_only=True) as case:
            assert cell.number is not None
            assert case.karyotype(cell.number).state == cell.karyotype.state
        print(f"read back in {time.process_time() - start:.1f} s")
        viewer.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--tab", default="Cell", help="Chromosome, Cell, Patient or Export")
    chosen = parser.parse_args()
    main(chosen.edits, chosen.tab)
