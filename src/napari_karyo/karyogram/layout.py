"""Where everything stands on the karyogram's page.

The rows are those of a laboratory's print: 1-3 4-5, 6-12, 13-15 16-18, 19-20 21-22
X Y, and a strip at the bottom with the markers and the tray; `window_shape` knows others, for
windows of another shape. The magnification is one
for the whole cell, chosen once from the sizes of its chromosomes as they were
photographed, so lengths can be compared. A slot that holds more than fits closes up its
chromosomes until only their backgrounds overlap; after that all chromosomes of this slot
are drawn smaller by one factor, and the page says by how much. The same is done where a
chromosome is taller than its row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from napari_karyo.classes import CLASSES, MARKERS, TRAY
from napari_karyo.classified.heading import Heading
from napari_karyo.inference.confidence import Light
from napari_karyo.karyogram.chromosome_pictures import ChromosomePictures
from napari_karyo.karyogram.heading import Numbers, footer, header
from napari_karyo.karyogram.page import (
    PRINTED,
    Box,
    LightMark,
    Mark,
    Page,
    PageShape,
    Place,
    Rule,
    Slot,
)
from napari_karyo.karyogram.slots import (
    SIDE,
    group_letters,
    longest_on,
    page_regions,
    page_slots,
    row_shares,
    slot_label,
    slot_lines,
    slot_marks,
)
from napari_karyo.karyotype.state import PLAIN, Appearance, State
from napari_karyo.preprocessing.upright import MARGIN

#: The size of a chromosome's picture as it looks, in pixels of the crop.
SizeOf = Callable[[int, Appearance], tuple[int, int]]

#: Half a light's size: it stays within its slot's region.
_LIGHT: Final = 16.0
_LIGHT_ABOVE: Final = 9.0
#: Left free above the tallest chromosome of a row, so that its light hides nothing of it.
_LIGHT_ROOM: Final = 12.0

#: A crop is not magnified more than this, where it would show only blur.
_MOST: Final = 4.0
#: With fewer chromosomes than this their classes cannot be guessed from their sizes,
#: and every row has to take the longest.
_WHOLE_CELL: Final = 20

_GAP: Final = 12.0
_CLEAR: Final = 3.0


class Layout:
    """The page of one cell; built once, then asked for a `Page` after every edit.

    Parameters
    ----------
    sizes : sequence of (int, int)
        Height and width of each chromosome's upright picture, in pixels of the crop.
    size_of : callable, optional
        The size of a chromosome's picture as it looks: rotated, straightened. Without it
        a chromosome is as large as upright, whatever it looks like.
    photographed : int, optional
        How many of the chromosomes, the first ones, decide the magnification; all where
        not given. Pieces merged or split later must not make the others jump.
    shape : PageShape
        Of the page: as it is printed, or for a window.
    """

    def __init__(
        self,
        sizes: Sequence[tuple[int, int]],
        size_of: SizeOf | None = None,
        photographed: int | None = None,
        shape: PageShape = PRINTED,
    ) -> None:
        self.sizes = tuple((int(height), int(width)) for height, width in sizes)
        self._size_of = size_of
        self.shape = shape
        #: Those that decide the magnification.
        self.deciding = self.sizes[:photographed]
        self.slots: dict[str, Slot] = page_slots(shape)
        self.magnification = magnification(self.deciding, shape, self.slots)
        self.regions: dict[str, Box] = page_regions(self.slots, shape)
        self._letters = group_letters(shape, self.slots)
        # What stood in each slot last time: an edit touches two of the 26.
        self._stood: dict[str, tuple[object, list[Place]]] = {}

    @classmethod
    def from_pictures(
        cls,
        pictures: ChromosomePictures,
        photographed: int | None = None,
        shape: PageShape = PRINTED,
    ) -> Layout:
        """Return the layout of a cell's pictures, which knows their sizes as they look."""
        sizes = [pictures.size(index, PLAIN) for index in range(len(pictures))]
        return cls(sizes, size_of=pictures.size, photographed=photographed, shape=shape)

    def extend(self, sizes: Iterable[tuple[int, int]]) -> None:
        """Take in further chromosomes, merged or split ones; the magnification stays."""
        self.sizes += tuple((int(height), int(width)) for height, width in sizes)

    def page(
        self,
        state: State,
        heading: Heading | None = None,
        lights: Mapping[int, Light] | None = None,
    ) -> Page:
        """Return the page of a karyotype.

        Parameters
        ----------
        state : State
            Who sits where.
        heading : Heading, optional
            What the header says. Without it, the page carries no title and no ISCN.
        lights : mapping of int to Light, optional
            The light of each chromosome; one that is left out has none. Without it, as for
            a print, there are none.
        """
        places: dict[int, Place] = {}
        texts = list(self._letters)
        lines: list[Rule] = []
        marks: list[Mark] = []
        for name, slot in self.slots.items():
            members = state.slots.get(name, ())
            here = self._standing(slot, members, state)
            places.update({place.index: place for place in here})
            lines += slot_lines(slot, bool(here))
            texts += slot_label(slot, here)
            words, by_hand = slot_marks(slot, here, state.corrected, state.derivatives)
            texts += words
            marks += by_hand
        reduced = any(place.reduction < 1 for place in places.values())
        head = heading or Heading()
        placed = sum(len(state.slots.get(name, ())) for name in CLASSES)
        numbers = Numbers(placed, len(state.slots.get(MARKERS, ())), len(state.slots.get(TRAY, ())))
        corrected = sum(index in state.corrected for index in places)
        for more_texts, more_lines, more_marks in (
            header(head, numbers, SIDE, self.shape.width),
            footer(head, corrected, reduced, SIDE, self.shape),
        ):
            texts += more_texts
            lines += more_lines
            marks += more_marks
        return Page(
            self.shape.height,
            self.shape.width,
            self.slots,
            places,
            self.regions,
            tuple(texts),
            tuple(lines),
            tuple(marks),
            tuple(
                self._light(place, lights[one])
                for one, place in places.items()
                if lights is not None and one in lights
            ),
            magnification=self.magnification,
        )

    def _light(self, place: Place, kind: Light) -> LightMark:
        """Return a light just above its chromosome, within its slot's own region."""
        region = self.regions[place.slot]
        y = max(place.box.top - _LIGHT_ABOVE, region.top + _LIGHT)
        x = min(max(place.box.center[1], region.left + _LIGHT), region.right - _LIGHT)
        return LightMark(kind, round(y), round(x), place.slot)

    def _standing(self, slot: Slot, members: Sequence[int], state: State) -> list[Place]:
        """Return what `_stand` does, from memory where nothing in the slot has changed."""
        turned, appearances = state.turned, state.appearances
        key = tuple((index, index in turned, appearances.get(index, PLAIN)) for index in members)
        known = self._stood.get(slot.name)
        if known is None or known[0] != key:
            self._stood[slot.name] = known = (key, self._stand(slot, key))
        return known[1]

    def _size(self, index: int, appearance: Appearance) -> tuple[int, int]:
        if appearance == PLAIN or self._size_of is None:
            return self.sizes[index]
        return self._size_of(index, appearance)

    def _stand(self, slot: Slot, members: Sequence[tuple[int, bool, Appearance]]) -> list[Place]:
        """Stand the chromosomes of a slot on its line, side by side, centred."""
        if not members:
            return []
        scale = self.magnification
        sizes = scale * np.array([self._size(index, drawn) for index, _, drawn in members], float)
        # The background around the chromosome in its picture.
        spare = MARGIN * scale
        # Neighbours may share the background around them, not more.
        closest = -spare
        joints = len(members) - 1
        widths = float(sizes[:, 1].sum())
        # All but the lower margin, which hangs below the line, has to fit into the row.
        tallest = float(sizes[:, 0].max()) - spare
        fit = min(
            1.0,
            (slot.inner.height - _CLEAR - _LIGHT_ROOM) / max(tallest, 1.0),
            (slot.inner.width - 1) / max(widths + joints * closest, 1.0),
        )
        sizes *= fit
        gap = _GAP
        if joints:
            gap = min(_GAP, (slot.inner.width - widths * fit) / joints)
        left = slot.inner.center[1] - (widths * fit + joints * gap) / 2
        # The picture's lower margin hangs below, so that the chromosome itself stands.
        bottom = slot.line[0] - _CLEAR + spare * fit
        places = []
        for (index, turned, appearance), (height, width) in zip(members, sizes, strict=True):
            # Whole units, so that a chromosome moved elsewhere keeps its very pixels.
            tall, wide = max(1, round(height)), max(1, round(width))
            box = Box(round(bottom) - tall, round(left), tall, wide)
            places.append(Place(index, slot.name, box, turned, fit, appearance))
            left += width + gap
        return places


def magnification(
    sizes: Sequence[tuple[int, int]], shape: PageShape, slots: Mapping[str, Slot]
) -> float:
    """Return the one factor from pixels of the crops to page units.

    Parameters
    ----------
    sizes : sequence of (int, int)
        Height and width of the upright pictures that decide it, in pixels of the crops.
    shape : PageShape
    slots : mapping of str to Slot
        Those of this shape.
    """
    if not sizes:
        return 1.0
    heights = np.array([height for height, _ in sizes], float)
    # One clump of touching chromosomes must not shrink all the others.
    longest = min(float(heights.max()), 1.25 * float(np.quantile(heights, 0.95)))
    share = 1.0 if len(sizes) >= _WHOLE_CELL else min(row_shares(shape))
    offered = longest_on(shape) * share - _CLEAR - _LIGHT_ROOM
    typical = float(np.median([width for _, width in sizes]))
    narrowest = min(slots[name].inner.width for name in CLASSES)
    three_fit = (narrowest - 2 * _GAP) / (3 * typical)
    return float(min(offered / longest, three_fit, _MOST))
