"""Where the number of each chromosome of a printed spread stands.

A number stands beside its chromosome and over no other, nor over another number. Where it
can't stand nearer to its own chromosome than to any other, a thin line leads from it there.
All is looked for on a grid that is somewhat coarser than the page's units. On the screen labels
stand elsewhere, found more quickly: `screen_labels`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from napari_karyo.cell import Outline
from napari_karyo.karyogram.page import SPREAD, Box, Film, Mark, Text
from napari_karyo.lettering import text_width

#: Letters, their height by their size, and the clear space around a number, in page units.
SIZE: Final = 24.0
_CAPITAL: Final = 0.7
_PAD: Final = 3.0
_LEADER: Final = 1.8
#: Page units to a cell of the grid.
_GRID: Final = 3.0
#: So far around a chromosome, in cells, a place is looked for first; then everywhere.
_NEAR: Final = 40
#: In cells: what is nearer needs no leader, if every other chromosome is farther by so much.
_BESIDE: Final = 4.0
_APART: Final = 2.5
#: In cells: a leader is at least so long, a shorter one looks like dirt.
_LEAST: Final = 4.0
#: What it costs, beside each cell of distance: to need a leader, to have no room for it, to be
#: hardly nearer than others, to be close to another number, to stand on what is stained though
#: no chromosome, and each cell that a leader crosses.
_LED, _SHORT, _DOUBTFUL, _CLOSE, _STAINED, _CROSSED = 6.0, 12.0, 2.0, 2.0, 40.0, 8.0
#: Places whose leaders are looked at.
_MOST: Final = 80

_Flags = NDArray[np.bool_]
_Floats = NDArray[np.float64]
_Cell = tuple[int, int]


@dataclass(frozen=True)
class _Standing:
    """A number that has its place: its middle, and the ends of its leader, in cells."""

    middle: _Cell
    half: _Cell
    leader: tuple[_Cell, _Cell] | None = None


class Numbering:
    """Places the numbers of one spread.

    Parameters
    ----------
    room : Box
        Where numbers may stand.
    film : Film
        The photograph, within the room.
    scale : float
        Page units to a pixel of the photograph.
    first : tuple of int
        Row and column in the photograph of the film's first pixel.
    """

    def __init__(self, room: Box, film: Film, scale: float, first: tuple[int, int]) -> None:
        self._room, self._film, self._scale, self._first = room, film, scale, first
        self._shape = int(room.height / _GRID), int(room.width / _GRID)
        self._stain = self._stained()
        #: How many chromosomes lie on each cell, and whether a number or its leader does.
        self._count = np.zeros(self._shape, np.int16)
        self._taken = np.zeros(self._shape, np.bool_)

    def place(self, wanted: Mapping[int, tuple[str, Outline]]) -> tuple[list[Text], list[Mark]]:
        """Return the numbers and their leaders.

        Parameters
        ----------
        wanted : mapping of int to (str, Outline)
            The chromosomes, and what each is called.

        Returns
        -------
        texts : list of Text
            One a chromosome, but those for which no place is left.
        marks : list of Mark
        """
        own = {index: self._cells(outline.mask, outline) for index, (_, outline) in wanted.items()}
        alone = {
            index: self._cells(outline.mask & ~outline.shared, outline)
            for index, (_, outline) in wanted.items()
        }
        for mask in own.values():
            self._count += mask
        # Those in the thick of it first: the others find a place anyhow.
        around = ndimage.uniform_filter((self._count > 0).astype(np.float32), 2 * _NEAR // 2 + 1)
        order = sorted(own, key=lambda one: (-float(around[own[one]].mean()), one))
        found: dict[int, _Standing] = {}
        for index in (*order, *order):
            # A second time with all others in their places.
            if index in found:
                self._take(found.pop(index), False)
                for other in found.values():
                    self._take(other, True)
            target = alone[index] if alone[index].any() else own[index]
            standing = self._stand(wanted[index][0], own[index], target)
            if standing is not None:
                found[index] = standing
                self._take(standing, True)
        texts = [self._text(wanted[index][0], one) for index, one in sorted(found.items())]
        marks = [self._mark(one.leader) for _, one in sorted(found.items()) if one.leader]
        return texts, marks

    # -- the grid --------------------------------------------------------------------

    def _pixels(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the row and the column in the photograph of each row and column of cells."""
        room, box = self._room, self._film.box
        y = room.top + (np.arange(self._shape[0]) + 0.5) * _GRID - box.top
        x = room.left + (np.arange(self._shape[1]) + 0.5) * _GRID - box.left
        rows = np.floor(y / self._scale).astype(np.intp) + self._first[0]
        columns = np.floor(x / self._scale).astype(np.intp) + self._first[1]
        return rows, columns

    def _cells(self, mask: _Flags, outline: Outline) -> _Flags:
        """Return the cells that lie on a chromosome."""
        rows, columns = self._pixels()
        rows, columns = rows - outline.top, columns - outline.left
        inside_y = np.nonzero((rows >= 0) & (rows < mask.shape[0]))[0]
        inside_x = np.nonzero((columns >= 0) & (columns < mask.shape[1]))[0]
        cells = np.zeros(self._shape, np.bool_)
        cells[np.ix_(inside_y, inside_x)] = mask[np.ix_(rows[inside_y], columns[inside_x])]
        return cells

    def _stained(self) -> _Floats:
        """Return how strong the stain is at each cell, 0 to 1."""
        box, cells = self._film.box, np.zeros(self._shape)
        tall, wide = round(box.height / _GRID), round(box.width / _GRID)
        small = Image.fromarray(self._film.ink).resize((wide, tall), Image.Resampling.BOX)
        top = round((box.top - self._room.top) / _GRID)
        left = round((box.left - self._room.left) / _GRID)
        part = cells[top : top + tall, left : left + wide]
        part[:] = np.asarray(small)[: part.shape[0], : part.shape[1]] / 255.0
        # A faint grain hides no letter.
        return np.clip(cells - 0.08, 0.0, None)

    def _take(self, one: _Standing, taken: bool) -> None:
        (y, x), (down, right) = one.middle, one.half
        # A number that stands close below another would be read with it.
        rows = slice(max(0, y - down - 1), y + down + 2)
        self._taken[rows, max(0, x - right - 1) : x + right + 2] = taken
        if one.leader:
            self._taken[_line(*one.leader)] = taken

    # -- one number ------------------------------------------------------------------

    def _stand(self, name: str, own: _Flags, target: _Flags) -> _Standing | None:
        """Return the best place for a number, near its chromosome or else anywhere."""
        rows, columns = (np.nonzero(own.any(axis=axis))[0] for axis in (1, 0))
        if not rows.size:
            return None
        half = (
            math.ceil((SIZE * _CAPITAL / 2 + _PAD) / _GRID),
            math.ceil((text_width(name, SIZE) / 2 + _PAD) / _GRID),
        )
        for reach in (_NEAR, max(self._shape)):
            top, left = max(0, int(rows[0]) - reach), max(0, int(columns[0]) - reach)
            part = (
                slice(top, int(rows[-1]) + reach + 1),
                slice(left, int(columns[-1]) + reach + 1),
            )
            found = self._best(part, own[part], target[part], half)
            if found is not None:
                return found
        return None

    def _best(
        self, part: tuple[slice, slice], own: _Flags, target: _Flags, half: _Cell
    ) -> _Standing | None:
        size = 2 * half[0] + 1, 2 * half[1] + 1
        others = self._count[part] - own > 0
        taken = self._taken[part]
        blocked = ndimage.binary_dilation(others | own) | taken
        free = ndimage.maximum_filter(blocked, size, mode="constant", cval=True) == 0
        if not free.any():
            return None
        away, (nearest_y, nearest_x) = ndimage.distance_transform_edt(~target, return_indices=True)
        near = ndimage.minimum_filter(away, size)
        near_others = np.full(away.shape, np.inf)
        if others.any():
            near_others = ndimage.minimum_filter(ndimage.distance_transform_edt(~others), size)
        stained = ndimage.uniform_filter(self._stain[part], size)
        doubtful = np.clip(near + _APART - near_others, 0.0, None)
        led = (near > _BESIDE) | (doubtful > 0)
        short = led & (near < _LEAST)
        # The middle's distance lets a number stand beside, not at a corner.
        cost = near + 0.3 * away + _DOUBTFUL * doubtful + _LED * led + _SHORT * short
        cost += _STAINED * stained
        if taken.any():
            apart = ndimage.minimum_filter(ndimage.distance_transform_edt(~taken), size)
            cost += _CLOSE * np.clip(_LEAST - apart, 0.0, None)
        cost[~free] = np.inf
        steps = np.zeros(free.shape, np.bool_)
        steps[::2, ::2] = True
        if (free & steps).any():
            cost[~steps] = np.inf
        flat = cost.ravel()
        most = min(_MOST, int(np.isfinite(flat).sum()))
        chosen = np.argpartition(flat, most - 1)[:most]
        best, least = None, math.inf
        hindered = others | taken
        for at in chosen[np.argsort(flat[chosen], kind="stable")]:
            y, x = (int(one) for one in np.unravel_index(at, free.shape))
            price = float(flat[at])
            if price >= least:
                break
            leader = None
            if led[y, x] and not short[y, x]:
                box = slice(y - half[0], y + half[0] + 1), slice(x - half[1], x + half[1] + 1)
                row, column = np.unravel_index(int(np.argmin(away[box])), size)
                begin = y - half[0] + int(row), x - half[1] + int(column)
                end = int(nearest_y[begin]), int(nearest_x[begin])
                leader = begin, end
                price += _CROSSED * int(hindered[_line(begin, end)].sum())
            if price < least:
                best, least = ((y, x), leader), price
        if best is None:
            return None
        (y, x), leader = best
        top, left = part[0].start, part[1].start
        if leader is not None:
            (y0, x0), (y1, x1) = leader
            leader = (y0 + top, x0 + left), (y1 + top, x1 + left)
        return _Standing((y + top, x + left), half, leader)

    # -- on the page -----------------------------------------------------------------

    def _at(self, cell: _Cell) -> tuple[float, float]:
        return (
            self._room.top + (cell[0] + 0.5) * _GRID,
            self._room.left + (cell[1] + 0.5) * _GRID,
        )

    def _text(self, name: str, one: _Standing) -> Text:
        y, x = self._at(one.middle)
        return Text(name, y + SIZE * _CAPITAL / 2, x, SIZE, "middle", "ink", SPREAD)

    def _mark(self, leader: tuple[_Cell, _Cell]) -> Mark:
        (y0, x0), (y1, x1) = map(self._at, leader)
        long = math.hypot(y1 - y0, x1 - x0) or 1.0
        down, right = _LEADER / 2 * (x1 - x0) / long, _LEADER / 2 * (y0 - y1) / long
        return Mark(
            ((y0 + down, x0 + right), (y1 + down, x1 + right),
             (y1 - down, x1 - right), (y0 - down, x0 - right)),
            "ink", SPREAD,
        )  # fmt: skip


def _line(begin: _Cell, end: _Cell) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the cells between two."""
    steps = max(abs(end[0] - begin[0]), abs(end[1] - begin[1])) + 1
    rows = np.rint(np.linspace(begin[0], end[0], steps)).astype(np.intp)
    columns = np.rint(np.linspace(begin[1], end[1], steps)).astype(np.intp)
    return rows, columns
