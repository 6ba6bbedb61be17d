"""Chromosomes of a karyogram found again in the photograph that it was made of."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from napari_karyo.errors import KaryoError
from napari_karyo.segmentation.region import Region
from napari_karyo.training.segmentation.arranged import karyogram_spreads, whole
from napari_karyo.training.segmentation.evaluate import evaluate_segmentation
from napari_karyo.training.segmentation.located import locate
from napari_karyo.training.segmentation.matching import overlap_of_masks

_Greys = NDArray[np.uint8]

#: Row, column and angle of each chromosome; the first two cross, the third touches the second.
PLACES = ((60, 60, 20), (62, 66, 110), (100, 52, 35), (120, 130, 250), (40, 140, 300))


def banded(rng: np.random.Generator, long: int) -> NDArray[np.float64]:
    """Return a bar of dark and pale bands, 0 to 1 as dark, on a square of paper."""
    side = 61
    bands = ndimage.gaussian_filter1d(rng.normal(size=side), 2.0)
    along = 0.55 + 0.3 * bands / np.abs(bands).max()
    rows, columns = np.indices((side, side)) - side // 2
    return np.where((abs(rows) <= long // 2) & (abs(columns) <= 6), along[:, None], 0.0)


def on_paper(dark: NDArray[np.float64]) -> _Greys:
    """Return a picture of which all that is nearly paper is paper."""
    return np.round(255 * (1 - np.where(dark < 0.15, 0, dark))).astype(np.uint8)


def drawn(zoom: float) -> tuple[_Greys, list[_Greys], list[Region]]:
    """Return a photograph, its karyogram's chromosomes and where they lie.

    The chromosomes are cut out of the photograph, turned back, made larger and richer in
    contrast, as programs do.
    """
    rng = np.random.default_rng(3)
    passed = np.ones((170, 190))
    outlines, places = [], []
    for (row, column, angle), long in zip(PLACES, (55, 47, 39, 31, 27), strict=True):
        here = ndimage.rotate(banded(rng, long), angle, reshape=False, order=1)
        half = here.shape[0] // 2
        place = slice(row - half, row + half + 1), slice(column - half, column + half + 1)
        passed[place] *= 1 - here
        covered = np.zeros(passed.shape, np.bool_)
        covered[place] = here > 0.15
        region = Region.cut(covered)
        assert region is not None
        outlines.append(region)
        places.append((place, covered))
    crops = []
    for (place, covered), (_, _, angle) in zip(places, PLACES, strict=True):
        own = np.where(covered, 1 - passed, 0)[place]
        crop = ndimage.zoom(ndimage.rotate(own, -angle, reshape=False, order=1), zoom, order=1)
        crop = np.where(crop > 0.15, np.clip(1.4 * (crop - 0.5) + 0.5, 0.16, 1), 0)
        inner = ndimage.find_objects((crop > 0).astype(np.uint8))[0]
        crops.append(on_paper(crop[inner]))
    return on_paper(1 - passed), crops, outlines


@pytest.mark.parametrize("zoom", [1.0, 1.1])
def test_turned_crossing_and_touching_chromosomes_are_found_again(zoom: float) -> None:
    grey, crops, outlines = drawn(zoom)
    found = locate(grey, crops)
    there = [one.outline for one in found if one is not None]
    assert len(there) == len(crops)
    assert overlap_of_masks(outlines, there).diagonal().min() > 0.8
    for one, (_, _, angle) in zip(found, PLACES, strict=True):
        assert one is not None
        assert abs((one.angle - angle + 180) % 360 - 180) < 4


def test_what_is_not_in_the_photograph_is_not_located() -> None:
    grey, crops, outlines = drawn(1.0)
    stranger = on_paper(banded(np.random.default_rng(99), 29))[16:45, 24:37]
    found = locate(grey, [*crops, stranger])
    assert [one is not None for one in found] == [True] * len(crops) + [False]
    grey[outlines[3].place][outlines[3].mask] = 255
    found = locate(grey, crops)
    assert [one is not None for one in found] == [True, True, True, False, True]


def test_no_chromosomes_no_locations() -> None:
    assert locate(np.full((50, 50), 255, np.uint8), []) == []


def test_chromosomes_of_a_karyogram_are_whole_and_alone() -> None:
    karyogram = np.full((40, 60), 255, np.uint8)
    first, second = np.indices((20, 8)).sum(0) + 50, np.indices((12, 9)).sum(0) + 90
    karyogram[5:25, 10:18] = first
    # So near that the box of the first holds a corner of it.
    karyogram[13:25, 19:28] = second
    crop = np.where(np.indices((19, 9))[1] < 8, karyogram[5:24, 10:19], 255)
    lone = karyogram[13:24, 19:27]
    found = whole(karyogram, [crop, lone])
    np.testing.assert_array_equal(found[0][:, :8], first)
    assert (found[0][:, 8:] == 255).all()
    np.testing.assert_array_equal(found[1], second)
    with pytest.raises(KaryoError, match="no part of its karyogram"):
        whole(karyogram, [lone[::-1]])
    with pytest.raises(KaryoError, match="no part of its karyogram"):
        whole(karyogram, [np.full((4, 4), 255, np.uint8)])
    with pytest.raises(KaryoError, match="no part of its karyogram"):
        whole(karyogram[:10], [crop])


def write_archives(folder: Path) -> list[Region]:
    """Write two cells as the archives hold them, and return where the chromosomes lie."""
    grey, crops, outlines = drawn(1.0)
    stranger = on_paper(banded(np.random.default_rng(99), 29))[16:45, 24:37]
    karyogram = np.full((80, 150), 255, np.uint8)
    rows = ["stain,patient,cell,label,split,file"]
    with (
        zipfile.ZipFile(folder / "g_band.zip", "w") as singles,
        zipfile.ZipFile(folder / "g_band_spreads.zip", "w") as spreads,
    ):
        for number, crop in enumerate([*crops, stranger]):
            place = slice(5, 5 + crop.shape[0]), slice(20 * number, 20 * number + crop.shape[1])
            karyogram[place] = crop
        for cell in ("10.1", "11.2"):
            for number, crop in enumerate([*crops, stranger]):
                name = f"g_band/{cell}/{number + 1}_1.png"
                singles.writestr(name, png(crop[:-1, :-1]))
                rows.append(f"g_band,{cell[:2]},{cell},{number + 1},train,{name}")
            spreads.writestr(f"g_band_spreads/{cell}/metaphase.png", png(grey))
            spreads.writestr(f"g_band_spreads/{cell}/karyogram.png", png(karyogram))
    (folder / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return outlines


def png(picture: _Greys) -> bytes:
    """Return a picture as a file."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def test_spreads_are_read_with_classes_and_what_was_not_located(tmp_path: Path) -> None:
    outlines = write_archives(tmp_path)
    read = list(karyogram_spreads(tmp_path / "g_band_spreads.zip", ("train",), 2))
    assert [one.name for one in read] == ["10.1"]
    assert read[0].classes == ["1", "2", "3", "4", "5"]
    assert read[0].unlocated == ("6",)
    assert overlap_of_masks(outlines, read[0].outlines).diagonal().min() > 0.8


def test_a_split_without_such_spreads_has_no_figures(tmp_path: Path) -> None:
    write_archives(tmp_path)
    told: list[str] = []
    figures = evaluate_segmentation(
        tmp_path, "val", stains=("g_band_karyograms",), progress=told.append
    )
    assert figures == {}
    assert told == ["g_band_karyograms: no spread of val"]
