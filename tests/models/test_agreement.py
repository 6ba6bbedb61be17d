"""The regression that tells how well an outline agrees with a true chromosome."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from napari_karyo.models.agreement import Agreement

KNOWN = Agreement((1.0, 0.0), (2.0, 1.0), ((1.0, 0.0), (0.0, -1.0)), (0.0, 0.5), (2.0, 1.0), -1.0)


def test_it_answers_as_its_numbers_say() -> None:
    table = np.array([[1.0, 0.5], [3.0, 0.5]])
    by_hand = 2.0 * np.tanh([0.0, 1.0]) + np.tanh(0.0) - 1.0
    assert np.allclose(KNOWN.of(table), 1 / (1 + np.exp(-by_hand)))


def test_what_is_far_beyond_all_that_was_seen_counts_no_more() -> None:
    assert np.allclose(KNOWN.of(np.array([[11.0, 0.0]])), KNOWN.of(np.array([[1e9, 0.0]])))


def test_it_is_the_same_when_written_and_read() -> None:
    assert Agreement.from_dict(KNOWN.to_dict()) == KNOWN


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scale", (0.0, 1.0)),
        ("scale", (1.0,)),
        ("hidden", ((1.0,),)),
        ("hidden", ()),
        ("bias", (1.0, float("nan"))),
        ("constant", "much"),
        ("answer", None),
    ],
)
def test_numbers_that_can_not_be_meant_are_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"its|finite"):
        Agreement.from_dict({**KNOWN.to_dict(), name: value})
