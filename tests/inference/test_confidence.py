"""The confidence light."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from drawn import THRESHOLDS, make_cell, make_classification

from napari_karyo.classes import CLASS_INDEX, CLASSES, MARKERS, TRAY
from napari_karyo.classified import propose
from napari_karyo.classified.lights import doubtful_order, lights_of
from napari_karyo.inference.assignment import placements
from napari_karyo.inference.confidence import Light, light, lights, slot_probability
from napari_karyo.inference.result import Classification

SAID = (("1", 0.95), ("2", 0.8), ("3", 0.4), ("4", 0.95), ("5", 0.7), ("6", 0.4), ("7", 0.2))
SLOTS = ("1", "2", "3", "5", "5", "6", TRAY)
WHY = "It is an R-banded cell, it seems."


def classified(*rows: tuple[str, float], **marks: Any) -> Classification:
    """Return a cell, each crop with one class and its share, the rest spread evenly."""
    found = make_classification(make_cell(["1"] * len(rows)), ["1"] * len(rows), **marks)
    for row, (name, share) in zip(found.probabilities, rows, strict=True):
        row[:] = (1 - share) / (len(CLASSES) - 1)
        row[CLASS_INDEX[name]] = share
    return found


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
    found = classified(*SAID)
    slots = dict(enumerate([*SLOTS[:5], MARKERS, TRAY]))
    assert lights(found, slots) == {
        0: Light.SURE,
        1: Light.LOOK,
        2: Light.DOUBTFUL,
        3: Light.DOUBTFUL,
        4: Light.LOOK,
        5: Light.LOOK,
        6: Light.LOOK,
    }
    shares = [slot_probability(found, *place) for place in slots.items()]
    assert shares == pytest.approx([0.95, 0.8, 0.4, 0.05 / 23, 0.7, 0.4, 0.2])
    assert lights(found, {}) == {}


def test_where_sure_lights_are_withheld_the_others_stay_as_they_are() -> None:
    slots = dict(enumerate(SLOTS))
    plain = lights(classified(*SAID), slots)
    withheld = lights(classified(*SAID, withheld="Only 7 crops."), slots)
    assert plain[0] is Light.SURE
    assert withheld == {**plain, 0: Light.LOOK}


def test_of_an_unknown_cell_every_light_is_unknown() -> None:
    found = classified(*SAID, unknown=WHY)
    assert set(lights(found, dict(enumerate(SLOTS))).values()) == {Light.UNKNOWN}
    karyotype = propose(found, SLOTS)
    karyotype.move([1], MARKERS)
    assert set(lights_of(found, karyotype).values()) == {Light.UNKNOWN}


def test_what_is_no_chromosome_is_unknown_wherever_it_sits() -> None:
    found = classified(*SAID, foreign=[0, 1])
    karyotype = propose(found)
    for slot in (TRAY, "1", "7", MARKERS):
        karyotype.move([0], slot)
        shown = lights_of(found, karyotype)
        assert [one for one, item in shown.items() if item is Light.UNKNOWN] == [0, 1]


def test_what_is_no_chromosome_takes_no_place_from_the_others() -> None:
    # Two sure ones and one less sure: of the three the last would have to go elsewhere.
    rows = [("21", 0.99), ("21", 0.99), ("21", 0.6)]
    for row in (without := classified(*rows)).probabilities[2:]:
        row[CLASS_INDEX["22"]] = 0.35
    assert placements(without) == ("21", "21", "22")
    found = replace(without, foreign=np.array([True, False, False]))
    assert placements(found) == (TRAY, "21", "21")
    assert propose(found).state.slots[TRAY] == (0,)
    assert placements(replace(found, foreign=np.ones(3, np.bool_))) == (TRAY,) * 3


def test_the_most_doubtful_come_first_and_sure_ones_not_at_all() -> None:
    found = classified(*SAID)
    # 3 is given a class that the model all but excludes; 6 lies in the tray.
    assert doubtful_order(found, propose(found, SLOTS)) == [3, 2, 5, 6, 4, 1]


def test_what_is_no_chromosome_is_asked_for_first() -> None:
    found = classified(*SAID, foreign=[0, 6])
    karyotype = propose(found, SLOTS)
    assert doubtful_order(found, karyotype) == [6, 0, 3, 2, 5, 4, 1]
    karyotype.review([6])
    assert doubtful_order(found, karyotype) == [0, 3, 2, 5, 4, 1]


def test_an_unknown_cell_is_asked_for_whole_in_the_order_of_doubt() -> None:
    found = classified(*SAID, unknown=WHY)
    karyotype = propose(found, SLOTS)
    assert doubtful_order(found, karyotype) == [3, 2, 5, 6, 4, 1, 0]


def test_a_doubtful_way_up_wants_a_look() -> None:
    found = classified(("1", 0.99), ("2", 0.99))
    found.p_arm_up[1] = 0.6
    karyotype = propose(found)
    assert doubtful_order(found, karyotype) == [1]
    karyotype.turn([1])
    assert doubtful_order(found, karyotype) == []
