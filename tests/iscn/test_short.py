"""Karyotypes as a cytogeneticist would write them."""

from __future__ import annotations

import copy
import pickle
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_karyo.classes import AUTOSOMES, CLASSES, TRAY
from napari_karyo.iscn import ChromosomeContent, content_form, parse, ploidy, short_form


def counts(sets: int, sex: str, **changes: int) -> dict[str, int]:
    """Return `sets` of each autosome and the sex chromosomes, with changes such as c21=+1."""
    table = dict.fromkeys(AUTOSOMES, sets)
    table |= {"X": sex.count("X"), "Y": sex.count("Y")}
    for name, change in changes.items():
        table[name.removeprefix("c")] += change
    return table


def lost(*names: str, sex: str = "XY") -> dict[str, int]:
    """Return a diploid cell that lost one of each of these autosomes."""
    return counts(2, sex, **{f"c{name}": -1 for name in names})


TABLE = [
    # Normal, and the sex chromosomes.
    (counts(2, "XX"), 0, "46,XX"),
    (counts(2, "XY"), 0, "46,XY"),
    (counts(2, "X"), 0, "45,X"),
    (counts(2, "Y"), 0, "45,Y"),
    (counts(2, "XXX"), 0, "47,XXX"),
    (counts(2, "XXY"), 0, "47,XXY"),
    (counts(2, "XYY"), 0, "47,XYY"),
    (counts(2, "YY"), 0, "46,YY"),
    (counts(2, "XXXX"), 0, "48,XXXX"),
    (counts(2, "XXXY"), 0, "48,XXXY"),
    (counts(2, "XXYY"), 0, "48,XXYY"),
    (counts(2, "XYYY"), 0, "48,XYYY"),
    (counts(2, "XXXXX"), 0, "49,XXXXX"),
    (counts(2, "XXXXY"), 0, "49,XXXXY"),
    # One autosome more or less.
    (counts(2, "XY", c21=1), 0, "47,XY,+21"),
    (counts(2, "XX", c21=1), 0, "47,XX,+21"),
    (counts(2, "XX", c18=1), 0, "47,XX,+18"),
    (counts(2, "XY", c13=1), 0, "47,XY,+13"),
    (counts(2, "XY", c8=1), 0, "47,XY,+8"),
    (counts(2, "XX", c1=1), 0, "47,XX,+1"),
    (counts(2, "XX", c7=-1), 0, "45,XX,-7"),
    (counts(2, "XY", c22=-1), 0, "45,XY,-22"),
    # Several, in numeric order whether gained or lost.
    (counts(2, "XX", c7=1, c21=1), 0, "48,XX,+7,+21"),
    (counts(2, "XX", c8=2), 0, "48,XX,+8,+8"),
    (counts(2, "XX", c7=-2), 0, "44,XX,-7,-7"),
    (counts(2, "XY", c10=1, c9=-1), 0, "46,XY,-9,+10"),
    (counts(2, "XY", c2=-1, c19=1, c11=1), 0, "47,XY,-2,+11,+19"),
    (counts(2, "XY", c21=2), 0, "48,XY,+21,+21"),
    (counts(2, "XXY", c21=1), 0, "48,XXY,+21"),
    (counts(2, "X", c21=1), 0, "46,X,+21"),
    (counts(2, "X", c7=-1), 0, "44,X,-7"),
    (counts(2, "XYY", c18=1, c22=-1), 0, "47,XYY,+18,-22"),
    # Lost in preparation: as seen.
    (lost(*AUTOSOMES[:10]), 0, "36,XY,-1,-2,-3,-4,-5,-6,-7,-8,-9,-10"),
    (lost("14", "20", sex="X"), 0, "43,X,-14,-20"),
    ({"1": 2, "X": 1}, 0, "3<2n>,X" + "".join(f",-{n},-{n}" for n in range(2, 23))),
    # No sex chromosome, nothing at all.
    (counts(2, ""), 0, "44,? (no sex chromosome found)"),
    (counts(2, "", c21=1), 0, "45,?,+21 (no sex chromosome found)"),
    ({}, 0, "0 (no chromosome placed)"),
    (dict.fromkeys(CLASSES, 0), 0, "0 (no chromosome placed)"),
    ({TRAY: 7}, 0, "0 (no chromosome placed)"),
    # Whole multiples.
    (counts(3, "XXX"), 0, "69,XXX"),
    (counts(3, "XXY"), 0, "69,XXY"),
    (counts(3, "XYY"), 0, "69,XYY"),
    (counts(4, "XXXX"), 0, "92,XXXX"),
    (counts(4, "XXYY"), 0, "92,XXYY"),
    (counts(1, "X"), 0, "23,X"),
    (counts(6, "XXXXXX"), 0, "138,XXXXXX"),
    # Near them.
    (counts(3, "XXX", c21=1), 0, "70<3n>,XXX,+21"),
    (counts(3, "XXY", c7=-1), 0, "68<3n>,XXY,-7"),
    (counts(3, "XXY", c7=-1, c8=1), 0, "69<3n>,XXY,-7,+8"),
    (counts(3, "XXYY"), 0, "70<3n>,XXYY"),
    (counts(3, "XX"), 0, "68<3n>,XX"),
    (counts(3, "XXX", c17=-3), 0, "66<3n>,XXX,-17,-17,-17"),
    (counts(4, "XXYY", c13=-1, c8=2), 0, "93<4n>,XXYY,+8,+8,-13"),
    (counts(1, "X", c4=1, c6=1, c21=1), 0, "26<1n>,X,+4,+6,+21"),
    # Hyperdiploid beyond 57 is not near-triploid where four copies show that it isn't.
    (
        counts(2, "XX", c4=2, c6=2, c10=2, c14=2, c18=2, c21=2),
        0,
        "58<2n>,XX,+4,+4,+6,+6,+10,+10,+14,+14,+18,+18,+21,+21",
    ),
    # Markers count and come last; the tray doesn't.
    (counts(2, "XX"), 1, "47,XX,+mar"),
    (counts(2, "XY"), 2, "48,XY,+2mar"),
    (counts(2, "XY", c5=-1), 1, "46,XY,-5,+mar"),
    (counts(3, "XXX"), 1, "70<3n>,XXX,+mar"),
    (
        {},
        1,
        "1<2n>,?"
        + "".join(f",-{n},-{n}" for n in range(1, 23))
        + ",+mar (no sex chromosome found)",
    ),
    (counts(2, "XX") | {TRAY: 3}, 0, "46,XX"),
]


@pytest.mark.parametrize(("table", "markers", "expected"), TABLE, ids=[row[2] for row in TABLE])
def test_short_form(table: dict[str, int], markers: int, expected: str) -> None:
    assert short_form(table, markers) == expected


CELLS = [row for row in TABLE if not row[2].startswith("0 ")]


@pytest.mark.parametrize(("table", "markers", "expected"), CELLS, ids=[row[2] for row in CELLS])
def test_what_is_written_is_read_back(table: dict[str, int], markers: int, expected: str) -> None:
    (clone,) = parse(expected).clones
    assert clone.content == ChromosomeContent(table, markers)


XX, XY, X = counts(2, "XX"), counts(2, "XY"), counts(2, "X")

DERIVATIVES = [
    # In the place of a normal one, or extra, or with a normal one lost.
    (XX, {"9": 1}, 0, "46,XX,der(9)"),
    (XX, {"9": 2}, 0, "46,XX,der(9)x2"),
    (counts(2, "XX", c9=1), {"9": 1}, 0, "47,XX,+der(9)"),
    (counts(2, "XX", c9=1), {"9": 2}, 0, "47,XX,der(9),+der(9)"),
    (counts(2, "XX", c9=1), {"9": 3}, 0, "47,XX,der(9)x2,+der(9)"),
    (counts(2, "XX", c9=2), {"9": 1}, 0, "48,XX,+9,+der(9)"),
    (counts(2, "XX", c9=2), {"9": 2}, 0, "48,XX,+der(9)x2"),
    (counts(2, "XY", c10=-1), {"10": 1}, 0, "45,XY,-10,der(10)"),
    # In the order of the classes, before the markers.
    (counts(2, "XY", c7=-1, c21=1), {"5": 1, "22": 1}, 1, "47,XY,der(5),-7,+21,der(22),+mar"),
    (XY, {"9": 1, "22": 1}, 0, "46,XY,der(9),der(22)"),
    # Sex chromosomes: out of the list of the normal ones.
    (XX, {"X": 1}, 0, "46,X,der(X)"),
    (XX, {"X": 2}, 0, "46,der(X)x2"),
    (X, {"X": 1}, 0, "45,der(X)"),
    (XY, {"X": 1}, 0, "46,Y,der(X)"),
    (XY, {"Y": 1}, 0, "46,X,der(Y)"),
    (XY, {"X": 1, "Y": 1}, 0, "46,der(X),der(Y)"),
    (counts(2, "XXX"), {"X": 1}, 0, "47,XX,+der(X)"),
    (counts(2, "XXX"), {"X": 2}, 0, "47,X,der(X),+der(X)"),
    (counts(2, "XXY"), {"X": 1}, 0, "47,XY,+der(X)"),
    (counts(2, "XXY"), {"Y": 1}, 0, "47,XX,der(Y)"),
    (counts(2, "XYY"), {"Y": 1}, 0, "47,XY,+der(Y)"),
    (counts(2, "XYY"), {"X": 1}, 0, "47,YY,der(X)"),
    (counts(2, "XX", c8=1), {"X": 1}, 0, "47,X,der(X),+8"),
    # Against their own ploidy.
    (counts(3, "XXX"), {"X": 1}, 0, "69<3n>,XX,der(X)"),
    (counts(3, "XXY"), {"9": 1}, 0, "69<3n>,XXY,der(9)"),
    (counts(4, "XXYY"), {"9": 2}, 0, "92<4n>,XXYY,der(9)x2"),
    (counts(4, "XXXX", c9=1), {"9": 1}, 2, "95<4n>,XXXX,+der(9),+2mar"),
    (counts(1, "X"), {"9": 1}, 0, "23<1n>,X,der(9)"),
    (counts(2, ""), {"9": 1}, 0, "44,?,der(9) (no sex chromosome found)"),
]


@pytest.mark.parametrize(
    ("table", "derivatives", "markers", "expected"), DERIVATIVES, ids=[r[3] for r in DERIVATIVES]
)
def test_derivatives(
    table: dict[str, int], derivatives: dict[str, int], markers: int, expected: str
) -> None:
    assert short_form(table, markers, derivatives) == expected
    (clone,) = parse(expected).clones
    assert clone.content == ChromosomeContent(table, markers, derivatives)


def test_a_derivative_must_be_among_the_chromosomes() -> None:
    with pytest.raises(ValueError, match="3 derivatives among 2 of chromosome 9"):
        short_form(XX, derivatives={"9": 3})
    with pytest.raises(ValueError, match="no chromosome class 'chr9'"):
        short_form(XX, derivatives={"chr9": 1})
    with pytest.raises(ValueError, match="below zero"):
        short_form(XX, derivatives={"9": -1})


@st.composite
def contents(draw: st.DrawFn) -> ChromosomeContent:
    """Any content of any ploidy, more often than not near one."""
    sets = draw(st.integers(1, 5))
    table = dict.fromkeys(AUTOSOMES, sets)
    table |= draw(st.dictionaries(st.sampled_from(CLASSES), st.integers(0, 6), max_size=8))
    abnormal = {
        name: draw(st.integers(0, table.get(name, 0)))
        for name in draw(st.lists(st.sampled_from(CLASSES), max_size=4, unique=True))
    }
    return ChromosomeContent(table, draw(st.integers(0, 3)), abnormal)


@given(contents())
def test_any_content_is_read_back_from_its_short_form(content: ChromosomeContent) -> None:
    text = short_form(content.counts, content.markers, content.derivatives)
    (clone,) = parse(text).clones
    assert clone.content == content
    assert not clone.unknown_sex


@given(st.dictionaries(st.sampled_from(CLASSES), st.integers(0, 6)), st.integers(0, 3))
def test_a_part_of_a_cell_is_read_back_too(table: dict[str, int], markers: int) -> None:
    content = ChromosomeContent(table, markers)
    if content.total:
        assert parse(short_form(table, markers)).clones[0].content == content


def test_contents_are_equal_by_what_they_hold_and_can_be_stored() -> None:
    first = ChromosomeContent({"1": 2, TRAY: 4}, derivatives={"1": 1, "2": 0})
    again = ChromosomeContent({"1": 2, "X": 0}, 0, {"1": 1})
    assert first == again
    assert {first: 1}[again] == 1
    assert first != ChromosomeContent({"1": 2})
    assert first != ChromosomeContent({"1": 2}, 1, {"1": 1})
    assert first.total == 2
    assert pickle.loads(pickle.dumps(first)) == copy.deepcopy(first) == first
    with pytest.raises(TypeError):
        first.counts["1"] = 3  # type: ignore[index]
    with pytest.raises(AttributeError):
        first.markers = 3  # type: ignore[misc]


def test_a_handful_has_no_karyotype() -> None:
    assert content_form(ChromosomeContent({"21": 1})) == "1 (too few for a karyotype)"
    assert content_form(ChromosomeContent({"1": 18}, 1)) == "19 (too few for a karyotype)"
    assert content_form(ChromosomeContent({"1": 20})).startswith("20")
    assert "," in content_form(ChromosomeContent({"1": 20}))
    assert content_form(ChromosomeContent({})) == "0 (no chromosome placed)"
    assert content_form(ChromosomeContent(XX, 1, {"9": 1})) == "47,XX,der(9),+mar"


@pytest.mark.parametrize(
    ("total", "sets"), [(35, 2), (46, 2), (57, 2), (58, 3), (80, 3), (81, 4), (103, 4), (104, 5)]
)
def test_the_borders_between_ploidies_are_those_of_iscn(total: int, sets: int) -> None:
    # As even as can be: so many chromosomes spread over the 22 autosomes and sex.
    low, extra = divmod(total, 23)
    table = {name: low + (number < extra) for number, name in enumerate(AUTOSOMES)}
    table["X"] = total - sum(table.values())
    assert ploidy(table) == sets


def test_a_diploid_cell_that_lost_many_is_not_called_haploid() -> None:
    table = dict.fromkeys(AUTOSOMES, 1) | {"X": 1, "3": 0, "9": 0, "17": 2}
    assert ploidy(table) == 2
    assert ploidy(table | {"3": 1, "9": 1}) == 1


@pytest.mark.parametrize("table", [{"23": 1}, {"x": 1}, {"1": -1}])
def test_nonsense_is_refused(table: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"no chromosome class|below zero"):
        short_form(table)
    with pytest.raises(ValueError, match="below zero"):
        short_form({}, markers=-1)


@given(
    st.dictionaries(st.sampled_from(CLASSES), st.integers(0, 6)),
    st.integers(0, 3),
)
def test_the_string_can_be_counted_back(table: dict[str, int], markers: int) -> None:
    """The count at the front is the ploidy's autosomes, the sex field, gains and losses."""
    total = sum(table.values()) + markers
    text = short_form(table, markers).partition(" (")[0]
    if total == 0:
        assert text == "0"
        return
    front, sex, *changes = text.split(",")
    number, _, bracket = front.partition("<")
    assert int(number) == total
    sets = int(bracket.removesuffix("n>")) if bracket else max(1, (total + 11) // 23)
    found = dict.fromkeys(AUTOSOMES, sets) | {"X": sex.count("X"), "Y": sex.count("Y")}
    seen_markers = 0
    named = []
    for change in changes:
        if change.endswith("mar"):
            seen_markers = int(change[1:-3] or 1)
            assert change is changes[-1]
        else:
            found[change[1:]] += 1 if change[0] == "+" else -1
            named.append(int(change[1:]))
    assert seen_markers == markers
    assert found == {name: table.get(name, 0) for name in CLASSES}
    assert all(before <= after for before, after in pairwise(named))
