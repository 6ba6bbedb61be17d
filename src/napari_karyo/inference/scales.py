"""At which scale the network reads a cell: the one that its lengths and classes tell."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from napari_karyo.cell import Lost
from napari_karyo.inference.device import Device
from napari_karyo.inference.passes import Answer, Progress, Standing, Tally, one_pass
from napari_karyo.preprocessing.prepare import length_factors
from napari_karyo.preprocessing.scale import (
    WHOLE,
    factor_of_classes,
    rows_of_autosome,
    same_factor,
    usual_lengths,
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
LOOKS = 8

#: Factors nearer to each other than this, as a ratio, need no further look. The lengths of
#: a whole cell tell its scale as well as its classes do: the two scatter by a twentieth.
ENOUGH = {"part": 1.02, "whole": 1.12}

#: Where relative length is lost, how many lengths, from the shortest class to the longest, a
#: crop is tried at; and how far the logarithm of a length may be from that of a class.
TRIED: Final = 7
SPREAD: Final = 0.12


def at_its_scale(
    group: list[Standing], weights: Weights, place: Device, tally: Tally
) -> Generator[Progress, None, tuple[list[Answer], Device]]:
    """Classify cells of one scale, at the one that their lengths and classes tell.

    Where crops were resized to one size, their lengths tell nothing: each is read at the
    length at which it looks most like a chromosome of that length.
    """
    answers: list[Answer] = []
    known = [one for one in group if Lost.SCALE not in one[0].lost]
    if known:
        answers, place = yield from _settled(known, weights, place, tally)
    left = iter(answers)
    all_of_them: list[Answer] = []
    for one in group:
        if Lost.SCALE in one[0].lost:
            answer, place = yield from _each_at_its_own(one, weights, place, tally)
        else:
            answer = next(left)
        all_of_them.append(answer)
    return all_of_them, place


def _settled(
    group: list[Standing], weights: Weights, place: Device, tally: Tally
) -> Generator[Progress, None, tuple[list[Answer], Device]]:
    """Classify cells of one scale, again where what they were called tells another one.

    Of all looks the one counts of which the network is surest, so that a cell that it
    can't read is not led astray.
    """
    settings = weights.network.config.input
    lengths = [picture.length for _, pictures in group for picture in pictures]
    polarity = group[0][0].polarity
    of_lengths = length_factors([pictures for _, pictures in group], settings, "patient")[0]
    part = max(len(pictures) for _, pictures in group) < WHOLE
    enough = ENOUGH["part" if part else "whole"]
    best: list[Answer] = []
    tried: list[float] = []
    notes: list[dict[str, None]] = [{} for _ in group]
    for start in STARTS if part and settings.settle else STARTS[:1]:
        factor = start * of_lengths
        for _ in range(LOOKS if settings.settle else 1):
            if any(same_factor(factor, other, enough) for other in tried):
                break
            if tried:
                tally.total += len(lengths)
            tried.append(factor)
            found, place = yield from one_pass(
                group, [factor] * len(group), weights, place, tally, bool(best)
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
    # What happened in any look, such as a GPU that ran out of memory, is to be known.
    told_all = zip(best, notes, strict=True)
    return [
        replace(one, result=replace(one.result, notes=tuple(told))) for one, told in told_all
    ], place


def _each_at_its_own(
    one: Standing, weights: Weights, place: Device, tally: Tally
) -> Generator[Progress, None, tuple[Answer, Device]]:
    """Classify a cell whose relative lengths are lost, each crop at a length of its own."""
    cell, pictures = one
    settings, usual = weights.network.config.input, usual_lengths(cell.polarity)
    autosome = rows_of_autosome(cell.polarity, settings)
    lengths = np.array([max(picture.length, 1.0) for picture in pictures])
    best: Answer | None = None
    fits = np.full(len(pictures), -np.inf)
    for size in np.geomspace(usual.min(), usual.max(), TRIED if settings.settle else 1):
        if best is not None:
            tally.total += len(pictures)
        (found,), place = yield from one_pass(
            [one], [size * autosome / lengths], weights, place, tally, best is not None
        )
        away = np.log(size / usual) / SPREAD
        fit = (np.log(found.result.probabilities + 1e-9) - away**2 / 2).max(axis=1)
        best = found if best is None else best.exchanged(found, fit > fits)
        fits = np.maximum(fit, fits)
    assert best is not None
    return best, place


def _certainty(answers: list[Answer]) -> float:
    return float(np.log(np.concatenate([one.result.confidence for one in answers])).mean())
