"""Workers that read one wrong file after another, each under limits, and watch each other.

A worker is forked once everything is loaded. It may take five seconds for a file and a
gigabyte of memory, write below its own folder only, and speak to nobody.
"""

from __future__ import annotations

import json
import mmap
import os
import resource
import shutil
import signal
import struct
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from napari_karyo.errors import KaryoError

SECONDS = 5
MEMORY = 10**9

#: What Python says of before it is done: to write, to delete, to connect.
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_CHANGING = frozenset(
    [
        "os.remove",
        "os.rename",
        "os.rmdir",
        "os.mkdir",
        "os.symlink",
        "os.link",
        "os.chmod",
        "os.chown",
        "os.truncate",
        "shutil.rmtree",
        "shutil.move",
    ]
)
_NEVER = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "ctypes.dl")


@dataclass
class Result:
    """What came of a run.

    Attributes
    ----------
    ran : int
    outcomes : counter of str
    faults : list of dict
        Distinct ones, each with the number of the input that shows it.
    seconds, slowest : float
        Of the whole run; of one input.
    memory : int
        The most that a worker held, in bytes, beyond what it began with.
    """

    ran: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    slowest: float = 0.0
    memory: int = 0


class _Watch:
    """Hears of everything that Python opens, and says what lies outside."""

    def __init__(self, target: Path) -> None:
        self.target = f"{target}{os.sep}"
        self.on = False
        self.seen: list[str] = []

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event == "open":
            path, _, flags = args
            if flags & _WRITING and not isinstance(path, int):
                self._judge(event, path)
        elif event in _CHANGING:
            for path in args[:2]:
                if isinstance(path, str | bytes | os.PathLike):
                    self._judge(event, path)
        elif event.startswith(_NEVER):
            self.seen.append(f"{event} {args}"[:200])

    def _judge(self, event: str, path: Any) -> None:
        self.on = False
        whole = os.path.abspath(os.fsdecode(path))
        # Not realpath of the file itself: what is replaced is the link, not where it leads.
        place = os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))
        if not f"{place}{os.sep}".startswith(self.target) and whole != os.devnull:
            self.seen.append(f"{event} {whole}")
        self.on = True


@dataclass(frozen=True)
class _Ears:
    """Hear what is written on the screen, by compiled code too, for nothing else does."""

    heard_in: int
    screen: int

    def heard(self) -> str:
        """Return what was written since the last time."""
        if not os.fstat(self.heard_in).st_size:
            return ""
        os.lseek(self.heard_in, 0, os.SEEK_SET)
        words = os.read(self.heard_in, 4000).decode("utf-8", "replace")
        os.ftruncate(self.heard_in, 0)
        os.lseek(self.heard_in, 0, os.SEEK_SET)
        return words


def _ears() -> _Ears:
    """Turn what this process says from the screen to where it can be heard."""
    ears = _Ears(os.memfd_create("heard"), os.dup(2))
    os.dup2(ears.heard_in, 1)
    os.dup2(ears.heard_in, 2)
    return ears


def run(
    make: Callable[[Any, Random, Path], None],
    door: Callable[[Random, Path], str],
    seeds: Any,
    kind: str,
    inputs: range,
    seed: int,
    workers: int,
    keep: Path | None = None,
) -> Result:
    """Read wrong files in several workers.

    Parameters
    ----------
    make : callable
        Writes the file of one input below a folder.
    door : callable
        Reads it as the program does; returns a word for what came of it.
    seeds : Any
        What `make` begins with.
    kind : str
    inputs : range
        Numbers of the inputs: each is made from its number and `seed` alone.
    seed, workers : int
    keep : Path, optional
        Where the files are kept that show a fault.

    Returns
    -------
    Result
    """
    result = Result()
    began = time.monotonic()
    shared = [mmap.mmap(-1, 8) for _ in range(workers)]
    with tempfile.TemporaryDirectory(dir=_quick_folder()) as place:
        left = {n: inputs[n::workers] for n in range(workers)}
        running: dict[int, tuple[int, Path]] = {}
        watched: dict[int, tuple[int, float]] = {}

        def start(n: int) -> None:
            report = Path(place) / f"report-{n}-{time.monotonic_ns()}.json"
            shared[n][:8] = struct.pack("<q", -1)
            pid = os.fork()
            if pid == 0:
                status = 70
                spoken = _ears()
                try:
                    folder = Path(place) / f"worker-{n}"
                    work = (make, door, seeds, kind, left[n], seed, folder, shared[n], report)
                    _work(*work, spoken, keep)
                    status = 0
                except BaseException:
                    os.write(spoken.screen, traceback.format_exc().encode())
                finally:
                    os._exit(status)
            running[pid] = (n, report)

        for n in left:
            start(n)
        while running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                time.sleep(0.2)
                for other, (n, _) in running.items():
                    watched[n] = _watched(watched.get(n), other, shared[n])
                continue
            n, report = running.pop(pid)
            if report.exists():
                _add(result, json.loads(report.read_text()))
            if status == 0:
                continue
            # It died of an input: with that one known, another worker goes on behind it.
            (number,) = struct.unpack("<q", shared[n][:8])
            name = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else status
            fault = {"what": f"the worker ended: {name}", "where": "", "number": number}
            _add(result, {"faults": [fault], "ran": 1})
            left[n] = left[n][left[n].index(number) + 1 :] if number in left[n] else range(0)
            if left[n] and len(result.faults) < 50:
                start(n)
    result.seconds = time.monotonic() - began
    return result


def _watched(before: tuple[int, float] | None, pid: int, shared: mmap.mmap) -> tuple[int, float]:
    """End a worker that does nothing for too long: it waits for what will never come."""
    (number,) = struct.unpack("<q", shared[:8])
    # On a busy machine it waits for its turn, which is not the program's fault.
    now = time.monotonic() - _waited(pid)
    if before is None or before[:1] != (number,):
        return number, now
    if now - before[1] > 2 * SECONDS:
        os.kill(pid, signal.SIGKILL)
    return before


def _quick_folder() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _add(result: Result, part: dict[str, Any]) -> None:
    result.ran += part["ran"]
    result.outcomes.update(part.get("outcomes", {}))
    result.slowest = max(result.slowest, part.get("slowest", 0.0))
    result.memory = max(result.memory, part.get("memory", 0))
    known = {(one["what"], one["where"]) for one in result.faults}
    result.faults += [one for one in part["faults"] if (one["what"], one["where"]) not in known]


def _work(
    make: Callable[[Any, Random, Path], None],
    door: Callable[[Random, Path], str],
    seeds: Any,
    kind: str,
    numbers: range,
    seed: int,
    folder: Path,
    shared: mmap.mmap,
    report: Path,
    spoken: _Ears,
    keep: Path | None,
) -> None:
    target, outside = folder / "target", folder / "outside"
    shutil.rmtree(folder, ignore_errors=True)
    target.mkdir(parents=True)
    outside.mkdir()
    (outside / "canary").write_bytes(b"sings")
    os.chdir(outside)
    os.environ["HOME"] = str(outside)
    warnings.simplefilter("error")
    base = _held("VmSize")
    resource.setrlimit(resource.RLIMIT_AS, (base + MEMORY, base + MEMORY))
    first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    watch = _Watch(target.resolve())
    sys.addaudithook(watch)
    part: dict[str, Any] = {"ran": 0, "outcomes": Counter(), "faults": [], "slowest": 0.0}
    known = set()

    def tell() -> None:
        part["memory"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - first) * 1024
        report.write_text(json.dumps(part))

    for number in numbers:
        struct.pack_into("<q", shared, 0, number)
        chance = Random(f"{kind} {seed} {number}")
        make(seeds, chance, target)
        fault: tuple[str, str, str] | None = None
        began = time.monotonic()
        # It is not handled: what hangs in compiled code can only be ended.
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        waited = _waited()
        watch.on = True
        try:
            outcome = door(chance, target)
        except KaryoError:
            outcome = "refused"
        except BaseException as error:
            outcome = "fault"
            frames = traceback.extract_tb(error.__traceback__)
            mine = [one for one in frames if "napari_karyo" in one.filename] or list(frames)
            where = f"{Path(mine[-1].filename).name}:{mine[-1].lineno}"
            fault = (type(error).__name__, where, traceback.format_exc())
        watch.on = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        took = time.monotonic() - began - (_waited() - waited)
        if fault is None and took > SECONDS:
            fault = ("took too long", "", "")
        part["slowest"] = max(part["slowest"], took)
        part["ran"] += 1
        part["outcomes"][outcome] += 1
        if fault is None and (watch.seen or not _untouched(folder)):
            fault = ("written outside", "; ".join(watch.seen), "")
        words = spoken.heard()
        if fault is None and words:
            fault = ("said on the screen", words[:60], words)
        if fault is not None and fault[:2] not in known:
            known.add(fault[:2])
            what, where, words = fault
            part["faults"].append({"what": what, "where": where, "number": number, "words": words})
            if keep is not None:
                shutil.copytree(
                    target,
                    keep / f"{kind}-{seed}-{number}",
                    symlinks=True,
                    dirs_exist_ok=True,
                    ignore=_pipes,
                )
        if watch.seen or not _untouched(folder):
            watch.seen.clear()
            shutil.rmtree(outside)
            outside.mkdir()
            (outside / "canary").write_bytes(b"sings")
            os.chdir(outside)
        _empty(target)
        if part["ran"] % 500 == 0:
            tell()
    tell()


def _pipes(folder: str, names: list[str]) -> list[str]:
    return [
        name
        for name in names
        if not os.path.isfile(os.path.join(folder, name))
        and not os.path.isdir(os.path.join(folder, name))
    ]


def _untouched(folder: Path) -> bool:
    return (
        sorted(os.listdir(folder)) == ["outside", "target"]
        and os.listdir(folder / "outside") == ["canary"]
        and (folder / "outside" / "canary").read_bytes() == b"sings"
    )


def _empty(folder: Path) -> None:
    for one in os.scandir(folder):
        if one.is_dir(follow_symlinks=False):
            shutil.rmtree(one.path)
        else:
            os.unlink(one.path)


def _waited(pid: int | str = "self") -> float:
    """Return how long a process was ready to run but had no processor, in seconds."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except OSError:  # it ended meanwhile
        return 0.0


def _held(name: str) -> int:
    """Return what the process holds, in bytes, as Linux tells it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0
