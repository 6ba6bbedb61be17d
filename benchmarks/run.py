"""How long everything takes, and what memory it holds, each beside another way to do it.

    xvfb-run -a python benchmarks/run.py [ROW ...] [--threads 2] [--repeats 5] [--long]

Prints one table. Each figure is measured in a process of its own, what stands beside it in the
same run: seconds on the clock, seconds of the processor (those of all cores together, which other
work on the machine does not prolong), and the most memory that the process held, with Python and
all libraries. *Ratio* is what stands beside over ours, by the processor. Rows of windows are
left out where there is no display. Asserts nothing, because the figures are the machine's own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Final

from timing import Timing

_START: Final = "speed_start"
_PROGRAM: Final = "speed_program"
_WINDOW: Final = "speed_window"


@dataclass(frozen=True)
class Measure:
    """One thing to measure.

    Attributes
    ----------
    module, function : str
        What measures it, given the repeats and `arguments`.
    arguments : tuple of int
    key : str
        Which of several timings that it returns; empty where it returns one.
    display : bool
        Whether it opens a window.
    """

    module: str
    function: str
    arguments: tuple[int, ...] = ()
    key: str = ""
    display: bool = False

    @property
    def process(self) -> tuple[str, str, tuple[int, ...]]:
        """What is run for it: measures that share a process are run once."""
        return self.module, self.function, self.arguments


@dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes
    ----------
    name : str
        By which it is asked for.
    words : str
        What is done.
    ours : Measure
    beside : str
        The other way to do it.
    other : Measure
    long : bool
        Whether it is only measured where asked for.
    """

    name: str
    words: str
    ours: Measure
    beside: str
    other: Measure
    long: bool = False

    @property
    def needs_display(self) -> bool:
        """Whether it opens a window."""
        return self.ours.display or self.other.display


def _start(function: str) -> Measure:
    return Measure(_START, function)


def _napari(plugin: bool) -> Measure:
    return Measure(_START, "napari_start", (int(plugin),), display=True)


def _program(function: str, *arguments: int, key: str = "") -> Measure:
    return Measure(_PROGRAM, function, arguments, key)


def _window(function: str, key: str = "") -> Measure:
    return Measure(_WINDOW, function, key=key, display=True)


def _of_crops(crops: int, *, long: bool = False) -> tuple[Row, ...]:
    words = "1 crop" if crops == 1 else f"{crops:,} crops"
    whole = _program("classify", crops)
    alone = _program("network", crops)
    return (
        Row(
            f"classify-{crops}",
            f"classify {words}, from pictures to classes",
            whole,
            "plain loop, one by one",
            _program("plain_loop", crops),
            long,
        ),
        Row(
            f"network-{crops}",
            f"the network alone, {words}, four views",
            alone,
            "ONNX Runtime",
            _program("onnx_runtime", crops),
            long,
        ),
    )


ROWS: Final = (
    Row(
        "share",
        "the plugin's own share of napari's start",
        _start("plugin_share"),
        "finding every plugin",
        _start("napari_plugins"),
    ),
    Row(
        "start",
        "napari starts, with the plugin",
        _napari(True),
        "without it",
        _napari(False),
    ),
    Row(
        "help",
        "`napari-karyo --help`",
        _start("shell_help"),
        "an empty Python",
        _start("empty_python"),
    ),
    Row(
        "cold",
        "`napari-karyo classify` of one cell, cold",
        _start("shell_classify"),
        "`import torch` alone",
        _start("python_with_torch"),
    ),
    Row(
        "read",
        "read a folder of 46 crops",
        _program("read_cell"),
        "Pillow alone",
        _program("read_by_pillow"),
    ),
    Row(
        "prepare",
        "prepare 46 crops for the network",
        _program("prepare"),
        "each resized by scikit-image",
        _program("resize"),
    ),
    *_of_crops(1),
    *_of_crops(46),
    *_of_crops(920),
    *_of_crops(10_000, long=True),
    Row(
        "papers",
        "classify 46 crops, from pictures to classes",
        _program("classify", 46),
        "the paper's Res-CRANN, one by one",
        _program("papers_loop", 46),
    ),
    Row(
        "bfloat16",
        "the network alone, 46 crops, four views",
        _program("network", 46),
        "the same in bfloat16",
        _program("network_in_bfloat16", 46),
    ),
    Row(
        "sums",
        "the network alone, 46 crops, four views",
        _program("network", 46),
        "as many sums in products of matrices",
        _program("arithmetic", 46),
    ),
    Row(
        "spread",
        "find the chromosomes of a spread of 700 x 800",
        _program("spread"),
        "Otsu's threshold and components",
        _program("spread_by_threshold"),
    ),
    Row(
        "saliency",
        "saliency of 46 crops",
        _program("saliency"),
        "crop by crop",
        _program("saliency_one_by_one"),
    ),
    Row(
        "open",
        "show a karyogram",
        _window("mosaic", "open"),
        "46 layers",
        _window("layers", "open"),
    ),
    Row(
        "move",
        "a move, redrawn",
        _window("mosaic", "move"),
        "46 layers",
        _window("layers", "move"),
    ),
    Row(
        "move-own",
        "a move, own share",
        _window("mosaic", "move, own"),
        "the drawing alone: OpenGL's share",
        _window("mosaic", "drawing"),
    ),
    Row(
        "overlay",
        "a move with an overlay, redrawn",
        _window("mosaic", "move, overlay"),
        "without the overlay",
        _window("mosaic", "move"),
    ),
    Row(
        "drag",
        "a step of a drag, own share",
        _window("mosaic", "drag, own"),
        "with the drawing",
        _window("mosaic", "drag"),
    ),
    Row(
        "pan",
        "pan the page",
        _window("mosaic", "pan"),
        "46 layers",
        _window("layers", "pan"),
    ),
    Row(
        "compose",
        "a move composed, without a window",
        _program("composing", key="move"),
        "the whole page",
        _program("composing", key="whole"),
    ),
    Row(
        "case",
        "open a case of 20 cells in the window",
        _window("case_in_window"),
        "its cells read from Python",
        _window("case_alone"),
    ),
)


def chosen_rows(
    names: Sequence[str], *, long: bool, display: bool
) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """Return the rows to measure, and the names of those left out for want of a display.

    Parameters
    ----------
    names : sequence of str
        Of rows; all where empty.
    long : bool
        Whether rows that take long are measured where none is named.
    display : bool
        Whether a window can be opened.

    Raises
    ------
    ValueError
        Where a name is of no row.
    """
    known = {row.name: row for row in ROWS}
    for name in names:
        if name not in known:
            raise ValueError(f"{name!r} is no row; there are {', '.join(known)}.")
    wanted = [known[name] for name in dict.fromkeys(names)] or [
        row for row in ROWS if long or not row.long
    ]
    left_out = [row.name for row in wanted if row.needs_display and not display]
    return tuple(row for row in wanted if row.name not in left_out), tuple(left_out)


def span(seconds: float) -> str:
    """Return seconds as a person reads them: three digits, in milliseconds below one."""
    if seconds >= 1:
        return f"{seconds:.3g} s" if seconds < 1000 else f"{seconds:.0f} s"
    return f"{1000 * seconds:.3g} ms"


#: Of each measure what it took, or in words why that is not known.
Found = Mapping[Measure, "Timing | str"]


HEADS: Final = (
    *("what", "clock", "processor", "MiB"),
    *("beside it", "clock", "processor", "MiB", "ratio"),
)


def written(cells: Iterable[str]) -> str:
    """Return a line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def line_of(row: Row, found: Found) -> str:
    """Return a row's line of the table.

    Parameters
    ----------
    row : Row
    found : mapping of Measure to Timing or str
    """
    ours, other = found[row.ours], found[row.other]
    ratio = "–"
    if isinstance(ours, Timing) and isinstance(other, Timing) and ours.processor > 0:
        ratio = f"{other.processor / ours.processor:.2g}"
    return written((row.words, *_cells(ours), row.beside, *_cells(other), ratio))


def _cells(found: Timing | str) -> tuple[str, str, str]:
    if isinstance(found, str):
        return found, "–", "–"
    return span(found.seconds), span(found.processor), f"{found.mib:.0f}"


def measure_here(measure: Measure, repeats: int) -> dict[str, Timing]:
    """Measure in this process; a single timing has no name."""
    run: Callable[..., Timing | dict[str, Timing]] = getattr(
        import_module(measure.module), measure.function
    )
    found = run(repeats, *measure.arguments)
    return {"": found} if isinstance(found, Timing) else found


def measure_apart(measure: Measure, repeats: int, threads: int) -> dict[str, Timing] | str:
    """Measure in a process of its own; where that can't be, return why."""
    words = (measure.module, measure.function, *map(str, measure.arguments))
    command = [sys.executable, __file__, "--apart", *words]
    command += ["--repeats", str(repeats)]
    # Of torch and ONNX Runtime, and of the programs that it starts.
    given = os.environ | {"OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(command, capture_output=True, text=True, env=given, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        if any("ModuleNotFoundError" in line for line in last):
            return "not installed"
        print(done.stderr, file=sys.stderr)
        return "failed"
    told = json.loads(done.stdout.splitlines()[-1])
    return {name: Timing(**values) for name, values in told.items()}


def measured(rows: Iterable[Row], repeats: int, threads: int) -> Iterator[tuple[Row, Found]]:
    """Measure all that rows need, each process once; yields each row when it is known."""
    done: dict[object, dict[str, Timing] | str] = {}
    for row in rows:
        found: dict[Measure, Timing | str] = {}
        for measure in (row.ours, row.other):
            if measure.process not in done:
                done[measure.process] = measure_apart(measure, repeats, threads)
            told = done[measure.process]
            found[measure] = told if isinstance(told, str) else told[measure.key]
        yield row, found


def has_display() -> bool:
    """Tell whether a window can be opened."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "rows",
        nargs="*",
        metavar="ROW",
        help=f"all where left out: {', '.join(r.name for r in ROWS)}",
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--long", action="store_true", help="10,000 crops too")
    parser.add_argument("--apart", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.apart:
        module, function, *numbers = chosen.rows
        one = Measure(module, function, tuple(map(int, numbers)))
        told = measure_here(one, chosen.repeats)
        print(json.dumps({name: asdict(timing) for name, timing in told.items()}))
        return 0
    try:
        rows, left_out = chosen_rows(chosen.rows, long=chosen.long, display=has_display())
    except ValueError as error:
        parser.error(str(error))
    if left_out:
        words = "no display (see xvfb-run), so these are left out"
        print(f"{words}: {', '.join(left_out)}", file=sys.stderr)
    print(_conditions(chosen.threads, chosen.repeats), end="\n\n")
    print(written(HEADS), written(["---"] * len(HEADS)), sep="\n", flush=True)
    failed = False
    for row, found in measured(rows, chosen.repeats, chosen.threads):
        print(line_of(row, found), flush=True)
        failed |= "failed" in found.values()
    return 1 if failed else 0


def _conditions(threads: int, repeats: int) -> str:
    """Return where and when it was measured, and what else the machine did then."""
    # Asked of another process: what this one holds, those that it starts are told to hold too.
    ask = (
        "import json; from napari_karyo.training.provenance import provenance; "
        "print(json.dumps(provenance('cpu', 0.0)))"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    made = json.loads(done.stdout)
    load = f", load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    return (
        f"commit {made['commit']}, {made['written']}, {made['processor']}, torch {made['torch']}, "
        f"{threads} of {os.cpu_count()} cores{load}, medians of {repeats}"
    )


if __name__ == "__main__":
    sys.exit(main())
