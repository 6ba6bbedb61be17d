"""Chromosomes that lie alone, of which spreads are composed."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

from napari_karyo.segmentation.ground import LEVEL, WIDTH, resized
from napari_karyo.training.segmentation.archives import grey_of
from napari_karyo.training.segmentation.labelled import LabelledSpread

#: Of the crops of ``g_band.zip`` each so many'th is taken.
_EVERY: Final = 20


@dataclass(frozen=True, eq=False)
class Single:
    """A chromosome that lay alone in a field.

    Attributes
    ----------
    values : ndarray, shape (height, width), float32
        Of the field; 0 away from the chromosome.
    mask : ndarray of bool, shape (height, width)
    """

    values: NDArray[np.float32]
    mask: NDArray[np.bool_]


def singles_of(spread: LabelledSpread) -> list[Single]:
    """Return the chromosomes of a spread that touch no other."""
    values = spread.field.values
    count = np.zeros(values.shape, np.int16)
    for one in spread:
        count[one.place] += one.mask
    stained = (count > 0) | spread.unknown | spread.other
    found = []
    for one in spread:
        rows, columns = one.place
        if (
            min(rows.start, columns.start) < 6
            or min(values.shape[0] - rows.stop, values.shape[1] - columns.stop) < 6
        ):
            continue
        here = (slice(rows.start - 6, rows.stop + 6), slice(columns.start - 6, columns.stop + 6))
        mask = np.pad(one.mask, 6)
        if (ndimage.binary_dilation(mask, iterations=4) & stained[here] & ~mask).any():
            continue
        soft = np.clip(
            ndimage.gaussian_filter(
                np.where(ndimage.binary_dilation(mask, iterations=3), 1.0, 0.0), 1.0
            ),
            0,
            1,
        )
        found.append(Single((values[here] * soft).astype(np.float32), mask))
    return found


def crops_alone(path: Path, cells: Collection[str], splits: Collection[str]) -> list[Single]:
    """Return the chromosomes of some cells of ``g_band.zip``, as they lay alone in a field.

    Parameters
    ----------
    path : Path
        The archive; ``labels.csv`` lies beside it.
    cells : collection of str
        Left out.
    splits : collection of str
    """
    with (path.parent / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["stain"] == "g_band" and row["split"] in splits and row["cell"] not in cells
        ]
    found = []
    with zipfile.ZipFile(path) as archive:
        # One crop of a cell tells its scale as well as the next: chromosomes are equally wide.
        for row in rows[::_EVERY]:
            density = 1.0 - grey_of(archive, row["file"]).astype(np.float32) / 255
            mask = ndimage.binary_fill_holes(ndimage.gaussian_filter(density, 0.7) > 0.12)
            width = 2.0 * float(np.median(ndimage.distance_transform_edt(mask)[skeletonize(mask)]))
            if not 4 < width < 40:
                continue
            factor = WIDTH / width
            shape = [round(side * factor) for side in mask.shape]
            level = max(float(np.median(density[mask])), 0.05)
            values = np.clip(resized(density, shape) * (LEVEL / level), 0, 1)
            found.append(Single(np.pad(values, 6), np.pad(resized(mask, shape) > 0.5, 6)))
    return found
