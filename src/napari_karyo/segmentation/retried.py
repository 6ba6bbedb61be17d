"""Other answers to what was put together or parted just now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import combinations

import numpy as np
from scipy import ndimage

from napari_karyo.segmentation.maps import Maps
from napari_karyo.segmentation.partition import GAP, Alternative, Candidate, parted
from napari_karyo.segmentation.region import Region, hull_of, shared_pixels


def retried(
    shapes: Sequence[Candidate], chosen: Sequence[int], new: Set[int], maps: Maps
) -> Iterator[Alternative]:
    """Yield new outlines put together with what touches them, and parted again.

    Parameters
    ----------
    shapes : sequence of Candidate
        All that were tried. Nothing is parted so that one of these comes out, or put together to
        one.
    chosen : sequence of int
        The shapes of the partition, which the alternatives number.
    new : set of int
        Those of them that it has not had before.
    maps : Maps
    """
    if not new:
        return
    tried = {_key(one) for one in shapes}
    near = [shapes[which].region.grown(GAP, maps.core.shape) for which in chosen]
    for first, second in combinations(range(len(chosen)), 2):
        if new.isdisjoint((chosen[first], chosen[second])):
            continue
        one, other = shapes[chosen[first]], shapes[chosen[second]]
        if shared_pixels(near[first], other.region):
            both = _put_together(one, other)
            if _key(both) not in tried:
                yield Alternative(frozenset((first, second)), (both,))
    for number, which in enumerate(chosen):
        if which in new:
            for parts in parted(shapes[which], maps, anew=not shapes[which].shared.any()):
                if not any(_key(one) in tried for one in parts):
                    yield Alternative(frozenset((number,)), parts)


def _key(shape: Candidate) -> tuple[int, int, bytes]:
    return shape.region.top, shape.region.left, shape.region.mask.tobytes()


def _put_together(one: Candidate, other: Candidate) -> Candidate:
    rows, columns = hull_of([one.region.place, other.region.place])
    size = rows.stop - rows.start, columns.stop - columns.start
    masks, shared = (
        [region.within(rows.start, columns.start, size) for region in regions]
        for regions in (
            (one.region, other.region),
            (_crossings(one), _crossings(other)),
        )
    )
    mask = np.asarray(ndimage.binary_fill_holes(masks[0] | masks[1]))
    region = Region(mask, rows.start, columns.start)
    return Candidate(region, shared[0] | shared[1], max(one.turn, other.turn))


def _crossings(shape: Candidate) -> Region:
    return Region(shape.shared, shape.region.top, shape.region.left)
