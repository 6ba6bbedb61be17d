"""Which shape of the page shows the chromosomes largest in a window.

The printed page is A4 across. A window is mostly narrower, for its docks, and sometimes higher
than wide. There the same groups stand in the same order, in as many rows as make the
chromosomes largest; the four rows of a print are left only where others are clearly better,
because everybody knows where to look in them. Rows that are there stay unless others are clearly
better: no chromosome leaps to another row while a window is made a little larger.

Where the photograph of the spread stands with the page, the larger one is, the smaller is the
other. So it is weighed how large chromosomes are on the page against the zoom, at which the
photograph and all letters are shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from napari_karyo.classes import PAGE_ROWS
from napari_karyo.karyogram.layout import magnification
from napari_karyo.karyogram.page import PAGE_HEIGHT, PAGE_WIDTH, PRINTED, PageShape, Rows
from napari_karyo.karyogram.slots import page_slots

_A, _B = PAGE_ROWS[0]
(_C,) = PAGE_ROWS[1]
_D, _E = PAGE_ROWS[2]
_F, _G, _SEX = PAGE_ROWS[3]
_C1, _C2 = ("C", _C[1][:4]), ("C", _C[1][4:])
#: Rows that a page may have, of which only C, the largest group, is ever parted.
ARRANGEMENTS: Final[tuple[Rows, ...]] = (
    ((_A, _B, _C), (_D, _E, _F, _G, _SEX)),
    ((_A, _B), (_C, _D), (_E, _F, _G, _SEX)),
    PAGE_ROWS,
    ((_A, _B), (_C1,), (_C2,), (_D, _E), (_F, _G, _SEX)),
    ((_A, _B), (_C1,), (_C2,), (_D,), (_E, _F), (_G, _SEX)),
)
#: So many times larger chromosomes must be in another number of rows than a print's four, in
#: other rows than those that are there or with the photograph elsewhere, and in another shape
#: with the same rows.
UNUSUAL: Final = {2: 1.25, 3: 1.12, 4: 1.0, 5: 1.12, 6: 1.2}
OTHER_ROWS: Final = 1.04
OTHER_SIZE: Final = 1.005
#: Letters are as large as on the printed page in the same window, but no larger than need be:
#: what is left is the chromosomes'. In a small window they are no smaller than can be read.
_ENOUGH: Final = 0.75
_READABLE: Final = 0.45
#: In areas of the printed page and what stands with it: more would make each edit slow.
_LARGEST: Final = 1.5
#: Zooms that are tried where something stands with the page, from the largest down, each so many
#: times the one before.
_TRIED: Final = 10
_STEP: Final = 0.93
#: Higher than so many times its width a page has rows far apart, and no larger chromosomes.
_SLIMMEST: Final = 2.0
#: Narrower the header has no room, and lower the rows have none.
_LEAST_WIDTH: Final = 1100.0
_LEAST_HEIGHT: Final = 700.0


@dataclass(frozen=True)
class Room:
    """What a window has room for.

    Attributes
    ----------
    height, width : float
        Of the canvas, in its pixels.
    beside : tuple of (float, float) or None
        Height and width, in page units, of what stands beside the page or above it, the gap
        between both not counted.
    gap : float
        Between both, in page units.
    """

    height: float
    width: float
    beside: tuple[float, float] | None = None
    gap: float = 0.0

    def zoom(self, height: float, width: float) -> tuple[float, bool]:
        """Return at which zoom a page of a size shows whole, with what stands beside it.

        Returns
        -------
        zoom : float
        above : bool
            Whether the other stands above the page: both show larger so.
        """
        if self.beside is None:
            return min(self.height / height, self.width / width), False
        high, broad = self.beside
        beside = min(self.height / max(height, high), self.width / (width + self.gap + broad))
        above = min(self.height / (height + self.gap + high), self.width / max(width, broad))
        return max(beside, above), above > beside

    def sizes(self) -> Iterator[tuple[float, float]]:
        """Yield the heights and widths of pages, in page units, that fill the room."""
        if self.beside is not None:
            yield from self._sizes_with(*self.beside)
            return
        least = math.sqrt(self.height * self.width / (_LARGEST * PAGE_HEIGHT * PAGE_WIDTH))
        printed, _ = self.zoom(PAGE_HEIGHT, PAGE_WIDTH)
        zoom = max(min(max(printed, least), max(_ENOUGH, least)), _READABLE)
        zoom = min(zoom, self.height / _LEAST_HEIGHT, self.width / _LEAST_WIDTH)
        yield self.height / zoom, self.width / zoom

    def _sizes_with(self, high: float, broad: float) -> Iterator[tuple[float, float]]:
        """Yield those beside or below what is so high and broad, at one zoom after the other."""
        most = _LARGEST * (PAGE_HEIGHT * PAGE_WIDTH + high * broad) - high * broad
        for above in (False, True):
            taken = (high + self.gap, 0.0) if above else (0.0, broad + self.gap)
            zoom = min(
                self.height / max(high, taken[0] + _LEAST_HEIGHT),
                self.width / max(broad, taken[1] + _LEAST_WIDTH),
            )
            for _ in range(_TRIED):
                height, width = self.height / zoom - taken[0], self.width / zoom - taken[1]
                if height > width:
                    height = min(height, most / width, _SLIMMEST * width)
                else:
                    width = min(width, most / height)
                yield height, width
                zoom *= _STEP


def window_shape(
    room: Room, sizes: Sequence[tuple[int, int]], present: PageShape | None = None
) -> PageShape:
    """Return the shape of the page in which chromosomes are largest in a window.

    Parameters
    ----------
    room : Room
    sizes : sequence of (int, int)
        Heights and widths of the cell's upright pictures: `Layout.deciding`.
    present : PageShape, optional
        The shape that is there: it stays unless another one is clearly better.

    Returns
    -------
    PageShape
    """
    if min(room.height, room.width) < 1:
        # A window that is not laid out yet, or has been made so small that nothing shows.
        return present or PRINTED
    shapes = [PRINTED]
    shapes += [
        PageShape(int(height), int(width), rows)
        for height, width in room.sizes()
        for rows in ARRANGEMENTS
        if height >= _LEAST_HEIGHT and width >= _LEAST_WIDTH
    ]

    def lies(shape: PageShape) -> tuple[Rows, bool]:
        return shape.rows, room.zoom(shape.height, shape.width)[1]

    there = None if present is None else lies(present)

    def worth(shape: PageShape) -> float:
        value = size_shown(shape, room, sizes) / UNUSUAL[len(shape.rows)]
        if room.beside is not None:
            # Those of the page count more, since there bands are compared, as long as letters
            # can be read.
            zoom, _ = room.zoom(shape.height, shape.width)
            value *= math.sqrt(zoom) * min(1.0, zoom / _READABLE) ** 1.5
        return value * (OTHER_ROWS if lies(shape) == there else 1.0)

    best = max(shapes, key=worth)
    if present is not None and worth(best) < OTHER_SIZE * worth(present):
        return present
    return best


def size_shown(shape: PageShape, room: Room, sizes: Sequence[tuple[int, int]]) -> float:
    """Return how large chromosomes are in a window: its pixels to a pixel of the crops."""
    zoom, _ = room.zoom(shape.height, shape.width)
    return zoom * magnification(sizes, shape, page_slots(shape))
