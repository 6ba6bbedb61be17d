"""Spreads composed of single chromosomes, touching and crossing, of which all is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.segmentation.ground import Field
from napari_karyo.segmentation.region import Region
from napari_karyo.training.segmentation.labelled import LabelledSpread
from napari_karyo.training.segmentation.singles import Single

#: Height and width of a composed field.
SIDE: Final = 448

#: How many chromosomes lie together, and how often.
_GROUPS: Final = ((1, 0.3), (2, 0.35), (3, 0.2), (4, 0.1), (6, 0.05))
#: The share of the smaller chromosome that lies under the other: where they cross, and where
#: they touch.
_CROSSES, _TOUCHES = (0.06, 0.4), (0.0, 0.03)
_CHANCE_OF_CROSSING: Final = 0.5
#: By what share of the fainter one a crossing is stained more than the other. Measured by the
#: masks of ``train``, at the middle of 143 crossings: -0.1 to 0.45 of the median chromosome.
_ADDED: Final = (-0.15, 0.7)
#: How often nothing of the lower chromosome shows through.
_HIDDEN: Final = 0.15
_TRIES: Final = 60


def ground_of(spread: LabelledSpread, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the field of a spread with its chromosomes taken out: dirt and nuclei stay."""
    values = spread.field.values.copy()
    gone = spread.unknown | spread.ignored
    for one in spread:
        gone[one.place] |= one.mask
    gone = ndimage.binary_dilation(gone, iterations=4)
    rest = values[~gone & ~spread.other]
    if rest.size:
        values[gone] = rng.choice(rest, size=int(gone.sum()))
    return values


def compose(
    singles: Sequence[Single],
    ground: NDArray[np.float32],
    other: NDArray[np.bool_],
    rng: np.random.Generator,
    name: str,
    count: int = 30,
) -> LabelledSpread:
    """Lay chromosomes on a background, alone, touching and crossing.

    Parameters
    ----------
    singles : sequence of Single
    ground : ndarray, shape (height, width), float32
        See `ground_of`.
    other : ndarray of bool, shape (height, width)
        Nuclei and dirt in it.
    rng : Generator
    name : str
    count : int
        Of chromosomes, about.
    """
    values, beneath = _window(ground, other, rng)
    count_map = np.zeros(values.shape, np.int16)
    instances: list[Region] = []
    sizes, chances = zip(*_GROUPS, strict=True)
    while count > 0:
        size = int(rng.choice(sizes, p=chances))
        count -= size
        group: list[Region] = []
        for _ in range(size):
            placed = _place(singles, values, count_map, beneath, group, rng)
            if placed is not None:
                group.append(placed)
        instances += group
    field = Field(values, 1.0, (values.shape[0], values.shape[1]))
    none = np.zeros_like(beneath)
    return LabelledSpread(name, "train", field, instances, beneath & (count_map == 0), none, none)


def _window(
    ground: NDArray[np.float32], other: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    pads = [(0, max(0, SIDE - side)) for side in ground.shape]
    wide, beneath = np.pad(ground, pads, mode="reflect"), np.pad(other, pads, mode="reflect")
    top, left = (int(rng.integers(0, side - SIDE + 1)) for side in wide.shape)
    here = (slice(top, top + SIDE), slice(left, left + SIDE))
    return wide[here].copy(), beneath[here].copy()


def _place(
    singles: Sequence[Single],
    values: NDArray[np.float32],
    count: NDArray[np.int16],
    beneath: NDArray[np.bool_],
    group: Sequence[Region],
    rng: np.random.Generator,
) -> Region | None:
    """Lay one chromosome down; beside or across the last of its group where there is one."""
    single = singles[int(rng.integers(len(singles)))]
    angle = float(rng.uniform(0, 360))
    drawn = ndimage.rotate(single.values, angle, order=1, reshape=True)
    mask = ndimage.rotate(single.mask.astype(np.float32), angle, order=1, reshape=True) > 0.5
    drawn = drawn * float(rng.uniform(0.8, 1.2))
    height, width = mask.shape
    if min(values.shape[0] - height, values.shape[1] - width) < 2:
        return None
    crosses = rng.random() < _CHANCE_OF_CROSSING
    least, most = _CROSSES if crosses else _TOUCHES
    near = ndimage.binary_dilation(mask, iterations=2)
    for _ in range(_TRIES):
        if group:
            last = group[int(rng.integers(len(group)))]
            rows, columns = last.place
            top = int(rng.integers(rows.start - height, rows.stop + 1))
            left = int(rng.integers(columns.start - width, columns.stop + 1))
        else:
            top = int(rng.integers(0, values.shape[0] - height))
            left = int(rng.integers(0, values.shape[1] - width))
        if top < 0 or left < 0 or top + height > values.shape[0] or left + width > values.shape[1]:
            continue
        here = (slice(top, top + height), slice(left, left + width))
        if (beneath[here] & near).any() or (count[here][mask] > 1).any():
            continue
        under = np.count_nonzero(count[here] * mask)
        share = under / np.count_nonzero(mask)
        if group:
            if not least <= share <= most or not (near & (count[here] > 0)).any():
                continue
        elif (near & (count[here] > 0)).any():
            continue
        seen = values[here]
        values[here] = lain_upon(seen, drawn, mask & (count[here] > 0), rng)
        count[here] += mask
        return Region(mask, top, left)
    return None


def lain_upon(
    below: NDArray[np.float32],
    above: NDArray[np.float32],
    crossing: NDArray[np.bool_],
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Return what is seen of two chromosomes where one lies upon the other.

    By transmission the stains of both would add up. They hardly do in photographs, which end
    near black, and were often evened by a camera: many crossings are no darker than the rest.
    """
    stronger = np.maximum(below, above)
    added = stronger + float(rng.uniform(*_ADDED)) * np.minimum(below, above)
    if rng.random() < _HIDDEN:
        added = np.where(crossing, above, stronger)
    return np.clip(added, 0.0, 1.0).astype(np.float32)
