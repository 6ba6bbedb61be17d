"""Which karyotypes nobody can have: never proposed. And those of people and tumours: always."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_karyo.classes import AUTOSOMES, CLASSES
from napari_karyo.iscn import FEWEST, ChromosomeContent, implausible, parse

REAL = [
    # What people are born with.
    "46,XX",
    "45,X",
    "47,XXY",
    "47,XYY",
    "48,XXYY",
    "49,XXXXX",
    "49,XXXXY",
    "49,XYYYY",
    "47,XY,+21",
    "48,XXY,+21",
    "69,XXY",
    "92,XXYY",
    # Leukaemia: high hyperdiploid, also by doubling; low hypodiploid, near-haploid.
    "55,XX,+X,+4,+6,+10,+14,+17,+18,+21,+21",
    "58<2n>,XX,+4,+4,+6,+6,+10,+10,+14,+14,+18,+18,+21,+21",
    "55,XY,+X,+4,+5,+6,+8,+10,+14,+17,+18,+21,-7",
    "36,XX,-2,-3,-4,-7,-9,-13,-15,-16,-17,-20",
    "27,X,+14,+18,+21,+21",
    # Tetrasomy, and what is published beyond it.
    "48,XX,+8,+8",
    "49,XX,+8,+8,+8",
    "50,XY,+21,+21,+21,+21",
    # Complex: myeloid leukaemia, glioma, carcinoma of kidney and colon, triploid and beyond.
    "43,XY,-5,-7,-12,-16,-17,-18,+8,+11,+mar",
    "45,XX,-5,-5,+mar",
    "44,XY,+7,+19,+20,-9,-10,-13,-14,-22",
    "53,X,-Y,+3,+7,+7,+12,+16,+17,+17,+20",
    "39,X,-Y,-1,-2,-6,-10,-13,-17",
    "45,XX,+7,+8,+13,+20,-4,-14,-15,-18,-22",
    "68<3n>,XX,+5,+7,+7,-4,-8,-13",
    "86<4n>,XXYY,-4,-9,-13,-13,-17,-22",
    # Lost in preparation, both of a pair among them.
    "36,XY,-1,-2,-3,-4,-5,-6,-7,-8,-9,-10",
    "44,XX,-7,-7",
    "40,XY,-1,-3,-8,-8,-14,-22",
    "45,Y",
]

MISREAD = [
    ("46,Y,-5,-7,-7,-18,+19,+19,+19,+19,+19", "7 copies of chromosome 19"),
    ("46,XX,-7,-7,+9,+12", "no chromosome 7 among 46"),
    ("45,XY,-7,-7,+21", "no chromosome 7 among 45"),
    ("46,XX,-7,-7,-3,-3,+9,+9,+12,+12", "no chromosome 3 and no 7 among 46"),
    ("46,YY", "no chromosome X among 46"),
    ("49,XX,+19,+19,+19", "5 copies of chromosome 19"),
    ("51,XX,+21,+21,+21,+21,+21", "7 copies of chromosome 21"),
    ("50,XXXXYY", "6 sex chromosomes"),
    ("46,XX,-1,-2,-3,-4,-5,-6,-7,+9,+10,+11,+12,+13,+14,+15", "7 gains and 7 losses at once"),
]


@pytest.mark.parametrize("text", REAL)
def test_what_people_and_tumours_have_is_plausible(text: str) -> None:
    assert implausible(parse(text).clones[0].content) == ""


@pytest.mark.parametrize(("text", "why"), MISREAD, ids=[text for text, _ in MISREAD])
def test_what_nobody_can_have_is_named(text: str, why: str) -> None:
    assert implausible(parse(text).clones[0].content) == why


def test_more_than_four_sets_are_named() -> None:
    eight = ChromosomeContent(dict.fromkeys(AUTOSOMES, 8) | {"X": 8})
    assert implausible(eight) == "184 chromosomes, more than a near-tetraploid cell has"
    most = Counter(dict.fromkeys(AUTOSOMES, 4)) + Counter({"X": 4, "7": 4, "8": 4, "20": 3})
    assert ChromosomeContent(most).total == 103
    assert implausible(ChromosomeContent(most)) == ""
    assert implausible(ChromosomeContent(most + Counter({"20": 1}))).startswith("104 chromosomes")


def test_of_more_sets_more_copies_are_plausible() -> None:
    three = Counter(dict.fromkeys(AUTOSOMES, 3)) + Counter({"X": 3})
    assert implausible(ChromosomeContent(three + Counter({"7": 3}))) == ""
    assert implausible(ChromosomeContent(three + Counter({"7": 4}))) == "7 copies of chromosome 7"
    assert implausible(ChromosomeContent({**three, "7": 0})) == ""
    assert implausible(ChromosomeContent({**three, "7": 0, "8": 4})) == "no chromosome 7 among 67"


@given(st.lists(st.sampled_from(CLASSES), max_size=46))
def test_a_normal_cell_that_lost_some_is_always_plausible(lost: list[str]) -> None:
    counts = Counter(dict.fromkeys(AUTOSOMES, 2)) + Counter({"X": 1, "Y": 1})
    counts.subtract({name: min(number, counts[name]) for name, number in Counter(lost).items()})
    assert implausible(ChromosomeContent(counts)) == ""


@given(st.dictionaries(st.sampled_from(CLASSES), st.integers(0, 60)), st.integers(0, 3))
def test_every_content_gets_an_answer(counts: dict[str, int], markers: int) -> None:
    content = ChromosomeContent(counts, markers)
    why = implausible(content)
    assert not (why and content.total < FEWEST)
    assert why.strip() == why
