from __future__ import annotations

import numpy as np
import pytest

from napari_karyo.own_model.bootstrap import MANY, Share, draw_again, interval


def share(right: np.ndarray) -> Share:
    return Share(right.astype(float), np.ones(len(right)))


def test_every_draw_has_as_many_crops_as_there_are() -> None:
    cells = np.repeat(np.arange(3), 5)
    weights = draw_again(cells, draws=50)
    assert weights.shape == (50, 15)
    assert (weights.sum(axis=1) == 15).all()
    many = draw_again(np.repeat(np.arange(MANY), 2), draws=50)
    # With many cells all crops of one are drawn equally often.
    assert (many[:, ::2] == many[:, 1::2]).all()


def test_the_same_seed_draws_the_same() -> None:
    cells = np.repeat(np.arange(4), 6)
    assert (draw_again(cells, 3) == draw_again(cells, 3)).all()


def test_two_equal_models_differ_by_nothing_and_a_better_one_by_something() -> None:
    cells = np.repeat(np.arange(12), 40)
    rng = np.random.default_rng(0)
    before = rng.random(len(cells)) < 0.8
    after = before | (rng.random(len(cells)) < 0.5)
    weights = draw_again(cells)
    assert interval(weights, share(before), share(before)) == (0.0, 0.0)
    low, high = interval(weights, share(before), share(after))
    assert 0 < low < share(after).value - share(before).value < high


def test_the_interval_covers_as_often_as_it_says() -> None:
    """Of 200 pairs of equally good models about 10 may be called different, not more."""
    rng = np.random.default_rng(1)
    for count in (3, 15):
        cells = np.repeat(np.arange(count), 40)
        weights = draw_again(cells, draws=400)
        missed = 0
        for _ in range(200):
            hard = np.repeat(rng.uniform(0.02, 0.3, count), 40)
            before, after = rng.random((2, len(cells))) >= hard
            low, high = interval(weights, share(before), share(after))
            missed += not low <= 0 <= high
        assert missed <= 24


def test_nothing_to_divide_by_is_nothing() -> None:
    none = Share(np.zeros(4), np.zeros(4))
    assert none.value == 0
    assert interval(draw_again(np.arange(4)), none, none) == pytest.approx((0, 0))
