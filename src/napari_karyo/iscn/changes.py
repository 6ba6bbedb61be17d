"""A cell's changes against its ploidy and sex complement, and the cell without some of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Final, Literal, NamedTuple

from napari_karyo.classes import AUTOSOMES, CLASSES
from napari_karyo.iscn.content import ChromosomeContent
from napari_karyo.iscn.short import ploidy, split

Line = Literal["XX", "XY"]
LINES: Final[tuple[Line, ...]] = ("XX", "XY")


class Aberration(NamedTuple):
    """One change. A second copy gained is a change of its own: ``nth`` is 2.

    So a cell with four 21 has both changes, one with three has the first, and what is
    common to them can be counted.
    """

    kind: Literal["loss", "gain", "derivative", "gained derivative", "marker"]
    name: str
    nth: int

    @property
    def text(self) -> str:
        """As ISCN writes it with the ones before it, such as ``+21,+21``."""
        if self.kind == "marker":
            return "+mar" if self.nth == 1 else f"+{self.nth}mar"
        if self.kind in ("loss", "gain"):
            sign = "-" if self.kind == "loss" else "+"
            return ",".join([f"{sign}{self.name}"] * self.nth)
        sign = "+" if self.kind == "gained derivative" else ""
        return f"{sign}der({self.name})" + (f"x{self.nth}" if self.nth > 1 else "")


class Baseline(NamedTuple):
    """What a cell's changes are relative to: its ploidy and the line it belongs to."""

    sets: int
    line: Line


Complement = dict[str, int]


def line_of(cells: Sequence[ChromosomeContent]) -> Line:
    """Return the sex complement that cells are compared with, XX or XY.

    The more common of exactly XX and exactly XY. Where no cell has either, such as
    where all are 47,XXY, a Y tells; of equal numbers the first seen is taken.
    """
    exact = Counter(line for cell in cells if (line := _exact(cell)) is not None)
    if exact:
        return exact.most_common(1)[0][0]
    return "XY" if 2 * sum(cell.counts["Y"] > 0 for cell in cells) > len(cells) else "XX"


def lines_seen(cells: Sequence[ChromosomeContent]) -> set[Line]:
    """Return the sex complements that any cell has exactly: only those are known to be there."""
    return {line for cell in cells if (line := _exact(cell)) is not None}


def _exact(cell: ChromosomeContent) -> Line | None:
    x, y = cell.counts["X"], cell.counts["Y"]
    sets = ploidy(cell.counts)
    if x + y != sets:
        return None
    return "XX" if not y else "XY" if x == y else None


def frames(
    cells: Sequence[ChromosomeContent], line: Line
) -> tuple[list[Baseline], dict[Baseline, Complement]]:
    """Return each cell's frame, and the sex chromosomes that each frame expects.

    A cell keeps the common line unless the other explains its sex chromosomes with
    fewer changes: 47,XXY beside 46,XX has gained a Y, but 46,XY beside 46,XX has not
    lost an X and gained a Y.
    """
    sets = [ploidy(cell.counts) for cell in cells]
    complements = {}
    for number in set(sets):
        group = [cell for cell, own in zip(cells, sets, strict=True) if own == number]
        for name in LINES:
            complements[Baseline(number, name)] = _complement(group, name, number)

    def frame(cell: ChromosomeContent, number: int) -> Baseline:
        return min(
            (Baseline(number, name) for name in LINES),
            key=lambda one: (_distance(cell, complements[one]), one.line != line),
        )

    return [frame(cell, number) for cell, number in zip(cells, sets, strict=True)], complements


def _complement(group: Sequence[ChromosomeContent], line: Line, sets: int) -> Complement:
    """Return the sex chromosomes of a line at a ploidy: XXY or XYY, whichever fits most."""
    if line == "XX":
        return {"X": sets, "Y": 0}
    halves = sorted({sets // 2, sets - sets // 2})
    # One set of an XY line is X or Y, three are XXY or XYY: the cells tell.
    choices = [{"X": sets - y, "Y": y} for y in halves]
    with_y = [cell for cell in group if cell.counts["Y"]] or group
    return min(choices, key=lambda one: sum(_distance(cell, one) for cell in with_y))


def _distance(cell: ChromosomeContent, complement: Complement) -> int:
    return sum(abs(cell.counts[name] - number) for name, number in complement.items())


def changes_of(
    cell: ChromosomeContent, frame: Baseline, complement: Complement
) -> frozenset[Aberration]:
    """Return a cell's changes in a frame."""
    expected = dict.fromkeys(AUTOSOMES, frame.sets) | complement
    found = [Aberration("marker", "mar", nth) for nth in range(1, cell.markers + 1)]
    for name in CLASSES:
        parts = split(cell.counts[name], cell.derivatives.get(name, 0), expected[name])
        found += [Aberration("loss", name, nth) for nth in range(1, parts.lost + 1)]
        found += [Aberration("gain", name, nth) for nth in range(1, parts.gained + 1)]
        found += [Aberration("derivative", name, nth) for nth in range(1, parts.replaced + 1)]
        found += [Aberration("gained derivative", name, nth) for nth in range(1, parts.added + 1)]
    return frozenset(found)


def scaled(changes: Collection[Aberration], sets: int, to: int) -> frozenset[Aberration]:
    """Return the changes of a cell as its clone has them at another ploidy.

    A cell that doubled its chromosomes has each gain of its clone twice: two of them
    become one, and one alone, which came later, becomes none.
    """
    numbers = Counter((change.kind, change.name) for change in changes)
    return frozenset(
        Aberration(kind, name, nth)
        for (kind, name), number in numbers.items()
        for nth in range(1, number * to // sets + 1)
    )


def cell_with(
    changes: Iterable[Aberration], frame: Baseline, complement: Complement
) -> ChromosomeContent:
    """Return the content of a cell that has these changes and no other."""
    counts = Counter(dict.fromkeys(AUTOSOMES, frame.sets) | complement)
    derivatives: Counter[str] = Counter()
    markers = 0
    for change in changes:
        if change.kind == "marker":
            markers += 1
        elif change.kind == "loss":
            counts[change.name] -= 1
        elif change.kind == "gain":
            counts[change.name] += 1
        else:
            derivatives[change.name] += 1
            counts[change.name] += change.kind == "gained derivative"
    return ChromosomeContent(counts, markers, derivatives)


def place(change: Aberration) -> tuple[int, int, int]:
    """Return where ISCN writes a change: sex chromosomes, 1 to 22, markers."""
    order = ("X", "Y", *AUTOSOMES, "mar")
    kinds = ("loss", "gain", "derivative", "gained derivative", "marker")
    return order.index(change.name), kinds.index(change.kind), change.nth
