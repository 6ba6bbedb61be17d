"""Clones from several cells, by the rule of counting."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_karyo.classes import CLASSES
from napari_karyo.iscn import ChromosomeContent, Finding, class_counts, clones, differences, parse


def cells(*rows: str) -> list[ChromosomeContent]:
    """Return contents: ``cells("3 45,X", "46,XX")`` are three cells and one."""
    found = []
    for row in rows:
        number, _, text = row.rpartition(" ")
        found += [parse(text).clones[0].content] * int(number or 1)
    return found


def of(*rows: str, prefix: bool = True, gains: int = 2, losses: int = 3) -> Finding:
    return clones(cells(*rows), gains, losses, prefix=prefix)


TABLE = {
    # One clone.
    ("20 46,XX",): "46,XX[20]",
    ("20 47,XX,+21",): "47,XX,+21[20]",
    ("46,XX",): "46,XX[1]",
    # The rule: two for a gain, three for a loss.
    ("46,XX", "46,XX", "47,XX,+8"): "46,XX[3]",
    ("3 46,XX", "2 47,XX,+8"): "mos 47,XX,+8[2]/46,XX[3]",
    ("3 46,XX", "2 45,XX,-8"): "46,XX[5]",
    ("3 46,XX", "3 45,XX,-8"): "mos 45,XX,-8[3]/46,XX[3]",
    ("3 46,XX", "45,XX,-8", "45,XX,-9", "45,XX,-10"): "46,XX[6]",
    ("9 46,XX", "46,XX,der(9)"): "46,XX[10]",
    ("8 46,XX", "2 46,XX,der(9)"): "mos 46,XX,der(9)[2]/46,XX[8]",
    ("8 46,XX", "2 47,XX,+der(9)"): "mos 47,XX,+der(9)[2]/46,XX[8]",
    # An extra normal 9 and an extra derivative are two changes.
    ("8 46,XX", "47,XX,+9", "47,XX,+der(9)"): "46,XX[10]",
    ("8 46,XX", "2 47,XX,+mar"): "mos 47,XX,+mar[2]/46,XX[8]",
    ("9 46,XX", "47,XX,+mar"): "46,XX[10]",
    ("8 46,XX", "47,XX,+mar", "48,XX,+2mar"): "mos 47,XX,+mar[2]/46,XX[8]",
    # Sex chromosomes.
    ("5 45,X", "15 46,XX"): "mos 45,X[5]/46,XX[15]",
    ("15 45,X", "5 46,XX"): "mos 45,X[15]/46,XX[5]",
    ("2 45,X", "15 46,XX"): "46,XX[17]",
    ("20 45,X",): "45,X[20]",
    ("3 45,X", "9 46,XY"): "mos 45,X[3]/46,XY[9]",
    ("20 47,XXY",): "47,XXY[20]",
    ("10 47,XXY", "10 46,XY"): "mos 47,XXY[10]/46,XY[10]",
    ("10 47,XXY", "10 46,XX"): "mos 47,XXY[10]/46,XX[10]",
    ("47,XXY", "10 46,XY"): "46,XY[11]",
    ("20 47,XYY",): "47,XYY[20]",
    ("20 47,XXX",): "47,XXX[20]",
    ("20 48,XXXX",): "48,XXXX[20]",
    ("20 49,XXXXY",): "49,XXXXY[20]",
    ("10 45,X", "8 46,XX", "4 47,XXX"): "mos 45,X[10]/47,XXX[4]/46,XX[8]",
    ("4 46,X,der(X)", "4 45,X"): "mos 45,X[4]/46,X,der(X)[4]",
    ("8 46,XX", "2 46,XY"): "mos 46,XX[8]/46,XY[2]",
    ("8 46,XX", "46,XY"): "46,XX[9]",
    ("8 46,XY", "2 46,XX"): "mos 46,XY[8]/46,XX[2]",
    # Lost in preparation: the cell counts with what is left.
    ("4 47,XX,+21", "46,XX,-3,+21", "2 46,XX,+21,-22"): "47,XX,+21[7]",
    ("5 47,XX,+8", "4 46,XX", "2 46,XX,+8,-22", "45,XX,-22"): "mos 47,XX,+8[7]/46,XX[5]",
    # Subclones: a loss that three cells of the clone have.
    ("5 47,XX,+8", "3 46,XX,+8,-22"): "mos 47,XX,+8[5]/46,XX,+8,-22[3]",
    # Other ploidies.
    ("3 46,XX", "2 92,XXXX"): "mos 92,XXXX[2]/46,XX[3]",
    ("3 46,XX", "92,XXXX"): "46,XX[4]",
    ("3 46,XY", "92,XXYY"): "46,XY[4]",
    ("4 69,XXY",): "69,XXY[4]",
    ("4 69,XYY",): "69,XYY[4]",
    ("4 69,XXX", "68<3n>,XXX,-7"): "69,XXX[5]",
    ("4 92,XXYY", "93<4n>,XXYY,+8", "46,XY"): "mos 92,XXYY[5]/46,XY[1]",
    ("3 47,XX,+21", "94<4n>,XXXX,+21,+21"): "47,XX,+21[4]",
    ("3 47,XX,+21", "2 94<4n>,XXXX,+21,+21"): "mos 47,XX,+21[3]/94<4n>,XXXX,+21,+21[2]",
    ("2 47,XX,+21", "2 48,XX,+21,+21"): "mos 47,XX,+21[2]/48,XX,+21,+21[2]",
    ("3 47,XX,+21", "2 48,XX,+21,+21", "94<4n>,XXXX,+21,+21"): (
        "mos 47,XX,+21[4]/48,XX,+21,+21[2]"
    ),
    ("9 46,XX", "2 47,XYY"): "mos 47,XYY[2]/46,XX[9]",
    ("4 23,X",): "23,X[4]",
    # By size, the normal clone last however large.
    ("2 47,XX,+8", "5 47,XX,+21", "9 46,XX"): "mos 47,XX,+21[5]/47,XX,+8[2]/46,XX[9]",
    ("2 47,XX,+21", "2 47,XX,+8"): "mos 47,XX,+8[2]/47,XX,+21[2]",
}


@pytest.mark.parametrize("rows", TABLE, ids=TABLE.values())
def test_clones(rows: tuple[str, ...]) -> None:
    finding = of(*rows)
    assert finding.iscn == TABLE[rows]
    read = parse(finding.iscn)
    assert [(one.content, one.cells) for one in read.clones] == [
        (one.content, one.number) for one in finding.clones
    ]
    assert read.cells == len(cells(*rows))


def test_a_gain_in_two_cells_counts_wherever_it_is() -> None:
    finding = of("47,XX,+8", "48,XX,+8,+21", "47,XX,+21")
    assert finding.iscn == "mos 47,XX,+8[1]/47,XX,+21[1]/48,XX,+8,+21[1]"


def test_each_change_says_how_often_it_was_seen_and_why_it_counts() -> None:
    finding = of("46,XX", "45,XX,-21", "47,XX,+8", "46,XX,+8,-21", "46,XX,der(9)", "47,XX,+mar")
    assert [seen.text for seen in finding.changes] == [
        "+8: 2 cells, a gain needs 2: clonal",
        "der(9): 1 cell, a structural change needs 2: not clonal",
        "-21: 2 cells, a loss needs 3: not clonal",
        "+mar: 1 cell, a marker needs 2: not clonal",
    ]
    assert [(seen.change, seen.cells) for seen in finding.non_clonal] == [
        ("der(9)", (4,)),
        ("-21", (1, 3)),
        ("+mar", (5,)),
    ]
    assert [(one.content, one.cells) for one in finding.clones] == [
        (parse("47,XX,+8").clones[0].content, (2, 3)),
        (parse("46,XX").clones[0].content, (0, 1, 4, 5)),
    ]
    assert [one.changes for one in finding.clones] == [("+8",), ()]


def test_losses_in_two_clones_do_not_add_up() -> None:
    finding = of("5 47,XX,+8", "4 46,XX", "2 46,XX,+8,-22", "45,XX,-22")
    assert "-22: 3 cells, a loss needs 3 in one clone: not clonal" in [
        seen.text for seen in finding.non_clonal
    ]


def test_ploidy_and_sex_complement_are_changes() -> None:
    finding = of("3 46,XX", "2 92,XXXX", "46,XY")
    assert [seen.text for seen in finding.changes] == [
        "<4n>: 2 cells, another ploidy needs 2: clonal",
        "XY: 1 cell, another sex complement needs 2: not clonal",
    ]
    # XXY is as near to XX as to XY: the other cells tell what was gained.
    assert [seen.change for seen in of("3 46,XY", "2 47,XXY").changes] == ["+X"]
    assert [seen.change for seen in of("3 46,XX", "2 47,XXY").changes] == ["+Y"]
    # Most are tetraploid: a diploid cell is no exception that needs a second.
    assert [seen.change for seen in of("4 92,XXYY", "46,XY").changes] == []
    finding = of("3 47,XX,+21", "94<4n>,XXXX,+21,+21")
    assert [seen.change for seen in finding.non_clonal] == [
        "<4n>",
        "+21 in 4n",
        "+21,+21 in 4n",
    ]


def test_the_rule_can_be_another() -> None:
    assert of("46,XX", "47,XX,+8", gains=1).iscn == "mos 47,XX,+8[1]/46,XX[1]"
    assert of("46,XX", "2 45,X", losses=2).iscn == "mos 45,X[2]/46,XX[1]"
    assert of("46,XX", "2 47,XX,+8", gains=3).iscn == "46,XX[3]"
    with pytest.raises(ValueError, match="one cell or more"):
        clones([], 0)


def test_clones_of_a_tumour_are_written_from_the_simple_to_the_complex() -> None:
    rows = ("2 47,XX,+8", "8 48,XX,+8,+21", "5 45,XX,-7", "6 46,XX")
    assert of(*rows).iscn == "mos 48,XX,+8,+21[8]/45,XX,-7[5]/47,XX,+8[2]/46,XX[6]"
    expected = "47,XX,+8[2]/48,XX,+8,+21[8]/45,XX,-7[5]/46,XX[6]"
    assert of(*rows, prefix=False).iscn == expected


def test_the_modal_number_and_the_modal_karyotype() -> None:
    finding = of("3 46,XX", "2 45,X", "2 45,XX,-3")
    assert finding.modal_number == (45,)
    assert finding.modal == cells("46,XX")[0]
    assert of("2 46,XX", "2 45,X").modal_number == (45, 46)
    assert of("45,X", "46,XX", "46,XY").modal == cells("46,XX")[0]


def test_no_cell_and_cells_of_a_handful() -> None:
    assert clones([]) == Finding()
    assert clones([]).iscn == ""
    handful = ChromosomeContent({"1": 2, "21": 3})
    finding = clones([handful, *cells("2 46,XX"), ChromosomeContent({})])
    assert finding.iscn == "46,XX[2]"
    assert finding.left_out == (0, 3)
    assert finding.clones[0].cells == (1, 2)
    assert finding.changes == ()
    assert clones([handful]) == Finding(left_out=(0,))


def test_one_cell_alone_proves_nothing() -> None:
    finding = of("47,XX,+21")
    assert finding.iscn == "46,XX[1]"
    assert [seen.change for seen in finding.non_clonal] == ["+21"]
    assert of("92,XXXX").iscn == "46,XX[1]"
    assert of("92,XXYY").iscn == "46,XY[1]"


def test_a_table_of_classes_and_cells() -> None:
    table = class_counts(cells("46,XX", "48,XY,+21,+mar"))
    assert list(table) == [*CLASSES, "mar"]
    assert table["21"] == (2, 3)
    assert table["Y"] == (0, 1)
    assert table["mar"] == (0, 1)
    assert set(class_counts([]).values()) == {()}


@st.composite
def a_cell(draw: st.DrawFn) -> ChromosomeContent:
    sets = draw(st.sampled_from([2, 2, 2, 2, 1, 3, 4]))
    table = dict.fromkeys(CLASSES, sets)
    y = draw(st.integers(0, sets))
    table |= {"X": sets - y, "Y": y}
    table |= draw(
        st.dictionaries(st.sampled_from(["1", "7", "21", "X", "Y"]), st.integers(0, 5), max_size=3)
    )
    abnormal = {name: draw(st.integers(0, table[name])) for name in ("9", "X")}
    return ChromosomeContent(table, draw(st.integers(0, 2)), abnormal)


@settings(max_examples=60, deadline=None)
@given(st.lists(a_cell(), min_size=1, max_size=8), st.booleans())
def test_every_cell_counts_once_and_the_text_says_so(
    found: list[ChromosomeContent], prefix: bool
) -> None:
    finding = clones(found, prefix=prefix)
    places = sorted(place for one in finding.clones for place in one.cells)
    assert places == list(range(len(found)))
    read = parse(finding.iscn)
    assert [(one.content, one.cells) for one in read.clones] == [
        (one.content, one.number) for one in finding.clones
    ]
    assert len({one.content for one in finding.clones}) == len(finding.clones)
    for one in finding.clones:
        assert differences(finding.iscn, one.content) == ()
    for seen in finding.changes:
        assert seen.clonal <= (len(seen.cells) >= seen.needed)
        assert seen.text.endswith("not clonal") != seen.clonal
