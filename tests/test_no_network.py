"""Nothing is asked of a network: classify, the demo, the window and its export."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from napari_karyo.io.cells import write_cell
from napari_karyo.simulation.sample import simulate_cell

#: Run by Python before anything else. Sockets of this computer alone, such as those of the
#: display, are none of a network.
BLOCK = """
import os, socket

def _note(what):
    with open(os.environ["NETWORK_CALLS"], "a") as stream:
        stream.write(f"{what}\\n")
    raise OSError(f"no network here: {what}")

def _refuse(name):
    def refused(*args, **options):
        _note(f"{name}{args}")
    return refused

class Blocked(socket.socket):
    def __init__(self, family=-1, *args, **options):
        if family != getattr(socket, "AF_UNIX", None):
            _note(f"socket {family}")
        super().__init__(family, *args, **options)

socket.socket = Blocked
for name in (
    "getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "create_connection",
    "create_server", "getnameinfo",
):
    setattr(socket, name, _refuse(name))
"""

WINDOW = """
import sys
from pathlib import Path
import napari, mouse
from napari_karyo.gui.contributions.commands import open_classify
from napari_karyo.gui.session.session import session_of
from napari_karyo.gui.docks.opening import open_review

folder, out = Path(sys.argv[1]), Path(sys.argv[2])
viewer = napari.Viewer(show_welcome_screen=False)
form = open_classify(viewer)
form.read_folder(folder)
form.start.native.click()
mouse.wait_for(lambda: form.worker is None, timeout=120)
session = session_of(viewer)
assert session.current is not None, form.said.value
dock = open_review(viewer)
for name in ("page.pdf", "page.png", "record.json"):
    assert mouse.write(dock, out / name), name
viewer.close()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    from dataclasses import replace

    cell = simulate_cell("46,XX", seed=2)
    place = tmp_path / "P1"
    write_cell(replace(cell, chromosomes=cell.chromosomes[:6]), place)
    return place


def run_blocked(tmp_path: Path, *command: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run Python without a network; return what came of it, and what was tried."""
    start = tmp_path / "start"
    start.mkdir(exist_ok=True)
    (start / "sitecustomize.py").write_text(BLOCK)
    calls = tmp_path / "calls.txt"
    calls.write_text("")
    here = Path(__file__).resolve().parent
    paths = [str(start), str(here / "gui"), str(here), *filter(None, sys.path)]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "NETWORK_CALLS": str(calls),
        "NAPARI_CONFIG": str(tmp_path / "settings.yaml"),
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True
    )
    return done, calls.read_text()


def test_the_block_holds(tmp_path: Path) -> None:
    asks = "import urllib.request as u; u.urlopen('http://192.0.2.1/')"
    done, calls = run_blocked(tmp_path, "-c", asks)
    assert done.returncode
    assert "no network here" in done.stderr
    assert calls


def test_the_shell_needs_no_network(tmp_path: Path, folder: Path) -> None:
    program = ("-m", "napari_karyo")
    table, picture = tmp_path / "table.csv", tmp_path / "demo.png"
    done, calls = run_blocked(tmp_path, *program, "classify", str(folder), "--output", str(table))
    assert done.returncode == 0, done.stderr
    assert table.is_file()
    assert not calls
    done, calls = run_blocked(tmp_path, *program, "demo", "--output", str(picture))
    assert done.returncode == 0, done.stderr
    assert picture.stat().st_size > 10_000
    assert not calls


@pytest.mark.gui
def test_the_window_needs_no_network(tmp_path: Path, folder: Path) -> None:
    done, calls = run_blocked(tmp_path, "-c", WINDOW, str(folder), str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "record.json").stat().st_size > 1000
    assert not calls
