"""The table of bands, and the ideograms drawn from it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from napari_karyo.band_profiles import profiles
from napari_karyo.classes import CLASSES
from napari_karyo.errors import KaryoError
from napari_karyo.ideogram.average import average_picture, average_width
from napari_karyo.ideogram.bands import LEVELS, load_bands
from napari_karyo.ideogram.draw import band_labels, draw_ideogram
from napari_karyo.simulation import draw

ACROCENTRIC = ("13", "14", "15", "21", "22")


def centromere(name: str) -> float:
    """Return where a class's centromere is, as a share of its length from the p end."""
    bands = load_bands()[name]
    return next(band.start for band in bands if band.arm == "q") / bands[-1].stop


@pytest.mark.parametrize("level", LEVELS)
def test_bands_are_complete_and_follow_one_another(level: int) -> None:
    table = load_bands(level)
    assert tuple(table) == CLASSES
    total = sum(map(len, table.values()))
    # The acrocentric short arms and Y are counted beside the haploid set's autosomes and X.
    assert level - 25 <= total <= level + 25
    for bands in table.values():
        assert bands[0].start == 0
        assert all(one.stop == other.start for one, other in pairwise(bands))
        assert all(one.start < one.stop for one in bands)
        arms = "".join(one.arm for one in bands)
        assert set(arms) == {"p", "q"}
        assert arms == "".join(sorted(arms))
        assert [one.name[0] for one in bands] == list(arms)
        centre = [one.stain for one in bands].index("acen")
        assert (bands[centre].arm, bands[centre + 1].arm) == ("p", "q")
        assert bands[centre + 1].stain == "acen"
        assert {one.density for one in bands if one.stain == "gpos"} <= {25, 50, 75, 100}
        assert {one.density for one in bands if one.stain != "gpos"} == {0}


def test_levels_agree_on_what_is_a_chromosome() -> None:
    lengths = [{name: bands[-1].stop for name, bands in load_bands(k).items()} for k in LEVELS]
    assert lengths[0] == lengths[1] == lengths[2]
    assert max(lengths[0], key=lambda name: lengths[0][name]) == "1"
    assert {name for name in CLASSES if any(b.stain == "stalk" for b in load_bands()[name])} == set(
        ACROCENTRIC
    )


def test_centromeres_are_where_the_average_chromosomes_have_their_waist() -> None:
    table = profiles.load_profile("G").classes
    for name in CLASSES[:12]:
        assert centromere(name) == pytest.approx(draw.centromere(table[name]), abs=0.05), name


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(KaryoError, match="700"):
        load_bands(700)


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("name", ["1", "11", "13", "21", "X"])
def test_bands_are_drawn_where_the_table_says(name: str, dark: bool) -> None:
    height = 900
    picture = draw_ideogram(name, height, 400, width=40, dark=dark)
    assert picture.shape == (height, 40)
    bands = load_bands(400)[name]
    axis = picture[:, 20].astype(int)
    greys = {}
    for band in bands:
        row = round(band.middle * height / bands[-1].stop)
        if band.stain in ("gpos", "gneg"):
            greys.setdefault(band.density, set()).add(int(axis[row]))
    # One grey a density, and the denser the farther from the paper.
    assert all(len(found) == 1 for found in greys.values())
    ordered = [greys[density].pop() for density in sorted(greys)]
    assert ordered == sorted(ordered, reverse=dark)
    assert abs(ordered[0] - ordered[-1]) > 150


def test_the_outline_is_rounded_and_has_its_waist_at_the_centromere() -> None:
    # On black even what is not stained stands out from the paper.
    picture = draw_ideogram("3", 400, width=40, dark=False)
    wide = (picture > 20).sum(axis=1)
    assert wide[0] < 20
    assert wide[-1] < 20
    inner = slice(40, -40)
    assert (40 + wide[inner].argmin()) / 400 == pytest.approx(centromere("3"), abs=0.01)
    assert wide[inner].min() < 20
    assert wide[100] == 40


def test_what_is_no_plain_band_is_told_apart() -> None:
    height = 600
    picture = draw_ideogram("13", height, width=60).astype(int)
    bands = load_bands(400)["13"]

    def rows(name: str) -> np.ndarray:
        band = next(one for one in bands if one.name == name)
        at = np.array([band.start, band.stop]) * height / bands[-1].stop
        return picture[round(at[0]) + 2 : round(at[1]) - 2]

    # A stalk is narrow: paper on both sides.
    assert (rows("p12")[:, [5, 12, -13, -6]] == 255).all()
    assert (rows("q21")[:, [5, 12, -13, -6]] < 255).all()
    # Hatched: many greys along the row; a plain band has one.
    assert rows("p11.2")[2:, 20:40].std(axis=1).min() > 10
    assert rows("q21")[:, 20:40].std() == 0


def test_a_brilliant_y_and_a_dull_9_in_fluorescence() -> None:
    def of(name: str, band: str) -> float:
        bands = load_bands(400)[name]
        one = next(item for item in bands if item.name == band)
        at = np.array([one.start, one.stop]) * 300 / bands[-1].stop
        part = draw_ideogram(name, 300, width=30, dark=False)[round(at[0]) + 8 : round(at[1]) - 8]
        return float(part[:, 10:20].mean())

    assert of("Y", "q12") > of("9", "q12") + 80


@pytest.mark.parametrize("height", [1, 2, 3, 7, 40, 600])
def test_any_size_can_be_drawn(height: int) -> None:
    for name in ("1", "13", "Y"):
        assert draw_ideogram(name, height, 850, width=max(1, height // 9)).shape[0] == height
        assert average_picture(name, "Q", height).shape[0] == height
        band_labels(name, height, 850, size=10)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("height", [30, 120, 500])
def test_names_of_bands_never_overlap(height: int, level: int) -> None:
    for name in CLASSES:
        places = band_labels(name, height, level, size=10)
        rows = [y for _, y in places]
        assert places
        assert all(5 <= y <= height - 5 for y in rows)
        assert all(b - a >= 10 for a, b in pairwise(rows))


def test_names_stand_at_their_bands_and_are_more_with_more_room() -> None:
    bands = {band.name: band for band in load_bands(400)["7"]}
    places = dict(band_labels("7", 800, size=10))
    # q21 is one band at this level; q11 has sub-bands, the centromere's own left out.
    assert places["q21"] == pytest.approx(bands["q21"].middle * 800 / bands["q36"].stop)
    assert set(places) > set(dict(band_labels("7", 100, size=10)))


@pytest.mark.parametrize("name", [*CLASSES[:15], "X"])
def test_the_average_has_the_ideograms_bands(name: str) -> None:
    rows = 96
    picture = average_picture(name, "G", 4 * rows)
    middle = picture.shape[1] // 2
    around = slice(middle - picture.shape[1] // 5, middle + picture.shape[1] // 5)
    bands = picture[:, around].mean(axis=1).reshape(rows, 4).mean(axis=1)
    # One row of the ideogram is finer than the microscope.
    drawn = load_bands()[name]
    stops = [band.stop for band in drawn]
    at = [drawn[np.searchsorted(stops, (row + 0.5) / rows * stops[-1])] for row in range(rows)]
    known = np.array([band.stain in ("gneg", "gpos") for band in at])
    dark = np.where(known, [band.density / 100 for band in at], 0.4)
    wanted = np.convolve(dark, np.ones(5) / 5, "same")
    upright = np.corrcoef(wanted[known], bands[known])[0, 1]
    upside_down = np.corrcoef(wanted[known], bands[::-1][known])[0, 1]
    assert upright > 0.4
    assert upright > upside_down + 0.1


def test_the_average_is_the_same_each_time_and_straight() -> None:
    first = average_picture("5", "G", 200)
    average_picture.cache_clear()
    assert np.array_equal(first, average_picture("5", "G", 200))
    # Symmetric about its axis, as no chromosome left to chance is.
    assert np.abs(first - first[:, ::-1]).mean() < 0.02
    assert first.max() <= 1.1
    assert first[100, first.shape[1] // 2] > 0.3
    assert first.shape[1] == pytest.approx(average_width("5", "G", 200), rel=0.25)
    assert not np.array_equal(first, average_picture("5", "Q", 200))
