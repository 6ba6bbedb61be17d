"""What the page says above and below the chromosomes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from napari_karyo.cell import Polarity
from napari_karyo.classified.heading import Heading
from napari_karyo.counted import count
from napari_karyo.karyogram.page import (
    FOOTER,
    HEADER,
    Mark,
    PageShape,
    Role,
    Rule,
    Text,
    triangle,
)
from napari_karyo.lettering import clean, fit, text_width

#: What each stain is called, and as which bandings the shipped model reads it: which of them it
#: is nobody can see for sure.
STAINS: Final = {
    Polarity.BRIGHT: ("bright stain", "Q-band or DAPI"),
    Polarity.DARK: ("dark stain", "G-band"),
}
#: How these begin where a laboratory writes them down.
_WRITTEN: Final = {Polarity.BRIGHT: ("Q", "DAPI"), Polarity.DARK: ("G",)}
#: Chromosomes named in the footer; where more than this share of a cell is meant, none is.
_NAMED: Final = 10
_MOST: Final = 0.5
#: Baselines of the header's three lines, and the rule below them.
_ROWS: Final = (48.0, 73.0, 95.0)
_RULE: Final = 101.0
#: Baselines of the footer's lines, from the lower edge: of one, or of two.
_FOOT: Final = 38.0
_TWO_FEET: Final = (50.0, 26.0)
#: Of the page's width, for the karyotype; the rest is the title's.
_ISCN_SHARE: Final = 0.66
#: What a cell's name gets at least, in page units.
_LEAST_NAME: Final = 160.0
#: In the place of a karyotype where there is none.
_NONE: Final = "no karyotype proposed"
#: Of the page's width, for what is still open; the rest is for who signed.
_OPEN_SHARE: Final = 0.8
#: Above the page of a cell that is unlike everything known; and where its reason may end.
_UNKNOWN: Final = "UNLIKE WHAT THE MODEL KNOWS"
_END: Final = re.compile(r"(?<=\.) |:| \(")
_PARTS = tuple[list[Text], list[Rule], list[Mark]]


def stain_words(stain: Polarity, recognized: bool, banding: str = "") -> str:
    """Return how chromosomes are stained, and what they were read as.

    Parameters
    ----------
    stain : Polarity
    recognized : bool
        False where the bands are unlike those that the network knows: nobody must believe
        then that it is that banding.
    banding : str
        What the laboratory wrote down; that alone is said where the network has learned it.
    """
    words, read_as = STAINS[stain]
    banding = clean(banding)
    said = [words, banding] if banding else [words]
    if not recognized:
        said.append("banding not recognized")
    elif not banding.upper().startswith(_WRITTEN[stain]):
        said.append(f"read as {read_as}")
    return ", ".join(said)


@dataclass(frozen=True)
class Numbers:
    """How many chromosomes stand where.

    Attributes
    ----------
    placed : int
        In the 24 slots.
    markers : int
        Markers, which count too.
    unclassified : int
        In the tray.
    """

    placed: int
    markers: int
    unclassified: int

    @property
    def text(self) -> str:
        """The numbers in words."""
        counted, others = self.placed + self.markers, self.unclassified
        words = count(counted, "chromosome")
        if self.markers:
            words += f", {count(self.markers, 'of them marker')}"
        return words + (f", {others} unclassified" if others else "")


def header(heading: Heading, numbers: Numbers, side: float, width: float) -> _PARTS:
    """Return the header's texts and lines.

    Parameters
    ----------
    heading : Heading
    numbers : Numbers
    side : float
        Margin at both sides, in page units.
    width : float
        Of the page.
    """
    right = width - side
    room = right - side
    texts: list[Text] = []
    taken = beside = 0.0
    if heading.iscn:
        size, lines = _iscn_lines(clean(heading.iscn), _ISCN_SHARE * room)
        said = "karyotype, written by hand" if heading.iscn_by_hand else "proposed karyotype"
        taken = max(text_width(said, 18), *(text_width(line, size) for line in lines)) + 40
        for row, line in enumerate(reversed(lines)):
            y = _ROWS[0] - 1.15 * size * row
            texts.append(Text(line, y, right, size, "right", "ink", HEADER))
        beside = text_width(said, 18) + 40
        texts.append(Text(said, _ROWS[1], right, 18, "right", "faint", HEADER))
    elif heading.not_proposed:
        # Of many missing classes it would be longer than a narrow page is wide.
        why = fit(clean(heading.not_proposed), 18, _ISCN_SHARE * room)
        taken = max(text_width(_NONE, 34), text_width(why, 18)) + 40
        beside = text_width(why, 18) + 40
        texts.append(Text(_NONE, _ROWS[0], right, 34, "right", "accent", HEADER))
        texts.append(Text(why, _ROWS[1], right, 18, "right", "accent", HEADER))
    title = fit(clean(heading.title), 34, room - taken)
    texts.append(Text(title, _ROWS[0], side, 34, "left", "ink", HEADER))
    tail = "".join(
        f"   |   {part}"
        for part in (
            "simulated cell" if heading.simulated else "",
            stain_words(heading.stain, heading.recognized, heading.banding)
            if heading.stain
            else "",
            numbers.text,
        )
        if part
    )
    name = f"Cell {clean(heading.cell)}" if heading.cell else "Cell without a name"
    # On a narrow page all of the line gets smaller before nothing of the name is left.
    least = min(text_width(name, 20), _LEAST_NAME) + text_width(tail, 20)
    # A hair smaller, so that rounding never costs a short name.
    size = 20 * min(1.0, 0.99 * (room - beside) / least)
    name = fit(name, size, room - beside - text_width(tail, size))
    texts.append(Text(name + tail, _ROWS[1], side, size, "left", "ink", HEADER))
    open_ones = heading.open
    if heading.unknown:
        tail = f"   |   {open_ones}" if open_ones else ""
        left = _OPEN_SHARE * room - text_width(tail, 18)
        open_ones = _warning(clean(heading.unknown), 18, left) + tail
    if open_ones:
        texts.append(Text(open_ones, _ROWS[2], side, 18, "left", "accent", HEADER))
        beside = text_width(open_ones, 18) + 40
    else:
        beside = 0.0
    signed = fit(clean(heading.signed), 18, min(0.7 * room, room - beside))
    role: Role = "ink" if heading.reviewed_by else "faint"
    texts.append(Text(signed, _ROWS[2], right, 18, "right", role, HEADER))
    return texts, [Rule(_RULE, side, _RULE, right, 2.0, "faint", HEADER)], []


def _warning(why: str, size: float, width: float) -> str:
    """Return that a cell is unknown, and why in as many whole sentences as a width holds.

    Of a sentence that is too long what stands before its colon; the dock, the report and JSON
    have all of it.
    """
    ends = [len(why), *(one.start() for one in reversed([*_END.finditer(why)]))]
    for end in ends:
        warned = f"{_UNKNOWN}: {why[:end]}"
        if text_width(warned, size) <= width:
            return warned
    return _UNKNOWN


def _iscn_lines(iscn: str, width: float) -> tuple[float, list[str]]:
    """Return a karyotype in lines that fit a width, and their size.

    Cut short it would be another karyotype: it gets smaller instead, then it goes over
    several lines, and only one that no page could hold is cut.
    """
    size = min(34.0, 34.0 * width / max(1.0, text_width(iscn, 34.0)))
    if size >= 16.0:
        return size, [iscn]
    for size, most in ((15.0, 2), (11.0, 3)):
        lines = _broken(iscn, size, width)
        if len(lines) <= most:
            return size, lines
    return size, [*lines[: most - 1], fit("".join(lines[most - 1 :]), size, width)]


def _broken(text: str, size: float, width: float) -> list[str]:
    """Break a karyotype into lines, behind a comma or a stroke where there is one."""
    lines = []
    while text_width(text, size) > width:
        end = len(text) - 1
        while end > 1 and text_width(text[:end], size) > width:
            end -= 1
        for marks in (",/", ";"):
            behind = max(text.rfind(mark, 0, end) for mark in marks) + 1
            if behind > end // 2:
                end = behind
                break
        lines.append(text[:end])
        text = text[end:]
    return [*lines, text]


def footer(
    heading: Heading, corrected: int, reduced: bool, side: float, shape: PageShape
) -> _PARTS:
    """Return the footer: what is written down, the legend of the marks, what the page is not.

    Parameters
    ----------
    heading : Heading
    corrected : int
        Chromosomes corrected by hand.
    reduced : bool
        Whether some slots are drawn smaller than the rest.
    side : float
        Margin at both sides, in page units.
    shape : PageShape
    """
    right = shape.width - side
    written = "   |   ".join(map(clean, heading.written))
    baseline = shape.height - (_TWO_FEET[1] if written else _FOOT)
    warning = "Proposal, for research use"
    if heading.simulated:
        warning = "Simulated cell.  " + warning
    room = right - side - 22 - text_width(warning, 18) - 30
    # Fewer slots are named where the line gets too long, and how many there are stays.
    for most in range(_NAMED, -1, -1):
        legend = "   |   ".join(_legend(heading, corrected, reduced, most))
        if text_width(legend, 18) <= room:
            break
    texts = [
        Text(fit(legend, 18, room), baseline, side + 22, 18, "left", "ink", FOOTER),
        Text(warning, baseline, right, 18, "right", "ink", FOOTER),
    ]
    if written:
        above, size = shape.height - _TWO_FEET[0], 18.0
        # Of a long line the end, where the cell is found, counts as much as the beginning.
        size *= min(1.0, max(0.6, (right - side) / text_width(written, size)))
        line = fit(written, size, right - side)
        texts.append(Text(line, above, side, size, "left", "ink", FOOTER))
    return texts, [], [triangle(baseline - 6, side + 7, 14, FOOTER)]


def _legend(heading: Heading, corrected: int, reduced: bool, most: int) -> list[str]:
    """Return what the footer says, with no more than so many slots named."""
    by = ", ".join(map(clean, heading.corrected_by)) if corrected else ""
    words = [f"corrected by hand: {corrected}" + (f" (by {by})" if by else "")]
    if heading.redrawn:
        # What is drawn otherwise than the camera saw it is no evidence until it is said.
        words.append("picture changed: " + _which(heading.redrawn, heading.total, most))
    if heading.doubtful is not None:
        looked = "looked at" if heading.reviewed_by else "reviewed"
        words.append(f"doubtful, not {looked}: " + _which(heading.doubtful, heading.total, most))
    if reduced:
        words.append("'drawn at': smaller than the other slots, to fit")
    return words


def _which(slots: tuple[str, ...], total: int, most: int) -> str:
    """Return how many chromosomes are meant and in which slots, no more than so many named.

    Of most of a cell a list would only be read in vain: ``all 46``, ``40 of 46``.
    """
    number = len(slots)
    if total and number == total > 1:
        return f"all {total}"
    if number > _NAMED and number > _MOST * total > 0:
        return f"{number} of {total}"
    named = ", ".join(slots[:most])
    more = ", ..." if number > most else ""
    return f"{number} (in {named}{more})" if named else f"{number}"
