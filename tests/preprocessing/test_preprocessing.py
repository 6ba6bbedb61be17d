"""The chain from a crop to the network's input, on drawn chromosomes."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import prepare
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from napari_karyo.cell import Cell, Chromosome, Polarity
from napari_karyo.classes import AUTOSOMES, CLASS_INDEX
from napari_karyo.errors import PreprocessingError
from napari_karyo.preprocessing.back_projection import back_project
from napari_karyo.preprocessing.canvas import to_canvas
from napari_karyo.preprocessing.foreground import bright_on_black, foreground
from napari_karyo.preprocessing.length import length_factor
from napari_karyo.preprocessing.prepare import InputSettings, stand_upright
from napari_karyo.preprocessing.scale import factor_of_classes, same_factor, usual_lengths
from napari_karyo.preprocessing.straighten import straighten
from napari_karyo.preprocessing.upright import principal_angle, upright


def draw(path: np.ndarray, width: float = 5.0, shape: tuple[int, int] = (120, 120)) -> np.ndarray:
    """Draw a banded chromosome along a path of (row, column) points, bright on black."""
    fine, coarse = np.linspace(0, 1, 600), np.linspace(0, 1, len(path))
    dense = np.stack([np.interp(fine, coarse, path[:, k]) for k in (0, 1)], axis=-1)
    rows, columns = np.indices(shape)
    distance = np.hypot(
        rows[..., None] - dense[None, None, :, 0], columns[..., None] - dense[None, None, :, 1]
    )
    nearest = distance.argmin(axis=-1) / 600
    inside = np.clip(width + 0.5 - distance.min(axis=-1), 0, 1)
    bands = 0.6 + 0.3 * np.sin(nearest * 25) + 0.1 * nearest
    return (inside * bands).astype(np.float32)


def line(angle: float, length: float = 70.0) -> np.ndarray:
    """Return a straight path through the middle at an angle to the vertical."""
    down = np.array([np.cos(angle), np.sin(angle)])
    return 60 + np.linspace(-length / 2, length / 2, 20)[:, None] * down


def arc(radius: float = 35.0, share: float = 0.8) -> np.ndarray:
    """Return a path bent into an arc; its length is radius * pi * share."""
    turn = np.linspace(-np.pi * share / 2, np.pi * share / 2, 60)
    return np.stack([60 + radius * np.sin(turn), 35 + radius * np.cos(turn)], axis=-1)


def test_dark_stain_becomes_bright() -> None:
    image = np.array([[255, 0], [128, 255]], np.uint8)
    assert np.allclose(
        bright_on_black(image, Polarity.DARK), [[0, 1], [1 - 128 / 255, 0]], atol=1e-6
    )
    assert np.allclose(bright_on_black(image, Polarity.BRIGHT) * 255, image)


def test_foreground_is_the_largest_object_without_its_neighbour() -> None:
    image = draw(line(0.0))
    image[5:12, 5:12] = 0.9
    mask = foreground(image)
    assert mask[60, 60]
    assert not mask[8, 8]


def test_an_arm_beyond_a_pale_stretch_belongs_to_its_chromosome() -> None:
    image = draw(line(0.0))
    # As the heterochromatin of 1 and 9 in Q-banding: dim, but not black.
    image[55:59] *= 0.15
    mask = foreground(image)
    assert mask[40, 60]
    assert mask[57, 60]
    assert mask[80, 60]
    image[55:59] = 0.0
    assert not foreground(image)[40, 60], "black between them: two objects"


def test_a_satellite_belongs_to_its_chromosome() -> None:
    image = draw(line(0.0), width=8)
    image[8:12, 58:63] = 0.4
    image[12:17, 60] = 0.08
    assert foreground(image)[10, 60]


def test_a_chromosome_beside_another_is_removed_though_it_touches_faintly() -> None:
    image = draw(line(0.0), width=8)
    beside = draw(line(0.0, 40.0), width=6)
    image = np.maximum(image, np.roll(beside, 17, axis=1))
    image[50:70, 69:71] = np.maximum(image[50:70, 69:71], 0.1)
    mask = foreground(image)
    assert mask[60, 60]
    assert not mask[60, 77]


def test_foreground_fills_holes() -> None:
    image = draw(line(0.0), width=8)
    image[58:61, 59:62] = 0
    assert foreground(image)[59, 60]


@pytest.mark.parametrize("ground", [0.0, 0.15])
def test_grain_of_the_background_is_no_chromosome(ground: float) -> None:
    clean = 0.4 * draw(line(0.3))
    grain = np.random.default_rng(0).normal(ground, 0.1, clean.shape)
    mask = foreground(np.clip(clean + grain, 0, 1).astype(np.float32))
    true = foreground(clean)
    assert 2 * (mask & true).sum() / (mask.sum() + true.sum()) > 0.9


@pytest.mark.parametrize("seed", range(12))
def test_grain_alone_never_fills_the_crop(seed: int) -> None:
    grain = np.random.default_rng(seed).normal(0.3, 0.1, (60, 40)).astype(np.float32)
    try:
        mask = foreground(grain)
    except PreprocessingError:
        return
    assert mask.mean() < 0.5


@pytest.mark.parametrize("fill", [0.0, 1.0, 0.5])
def test_an_image_of_one_grey_holds_no_chromosome(fill: float) -> None:
    with pytest.raises(PreprocessingError, match="no chromosome"):
        foreground(np.full((40, 30), fill, np.float32))


@pytest.mark.parametrize("degrees", [-70, -35, 0, 20, 60])
def test_the_principal_axis_is_found_and_stood_upright(degrees: int) -> None:
    angle = np.radians(degrees)
    image = draw(line(angle))
    assert np.degrees(principal_angle(foreground(image))) == pytest.approx(degrees, abs=3)
    picture = upright(image)
    rows, columns = np.nonzero(picture.mask)
    assert np.ptp(rows) > 5 * np.ptp(columns)
    assert picture.length == pytest.approx(80, abs=5)


def test_a_quarter_turn_is_never_exceeded_so_polarity_survives() -> None:
    path = line(np.radians(40))
    picture = upright(draw(path))
    # The drawn chromosome is brighter at the end of its path, which lies lower.
    half = picture.image.shape[0] // 2
    assert picture.image[half:].sum() > picture.image[:half].sum()


def test_the_axis_of_a_bent_chromosome_is_measured_along_the_bend() -> None:
    picture = upright(draw(arc()))
    true = 35 * np.pi * 0.8 + 10
    assert picture.length == pytest.approx(true, rel=0.08)


def test_straightening_makes_a_bent_chromosome_straight() -> None:
    straight = straighten(upright(draw(arc())))
    rows, columns = np.nonzero(straight.mask)
    assert np.ptp(rows) > 6 * np.ptp(columns)
    weights = straight.image.sum(axis=1)
    centres = (straight.image * np.arange(straight.image.shape[1])).sum(axis=1)[weights > 1]
    assert np.ptp(centres / weights[weights > 1]) < 4


@pytest.mark.parametrize("turn", [0, 1])
def test_a_hook_and_an_s_are_pulled_straight(turn: int) -> None:
    rows = np.linspace(25, 95, 60)
    paths = (
        np.stack([rows, 60 + 14 * np.sin((rows - 25) / 70 * 2 * np.pi)], -1),
        np.concatenate([arc(18.0, 0.5), np.stack([np.linspace(78, 105, 20), np.full(20, 35)], -1)]),
    )
    path = paths[turn]
    picture = upright(draw(path, width=6.0))
    true = float(np.hypot(*np.diff(path, axis=0).T).sum()) + 12
    assert picture.length == pytest.approx(true, rel=0.1)
    straight = straighten(picture)
    rows, columns = np.nonzero(straight.mask)
    assert np.ptp(columns) < 24


def test_the_other_arm_of_a_u_stays_out_of_the_straightened_picture() -> None:
    straight = straighten(upright(draw(arc(16.0, 1.1), width=7.0)))
    for row in straight.mask:
        columns = np.nonzero(row)[0]
        assert len(columns) in (0, np.ptp(columns) + 1 if len(columns) else 0)


def test_a_short_wide_chromosome_stays_as_it_is() -> None:
    rows, columns = np.indices((40, 40))
    image = (np.hypot((rows - 20) / 13, (columns - 20 - 0.25 * (rows - 20)) / 9) < 1) * 0.8
    picture = upright(image.astype(np.float32))
    assert np.ptp(picture.axis[:, 1]) < 0.5


def test_straightening_keeps_the_order_of_the_bands() -> None:
    picture = straighten(upright(draw(line(0.3))))
    straight = straighten(upright(draw(arc(35.0, 70 / 35 / np.pi))))
    a, b = (
        np.interp(np.linspace(0, 1, 50), np.linspace(0, 1, len(p)), p)
        for p in (item.image.max(axis=1) for item in (picture, straight))
    )
    assert np.corrcoef(a, b)[0, 1] > 0.8


@pytest.mark.parametrize("path", [line(0.5), arc()], ids=["turned", "bent"])
@pytest.mark.parametrize("pull", [False, True], ids=["as it is", "straightened"])
def test_the_network_input_is_carried_back_onto_the_crop(path: np.ndarray, pull: bool) -> None:
    image = draw(path)
    picture = upright(image)
    shown = straighten(picture) if pull else picture
    drawn, grid = to_canvas(shown, 1.1, 128, 64, shown.brightness)
    back = back_project(drawn, grid, image.shape)
    top = np.quantile(image[foreground(image)], 0.98)
    inside = ndimage.binary_erosion(foreground(image), iterations=2)
    assert np.abs(back - image / top)[inside].mean() < 0.06
    assert back[~ndimage.binary_dilation(foreground(image), iterations=4)].max() < 0.1


def test_a_spot_on_the_input_lands_on_its_own_place_of_the_crop() -> None:
    image = draw(line(0.6))
    picture = upright(image)
    _, grid = to_canvas(picture, 1.3, 128, 64, picture.brightness)
    spot = np.zeros((128, 64), np.float32)
    spot[40, 33] = 1
    back = back_project(spot, grid, image.shape)
    assert np.hypot(*(np.unravel_index(back.argmax(), back.shape) - grid[40, 33])) < 1.0


def test_one_factor_keeps_relative_length() -> None:
    lengths = [40.0, 60.0, 100.0]
    factor = length_factor(lengths, 96.0, quantile=1.0)
    assert factor == pytest.approx(0.96)


def test_the_factor_does_not_hang_on_the_longest_chromosome() -> None:
    lengths = list(np.linspace(20, 100, 46))
    merged = [*lengths[:-1], 260.0]
    assert length_factor(merged, 96) == pytest.approx(length_factor(lengths, 96), rel=0.01)


@pytest.mark.parametrize("lengths", [[], [0.0], [float("nan")]])
def test_no_length_no_factor(lengths: list[float]) -> None:
    with pytest.raises(ValueError, match="length"):
        length_factor(lengths, 96)


def crop(image: np.ndarray, name: str) -> Chromosome:
    return Chromosome(name, np.round(image * 255).astype(np.uint8))


def test_one_bad_crop_does_not_cost_the_cell() -> None:
    cell = Cell(
        "cell",
        (crop(draw(line(0)), "a.png"), crop(np.zeros((20, 20)), "black.png")),
        Polarity.BRIGHT,
    )
    kept, pictures = stand_upright(cell)
    assert [item.name for item in kept] == ["a.png"]
    assert len(pictures) == 1
    assert kept.problems[0].file == "black.png"


def test_a_cell_of_nothing_says_so() -> None:
    cell = Cell("cell", (crop(np.zeros((20, 20)), "black.png"),), Polarity.BRIGHT)
    with pytest.raises(PreprocessingError, match="none of the crops"):
        stand_upright(cell)


def test_patient_normalization_shares_one_factor() -> None:
    small = Cell("a", (crop(draw(line(0, 40)), "1.png"),), Polarity.BRIGHT)
    large = Cell("b", (crop(draw(line(0, 80)), "1.png"),), Polarity.BRIGHT)
    own = prepare([small, large], InputSettings(), "cell")
    shared = prepare([small, large], InputSettings(), "patient")
    assert own[0].factor > 1.5 * own[1].factor
    assert shared[0].factor == shared[1].factor
    assert shared[0].inputs.shape == (1, 1, 128, 48)


@pytest.mark.parametrize("kept", [slice(0, 8), slice(30, 46), slice(0, 46, 5)])
def test_some_chromosomes_of_known_class_tell_the_factor_of_all(kept: slice) -> None:
    usual = usual_lengths(Polarity.DARK)
    classes = np.repeat([CLASS_INDEX[name] for name in (*AUTOSOMES, "X")], 2)
    lengths = 40 * usual[classes]
    config = InputSettings()
    whole = length_factor(list(lengths), config.target_rows, config.quantile)
    some, of_class = lengths[kept].copy(), classes[kept]
    believed = np.ones(len(some))

    def factor() -> float:
        return factor_of_classes(list(some), of_class, believed, Polarity.DARK, config)

    assert factor() == pytest.approx(whole)
    # One that is cut in two among many has no say, nor have those that are not believed.
    some[0] /= 2
    assert factor() == pytest.approx(whole)
    some[1:4] *= 3
    believed[:4] = 0.001
    assert factor() == pytest.approx(whole)


def test_factors_a_hundredth_apart_are_the_same() -> None:
    for near, far in ((1.01, 1.03), (1 / 1.01, 1 / 1.03)):
        assert same_factor(1.0, near, 1.02)
        assert not same_factor(1.0, far, 1.02)


def test_the_middle_of_two_is_between_them_unless_one_is_believed_more() -> None:
    classes = np.array([CLASS_INDEX["3"], CLASS_INDEX["9"]])
    config = InputSettings()

    def factor(*scales: float, believed: tuple[float, ...]) -> float:
        lengths = list(np.array(scales) * usual_lengths(Polarity.BRIGHT)[classes[: len(scales)]])
        return factor_of_classes(
            lengths, classes[: len(scales)], np.array(believed), Polarity.BRIGHT, config
        )

    between = factor(40, 44, believed=(1, 1))
    assert between == pytest.approx(factor(42, believed=(1,)))
    assert factor(40, 44, believed=(1, 3)) == pytest.approx(factor(44, believed=(1,)))


def test_a_chromosome_too_large_for_the_canvas_is_made_smaller_not_cut() -> None:
    picture = upright(draw(line(0, 90)))
    drawn, _ = to_canvas(picture, 3.0, 128, 48, picture.brightness)
    assert drawn[0].max() < 0.05
    assert drawn[-1].max() < 0.05
    assert drawn.max() > 0.8


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["noise", "spots", "line"]),
)
def test_any_picture_is_prepared_or_refused(height: int, width: int, seed: int, kind: str) -> None:
    random = np.random.default_rng(seed)
    image = random.random((height, width), np.float32)
    if kind == "spots":
        image = (image > 0.9).astype(np.float32)
    elif kind == "line":
        image = np.zeros((height, width), np.float32)
        image[height // 2] = 1
    try:
        picture = upright(image)
    except PreprocessingError:
        return
    for shown in (picture, straighten(picture)):
        drawn, grid = to_canvas(shown, 1.0, 128, 48, shown.brightness)
        assert np.isfinite(drawn).all()
        assert np.isfinite(grid).all()
        assert 0 <= drawn.min() <= drawn.max() <= 1


def test_a_dim_chromosome_stays_dimmer_than_the_others_of_its_cell() -> None:
    image = draw(line(0))
    crops = [*(crop(image, f"{n}.png") for n in range(4)), crop(image / 2, "dim.png")]
    cell = Cell("cell", tuple(crops), Polarity.BRIGHT)
    (together,) = prepare([cell], InputSettings())
    peaks = together.inputs.max(axis=(1, 2, 3))
    assert peaks[4] == pytest.approx(peaks[0] / 2, rel=0.1)
    assert peaks[0] < 0.8, "room for a brilliant Y"
    (alone,) = prepare([cell], InputSettings(brightness="crop"))
    assert alone.inputs.max(axis=(1, 2, 3)) == pytest.approx(1.0)


@pytest.mark.parametrize("gap", [1, 2, 3, 4])
def test_chromatids_that_stand_apart_cost_nothing(gap: int) -> None:
    """The axis of such a crop runs beside every pixel of it, in the gap."""
    image = np.full((90, 40), 255, np.uint8)
    image[10:80, 14 : 14 + 5] = image[10:80, 19 + gap : 24 + gap] = 40
    image[40:44, 14 : 24 + gap] = 40
    cell = Cell("apart", (Chromosome("1.png", image),), Polarity.DARK)
    (prepared,) = prepare([cell], InputSettings())
    assert prepared.inputs.max() > 0.5
    assert prepared.uprights[0].length == pytest.approx(70, abs=8)


def test_a_line_of_one_pixel_is_no_chromosome() -> None:
    image = np.zeros((1, 40), np.float32)
    image[0, 3:30] = np.linspace(0.2, 1, 27)
    with pytest.raises(PreprocessingError, match="thin line"):
        upright(image)


def test_a_line_too_thin_to_be_pulled_straight_is_left_as_it_is() -> None:
    left = 0
    for seed in range(150):
        image = np.zeros((20, 33), np.float32)
        rng = np.random.default_rng(seed)
        image[0], image[:, 0] = rng.random(33), rng.random(20)
        try:
            picture = upright(image)
        except PreprocessingError:
            continue
        straight = straighten(picture)
        assert straight.mask.any()
        left += straight is picture
    assert left
