"""Which channel of a picture shows the chromosomes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Problem
from napari_karyo.errors import ReadError
from napari_karyo.io.crop_content import correlation
from napari_karyo.io.picture import Grey, Picture
from napari_karyo.io.remarks import remark

#: The weights of ITU-R 601, which Pillow's own conversion uses.
_LUMINANCE = (0.299, 0.587, 0.114)

#: Names of channels that stain the whole chromosome, the surest first.
STAINS = (
    re.compile(r"dapi|hoechst|counter", re.I),
    re.compile(r"giemsa|g[ -]?band|gtg|quinacrine|q[ -]?band|qfq", re.I),
    re.compile(r"\b405\b|bright ?field|\bbf\b|transmi|\btl\b", re.I),
    re.compile(r"\bblue\b", re.I),
    re.compile(r"\bgr[ae]y\b", re.I),
)

#: The end of a file's name that names a dye or, as Leica does, a channel.
DYE = re.compile(
    r"[\s_.\[(-]+(?:dapi|hoechst|fitc|gfp|cy[357](?:\.5)?|tritc|rhod\w*|texas[\s_-]?red|"
    r"spectrum[\s_-]?\w+|alexa[\s_-]?\d+|ch0\d)[\])]*\Z",
    re.I,
)

#: Channels, at most, of a picture whose pages nobody described.
_MOST = 6


def join_channels(pictures: Sequence[Picture]) -> list[Picture]:
    """Join pictures that are channels of one, though no description says so.

    Pages of equal size in each of several files whose pictures differ in size, or files
    whose names differ by a dye.

    Parameters
    ----------
    pictures : sequence of Picture
        All of a cell.
    """
    return _join_files(_join_pages(pictures))


def join_channel_pages(pictures: Sequence[Picture]) -> list[Picture]:
    """Join the pages of one file that show one object each beside the other, as channels do.

    Parameters
    ----------
    pictures : sequence of Picture
        Of one file.
    """
    first = pictures[0]
    if not 2 <= len(pictures) <= _MOST or any(
        page.colour or page.focus or len(page.planes) > 1 or page.shape != first.shape
        for page in pictures
    ):
        return list(pictures)
    return [_stacked(pictures, first.path.name)] if _one_place(pictures) else list(pictures)


def _join_pages(pictures: Sequence[Picture]) -> list[Picture]:
    files: dict[PurePath, list[Picture]] = defaultdict(list)
    for picture in pictures:
        files[picture.path].append(picture)
    counts = {len(pages) for pages in files.values()}
    count = max(counts)
    if len(files) < 3 or len(counts) > 1 or not 2 <= count <= _MOST:
        return list(pictures)
    sizes = {
        frozenset((page.shape, len(page.planes)) for page in pages) for pages in files.values()
    }
    # Chromosomes are seldom of one size by pairs; those on a common canvas all are.
    if len(sizes) < 2 or any(len(of_file) > 1 for of_file in sizes):
        return list(pictures)
    if any(page.colour or len(page.planes) > 1 for page in pictures):
        return list(pictures)
    if not np.mean([_one_place(pages) for pages in files.values()]) > 0.7:
        return list(pictures)
    return [_stacked(pages, pages[0].path.name) for pages in files.values()]


def _one_place(pages: Sequence[Picture]) -> bool:
    """Tell whether pages show one object, or nothing, beside the one that shows most."""
    soft = [ndimage.uniform_filter(page.planes[0].astype(np.float64), 3) for page in pages]
    spans = [float(np.ptp(page)) for page in soft]
    best = soft[int(np.argmax(spans))]
    return all(
        span < 0.15 * max(spans) or correlation(page, best) > 0.5
        for page, span in zip(soft, spans, strict=True)
    )


def _join_files(pictures: Sequence[Picture]) -> list[Picture]:
    groups: dict[tuple[str, tuple[int, int]], list[tuple[str, Picture]]] = defaultdict(list)
    for picture in pictures:
        stem = PurePath(picture.name).stem
        dye = DYE.search(stem)
        if dye is None or len(picture.planes) > 1:
            return list(pictures)
        groups[stem[: dye.start()], picture.shape].append((dye.group().strip(" _.[]()-"), picture))
    counts = {len(group) for group in groups.values()}
    if len(groups) < 3 or len(counts) > 1 or not 2 <= max(counts) <= _MOST:
        return list(pictures)
    return [
        replace(
            _stacked([picture for _, picture in group], group[0][1].name),
            names=tuple(dye for dye, _ in group),
        )
        for group in groups.values()
    ]


def _stacked(pages: Sequence[Picture], name: str) -> Picture:
    first = pages[0]
    planes = np.concatenate([page.planes for page in pages])
    return replace(first, name=name, planes=planes, names=("",) * len(planes), focus=False)


def choose_channel(
    pictures: Sequence[Picture], wanted: str | int | None = None
) -> tuple[list[Grey], list[Problem]]:
    """Take one channel of each picture, the same for all of a cell.

    Parameters
    ----------
    pictures : sequence of Picture
        All of a cell.
    wanted : str or int, optional
        A channel's name, or its number from 1. Found from names and content where left
        out.

    Returns
    -------
    greys : list of Grey
    remarks : list of Problem
        What was taken; empty where there was nothing to choose.

    Raises
    ------
    ReadError
        Where a wanted channel is not there.
    """
    remarks: list[Problem] = []
    greys: dict[int, Grey] = {}
    groups: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for number, picture in enumerate(pictures):
        groups[len(picture.planes), picture.colour].append(number)
    found = False
    for (planes, colour), numbers in groups.items():
        of_kind = [pictures[number] for number in numbers]
        names = _names(of_kind)
        channel: int | None = 0
        if planes > 1 and wanted is not None:
            channel = _wanted(names, wanted, of_kind[0])
            found = True
        elif colour:
            channel, sentence = _colour(of_kind)
            remarks += sentence
        elif planes > 1:
            channel = _stained(of_kind, names)
            remarks.append(_said(of_kind, names, channel))
        for number, picture in zip(numbers, of_kind, strict=True):
            greys[number] = _taken(picture, channel)
    if wanted is not None and not found:
        raise ReadError(
            "there is but one channel in its pictures.",
            "Leave the channel out.",
            pictures[0].path,
        )
    return _sharpest([greys[number] for number in range(len(pictures))], remarks), remarks


def _names(pictures: Sequence[Picture]) -> tuple[str, ...]:
    given = (picture.names for picture in pictures if any(picture.names))
    return next(given, ("",) * len(pictures[0].planes))


def _wanted(names: Sequence[str], wanted: str | int, picture: Picture) -> int:
    word = str(wanted).strip().casefold()
    for number, name in enumerate(names):
        if name and name.casefold() == word:
            return number
    if word.isdecimal() and 1 <= int(word) <= len(names):
        return int(word) - 1
    listed = ", ".join(name or str(number) for number, name in enumerate(names, 1))
    raise ReadError(
        f"there is no channel {str(wanted)!r}.", f"Its channels are {listed}.", picture.path
    )


def _taken(picture: Picture, channel: int | None) -> Grey:
    """Return one channel; None stands for the brightness of a colour picture."""
    values = picture.planes[channel] if channel is not None else _luminance(picture.planes)
    return Grey(
        picture.name,
        picture.path,
        np.ascontiguousarray(values),
        picture.mask,
        picture.focus,
        picture.lossy,
    )


def _luminance(planes: NDArray[Any]) -> NDArray[Any]:
    if (planes[0] == planes[1]).all() and (planes[0] == planes[2]).all():
        return planes[0]
    total = planes[0] * _LUMINANCE[0]
    for plane, weight in zip(planes[1:], _LUMINANCE[1:], strict=True):
        total += plane * weight
    return total if planes.dtype.kind == "f" else np.rint(total).astype(planes.dtype)


def _inner(planes: NDArray[Any]) -> NDArray[np.float64]:
    """Return some of the pixels of a picture, without what may be a frame; shape (planes, n)."""
    height, width = planes.shape[-2:]
    rows, columns = (min(8, height // 5), min(8, width // 5))
    step = max(1, int(np.sqrt(height * width / 4096)))
    inner = planes[:, rows : height - rows : step, columns : width - columns : step]
    return np.nan_to_num(inner.reshape(len(planes), -1).astype(np.float64), posinf=0, neginf=0)


def _colour(pictures: Sequence[Picture]) -> tuple[int | None, list[Problem]]:
    """Return which colour the stain is in, None for all of them, and what to say of it."""
    pixels = [_inner(picture.planes) for picture in pictures]
    tint = float(np.median([np.ptp(one, axis=0).mean() / max(one.max(), 1e-9) for one in pixels]))
    if tint < 0.02:
        return None, []
    limits = np.array([np.quantile(one, (0.02, 0.98), axis=1) for one in pixels])
    spans = np.median(limits[:, 1] - limits[:, 0], axis=0)
    ground = np.median([np.median(one, axis=1) / max(one.max(), 1e-9) for one in pixels], axis=0)
    most = int(np.argmax(spans))
    least = 0.15 if ground.min() > 0.5 else 0.7
    if spans[most] <= 0 or spans.min() > least * spans[most]:
        # A photograph in colour, of purple on white, or a picture that is hardly tinted.
        return None, []
    chosen = most
    others = [
        np.median([correlation(one[most], one[number]) for one in pixels])
        for number in range(3)
        if number != most and spans[number] > 0.15 * spans[most]
    ]
    # Several stains at once: blue is the colour of those that stain all chromosomes.
    if any(abs(value) < 0.9 for value in others) and spans[2] > 0.2 * spans[most]:
        chosen = 2
    colour = ("red", "green", "blue")[chosen]
    return chosen, [
        remark(
            pictures,
            f"the pictures are in colour, and the chromosomes show in {colour}, which was taken.",
            "Another colour can be chosen as the channel red, green or blue.",
        )
    ]


def _stained(pictures: Sequence[Picture], names: Sequence[str]) -> int:
    """Return which channel stains the chromosomes, by its name or else by what it shows."""
    for pattern in STAINS:
        hits = [number for number, name in enumerate(names) if pattern.search(name)]
        if hits:
            return hits[0]
    clear = np.array([[clearness(plane) for plane in picture.planes] for picture in pictures])
    # A paint shows in a few chromosomes only, the stain in all.
    each = np.quantile(clear, 0.25, axis=0)
    return int(np.argmax(each > each.max() / 1.1))


def clearness(plane: NDArray[Any]) -> float:
    """Return by how much a picture's shapes stand out from its grain."""
    step = max(1, int(np.sqrt(plane.size / 65536)))
    values = np.nan_to_num(plane[::step, ::step].astype(np.float64), posinf=0, neginf=0)
    soft = ndimage.uniform_filter(values, 3)
    grain = float((values - soft).std())
    return float(soft.std()) / grain if grain > 0 else 0.0


def _said(pictures: Sequence[Picture], names: Sequence[str], channel: int) -> Problem:
    def called(number: int) -> str:
        return names[number] or f"channel {number + 1}"

    listed = ", ".join(called(number) for number in range(len(names)))
    return remark(
        pictures,
        f"the pictures have {len(names)} channels ({listed}); {called(channel)} was taken, "
        "which shows the chromosomes.",
        "Another can be chosen by its name or number.",
    )


def _sharpest(greys: list[Grey], remarks: list[Problem]) -> list[Grey]:
    """Of pages that a file calls planes of focus, and that show one object, keep the sharpest."""
    files: dict[PurePath, list[Grey]] = defaultdict(list)
    for grey in greys:
        files[grey.path].append(grey)
    kept: list[Grey] = []
    joined = 0
    for pages in files.values():
        if len(pages) < 2 or not all(page.focus for page in pages) or not _alike(pages):
            kept += pages
            continue
        edges = [
            float(np.abs(ndimage.laplace(page.values.astype(np.float64))).mean()) for page in pages
        ]
        best = pages[int(np.argmax(edges))]
        kept.append(replace(best, name=best.path.name))
        joined += 1
    if joined:
        sentence = "the pictures have several planes of focus; of each the sharpest was taken."
        remarks.append(remark(greys, sentence, ""))
    return kept


def _alike(pages: Sequence[Grey]) -> bool:
    first = pages[0].values
    if any(page.values.shape != first.shape for page in pages):
        return False
    soft = [ndimage.uniform_filter(page.values.astype(np.float64), 3) for page in pages]
    return all(correlation(soft[0], other) > 0.7 for other in soft[1:])
