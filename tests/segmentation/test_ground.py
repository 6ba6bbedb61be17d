"""A photograph on an even background, at the scale that the network knows."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from napari_karyo.cell import Polarity
from napari_karyo.errors import ReadError
from napari_karyo.io.polarity import find_spread_polarity
from napari_karyo.segmentation.ground import (
    WIDTH,
    broad,
    flatten,
    make_field,
    measure_width,
    stained,
)
from napari_karyo.segmentation.maps import Maps
from napari_karyo.segmentation.pieces import find_nuclei, find_pieces


def photograph(polarity: Polarity, width: int = 12, slope: float = 0.3) -> NDArray[np.uint8]:
    """Return bars of a width on a background that is darker on one side."""
    rng = np.random.default_rng(0)
    stain = np.zeros((500, 600))
    for row in range(60, 440, 60):
        for column in range(60, 540, 120):
            stain[row : row + width, column : column + 80] = 0.5
    ground = 1 - slope * np.linspace(0, 1, 600)[None, :]
    shown = ground * (1 - stain) if polarity is Polarity.DARK else 0.3 * (1 - ground) + stain
    return np.clip(235 * shown + rng.normal(0, 2, stain.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("polarity", list(Polarity))
def test_polarity_background_and_width(polarity: Polarity) -> None:
    picture = photograph(polarity)
    assert find_spread_polarity(picture) is polarity
    density = flatten(picture, polarity)
    # The background is even although the light was not.
    assert abs(float(np.median(density[:, :40])) - float(np.median(density[:, -40:]))) < 0.03
    assert measure_width(density) == pytest.approx(12, rel=0.2)


def test_the_field_has_chromosomes_of_one_width() -> None:
    for width in (9, 18):
        density = flatten(photograph(Polarity.DARK, width), Polarity.DARK)
        field = make_field(density, measure_width(density))
        assert measure_width(field.values) == pytest.approx(WIDTH, rel=0.2)
        assert field.factor == pytest.approx(WIDTH / width, rel=0.25)


def test_a_nucleus_does_not_hide_the_chromosomes() -> None:
    picture = photograph(Polarity.BRIGHT).astype(np.float64) * 0.3
    rows, columns = np.mgrid[:500, :600]
    picture[np.hypot(rows - 400, columns - 500) < 90] = 255
    density = flatten(picture, Polarity.BRIGHT)
    field = make_field(density, 12.0)
    found = stained(field.values)
    inner = broad(found)
    assert inner[int(400 * field.factor), int(500 * field.factor)]
    row, column = int(66 * field.factor), int(100 * field.factor)
    assert found[row, column]
    assert not inner[row, column]
    assert 0.3 < field.values[row, column] < 0.8


def test_an_empty_picture_is_no_spread() -> None:
    with pytest.raises(ReadError, match="nothing in this picture stands out"):
        measure_width(np.zeros((300, 300), np.float32))


def test_a_nucleus_that_the_edge_cuts_is_one() -> None:
    rows, columns = np.mgrid[:200, :300]
    cap = np.hypot(rows + 40, columns - 150) < 62
    cap[170:184, 100:180] = True  # a chromosome
    cap[186:200, 200:280] = True  # and one along the edge
    none = np.zeros(cap.shape, np.float32)
    maps = Maps(cap.astype(np.float32), cap.astype(np.float32), *(none for _ in range(4)))
    found = find_nuclei(maps)
    assert found[8, 150]
    assert not found[100:].any()
    assert find_pieces(maps).count == 2
