"""A data folder of crops that a script cut out of labelled spreads."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray
from PIL import Image

from napari_karyo.training.dataset import COLUMNS, P_ARM


class CutCrop(NamedTuple):
    """A chromosome cut out of a spread; which of its arms is up is not known.

    Attributes
    ----------
    patient, cell, label, split : str
        As in ``labels.csv``.
    number : int
        Of the chromosome in its cell.
    picture : ndarray of uint8, shape (height, width)
    """

    patient: str
    cell: str
    label: str
    split: str
    number: int
    picture: NDArray[Any]


def write_cut_crops(folder: Path, stain: str, crops: Iterable[CutCrop]) -> list[dict[str, str]]:
    """Write crops as ``<stain>/<cell>/<label>_<number>.png``, and ``labels.csv`` beside them.

    Parameters
    ----------
    folder : Path
    stain : str
    crops : iterable of CutCrop

    Returns
    -------
    list of dict
        The rows of ``labels.csv``.
    """
    table: list[dict[str, str]] = []
    for one in crops:
        path = f"{stain}/{one.cell}/{one.label}_{one.number}.png"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(one.picture).save(folder / path)
        values = (stain, one.patient, one.cell, one.label, one.split, path)
        table.append({**dict(zip(COLUMNS, values, strict=True)), P_ARM: "unknown"})
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, [*COLUMNS, P_ARM])
        writer.writeheader()
        writer.writerows(table)
    return table
