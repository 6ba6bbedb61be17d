"""Figure 5 made again: saliency of the same crops under each network, and in numbers."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from napari_karyo.classes import CLASS_INDEX, CLASSES
from napari_karyo.inference.device import choose_device
from napari_karyo.inference.faithfulness import Faithfulness, measure
from napari_karyo.inference.saliency import BLUR, gradients
from napari_karyo.karyogram.lettering import font
from napari_karyo.models.named import TABLE_1
from napari_karyo.models.weights import load_weights
from napari_karyo.reproduction.runs import STAIN, Run
from napari_karyo.training.train import load_crops

#: The networks of Figure 5, and the ensemble.
ROWS = ("resnet50", "crnn", "attention", "res_crann", "ensemble")
#: Classes whose crops are drawn.
SHOWN = ("1", "3", "7", "9", "13", "16", "21", "X")
_CELL, _EDGE = 150, 22


def explain(
    runs: Sequence[Run],
    data: Path,
    work: Path,
    output: Path,
    *,
    device: str = "auto",
    each: int = 4,
    progress: Callable[[str], None] = print,
) -> list[Path]:
    """Write ``saliency.csv`` and ``saliency.png`` of the rows that are trained.

    Parameters
    ----------
    runs : sequence of Run
        Of several seeds, the first one trained speaks for its row.
    data, work, output : Path
    device : str
    each : int
        Crops of ``val`` of each class that are measured; the first of some is drawn.
    progress : callable

    Returns
    -------
    list of Path
        What was written; nothing where no row is trained.
    """
    trained = {run.row: run for run in reversed(runs) if run.weights.is_file()}
    rows = [row for row in ROWS if row in trained]
    if not rows:
        return []
    place = choose_device(device)
    networks = {row: load_weights(trained[row].weights).network for row in rows}
    crops = load_crops([data], work, networks[rows[0]].config.input, (STAIN,))
    val = crops.select("val")
    of_class = [val[crops.labels[val] == number][:each] for number in range(len(CLASSES))]
    chosen = np.concatenate(of_class)
    inputs = crops.inputs[chosen][:, None].astype(np.float32) / np.float32(255)
    targets = crops.labels[chosen]
    found = {}
    for row in rows:
        progress(f"saliency of {row}")
        found[row] = measure(networks[row], inputs, targets, place)
    table = output / "saliency.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["row", *(item.name for item in fields(Faithfulness))])
        for row, values in found.items():
            writer.writerow([row, *(f"{value:.4g}" for value in asdict(values).values())])
    shown = np.array(
        [of_class[CLASS_INDEX[name]][0] for name in SHOWN if len(of_class[CLASS_INDEX[name]])]
    )
    pictures = crops.inputs[shown].astype(np.float32) / np.float32(255)
    maps = {
        TABLE_1[row].title.split(" of ")[0]: gradients(
            networks[row], pictures[:, None], crops.labels[shown], place
        )
        for row in rows
    }
    sheet = output / "saliency.png"
    _sheet(pictures, maps).save(sheet)
    return [table, sheet]


def _sheet(pictures: NDArray[np.float32], maps: dict[str, NDArray[np.float32]]) -> Image.Image:
    """Draw a row a crop: the crop, then its map under each network, nothing masked."""
    width = _CELL * (1 + len(maps))
    sheet = Image.new("RGB", (width, _EDGE + _CELL * len(pictures)), "black")
    draw = ImageDraw.Draw(sheet)
    columns = {"crop": pictures, **maps}
    for column, (title, values) in enumerate(columns.items()):
        middle = column * _CELL + _CELL // 2
        draw.text((middle, _EDGE - 6), title[:22], font=font(13), anchor="ms")
        for row, picture in enumerate(values):
            shown = picture if title == "crop" else ndimage.gaussian_filter(picture, BLUR)
            grey = np.rint(255 * shown / max(float(shown.max()), 1e-30)).astype(np.uint8)
            tile = Image.fromarray(grey).resize((_CELL - 4, _CELL - 4), Image.Resampling.LANCZOS)
            sheet.paste(tile.convert("RGB"), (column * _CELL + 2, _EDGE + row * _CELL + 2))
    return sheet
