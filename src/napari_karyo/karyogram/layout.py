"""Where everything stands on the karyogram's page.

The rows are those of a laboratory's print: 1-3 4-5, 6-12, 13-15 16-18, 19-20 21-22
X Y, and the tray as a strip at the bottom. Slots never move or grow, whatever is
corrected, so the eye finds each where it was. The magnification is one for the whole
cell, chosen once from the sizes of its chromosomes, so lengths can be compared. A slot
that holds more than fits closes up its chromosomes until only their backgrounds
overlap; after that all chromosomes of this slot are drawn smaller by one factor, and
the page says by how much. The same is done where a chromosome is taller than its row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, Protocol

import numpy as np

from napari_karyo.classes import CLASSES, PAGE_ROWS, TRAY
from napari_karyo.karyogram.heading import Heading, Numbers, footer, header
from napari_karyo.karyogram.page import (
    FOOTER,
    HEADER,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Box,
    Lamp,
    LampKind,
    Line,
    Mark,
    Page,
    Place,
    Role,
    Slot,
    Text,
    triangle,
)
from napari_karyo.preprocessing.upright import MARGIN, Upright

_SIDE: Final = 60.0
_TOP: Final = 116.0
_ROW_GAP: Final = 8.0
_LABEL: Final = 42.0
_TRAY_TOP: Final = 1050.0
_TRAY_BOTTOM: Final = 1186.0
_TRAY_LABEL: Final = 178.0
_BETWEEN_BLOCKS: Final = 109.0

#: How far a slot's region begins and ends above its box: room for the lights, taken from
#: the slot above, whose number has nothing below it there.
_LIFT: Final = 10.0
#: Half a lamp's size: it stays within its slot's region.
_LAMP: Final = 16.0
_LAMP_ABOVE: Final = 9.0
#: Left free above the tallest chromosome of a row, so that its lamp hides nothing of it.
_LAMP_ROOM: Final = 12.0

#: Height of the longest chromosome of a metaphase, and how much of it each row
#: offers. Measured on cells of both stains: the rows never need more than 0.79, 0.51
#: and 0.65 of the longest chromosome.
_LONGEST: Final = 238.0
_ROWS: Final = (1.02, 0.80, 0.54, 0.68)

#: A crop is not magnified more than this, where it would show only blur.
_MOST: Final = 4.0
#: With fewer chromosomes than this their classes cannot be guessed from their sizes,
#: and every row has to take the longest.
_WHOLE_CELL: Final = 20

_GAP: Final = 12.0
_CLEAR: Final = 3.0
_NUMBER: Final = 24.0


class Placements(Protocol):
    """What the layout needs to know of a karyotype: `karyotype.State` is one."""

    @property
    def slots(self) -> Mapping[str, tuple[int, ...]]:
        """Chromosomes of each slot, left to right."""
        ...

    @property
    def turned(self) -> Collection[int]:
        """Chromosomes drawn rotated by 180 degrees."""
        ...

    @property
    def corrected(self) -> Collection[int]:
        """Chromosomes corrected by hand."""
        ...

    @property
    def markers(self) -> Collection[int]:
        """Chromosomes of the tray called markers."""
        ...


class Layout:
    """The page of one cell; built once, then asked for a `Page` after every edit.

    Parameters
    ----------
    sizes : sequence of (int, int)
        Height and width of each chromosome's upright picture, in pixels of the crop.
    margin : float
        Background around the chromosome in those pictures, in the same pixels.
    """

    def __init__(self, sizes: Sequence[tuple[int, int]], margin: float = MARGIN) -> None:
        self.sizes = tuple((int(height), int(width)) for height, width in sizes)
        self.margin = float(margin)
        self.slots: dict[str, Slot] = dict(_slots())
        self.magnification = _magnification(self.sizes, self.slots)
        self.regions: dict[str, Box] = {
            **{
                name: Box(
                    slot.box.top - _LIFT,
                    slot.box.left,
                    slot.box.height + (_LIFT if name == TRAY else _ROW_GAP),
                    slot.box.width,
                )
                for name, slot in self.slots.items()
            },
            HEADER: Box(0, 0, _TOP - _LIFT, PAGE_WIDTH),
            FOOTER: Box(_TRAY_BOTTOM + 4, 0, PAGE_HEIGHT - _TRAY_BOTTOM - 4, PAGE_WIDTH),
        }
        # What stood in each slot last time: an edit touches two of the 25.
        self._stood: dict[str, tuple[object, list[Place]]] = {}

    @classmethod
    def from_uprights(cls, uprights: Iterable[Upright]) -> Layout:
        """Return the layout of a cell's upright pictures."""
        return cls([(item.image.shape[0], item.image.shape[1]) for item in uprights])

    def page(
        self,
        state: Placements,
        heading: Heading | None = None,
        lamps: Sequence[LampKind] | None = None,
    ) -> Page:
        """Return the page of a karyotype.

        Parameters
        ----------
        state : Placements
            Who sits where: `Karyotype.state`.
        heading : Heading, optional
            What the header says. Without it, the page carries no title and no ISCN.
        lamps : sequence of LampKind, optional
            The light of each chromosome, in the order of the cell. Without it, as for a
            print, there are none.

        Returns
        -------
        Page
        """
        places: dict[int, Place] = {}
        texts = list(_LETTERS)
        lines: list[Line] = []
        marks: list[Mark] = []
        for name, slot in self.slots.items():
            members = state.slots.get(name, ())
            here = self._standing(slot, members, state.turned)
            places.update({place.index: place for place in here})
            lines += _slot_lines(slot, bool(here))
            texts += _label(slot, here)
            marks += _marks(slot, here, state.corrected)
            texts += _marker_words(slot, here, state.markers)
        reduced = any(place.reduction < 1 for place in places.values())
        head = heading or Heading()
        placed = sum(len(state.slots.get(name, ())) for name in CLASSES)
        numbers = Numbers(placed, len(state.markers), len(state.slots.get(TRAY, ())))
        corrected = sum(index in state.corrected for index in places)
        for more_texts, more_lines, more_marks in (
            header(head, numbers, _SIDE),
            footer(head, corrected, reduced, _SIDE),
        ):
            texts += more_texts
            lines += more_lines
            marks += more_marks
        return Page(
            PAGE_HEIGHT,
            PAGE_WIDTH,
            self.slots,
            places,
            self.regions,
            tuple(texts),
            tuple(lines),
            tuple(marks),
            tuple(self._lamp(place, lamps[place.index]) for place in places.values())
            if lamps is not None
            else (),
            magnification=self.magnification,
        )

    def _lamp(self, place: Place, kind: LampKind) -> Lamp:
        """Return a light just above its chromosome, within its slot's own region."""
        region = self.regions[place.slot]
        y = max(place.box.top - _LAMP_ABOVE, region.top + _LAMP)
        x = min(max(place.box.center[1], region.left + _LAMP), region.right - _LAMP)
        return Lamp(kind, round(y), round(x), place.slot)

    def _standing(self, slot: Slot, members: Sequence[int], turned: Collection[int]) -> list[Place]:
        """Return what `_stand` does, from memory where nothing in the slot has changed."""
        key = tuple((index, index in turned) for index in members)
        known = self._stood.get(slot.name)
        if known is None or known[0] != key:
            self._stood[slot.name] = known = (key, self._stand(slot, members, turned))
        return known[1]

    def _stand(self, slot: Slot, members: Sequence[int], turned: Collection[int]) -> list[Place]:
        """Stand the chromosomes of a slot on its line, side by side, centred."""
        if not members:
            return []
        scale = self.magnification
        sizes = np.array([self.sizes[index] for index in members], float) * scale
        spare = self.margin * scale
        # Neighbours may share the background around them, not more.
        closest = -spare
        joints = len(members) - 1
        widths = float(sizes[:, 1].sum())
        # All but the lower margin, which hangs below the line, has to fit into the row.
        tallest = float(sizes[:, 0].max()) - spare
        fit = min(
            1.0,
            (slot.inner.height - _CLEAR - _LAMP_ROOM) / max(tallest, 1.0),
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
        for index, (height, width) in zip(members, sizes, strict=True):
            # Whole units, so that a chromosome moved elsewhere keeps its very pixels.
            tall, wide = max(1, round(height)), max(1, round(width))
            box = Box(round(bottom) - tall, round(left), tall, wide)
            places.append(Place(index, slot.name, box, index in turned, fit))
            left += width + gap
        return places


def _slots() -> Iterable[tuple[str, Slot]]:
    """Yield the slots of the page, row by row, then the tray."""
    content = PAGE_WIDTH - 2 * _SIDE
    column = content / max(sum(len(names) for _, names in row) for row in PAGE_ROWS)
    top = _TOP
    for row, share in zip(PAGE_ROWS, _ROWS, strict=True):
        count = sum(len(names) for _, names in row)
        joints = len(row) - 1
        # The longest chromosomes bend the widest, so their slots share all of the row;
        # the others stand in columns under one another, as on a laboratory's print.
        first = row is PAGE_ROWS[0]
        width = (content - joints * _BETWEEN_BLOCKS) / count if first else column
        between = (content - count * width) / joints if joints else 0.0
        inner_height = round(_LONGEST * share)
        left = _SIDE
        for _, names in row:
            for name in names:
                yield name, _slot(name, top, left, inner_height, width)
                left += width
            left += between
        top += inner_height + _LABEL + _ROW_GAP
    yield TRAY, _tray()


def _slot(name: str, top: float, left: float, inner_height: float, width: float) -> Slot:
    line = top + inner_height
    x0, x1 = round(left), round(left + width)
    inner = Box(top, x0 + 8, inner_height, x1 - x0 - 16)
    middle = inner.center[1]
    return Slot(
        name,
        Box(top, x0, inner_height + _LABEL, x1 - x0),
        inner,
        (line, x0 + 22, x1 - 22),
        (line + 35, middle),
    )


def _tray() -> Slot:
    box = Box(_TRAY_TOP, _SIDE, _TRAY_BOTTOM - _TRAY_TOP, PAGE_WIDTH - 2 * _SIDE)
    line = box.bottom - 18
    left = box.left + _TRAY_LABEL
    inner = Box(box.top + 6, left, line - box.top - 6, box.right - left - 12)
    return Slot(TRAY, box, inner, (line, left, inner.right), (box.top + 30, box.left + 14))


def _magnification(sizes: Sequence[tuple[int, int]], slots: Mapping[str, Slot]) -> float:
    """Return the one factor from pixels of the crops to page units."""
    if not sizes:
        return 1.0
    heights = np.array([height for height, _ in sizes], float)
    # One clump of touching chromosomes must not shrink all the others.
    longest = min(float(heights.max()), 1.25 * float(np.quantile(heights, 0.95)))
    share = 1.0 if len(sizes) >= _WHOLE_CELL else min(_ROWS)
    offered = _LONGEST * share - _CLEAR - _LAMP_ROOM
    typical = float(np.median([width for _, width in sizes]))
    narrowest = min(slots[name].inner.width for name in CLASSES)
    three_fit = (narrowest - 2 * _GAP) / (3 * typical)
    return float(min(offered / longest, three_fit, _MOST))


def _slot_lines(slot: Slot, filled: bool) -> list[Line]:
    y, x0, x1 = slot.line
    if slot.name != TRAY:
        return [Line(y, x0, y, x1, 2.0, "ink", slot.name)]
    box = slot.box
    edge = 2.0
    top, left, bottom, right = box.top, box.left, box.bottom - edge, box.right - edge
    # The empty tray is only outlined: it is there to be dropped on, not to be read.
    outline = [
        Line(top, left, top, right, edge, "faint", TRAY),
        Line(bottom, left, bottom, right, edge, "faint", TRAY),
        Line(top, left, bottom, left, edge, "faint", TRAY),
        Line(top, right, bottom, right, edge, "faint", TRAY),
    ]
    return [*outline, Line(y, x0, y, x1, 2.0, "faint", TRAY)] if filled else outline


def _label(slot: Slot, places: Sequence[Place]) -> list[Text]:
    y, x = slot.label
    reduced = [place for place in places if place.reduction < 1]
    note = f"drawn at {reduced[0].reduction:.0%}" if reduced else ""
    if slot.name != TRAY:
        texts = [Text(slot.name, y, x, _NUMBER, "middle", "ink", slot.name)]
        if note:
            texts.append(Text(note, y, slot.box.right - 8, 16, "right", "ink", slot.name))
        return texts
    role: Role = "ink" if places else "faint"
    words = ["Tray: unclassified", "objects and markers"] + ([note] if note else [])
    return [Text(word, y + 22 * row, x, 17, "left", role, TRAY) for row, word in enumerate(words)]


def _marks(slot: Slot, places: Sequence[Place], corrected: Collection[int]) -> list[Mark]:
    """Mark each corrected chromosome on the page, and the number of its slot."""
    by_hand = [place for place in places if place.index in corrected]
    y = slot.line[0] + 10
    marks = [triangle(y, place.box.center[1], 11, slot.name) for place in by_hand]
    if by_hand and slot.name != TRAY:
        baseline, middle = slot.label
        marks.append(triangle(baseline - 8, middle - 32, 14, slot.name))
    return marks


def _marker_words(slot: Slot, places: Sequence[Place], markers: Collection[int]) -> list[Text]:
    """Write ISCN's word for a marker below each one, beside the mark of a correction."""
    y = slot.line[0] + 15
    return [
        Text("mar", y, place.box.center[1] + 9, 15, "left", "ink", slot.name)
        for place in places
        if place.index in markers
    ]


def _letters() -> tuple[Text, ...]:
    """Return the group letters, each to the left of its block, level with the numbers."""
    slots = dict(_slots())
    return tuple(
        Text(letter, slots[names[0]].label[0], slots[names[0]].box.left - 22, 30, "middle")
        for row in PAGE_ROWS
        for letter, names in row
        if letter
    )


_LETTERS: Final = _letters()
