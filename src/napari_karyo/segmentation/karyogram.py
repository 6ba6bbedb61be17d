"""A finished karyogram read back: its chromosomes, each with the class of the slot it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu

from napari_karyo.cell import Outline, Problem, Spread
from napari_karyo.classes import PAGE_ROWS
from napari_karyo.errors import ReadError
from napari_karyo.segmentation.ground import flatten
from napari_karyo.segmentation.labels import width_of
from napari_karyo.segmentation.objects import (
    Kind,
    Segmentation,
    SpreadObject,
    in_reading_order,
)

#: Smaller objects than this share of the usual one are letters and dirt.
_SMALL: Final = 0.15
#: Where the slots of each row stand, as shares of the way from the first of all to the last.
_PLACES: Final = (
    (0.02, 0.21, 0.41, 0.78, 0.98),
    (0.0, 0.165, 0.33, 0.495, 0.66, 0.825, 1.0),
    (0.0, 0.165, 0.33, 0.66, 0.825, 1.0),
    (0.0, 0.165, 0.41, 0.58, 0.83, 1.0),
)
#: A group that stands farther from its slot, as a share of that way, is of another.
_ASTRAY: Final = 0.06
_ROWS: Final = tuple(tuple(name for _, names in row for name in names) for row in PAGE_ROWS)
_EIGHT: Final = np.ones((3, 3), np.bool_)

#: Left and right of what stands together.
_Span = tuple[float, float]


def from_karyogram(spread: Spread) -> Segmentation:
    """Return the chromosomes of a finished karyogram.

    Parameters
    ----------
    spread : Spread
        The picture of the karyogram.

    Returns
    -------
    Segmentation
        Where the chromosomes stand in the rows 1-5, 6-12, 13-18 and 19-22 X Y, each has the
        class of its slot as the one expected. A remark says whether.

    Raises
    ------
    ReadError
        Where nothing stands out from the paper.
    """
    density = flatten(spread.image, spread.polarity)
    outlines = _outlines(density)
    if not outlines:
        raise ReadError(
            "nothing in this picture stands out from its paper.",
            "Choose the picture of a karyogram.",
            spread.path,
        )
    names = slots_of([one.place for one in outlines])
    objects = [
        SpreadObject(Kind.CHROMOSOME, outline, 1.0, name)
        for outline, name in zip(outlines, names, strict=True)
    ]
    known = sum(name is not None for name in names)
    what = (
        f"this is a karyogram; the slots of {known} of its {len(names)} chromosomes were read."
        if known
        else "this is a karyogram whose rows are not those of the classes."
    )
    remedy = "They are for comparison; the network does not see them."
    said = Problem(spread.path.name if spread.path else spread.name, what, remedy, left_out=False)
    width = width_of(objects)
    spread = replace(spread, problems=(*spread.problems, said))
    return Segmentation(spread, in_reading_order(objects, width), density, width)


def _outlines(density: NDArray[np.float32]) -> list[Outline]:
    """Return the outlines of all objects but the small ones."""
    if not np.ptp(density) > 0:
        return []
    stained = ndimage.binary_fill_holes(density > 0.5 * threshold_otsu(density))
    numbered, _ = ndimage.label(stained, _EIGHT)
    pixels = np.bincount(numbered.ravel())[1:]
    if not len(pixels):
        return []
    # Of the larger half, so that a page full of letters does not decide it.
    usual = float(np.median(pixels[pixels >= 0.1 * pixels.max()]))
    outlines = []
    for number, place in enumerate(ndimage.find_objects(numbered), start=1):
        if place is None or pixels[number - 1] < _SMALL * usual:
            continue
        mask = numbered[place] == number
        outlines.append(
            Outline(mask, place[0].start, place[1].start, np.zeros(mask.shape, np.bool_))
        )
    return outlines


def slots_of(places: Sequence[tuple[slice, slice]]) -> list[str | None]:
    """Return the class of the slot that each object of a karyogram stands in.

    Parameters
    ----------
    places : sequence of (slice, slice)
        Rows and columns of each object.

    Returns
    -------
    list of str or None
        None for all where the rows are not those of the classes.
    """
    rows = _rows_of(places)
    found: list[str | None] = [None] * len(places)
    if len(rows) != len(_ROWS):
        return found
    near = _nearness(places, rows)
    start, way = _page(places, [_groups(places, row, near) for row in rows])
    for row, names, shares in zip(rows, _ROWS, _PLACES, strict=True):
        expected = [start + share * way for share in shares]
        for item, slot in zip(row, _in_order(places, row, expected, near), strict=True):
            found[item] = names[slot]
    return found


def _rows_of(places: Sequence[tuple[slice, slice]]) -> list[list[int]]:
    """Return the objects of each row, from left to right; between rows nothing stands."""
    order = sorted(range(len(places)), key=lambda item: places[item][0].start)
    rows: list[list[int]] = []
    bottom = -1
    for item in order:
        if places[item][0].start > bottom:
            rows.append([])
        rows[-1].append(item)
        bottom = max(bottom, places[item][0].stop)
    return [sorted(row, key=lambda item: places[item][1].start) for row in rows]


def _nearness(places: Sequence[tuple[slice, slice]], rows: list[list[int]]) -> float:
    """Return the gap, in pixels, below which two neighbours stand in one slot."""
    gaps = [gap for row in rows for gap in _gaps(places, row)]
    usual = float(np.median([place[1].stop - place[1].start for place in places]))
    # How far apart the blocks of a row are, and how close neighbours, decides nothing.
    clipped = np.log(np.clip(gaps, 0.3 * usual, 3 * usual))
    if len(gaps) < 2 or np.ptp(clipped) == 0:
        return usual
    return float(np.exp(threshold_otsu(clipped)))


def _gaps(places: Sequence[tuple[slice, slice]], row: list[int]) -> list[float]:
    right = places[row[0]][1].stop
    found = []
    for item in row[1:]:
        found.append(float(places[item][1].start - right))
        right = max(right, places[item][1].stop)
    return found


def _groups(places: Sequence[tuple[slice, slice]], row: list[int], near: float) -> list[list[int]]:
    groups = [[row[0]]]
    for item, gap in zip(row[1:], _gaps(places, row), strict=True):
        if gap > near:
            groups.append([])
        groups[-1].append(item)
    return groups


def _span(places: Sequence[tuple[slice, slice]], group: list[int]) -> _Span:
    return (
        float(min(places[item][1].start for item in group)),
        float(max(places[item][1].stop for item in group)),
    )


def _centre(places: Sequence[tuple[slice, slice]], group: list[int]) -> float:
    return sum(_span(places, group)) / 2


def _page(
    places: Sequence[tuple[slice, slice]], groups: list[list[list[int]]]
) -> tuple[float, float]:
    """Return where the first slot of the page stands, and how far the last is from it.

    From the rows in which as many groups stand as there are slots, but those that belie others.
    """
    centres = [[_centre(places, group) for group in of_row] for of_row in groups]
    whole = [
        np.array([shares, row])
        for row, shares in zip(centres, _PLACES, strict=True)
        if len(row) == len(shares)
    ]
    while whole:
        shares, at = np.concatenate(whole, axis=1)
        way, start = np.polyfit(shares, at, 1)
        wrong = [float(np.abs(start + way * row[0] - row[1]).max()) for row in whole]
        if max(wrong) < _ASTRAY * way or len(whole) == 1:
            return float(start), float(way)
        whole.pop(int(np.argmax(wrong)))
    everything = [centre for row in centres for centre in row]
    return min(everything), max(max(everything) - min(everything), 1.0)


def _in_order(
    places: Sequence[tuple[slice, slice]], row: list[int], expected: list[float], near: float
) -> list[int]:
    """Return the slot of each object of a row, in order.

    As near to where the slot stands as can be, and neighbours that stand close in one.
    """
    pitch = (expected[-1] - expected[0]) / (len(expected) - 1)
    centres = np.array([_centre(places, [item]) for item in row])
    away = ((centres[:, None] - np.array(expected)) / pitch) ** 2
    cost, came = away[0], []
    for number, gap in enumerate(_gaps(places, row), start=1):
        share = float(np.clip(gap / max(near, 1.0), 0.0, 2.0))
        stay = cost + max(0.0, share - 1)
        # Of the slots before each, the one that is best to come from.
        best = np.array([int(np.argmin(cost[: slot + 1])) for slot in range(len(cost))])
        before = np.concatenate([[np.inf], cost[best[:-1]]]) + max(0.0, 1 - share)
        from_before = np.concatenate([[0], best[:-1]])
        came.append(np.where(stay <= before, np.arange(len(cost)), from_before))
        cost = np.minimum(stay, before) + away[number]
    chosen = [int(np.argmin(cost))]
    for step in reversed(came):
        chosen.append(int(step[chosen[-1]]))
    return chosen[::-1]
