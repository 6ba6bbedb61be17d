"""Which pieces of a field are one chromosome, and which other answers there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.segmentation.cuts import cuts_of
from napari_karyo.segmentation.joining import (
    STUB,
    Joint,
    Neighbours,
    choose_joints,
    contacts_of,
    find_neighbours,
    hang_on,
)
from napari_karyo.segmentation.maps import Maps
from napari_karyo.segmentation.pieces import Pieces, part
from napari_karyo.segmentation.region import Region, hull_of

#: Other pairings are tried at crossings of so many pieces at most, so many at each.
_MOST_AT, _MOST_PAIRINGS = 5, 4
#: A joint that is no dearer than this may be true.
_DEAREST_TRIED: Final = 1.3

#: Two chromosomes with a border of so many pixels of the field may be one.
_CONTACT: Final = 3
#: Pixels of the field between two parts of a chromosome that fell apart.
GAP: Final = 3

#: A chromosome may be several where crossings begin at the first probability, and cores at the
#: second.
_UNSURER: Final = ((0.2, 0.5), (0.05, 0.5), (0.2, 0.85), (0.5, 0.7), (0.5, 0.85), (0.5, 0.95))


@dataclass(frozen=True, eq=False)
class Candidate:
    """One chromosome of a field.

    Attributes
    ----------
    region : Region
    shared : ndarray of bool, shape (height, width)
        Which pixels of the region lie at crossings.
    turn : float
        The cost of its dearest joint, see `napari_karyo.segmentation.joining.Joint`.
    """

    region: Region
    shared: NDArray[np.bool_]
    turn: float = 0.0


@dataclass(frozen=True, eq=False)
class Alternative:
    """Another answer to which pieces are one chromosome.

    Attributes
    ----------
    replaced : frozenset of int
        Chromosomes of the partition.
    by : tuple of Candidate
        What they would be instead.
    """

    replaced: frozenset[int]
    by: tuple[Candidate, ...]


class Partition:
    """The pieces of a field, put together to chromosomes.

    Parameters
    ----------
    pieces : Pieces
    maps : Maps

    Attributes
    ----------
    groups : tuple of frozenset of int
        The pieces of each chromosome.
    shapes : tuple of Candidate
        Each chromosome.
    """

    def __init__(self, pieces: Pieces, maps: Maps) -> None:
        self._pieces, self._maps = pieces, maps
        self._neighbours: Neighbours = find_neighbours(pieces)
        self._contacts = contacts_of(pieces)
        self._joints = choose_joints(self._neighbours)
        self._places = ndimage.find_objects(pieces.numbered)
        self._crossing_places = ndimage.find_objects(pieces.crossings)
        group = np.arange(pieces.count + 1)
        for joint in self._joints:
            group[group == group[joint.second]] = group[joint.first]
        group = hang_on(pieces, self._neighbours, self._contacts, group)
        self.groups = tuple(
            frozenset(np.flatnonzero(group == which).tolist())
            for which in np.unique(group[1:]).tolist()
        )
        self._group_of = {piece: number for number, one in enumerate(self.groups) for piece in one}
        self.shapes = tuple(self._shape(one) for one in self.groups)

    def _shape(self, own: Collection[int]) -> Candidate:
        beside = [
            crossing for crossing, at in self._neighbours.at.items() if not set(at).isdisjoint(own)
        ]
        here = hull_of(
            [
                *(self._places[piece - 1] for piece in own),
                *(self._crossing_places[crossing - 1] for crossing in beside),
            ]
        )
        shared = np.isin(self._pieces.crossings[here], beside) & (self._pieces.crossings[here] > 0)
        mask = np.isin(self._pieces.numbered[here], list(own)) | shared
        mask = ndimage.binary_fill_holes(mask)
        costs: dict[int, float] = {}
        for joint in self._neighbours.joints:
            if joint.first in own and joint.second in own:
                costs[joint.crossing] = min(joint.cost, costs.get(joint.crossing, joint.cost))
        region = Region(mask, here[0].start, here[1].start)
        return Candidate(region, shared, max(costs.values(), default=0.0))

    def alternatives(self) -> Iterator[Alternative]:
        """Yield other answers, each about a few chromosomes."""
        seen = set()
        for replaced, regrouped in (*self._other_pairings(), *self._mergers()):
            key = (replaced, regrouped)
            if key not in seen:
                seen.add(key)
                yield Alternative(replaced, tuple(self._shape(one) for one in regrouped))
        for number, (own, shape) in enumerate(zip(self.groups, self.shapes, strict=True)):
            # What was parted at crossings has told what it says of them.
            whole = len(own) == 1 and not shape.shared.any()
            for parts in parted(shape, self._maps, anew=whole):
                yield Alternative(frozenset((number,)), parts)

    def _other_pairings(self) -> Iterator[tuple[frozenset[int], frozenset[frozenset[int]]]]:
        for crossing, at in self._neighbours.at.items():
            if not 2 <= len(at) <= _MOST_AT:
                continue
            replaced = frozenset(self._group_of[piece] for piece in at)
            involved = frozenset().union(*(self.groups[one] for one in replaced))
            others = [
                (joint.first, joint.second)
                for joint in self._joints
                if joint.crossing != crossing and joint.first in involved
            ]
            # What was too small for a chromosome stays where it hangs.
            others += [
                (min(own), piece)
                for own in (self.groups[one] for one in replaced)
                for piece in own - set(at)
                if not any(piece in pair for pair in others)
            ]
            now = frozenset(self.groups[one] for one in replaced)
            tried = sorted(
                _pairings([j for j in self._neighbours.joints if j.crossing == crossing]),
                key=lambda pairing: sum(joint.cost for joint in pairing) - 0.6 * len(pairing),
            )
            given = 0
            for pairing in tried:
                edges = [*others, *((joint.first, joint.second) for joint in pairing)]
                regrouped = _united(involved, edges)
                if regrouped != now:
                    yield replaced, regrouped
                    given += 1
                if given == _MOST_PAIRINGS:
                    break

    def _mergers(self) -> Iterator[tuple[frozenset[int], frozenset[frozenset[int]]]]:
        near: dict[frozenset[int], int] = {}
        for piece, beside in self._contacts.items():
            for other, length in beside.items():
                pair = frozenset((self._group_of[piece], self._group_of[other]))
                near[pair] = near.get(pair, 0) + length
        found = {pair for pair, length in near.items() if len(pair) == 2 and length >= _CONTACT}
        for number, shape in enumerate(self.shapes):
            grown = shape.region.grown(GAP, self._pieces.numbered.shape)
            for piece in np.unique(self._pieces.numbered[grown.place][grown.mask]).tolist():
                if piece and self._group_of[piece] != number:
                    found.add(frozenset((number, self._group_of[piece])))
        for pair in sorted(found, key=sorted):
            yield pair, frozenset((frozenset().union(*(self.groups[one] for one in pair)),))


def parted(shape: Candidate, maps: Maps, anew: bool = False) -> Iterator[tuple[Candidate, ...]]:
    """Yield a chromosome as several: by what the network hardly says, and by notches.

    Parameters
    ----------
    shape : Candidate
    maps : Maps
    anew : bool
        Let the network say where, too.
    """
    if np.count_nonzero(shape.region.mask) < 2 * STUB:
        return
    for parts in _parts(shape, maps, anew):
        sizes = [np.count_nonzero(one.region.mask) for one in parts]
        if len(parts) > 1 and min(sizes) >= STUB:
            yield parts


def _parts(shape: Candidate, maps: Maps, anew: bool) -> Iterator[tuple[Candidate, ...]]:
    place, mask = shape.region.place, shape.region.mask
    window = maps.window(place)
    seen = set()
    for crossing, core in _UNSURER if anew else ():
        pieces = part(window, mask, np.zeros_like(mask), crossing, core)
        if pieces.count < 2:
            continue
        shapes = Partition(pieces, window).shapes
        key = tuple(sorted(np.count_nonzero(one.region.mask) // 20 for one in shapes))
        if key not in seen:
            seen.add(key)
            yield tuple(_moved(one, shape.region) for one in shapes)
    for masks in cuts_of(mask, int(STUB)):
        yield tuple(_tight(one, shape.region) for one in masks)


def _pairings(joints: Sequence[Joint]) -> Iterator[tuple[Joint, ...]]:
    """Yield all sets of joints in which no piece occurs twice, none among them."""
    usable = [joint for joint in joints if joint.cost < _DEAREST_TRIED]
    for count in range(3):
        for chosen in combinations(usable, count):
            used = [piece for joint in chosen for piece in (joint.first, joint.second)]
            if len(set(used)) == len(used):
                yield chosen


def _united(involved: Iterable[int], edges: Iterable[tuple[int, int]]) -> frozenset[frozenset[int]]:
    own = {piece: frozenset((piece,)) for piece in involved}
    for first, second in edges:
        both = own[first] | own[second]
        for piece in both:
            own[piece] = both
    return frozenset(own.values())


def _tight(mask: NDArray[np.bool_], within: Region) -> Candidate:
    region = Region.cut(mask)
    assert region is not None, "no part is empty"
    return _moved(Candidate(region, np.zeros_like(region.mask)), within)


def _moved(shape: Candidate, within: Region) -> Candidate:
    region = shape.region
    return Candidate(
        Region(region.mask, within.top + region.top, within.left + region.left),
        shape.shared,
        shape.turn,
    )
