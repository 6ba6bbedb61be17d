"""A photograph of the spread, or a picture of the karyogram, among the crops of a cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Problem
from napari_karyo.io.crop_content import resized
from napari_karyo.io.picture import Grey

#: A photograph has so many times the pixels of the larger crops, and shows so many objects.
_LARGER, _OBJECTS = 3.0, 8

#: The same where its name says what it is.
_LARGER_NAMED, _OBJECTS_NAMED = 1.5, 5

#: With so many times the pixels of the largest crop it is none, whatever it shows.
_FAR_LARGER = 16.0

#: Pictures are looked at in so many pixels, at most, on the longer side.
_SIDE = 512

_NAMED = re.compile(r"meta ?ph|spread|overview|photo|raw|kary?o|whole|full|cell", re.I)
_KARYOGRAM = re.compile(r"kar[iy]o|idiogram|layout", re.I)


def part_spreads(greys: Sequence[Grey]) -> tuple[list[Grey], Path | None, list[Problem]]:
    """Part the crops of a cell from photographs of the whole spread and from karyograms.

    Parameters
    ----------
    greys : sequence of Grey
        All pictures of a cell's folder, as integers.

    Returns
    -------
    crops : list of Grey
    spread : Path or None
        The photograph of the spread.
    remarks : list of Problem
        One for all pictures that are no crops.
    """
    sizes = np.array([grey.values.size for grey in greys], np.float64)
    if len(greys) < 2 or sizes.max() < _LARGER_NAMED * np.median(sizes):
        return list(greys), None, []
    large = [number for number, grey in enumerate(greys) if _is_large(grey, sizes, number)]
    if not large or len(large) > max(1, len(greys) // 4):
        return list(greys), None, []
    others = [number for number in range(len(greys)) if number not in large]
    usual = float(np.median(sizes[others]))
    pages = [number for number in large if _is_page(greys[number], sizes, others, usual)]
    if not pages:
        return list(greys), None, []
    spread: Path | None = None
    said = []
    for number in pages:
        grey = greys[number]
        drawn = bool(_KARYOGRAM.search(grey.path.stem)) or _in_rows(grey)
        if spread is None and not drawn:
            spread = grey.path
        said.append(f"{grey.name} ({'a karyogram' if drawn else 'a photograph of the spread'})")
    first = greys[pages[0]]
    what = "this picture shows" if len(pages) == 1 else "these pictures show"
    one = "It was" if len(pages) == 1 else "They were"
    kept = "; the photograph is kept as the spread of this cell." if spread is not None else "."
    problem = Problem(
        first.path.parent.name,
        f"{what} more than one chromosome: {', '.join(said)}.",
        f"{one} not counted{kept}",
        left_out=False,
    )
    return [grey for number, grey in enumerate(greys) if number not in pages], spread, [problem]


def _is_large(grey: Grey, sizes: NDArray[np.float64], number: int) -> bool:
    # Against the larger crops among the others, of which a few may be photographs too.
    others = np.sort(np.delete(sizes, number))
    reference = float(others[int(0.75 * (len(others) - 1))])
    named = bool(_NAMED.search(grey.path.stem))
    return grey.values.size > (_LARGER_NAMED if named else _LARGER) * reference


def _is_page(grey: Grey, sizes: NDArray[np.float64], others: Sequence[int], usual: float) -> bool:
    largest = float(sizes[list(others)].max())
    ratio = grey.values.size / largest
    if ratio > _FAR_LARGER and min(grey.values.shape) > 200:
        return True
    named = bool(_NAMED.search(grey.path.stem))
    if ratio < (_LARGER_NAMED if named else _LARGER):
        return False
    return _objects(grey, usual) >= (_OBJECTS_NAMED if named else _OBJECTS)


def _small(grey: Grey) -> tuple[NDArray[np.float32], float]:
    """Return by how much each pixel differs from its surroundings, in fewer pixels."""
    factor = min(1.0, _SIDE / max(grey.values.shape))
    shape = [max(4, round(side * factor)) for side in grey.values.shape]
    values = resized(grey.values, shape) if factor < 1 else grey.values.astype(np.float32)
    ground = ndimage.gaussian_filter(values, max(shape) / 12)
    rest = values - ground
    apart = np.abs(rest - np.median(rest))
    return apart.astype(np.float32), factor


def _objects(grey: Grey, usual: float) -> int:
    """Return how many objects a picture shows that could be chromosomes of the other crops."""
    apart, factor = _small(grey)
    objects, count = ndimage.label(apart > _level(apart))
    pixels = np.bincount(objects.ravel(), minlength=count + 1)[1:]
    least = 0.05 * usual * factor**2
    return int(np.count_nonzero(pixels > max(least, 6)))


def _level(apart: NDArray[Any]) -> float:
    return max(0.3 * float(np.quantile(apart, 0.995)), 1e-6)


def _in_rows(grey: Grey) -> bool:
    """Tell whether the objects stand in rows with empty paper between, as in a karyogram."""
    apart, _ = _small(grey)
    filled = np.asarray((apart > _level(apart)).any(axis=1), np.bool_)
    where = np.flatnonzero(filled)
    if len(where) < 2:
        return False
    gaps = ~filled[where[0] : where[-1]]
    starts = np.flatnonzero(np.diff(gaps.astype(np.int8)) == 1)
    ends = np.flatnonzero(np.diff(gaps.astype(np.int8)) == -1)
    wide = np.count_nonzero((ends[: len(starts)] - starts[: len(ends)]) > 0.008 * len(filled))
    return bool(wide >= 3)
