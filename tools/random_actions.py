"""Let a person do anything at any time in real windows: many random sequences of actions.

``python tools/random_actions.py --sequences 300 --actions 30 --seed 0``

Each sequence has a seed, a fresh window, and ends with the window being closed wherever it
is. Of each that fails the seed and the actions are printed; ``--sequences 1 --seed SEED``
plays it again. Where there is no display, a virtual one is used (Xvfb). Some sequences share
a process; one that ends the process costs no other.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

RUN = Path(__file__).resolve().parents[1] / "tests" / "gui" / "random_actions_run.py"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=300)
    parser.add_argument("--actions", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0, help="of the first sequence")
    parser.add_argument("--each", type=int, default=25, help="sequences in one process")
    chosen = parser.parse_args()
    began = time.monotonic()
    counts: Counter[str] = Counter()
    failed: list[int] = []
    played = 0
    with _display():
        seed, end = chosen.seed, chosen.seed + chosen.sequences
        while seed < end:
            many = min(chosen.each, end - seed)
            for result in _process(seed, many, chosen.actions):
                counts.update(result["actions"])
                played += 1
                seed = result["seed"] + 1
                if result["faults"]:
                    failed.append(result["seed"])
                    _tell(result, chosen.actions)
                else:
                    spent = f"{result['seconds']} s, {result['work']} s of work"
                    print(f"seed {result['seed']}: passed, {spent}", flush=True)
    minutes = (time.monotonic() - began) / 60
    print(f"\n{played} sequences, {played - len(failed)} passed, in {minutes:.1f} minutes")
    print("actions: " + ", ".join(f"{name} {number}" for name, number in counts.most_common()))
    if failed:
        print(f"failed seeds: {' '.join(map(str, failed))}")
    return 1 if failed else 0


def _process(first: int, many: int, actions: int) -> Iterator[dict[str, Any]]:
    """Play sequences in one process; yield what came of each, also of one that ended it."""
    command = [sys.executable, str(RUN), "--first", str(first), "--sequences", str(many)]
    begun = first
    doings: list[str] = []
    with tempfile.TemporaryFile("w+", errors="replace") as errors:
        process = subprocess.Popen(
            [*command, "--actions", str(actions)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            bufsize=1,
        )
        assert process.stdout is not None
        for line in process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if "begun" in said:
                begun, doings = said["begun"], []
            elif "doing" in said:
                doings.append(said["doing"])
            elif "seed" in said:
                yield said
            elif "done" in said:
                begun = -1
        code = process.wait()
        errors.seek(0)
        # Python's list of what is loaded is no help, and long.
        words = errors.read().partition("\nExtension modules:")[0][-6000:]
    if begun >= 0:
        faults = [f"the process ended with {code}:\n{words}"]
        yield {"seed": begun, "seconds": 0, "work": 0, "actions": doings, "faults": faults}


def _tell(result: dict[str, Any], actions: int) -> None:
    print(f"\nseed {result['seed']} FAILED after {len(result['actions'])} actions:")
    print("  " + ", ".join(result["actions"]))
    for fault in result["faults"]:
        print("  " + fault.rstrip().replace("\n", "\n  "))
    print(
        f"  again: python tools/random_actions.py --sequences 1 --actions {actions} "
        f"--seed {result['seed']}\n",
        flush=True,
    )


def _display() -> AbstractContextManager[Any]:
    """Return a display to open windows on: the one there is, or a virtual one."""
    if not sys.platform.startswith("linux"):
        return nullcontext()
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return nullcontext()
    from pyvirtualdisplay.display import Display

    return Display(backend="xvfb", size=(1280, 1024), color_depth=24)


if __name__ == "__main__":
    raise SystemExit(main())
