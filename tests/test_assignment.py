"""Whole-cell assignment helps pairs and never hides an abnormal count."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from napari_karyo.classes import CLASS_INDEX, CLASSES
from napari_karyo.inference.assignment import assign
from napari_karyo.inference.confidence import Light, doubtful_order, light, lights


def sure_of(names: list[str], probability: float = 0.97) -> np.ndarray:
    """Return probabilities of a network that is sure of each name."""
    table = np.full((len(names), 24), (1 - probability) / 23)
    for row, name in enumerate(names):
        table[row, CLASS_INDEX[name]] = probability
    return table


def cell(sex: str = "XX", extra: tuple[str, ...] = (), lost: tuple[str, ...] = ()) -> list[str]:
    names = [name for name in CLASSES[:22] for _ in range(2)] + list(sex) + list(extra)
    for name in lost:
        names.remove(name)
    return names


@pytest.mark.parametrize(
    "names",
    [
        cell(),
        cell("XY"),
        cell("XX", ("21",)),
        cell("XY", ("18",)),
        cell("XX", ("13",)),
        cell("X"),
        cell("XXY"),
        cell("XYY"),
        cell("XXX"),
        cell("XXXX"),
        cell("XX", ("8", "8")),
        cell("XX", (), ("7",)),
        cell("XX", (), ("7", "7")),
        cell("XY", (), ("2", "4", "6", "9", "11", "13", "15", "17", "19", "22")),
        cell("XXX") + list(CLASSES[:22]),
        cell("XXXX") + cell("")[:44],
        ["7"],
        ["21"] * 5,
    ],
)
def test_what_the_network_is_sure_of_is_kept(names: list[str]) -> None:
    assert list(assign(sure_of(names))) == names


def test_a_wrong_third_copy_that_could_fill_a_gap_does() -> None:
    names = cell()
    table = sure_of(names)
    wrong = names.index("9")
    table[wrong] = 0.001
    table[wrong, CLASS_INDEX["10"]] = 0.55
    table[wrong, CLASS_INDEX["9"]] = 0.40
    assert assign(table)[wrong] == "9"


def test_no_penalty_means_the_models_own_choice() -> None:
    random = np.random.default_rng(0)
    table = random.dirichlet(np.full(24, 0.3), 46)
    own = tuple(CLASSES[index] for index in table.argmax(axis=1))
    assert assign(table, extra_copy_penalty=0.0) == own


@pytest.mark.parametrize("count", [0, 1, 2, 47, 92, 300])
def test_any_number_of_crops_is_assigned(count: int) -> None:
    table = np.random.default_rng(1).dirichlet(np.full(24, 0.2), count).reshape(count, 24)
    placed = assign(table)
    assert len(placed) == count
    assert set(placed) <= set(CLASSES)


def test_an_even_cell_of_noise_is_spread_over_the_classes() -> None:
    table = np.random.default_rng(2).dirichlet(np.full(24, 5.0), 46)
    assert max(Counter(assign(table)).values()) <= 3


THRESHOLDS = (0.6, 0.95)


@pytest.mark.parametrize(
    ("probability", "agrees", "expected"),
    [
        (0.99, True, Light.SURE),
        (0.95, True, Light.SURE),
        (0.94, True, Light.LOOK),
        (0.60, True, Light.LOOK),
        (0.59, True, Light.DOUBTFUL),
        (0.99, False, Light.DOUBTFUL),
    ],
)
def test_the_light(probability: float, agrees: bool, expected: Light) -> None:
    assert light(probability, agrees, THRESHOLDS) is expected


def test_the_light_is_read_without_colour() -> None:
    assert len({item.symbol for item in Light}) == 3
    assert len({item.shape for item in Light}) == 3
    assert len({item.words for item in Light}) == 3


def test_the_most_doubtful_comes_first_and_the_tray_before_all() -> None:
    table = np.concatenate(
        [sure_of(["1"], 0.99), sure_of(["2"], 0.7), sure_of(["3"], 0.5), sure_of(["4"], 0.99)]
    )
    slots = ("1", "2", "3", "tray")
    assert doubtful_order(table, slots, THRESHOLDS) == [3, 2, 1]
    assert lights(table, slots, THRESHOLDS)[0] is Light.SURE
