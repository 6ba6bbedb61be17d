"""What speaks against a collection, and whom it keeps out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from corrected import collected

from napari_karyo.cell import Polarity
from napari_karyo.classes import CLASSES
from napari_karyo.own_model.checking import contradiction, faults_of
from napari_karyo.own_model.collection import CollectedCell, Collection, patient_key
from napari_karyo.own_model.keeping_out import divide


def of(*cells: CollectedCell) -> Collection:
    return Collection(cells)


def several(**patients: int) -> Collection:
    return of(
        *(
            collected(patient, number)
            for patient, cells in patients.items()
            for number in range(cells)
        )
    )


def words(collection: Collection, prevents: bool) -> str:
    return " ".join(str(one) for one in faults_of(collection) if one.prevents is prevents)


def test_nothing_speaks_against_a_good_collection() -> None:
    assert faults_of(several(a=3, b=3, c=3)) == []


@pytest.mark.parametrize(
    ("patients", "said"),
    [
        ({}, "There is no cell to learn from."),
        ({"a": 1, "b": 1}, "There are only 2 cells. Correct and sign 3 more"),
        ({"a": 8}, "All cells are of one patient"),
        ({"a": 8, "b": 1}, "Only 1 cell can be kept out"),
    ],
)
def test_too_little_prevents_it(patients: dict[str, int], said: str) -> None:
    assert said in words(several(**patients), prevents=True)


def test_missing_classes_and_two_stains_are_said() -> None:
    some = [collected("a", n, CLASSES[:-1]) for n in range(4)]
    other = [collected("b", n, CLASSES[:-1], polarity=Polarity.BRIGHT) for n in range(4)]
    assert "There is no crop of class Y." in words(of(*some, *other), prevents=False)
    assert "two stains" in words(of(*some, *other), prevents=True)


def test_labels_that_contradict_the_model_everywhere() -> None:
    assert contradiction(collected("a"), 0.95) == ""
    assert "24 of its 24" not in contradiction(collected("a", shift=0), None)
    assert "lie one class after" in contradiction(collected("a", shift=1), None)
    # A model that never saw the stain is wrong in no one way.
    rng = np.random.default_rng(0)
    cell = collected("a", labels=[CLASSES[one] for one in rng.permutation(24)])
    scattered = tuple(crop._replace(own=own) for crop, own in zip(cell.crops, CLASSES, strict=True))
    lost = CollectedCell(**{**vars(cell), "crops": scattered})
    assert contradiction(lost, 0.3) == ""
    assert "the model agrees with" in contradiction(lost, 0.9)


def test_patients_are_kept_out_whole_and_enough_of_them() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        sizes = rng.integers(1, 8, rng.integers(2, 12))
        collection = several(**{f"p{rng.integers(10**6)}": int(size) for size in sizes})
        division = divide(collection)
        assert len(division.train) + len(division.kept) == len(collection.used)
        assert division.kept
        assert len(division.train) >= len(division.kept)
        assert not {c.patient_key for c in division.train} & division.patients
        assert {c.patient_key for c in division.kept} == division.patients
        assert all(division.split_of(one) == "val" for one in division.kept)


def test_about_a_third_is_kept_out() -> None:
    collection = several(**{f"patient {n}": 3 for n in range(200)})
    share = len(divide(collection).kept) / len(collection.used)
    assert 0.25 < share < 0.42


def test_who_is_kept_out_stays_so() -> None:
    few = several(**{f"patient {n}": 3 for n in range(40)})
    more = several(**{f"patient {n}": 3 for n in range(60)})
    assert divide(few).patients <= divide(more).patients
    # Of a handful only who remembers can keep that up.
    kept = divide(several(a=3, b=3)).patients
    rng = np.random.default_rng(2)
    for size in range(3, 9):
        names = {f"x{rng.integers(10**6)}": 3 for _ in range(size)}
        now = divide(several(a=3, b=3, **names), kept)
        assert kept <= now.patients
        assert now.train


def test_a_memory_of_all_leaves_something_to_train_on() -> None:
    collection = several(a=3, b=3, c=3)
    everybody = frozenset(map(patient_key, "abc"))
    assert divide(collection, everybody).train


def test_an_empty_collection_divides_into_nothing() -> None:
    division = divide(of())
    assert division.train == division.kept == ()
    assert collected("a").key == (Path("/cases/a.karyo"), 1)
