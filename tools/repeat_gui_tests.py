"""Run the tests in real windows many times while all cores are kept busy by something else.

    python tools/repeat_gui_tests.py [--times 20] [--workers 4] [arguments for pytest]

A test that fails by chance is a fault, of the product or of the test. Each run is told of in
one line, a failed one with what pytest said; the exit code is the number of failed runs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUSY = "while True: pass"


def main() -> int:
    """Repeat the tests and say how each run ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--busy", type=int, default=os.cpu_count(), help="busy loops beside")
    chosen, arguments = parser.parse_known_args()
    # What is to be tested is the checkout's own source, whichever is installed.
    paths = [str(ROOT / "src"), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["-n", str(chosen.workers), "--dist", "loadfile", *(arguments or ["tests/gui"])]
    loops = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(chosen.busy or 0)]
    failed = 0
    try:
        for number in range(1, chosen.times + 1):
            begun = time.monotonic()
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True
            )
            last = (done.stdout.strip().splitlines() or ["pytest said nothing"])[-1]
            load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
            took = time.monotonic() - begun
            print(f"run {number} of {chosen.times}: {last} ({took:.0f} s{load})", flush=True)
            if done.returncode:
                failed += 1
                print(done.stdout[-20000:], done.stderr[-4000:], sep="\n", flush=True)
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
    print(f"{chosen.times - failed} of {chosen.times} runs passed")
    return failed


if __name__ == "__main__":
    sys.exit(main())
