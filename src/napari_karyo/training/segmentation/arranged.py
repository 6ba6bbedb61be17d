"""The spreads of ``g_band_spreads.zip``, of which the finished karyogram is known.

``g_band.zip`` holds each chromosome of the karyogram under its class, cut out a column and a row
too small. So the crop tells where a chromosome stands in the karyogram, and the karyogram what it
looks like; `napari_karyo.training.segmentation.located` tells where it lies in the photograph.
"""

from __future__ import annotations

import csv
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.errors import KaryoError
from napari_karyo.training.segmentation.archives import (
    ARCHIVES,
    NO_BOXES,
    Photograph,
    Reader,
    grey_of,
)
from napari_karyo.training.segmentation.located import locate

_EIGHT: Final = np.ones((3, 3), np.bool_)
_PAPER: Final = 255
#: So many pixels of a crop tell where it stands; all others are held against it there.
_TELLING: Final = 40


def karyogram_spreads(path: Path, splits: Collection[str], every: int = 1) -> Iterator[Photograph]:
    """Read the spreads of ``g_band_spreads.zip``: outlines located by the karyogram of each.

    Parameters
    ----------
    path : Path
        The archive; ``g_band.zip`` and ``labels.csv`` lie beside it.
    splits : collection of str
        As ``labels.csv`` splits the cells.
    every : int
        Take each so many'th spread.

    Raises
    ------
    KaryoError
        Where a crop is no part of its karyogram.
    """
    with (path.parent / "labels.csv").open(newline="", encoding="utf-8") as table:
        rows: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in csv.DictReader(table):
            if row["stain"] == "g_band" and row["split"] in splits:
                rows[row["cell"]].append(row)
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(path.parent / "g_band.zip") as crops:
        held = {Path(name).parent.name for name in archive.namelist() if name.endswith(".png")}
        for cell in sorted(held & rows.keys())[::every]:
            grey = grey_of(archive, f"g_band_spreads/{cell}/metaphase.png")
            karyogram = grey_of(archive, f"g_band_spreads/{cell}/karyogram.png")
            chromosomes = whole(karyogram, [grey_of(crops, row["file"]) for row in rows[cell]])
            places = list(zip(locate(grey, chromosomes), rows[cell], strict=True))
            yield Photograph(
                cell,
                rows[cell][0]["split"],
                grey,
                [place.outline for place, _ in places if place is not None],
                NO_BOXES,
                [row["label"] for place, row in places if place is not None],
                tuple(row["label"] for place, row in places if place is None),
            )


def whole(karyogram: NDArray[Any], crops: Collection[NDArray[Any]]) -> list[NDArray[np.uint8]]:
    """Return the chromosomes of a karyogram that crops show, whole and alone on paper.

    Parameters
    ----------
    karyogram : ndarray, shape (height, width), uint8
        On white.
    crops : collection of ndarray
        Parts of it, which may lack a row and a column at the end.

    Raises
    ------
    KaryoError
        Where one is no part of it.
    """
    page = np.pad(karyogram, ((0, 1), (0, 1)), constant_values=_PAPER)
    numbered, _ = ndimage.label(page < _PAPER, _EIGHT)
    found = []
    for crop in crops:
        high, wide = crop.shape
        row, column = _place(karyogram, crop)
        here = slice(row, row + high + 1), slice(column, column + wide + 1)
        own = np.unique(numbered[here][:high, :wide][crop < _PAPER])
        found.append(np.where(np.isin(numbered[here], own), page[here], _PAPER).astype(np.uint8))
    return found


def _place(karyogram: NDArray[Any], crop: NDArray[Any]) -> tuple[int, int]:
    """Return the row and column at which a crop is a part of a karyogram."""
    high, wide = (side - its + 1 for side, its in zip(karyogram.shape, crop.shape, strict=True))
    stained = np.argwhere(crop < _PAPER)
    if high < 1 or wide < 1 or not len(stained):
        raise KaryoError("a crop is no part of its karyogram.", "Fetch the archives again.")
    fits = np.ones((high, wide), np.bool_)
    for row, column in stained[np.linspace(0, len(stained) - 1, _TELLING).astype(int)]:
        fits &= karyogram[row : row + high, column : column + wide] == crop[row, column]
    for row, column in np.argwhere(fits):
        part = karyogram[row : row + crop.shape[0], column : column + crop.shape[1]]
        if (part == crop)[crop < _PAPER].all():
            return int(row), int(column)
    raise KaryoError("a crop is no part of its karyogram.", "Fetch the archives again.")


#: The archives that are measured, by the name of their photographs. Networks are trained on
#: those of `ARCHIVES` alone.
MEASURED: Final[dict[str, tuple[str, Reader]]] = {
    **ARCHIVES,
    "g_band_karyograms": ("g_band_spreads.zip", karyogram_spreads),
}
