"""How long a piece of work takes, on the clock and of the processor, and what memory it held."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """What one piece of work took.

    Attributes
    ----------
    seconds : float
        On the clock: what a person waits.
    processor : float
        Seconds of all cores together, which other work on the machine does not prolong.
    mib : float
        The most memory that its process ever held.
    """

    seconds: float
    processor: float
    mib: float


def peak(who: int = resource.RUSAGE_SELF) -> float:
    """Return the most memory a process, or the largest of its children, ever held, in MiB."""
    held = resource.getrusage(who).ru_maxrss
    return held / (2**20 if sys.platform == "darwin" else 2**10)


def processor(who: int = resource.RUSAGE_SELF) -> float:
    """Return how long the processor has worked for a process, or for its children, in seconds."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def timed(
    work: Callable[[int], object],
    repeats: int,
    *,
    settle: Callable[[], object] | None = None,
    who: int = resource.RUSAGE_SELF,
) -> Timing:
    """Return the medians of a piece of work, given the number of the repeat.

    Where it is repeated, it is called once before, to warm up; `settle` is called after each,
    and not timed. `who` does the work: this process, or its children.
    """
    spent: list[tuple[float, float]] = []
    warm = 1 if repeats > 1 else 0
    for number in range(repeats + warm):
        start, before = time.perf_counter(), processor(who)
        work(number)
        spent.append((time.perf_counter() - start, processor(who) - before))
        if settle is not None:
            settle()
    seconds, processors = zip(*spent[warm:], strict=True)
    return Timing(statistics.median(seconds), statistics.median(processors), peak(who))


def timed_program(command: Sequence[str], repeats: int) -> Timing:
    """Return the medians of a program, from its start to its end; warmed up as of `timed`."""
    return timed(
        lambda _: subprocess.run(command, check=True, stdout=subprocess.DEVNULL),
        repeats,
        who=resource.RUSAGE_CHILDREN,
    )
