"""Whole-cell assignment: it helps where the network wavers, and hides no anomaly."""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_karyo.classes import AUTOSOMES, CLASS_INDEX, CLASSES
from napari_karyo.inference.assignment import assign, free_sets

FEMALE = [name for name in AUTOSOMES for _ in range(2)] + ["X", "X"]
MALE = [*FEMALE[:-1], "Y"]


def confident(classes: list[str], share: float = 0.9) -> np.ndarray:
    """Return the probabilities of a network that is this sure of every class."""
    table = np.full((len(classes), len(CLASSES)), (1 - share) / (len(CLASSES) - 1), np.float32)
    table[np.arange(len(classes)), [CLASS_INDEX[name] for name in classes]] = share
    return table


def without(classes: list[str], *lost: str) -> list[str]:
    """Return the classes less one of each of these."""
    left = list(classes)
    for name in lost:
        left.remove(name)
    return left


CELLS = {
    "46,XX": FEMALE,
    "46,XY": MALE,
    "47,XX,+21": [*FEMALE, "21"],
    "47,XY,+21": [*MALE, "21"],
    "47,XX,+18": [*FEMALE, "18"],
    "47,XY,+13": [*MALE, "13"],
    "45,X": without(FEMALE, "X"),
    "45,Y": without(MALE, "X"),
    "47,XXY": [*FEMALE, "Y"],
    "47,XYY": [*MALE, "Y"],
    "47,XXX": [*FEMALE, "X"],
    "48,XXXX": [*FEMALE, "X", "X"],
    "48,XXYY": [*FEMALE, "Y", "Y"],
    "45,XX,-7": without(FEMALE, "7"),
    "44,XX,-7,-7": without(FEMALE, "7", "7"),
    "48,XX,+8,+8": [*FEMALE, "8", "8"],
    "48,XY,+7,+21": [*MALE, "7", "21"],
    "36 left of 46,XY": without(MALE, "1", "1", "2", "5", "9", "9", "14", "X", "21", "22"),
    "one crop": ["17"],
    "nothing but 1": ["1"] * 12,
    "69,XXX": sorted([*FEMALE, *AUTOSOMES, "X"]),
    "69,XXY": sorted([*MALE, *AUTOSOMES, "X"]),
    "69,XYY": sorted([*MALE, *AUTOSOMES, "Y"]),
    "70<3n>,XXX,+21": sorted([*FEMALE, *AUTOSOMES, "X", "21"]),
    "92,XXXX": FEMALE * 2,
    "92,XXYY": MALE * 2,
    "91<4n>,XXYY,-7": without(MALE * 2, "7"),
}


@pytest.mark.parametrize("classes", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("share", [0.95, 0.999])
def test_a_confident_network_is_never_overruled(classes: list[str], share: float) -> None:
    assert assign(confident(classes, share)) == tuple(classes)


def test_a_wavering_crop_goes_where_there_is_room() -> None:
    table = confident(MALE)
    x = MALE.index("X")
    # The network alone would call the X a third 9.
    table[x, CLASS_INDEX["X"]], table[x, CLASS_INDEX["9"]] = 0.42, 0.5
    assert CLASSES[table[x].argmax()] == "9"
    assert assign(table) == tuple(MALE)


def test_two_that_waver_are_shared_out() -> None:
    table = confident(MALE)
    first = MALE.index("4")
    for row, share in ((first, 0.55), (first + 1, 0.51)):
        table[row] = 0.001
        table[row, CLASS_INDEX["5"]], table[row, CLASS_INDEX["4"]] = share, 0.97 - share
    assert assign(table) == tuple(MALE)


def test_the_sex_chromosomes_have_two_free_places_together() -> None:
    # A wavering crop of a female cell finds no free place in Y,
    table = confident([*FEMALE, "21"], 0.98)
    table[-1] = 1e-4
    table[-1, CLASS_INDEX["21"]], table[-1, CLASS_INDEX["Y"]] = 0.7, 0.3
    assert Counter(assign(table)) == Counter([*FEMALE, "21"])
    # nor one of a male cell in a second X.
    table = confident([*MALE, "9"], 0.98)
    table[-1] = 1e-4
    table[-1, CLASS_INDEX["9"]], table[-1, CLASS_INDEX["X"]] = 0.7, 0.3
    assert Counter(assign(table)) == Counter([*MALE, "9"])


def test_a_cell_without_a_y_is_given_none() -> None:
    table = confident(without(FEMALE, "X"))
    table[-1] = 1 / 24
    assert "Y" not in assign(table)[:-1]
    even = np.full((1, 24), 1 / 24)
    assert assign(even) != ("Y",)


def test_penalties_decide_between_a_third_copy_and_a_poor_fit() -> None:
    table = confident([*MALE, "21"], 0.98)
    table[-1] = 1e-6
    # The free place: the cell lacks a 22.
    table = np.delete(table, MALE.index("22"), axis=0)
    table[-1, CLASS_INDEX["21"]], table[-1, CLASS_INDEX["22"]] = 0.9, 0.1
    assert assign(table, third_copy_penalty=2.0)[-1] == "21"
    assert assign(table, third_copy_penalty=2.4, fourth_copy_penalty=2.4)[-1] == "22"


def test_without_penalties_everyone_gets_the_models_own_choice() -> None:
    rows = np.random.default_rng(3).dirichlet(np.full(24, 0.3), 46)
    own = tuple(CLASSES[one] for one in rows.argmax(axis=1))
    assert assign(rows, third_copy_penalty=0.0, fourth_copy_penalty=0.0) == own
    assert assign(rows) != own


@pytest.mark.parametrize("count", [0, 1, 2, 45, 46, 47, 57, 58, 92, 300])
def test_any_number_of_crops(count: int) -> None:
    rows = np.random.default_rng(count).dirichlet(np.full(24, 0.2), count).astype(np.float32)
    assigned = assign(rows.reshape(count, 24))
    assert len(assigned) == count
    assert set(assigned) <= set(CLASSES)


def test_a_certainty_of_zero_rules_nothing_out() -> None:
    table = np.zeros((5, 24), np.float32)
    table[:, CLASS_INDEX["3"]] = 1.0
    assert assign(table) == ("3",) * 5


@given(st.permutations(range(12)), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_files_does_not_matter(order: list[int], seed: int) -> None:
    rows = np.random.default_rng(seed).dirichlet(np.full(24, 0.3), 12)
    assert assign(rows[order]) == tuple(np.array(assign(rows))[order])


def total_price(rows: np.ndarray, classes: tuple[str, ...], third: float, fourth: float) -> float:
    """Return what `assign` promises to make least, said another way."""
    number = Counter(classes)
    fees = []
    for pair in ({"X": 2, "Y": 0}, {"X": 1, "Y": 1}):
        extra = [number[name] - pair.get(name, 2) for name in number]
        fees.append(sum(third + fourth * (one - 1) for one in extra if one > 0))
    own = [rows[one, CLASS_INDEX[name]] for one, name in enumerate(classes)]
    return float(-np.log(np.clip(own, 1e-9, None)).sum() + min(fees))


@given(st.integers(0, 2**32 - 1), st.floats(0, 4), st.floats(0, 4))
@settings(max_examples=25, deadline=None)
def test_no_other_assignment_is_better(seed: int, third: float, more: float) -> None:
    kept = ("21", "X", "Y")
    rows = np.zeros((6, 24))
    rows[:, [CLASS_INDEX[name] for name in kept]] = np.random.default_rng(seed).dirichlet(
        np.full(3, 0.5), 6
    )
    found = assign(rows, third_copy_penalty=third, fourth_copy_penalty=third + more)
    assert set(found) <= set(kept)
    best = min(total_price(rows, every, third, third + more) for every in product(kept, repeat=6))
    assert total_price(rows, found, third, third + more) == pytest.approx(best)


def test_free_places_rise_with_the_number_of_crops() -> None:
    found = {count: free_sets(count) for count in (0, 1, 23, 46, 57, 58, 80, 81, 92, 103, 104)}
    assert list(found.values()) == [2, 2, 2, 2, 2, 3, 3, 4, 4, 4, 5]


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        assign(np.zeros((4, 23)))
    with pytest.raises(ValueError, match="must be a number"):
        assign(np.full((4, 24), np.nan))
    for third, fourth in ((-1.0, 3.0), (3.0, 2.0), (1.0, np.inf), (np.nan, 1.0)):
        with pytest.raises(ValueError, match="Penalties"):
            assign(np.ones((2, 24)), third_copy_penalty=third, fourth_copy_penalty=fourth)
