"""From the changes of each cell to cells that form a clone.

Losses that too few cells share are taken back here; `mosaic` says what that means.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from napari_karyo.iscn.changes import Aberration, Baseline, place, scaled

#: A clone: what its changes are relative to, and the changes.
Key = tuple[Baseline, frozenset[Aberration]]


def grouped(
    found: Sequence[frozenset[Aberration]],
    own: Sequence[Baseline],
    base: Baseline,
    gains: int,
    losses: int,
) -> dict[Key, list[int]]:
    """Return the clones, each with the places of its cells.

    Parameters
    ----------
    found : sequence of frozenset of Aberration
        All changes of each cell.
    own : sequence of Baseline
        What these are relative to.
    base : Baseline
        The frame of cells whose own is seen too rarely.
    gains, losses : int
        Cells that it takes for each.
    """
    # First the frames: what is seen too rarely is taken for a cell of the usual one.
    settled = _settle_frames(own, base, gains, losses)
    kept = [
        changes if frame.sets == was.sets else scaled(changes, was.sets, frame.sets)
        for changes, frame, was in zip(found, settled, own, strict=True)
    ]
    # A cell outside its own frame is no evidence for a change, but may share one.
    evidence: Counter[tuple[Baseline, Aberration]] = Counter(
        (frame, change)
        for changes, frame, was in zip(kept, settled, own, strict=True)
        if frame == was
        for change in changes
    )
    groups: dict[Key, list[int]] = defaultdict(list)
    for position, (changes, frame) in enumerate(zip(kept, settled, strict=True)):
        clonal = frozenset(
            change
            for change in changes
            if evidence[frame, change] >= (losses if change.kind == "loss" else gains)
        )
        groups[frame, clonal].append(position)
    _merge_losses(groups, losses)
    return groups


def enough(sets: int, gains: int, losses: int) -> int:
    """Return how many cells it takes for a ploidy: fewer than two sets are a loss."""
    return losses if sets < 2 else gains


def usual_ploidy(sets: Sequence[int], gains: int, losses: int) -> int:
    """Return the most common ploidy that enough cells have; two sets where none has."""
    common = {
        number: times
        for number, times in Counter(sets).items()
        if number == 2 or times >= enough(number, gains, losses)
    }
    return max(common, key=lambda number: (common[number], number == 2, -number)) if common else 2


def _settle_frames(
    own: Sequence[Baseline], base: Baseline, gains: int, losses: int
) -> list[Baseline]:
    """Return the frame that each cell counts in."""
    ploidies = Counter(frame.sets for frame in own)
    settled = [
        frame
        if frame.sets in (2, base.sets) or ploidies[frame.sets] >= enough(frame.sets, gains, losses)
        else Baseline(base.sets, frame.line)
        for frame in own
    ]
    lines = Counter(frame.line for frame in settled)
    return [
        frame
        if frame.line == base.line or lines[frame.line] >= gains
        else Baseline(frame.sets, base.line)
        for frame in settled
    ]


def _merge_losses(groups: dict[Key, list[int]], losses: int) -> None:
    """Send cells back to the clone they differ from by losses that too few of them share."""
    while True:
        rare = [
            (support, key, parent)
            for key in groups
            if key[1]
            and (parent := _parent(key, groups)) is not None
            and all(change.kind == "loss" for change in key[1] - parent[1])
            and (support := _support(key, groups)) < losses
        ]
        if not rare:
            return
        _, key, parent = min(
            rare, key=lambda one: (one[0], -len(one[1][1]), sorted(map(place, one[1][1])))
        )
        groups.setdefault(parent, []).extend(groups.pop(key))


def _support(key: Key, groups: Mapping[Key, Sequence[int]]) -> int:
    """Return how many cells have all changes of a clone, with its subclones."""
    frame, changes = key
    return sum(
        len(cells) for (other, more), cells in groups.items() if other == frame and changes <= more
    )


def _parent(key: Key, groups: Mapping[Key, Sequence[int]]) -> Key | None:
    """Return the clone that has most of a clone's changes and no other; at last the normal."""
    frame, changes = key
    normal: Key = frame, frozenset()
    above = [other for other in groups if other[0] == frame and other[1] < changes]
    return max(above, key=lambda one: (len(one[1]), len(groups[one])), default=normal)


def in_order(groups: Mapping[Key, Sequence[int]], constitutional: bool) -> list[Key]:
    """Return the clones in the order they are written in, normal diploid ones last.

    Parameters
    ----------
    groups : mapping
        As `grouped`.
    constitutional : bool
        By size. Otherwise related ones together, from the simple to the complex.
    """

    def size(key: Key) -> tuple[int, int, list[tuple[int, int, int]], Baseline]:
        return -len(groups[key]), len(key[1]), sorted(map(place, key[1])), key[0]

    normal = sorted((key for key in groups if key[0].sets == 2 and not key[1]), key=size)
    abnormal = sorted((key for key in groups if key not in normal), key=size)
    if constitutional:
        return abnormal + normal
    families: list[list[Key]] = []
    for key in abnormal:
        kin = [family for family in families if any(_related(key, other) for other in family)]
        families = [family for family in families if family not in kin]
        families.append([key, *(member for family in kin for member in family)])
    families.sort(key=lambda family: -sum(len(groups[key]) for key in family))
    for family in families:
        family.sort(key=lambda key: (len(key[1]) + (key[0].sets != 2), size(key)))
    return [key for family in families for key in family] + normal


def _related(one: Key, other: Key) -> bool:
    shared = {change[:2] for change in one[1]} & {change[:2] for change in other[1]}
    return one[0].line == other[0].line and bool(shared)
