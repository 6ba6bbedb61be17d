"""The slots of the page: where each lies, and what is written and drawn at it.

Slots never move or grow, whatever is corrected, so the eye finds each where it was. Where they
lie follows from the shape of the page alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from napari_karyo.classes import CLASS_INDEX, MARKERS, TRAY
from napari_karyo.karyogram.page import (
    FOOTER,
    HEADER,
    PRINTED,
    Box,
    Mark,
    PageShape,
    Place,
    Role,
    Rows,
    Rule,
    Slot,
    Text,
    triangle,
)
from napari_karyo.lettering import text_width

#: Margin at both sides of the page.
SIDE: Final = 60.0
#: How much of the longest chromosome of a metaphase a row offers, by the last of the classes
#: that need it. Measured on cells of both stains: the rows of the printed page never need more
#: than 0.79, 0.51 and 0.65 of it.
_SHARES: Final = {"5": 1.02, "12": 0.80, "22": 0.54, "X": 0.68, "Y": 0.54}
#: How far a slot's region begins and ends above its box: room for the lights, taken from
#: the slot above, whose number has nothing below it there.
LIFT: Final = 10.0

_TOP: Final = 116.0
_ROW_GAP: Final = 8.0
_LABEL: Final = 42.0
#: Between the blocks of the first row; between others at least so much, for the letter.
_BETWEEN_BLOCKS: Final = 109.0
_LEAST_BETWEEN: Final = 50.0
_NUMBER: Final = 24.0

#: The strip below the classes: what counts though it has no class, then what does not.
_STRIP: Final = 136.0
_ABOVE_STRIP: Final = 10.0
_BELOW_STRIP: Final = 74.0
_STRIP_GAP: Final = 14.0
#: Of the page's width without its margins.
_MARKERS_SHARE: Final = 540.0 / 1662.0
_STRIP_LABELS: Final = {
    MARKERS: (("Markers",), 96.0),
    TRAY: (("Tray: unclassified", "objects"), 178.0),
}

#: ISCN's words below a chromosome, and the least size at which they can be read.
_WORD: Final = 14.0
_LEAST_WORD: Final = 7.0
_TRIANGLE: Final = 11.0
#: How much smaller a slot is drawn, said beside its number; the size at which it gets shorter.
_NOTE: Final = 14.0
_SMALL_NOTE: Final = 9.0
_BESIDE_NUMBER: Final = 14.0


def row_shares(shape: PageShape) -> tuple[float, ...]:
    """Return how much of the longest chromosome each row of a page offers."""
    return _shares_of(shape.rows)


@lru_cache(maxsize=16)
def _shares_of(rows: Rows) -> tuple[float, ...]:
    return tuple(max(_share(name) for _, names in row for name in names) for row in rows)


def _share(name: str) -> float:
    return next(share for last, share in _SHARES.items() if CLASS_INDEX[name] <= CLASS_INDEX[last])


def longest_on(shape: PageShape) -> float:
    """Return the height that the longest chromosome of a metaphase gets on a page."""
    taken = _TOP + _ABOVE_STRIP + _STRIP + _BELOW_STRIP + (_LABEL + _ROW_GAP) * len(shape.rows)
    return float((shape.height - taken) // sum(row_shares(shape)))


def page_slots(shape: PageShape = PRINTED) -> dict[str, Slot]:
    """Return the slots of a page, row by row, then the markers and the tray."""
    return dict(_slots(shape))


def page_regions(slots: Mapping[str, Slot], shape: PageShape = PRINTED) -> dict[str, Box]:
    """Return the part of the page that each slot, the header and the footer has for itself."""
    regions = {
        name: Box(
            slot.box.top - LIFT,
            slot.box.left,
            slot.box.height + (LIFT if name in _STRIP_LABELS else _ROW_GAP),
            slot.box.width,
        )
        for name, slot in slots.items()
    }
    regions[HEADER] = Box(0, 0, _TOP - LIFT, shape.width)
    foot = shape.height - _BELOW_STRIP + 4
    regions[FOOTER] = Box(foot, 0, shape.height - foot, shape.width)
    return regions


def _slots(shape: PageShape) -> Iterable[tuple[str, Slot]]:
    content = shape.width - 2 * SIDE
    longest = longest_on(shape)
    column = min(
        (content - (len(row) - 1) * _LEAST_BETWEEN) / sum(len(names) for _, names in row)
        for row in shape.rows
    )
    top = _TOP
    for row, share in zip(shape.rows, row_shares(shape), strict=True):
        count = sum(len(names) for _, names in row)
        joints = len(row) - 1
        # The longest chromosomes bend the widest, so their slots share all of the row;
        # the others stand in columns under one another, as on a laboratory's print.
        first = row is shape.rows[0]
        width = (content - joints * _BETWEEN_BLOCKS) / count if first else column
        between = (content - count * width) / joints if joints else 0.0
        inner_height = round(longest * share)
        left = SIDE
        for _, names in row:
            for name in names:
                yield name, _slot(name, top, left, inner_height, width)
                left += width
            left += between
        top += inner_height + _LABEL + _ROW_GAP
    top = shape.height - _BELOW_STRIP - _STRIP
    middle = SIDE + round(_MARKERS_SHARE * content)
    yield MARKERS, _strip(MARKERS, top, SIDE, middle)
    yield TRAY, _strip(TRAY, top, middle + _STRIP_GAP, shape.width - SIDE)


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


def _strip(name: str, top: float, left: float, right: float) -> Slot:
    box = Box(top, left, _STRIP, right - left)
    line = box.bottom - 18
    begin = box.left + _STRIP_LABELS[name][1]
    inner = Box(box.top + 6, begin, line - box.top - 6, box.right - begin - 12)
    return Slot(name, box, inner, (line, begin, inner.right), (box.top + 30, box.left + 14))


def slot_lines(slot: Slot, filled: bool) -> list[Rule]:
    """Return the line that chromosomes stand on; markers and tray are outlined too."""
    y, x0, x1 = slot.line
    if slot.name not in _STRIP_LABELS:
        return [Rule(y, x0, y, x1, 2.0, "ink", slot.name)]
    box = slot.box
    edge = 2.0
    top, left, bottom, right = box.top, box.left, box.bottom - edge, box.right - edge
    # An empty one is only outlined: it is there to be dropped on, not to be read.
    outline = [
        Rule(top, left, top, right, edge, "faint", slot.name),
        Rule(bottom, left, bottom, right, edge, "faint", slot.name),
        Rule(top, left, bottom, left, edge, "faint", slot.name),
        Rule(top, right, bottom, right, edge, "faint", slot.name),
    ]
    return [*outline, Rule(y, x0, y, x1, 2.0, "faint", slot.name)] if filled else outline


def slot_label(slot: Slot, places: Sequence[Place]) -> list[Text]:
    """Return what a slot is called, and how much smaller it is drawn where it is."""
    y, x = slot.label
    reduced = [place for place in places if place.reduction < 1]
    # Nothing that is said to be smaller is said to be 100 %.
    note = f"drawn at {min(reduced[0].reduction, 0.99):.0%}" if reduced else ""
    if slot.name not in _STRIP_LABELS:
        texts = [Text(slot.name, y, x, _NUMBER, "middle", "ink", slot.name)]
        if note:
            begin = x + text_width(slot.name, _NUMBER) / 2 + _BESIDE_NUMBER
            room = slot.box.right - 4 - begin
            size = min(_NOTE, _NOTE * room / text_width(note, _NOTE))
            if size < _SMALL_NOTE:
                note = note.rpartition(" ")[2]
                size = min(_NOTE, _NOTE * room / text_width(note, _NOTE))
            texts.append(Text(note, y, begin, size, "left", "ink", slot.name))
        return texts
    role: Role = "ink" if places else "faint"
    words, width = _STRIP_LABELS[slot.name]
    texts = [
        Text(word, y + 22 * row, x, 17, "left", role, slot.name) for row, word in enumerate(words)
    ]
    if note:
        # Beside the markers there is little room.
        size = min(17.0, 17.0 * (width - 18) / text_width(note, 17))
        texts.append(Text(note, y + 22 * len(words), x, size, "left", role, slot.name))
    return texts


def slot_marks(
    slot: Slot,
    places: Sequence[Place],
    corrected: Collection[int],
    derivatives: Collection[int],
) -> tuple[list[Text], list[Mark]]:
    """Return the words and marks below the chromosomes of a slot.

    ISCN's word stands below each marker and each derivative, a triangle below each
    chromosome corrected by hand, and one beside the number of its slot.
    """
    names = {
        place.index: "mar" if slot.name == MARKERS else "der"
        for place in places
        if slot.name == MARKERS or place.index in derivatives
    }
    by_hand = {place.index for place in places if place.index in corrected}
    size = _word_size(places, names, by_hand)
    y = slot.line[0]
    texts: list[Text] = []
    marks: list[Mark] = []
    for place in places:
        word = names.get(place.index, "") if size >= _LEAST_WORD else ""
        wide = text_width(word, size) if word else 0.0
        mark = 0.0
        if place.index in by_hand:
            mark = _TRIANGLE + (size / 5 if word else 0.0)
        # Together in the middle, and within the slot where it is crowded.
        left = place.box.center[1] - (mark + wide) / 2
        left = min(max(left, slot.box.left + 2), slot.box.right - mark - wide - 2)
        if mark:
            marks.append(triangle(y + 10, left + _TRIANGLE / 2, _TRIANGLE, slot.name))
        if word:
            texts.append(Text(word, y + 13, left + mark, size, "left", "ink", slot.name))
    if by_hand and slot.name not in _STRIP_LABELS:
        baseline, middle = slot.label
        marks.append(triangle(baseline - 8, middle - 32, 14, slot.name))
    return texts, marks


def _word_size(
    places: Sequence[Place], names: Mapping[int, str], by_hand: Collection[int]
) -> float:
    """Return the size at which no word runs into what stands below the neighbours."""
    if not names:
        return _WORD
    size = _WORD
    for left, right in pairwise(places):
        needed = 0.0
        fixed = 4.0
        for place in (left, right):
            triangled = place.index in by_hand
            if place.index in names:
                word = text_width(names[place.index], _WORD) / _WORD
                needed += (word + (0.2 if triangled else 0.0)) / 2
            fixed += _TRIANGLE / 2 if triangled else 0.0
        if needed:
            room = right.box.center[1] - left.box.center[1] - fixed
            size = min(size, room / needed)
    return size


def group_letters(shape: PageShape, slots: Mapping[str, Slot]) -> tuple[Text, ...]:
    """Return the group letters, each to the left of its block, level with the numbers."""
    return tuple(
        Text(letter, slots[names[0]].label[0], slots[names[0]].box.left - 22, 30, "middle")
        for row in shape.rows
        for letter, names in row
        if letter
    )
