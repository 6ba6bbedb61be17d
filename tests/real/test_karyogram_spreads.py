"""A real karyogram found again in the photograph that it was made of."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from napari_karyo.training.segmentation.archives import grey_of
from napari_karyo.training.segmentation.arranged import whole
from napari_karyo.training.segmentation.located import locate

CELL = "97002123.10"
#: Those that lie in a corner of the photograph, of this height and width; two of them cross.
CORNER = (250, 300)
NAMES = ("13_2", "18_2", "21_2", "4_2", "5_2", "8_1", "X_2")


def test_real_chromosomes_are_located_and_their_mirror_images_are_not(data_root: Path) -> None:
    with (
        zipfile.ZipFile(data_root / "g_band_spreads.zip") as spreads,
        zipfile.ZipFile(data_root / "g_band.zip") as crops,
    ):
        grey = grey_of(spreads, f"g_band_spreads/{CELL}/metaphase.png")
        karyogram = grey_of(spreads, f"g_band_spreads/{CELL}/karyogram.png")
        cut = [grey_of(crops, f"g_band/{CELL}/{name}.png") for name in NAMES]
    corner = grey[: CORNER[0], : CORNER[1]]
    chromosomes = whole(karyogram, cut)
    for picture, crop in zip(chromosomes, cut, strict=True):
        # The crops lack their last row and column.
        assert picture.shape == (crop.shape[0] + 1, crop.shape[1] + 1)
        assert (picture[-1] < 255).any()
        assert (picture[:, -1] < 255).any()
    found = [one for one in locate(corner, chromosomes) if one is not None]
    assert len(found) == len(NAMES)
    assert min(one.agreement for one in found) > 0.9
    covered = np.zeros(corner.shape, np.int8)
    for one in found:
        covered[one.outline.place] += one.outline.mask
    # Nearly all that is stained, hardly any paper, and a crossing twice.
    assert (covered > 0)[corner < 255].mean() > 0.88
    assert (corner < 255)[covered > 0].mean() > 0.95
    assert np.count_nonzero(covered > 1) > 100
    # A straight chromosome is nearly its own mirror image; a bent one is not.
    mirrored = [picture[:, ::-1] for picture in chromosomes]
    assert sum(one is not None for one in locate(corner, mirrored)) <= len(NAMES) // 2
