"""Over twenty thousand files that are wrong, each from its number: no error but our own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[1] / "tools" / "fuzz.py"


@pytest.mark.skipif(sys.platform != "linux", reason="the workers' limits are those of Linux")
@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("case", 1_500),
        ("weights", 2_500),
        ("archive", 4_000),
        ("labels", 7_000),
        # Folders of one to three files.
        ("image", 6_000),
    ],
)
def test_whatever_is_wrong_is_said(kind: str, inputs: int) -> None:
    done = subprocess.run(
        [sys.executable, str(TOOL), "--kind", kind, "--inputs", str(inputs), "--seed", "14"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{kind}: {inputs} inputs" in done.stdout
