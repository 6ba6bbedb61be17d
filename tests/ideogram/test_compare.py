"""The comparison of one chromosome with the classes it could be."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from drawn import prepare

from napari_karyo.classes import CLASS_INDEX, CLASSES
from napari_karyo.errors import KaryoError, PreprocessingError
from napari_karyo.ideogram.compare import Comparison, comparison, percent
from napari_karyo.ideogram.profile import autosome_length, profile_along_axis
from napari_karyo.ideogram.sheet import CURVES
from napari_karyo.inference.result import Classification
from napari_karyo.karyogram.page import Box
from napari_karyo.preprocessing.prepare import InputSettings
from napari_karyo.preprocessing.scale import usual_lengths
from napari_karyo.preprocessing.straighten import straighten
from napari_karyo.simulation.sample import simulate_cell


def known(stain: str, attention: int = 16, only: tuple[int, ...] | None = None) -> Classification:
    """Return what a network that knows a simulated cell would say of it."""
    cell = simulate_cell("46,XY", seed=3, stain=stain)
    if only is not None:
        cell = replace(cell, chromosomes=tuple(cell.chromosomes[k] for k in only))
    (ready,) = prepare([cell], InputSettings())
    truth = [CLASS_INDEX[str(item.expected)] for item in ready.cell]
    shares = np.full((len(truth), 24), 0.1 / 21, np.float32)
    for row, label in zip(shares, truth, strict=True):
        row[[label, (label + 1) % 24, (label + 2) % 24]] = 0.6, 0.25, 0.05
    weights = np.linspace(1.0, 0.0, attention, dtype=np.float32)
    return Classification(
        ready.cell,
        shares,
        np.ones(len(truth), np.float32),
        np.tile(weights, (len(truth), 1)),
        ready.uprights,
        ready.inputs,
        ready.grids,
        ready.factors,
        "none",
        "",
        "cpu",
        (0.4, 0.9),
        np.zeros(len(truth), np.bool_),
        np.zeros(len(truth), np.bool_),
    )


@pytest.fixture(scope="module")
def cells() -> dict[str, Classification]:
    return {stain: known(stain) for stain in "GQ"}


def find(cell: Classification, label: str) -> int:
    return next(k for k, item in enumerate(cell.cell) if item.expected == label)


def boxes(found: Comparison) -> list[Box]:
    every = [found.crop, *found.curves.values()]
    if found.straight is not None:
        every.append(found.straight)
    for column in found.columns:
        every += [column.box, column.average, column.ideogram]
    return every


def assert_inside(found: Comparison) -> None:
    tall, wide = found.picture.shape[:2]
    for box in boxes(found):
        assert box.top >= 0
        assert box.left >= 0
        assert box.bottom <= tall + 1e-6
        assert box.right <= wide + 1e-6


@pytest.mark.parametrize("stain", ["G", "Q"])
@pytest.mark.parametrize("label", ["1", "9", "13", "21", "Y"])
def test_all_stand_at_one_scale(cells: dict[str, Classification], stain: str, label: str) -> None:
    cell = cells[stain]
    index = find(cell, label)
    found = comparison(cell, index, classes=CLASSES[::5], width=900)
    usual = usual_lengths(cell.cell.polarity)
    for column in found.columns:
        wanted = found.unit * usual[CLASS_INDEX[column.name]]
        assert column.average.height == pytest.approx(wanted, abs=0.51)
        assert column.ideogram.height == column.average.height
        assert column.average.top == column.ideogram.top == found.crop.top
    rows = np.nonzero(cell.uprights[index].mask)[0]
    assert found.crop.height == pytest.approx((np.ptp(rows) + 1) * found.scale)
    assert found.unit == pytest.approx(found.scale * autosome_length(cell))
    # The scale is the cell's: its chromosome is about as long as its class.
    own = comparison(cell, index, classes=[label])
    assert own.straight is not None
    assert own.straight.height == pytest.approx(own.columns[0].average.height, rel=0.25)


@pytest.mark.parametrize("stain", ["G", "Q"])
def test_the_cells_autosome_is_what_was_simulated(
    cells: dict[str, Classification], stain: str
) -> None:
    cell = cells[stain]
    lengths = [
        picture.length
        for picture, item in zip(cell.uprights, cell.cell, strict=True)
        if str(item.expected).isdigit()
    ]
    assert autosome_length(cell) == pytest.approx(np.mean(lengths), rel=0.05)


@pytest.mark.parametrize("stain", ["G", "Q"])
@pytest.mark.parametrize(("height", "width"), [(360, None), (360, 300), (720, 840), (240, 420)])
def test_everything_lies_in_the_picture(
    cells: dict[str, Classification], stain: str, height: int, width: int | None
) -> None:
    cell = cells[stain]
    paper = 255 if stain == "G" else 0
    for label in ("1", "14", "22"):
        found = comparison(cell, find(cell, label), height=height, width=width)
        assert found.picture.dtype == np.uint8
        assert found.picture.shape[0] <= height
        assert found.picture.shape[1] == (width or height * 7 // 6)
        assert_inside(found)
        # Columns lie side by side, from the first to the picture's edge.
        edges = [(column.box.left, column.box.right) for column in found.columns]
        assert edges[0][0] > found.crop.right
        assert all(a[1] == b[0] for a, b in pairwise(edges))
        assert edges[-1][1] == found.picture.shape[1]
        for column in found.columns:
            assert column.box.left <= column.average.left
            assert column.average.right < column.ideogram.left
            assert column.ideogram.right <= column.box.right
        # What is drawn never touches the border, so that nothing is cut off.
        border = np.concatenate([found.picture[[0, -1]].ravel(), found.picture[:, 0].ravel()])
        assert np.abs(border.astype(int) - paper).max() < 8


def test_pictures_are_where_the_boxes_say(cells: dict[str, Classification]) -> None:
    found = comparison(cells["G"], find(cells["G"], "4"), height=500, width=700)
    assert found.straight is not None
    for box in (found.crop, found.straight, *(column.average for column in found.columns)):
        inside = found.picture[
            round(box.top) : round(box.bottom), round(box.left) : round(box.right)
        ]
        grey = inside.min(axis=(1, 2))
        assert (grey < 200).mean() > 0.9
        # Just above it is paper.
        middle = slice(round(box.left), round(box.right))
        assert found.picture[round(box.top) - 4, middle].min() > 245


def test_the_best_classes_stand_side_by_side(cells: dict[str, Classification]) -> None:
    cell = cells["Q"]
    index = find(cell, "6")
    found = comparison(cell, index)
    assert [column.name for column in found.columns] == ["6", "7", "8"]
    assert [column.texts for column in found.columns] == [
        ("6", "60 %"),
        ("7", "25 %"),
        ("8", "5 %"),
    ]
    for column in found.columns:
        y, x = column.ideogram.center
        assert [one.name for one in found.columns if one.box.contains(y, x)] == [column.name]
        assert not column.box.contains(*found.crop.center)


def test_classes_can_be_chosen(cells: dict[str, Classification]) -> None:
    cell = cells["G"]
    found = comparison(cell, find(cell, "6"), classes=["X", "6", "X"])
    assert [(column.name, column.texts[1]) for column in found.columns] == [
        ("X", "under 1 %"),
        ("6", "60 %"),
    ]
    with pytest.raises(KaryoError, match="tray"):
        comparison(cell, 0, classes=["tray"])
    with pytest.raises(KaryoError, match="300"):
        comparison(cell, 0, level=300)


def test_probabilities_are_never_rounded_to_certainty() -> None:
    words = [percent(share) for share in (1.0, 0.995, 0.994, 0.5, 0.006, 0.005, 0.0)]
    assert words == ["over 99 %", "over 99 %", "99 %", "50 %", "1 %", "under 1 %", "under 1 %"]


def coloured(found: Comparison, kind: str) -> np.ndarray:
    """Return in which rows of its lane a curve's colour reaches beyond the axis, 0 to 1."""
    box = found.curves[kind]
    lane = found.picture[
        round(box.top) : round(box.top + box.height),
        round(box.left + box.width * 0.6) : round(box.right),
    ].astype(int)
    alike = np.abs(lane - np.array(CURVES[kind])).sum(axis=2).min(axis=1) < 120
    return np.nonzero(alike)[0] / len(lane)


def test_curves_stand_at_their_rows_and_turn_with_the_chromosome(
    cells: dict[str, Classification],
) -> None:
    cell = cells["G"]
    index = find(cell, "2")
    item = straighten(cell.uprights[index])
    # Saliency on the lowest fifth alone; attention falls from the top to the bottom.
    marked = np.zeros(cell.cell.chromosomes[index].image.shape, np.float32)
    first = round(len(item.grid) * 0.8)
    places = np.rint(item.grid[first:]).astype(int).reshape(-1, 2)
    places = places[((places >= 0) & (places < marked.shape)).all(axis=1)]
    marked[tuple(places.T)] = 1
    found = comparison(cell, index, saliency=marked)
    assert set(found.curves) == {"attention", "saliency"}
    assert found.straight is not None
    assert found.curves["saliency"].top == found.straight.top
    assert found.curves["saliency"].height == found.straight.height
    assert coloured(found, "saliency").min() > 0.7
    assert coloured(found, "attention").max() < 0.5
    turned = comparison(cell, index, saliency=marked, turned=True)
    assert coloured(turned, "saliency").max() < 0.3
    assert coloured(turned, "attention").min() > 0.5


def test_a_profile_is_the_mean_across_the_axis(cells: dict[str, Classification]) -> None:
    cell = cells["Q"]
    index = find(cell, "3")
    item = straighten(cell.uprights[index])
    shape = cell.cell.chromosomes[index].image.shape
    even = profile_along_axis(np.full(shape, 0.5, np.float32), item)
    inside = item.mask.any(axis=1)
    assert even.shape == (len(item.mask),)
    assert np.allclose(even[inside], 0.5, atol=0.03)
    assert not even[~inside].any()
    down = profile_along_axis(np.indices(shape)[0].astype(np.float32), item)[inside]
    assert (np.diff(down) > 0).mean() > 0.95


def test_turned_is_the_crop_on_its_head(cells: dict[str, Classification]) -> None:
    cell = cells["G"]
    index = find(cell, "7")
    one, other = comparison(cell, index), comparison(cell, index, turned=True)
    assert one.crop == other.crop

    def crop(found: Comparison) -> np.ndarray:
        box = found.crop
        return found.picture[
            round(box.top) : round(box.top + box.height),
            round(box.left) : round(box.left + box.width),
            0,
        ].astype(float)

    alike = np.corrcoef(crop(one).ravel(), crop(other)[::-1, ::-1].ravel())[0, 1]
    assert alike > 0.95
    assert np.corrcoef(crop(one).ravel(), crop(other).ravel())[0, 1] < 0.8
    # The classes stay p arm up.
    box = one.columns[0].box
    same = slice(round(box.left), round(box.right))
    assert np.array_equal(one.picture[:, same], other.picture[:, same])


def test_a_model_without_attention_and_no_classes() -> None:
    cell = known("Q", attention=0)
    found = comparison(cell, 0)
    assert found.curves == {}
    assert len(found.columns) == 3
    alone = comparison(cell, 0, count=0)
    assert alone.columns == ()
    assert_inside(alone)
    every = comparison(cell, 0, count=24)
    assert [column.name for column in every.columns][:1] == [cell.predicted[0]]
    assert len(every.columns) == 24
    assert_inside(every)


@pytest.mark.parametrize("stain", ["G", "Q"])
def test_a_cell_of_one_crop(stain: str) -> None:
    cell = known(stain, only=(0,))
    found = comparison(cell, 0)
    assert_inside(found)
    # Nothing but its class tells the scale: it is as long as its class.
    assert found.columns[0].average.height == pytest.approx(
        cell.uprights[0].length * found.scale, abs=0.51
    )


@pytest.mark.parametrize("error", [PreprocessingError("no axis."), ValueError(), IndexError()])
def test_where_straightening_fails_the_crop_is_shown_alone(
    cells: dict[str, Classification], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr("napari_karyo.preprocessing.straighten.straighten", fail)
    found = comparison(cells["G"], 0, saliency=np.ones(cells["G"].cell.chromosomes[0].image.shape))
    assert found.straight is None
    assert found.curves == {}
    assert len(found.columns) == 3
    assert_inside(found)


def test_any_chromosome_of_a_cell_can_be_compared(cells: dict[str, Classification]) -> None:
    for cell in cells.values():
        for index in range(0, len(cell), 3):
            assert_inside(comparison(cell, index, height=200, level=850))
