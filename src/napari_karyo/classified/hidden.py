"""Chromosomes of a photograph across which another one seems to lie that was not found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import ndimage

from napari_karyo.karyotype import Karyotype

if TYPE_CHECKING:
    from napari_karyo.cell import Outline
    from napari_karyo.inference.result import Classification

#: A crossing that is a smaller share of a chromosome hides none: all that hid one in simulated
#: spreads were 6 % and more, what is dark of itself mostly less.
_LEAST: Final = 0.05
#: A crossing of two is covered by both; of one that hides another, nothing else covers it.
_COVERED: Final = 0.5


def hiding(classification: Classification, karyotype: Karyotype) -> frozenset[int]:
    """Return the chromosomes with a crossing to which no other one belongs.

    Two that cross share the pixels where they do. Where one alone has them, the other is missing.
    What a person outlined is never among them.

    Parameters
    ----------
    classification : Classification
    karyotype : Karyotype
        Which chromosomes are there.
    """
    here = {
        one: outline
        for one in karyotype.state.positions
        if (outline := classification.cell.chromosomes[one].outline) is not None
    }
    return frozenset(
        one
        for one, outline in here.items()
        if one < classification.photographed
        and outline.shared.any()
        and _hides(outline, [other for number, other in here.items() if number != one])
    )


def _hides(outline: Outline, others: list[Outline]) -> bool:
    covered = np.zeros_like(outline.shared)
    rows, columns = outline.place
    for other in others:
        down, across = other.place
        top, bottom = max(rows.start, down.start), min(rows.stop, down.stop)
        left, right = max(columns.start, across.start), min(columns.stop, across.stop)
        if top < bottom and left < right:
            here = (
                slice(top - rows.start, bottom - rows.start),
                slice(left - columns.start, right - columns.start),
            )
            covered[here] |= other.mask[
                top - down.start : bottom - down.start, left - across.start : right - across.start
            ]
    numbered, count = ndimage.label(outline.shared)
    least = _LEAST * np.count_nonzero(outline.mask)
    crossings = (numbered == number for number in range(1, count + 1))
    return any(
        np.count_nonzero(crossing) >= least and covered[crossing].mean() < _COVERED
        for crossing in crossings
    )
