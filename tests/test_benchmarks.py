"""`benchmarks/run.py`: which rows it measures, the table it writes, and that it runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

# What memory a process held is asked of the system; Windows doesn't say it so.
pytest.importorskip("resource")
sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import run
from timing import Timing

#: Each process imports torch anew, perhaps on a machine that does other things too.
pytestmark = pytest.mark.timeout(1200)
FOLDER = Path(run.__file__).parent


def row(name: str) -> run.Row:
    (found,) = (one for one in run.ROWS if one.name == name)
    return found


def names(asked: tuple[str, ...] = (), *, long: bool = False, display: bool = True) -> list[str]:
    return [one.name for one in run.chosen_rows(asked, long=long, display=display)[0]]


def run_it(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(FOLDER / "run.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=1000)


def test_every_row_has_a_name_of_its_own() -> None:
    assert len({one.name for one in run.ROWS}) == len(run.ROWS)


def test_what_takes_long_is_only_measured_where_asked_for() -> None:
    assert "classify-10000" not in names()
    assert "classify-10000" in names(long=True)
    assert names(("classify-10000",)) == ["classify-10000"]


def test_without_a_display_windows_are_left_out_and_named() -> None:
    rows, left_out = run.chosen_rows((), long=False, display=False)
    assert {"start", "move", "case"} <= set(left_out)
    assert {"share", "help", "compose"} <= {one.name for one in rows}
    assert not any(one.needs_display for one in rows)


def test_a_row_that_is_asked_for_twice_is_measured_once() -> None:
    assert names(("read", "help", "read")) == ["read", "help"]


def test_an_unknown_row_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="'reed' is no row; there are share, start"):
        run.chosen_rows(("reed",), long=False, display=True)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0123, "12.3 ms"), (0.9, "900 ms"), (1.25, "1.25 s"), (61.04, "61 s"), (1234.5, "1234 s")],
)
def test_times_are_written_as_a_person_reads_them(seconds: float, words: str) -> None:
    assert run.span(seconds) == words


def test_a_line_has_what_stands_beside_the_figure() -> None:
    one = row("network-46")
    found = {one.ours: Timing(2.0, 1.0, 400.4), one.other: Timing(1.0, 1.5, 300.0)}
    line = run.line_of(one, found)
    assert line.count("|") == run.written(run.HEADS).count("|")
    assert line == (
        "| the network alone, 46 crops, four views | 2 s | 1 s | 400 "
        "| ONNX Runtime | 1 s | 1.5 s | 300 | 1.5 |"
    )


def test_what_is_not_installed_has_no_figures_and_no_ratio() -> None:
    one = row("network-46")
    found = {one.ours: Timing(2.0, 1.0, 400.0), one.other: "not installed"}
    assert run.line_of(one, found).endswith("| ONNX Runtime | not installed | – | – | – |")


def test_measures_of_one_process_are_measured_together(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def apart(measure: run.Measure, repeats: int, threads: int) -> dict[str, Timing]:
        asked.append(measure.function)
        return {key: Timing(1.0, 1.0, 1.0) for key in ("move, own", "drawing", "move")}

    monkeypatch.setattr(run, "measure_apart", apart)
    rows = [row("move-own"), row("move")]
    told = list(run.measured(rows, 1, 1))
    assert asked == ["mosaic", "layers"]
    assert [(one, set(found)) for one, found in told] == [(one, {*_both(one)}) for one in rows]


def _both(one: run.Row) -> tuple[run.Measure, run.Measure]:
    return one.ours, one.other


def test_what_ends_badly_is_said_and_costs_only_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.measure_apart(run.Measure("speed_start", "not_there"), 1, 1) == "failed"
    assert "not_there" in capsys.readouterr().err


def test_its_help_names_the_rows() -> None:
    done = run_it("--help")
    assert done.returncode == 0, done.stderr
    assert all(one.name in done.stdout for one in run.ROWS)


def test_a_row_is_measured_and_written() -> None:
    done = run_it("help", "--repeats", "1", "--threads", "1")
    assert done.returncode == 0, done.stderr
    head, rule, line = done.stdout.splitlines()[-3:]
    assert (head, set(rule)) == (run.written(run.HEADS), {"|", " ", "-"})
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert (cells[0], cells[4]) == ("`napari-karyo --help`", "an empty Python")
    # How much of the processor an empty Python took may be too little to be told.
    assert all(re.fullmatch(r"\d+(\.\d+)? m?s", cells[place]) for place in (1, 5))
    assert int(cells[3]) > 0


def test_every_measure_is_a_function() -> None:
    sources = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("speed_*.py")}
    for one in run.ROWS:
        for measure in _both(one):
            assert f"\ndef {measure.function}(repeats: int" in sources[measure.module]
            assert not measure.key or f'"{measure.key}"' in sources[measure.module]
