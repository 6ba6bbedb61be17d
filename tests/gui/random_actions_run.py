"""One sequence of random actions, and many of them in one process.

``python random_actions_run.py --first 7 --sequences 25 --actions 30`` plays the sequences
of the seeds 7 to 31 and writes one line of JSON for each to the standard output.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
#: Seconds after which one sequence is taken for one that never ends.
LIMIT = 600


@dataclass
class Played:
    """What came of a sequence.

    Attributes
    ----------
    seed : int
    actions : list of str
        In order; where something went wrong, the last one it was.
    faults : list of str
        What went wrong; empty where nothing did.
    """

    seed: int
    actions: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def play(
    seed: int,
    count: int,
    material: Path,
    make_viewer: Callable[[], Any],
    note: Callable[[str], None] = lambda _name: None,
    without: Collection[str] = (),
) -> Played:
    """Play one sequence in a window of its own, and close it wherever it ends.

    Parameters
    ----------
    seed : int
    count : int
        Actions.
    material : Path
        A copy of what `make_material` made, for this sequence alone.
    make_viewer : callable
    note : callable
        Is told the name of each action before it is done.
    without : collection of str
        Actions that are not done.
    """
    import mouse
    from filelock import FileLock
    from random_actions import Person, choose
    from random_actions_checks import Faults, check_all, close_all

    played, faults = Played(seed), Faults()
    threads = {one.name for one in threading.enumerate()}
    lock = FileLock(material / ".held.karyo.lock")
    with lock, faults.heard():
        person = Person(make_viewer(), material, make_viewer)
        mouse.settle()
        for step in range(count):
            person.chance = random.Random(f"{seed}/{step}")
            doing = choose(person, without)
            played.actions.append(doing.name)
            note(doing.name)
            try:
                doing.do(person)
                mouse.settle()
                played.faults += check_all(person, thorough=step % 6 == 5)
            except Exception as error:
                faults.add(f"in {doing.name}", error)
            played.faults += faults.take()
            if played.faults:
                break
        played.actions.append("close")
        note("close")
        before = list(played.faults)
        try:
            played.faults += close_all(person, threads, faults)
        except Exception as error:
            faults.add("in close", error)
        played.faults = [*before, *faults.take(), *played.faults[len(before) :]]
    return played


def shield(viewer: Any) -> None:
    """Do from the first what `gui.window.attend` does once a dock is there.

    napari 0.9 ends the program where the lower of two images is removed: see there.
    """
    from qtpy.QtOpenGLWidgets import QOpenGLWidget

    canvas = viewer.window._qt_window.findChild(QOpenGLWidget)
    viewer.layers.events.removing.connect(lambda _event: canvas.makeCurrent())


def spare(make_viewer: Callable[[], Any]) -> None:
    """Spare the search for garbage what lives as long as the program.

    napari searches at each removal of a layer, and each sequence ends with some searches: in a
    program of so many modules they took a third of the time.
    """
    import mouse
    from qtpy.QtCore import QCoreApplication, QEvent

    make_viewer().close()
    mouse.settle()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    gc.freeze()


def prepare() -> None:
    """Set what must be set before napari is imported; nothing of the person's own is touched."""
    folder = Path(tempfile.mkdtemp(prefix="random-actions-"))
    os.environ["NAPARI_CONFIG"] = str(folder / "settings.yaml")
    os.environ["XDG_DATA_HOME"] = str(folder / "data")
    # Another napari that begins at this moment writes its icons anew, half of one at a time.
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # Software OpenGL draws in threads of its own, and waits for them where cores are shared.
    os.environ.setdefault("LP_NUM_THREADS", "0")
    sys.path[:0] = [str(HERE), str(HERE.parent)]
    warnings.simplefilter("error")
    warnings.filterwarnings("ignore", module="pydantic|npe2|app_model")
    warnings.filterwarnings("ignore", category=ResourceWarning)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--sequences", type=int, default=1)
    parser.add_argument("--actions", type=int, default=30)
    chosen = parser.parse_args()
    prepare()
    import napari
    from random_actions import make_material

    faulthandler.enable()

    def make_viewer() -> Any:
        viewer = napari.Viewer(show_welcome_screen=False)
        viewer.window.resize(900, 700)
        shield(viewer)
        return viewer

    templates = Path(tempfile.mkdtemp(prefix="random-actions-")) / "material"
    make_material(templates)
    spare(make_viewer)
    for seed in range(chosen.first, chosen.first + chosen.sequences):
        say(begun=seed)
        faulthandler.dump_traceback_later(LIMIT, exit=True)
        material = templates.with_name(f"sequence {seed}")
        shutil.copytree(templates, material)
        began, worked = time.perf_counter(), time.process_time()
        played = play(seed, chosen.actions, material, make_viewer, lambda name: say(doing=name))
        seconds = round(time.perf_counter() - began, 1)
        work = round(time.process_time() - worked, 1)
        say(
            seed=seed,
            seconds=seconds,
            work=work,
            actions=played.actions,
            faults=played.faults,
        )
        faulthandler.cancel_dump_traceback_later()
        shutil.rmtree(material, ignore_errors=True)
        # What napari keeps of closed windows would be searched from now on.
        gc.freeze()
    say(done=True)
    # Nothing of the interpreter's own end belongs to a sequence.
    sys.stdout.flush()
    os._exit(0)


def say(**what: object) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
