"""A killed program loses nothing: a working session, killed at a hundred random moments."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from drawn import make_cell, make_classification

from napari_karyo.case import Case
from napari_karyo.classified import ClassifiedCell, propose

SESSIONS = 100


@pytest.mark.skipif(not hasattr(os, "fork"), reason="sessions are forked; this system can't")
def test_a_session_killed_a_hundred_times_loses_no_edit(tmp_path: Path) -> None:
    path = tmp_path / "P1.karyo"
    found = make_classification(make_cell())
    with Case.create(path, "P1") as case:
        case.add(ClassifiedCell(found, propose(found, who="AB")))
    script = Path(__file__).with_name("working_session.py")
    done = subprocess.run(
        [sys.executable, str(script), str(path), str(SESSIONS)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    counted = json.loads(done.stdout)
    assert counted["sessions"] == SESSIONS
    # Else nothing was at stake.
    assert counted["edits"] > SESSIONS
