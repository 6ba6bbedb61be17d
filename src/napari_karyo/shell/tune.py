"""``napari-karyo tune``: a laboratory's own model, trained and proved."""

from __future__ import annotations

import json
import math
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from typer import Argument, Option

from napari_karyo.shell.options import Device, TimeLimit
from napari_karyo.shell.telling import line

if TYPE_CHECKING:
    from napari_karyo.own_model.tuning import TuningProgress

#: Of the classes of priority that Windows knows.
_BELOW_NORMAL = 0x4000


def tune(
    data: Annotated[
        Path, Argument(metavar="DATA", help="folder with labels.csv: splits train and val")
    ],
    output: Annotated[
        Path, Option(metavar="FOLDER", help="the training folder, where everything is written")
    ],
    start: Annotated[
        str, Option(metavar="MODEL", help="what it goes on from, and is compared with")
    ] = "default",
    steps: Annotated[int | None, Option(min=1, help="instead of the usual number")] = None,
    seed: int = 0,
    device: Device = "auto",
    time_limit: TimeLimit = None,
    background: Annotated[
        bool, Option("--background", help="at low priority, while somebody works")
    ] = False,
    progress: Annotated[
        Literal["text", "json"], Option(help="what is printed: text, or a JSON object a line")
    ] = "text",
    no_resume: Annotated[bool, Option("--no-resume", help="begin anew")] = False,
) -> int:
    """Teach the shipped model a laboratory's corrected cells, and compare the two."""
    if background:
        _lower_priority()
    # Ended from outside it leaves nothing half written.
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        return _tune(
            data, output, start, steps, seed, device, time_limit, progress == "json", not no_resume
        )
    finally:
        signal.signal(signal.SIGTERM, before)


def _tune(
    data: Path,
    output: Path,
    start: str,
    steps: int | None,
    seed: int,
    device: str,
    time_limit: float | None,
    as_json: bool,
    resume: bool,
) -> int:
    from napari_karyo.own_model.tuning import prove
    from napari_karyo.own_model.tuning import tune as run

    tell = _as_json if as_json else _as_text
    weights = run(
        data,
        output,
        start=start,
        seed=seed,
        device=device,
        time_limit=time_limit,
        steps=steps,
        resume=resume,
        progress=tell,
    )
    if weights is None:
        words = "Time is up. The same command goes on from here."
        print(json.dumps({"stage": "paused", "said": words}) if as_json else words, flush=True)
        return 0
    comparison = prove(data, output, shipped=start, device=device, progress=tell)
    if not as_json:
        print(f"{output / 'comparison.html'} compares the two.")
        if comparison.is_better:
            print(f"Adopt it: napari-karyo adopt {output} --name NAME")
    return 0


def _stop(*_: Any) -> None:
    raise KeyboardInterrupt


def _lower_priority() -> None:
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL)
    else:
        os.nice(10)


def _as_json(told: TuningProgress) -> None:
    values = asdict(told)
    if values["loss"] is not None:
        values["loss"] = round(values["loss"], 4) if math.isfinite(values["loss"]) else None
    line(json.dumps(values))


def _as_text(told: TuningProgress) -> None:
    if told.said:
        line(told.said)
    elif told.stage == "train" and (told.step % 20 == 0 or told.step == told.steps):
        line(f"step {told.step} of {told.steps}, loss {told.loss:.3f}")
    elif told.stage in ("calibrate", "compare") and told.step == told.steps:
        line(f"{told.stage}: {told.step} of {told.steps} cells looked at")
