"""Cuts from notch to notch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from skimage.draw import disk

from napari_karyo.segmentation.cuts import cuts_of

LEAST = 90


def drawn(*bars: tuple[slice, slice]) -> NDArray[np.bool_]:
    mask = np.zeros((140, 140), np.bool_)
    for rows, columns in bars:
        mask[rows, columns] = True
    return mask


def agree(found: NDArray[np.bool_], asked: NDArray[np.bool_]) -> float:
    return np.count_nonzero(found & asked) / np.count_nonzero(found | asked)


def test_one_that_ends_at_the_side_of_another_is_cut_off() -> None:
    through = drawn((slice(40, 54), slice(20, 120)))
    stem = drawn((slice(54, 110), slice(63, 77)))
    answers = list(cuts_of(through | stem, LEAST))
    assert answers
    large, small = answers[0]
    assert agree(large, through) > 0.95
    assert agree(small, stem) > 0.95
    # No pixel is lost, and none is in both.
    assert np.array_equal(large ^ small, through | stem)


def test_two_end_to_end_are_cut_at_the_waist() -> None:
    mask = np.zeros((60, 160), np.bool_)
    for column in (*range(20, 75), *range(86, 140)):
        mask[disk((30, column), 7, shape=mask.shape)] = True
    left, right = sorted(next(iter(cuts_of(mask, LEAST))), key=lambda one: np.argwhere(one)[0, 1])
    assert abs(int(np.argwhere(left)[:, 1].max()) - 80) < 4
    assert abs(int(np.argwhere(right)[:, 1].min()) - 80) < 4


def test_one_straight_or_bent_chromosome_is_not_cut() -> None:
    straight = drawn((slice(40, 54), slice(20, 120)))
    bent = straight | drawn((slice(40, 120), slice(20, 34)))
    assert not list(cuts_of(straight, LEAST))
    assert not list(cuts_of(bent, LEAST))


def test_what_is_too_small_for_an_outline_is_not_cut() -> None:
    assert not list(cuts_of(drawn((slice(40, 44), slice(40, 44))), 1))
