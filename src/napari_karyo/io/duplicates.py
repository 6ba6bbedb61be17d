"""The same picture more than once: copies, other formats, turned, and smaller copies."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Problem
from napari_karyo.io.crop_content import CropContent, likeness, resized, turned
from napari_karyo.io.picture import Grey
from napari_karyo.io.remarks import remark

#: Two pictures whose contents correlate like this are one. The likest homologues of 608
#: real cells reach 0.962, copies as JPEG of quality 50 are above 0.99.
_SAME = 0.985

#: The same for files whose names say that one is made from the other.
_SAME_NAMED = 0.93

#: The same for a thumbnail of that name.
_SMALL_NAMED = 0.6

#: A copy is smaller than this share of the larger one's side; homologues are not.
_SMALLER = 0.8

#: How far quantiles of grey may differ before pixels are compared, and, where names say
#: that one is made from the other, or one is smaller.
_FAR, _FARTHER = 0.08, 0.2

#: How far the number of pixels that show something may differ, as a ratio.
_FEWER, _FEWER_STILL = 0.85, 0.6

#: With so many pixels two pictures are compared as surely as with more.
_ENOUGH = 1 << 17

#: So many pixels are compared in all, and a pair costs as much as so many at least. The crops of
#: a cell need less, on one canvas too; very many alike in a folder or a stack would take minutes.
_WORK, _AT_LEAST = 50_000_000, 3_000

_COPY = re.compile(
    r"(?:[\s_.-]*(?:copy|kopie|copie|copia|копия)(?:[\s_.-]*\(?\d{1,2}\)?)?)+\Z", re.I
)
_THUMB = re.compile(r"thumb(?:nail|s)?|preview|vorschau|(?:^|[\s_.-])small(?:$|[\s_.-])", re.I)


def drop_copies(contents: Sequence[CropContent]) -> tuple[list[CropContent], list[Problem]]:
    """Count the same picture once.

    Parameters
    ----------
    contents : sequence of CropContent
        All of a cell.

    Returns
    -------
    contents : list of CropContent
        Of copies the one without loss, of most greys, with the plainest name.
    remarks : list of Problem
        One for equal pictures and one for smaller copies.
    """
    if len(contents) < 2:
        return list(contents), []
    roots = [_root(item.grey.name) for item in contents]
    same = _pairs(contents, roots, smaller=False)
    reduced = _pairs(contents, roots, smaller=True)
    dropped: dict[int, int] = {}
    for pair in same:
        one, other = (_kept(number, dropped) for number in pair)
        if one != other:
            better, worse = sorted((one, other), key=lambda at: _rank(contents[at].grey, at))
            dropped[worse] = better
    copies = list(dropped)
    for pair in reduced:
        large, small = sorted(pair, key=lambda at: -contents[at].grey.values.size)
        large = _kept(large, dropped)
        if small not in dropped and large != small:
            dropped[small] = large
    smaller = list(dropped)[len(copies) :]
    greys = [item.grey for item in contents]
    remarks = []
    for numbers, words in ((copies, _twice), (smaller, _small)):
        if numbers:
            first = numbers[0]
            example = f"(such as {greys[first].name}, of {greys[dropped[first]].name})"
            remarks.append(
                remark(greys, f"{words(len(numbers))} {example}.", "Each was counted once.")
            )
    return [item for at, item in enumerate(contents) if at not in dropped], remarks


def _twice(count: int) -> str:
    many = "a picture is" if count == 1 else f"{count} pictures are"
    return f"{many} here twice, as another file, format or depth, or turned"


def _small(count: int) -> str:
    many = "a smaller copy" if count == 1 else f"smaller copies of {count} pictures"
    return f"{many} {'lies' if count == 1 else 'lie'} here"


def _root(name: str) -> str:
    """Return what is left of a file's name without its suffix and words for a copy."""
    stem = PurePath(name).stem.casefold()
    return _THUMB.sub("", _COPY.sub("", stem)).strip(" _.-")


def _kept(number: int, dropped: dict[int, int]) -> int:
    while number in dropped:
        number = dropped[number]
    return number


def _rank(grey: Grey, number: int) -> tuple[bool, bool, bool, int]:
    """Return a sort key: without loss, deep, not called a copy, first."""
    stem = PurePath(grey.name).stem
    copy = bool(_COPY.search(stem) or _THUMB.search(stem))
    return grey.lossy, grey.values.dtype == np.uint8, copy, number


def _pairs(
    contents: Sequence[CropContent], roots: Sequence[str], smaller: bool
) -> list[tuple[int, int]]:
    """Return the pairs that show the same, of one size, or one smaller than the other."""
    first, second = np.triu_indices(len(contents), 1)
    shapes = np.array([item.shape for item in contents], np.float64)
    sides = np.sort(shapes, axis=1)
    ratio = np.minimum(sides[first], sides[second]) / np.maximum(sides[first], sides[second])
    if smaller:
        # Both sides by one factor, to a pixel of the smaller one.
        slack = 1 / np.minimum(sides[first], sides[second]).min(axis=1)
        fits = (ratio.max(axis=1) < _SMALLER) & (np.abs(ratio[:, 0] / ratio[:, 1] - 1) < slack)
    else:
        fits = (ratio == 1).all(axis=1)
    first, second = first[fits], second[fits]
    quantiles = np.stack([item.quantiles for item in contents])
    filled = np.array([item.pixels for item in contents]) / shapes.prod(axis=1)
    paths = [item.grey.path for item in contents]
    # The pages of one stack share its name, which says nothing.
    named = np.array(
        [roots[a] == roots[b] and paths[a] != paths[b] for a, b in zip(first, second, strict=True)],
        np.bool_,
    )
    far = np.where(named | smaller, _FARTHER, _FAR)
    fewer = np.where(named | smaller, _FEWER_STILL, _FEWER)
    share = np.maximum(filled, 1e-9)
    near = (np.abs(quantiles[first] - quantiles[second]).max(axis=1) < far) & (
        np.minimum(share[first], share[second]) / np.maximum(share[first], share[second]) > fewer
    )
    # Little is left in the thumbnail of a small chromosome: its name and shape say enough.
    near |= named & smaller
    # Those of one name first, for of very many the last are not compared.
    chosen = np.flatnonzero(near)
    chosen = chosen[np.argsort(~named[chosen], kind="stable")]
    sizes = shapes.prod(axis=1)
    small, large = np.sort([sizes[first[chosen]], sizes[second[chosen]]], axis=0)
    # To make the larger one small costs something too.
    work = np.cumsum(np.minimum(small, _ENOUGH) + _AT_LEAST + large / 32)
    chosen = np.sort(chosen[work <= _WORK])
    compare = _shows_smaller if smaller else _shows_same
    least = _SMALL_NAMED if smaller else _SAME_NAMED
    return [
        (int(a), int(b))
        for a, b, by_name in zip(first[chosen], second[chosen], named[chosen], strict=True)
        if compare(contents[a], contents[b], least if by_name else _SAME)
    ]


def _shows_same(one: CropContent, other: CropContent, least: float) -> bool:
    if one.grey.path == other.grey.path:
        # Two pages of one stack are two unless they are equal to the last grey.
        return np.array_equal(one.grey.values, other.grey.values)
    return _fits(one.values, other.values, least)


def _shows_smaller(one: CropContent, other: CropContent, least: float) -> bool:
    large, small = (one, other) if one.grey.values.size > other.grey.values.size else (other, one)
    for shape in {small.shape, small.shape[::-1]}:
        along = (large.shape[0] >= large.shape[1]) == (shape[0] >= shape[1])
        if along and _fits(resized(large.values, shape), small.values, least):
            return True
    return False


def _fits(one: NDArray[Any], other: NDArray[Any], least: float) -> bool:
    """Tell whether two contents are alike in any position.

    Of large ones one pixel of each square is looked at, in the middle, so that the squares
    of a picture and of a turned one fall on each other.
    """
    step = max(1, math.isqrt(one.size // _ENOUGH))
    rows, columns = (slice((side - 1) % step // 2, None, step) for side in one.shape)
    some = one[rows, columns]
    return any(
        likeness(some, position[rows, columns]) > least
        for position in turned(other)
        if position.shape == one.shape
    )
