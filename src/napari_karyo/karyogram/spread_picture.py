"""The spread above its karyogram, each chromosome numbered, as laboratories print it.

The page becomes A4 upright: below its header comes a band with the photograph, cropped to
the chromosomes, then the slots as ever. The photograph has the greys of the karyogram: its
uneven ground is the page's paper, its strongest stain the full ink.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Cell, Outline, Spread
from napari_karyo.classes import MARKERS, TRAY
from napari_karyo.counted import count
from napari_karyo.karyogram.page import (
    HEADER,
    PAGE_HEIGHT,
    SPREAD,
    Box,
    Film,
    Mark,
    Page,
    Rule,
    Slot,
    Text,
)
from napari_karyo.karyogram.printed_numbers import Numbering
from napari_karyo.karyogram.slots import SIDE
from napari_karyo.karyogram.tiles import Window
from napari_karyo.karyotype.state import State
from napari_karyo.segmentation.ground import flatten

#: The band has the height of a page across, which makes it an upright one of the same shape.
BAND: Final = PAGE_HEIGHT
#: In the band: below the header and above the first row, and what is kept for numbers
#: beside the photograph.
_CLEAR: Final = 12.0
_BESIDE: Final = 36.0
#: Around the chromosomes, by their usual length.
_MARGIN: Final = 0.35
#: Page units to a pixel, at most: more would show only blur.
_MOST: Final = 6.0
#: Of what is said below the photograph.
_NOTE: Final = 18.0


def has_spread(cell: Cell) -> bool:
    """Tell whether there is a photograph of a cell in which chromosomes are outlined."""
    return cell.photograph is not None and any(item.outline is not None for item in cell)


def with_spread(page: Page, cell: Cell, state: State, band: float = BAND) -> Page:
    """Return a page with the spread above its slots.

    Parameters
    ----------
    page : Page
        Of the cell as it stands, from its `Layout`.
    cell : Cell
    state : State
        Who sits where: `Karyotype.state`.
    band : float
        How much higher the page becomes.

    Returns
    -------
    Page
        The same one where nothing of the cell is outlined in a photograph.
    """
    names = slot_names(state)
    outlines = {
        index: item.outline
        for index, item in enumerate(cell)
        if index in names and item.outline is not None
    }
    if cell.photograph is None or not outlines:
        return page
    top = page.regions[HEADER].bottom
    region = Box(top, 0.0, band, page.width)
    room = Box(top + _CLEAR, SIDE, band - 3 * _CLEAR - _NOTE, page.width - 2 * SIDE)
    cropped, ink = inked(cell.photograph, outlines.values())
    film, scale = _laid(ink, room)
    numbering = Numbering(room, film, scale, cropped)
    texts, marks = numbering.place({index: (names[index], outlines[index]) for index in outlines})
    unmarked = len(names) - len(texts)
    if unmarked:
        words = f"{count(unmarked, 'chromosome')} of {len(names)} without a number in the spread"
        y = region.bottom - _CLEAR
        texts.append(Text(words, y, page.width - SIDE, _NOTE, "right", "ink", SPREAD))
    lower = _lowered(page, band)
    return replace(
        lower,
        regions={**lower.regions, SPREAD: region},
        texts=(*lower.texts, *texts),
        marks=(*lower.marks, *marks),
        film=film,
    )


def slot_names(state: State) -> dict[int, str]:
    """Return what each chromosome that is there is called in a spread, by its number."""
    special = {MARKERS: "mar", TRAY: "?"}
    return {
        index: f"der({name})"
        if index in state.derivatives and name not in special
        else special.get(name, name)
        for name, members in state.slots.items()
        for index in members
    }


def inked(spread: Spread, outlines: Iterable[Outline]) -> tuple[tuple[int, int], NDArray[np.uint8]]:
    """Return the part of a photograph that holds some chromosomes, as ink on paper.

    Parameters
    ----------
    spread : Spread
    outlines : iterable of Outline

    Returns
    -------
    first : tuple of int
        Row and column in the photograph of the part's first pixel.
    ink : ndarray, shape (height, width), uint8
    """
    chosen = list(outlines)
    height, width = spread.image.shape
    margin = round(_MARGIN * float(np.median([max(one.mask.shape) for one in chosen]))) + 1
    top = max(0, min(one.place[0].start for one in chosen) - margin)
    left = max(0, min(one.place[1].start for one in chosen) - margin)
    bottom = min(height, max(one.place[0].stop for one in chosen) + margin)
    right = min(width, max(one.place[1].stop for one in chosen) + margin)
    stain = flatten(spread.image, spread.polarity)
    on = np.zeros(stain.shape, np.bool_)
    for one in chosen:
        on[one.place] |= one.mask
    part = slice(top, bottom), slice(left, right)
    stained, around = stain[on], stain[part][~on[part]]
    # As of the crops: see `tiles.cell_window`.
    ground = min(float(np.median(around)), float(np.quantile(stained, 0.02)))
    window = Window(ground if around.size else 0.0, float(np.quantile(stained, 0.998)))
    return (top, left), np.rint(255 * window.apply(stain[part])).astype(np.uint8)


def _laid(ink: NDArray[np.uint8], room: Box) -> tuple[Film, float]:
    """Return a photograph in the middle of a room, as large as it goes, and its scale."""
    height, width = ink.shape
    scale = min((room.height - 2 * _BESIDE) / height, (room.width - 2 * _BESIDE) / width, _MOST)
    middle_y, middle_x = room.center
    tall, wide = scale * height, scale * width
    return Film(Box(middle_y - tall / 2, middle_x - wide / 2, tall, wide), ink), scale


def _lowered(page: Page, by: float) -> Page:
    """Return a page whose slots and footer lie lower."""
    return replace(
        page,
        height=page.height + round(by),
        slots={name: _lower_slot(slot, by) for name, slot in page.slots.items()},
        places={
            index: replace(place, box=place.box.moved(by)) for index, place in page.places.items()
        },
        regions={
            name: box if name == HEADER else box.moved(by) for name, box in page.regions.items()
        },
        texts=tuple(replace(one, y=one.y + _by(one.region, by)) for one in page.texts),
        lines=tuple(_lower_line(one, _by(one.region, by)) for one in page.lines),
        marks=tuple(_lower_mark(one, _by(one.region, by)) for one in page.marks),
        lights=tuple(replace(one, y=one.y + _by(one.region, by)) for one in page.lights),
        frames=tuple(replace(one, box=one.box.moved(_by(one.region, by))) for one in page.frames),
    )


def _by(region: str, by: float) -> float:
    return 0.0 if region == HEADER else by


def _lower_slot(slot: Slot, by: float) -> Slot:
    return replace(
        slot,
        box=slot.box.moved(by),
        inner=slot.inner.moved(by),
        line=(slot.line[0] + by, *slot.line[1:]),
        label=(slot.label[0] + by, slot.label[1]),
    )


def _lower_line(line: Rule, by: float) -> Rule:
    return replace(line, y0=line.y0 + by, y1=line.y1 + by)


def _lower_mark(mark: Mark, by: float) -> Mark:
    return replace(mark, points=tuple((y + by, x) for y, x in mark.points))
