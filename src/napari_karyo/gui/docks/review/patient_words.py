"""What the patient's tab says, in words: the karyotype, clones, changes, table entries."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from napari_karyo.classes import CLASSES, MARKERS
from napari_karyo.gui.widgets import rich
from napari_karyo.iscn import Finding, Seen, content_form
from napari_karyo.karyotype import CELL_MARKS
from napari_karyo.patient import GAINS, LOSSES, Summary

RULE: Final = (
    f"Counted as a clone: a gain or structural change in {GAINS} cells, a loss in {LOSSES}."
)
#: Changes of single cells that are named.
_NAMED: Final = 8
#: Rows of the table above the classes: how far the work is, and all chromosomes.
WORK, ALL = "done", "all"
ROWS: Final = (WORK, ALL, *CLASSES, MARKERS)
_LETTERS: Final = {"counted": "C", "analysed": "A", "karyotyped": "K"}


#: Said of a clone that comes about by leaving out what is not clonal.
EXACTLY = "; none of them is exactly so"


def iscn_words(found: Summary) -> str:
    """Return the patient's karyotype, the modal one and the modal number, as rich text."""
    if not found.used:
        return "No karyotype yet"
    if not found.iscn:
        seen = ", ".join(content_form(found.contents[cell]) for cell in found.used)
        return f"Too few cells to name clones: {LOSSES} are needed.<br>Seen: <b>{rich(seen)}</b>"
    return f"<span style='font-size:large'><b>{rich(found.iscn)}</b></span><br>{rich(found.modal)}"


def clone_words(found: Summary) -> str:
    """Return each clone with its cells, as rich text."""
    return "<br>".join(
        f"<b>{rich(clone.text)}</b> {rich(found.called(clone.cells))}"
        + ("" if any(found.contents[cell] == clone.content for cell in clone.cells) else EXACTLY)
        for clone in found.finding.clones
    )


def change_words(found: Summary) -> str:
    """Return the rule of counting and what it says of each change, as rich text."""
    finding: Finding = found.finding
    if not finding.clones:
        return ""
    if not finding.changes:
        return f"{rich(RULE)}<br>No cell differs from a normal one."
    clonal = [seen for seen in finding.changes if seen.clonal]
    alone = sorted(finding.non_clonal, key=lambda seen: -len(seen.cells))
    lines = [rich(RULE)]
    lines += [_change(found, seen) for seen in (*clonal, *alone[:_NAMED])]
    if len(alone) > _NAMED:
        lines.append(f"and {len(alone) - _NAMED} more that are not clonal")
    return "<br>".join(lines)


def _change(found: Summary, seen: Seen) -> str:
    sign = "✓" if seen.clonal else "○"
    text = f"{sign} <b>{rich(seen.change)}</b>{rich(seen.text.removeprefix(seen.change))}"
    # Of a clone the cells are named already.
    return text if seen.clonal else f"{text} ({rich(found.called(seen.cells))})"


def short_names(names: tuple[str, ...]) -> list[str]:
    """Return names without the beginning that all share: columns are narrow."""
    if len(names) < 2:
        return list(names)
    first, last = min(names), max(names)
    shared = 0
    while shared < min(len(first), len(last)) and first[shared] == last[shared]:
        shared += 1
    # A number must not be cut in two.
    while shared and first[shared - 1].isalnum():
        shared -= 1
    return [name[shared:] or name for name in names]


def entry(found: Summary, cell: int, row: str, marks: Collection[str]) -> tuple[str, bool, str]:
    """Return what one place of the table says, whether it is unusual, and its tip.

    `marks` are those of the cell: how far the work on it is.
    """
    whole = found.names[cell]
    if row == WORK:
        done = [mark for mark in CELL_MARKS if mark in marks]
        return (
            _LETTERS[done[-1]] if done else "",
            False,
            f"{whole}: {', '.join(done) or 'not counted yet'}",
        )
    if row == ALL:
        total, usual = found.contents[cell].total, sum(found.expected[cell].values())
        odd = bool(usual) and total != usual
        return _signed(total, total - usual if odd else 0), odd, f"{whole}: {total} in all"
    number, odd_by = found.counts[row][cell], found.odd(cell, row)
    tip = f"{whole}: {number} of {row}"
    if odd_by:
        tip += f", {found.expected[cell][row]} expected"
    # A column of noughts below the classes would only be read in vain.
    text = "" if row == MARKERS and not number else _signed(number, odd_by)
    return text, bool(odd_by), tip


def _signed(number: int, odd: int) -> str:
    """Return a number with the sign that says, without colour, that it is unusual."""
    return f"{number}" + ("+" if odd > 0 else "−" if odd < 0 else "")
