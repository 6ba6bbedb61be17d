"""What several cells of one person have in common: clones, and changes of single cells.

The rule of counting is that of ISCN 2024, chapter 6 (11.1 in ISCN 2020): a gain or a
structural change is clonal when two cells have it, a loss when three have it, because
chromosomes get lost when a slide is made. What is counted in a cell are centric chromosomes,
markers too, and no acentric fragments.

Abnormalities are counted as in its section 6.5: over all clones, each but once however many
clones have it; each chromosome gained or lost, each derivative and each marker is one. A
karyotype is complex from three on. Which of them are constitutional, and don't count, and of how
many chromosomes a derivative was made, counts can't tell: that is for a person. Another ploidy
counts as one, as Chun and others count it (J Clin Oncol 28, 2475, 2010).

A change that isn't clonal is left out of its cell, and the cell counts with the clone
that is left. Otherwise every cell that lost a chromosome in preparation would drop out of
the count, and the numbers in square brackets would not add up to the cells analysed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from napari_karyo.classes import CLASSES, MARKERS
from napari_karyo.counted import count
from napari_karyo.iscn.changes import (
    Aberration,
    Baseline,
    cell_with,
    changes_of,
    frames,
    line_of,
    lines_seen,
    place,
)
from napari_karyo.iscn.content import FEWEST, ChromosomeContent
from napari_karyo.iscn.grouping import Key, enough, grouped, in_order, usual_ploidy
from napari_karyo.iscn.short import short_form

_T = TypeVar("_T")

#: Abnormalities from which a karyotype is complex.
COMPLEX: Final = 3


@dataclass(frozen=True)
class CloneOfCells:
    """Cells that are alike once what isn't clonal is left out.

    Parameters
    ----------
    content : ChromosomeContent
        What all of them hold.
    cells : tuple of int
        Which cells, as places in the sequence that was asked about.
    changes : tuple of str
        Its clonal changes as ISCN writes them, such as ``"-X"``; empty for 46,XX.
    began : tuple of int or None
        The X and Y that acquired changes of these are relative to, of a neoplasm.
    """

    content: ChromosomeContent
    cells: tuple[int, ...]
    changes: tuple[str, ...] = ()
    began: tuple[int, int] | None = None

    @property
    def number(self) -> int:
        """How many cells it has."""
        return len(self.cells)

    @property
    def text(self) -> str:
        """In ISCN, with its cells: ``47,XX,+21[20]``."""
        counts, markers = self.content.counts, self.content.markers
        began = None if self.began is None else dict(zip("XY", self.began, strict=True))
        form = short_form(counts, markers, self.content.derivatives, began)
        return f"{form.partition(' (')[0]}[{self.number}]"


@dataclass(frozen=True)
class Seen:
    """A change, the cells it was seen in, and whether it is clonal.

    Parameters
    ----------
    change : str
        Such as ``"+21"``; ``"+21,+21"`` is the second extra copy, ``"<4n>"`` another
        ploidy than most, ``"XY"`` the other sex complement than most.
    cells : tuple of int
        Which cells.
    needed : int
        How many it takes.
    clonal : bool
        Whether a clone has it.
    text : str
        For a person: ``"-21: 2 cells, a loss needs 3: not clonal"``.
    """

    change: str
    cells: tuple[int, ...]
    needed: int
    clonal: bool
    text: str


@dataclass(frozen=True)
class Finding:
    """What several cells show together.

    Parameters
    ----------
    clones : tuple of CloneOfCells
        As ISCN orders them; the normal diploid clone last.
    changes : tuple of Seen
        Every change seen in any cell, clonal or not.
    modal_number : tuple of int
        The most frequent number of chromosomes; several where they are equally frequent.
    modal : ChromosomeContent or None
        The most frequent content, as seen; of equally frequent ones the first with a
        modal number, else the first. None where there is no cell.
    iscn : str
        All clones, such as ``mos 45,X[5]/46,XX[15]``. Empty where there is no cell.
    left_out : tuple of int
        Cells of fewer than `FEWEST` chromosomes: they have no karyotype, and count
        nowhere here.
    abnormalities : int
        Of all clones, each counted once.
    """

    clones: tuple[CloneOfCells, ...] = ()
    changes: tuple[Seen, ...] = ()
    modal_number: tuple[int, ...] = ()
    modal: ChromosomeContent | None = None
    iscn: str = ""
    left_out: tuple[int, ...] = ()
    abnormalities: int = 0

    @property
    def complexity(self) -> str:
        """How many abnormalities there are, and whether that is complex, in words."""
        verdict = "complex" if self.abnormalities >= COMPLEX else "not complex"
        return (
            f"{count(self.abnormalities, 'abnormality', 'abnormalities')} in all clones, each "
            f"counted once, constitutional ones too: {verdict} (from {COMPLEX} on; ISCN 2024, 6.5)"
        )

    @property
    def non_clonal(self) -> tuple[Seen, ...]:
        """The changes that no clone has, with the cells they were seen in."""
        return tuple(seen for seen in self.changes if not seen.clonal)


def clones(
    cells: Sequence[ChromosomeContent], gains: int = 2, losses: int = 3, *, prefix: bool = True
) -> Finding:
    """Return the clones of several cells of one person, and what is seen in single cells.

    Changes are relative to a cell's own ploidy and to the sex complement, XX or XY, that
    most cells have exactly. Another ploidy, and the other sex complement, are changes too
    and take as many cells as a gain; fewer than two sets, as a loss.

    A loss must be seen often enough in cells that share a clone: chromosomes lost at
    random in two clones don't add up to a third. A gain is not lost by that: two cells
    anywhere are enough.

    Parameters
    ----------
    cells : sequence of ChromosomeContent
        None gives an empty finding.
    gains : int
        Cells that it takes for a gain or a structural change.
    losses : int
        Cells that it takes for a loss.
    prefix : bool
        Whether several clones are a constitutional mosaic: ``mos`` stands in front, and
        clones are in order of size. Otherwise they are written like clones of a
        tumour: related ones together, from the simple to the complex, and
        unrelated ones by size. Whether cells come from one zygote (``mos``) or
        two (``chi``) can't be told from counts; ``mos`` is written for both.

    Raises
    ------
    ValueError
        Where `gains` or `losses` is below one.
    """
    if gains < 1 or losses < 1:
        raise ValueError("A clone takes one cell or more.")
    used = [index for index, cell in enumerate(cells) if cell.total >= FEWEST]
    left_out = tuple(index for index in range(len(cells)) if index not in set(used))
    if not used:
        return Finding(left_out=left_out)
    whole = [cells[index] for index in used]
    line = line_of(whole)
    own, complements = frames(whole, line)
    base = Baseline(usual_ploidy([frame.sets for frame in own], gains, losses), line)
    found = [
        changes_of(cell, frame, complements[frame]) for cell, frame in zip(whole, own, strict=True)
    ]

    groups = grouped(found, own, base, gains, losses)
    for frame in {frame for frame, _ in groups} - complements.keys():
        # No cell of the usual frame was seen, such as where one cell alone is tetraploid.
        complements[frame] = {"X": 2, "Y": 0} if frame.line == "XX" else {"X": 1, "Y": 1}
    known = set() if prefix else lines_seen(whole)
    ordered = in_order(groups, constitutional=prefix)
    named = tuple(
        CloneOfCells(
            cell_with(key[1], key[0], complements[key[0]]),
            tuple(used[position] for position in sorted(groups[key])),
            _names(key[1]),
            # Who lost a sex chromosome in every cell may be of either sex.
            (complements[key[0]]["X"], complements[key[0]]["Y"]) if key[0].line in known else None,
        )
        for key in ordered
    )
    several = "mos " if prefix and len(named) > 1 else ""
    numbers = Counter(cell.total for cell in whole)
    modal_number = _most(numbers)
    contents = _most(Counter(whole))
    return Finding(
        named,
        _seen(found, own, base, groups, used, gains, losses),
        tuple(sorted(modal_number)),
        next((one for one in contents if one.total in modal_number), contents[0]),
        several + "/".join(clone.text for clone in named),
        left_out,
        len({change for _, changes in groups for change in changes})
        + len({frame.sets for frame, _ in groups} - {2}),
    )


def class_counts(cells: Sequence[ChromosomeContent]) -> dict[str, tuple[int, ...]]:
    """Return a table of classes by cells.

    Returns
    -------
    dict of str to tuple of int
        For each of the 24 classes, and then for the markers (``mar``), the number in
        each cell.
    """
    table = {name: tuple(cell.counts[name] for cell in cells) for name in CLASSES}
    return table | {MARKERS: tuple(cell.markers for cell in cells)}


def _most(numbers: Mapping[_T, int]) -> list[_T]:
    highest = max(numbers.values())
    return [value for value, number in numbers.items() if number == highest]


def _names(changes: frozenset[Aberration]) -> tuple[str, ...]:
    """Return the changes as ISCN writes them, several copies in one word."""
    highest: dict[tuple[str, str], Aberration] = {}
    for change in sorted(changes, key=place):
        highest[change.kind, change.name] = change
    return tuple(change.text for change in sorted(highest.values(), key=place))


def _seen(
    found: Sequence[frozenset[Aberration]],
    own: Sequence[Baseline],
    base: Baseline,
    groups: Mapping[Key, Sequence[int]],
    used: Sequence[int],
    gains: int,
    losses: int,
) -> tuple[Seen, ...]:
    """Return a line for every change: ploidy and sex complement, then the rest in order."""
    lines: list[Seen] = []
    for sets in sorted({frame.sets for frame in own} - {2, base.sets}):
        where = [position for position, frame in enumerate(own) if frame.sets == sets]
        clonal = any(frame.sets == sets for frame, _ in groups)
        needed = enough(sets, gains, losses)
        lines.append(_line(f"<{sets}n>", where, used, needed, "another ploidy", clonal))
    for sex in sorted({frame.line for frame in own} - {base.line}):
        where = [position for position, frame in enumerate(own) if frame.line == sex]
        clonal = any(frame.line == sex for frame, _ in groups)
        lines.append(_line(sex, where, used, gains, "another sex complement", clonal))
    several = len({frame.sets for frame in own}) > 1
    both = len({frame.line for frame in own}) > 1
    cells: dict[tuple[Baseline, Aberration], list[int]] = defaultdict(list)
    for position, (changes, frame) in enumerate(zip(found, own, strict=True)):
        for change in changes:
            cells[frame, change].append(position)
    in_clones = {(key[0], change) for key in groups for change in key[1]}
    for frame, change in sorted(cells, key=lambda one: (one[0], place(one[1]))):
        loss = change.kind == "loss"
        kind = "a loss" if loss else "a gain" if "gain" in change.kind else "a structural change"
        where = cells[frame, change]
        name = change.text
        if several and frame.sets != 2:
            name += f" in {frame.sets}n"
        if both and frame.line != base.line:
            name += f" in {frame.line}"
        lines.append(
            _line(
                name,
                where,
                used,
                losses if loss else gains,
                "a marker" if change.kind == "marker" else kind,
                (frame, change) in in_clones,
            )
        )
    return tuple(lines)


def _line(
    change: str, where: Sequence[int], used: Sequence[int], needed: int, kind: str, clonal: bool
) -> Seen:
    number = len(where)
    counted = count(number, "cell")
    why = f"{kind} needs {needed}"
    if not clonal and number >= needed:
        why += " in one clone"
    verdict = "clonal" if clonal else "not clonal"
    text = f"{change}: {counted}, {why}: {verdict}"
    return Seen(change, tuple(used[position] for position in where), needed, clonal, text)
