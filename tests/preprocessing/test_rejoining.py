"""What was cut in two and put together again is what was photographed."""

from __future__ import annotations

import io
import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from napari_karyo.cell import Polarity
from napari_karyo.preprocessing.foreground import bright_on_black, foreground
from napari_karyo.preprocessing.pieces import merge_crops, split_crop
from napari_karyo.preprocessing.upright import upright

PAPER = 0.06


def banded(length: int = 70, angle: float = 25.0, bend: float = 0.0) -> NDArray[np.float32]:
    """Return a banded rod, bright on black, waisted above its middle."""
    rows, columns = np.mgrid[: length + 30, : length + 30].astype(float) - (length + 29) / 2
    turn = np.deg2rad(angle)
    along = rows * np.cos(turn) + columns * np.sin(turn)
    across = columns * np.cos(turn) - rows * np.sin(turn) - bend * along**2 / length
    half = 6.5 - 2.0 * np.exp(-(((along + length / 8) / 3) ** 2))
    inside = (np.abs(along) < length / 2) & (np.abs(across) < half)
    return np.asarray(
        ndimage.gaussian_filter(inside * (0.55 + 0.25 * np.sin(along / 3.1)), 0.8), np.float32
    )


def photographed(
    bright: NDArray[np.float32], polarity: Polarity, white: float = 255, kind: type = np.uint8
) -> NDArray[Any]:
    grey = PAPER + (1 - PAPER) * bright
    noise = np.random.default_rng(3).normal(0, 0.004, grey.shape)
    grey = np.clip(grey + noise, 0, 1)
    return np.rint((1 - grey if polarity is Polarity.DARK else grey) * white).astype(kind)


def cut_across(
    image: NDArray[Any], polarity: Polarity, share: float = 0.5, white: float | None = None
) -> list[NDArray[Any]]:
    """Cut a crop across its long axis."""
    picture = upright(bright_on_black(image, polarity, white or 255.0))
    row = picture.grid[round(share * (len(picture.grid) - 1))]
    return [piece.image for piece in split_crop(image, row[[0, -1]], polarity, white=white)]


def difference(
    image: NDArray[Any], again: NDArray[Any], polarity: Polarity, white: float = 255.0
) -> float:
    """Return the largest difference in grey values within the chromosome, where it lies best.

    Both ways up: the first piece keeps the way that it has on the page.
    """
    bright = bright_on_black(image, polarity, white)
    mask = ndimage.binary_dilation(foreground(bright))
    rows, columns = (np.nonzero(mask.any(axis=axis))[0] for axis in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    mask, shown = mask[box], image[box].astype(float)
    least = math.inf
    for way in (again, again[::-1, ::-1]):
        wide = np.pad(way.astype(float), 3, mode="edge")
        for top in range(wide.shape[0] - shown.shape[0] + 1):
            for left in range(wide.shape[1] - shown.shape[1] + 1):
                there = wide[top : top + shown.shape[0], left : left + shown.shape[1]]
                least = min(least, float(np.abs(there - shown)[mask].max()))
    return least


@pytest.mark.parametrize("polarity", list(Polarity))
@pytest.mark.parametrize("share", [0.2, 0.4, 0.7])
@pytest.mark.parametrize("angle", [0.0, 35.0, 85.0])
def test_drawn_crops_come_back(polarity: Polarity, share: float, angle: float) -> None:
    image = photographed(banded(angle=angle, bend=0.2), polarity)
    pieces = cut_across(image, polarity, share)
    for pair in (pieces, pieces[::-1]):
        again = merge_crops(*pair, polarity, photographs=[image])
        assert difference(image, again, polarity) <= 1


def test_deep_crops_come_back() -> None:
    image = photographed(banded(), Polarity.DARK, 4095, np.uint16)
    pieces = cut_across(image, Polarity.DARK, white=4095.0)
    again = merge_crops(*pieces, Polarity.DARK, white=4095.0, photographs=[image])
    assert again.dtype == np.uint16
    assert difference(image, again, Polarity.DARK, 4095.0) <= 1


def test_pieces_of_pieces_come_back_in_any_order() -> None:
    image = photographed(banded(90, 10.0), Polarity.BRIGHT)
    upper, rest = cut_across(image, Polarity.BRIGHT, 0.3)
    middle, lower = cut_across(rest, Polarity.BRIGHT, 0.5)
    both = merge_crops(upper, middle, Polarity.BRIGHT, photographs=[image])
    # The third is not in it.
    sizes = [int(foreground(bright_on_black(one, Polarity.BRIGHT)).sum()) for one in (image, both)]
    assert 0.5 < sizes[1] / sizes[0] < 0.8
    again = merge_crops(both, lower, Polarity.BRIGHT, photographs=[rest, image])
    assert difference(image, again, Polarity.BRIGHT) <= 2


def test_a_crop_cut_tight_comes_back() -> None:
    image = photographed(banded(angle=0.0), Polarity.DARK)
    mask = foreground(bright_on_black(image, Polarity.DARK))
    rows, columns = (np.nonzero(mask.any(axis=axis))[0] for axis in (1, 0))
    tight = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    pieces = cut_across(tight, Polarity.DARK)
    again = merge_crops(*pieces, Polarity.DARK, photographs=[tight])
    assert difference(tight, again, Polarity.DARK) <= 1


@pytest.mark.parametrize("turned", [(False, False), (True, True), (True, False)])
def test_put_back_by_hand_it_lies_as_it_lay_and_elsewhere_where_it_was_put(
    turned: tuple[bool, bool],
) -> None:
    image = photographed(banded(angle=0.0), Polarity.DARK)
    pieces = cut_across(image, Polarity.DARK, 0.4)
    way = -1.0 if turned[0] else 1.0
    halves = [len(upright(bright_on_black(one, Polarity.DARK)).mask) / 2 for one in pieces]
    down = way * (sum(halves) - 4)
    angle = 0.0 if turned[0] == turned[1] else 180.0
    for off in ((0.0, 0.0), (3.0, -4.0)):
        again = merge_crops(
            *pieces,
            Polarity.DARK,
            offset=(down + off[0], off[1]),
            turned=turned,
            angle=angle,
            photographs=[image],
        )
        assert difference(image, again, Polarity.DARK) <= 1
    # At the other end, or the other way up, it is what the person made of it.
    for place, tilt in (((-down, 0.0), 0.0), ((down, 0.0), 180.0)):
        other = merge_crops(
            *pieces,
            Polarity.DARK,
            offset=place,
            turned=turned,
            angle=angle + tilt,
            photographs=[image],
        )
        assert difference(image, other, Polarity.DARK) > 20


def test_pieces_of_another_photograph_are_joined_as_they_fit() -> None:
    image, other = (photographed(banded(angle=one), Polarity.DARK) for one in (0.0, 40.0))
    pieces = [cut_across(one, Polarity.DARK)[0] for one in (image, other)]
    joined = merge_crops(*pieces, Polarity.DARK)
    assert np.array_equal(joined, merge_crops(*pieces, Polarity.DARK, photographs=[image, other]))


@pytest.mark.parametrize("polarity", list(Polarity))
def test_the_seam_of_two_that_were_never_one_is_like_what_is_near(polarity: Polarity) -> None:
    plain = np.zeros((74, 50), np.float32)
    plain[12:62, 18:32] = 0.6
    one = photographed(ndimage.gaussian_filter(plain, 1.0), polarity)
    for deep in range(1, 9):
        joined = merge_crops(one, one, polarity, offset=(52.0 - deep, 0.0))
        bright = bright_on_black(joined, polarity)
        mask = foreground(bright)
        rows = np.nonzero(mask.any(axis=1))[0]
        inner = bright[rows[0] + 6 : rows[-1] - 5]
        # No dark and no pale band, and no place where it is wider or narrower.
        middle = inner[:, inner.shape[1] // 2]
        usual = float(np.median(middle))
        assert middle.max() < 1.04 * usual, deep
        # Where they hardly touch a waist is left.
        assert middle.min() > (0.8 if deep < 3 else 0.9) * usual, deep
        stained = (inner - PAPER).sum(axis=1)
        assert stained.max() < 1.04 * np.median(stained), deep
        assert stained.min() > (0.75 if deep < 3 else 0.9) * np.median(stained), deep


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("stain", "polarity", "cell"),
    [("g_band", Polarity.DARK, "97002271.11"), ("q_band", Polarity.BRIGHT, "cell_001")],
)
def test_real_crops_come_back(data_root: Path, stain: str, polarity: Polarity, cell: str) -> None:
    with zipfile.ZipFile(data_root / f"{stain}.zip") as archive:
        names = [one for one in archive.namelist() if f"/{cell}/" in one and one.endswith(".png")]
        images = {one: np.array(Image.open(io.BytesIO(archive.read(one)))) for one in names}
    for name, image in list(images.items())[::4] + [
        one for one in images.items() if one[0].endswith("/11_2.png")
    ]:
        pieces = cut_across(image, polarity, 0.42)
        again = merge_crops(*pieces, polarity, photographs=[image])
        # A speck beside it, that neither piece took along, is no part of it.
        assert difference(image, again, polarity) <= 1, name
