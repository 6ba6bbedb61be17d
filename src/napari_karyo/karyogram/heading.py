"""What the page says above and below the chromosomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from napari_karyo.cell import Polarity
from napari_karyo.karyogram.lettering import fit, printable, text_width
from napari_karyo.karyogram.page import (
    FOOTER,
    HEADER,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Line,
    Mark,
    Text,
    triangle,
)

STAINS: Final = {
    Polarity.BRIGHT: "bright stain (Q-band, DAPI)",
    Polarity.DARK: "dark stain (G-band)",
}
#: Doubtful chromosomes named in the footer.
_NAMED: Final = 10
_PARTS = tuple[list[Text], list[Line], list[Mark]]


@dataclass(frozen=True)
class Heading:
    """What the header and footer say, beside what the layout counts itself.

    Attributes
    ----------
    title : str
        Above all, for example the patient's number.
    cell : str
        The cell's name.
    stain : Polarity or None
    iscn : str
        The proposed karyotype.
    simulated : bool
        Whether the program made the cell itself.
    doubtful : tuple of str or None
        The slots of the doubtful chromosomes that nobody has reviewed; None where it is not
        known.
    corrected_by : tuple of str
        Initials of those who corrected.
    """

    title: str = "Karyogram"
    cell: str = ""
    stain: Polarity | None = None
    iscn: str = ""
    simulated: bool = False
    doubtful: tuple[str, ...] | None = None
    corrected_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Numbers:
    """How many chromosomes stand where.

    Attributes
    ----------
    placed : int
        In the 24 slots.
    markers : int
        In the tray, called markers.
    in_tray : int
        In the tray, markers and all.
    """

    placed: int
    markers: int
    in_tray: int

    @property
    def text(self) -> str:
        """The numbers in words."""
        counted, others = self.placed + self.markers, self.in_tray - self.markers
        words = f"{counted} chromosome{'' if counted == 1 else 's'}"
        if self.markers:
            words += f", {self.markers} of them marker{'' if self.markers == 1 else 's'}"
        return words + (f", {others} unclassified" if others else "")


def header(heading: Heading, numbers: Numbers, side: float) -> _PARTS:
    """Return the header's texts and lines.

    Parameters
    ----------
    heading : Heading
    numbers : Numbers
    side : float
        Margin at both sides, in page units.
    """
    right = PAGE_WIDTH - side
    texts: list[Text] = []
    room = right - side
    taken = 0.0
    if heading.iscn:
        iscn = printable(heading.iscn)
        # A karyotype cut short would be another karyotype: it gets smaller instead.
        size = max(11.0, min(34.0, 34.0 * 0.62 * room / max(1.0, text_width(iscn, 34.0))))
        iscn = fit(iscn, size, 0.68 * room)
        taken = max(text_width(iscn, size), text_width("proposed karyotype", 18)) + 40
        texts.append(Text(iscn, 58, right, size, "right", "ink", HEADER))
        texts.append(Text("proposed karyotype", 88, right, 18, "right", "faint", HEADER))
    title = fit(printable(heading.title), 34, room - taken)
    texts.append(Text(title, 58, side, 34, "left", "ink", HEADER))
    tail = "".join(
        f"   |   {part}"
        for part in (
            "simulated cell" if heading.simulated else "",
            STAINS[heading.stain] if heading.stain is not None else "",
            numbers.text,
        )
        if part
    )
    name = printable(f"Cell {heading.cell}" if heading.cell else "Cell without a name")
    name = fit(name, 20, room - taken - text_width(tail, 20))
    texts.append(Text(name + tail, 88, side, 20, "left", "ink", HEADER))
    rule = Line(101, side, 101, right, 2.0, "faint", HEADER)
    return texts, [rule], []


def footer(heading: Heading, corrected: int, reduced: bool, side: float) -> _PARTS:
    """Return the footer: the legend of the marks, and what the page is not.

    Parameters
    ----------
    heading : Heading
    corrected : int
        Chromosomes corrected by hand.
    reduced : bool
        Whether some slots are drawn smaller than the rest.
    side : float
        Margin at both sides, in page units.
    """
    baseline = PAGE_HEIGHT - 38.0
    by = ", ".join(map(printable, heading.corrected_by)) if corrected else ""
    words = [f"corrected by hand: {corrected}" + (f" (by {by})" if by else "")]
    if heading.doubtful is not None:
        named = ", ".join(heading.doubtful[:_NAMED])
        more = ", ..." if len(heading.doubtful) > _NAMED else ""
        where = f" (in {named}{more})" if named else ""
        words.append(f"doubtful, not reviewed: {len(heading.doubtful)}{where}")
    if reduced:
        words.append("'drawn at': smaller than the other slots, to fit")
    warning = "Proposal, for research use"
    if heading.simulated:
        warning = "Simulated cell.  " + warning
    texts = [
        Text("   |   ".join(words), baseline, side + 22, 18, "left", "ink", FOOTER),
        Text(warning, baseline, PAGE_WIDTH - side, 18, "right", "ink", FOOTER),
    ]
    return texts, [], [triangle(baseline - 6, side + 7, 14, FOOTER)]
