"""Read files that are wrong in a great many ways, through the doors that everybody uses.

Each input is made from its number and the seed alone, from a good file, by flipped bits,
cuts and splices, and by values that a field must never have. Whatever it is, the program
answers with an error of its own, within five seconds and a gigabyte, and writes nothing
outside the folder that it was given. Run on Linux:

    python tools/fuzz.py --kind case --inputs 100000 --seed 1

Ends with 1 where a fault was found; `--number` runs one input again.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def main() -> int:
    one = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    choices = ("case", "weights", "archive", "labels", "image")
    one.add_argument("--kind", choices=choices, action="append")
    one.add_argument("--inputs", type=int, default=1000, metavar="N")
    one.add_argument("--seed", type=int, default=0, metavar="S")
    one.add_argument("--number", type=int, help="run this input alone")
    one.add_argument("--workers", type=int, default=2)
    one.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the files of faults here")
    chosen = one.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")

    from fuzzing.files import kinds
    from fuzzing.workers import run

    keep = None if chosen.keep is None else chosen.keep.absolute()
    faults = 0
    for kind in chosen.kind or list(kinds()):
        prepare, make, door = kinds()[kind]
        alone = chosen.number is not None
        inputs = range(chosen.number, chosen.number + 1) if alone else range(chosen.inputs)
        workers = 1 if alone else chosen.workers
        result = run(make, door, prepare(), kind, inputs, chosen.seed, workers, keep)
        print(
            f"{kind}: {result.ran} inputs of seed {chosen.seed} in {result.seconds:.0f} s, "
            + ", ".join(f"{count} {word}" for word, count in sorted(result.outcomes.items()))
            + f"; slowest {result.slowest:.2f} s, {result.memory / 1e6:.0f} MB more at most",
            flush=True,
        )
        for fault in result.faults:
            print(f"  FAULT {fault['what']} at {fault['where']}, input {fault['number']}")
            print(fault.get("words", ""))
        faults += len(result.faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
