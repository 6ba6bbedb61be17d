"""Figure 5 made again: saliency of the same crops under each network, and in numbers."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from napari_karyo.classes import CLASS_INDEX, CLASSES
from napari_karyo.inference.device import choose_device
from napari_karyo.inference.faithfulness import Faithfulness, measure
from napari_karyo.inference.saliency import BLUR, gradients
from napari_karyo.io.atomic_write import atomic_write
from napari_karyo.lettering import draw_text
from napari_karyo.models.named import TABLE_1
from napari_karyo.models.weights import load_weights
from napari_karyo.reproduction.clock import Clock
from napari_karyo.reproduction.runs import EXPLAINED, EXPLANATION, STAIN, TrainingRun
from napari_karyo.training.provenance import provenance
from napari_karyo.training.train import load_crops

#: Crops of ``val`` of each class that are measured.
EACH = 4
#: Classes of which the first crop is drawn.
SHOWN = ("1", "3", "7", "9", "13", "16", "21", "X")
#: In the folder of a run: the crops that are drawn and their maps, so that drawing them
#: again asks no network.
MAPS = "saliency.npz"
_CELL, _EDGE = 150, 22
_MEASURES = tuple(item.name for item in fields(Faithfulness))


def explain(
    run: TrainingRun,
    data: Path,
    work: Path,
    clock: Clock,
    *,
    device: str = "auto",
    progress: Callable[[str], None] = print,
) -> bool:
    """Measure the saliency of a trained run, once, class by class.

    What is measured is kept in ``faithfulness.json`` of the run, with the SHA-256 of the
    weights; of other weights it is measured anew.

    Parameters
    ----------
    run : TrainingRun
    data, work : Path
    clock : Clock
        Asked after each class, and after the crops were loaded.
    device : {"auto", "cuda", "mps", "cpu"}
    progress : callable

    Returns
    -------
    bool
        Whether all of it is measured.
    """
    if run.explained:
        return True
    if clock.up():
        return False
    progress(f"saliency of {run.row}, seed {run.seed}")
    place = choose_device(device)
    loaded = load_weights(run.weights)
    network = loaded.network
    crops = load_crops([data], work, network.config.input, (STAIN,), progress)
    val = crops.select("val")
    content = run.explanation() or {"sha256": loaded.sha256, "seconds": 0.0, "classes": {}}
    for number, name in enumerate(CLASSES):
        chosen = val[crops.labels[val] == number][:EACH]
        if name in content["classes"] or not len(chosen):
            continue
        if clock.up():
            return False
        began = time.monotonic()
        values = measure(network, crops.pictures(chosen), crops.labels[chosen], place)
        content["classes"][name] = asdict(values)
        content["seconds"] += time.monotonic() - began
        with atomic_write(run.folder / EXPLANATION, text=True) as file:
            file.write(json.dumps(content, indent=1))
        clock.worked()
    first = [val[crops.labels[val] == CLASS_INDEX[name]][:1] for name in SHOWN]
    shown = np.concatenate(first)
    np.savez_compressed(
        run.folder / MAPS,
        allow_pickle=False,
        crops=crops.inputs[shown],
        maps=gradients(network, crops.pictures(shown), crops.labels[shown], place),
    )
    content["mean"] = _mean(list(content["classes"].values()))
    content["made"] = provenance(str(place), content["seconds"])
    # Last: what has a mean is finished.
    with atomic_write(run.folder / EXPLANATION, text=True) as file:
        file.write(json.dumps(content, indent=1))
    clock.worked()
    return True


def _mean(classes: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Return the mean over all crops, of what was measured class by class."""
    counts = np.array([values["crops"] for values in classes], np.float64)
    mean: dict[str, float] = {}
    for name in _MEASURES:
        values = np.array([one[name] for one in classes], np.float64)
        # A map without any contrast correlates with nothing.
        known = ~np.isnan(values)
        total = counts[known].sum()
        mean[name] = float(values[known] @ counts[known] / total) if total else float("nan")
    return {**mean, "crops": int(counts.sum())}


def write_explanations(runs: Sequence[TrainingRun], output: Path) -> list[Path]:
    """Write ``saliency.csv`` and ``saliency.png`` of the rows that are measured.

    Parameters
    ----------
    runs : sequence of TrainingRun
        Of several seeds, the first one measured speaks for its row.
    output : Path

    Returns
    -------
    list of Path
        What was written; nothing where no row is measured.
    """
    measured = {run.row: run for run in reversed(runs) if run.explained}
    speakers = [measured[row] for row in EXPLAINED if row in measured]
    if not speakers:
        return []
    table = output / "saliency.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["row", "seed", *_MEASURES])
        for run in speakers:
            mean = (run.explanation() or {})["mean"]
            writer.writerow([run.row, run.seed, *(f"{mean[name]:.4g}" for name in _MEASURES)])
    columns: dict[str, NDArray[np.float32]] = {}
    for run in speakers:
        with np.load(run.folder / MAPS) as arrays:
            columns.setdefault("crop", arrays["crops"].astype(np.float32))
            columns[TABLE_1[run.row].title.split(" of ")[0]] = arrays["maps"]
    sheet = output / "saliency.png"
    _sheet(columns).save(sheet)
    return [table, sheet]


def _sheet(columns: dict[str, NDArray[np.float32]]) -> Image.Image:
    """Draw a row a crop: the crop, then its map under each network, nothing masked."""
    width, height = _CELL * len(columns), _EDGE + _CELL * len(columns["crop"])
    sheet = Image.new("RGB", (width, height), "black")
    for column, (title, values) in enumerate(columns.items()):
        middle = column * _CELL + _CELL // 2
        draw_text(sheet, (middle, _EDGE - 6), title[:22], 13, "white", align="middle")
        for row, picture in enumerate(values):
            shown = picture if title == "crop" else ndimage.gaussian_filter(picture, BLUR)
            grey = np.rint(255 * shown / max(float(shown.max()), 1e-30)).astype(np.uint8)
            tile = Image.fromarray(grey).resize((_CELL - 4, _CELL - 4), Image.Resampling.LANCZOS)
            sheet.paste(tile.convert("RGB"), (column * _CELL + 2, _EDGE + row * _CELL + 2))
    return sheet
