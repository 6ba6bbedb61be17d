"""A chromosome that lies across another one, and was not found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn import make_classification
from spread_window import draw_spread, spread_cell

from napari_karyo.classified import ClassifiedCell
from napari_karyo.inference.confidence import Light

#: The one that hides another, and its neighbour.
HIDING, BESIDE = 4, 5


def crossed(rows: int = 10, together: bool = False) -> ClassifiedCell:
    """Return a cell of which one chromosome is crossed, over so many rows, by none or another."""
    cell = spread_cell(draw_spread())
    chromosomes = list(cell.chromosomes)
    outline = chromosomes[HIDING].outline
    assert outline is not None
    shared = np.zeros_like(outline.mask)
    shared[20 : 20 + rows] = outline.mask[20 : 20 + rows]
    chromosomes[HIDING] = replace(chromosomes[HIDING], outline=replace(outline, shared=shared))
    if together:
        chromosomes[BESIDE] = replace(chromosomes[BESIDE], outline=replace(outline, shared=shared))
    whole = replace(cell, chromosomes=tuple(chromosomes))
    return ClassifiedCell.from_classification(make_classification(whole))


def test_one_that_hides_another_is_doubtful_and_asked_for_first() -> None:
    cell = crossed()
    assert cell.hiding() == {HIDING}
    assert cell.lights()[HIDING] is Light.DOUBTFUL
    assert cell.doubtful() == [HIDING]
    assert HIDING not in cell.unaccepted_sure()
    cell.karyotype.review([HIDING])
    assert cell.shown_lights()[HIDING] is Light.SETTLED
    assert cell.doubtful() == []


@pytest.mark.parametrize(("rows", "together"), [(10, True), (2, False)])
def test_of_two_that_cross_and_of_a_dark_spot_none_is_missing(rows: int, together: bool) -> None:
    cell = crossed(rows, together)
    assert cell.hiding() == frozenset()
    assert cell.doubtful() == []
    assert cell.lights()[HIDING] is Light.SURE


def test_a_crossing_whose_other_one_was_taken_away_is_open_again() -> None:
    cell = crossed(together=True)
    cell.remove(BESIDE, "dirt")
    assert cell.hiding() == {HIDING}
