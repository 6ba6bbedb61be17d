"""ISCN short forms of numerical karyotypes."""

from __future__ import annotations

import pytest

from napari_karyo.classes import AUTOSOMES, CLASSES
from napari_karyo.iscn import ploidy, short_form


def counts(sex: str = "XX", level: int = 2, **changes: int) -> dict[str, int]:
    """Return counts: `level` of each autosome, the sex chromosomes, and c21=1 for +21."""
    table = dict.fromkeys(AUTOSOMES, level)
    table |= {name: sex.count(name) for name in "XY"}
    for name, difference in changes.items():
        table[name[1:]] += difference
    return table


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (counts(), "46,XX"),
        (counts("XY"), "46,XY"),
        (counts("X"), "45,X"),
        (counts("Y"), "45,Y"),
        (counts("XXX"), "47,XXX"),
        (counts("XXY"), "47,XXY"),
        (counts("XYY"), "47,XYY"),
        (counts("XXXX"), "48,XXXX"),
        (counts("XXXY"), "48,XXXY"),
        (counts("XXYY"), "48,XXYY"),
        (counts("XXXXY"), "49,XXXXY"),
        (counts("XXXXX"), "49,XXXXX"),
        (counts(""), "44,?"),
        (counts("XY", c21=1), "47,XY,+21"),
        (counts("XX", c21=1), "47,XX,+21"),
        (counts("XX", c18=1), "47,XX,+18"),
        (counts("XX", c13=1), "47,XX,+13"),
        (counts("XY", c8=1), "47,XY,+8"),
        (counts("XX", c7=-1), "45,XX,-7"),
        (counts("XY", c22=-1), "45,XY,-22"),
        (counts("XX", c7=1, c21=1), "48,XX,+7,+21"),
        (counts("XX", c21=1, c7=1), "48,XX,+7,+21"),
        (counts("XX", c8=2), "48,XX,+8,+8"),
        (counts("XX", c7=-2), "44,XX,-7,-7"),
        (counts("X", c21=1), "46,X,+21"),
        (counts("XXY", c21=1), "48,XXY,+21"),
        (counts("XYY", c18=1), "48,XYY,+18"),
        (counts("XY", c5=-1, c7=-1), "44,XY,-5,-7"),
        (counts("XX", c7=-1, c8=1), "46,XX,-7,+8"),
        (counts("XX", c22=-1, c1=1), "46,XX,+1,-22"),
        (counts("XXX", 3), "69,XXX"),
        (counts("XXY", 3), "69,XXY"),
        (counts("XYY", 3), "69,XYY"),
        (counts("XXX", 3, c21=1), "70<3n>,XXX,+21"),
        (counts("XXY", 3, c7=-1), "68<3n>,XXY,-7"),
        (counts("XXXX", 4), "92,XXXX"),
        (counts("XXYY", 4), "92,XXYY"),
        (counts("XXXX", 4, c8=1), "93<4n>,XXXX,+8"),
        (counts("X", 1), "23,X"),
        (counts("Y", 1), "23,Y"),
        ({}, "0,?"),
        ({"21": 1}, "1,?," + ",".join(f"-{n}" for n in AUTOSOMES for _ in range(1 + (n != "21")))),
    ],
)
def test_short_form(table: dict[str, int], expected: str) -> None:
    assert short_form(table) == expected


@pytest.mark.parametrize(
    ("markers", "expected"), [(1, "47,XX,+mar"), (2, "48,XX,+2mar"), (0, "46,XX")]
)
def test_markers_count(markers: int, expected: str) -> None:
    assert short_form(counts(), markers) == expected


def test_a_cell_that_lost_ten_is_still_diploid() -> None:
    table = counts("XY")
    for name in ("2", "4", "6", "9", "11", "13", "15", "17", "19", "22"):
        table[name] -= 1
    assert ploidy(table) == 2
    assert short_form(table).startswith("36,XY,-2,-4,-6")


def test_the_count_is_the_number_of_chromosomes() -> None:
    table = {name: number % 4 for number, name in enumerate(CLASSES)}
    form = short_form(table)
    assert int(form.split(",")[0].split("<")[0]) == sum(table.values())
