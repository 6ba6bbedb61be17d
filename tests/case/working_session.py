"""Sessions that work on a case file until they are killed; run by `test_killed.py`.

Called with the case file and the number of sessions. Each is a process of its own, forked
from this one, because starting Python a hundred times would take minutes. It edits, and
says so in a pipe after each edit was seen by a view; it is killed at a random moment.
What it said, and what the file holds, are compared.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from napari_karyo.case import Case
from napari_karyo.classes import CLASSES
from napari_karyo.karyotype import SLOTS, Karyotype

#: After so many sessions the next ones work on a fresh copy of the file.
RENEWED = 10


def edit_at_random(karyotype: Karyotype, chance: random.Random) -> None:
    one = chance.choice(karyotype.present)
    what = chance.randrange(9)
    if what == 0:
        karyotype.undo()
    elif what == 1:
        karyotype.redo()
    elif what == 2:
        karyotype.turn([one])
    elif what == 3:
        karyotype.rotate([one], chance.uniform(-90, 90))
    elif what == 4:
        karyotype.review([one], chance.random() < 0.7)
    elif what == 5:
        karyotype.annotate(f"note {chance.random()}")
    elif what == 6:
        karyotype.sign("reviewed")
    else:
        karyotype.move([one], chance.choice(SLOTS if what == 7 else CLASSES))


def session(path: Path, cell: int, pipe: int, seed: int) -> None:
    """Edit for ever, telling each state that a view was shown."""
    chance = random.Random(seed)
    case = Case.open(path)
    assert not case.read_only, case.read_only
    karyotype = case.karyotype(cell, who="AB")

    def shown(_change: object) -> None:
        line = json.dumps([len(karyotype.history), karyotype.state.to_dict()]) + "\n"
        os.write(pipe, line.encode())

    karyotype.changed.connect(shown)
    os.write(pipe, b"ready\n")
    while True:
        edit_at_random(karyotype, chance)


def kill_one(path: Path, cell: int, seed: int) -> int:
    """Let a session work, kill it, and return how many edits it had shown."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        session(path, cell, writing, seed)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        assert stream.readline() == b"ready\n", "the session did not begin"
        time.sleep(random.Random(seed).uniform(0.0, 0.06))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        # What it had said before it died, half a line left out.
        said = [line for line in stream.read().split(b"\n")[:-1] if line]
    with Case.open(path) as case:
        assert not case.read_only, "the lock outlived its program"
        karyotype = case.karyotype(cell)
        if said:
            edits, state = json.loads(said[-1])
            shown = [json.loads(line)[1] for line in said]
            if karyotype.state.to_dict() != state:
                # One more may have been kept that no view was shown any more.
                last = case.events(cell)[-1]
                ends = {"undo": (last.edit.after, last.edit.before)}
                before, after = ends.get(last.direction, (last.edit.before, last.edit.after))
                assert before.to_dict() == state, f"{edits} edits were shown, and one is lost"
                assert after == karyotype.state
            assert len(case.events(cell)) >= len(shown)
    return len(said)


def main(path: Path, sessions: int) -> int:
    with Case.open(path) as case:
        cell = case.cells()[0].number
    shown = []
    for seed in range(sessions):
        if seed % RENEWED == 0:
            # A history that only grows would take ever longer to read back.
            one = path.with_name(f"{path.stem}-{seed}{path.suffix}")
            shutil.copy(path, one)
        shown.append(kill_one(one, cell, seed))
    print(json.dumps({"sessions": len(shown), "edits": sum(shown), "least": min(shown)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
