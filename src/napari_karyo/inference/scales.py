"""At which scale the network reads a cell: the one that its lengths and classes tell."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napari_karyo.cell import Lost
from napari_karyo.inference.device import Device
from napari_karyo.inference.passes import Answer, Progress, Standing, Tally, one_pass
from napari_karyo.preprocessing.length import length_factor
from napari_karyo.preprocessing.prepare import pull_straight
from napari_karyo.preprocessing.scale import (
    WHOLE,
    factor_of_classes,
    same_factor,
)

if TYPE_CHECKING:
    from napari_karyo.models.weights import Weights

#: Where the search for the scale of part of a cell begins, in factors of what its lengths
#: tell, until one is `CLEAR`. Short chromosomes alone come twice too large, long ones
#: alone too small.
STARTS = (1.0, 0.7, 0.5, 1.35)

#: A mean log confidence above this is of crops that are read at their scale.
CLEAR = -0.02

#: How often a cell is looked at from one start, at most.
PASSES = 8

#: Factors nearer to each other than this, as a ratio, need no further pass. The lengths of
#: a whole cell tell its scale as well as its classes do: the two scatter by a twentieth.
ENOUGH = {"part": 1.02, "whole": 1.12}


def at_its_scale(
    group: list[Standing], weights: Weights, place: Device, tally: Tally, views: int
) -> Generator[Progress, None, tuple[list[Answer], Device]]:
    """Classify cells of one scale, again where what they were called tells another one.

    Of all passes the one counts of which the network is surest, so that a cell that it
    can't read is not led astray.
    """
    settings = weights.network.config.input
    sizes = [_pixel_sizes(one) for one in group]
    # Once, however often they are looked at.
    pulled = [pull_straight(pictures, settings) for _, pictures in group]
    lengths = [
        picture.length * size
        for (_, pictures), own in zip(group, sizes, strict=True)
        for picture, size in zip(pictures, own, strict=True)
    ]
    polarity = group[0][0].polarity
    of_lengths = length_factor(lengths, settings.target_rows, settings.quantile)
    part = max(len(pictures) for _, pictures in group) < WHOLE
    enough = ENOUGH["part" if part else "whole"]
    best: list[Answer] = []
    tried: list[float] = []
    notes: list[dict[str, None]] = [{} for _ in group]
    for start in STARTS if part and settings.settle else STARTS[:1]:
        factor = start * of_lengths
        for _ in range(PASSES if settings.settle else 1):
            if any(same_factor(factor, other, enough) for other in tried):
                break
            if tried:
                tally.total += len(lengths)
            tried.append(factor)
            found, place = yield from one_pass(
                group,
                pulled,
                [factor * own for own in sizes],
                weights,
                place,
                tally,
                bool(best),
                views,
            )
            for told, one in zip(notes, found, strict=True):
                told.update(dict.fromkeys(one.result.notes))
            if not best or _certainty(found) > _certainty(best):
                best = found
            sure = np.concatenate([one.result.confidence for one in found])
            classes = np.concatenate([one.result.probabilities.argmax(axis=1) for one in found])
            # By the squares those that the network is unsure of count little.
            factor = factor_of_classes(lengths, classes, sure**2, polarity, settings)
        if _certainty(best) > CLEAR:
            break
    # What happened in any pass, such as a GPU that ran out of memory, is to be known.
    told_all = zip(best, notes, strict=True)
    return [
        replace(one, result=replace(one.result, notes=tuple(told))) for one, told in told_all
    ], place


def _pixel_sizes(one: Standing) -> NDArray[np.float64]:
    """Return how large each crop's pixels are, in those of the cell; 1 where none is resized.

    Where crops were resized to one size, their lengths tell nothing. The chromosomes of a
    cell are about equally wide, so that the widths tell by how much each was enlarged.
    """
    cell, pictures = one
    if Lost.SCALE not in cell.lost:
        return np.ones(len(pictures))
    widths = np.array([item.mask.sum() / max(item.length, 1.0) for item in pictures])
    return np.asarray(np.median(widths) / np.maximum(widths, 1.0), np.float64)


def _certainty(answers: list[Answer]) -> float:
    return float(np.log(np.concatenate([one.result.confidence for one in answers])).mean())
