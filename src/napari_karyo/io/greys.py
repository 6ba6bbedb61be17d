"""Greys of every number format as 8 or 16 bits, on one scale for the whole cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Problem
from napari_karyo.io.picture import Grey
from napari_karyo.io.remarks import remark

#: The whites that programs mean when they write greys as numbers with a point.
_WHITES = (1.0, 255.0, 65535.0)

#: By this share greys may go beyond black or white, as resizing makes them do.
_BEYOND = 0.25

#: More pixels without a number than this share are places where the picture is empty.
_HOLES = 0.05


def to_integers(greys: Sequence[Grey]) -> tuple[list[Grey], list[Problem]]:
    """Bring the greys of a cell to uint8 or uint16.

    Pictures of 8 and of 16 bits stay as they are. Others, of one number format, are
    brought to 16 bits by one scale, so that a dim chromosome stays dimmer than a
    brilliant one. Single pixels without a number take the grey of their neighbours.

    Parameters
    ----------
    greys : sequence of Grey
        All of a cell.

    Returns
    -------
    greys : list of Grey
    remarks : list of Problem
    """
    kinds: dict[np.dtype[Any], list[int]] = defaultdict(list)
    for number, grey in enumerate(greys):
        if grey.values.dtype not in (np.uint8, np.uint16):
            kinds[grey.values.dtype].append(number)
    if not kinds:
        return list(greys), []
    found = list(greys)
    remarks: list[Problem] = []
    mended: list[Grey] = []
    for numbers in kinds.values():
        for number in numbers:
            found[number], holes = _without_holes(found[number])
            if holes:
                mended.append(found[number])
        group = [found[number] for number in numbers]
        scaled, sentence = _scaled(group)
        remarks += sentence
        for number, grey in zip(numbers, scaled, strict=True):
            found[number] = grey
    if mended:
        of_them = "a picture holds" if len(mended) == 1 else f"{len(mended)} pictures hold"
        what = f"{of_them} pixels without a number (NaN or infinite)."
        remarks.append(remark(mended, what, "They took the grey of their neighbours."))
    return found, remarks


def _without_holes(grey: Grey) -> tuple[Grey, bool]:
    """Fill pixels that are no numbers; where they are many, they are transparent places."""
    values = grey.values
    if values.dtype.kind != "f":
        return grey, False
    values = values.astype(np.float32 if values.dtype.itemsize <= 4 else np.float64)
    holes = ~np.isfinite(values)
    if not holes.any():
        return replace(grey, values=values), False
    values = values.copy()
    if holes.mean() > _HOLES:
        values[holes] = 0 if holes.all() else np.median(values[~holes])
        mask = holes if grey.mask is None else holes | grey.mask
        return replace(grey, values=values, mask=mask), False
    nearest = ndimage.distance_transform_edt(holes, return_distances=False, return_indices=True)
    values[holes] = values[tuple(nearest)][holes]
    return replace(grey, values=values), True


def _scaled(group: Sequence[Grey]) -> tuple[list[Grey], list[Problem]]:
    """Bring pictures of one number format to integers by one scale."""
    low, high = _limits(group)
    dtype = group[0].values.dtype
    if dtype.kind in "ui" and low >= 0:
        if high <= 255:
            return [_as(grey, np.uint8) for grey in group], []
        if high <= 65535:
            return [_as(grey, np.uint16) for grey in group], []
    if dtype == np.int8:
        return [
            replace(grey, values=(grey.values.astype(np.int16) + 128).astype(np.uint8))
            for grey in group
        ], [_said(group, low, high)]
    whites = _WHITES if dtype.kind == "f" else _WHITES[1:]
    white = next(
        (white for white in whites if low >= -_BEYOND * white and high <= (1 + _BEYOND) * white),
        None,
    )
    if white is None:
        return _stretched(group, low, high), [_said(group, low, high)]
    if low >= 0 and high <= white:
        return _stretched(group, 0.0, white), []
    return _stretched(group, min(low, 0.0), max(high, white)), [_said(group, low, high)]


def _limits(group: Sequence[Grey]) -> tuple[float, float]:
    """Return the least and the largest grey of a cell, single hot pixels passed over."""
    some = np.concatenate(
        [grey.values.ravel()[:: max(1, grey.values.size // 4096)] for grey in group]
    ).astype(np.float64)
    low = min(float(grey.values.min()) for grey in group)
    high = max(float(grey.values.max()) for grey in group)
    least, most = (float(value) for value in np.quantile(some, (0.001, 0.999)))
    room = 0.5 * (most - least)
    if room <= 0:
        return low, high
    return max(low, least - room), min(high, most + room)


def _as(grey: Grey, dtype: type[np.unsignedinteger[Any]]) -> Grey:
    top = min(np.iinfo(dtype).max, np.iinfo(grey.values.dtype).max)
    return replace(grey, values=np.clip(grey.values, 0, top).astype(dtype))


def _stretched(group: Sequence[Grey], low: float, high: float) -> list[Grey]:
    span = (high - low) or 1.0

    def stretched(values: NDArray[Any]) -> NDArray[np.uint16]:
        share = (np.clip(values, low, high).astype(np.float64) - low) / span
        return np.rint(share * 65535).astype(np.uint16)

    return [replace(grey, values=stretched(grey.values)) for grey in group]


def _said(group: Sequence[Grey], low: float, high: float) -> Problem:
    return remark(
        group,
        f"the grey values lie between {low:.6g} and {high:.6g} (numbers of the kind "
        f"{group[0].values.dtype}).",
        "They were brought to one scale for all crops.",
    )
