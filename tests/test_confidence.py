"""The confidence light."""

from __future__ import annotations

import numpy as np
import pytest

from napari_karyo.classes import CLASS_INDEX, CLASSES, TRAY
from napari_karyo.inference.confidence import (
    Light,
    assigned_probability,
    doubtful_order,
    light,
    lights,
)

THRESHOLDS = (0.6, 0.9)


def table(*rows: tuple[str, float]) -> np.ndarray:
    """Return probabilities, each row one class with its share, the rest spread evenly."""
    probabilities = np.zeros((len(rows), len(CLASSES)), np.float32)
    for row, (name, share) in zip(probabilities, rows, strict=True):
        row[:] = (1 - share) / (len(CLASSES) - 1)
        row[CLASS_INDEX[name]] = share
    return probabilities


@pytest.mark.parametrize(
    ("share", "agrees", "expected"),
    [
        (1.0, True, Light.SURE),
        (0.9, True, Light.SURE),
        (0.899, True, Light.LOOK),
        (0.6, True, Light.LOOK),
        (0.599, True, Light.DOUBTFUL),
        (0.0, True, Light.DOUBTFUL),
        (float("nan"), True, Light.DOUBTFUL),
        (1.0, False, Light.DOUBTFUL),
        (0.7, False, Light.DOUBTFUL),
        (0.1, False, Light.DOUBTFUL),
    ],
)
def test_light(share: float, agrees: bool, expected: Light) -> None:
    assert light(share, agrees, THRESHOLDS) is expected


def test_lights_of_a_cell() -> None:
    probabilities = table(("1", 0.95), ("2", 0.8), ("3", 0.4), ("4", 0.95), ("5", 0.2))
    assigned = ["1", "2", "3", "5", TRAY]
    assert lights(probabilities, assigned, THRESHOLDS) == (
        Light.SURE,
        Light.LOOK,
        Light.DOUBTFUL,
        Light.DOUBTFUL,
        Light.LOOK,
    )
    shares = assigned_probability(probabilities, assigned)
    assert shares == pytest.approx([0.95, 0.8, 0.4, 0.05 / 23, 0.2])


def test_the_most_doubtful_come_first_and_sure_ones_not_at_all() -> None:
    probabilities = table(
        ("1", 0.95), ("2", 0.8), ("3", 0.4), ("4", 0.95), ("5", 0.7), ("6", 0.4), ("7", 0.2)
    )
    assigned = ["1", "2", "3", "5", "5", "6", TRAY]
    # 3 is given a class that the model all but excludes; 6 lies in the tray.
    assert doubtful_order(probabilities, assigned, THRESHOLDS) == [3, 2, 5, 6, 4, 1]
    assert doubtful_order(probabilities[:1], ["1"], THRESHOLDS) == []


def test_no_chromosome_at_all() -> None:
    empty = np.zeros((0, 24), np.float32)
    assert lights(empty, [], THRESHOLDS) == ()
    assert doubtful_order(empty, [], THRESHOLDS) == []


def test_every_chromosome_needs_a_slot() -> None:
    with pytest.raises(ValueError, match="shorter"):
        lights(table(("1", 0.9), ("2", 0.9)), ["1"], THRESHOLDS)
