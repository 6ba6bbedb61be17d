"""A finished karyogram read back."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_karyo.cell import Polarity, Spread
from napari_karyo.errors import ReadError
from napari_karyo.segmentation.karyogram import from_karyogram
from napari_karyo.segmentation.reading import find_chromosomes, read_segmentation
from napari_karyo.simulation.sample import simulate_cell

ROWS = (
    (("1", 60), ("2", 180), ("3", 315), ("4", 560), ("5", 700)),
    (*((str(n), 50 + 110 * (n - 6)) for n in range(6, 13)),),
    (("13", 50), ("14", 160), ("15", 270), ("16", 490), ("17", 600), ("18", 710)),
    (("19", 50), ("20", 160), ("21", 320), ("22", 430), ("X", 595), ("Y", 710)),
)


def page(karyotype: str, stain: str) -> np.ndarray:
    """Draw a karyogram as laboratories arrange them, grey, uint8."""
    cell = simulate_cell(karyotype, seed=4, stain=stain)
    white = 255 if stain == "G" else 0
    picture = np.full((660, 800), white, np.uint8)
    for number, row in enumerate(ROWS):
        for name, centre in row:
            homologues = [one.image for one in cell if one.expected == name]
            left = centre - sum(image.shape[1] + 6 for image in homologues) // 2 + 20
            for image in homologues:
                height, width = image.shape
                bottom = 160 * number + 150
                picture[bottom - height : bottom, left : left + width] = image
                left += width + 6
    return picture


@pytest.mark.parametrize("karyotype", ["46,XX", "46,XY", "47,XY,+21", "45,X", "45,XY,-20"])
@pytest.mark.parametrize("stain", ["G", "Q"])
def test_each_has_the_class_of_its_slot(karyotype: str, stain: str, tmp_path: Path) -> None:
    Image.fromarray(page(karyotype, stain)).save(tmp_path / "page.png")
    found = read_segmentation(tmp_path / "page.png")
    there = Counter(one.expected for one in simulate_cell(karyotype, seed=4, stain=stain))
    assert Counter(one.expected for one in found) == there
    assert "this is a karyogram" in found.problems[0].what
    assert Counter(one.expected for one in found.to_cell()) == there


def test_a_picture_that_is_open_already_is_read_the_same() -> None:
    found = find_chromosomes(Spread("page", page("45,X", "G"), Polarity.DARK))
    there = Counter(one.expected for one in simulate_cell("45,X", seed=4, stain="G"))
    assert Counter(one.expected for one in found) == there


def test_rows_that_are_not_those_of_the_classes() -> None:
    picture = page("46,XX", "G")[:480]
    found = from_karyogram(Spread("page", picture, Polarity.DARK))
    assert {one.expected for one in found} == {None}
    assert "rows are not those" in found.problems[0].what


def test_an_empty_page() -> None:
    with pytest.raises(ReadError, match="stands out"):
        from_karyogram(Spread("page", np.full((400, 400), 255, np.uint8), Polarity.DARK))


@pytest.mark.real_data
def test_a_real_karyogram(data_root: Path) -> None:
    with zipfile.ZipFile(data_root / "g_band_spreads.zip") as archive:
        name = "g_band_spreads/97002023.12/karyogram.png"
        grey = np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("L"))
    found = from_karyogram(Spread("page", grey, Polarity.DARK))
    pairs = {str(number): 2 for number in range(1, 23)} | {"20": 1, "X": 2}
    assert Counter(one.expected for one in found) == Counter(pairs)
