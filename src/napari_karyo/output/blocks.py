"""What a report is set in: rows of words, in blocks that can be cut where room ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from napari_karyo.karyogram.page import Box
from napari_karyo.karyogram.style import Colour
from napari_karyo.lettering import Align, clean, cut, wrap
from napari_karyo.output.drawing import Drawing

INK: Final[Colour] = (20, 20, 20)
FAINT: Final[Colour] = (105, 105, 105)
RULE: Final[Colour] = (190, 190, 190)
#: Of the box of warnings: seen on a grey print too, by its border.
ALERT: Final[Colour] = (176, 58, 0)
ALERT_PAPER: Final[Colour] = (255, 245, 230)

SIZE: Final = 8.0
LEADING: Final = 11.0
GAP: Final = 9.0
#: Between a box and its words.
PADDING: Final = 6.0
_BORDER: Final = 1.2


@dataclass(frozen=True)
class Words:
    """A line of text in a row: `x` from the block's left edge, `y` from the row's top."""

    string: str
    x: float
    y: float
    size: float = SIZE
    bold: bool = False
    colour: Colour = INK
    align: Align = "left"


@dataclass(frozen=True)
class BlockRow:
    """What is cut as one: an item of a list with all its lines."""

    height: float
    words: tuple[Words, ...]
    #: Whether a thin line is drawn below.
    ruled: bool = False


@dataclass(frozen=True)
class Block:
    """A part of the report.

    Attributes
    ----------
    rows : tuple of BlockRow
    head : tuple of BlockRow
        Above the rows, never cut.
    nouns : tuple of str
        What a row is called, one and several, where some had to be left out.
    least : int
        Rows that stay in any case.
    boxed : bool
        Whether it is a warning, in a box.
    kept : int or None
        Rows that are shown; None for all.
    """

    rows: tuple[BlockRow, ...]
    head: tuple[BlockRow, ...] = ()
    nouns: tuple[str, str] = ("line", "lines")
    least: int = 1
    boxed: bool = False
    kept: int | None = field(default=None)

    @property
    def shown(self) -> tuple[BlockRow, ...]:
        """All rows that are drawn, with a last one that says how many are not."""
        kept = len(self.rows) if self.kept is None else self.kept
        missing = len(self.rows) - kept
        if not missing:
            return (*self.head, *self.rows)
        text = f"... and {missing} more {self.nouns[missing > 1]}, not on this page"
        more = BlockRow(LEADING, (Words(text, 0, SIZE, SIZE, bold=True),))
        return (*self.head, *self.rows[:kept], more)

    @property
    def height(self) -> float:
        """With the gap above, in points."""
        inside = sum(row.height for row in self.shown)
        return GAP + inside + (2 * PADDING if self.boxed else 0.0)

    def shorter(self) -> Block | None:
        """Return the block with a row less, or None where no more can go."""
        kept = len(self.rows) if self.kept is None else self.kept
        return replace(self, kept=kept - 1) if kept > self.least else None


def fitted(blocks: Sequence[Block], room: float) -> list[Block]:
    """Return blocks that are together no higher than a room.

    The tallest that can still lose a row loses one, until they fit.
    """
    kept = list(blocks)
    while sum(block.height for block in kept) > room:
        ways = [(kept[n].height, n, kept[n].shorter()) for n in range(len(kept))]
        open_ones = [(height, n, way) for height, n, way in ways if way is not None]
        if not open_ones:
            break
        _, n, way = max(open_ones, key=lambda one: (one[0], one[1]))
        kept[n] = way
    return kept


def draw_block(drawing: Drawing, block: Block, box: Box) -> float:
    """Draw a block into the upper part of a box and return where the next one begins."""
    top, left, width = box.top + GAP, box.left, box.width
    if block.boxed:
        height = block.height - GAP
        drawing.rectangle(left, top, width, height, ALERT)
        drawing.rectangle(
            left + _BORDER,
            top + _BORDER,
            width - 2 * _BORDER,
            height - 2 * _BORDER,
            ALERT_PAPER,
        )
        left, width, top = left + PADDING, width - 2 * PADDING, top + PADDING
    for row in block.shown:
        draw_row(drawing, row, top, left)
        top += row.height
        if row.ruled:
            drawing.rectangle(left, top - 2.0, width, 0.5, RULE)
    return box.top + block.height


def draw_row(drawing: Drawing, row: BlockRow, top: float, left: float) -> None:
    """Draw one row."""
    for one in row.words:
        x, y = left + one.x, top + one.y
        drawing.text(one.string, x, y, one.size, one.colour, one.bold, one.align)


def paragraph(
    text: str,
    width: float,
    *,
    size: float = SIZE,
    bold: bool = False,
    colour: Colour = INK,
    most: int = 12,
) -> BlockRow:
    """Return a text as one row of as many lines as it needs, at most `most`."""
    lines = _lines(text, size, bold, width, most)
    leading = size * LEADING / SIZE
    words = (Words(line, 0, size + leading * n, size, bold, colour) for n, line in enumerate(lines))
    return BlockRow(leading * len(lines), tuple(words))


def heading(text: str) -> BlockRow:
    """Return the line above a part of the report."""
    return BlockRow(LEADING + 2, (Words(text, 0, SIZE + 0.5, SIZE + 0.5, bold=True),))


def table_row(
    cells: Sequence[str], widths: Sequence[float], *, bold: bool = False, ruled: bool = False
) -> BlockRow:
    """Return a row of a table, each cell wrapped in its own column."""
    words: list[Words] = []
    left, most = 0.0, 1
    for text, width in zip(cells, widths, strict=True):
        lines = _lines(text, SIZE, bold, width - 6, 12)
        most = max(most, len(lines))
        words += [Words(line, left, SIZE + LEADING * n, SIZE, bold) for n, line in enumerate(lines)]
        left += width
    return BlockRow(LEADING * most + (3.0 if ruled else 0.0), tuple(words), ruled)


def _lines(text: str, size: float, bold: bool, width: float, most: int) -> list[str]:
    """Return a text in lines, the last of which ends in dots where there are too many."""
    lines = wrap(clean(text), size, width, bold)
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], cut(f"{lines[most - 1]} ...", size, width, bold)]
