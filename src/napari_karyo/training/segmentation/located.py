"""Where the chromosomes of a finished karyogram lie in the photograph of the same spread.

Whoever arranged the karyogram moved, turned and sharpened the pixels of the photograph, and
resized all of them alike; nothing was mirrored or straightened. So each chromosome is laid on the
photograph at every angle and place, and lies where its greys agree best. Nothing of what the
program itself finds in the photograph is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.segmentation.region import Region, shared_pixels
from napari_karyo.training.segmentation.turned import (
    Floats,
    SearchedPage,
    Seeing,
    Template,
    TurnedPlace,
)

#: How well the greys of a chromosome agree where it surely lies; and where it lies if no other
#: does.
_SURE: Final = 0.82
LEAST: Final = 0.7

#: So many places of each chromosome are looked at closer, and so many of these once more.
_PEAKS: Final = 8
_KEPT: Final = 4
#: How much larger than areas tell the karyogram may be; then how much larger than that.
_ZOOMS: Final = (np.arange(0.88, 1.09, 0.02), np.arange(0.985, 1.016, 0.005))
#: As so many chromosomes of all sizes tell.
_ZOOMED_BY: Final = 10
#: Of two that lie on one another by more, as a share of the smaller one, one is elsewhere.
_ON_ANOTHER: Final = 0.6
#: Everywhere, closer, and closest. First by the shape; then those that others touch, which
#: are left, by their greys.
_ROUNDS: Final = (
    (Seeing(4, False, 10.0), Seeing(2, False, 2.0), Seeing(1, True, 0.5)),
    (Seeing(2, True, 6.0), Seeing(2, True, 2.0), Seeing(1, True, 0.5)),
)


@dataclass(frozen=True, eq=False)
class Location:
    """Where a chromosome lies.

    Attributes
    ----------
    outline : Region
        In pixels of the photograph.
    angle : float
        How far it is turned from how it stands in the karyogram, counterclockwise, in degrees.
    agreement : float
        Correlation of its greys with those of the photograph, up to 1.
    """

    outline: Region
    angle: float
    agreement: float


def locate(grey: NDArray[np.uint8], crops: Sequence[NDArray[np.uint8]]) -> list[Location | None]:
    """Find chromosomes of a karyogram in the photograph that it was made of.

    Parameters
    ----------
    grey : ndarray, shape (height, width), uint8
        The photograph, its paper white.
    crops : sequence of ndarray, uint8
        The chromosomes on white paper, each as it stands in the karyogram.

    Returns
    -------
    list of Location or None
        Of each crop; None where it agrees with no place that is left to it.
    """
    if not crops:
        return []
    page = SearchedPage((255 - grey).astype(np.float32))
    dark = _as_dark_as(page, [(255 - crop).astype(np.float32) for crop in crops])
    zoom = _zoom_of(page, dark)
    templates = [Template(one, zoom) for one in dark]
    found: list[Location | None] = [None] * len(crops)
    for looks in _ROUNDS:
        taken = SearchedPage(_covered(found, grey.shape)) if any(found) else None
        tried: list[tuple[int, Location]] = []
        for number, template in enumerate(templates):
            if found[number] is None:
                for place in _places(page, template, looks, taken):
                    outline = template.outline(place, grey.shape)
                    if outline is not None:
                        tried.append((number, Location(outline, place.angle, place.agreement)))
        _settle(found, tried, _SURE)
    _settle(found, tried, LEAST)
    return found


def _as_dark_as(page: SearchedPage, crops: Sequence[Floats]) -> list[Floats]:
    """Return crops, all alike as dark and as rich in contrast as the photograph."""
    values = np.concatenate([crop[crop > 0] for crop in crops])
    mean, by = page.stained.mean(), page.stained.std() / max(float(values.std()), 1.0)
    return [
        np.where(crop > 0, np.maximum(mean + by * (crop - values.mean()), 1), 0).astype(np.float32)
        for crop in crops
    ]


def _covered(found: Sequence[Location | None], shape: tuple[int, ...]) -> Floats:
    """Return 1 where a chromosome was located."""
    covered = np.zeros(shape, np.float32)
    for one in found:
        if one is not None:
            covered[one.outline.place][one.outline.mask] = 1
    return covered


def _settle(
    found: list[Location | None], tried: Sequence[tuple[int, Location]], least: float
) -> None:
    """Give each chromosome the best location that is no other's, the surest first."""
    for number, location in sorted(tried, key=lambda one: -one[1].agreement):
        if location.agreement < least or found[number] is not None:
            continue
        mine = location.outline
        if not any(
            shared_pixels(mine, other.outline)
            > _ON_ANOTHER * min(np.count_nonzero(mine.mask), np.count_nonzero(other.outline.mask))
            for other in found
            if other is not None
        ):
            found[number] = location


def _zoom_of(page: SearchedPage, crops: Sequence[Floats]) -> float:
    """Return how much larger the karyogram shows everything than the photograph."""
    zoom = float(np.sqrt(sum(map(np.count_nonzero, crops)) / max(page.stained.size, 1)))
    by_size = sorted(crops, key=np.count_nonzero)
    chosen = by_size[:: max(1, len(by_size) // _ZOOMED_BY)]
    whole, closer, _ = _ROUNDS[0]
    for larger in _ZOOMS:
        places = [_places(page, Template(crop, zoom), (whole, closer), None)[0] for crop in chosen]
        agreements = []
        for by in larger:
            agreed = sorted(
                _closer(page, Template(crop, zoom * by), place, closer, closer.step).agreement
                for crop, place in zip(chosen, places, strict=True)
            )
            # Those that don't lie where they are thought to lie tell nothing.
            agreements.append(np.mean(agreed[len(agreed) // 2 :]))
        zoom *= float(larger[int(np.argmax(agreements))])
    return zoom


def _places(
    page: SearchedPage, template: Template, looks: Sequence[Seeing], taken: SearchedPage | None
) -> list[TurnedPlace]:
    """Return where a chromosome may lie, the best first.

    Parameters
    ----------
    page : SearchedPage
    template : Template
    looks : sequence of Seeing
        Everywhere, then closer and closer.
    taken : SearchedPage or None
        1 where others lie.
    """
    places, coarser = _peaks(page, template, looks[0], taken), looks[0]
    for look in looks[1:]:
        # Half a step, and what half a step more forgives.
        near = [_closer(page, template, one, look, 0.6 * coarser.step) for one in places]
        places, coarser = sorted(near, key=lambda one: -one.agreement)[:_KEPT], look
    return places


def _peaks(
    page: SearchedPage, template: Template, look: Seeing, taken: SearchedPage | None
) -> list[TurnedPlace]:
    """Return where a chromosome may lie in the whole photograph, the best first."""
    angles = np.arange(0, 360, look.step)
    waves, factor, tables = page.whole(look, template), look.factor, []
    for angle in angles:
        values, weight = template.turned(float(angle), look)
        table = waves.agreement(values, weight)
        if taken is not None:
            share = taken.whole(look._replace(inside=False), template).share(weight)
            table[share > _ON_ANOTHER] = -1
        tables.append(table)
    stack, half, found = np.stack(tables), template.half(factor), []
    for _ in range(_PEAKS):
        which, *first = np.unravel_index(int(np.argmax(stack)), stack.shape)
        best = float(stack[which, first[0], first[1]])
        near: list[Any] = [np.arange(which - 2, which + 3) % len(angles)]
        middle = []
        for at, side in zip(first, waves.shape, strict=True):
            # What begins before the photograph wraps.
            begins = int(at) - side if at >= side - 2 * half else int(at)
            middle.append(factor * (begins + half) + (factor - 1) / 2)
            near.append(np.arange(at - 8 // factor, at + 8 // factor + 1) % side)
        found.append(TurnedPlace(best, float(angles[which]), *middle))
        # Its neighbours are the same peak.
        stack[np.ix_(*near)] = -1
    return found


def _closer(
    page: SearchedPage, template: Template, place: TurnedPlace, look: Seeing, reach: float
) -> TurnedPlace:
    """Return where near a place, and how turned, a chromosome agrees best.

    Parameters
    ----------
    page : SearchedPage
    template : Template
    place : TurnedPlace
    look : Seeing
    reach : float
        Degrees to either side.
    """
    factor, beside = look.factor, 6 // look.factor
    middle = [round((at - (factor - 1) / 2) / factor) for at in (place.row, place.column)]
    waves = page.window(look, middle, template.half(factor) + beside)
    found = []
    for angle in place.angle + np.arange(-reach, reach + look.step / 2, look.step):
        ways = 2 * beside + 1
        table = waves.agreement(*template.turned(float(angle), look))[:ways, :ways]
        first = np.unravel_index(int(np.argmax(table)), table.shape)
        row, column = (
            factor * (centre - beside + int(at)) + (factor - 1) / 2
            for centre, at in zip(middle, first, strict=True)
        )
        found.append(TurnedPlace(float(table.max()), float(angle) % 360, row, column))
    return max(found, key=lambda one: one.agreement)
