"""What the program says of material that no network was trained on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from napari_karyo.band_profiles.profiles import ROWS
from napari_karyo.cell import Cell, Chromosome, Lost, Polarity
from napari_karyo.classes import CLASSES, TRAY
from napari_karyo.classified import propose
from napari_karyo.classified.heading import heading_of
from napari_karyo.inference.assignment import placements
from napari_karyo.inference.classify import classify
from napari_karyo.inference.confidence import Light, lights
from napari_karyo.inference.familiarity import (
    FOREIGN_FROM,
    OF_FEW,
    SHARE_SURE,
    STRANGE_FROM,
    SURE_FROM,
    UNKNOWN_FROM,
    UNUSUAL_FROM,
    features,
    judged,
    strangeness,
)
from napari_karyo.inference.likeness import Likeness, band_profile
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.inference.result import Classification
from napari_karyo.preprocessing.foreground import bright_on_black, foreground
from napari_karyo.simulation.sample import simulate_cell


@pytest.fixture(scope="module")
def known() -> Classification:
    """A simulated cell as the shipped model reads it."""
    return classify(simulate_cell("47,XY,+21", seed=1, stain="G"), ClassifyOptions(device="cpu"))


def within_outline(cell: Cell, change: object) -> Cell:
    """Return a cell with the greys inside the outlines changed, dark stain on white."""
    crops = []
    for item in cell:
        bright = bright_on_black(item.image, cell.polarity)
        mask = foreground(bright)
        other = np.where(mask, change(bright, mask), bright)  # type: ignore[operator]
        crops.append(replace(item, image=np.rint(255 * (1 - other)).astype(np.uint8)))
    return replace(cell, chromosomes=tuple(crops))


def inverted(bright: np.ndarray, mask: np.ndarray) -> np.ndarray:
    low, high = np.quantile(bright[mask], (0.02, 0.98))
    return np.clip(low + high - bright, low, high)


def solid(bright: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return np.full_like(bright, np.median(bright[mask]))


def test_a_cell_like_those_learned_from_is_known(known: Classification) -> None:
    assert not known.unknown
    assert not known.withheld
    assert not known.foreign.any()
    shown = lights(known, dict(enumerate(placements(known))))
    assert sum(light is Light.SURE for light in shown.values()) > 40


@pytest.mark.parametrize(("change", "word"), [(inverted, "R-banding"), (solid, "no bands")])
def test_other_bands_and_none_are_known_as_unknown(change: object, word: str) -> None:
    cell = within_outline(simulate_cell("46,XX", seed=2, stain="G"), change)
    found = classify(cell, ClassifyOptions(device="cpu"))
    assert word in found.unknown
    # A header that holds little of the sentence must say what it seems to be.
    assert found.unknown.index(word) < 40
    assert found.unknown[0].isupper()
    heading = heading_of(found, propose(found))
    assert not heading.recognized
    assert heading.total == len(found)
    shown = lights(found, dict(enumerate(placements(found))))
    assert set(shown.values()) == {Light.UNKNOWN}


def test_the_wrong_stain_is_named(known: Classification) -> None:
    wrong = replace(known, cell=replace(known.cell, polarity=Polarity.BRIGHT))
    found = judged(wrong, np.full(len(known), -2.0))
    assert "seem to be dark" in found.unknown
    assert found.unknown[0].isupper()


def test_what_is_no_chromosome_goes_to_the_tray_and_the_cell_stays_known(
    known: Classification,
) -> None:
    down, right = np.mgrid[:90, :90]
    nucleus = np.where((down - 45) ** 2 + (right - 45) ** 2 < 38**2, 120, 255).astype(np.uint8)
    rng = np.random.default_rng(4)
    cloud = ndimage.gaussian_filter(rng.normal(size=(60, 50)), 3)
    noise = np.where(cloud > np.quantile(cloud, 0.4), 90, 255).astype(np.uint8)
    more = (Chromosome("nucleus", nucleus), Chromosome("noise", noise))
    cell = replace(known.cell, chromosomes=(*known.cell.chromosomes, *more))
    found = classify(cell, ClassifyOptions(device="cpu"))
    assert not found.unknown
    assert found.foreign.tolist() == [False] * len(known) + [True, True]
    slots = placements(found)
    assert slots[-2:] == (TRAY, TRAY)
    assert lights(found, dict(enumerate(slots)))[len(known)] is Light.UNKNOWN


def test_a_folder_of_other_things_is_unknown() -> None:
    rng = np.random.default_rng(5)
    crops = []
    for number in range(20):
        cloud = ndimage.gaussian_filter(rng.normal(size=(60, 60)), 2.5)
        image = np.where(cloud > np.quantile(cloud, 0.5), 60, 255).astype(np.uint8)
        crops.append(Chromosome(f"cloud {number}", image))
    found = classify(Cell("clouds", tuple(crops), Polarity.DARK), ClassifyOptions(device="cpu"))
    assert "no single chromosomes" in found.unknown


def test_no_greys_are_unknown_whatever_the_network_says(known: Classification) -> None:
    cell = replace(known.cell, lost=frozenset({Lost.GREYS}))
    found = judged(replace(known, cell=cell), np.zeros(len(known)))
    assert "no bands" in found.unknown


def part_of(cell: Classification, count: int) -> Classification:
    """Return the first crops of a classified cell."""
    rows = (
        "probabilities",
        "p_arm_up",
        "attention",
        "uprights",
        "inputs",
        "input_grids",
        "scales",
        "foreign",
        "strange",
    )
    crops = replace(cell.cell, chromosomes=cell.cell.chromosomes[:count])
    return replace(cell, cell=crops, **{name: getattr(cell, name)[:count] for name in rows})


@pytest.mark.parametrize("count", [47, 9])
def test_weak_answers_take_the_sure_light_and_weaker_ones_the_cell(
    known: Classification, count: int
) -> None:
    cell, few = part_of(known, count), OF_FEW / np.sqrt(count)

    def told(strength: float) -> Classification:
        return judged(cell, np.full(count, strength))

    assert not told(0.0).withheld
    weak = told(UNUSUAL_FROM - few - 0.01)
    assert "nothing is called sure" in weak.withheld
    assert not weak.unknown
    assert told(UNKNOWN_FROM - few - 0.01).unknown


@pytest.mark.parametrize(("sure", "from_"), [(33, 0.95), (32, SURE_FROM)])
def test_where_few_are_sure_more_is_asked_of_them(
    known: Classification, sure: int, from_: float
) -> None:
    cell, count = part_of(known, 47), 47
    assert sure / count > SHARE_SURE - 0.02
    rows = np.full((count, len(CLASSES)), 1e-4, np.float32)
    rows[:, 0] = np.where(np.arange(count) < sure, 0.97, 0.9)
    cell = replace(cell, probabilities=rows, thresholds=(0.5, 0.95))
    assert judged(cell, np.zeros(count)).thresholds == (0.5, from_)
    # A threshold that is stricter already stays.
    cell = replace(cell, thresholds=(0.5, 0.995))
    assert judged(cell, np.zeros(count)).thresholds == (0.5, 0.995)


def test_only_what_speaks_against_a_chromosome_counts() -> None:
    none = np.zeros(3)
    usual = Likeness(none, none + 0.77, none + 0.287, none, none, none + 1)
    better = Likeness(none + 1, none + 1, none + 1, none + 0.5, none, none + 1)
    assert features(better, Polarity.DARK).tolist() == np.zeros((3, 6)).tolist()
    assert strangeness(better, Polarity.DARK) == pytest.approx(strangeness(usual, Polarity.DARK))
    short = Likeness(none, none + 0.77, none + 0.287, np.array([0, -1, -3.0]), none, none + 1)
    score = strangeness(short, Polarity.DARK)
    assert score[0] < STRANGE_FROM < FOREIGN_FROM < score[2]
    assert np.all(np.diff(score) > 0)


def test_a_band_profile_is_read_from_the_p_end() -> None:
    picture = np.zeros((40, 20), np.float32)
    picture[5:35, 6:14] = 0.3
    picture[6:10, 6:14] = 0.9
    up, down = band_profile(picture), band_profile(picture[::-1], p_arm_up=False)
    assert up.shape == (ROWS,)
    assert up[:15].max() == pytest.approx(0.9, abs=0.02)
    assert up[40:].max() == pytest.approx(0.3, abs=0.02)
    np.testing.assert_allclose(up, down)
    assert not band_profile(np.zeros_like(picture)).any()


def test_resized_crops_are_read_at_the_scale_that_their_widths_tell() -> None:
    cell = simulate_cell("46,XX", seed=6, stain="G")
    truth = [item.expected for item in cell]
    crops = []
    for item in cell:
        by = 200 / max(item.image.shape)
        size = tuple(max(1, round(by * length)) for length in item.image.shape[::-1])
        picture = Image.fromarray(item.image).resize(size, Image.Resampling.BICUBIC)
        crops.append(replace(item, image=np.asarray(picture)))
    resized = replace(cell, chromosomes=tuple(crops))
    as_it_is = classify(resized, ClassifyOptions(device="cpu"))
    found = classify(replace(resized, lost=frozenset({Lost.SCALE})), ClassifyOptions(device="cpu"))
    right = [
        sum(slot == label for slot, label in zip(placements(one), truth, strict=True))
        for one in (as_it_is, found)
    ]
    assert right[1] > right[0]
    assert right[1] >= 35
    assert "resized to one size" in found.withheld or found.unknown
    shown = lights(found, dict(enumerate(placements(found))))
    assert Light.SURE not in shown.values()
    assert np.ptp(found.scales) > 0
    assert propose(as_it_is).lengths_lost is False
    assert propose(found).not_proposed
