"""Two pieces made one chromosome, and one crop cut in two."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from napari_karyo.cell import Polarity
from napari_karyo.errors import PreprocessingError
from napari_karyo.preprocessing.foreground import bright_on_black, foreground
from napari_karyo.preprocessing.pieces import MARGIN, merge_crops, split_crop
from napari_karyo.preprocessing.upright import upright

PAPER = 0.06


def rod(
    length: int,
    *,
    widths: tuple[float, float] = (12, 12),
    angle: float = 0.0,
    stain: float = 0.6,
    middle: tuple[float, float] | None = None,
    shape: tuple[int, int] | None = None,
) -> NDArray[np.float32]:
    """Return a rod, bright on black, as wide as said at its upper and its lower end."""
    shape = shape or (length + 24, length + 24)
    centre = middle or ((shape[0] - 1) / 2, (shape[1] - 1) / 2)
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(float)
    rows, columns = rows - centre[0], columns - centre[1]
    turn = np.deg2rad(angle)
    along = rows * np.cos(turn) + columns * np.sin(turn)
    across = columns * np.cos(turn) - rows * np.sin(turn)
    half = np.interp(along, (-length / 2, length / 2), np.array(widths) / 2)
    inside = (np.abs(along) < length / 2) & (np.abs(across) < half)
    return np.asarray(ndimage.gaussian_filter(inside * stain, 0.8), np.float32)


def photographed(
    bright: NDArray[np.float32],
    polarity: Polarity = Polarity.BRIGHT,
    white: float = 255,
    kind: type = np.uint8,
) -> NDArray[np.generic]:
    grey = PAPER + (1 - PAPER) * bright
    if polarity is Polarity.DARK:
        grey = 1 - grey
    return np.rint(grey * white).astype(kind)


def found(image: NDArray[np.generic], polarity: Polarity = Polarity.BRIGHT) -> NDArray[np.bool_]:
    return foreground(bright_on_black(image, polarity))


@pytest.mark.parametrize("polarity", list(Polarity))
@pytest.mark.parametrize("angle", [0.0, 40.0, 80.0])
def test_two_pieces_become_one_object(polarity: Polarity, angle: float) -> None:
    long, short = rod(60), rod(24, angle=angle)
    images = [photographed(one, polarity) for one in (long, short)]
    merged = merge_crops(*images, polarity)
    assert merged.dtype == np.uint8
    mask = found(merged, polarity)
    apart = [int(found(image, polarity).sum()) for image in images]
    assert 0.85 * sum(apart) < mask.sum() <= 1.02 * sum(apart)
    picture = upright(bright_on_black(merged, polarity))
    assert 76 < picture.length < 90
    # On the crops' own paper: no box around a piece, no rim.
    paper = 255 * (1 - PAPER if polarity is Polarity.DARK else PAPER)
    beside = merged[~ndimage.binary_dilation(mask, iterations=4)]
    assert np.abs(beside.astype(float) - paper).max() <= 2
    edge = np.concatenate([merged[0], merged[-1], merged[:, 0], merged[:, -1]])
    assert np.abs(edge.astype(float) - paper).max() <= 2
    # And no gap where they meet.
    bright = bright_on_black(merged, polarity)
    rows = np.nonzero(mask.any(axis=1))[0]
    inner = bright[rows[0] + 4 : rows[-1] - 3].max(axis=1)
    assert inner.min() > 0.85 * np.median(inner)
    assert inner.max() < 1.1 * np.median(inner)


@pytest.mark.parametrize("first", [True, False])
def test_the_smaller_goes_where_the_widths_fit(first: bool) -> None:
    # Wide below, and a piece that is wide above; then all the other way round.
    for wide_below in (True, False):
        large = rod(60, widths=(8, 18) if wide_below else (18, 8), stain=0.4)
        small = rod(20, widths=(18, 14) if wide_below else (14, 18), stain=0.8)
        images = [photographed(one) for one in (large, small)]
        merged = merge_crops(*(images if first else images[::-1]), Polarity.BRIGHT)
        rows = np.nonzero((merged > 150).any(axis=1))[0]
        where = rows.mean() / len(merged)
        assert (where > 0.6) == wide_below
        assert (where < 0.4) != wide_below


def test_turned_as_they_stand_on_the_page() -> None:
    large = photographed(rod(60, widths=(8, 18), stain=0.4))
    small = photographed(rod(20, widths=(18, 14), stain=0.8))
    as_they_lie = merge_crops(large, small, Polarity.BRIGHT)
    turned = merge_crops(large, small, Polarity.BRIGHT, turned=(True, True))
    assert abs(len(turned) - len(as_they_lie)) <= 2
    there = np.nonzero((as_they_lie > 150).any(axis=1))[0]
    assert there.mean() > 0.6 * len(as_they_lie)
    rows = np.nonzero((turned > 150).any(axis=1))[0]
    assert rows.mean() < 0.4 * len(turned)


def test_placed_by_hand() -> None:
    large, small = photographed(rod(60, stain=0.4)), photographed(rod(24, stain=0.8))
    for side in (-1, 1):
        merged = merge_crops(large, small, Polarity.BRIGHT, offset=(side * 41.0, 3.0))
        strong = np.nonzero(merged > 150)
        weak = np.nonzero((merged > 60) & (merged < 140))
        assert np.sign(strong[0].mean() - weak[0].mean()) == side
        assert strong[1].mean() - weak[1].mean() == pytest.approx(3, abs=1)
    across = merge_crops(large, small, Polarity.BRIGHT, offset=(36.0, 0.0), angle=90)
    rows, columns = np.nonzero(across > 150)
    assert np.ptp(columns) > 1.5 * np.ptp(rows)
    with pytest.raises(PreprocessingError, match="do not touch"):
        merge_crops(large, small, Polarity.BRIGHT, offset=(70.0, 0.0))


def test_deep_crops_stay_deep() -> None:
    images = [photographed(rod(n), Polarity.DARK, 4095, np.uint16) for n in (60, 24)]
    merged = merge_crops(*images, Polarity.DARK, white=4095.0)
    assert merged.dtype == np.uint16
    assert merged[0, 0] == pytest.approx(4095 * (1 - PAPER), abs=2)
    assert foreground(bright_on_black(merged, Polarity.DARK, 4095.0)).sum() > 900
    cut = split_crop(merged, [(40.0, 0.0), (40.0, 10.0)], Polarity.DARK, white=4095.0)
    assert {piece.image.dtype for piece in cut} == {np.dtype(np.uint16)}


def test_nothing_to_merge() -> None:
    empty = np.full((40, 40), 15, np.uint8)
    with pytest.raises(PreprocessingError, match="no chromosome"):
        merge_crops(photographed(rod(40)), empty, Polarity.BRIGHT)


SHAPE = (80, 70)


def crossing() -> NDArray[np.float32]:
    """Return two rods side by side that touch, the right one stronger."""
    left = rod(56, middle=(38, 26), shape=SHAPE, stain=0.5)
    right = rod(40, middle=(42, 38), shape=SHAPE, stain=0.8)
    return np.maximum(left, right)


@pytest.mark.parametrize("polarity", list(Polarity))
@pytest.mark.parametrize("backwards", [False, True])
def test_a_line_cuts_a_crop_in_two(polarity: Polarity, backwards: bool) -> None:
    image = photographed(crossing(), polarity)
    line = [(20.0, 32.0), (30.0, 32.4), (60.0, 32.0)]
    left, right = split_crop(image, line[::-1] if backwards else line, polarity)
    masks = [found(piece.image, polarity) for piece in (left, right)]
    assert masks[0].sum() == pytest.approx(56 * 12, rel=0.15)
    assert masks[1].sum() == pytest.approx(40 * 12, rel=0.15)
    for piece, mask in ((left, masks[0]), (right, masks[1])):
        # Its content and a margin, where it lay on the crop.
        rows, columns = np.nonzero(mask)
        height, width = piece.image.shape
        assert abs(rows.min() - MARGIN) <= 1
        assert abs(columns.min() - MARGIN) <= 1
        assert abs(height - 1 - rows.max() - MARGIN) <= 1
        assert abs(width - 1 - columns.max() - MARGIN) <= 1
        top, left_column = piece.offset
        here = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
        there = image[top + here[0].start :, left_column + here[1].start :]
        there = there[: np.ptp(rows) + 1, : np.ptp(columns) + 1].astype(int)
        inner = ndimage.binary_erosion(mask, iterations=2)[here]
        assert np.abs(piece.image[here].astype(int) - there)[inner].max() <= 1
        # No rim: nothing is stronger than it was, and paper is paper.
        bright = bright_on_black(piece.image, polarity)
        assert np.median(np.abs(bright[0] - PAPER)) < 0.01
        assert bright.min() > PAPER - 0.02
        assert bright[here].max() <= bright_on_black(there, polarity).max() + 0.01
    # What one lost the other has: together they are the crop.
    whole = np.zeros((SHAPE[0] + 40, SHAPE[1] + 40))
    for piece in (left, right):
        top, left_column = piece.offset
        part = bright_on_black(piece.image, polarity) - PAPER
        whole[
            20 + top : 20 + top + part.shape[0], 20 + left_column : 20 + left_column + part.shape[1]
        ] += part
    shown = bright_on_black(image, polarity) - PAPER
    # But for a trace of the longer one's rim beside the shorter one's box.
    assert np.quantile(np.abs(whole[20:-20, 20:-20] - shown), 0.995) < 0.03


def test_the_edge_of_a_cut_is_soft_and_slanted_cuts_have_no_stairs() -> None:
    image = photographed(rod(60, widths=(30, 30), shape=SHAPE, stain=0.8))
    upper, lower = split_crop(image, [(30.0, 20.0), (50.0, 50.0)], Polarity.BRIGHT)
    column = upper.image[:, 35 - upper.offset[1]].astype(float)
    between = ((column > 40) & (column < 180)).sum()
    assert 1 <= between <= 4
    assert upper.image.mean() == pytest.approx(lower.image.mean(), rel=0.25)


def test_short_lines_are_drawn_on_to_the_edges() -> None:
    image = photographed(rod(60, shape=SHAPE))
    short = split_crop(image, [(30.0, 34.0), (30.0, 35.0)], Polarity.BRIGHT)
    long = split_crop(image, [(30.0, -20.0), (30.0, 90.0)], Polarity.BRIGHT)
    for one, other in zip(short, long, strict=True):
        assert one.offset == other.offset
        assert np.array_equal(one.image, other.image)
    assert short[0].offset[0] < short[1].offset[0], "the upper one first"


@pytest.mark.parametrize("polarity", list(Polarity))
def test_a_line_that_leaves_nothing_is_refused(polarity: Polarity) -> None:
    rng = np.random.default_rng(1)
    image = photographed(rod(50, shape=SHAPE), polarity)
    image = np.clip(image + rng.normal(0, 2, SHAPE), 0, 255).astype(np.uint8)
    for line in ([(4.0, 0.0), (4.0, 69.0)], [(0.0, 60.0), (79.0, 60.0)]):
        with pytest.raises(PreprocessingError, match="no chromosome on one of its sides"):
            split_crop(image, line, polarity)
    for nothing in ([], [(3.0, 4.0)], [(3.0, 4.0), (3.0, 4.0)], [(float("nan"), 0.0), (1.0, 1.0)]):
        with pytest.raises(PreprocessingError, match="fewer than two points"):
            split_crop(image, nothing, polarity)


def test_a_third_chromosome_is_not_lost() -> None:
    three = np.maximum(crossing(), rod(30, middle=(42, 60), shape=SHAPE))
    left, rest = split_crop(photographed(three), [(0.0, 32.0), (79.0, 32.0)], Polarity.BRIGHT)
    assert left.image.shape[1] < 32
    both = split_crop(
        rest.image,
        [(0.0, 50.0 - rest.offset[1])] * 1 + [(60.0, 50.0 - rest.offset[1])],
        Polarity.BRIGHT,
    )
    assert [found(piece.image).sum() > 250 for piece in both] == [True, True]


def test_cut_and_put_together_it_is_as_long_as_before() -> None:
    whole = photographed(rod(70, shape=(100, 50), stain=0.7))
    pieces = split_crop(whole, [(40.0, 0.0), (40.0, 49.0)], Polarity.BRIGHT)
    again = merge_crops(pieces[0].image, pieces[1].image, Polarity.BRIGHT)
    lengths = [upright(bright_on_black(image, Polarity.BRIGHT)).length for image in (whole, again)]
    assert lengths[1] == pytest.approx(lengths[0], abs=5)
