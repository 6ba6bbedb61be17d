"""Candidates of a real photograph: a part of the shipped one, with the shipped weights."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from napari_karyo.errors import PreprocessingError
from napari_karyo.inference import extend
from napari_karyo.models.agreement import AgreementNetwork
from napari_karyo.models.spread_weights import load_spread_weights
from napari_karyo.segmentation.candidates import Candidates
from napari_karyo.segmentation.decide import decide
from napari_karyo.segmentation.features import FEATURES, unusable
from napari_karyo.segmentation.proposed import Proposed
from napari_karyo.segmentation.samples import sample_spread
from napari_karyo.segmentation.segment import propose


@pytest.fixture(scope="module")
def proposed() -> Proposed:
    spread = sample_spread("normal")
    part = replace(spread, image=np.ascontiguousarray(spread.image[150:400, 200:450]))
    return propose(part, load_spread_weights())


@pytest.fixture(scope="module")
def candidates(proposed: Proposed) -> Candidates:
    found = Candidates.of(proposed)
    assert found is not None
    return found


class Wanting:
    """A decision that wants some candidates and nothing else."""

    def __init__(self, wanted: set[int]) -> None:
        self.wanted, self.seen = wanted, 0

    def of(self, table: NDArray[np.float64], pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
        numbers = range(self.seen, self.seen + len(table))
        self.seen += len(table)
        return np.array([0.95 if number in self.wanted else 0.4 for number in numbers])


def test_the_partition_comes_first_and_then_its_alternatives(
    proposed: Proposed, candidates: Candidates
) -> None:
    count = len(proposed.partition.shapes)
    assert count > 5
    assert candidates.shapes[:count] == list(proposed.partition.shapes)
    assert [number for _, by in candidates.answers for number in by] == list(
        range(count, len(candidates))
    )
    assert all(max(replaced) < count for replaced, _ in candidates.answers)
    assert len(candidates.objects) == len(candidates.boxes) == len(candidates)
    assert candidates.table.shape == (len(candidates), len(FEATURES))
    assert candidates.pictures.shape[0] == len(candidates)
    assert np.isfinite(candidates.table).all()


def test_what_is_added_is_measured_as_if_it_had_been_there(proposed: Proposed) -> None:
    found = Candidates.of(proposed)
    assert found is not None
    before, known = len(found), found.table.copy()
    found.add([found.shapes[0], found.shapes[before - 1]])
    assert np.array_equal(found.table[:before], known)
    # The same outlines, so the same crops; only which crops run together differs.
    assert np.allclose(found.table[before:], known[[0, before - 1]], atol=1e-2)
    assert np.array_equal(found.pictures[before], found.pictures[0])


def test_a_crop_that_the_classifier_refuses_costs_itself_alone(
    proposed: Proposed, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, refused = extend.classify_more, len(proposed.partition.shapes) + 1

    def refusing(classification: Any, chromosomes: Any, **options: Any) -> Any:
        for one in chromosomes:
            if one.name == f"candidate-{refused}":
                raise PreprocessingError("nothing is there.", "Look.", one.name)
        return real(classification, chromosomes, **options)

    monkeypatch.setattr(extend, "classify_more", refusing)
    found = Candidates.of(proposed)
    assert found is not None
    told = unusable()
    rows = found.table[:, : len(told)]
    assert np.array_equal(rows[refused], told)
    assert not (np.delete(rows, refused, axis=0) == told).all(axis=1).any()


def test_the_wanted_answer_is_taken_with_its_confidence(
    proposed: Proposed, candidates: Candidates
) -> None:
    count = len(proposed.partition.shapes)
    replaced, by = candidates.answers[-1]
    stay = set(range(count)) - replaced
    decision = Wanting({*stay, *by})
    found = decide(proposed, cast("AgreementNetwork", decision))
    assert found is not None
    assert len(found) == len(stay) + len(by)
    assert {one.confidence for one in found} == {0.95}
    expected = [candidates.objects[number].outline for number in (*sorted(stay), *by)]
    for one, outline in zip(found, expected, strict=True):
        assert (one.outline.top, one.outline.left) == (outline.top, outline.left)
        assert np.array_equal(one.outline.mask, outline.mask)
    # What was tried again was looked at too.
    assert decision.seen >= len(candidates)
