"""What the cells of one patient say together: clones, counts, the usual karyotype, progress.

It knows no window and no file: cells come as karyotypes with their names, and what was
agreed about the patient is a word that whoever keeps it hands over.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from napari_karyo.classes import AUTOSOMES, MARKERS
from napari_karyo.classified import ClassifiedCell
from napari_karyo.counted import count, listed
from napari_karyo.goals import Goals
from napari_karyo.iscn import FEWEST, ChromosomeContent, Finding, class_counts, clones, content_form
from napari_karyo.iscn.changes import frames, line_of
from napari_karyo.karyotype import CELL_MARKS, State

#: Cells in which a change must be seen: see `napari_karyo.iscn.mosaic`.
GAINS: Final = 2
LOSSES: Final = 3
#: Chromosomes of a normal cell.
NORMAL: Final = 46


@dataclass(frozen=True)
class CountingProgress:
    """How many cells were counted, analysed and karyotyped, of how many wanted.

    Attributes
    ----------
    counted, analysed, karyotyped : int
    goals : Goals
    colonies : int
        Of how many colonies the counted cells are, as far as it is written down.
    """

    counted: int
    analysed: int
    karyotyped: int
    goals: Goals = field(default_factory=Goals)
    colonies: int = 0

    @property
    def steps(self) -> tuple[tuple[str, int, int], ...]:
        """What was done, in how many cells, of how many."""
        return tuple((mark, getattr(self, mark), getattr(self.goals, mark)) for mark in CELL_MARKS)

    @property
    def text(self) -> str:
        """One line: ``counted 12 of 20, analysed 5 of 5, karyotyped 1 of 2``."""
        words = ", ".join(f"{mark} {done} of {goal}" for mark, done, goal in self.steps)
        return words + (
            f"; of {count(self.colonies, 'colony', 'colonies')}" if self.colonies else ""
        )

    @property
    def reached(self) -> bool:
        """Whether nothing is left to do."""
        return all(done >= goal for _, done, goal in self.steps)


def progress_of(states: Sequence[State], goals: Goals | None = None) -> CountingProgress:
    """Return how far the work on some cells has come, by their marks.

    Who karyotypes a cell has analysed it, and who analyses it has counted it.
    """
    steps = [_step(state) for state in states]
    counted, analysed, karyotyped = (
        sum(step > place for step in steps) for place in range(len(CELL_MARKS))
    )
    sheets = [state.worksheet for state, step in zip(states, steps, strict=True) if step]
    colonies = {(sheet.culture, sheet.colony) for sheet in sheets if sheet.colony}
    return CountingProgress(counted, analysed, karyotyped, goals or Goals(), len(colonies))


def count_again(cell: ClassifiedCell, others: Sequence[ClassifiedCell]) -> str:
    """Return why the chromosomes found in a photograph should be counted by a person.

    Nothing is forced to a number: it is said where there are more or fewer than 46 and no other
    cell of the patient has as many, or 46 and all others have another number.

    Parameters
    ----------
    cell : ClassifiedCell
    others : sequence of ClassifiedCell
        Of the same patient; further karyograms of the cell itself are passed over.

    Returns
    -------
    str
        A sentence; empty where nothing is odd, or a person has said that the cell is counted.
    """
    karyotype, total = cell.karyotype, cell.karyotype.content.total
    counted = karyotype.state.marks or karyotype.state.signatures
    if not karyotype.in_spread or counted or total < FEWEST:
        return ""
    numbers = {one.karyotype.content.total for one in others if one.identity != cell.identity}
    if total in (numbers or {NORMAL}):
        return ""
    words = f"{total} found"
    if total < NORMAL:
        return f"{words}: look for crossings and touching ones."
    if total > NORMAL:
        return f"{words}: look for dirt and for one cut in two."
    return f"{words}, and no other cell of this patient has as many: count again."


@dataclass(frozen=True)
class Summary:
    """What the cells of a patient say together. Cells are places in what was asked about.

    Attributes
    ----------
    names : tuple of str
    contents : tuple of ChromosomeContent
    counts : mapping of str to tuple of int
        For each class, and the markers, the number in each cell.
    expected : tuple of mapping of str to int
        What a normal cell of the same ploidy, and of the patient's usual sex complement,
        has of each class and of markers. Empty for a cell that is too small.
    used : tuple of int
        The cells that count.
    marked : bool
        Whether those are the cells marked counted; where none is marked yet, all count.
    not_proposed : tuple of int
        Left out: no karyotype is proposed of them, so their counts say nothing.
    few : tuple of int
        Left out: of fewer chromosomes than a cell with a karyotype has.
    repeated : tuple of int
        Left out: a second karyogram of a cell that counts already.
    by_hand : tuple of int
        Cells whose karyotype a person wrote. What counts here is what is on the page.
    finding : Finding
        Clones, changes and the modal number.
    progress : CountingProgress
    not_karyotyped : tuple of str
        The clones of which no cell is marked karyotyped.
    """

    names: tuple[str, ...]
    contents: tuple[ChromosomeContent, ...]
    counts: Mapping[str, tuple[int, ...]]
    expected: tuple[Mapping[str, int], ...]
    used: tuple[int, ...]
    marked: bool
    not_proposed: tuple[int, ...]
    few: tuple[int, ...]
    repeated: tuple[int, ...]
    by_hand: tuple[int, ...]
    finding: Finding
    progress: CountingProgress
    not_karyotyped: tuple[str, ...] = ()

    @property
    def iscn(self) -> str:
        """The clones in ISCN; empty where too few cells count to tell a clone.

        By the rule alone a single cell with trisomy 21 would make a normal karyotype.
        """
        return self.finding.iscn if len(self.used) >= LOSSES else ""

    @property
    def modal(self) -> str:
        """The modal number and the most frequent karyotype, as seen; empty where no cell counts.

        Where no two of several cells are alike, none of their karyotypes is said to be usual.
        """
        content = self.finding.modal
        if content is None:
            return ""
        words = f"Modal number {' or '.join(map(str, self.finding.modal_number))}"
        alike, number = sum(self.contents[cell] == content for cell in self.used), len(self.used)
        if alike == 1 < number:
            return f"{words}, no two cells alike"
        return f"{words}, most often {content_form(content)} ({alike} of {number})"

    @property
    def basis(self) -> str:
        """Which cells count, and which are left out and why, in words."""
        number = len(self.used)
        cells = count(number, "cell")
        if not self.names:
            return "No cell is open."
        said = [f"Of {cells} marked counted." if self.marked else _unmarked(number, cells)]
        if self.not_proposed:
            said.append(f"Left out, no karyotype proposed: {self.called(self.not_proposed)}.")
        if self.few:
            said.append(f"Left out, fewer than {FEWEST} chromosomes: {self.called(self.few)}.")
        if self.repeated:
            said.append(f"Left out, a second karyogram of a cell: {self.called(self.repeated)}.")
        if self.by_hand:
            said.append(
                f"Written by hand: {self.called(self.by_hand)}; here their karyograms count."
            )
        return " ".join(said)

    def called(self, cells: Sequence[int], most: int = 6) -> str:
        """Return the names of some cells, the first ones where there are many."""
        return listed([self.names[cell] for cell in cells], most)

    def odd(self, cell: int, name: str) -> int:
        """Return how many of a class a cell has more (or less) than a normal one would."""
        usual = self.expected[cell]
        return self.counts[name][cell] - usual[name] if usual else 0


def summarize(
    cells: Sequence[ClassifiedCell],
    goals: Goals | None = None,
    *,
    gains: int = GAINS,
    losses: int = LOSSES,
    mosaic: bool = True,
) -> Summary:
    """Return what the cells of one patient say together.

    Parameters
    ----------
    cells : sequence of ClassifiedCell, or of others with a name and a karyotype
    goals : Goals, optional
    gains, losses : int
        Cells in which a gain or structural change, and a loss, must be seen.
    mosaic : bool
        Whether several clones are a constitutional mosaic, and are written ``mos``.
    """
    states = [one.karyotype.state for one in cells]
    contents = tuple(state.content for state in states)
    repeated = _repeated(cells)
    few = tuple(
        cell
        for cell, content in enumerate(contents)
        if content.total < FEWEST and cell not in repeated
    )
    not_proposed = tuple(
        cell
        for cell, one in enumerate(cells)
        if one.karyotype.not_proposed and cell not in repeated and cell not in few
    )
    left_out = {*few, *repeated, *not_proposed}
    whole = [cell for cell in range(len(cells)) if cell not in left_out]
    counted = [cell for cell in whole if _step(states[cell])]
    used = tuple(counted or whole)
    finding = _of_cells(
        clones([contents[cell] for cell in used], gains, losses, prefix=mosaic), used
    )
    return Summary(
        names=tuple(one.name for one in cells),
        contents=contents,
        counts=class_counts(contents),
        expected=_expected(contents, used),
        used=used,
        marked=bool(counted),
        not_proposed=not_proposed,
        few=few,
        repeated=repeated,
        by_hand=tuple(cell for cell in used if states[cell].iscn is not None),
        finding=finding,
        progress=progress_of([states[cell] for cell in whole], goals),
        not_karyotyped=tuple(
            clone.text
            for clone in finding.clones
            if all(_step(states[cell]) < len(CELL_MARKS) for cell in clone.cells)
        ),
    )


def neoplasm_words(found: Summary) -> tuple[str, ...]:
    """Return what is to be said of a neoplasm beside its clones."""
    if not found.iscn:
        return ()
    missing = ", ".join(found.not_karyotyped)
    return (
        found.finding.complexity,
        f"No cell is marked karyotyped of: {missing}."
        if missing
        else "A cell of each clone is marked karyotyped.",
    )


def _unmarked(number: int, cells: str) -> str:
    if number == 0:
        return "No cell counts."
    which = "the one there is counts" if number == 1 else f"all {cells} count"
    return f"No cell is marked counted yet: {which}."


def _step(state: State) -> int:
    """Return how far the work on a cell has come: 0 for not begun, 3 for karyotyped."""
    return max((CELL_MARKS.index(mark) + 1 for mark in state.marks), default=0)


def _repeated(cells: Sequence[ClassifiedCell]) -> tuple[int, ...]:
    """Return all karyograms of a cell but the one on which most was done, of equals the last."""
    best: dict[Hashable, int] = {}
    for number, one in enumerate(cells):
        before = best.setdefault(one.identity, number)
        if _work(one) >= _work(cells[before]):
            best[one.identity] = number
    return tuple(number for number, one in enumerate(cells) if best[one.identity] != number)


def _work(cell: ClassifiedCell) -> tuple[int, int]:
    return _step(cell.karyotype.state), cell.karyotype.done_count


def _expected(
    contents: Sequence[ChromosomeContent], used: Sequence[int]
) -> tuple[Mapping[str, int], ...]:
    """Return what a normal cell of each one's ploidy would have."""
    line = line_of([contents[cell] for cell in used])
    found: list[Mapping[str, int]] = []
    for content in contents:
        if content.total < FEWEST:
            found.append({})
            continue
        own, complements = frames([content], line)
        # Another sex complement than the patient's usual one is what shall be seen.
        sex = complements[own[0]._replace(line=line)]
        found.append(dict.fromkeys(AUTOSOMES, own[0].sets) | sex | {MARKERS: 0})
    return tuple(found)


def _of_cells(finding: Finding, used: Sequence[int]) -> Finding:
    """Return a finding on some cells with the cells' own numbers."""

    def own(cells: Sequence[int]) -> tuple[int, ...]:
        return tuple(used[cell] for cell in cells)

    return replace(
        finding,
        clones=tuple(replace(clone, cells=own(clone.cells)) for clone in finding.clones),
        changes=tuple(replace(seen, cells=own(seen.cells)) for seen in finding.changes),
        left_out=own(finding.left_out),
    )
