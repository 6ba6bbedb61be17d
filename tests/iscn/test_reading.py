"""ISCN texts, as laboratories write them, and what their cells hold."""

from __future__ import annotations

import pickle
import re

import pytest

from napari_karyo.classes import AUTOSOMES
from napari_karyo.errors import KaryoError
from napari_karyo.iscn import ChromosomeContent, IscnError, parse, short_form


def cell(
    sex: str, *changes: str, sets: int = 2, markers: int = 0, **derivatives: int
) -> ChromosomeContent:
    """Return a content: ``cell("XX", "+21", d9=1)`` has a derivative 9."""
    table = dict.fromkeys(AUTOSOMES, sets) | {"X": sex.count("X"), "Y": sex.count("Y")}
    for change in changes:
        table[change[1:]] += 1 if change[0] == "+" else -1
    return ChromosomeContent(
        table, markers, {name[1:]: number for name, number in derivatives.items()}
    )


ONE = {
    "46,XX": cell("XX"),
    "46,XY": cell("XY"),
    "45,X": cell("X"),
    "45,Y": cell("Y"),
    "47,XXX": cell("XXX"),
    "47,XXY": cell("XXY"),
    "47,XYY": cell("XYY"),
    "48,XXXX": cell("XXXX"),
    "48,XXYY": cell("XXYY"),
    "49,XXXXY": cell("XXXXY"),
    # Sex chromosomes gained and lost in a tumour, and in one of a constitutional change.
    "45,X,-X": cell("X"),
    "45,X,-Y": cell("X"),
    "47,XX,+X": cell("XXX"),
    "47,XY,+X": cell("XXY"),
    "48,XY,+X,+Y": cell("XXYY"),
    "46,Xc,+X": cell("XX"),
    "46,XXYc,-X": cell("XY"),
    "48,XXYc,+X": cell("XXXY"),
    "44,Xc,-X": cell(""),
    # Numbers.
    "47,XX,+21": cell("XX", "+21"),
    "47,XX,+21c": cell("XX", "+21"),
    "48,XY,+21c,+21": cell("XY", "+21", "+21"),
    "46,XY,+21c,-21": cell("XY"),
    "48,XX,+8x2": cell("XX", "+8", "+8"),
    "46,XX,+8,-21": cell("XX", "+8", "-21"),
    "47,XY,?+21": cell("XY", "+21"),
    "47,XY,+?21": cell("XY", "+21"),
    "45,XY,-?21": cell("XY", "-21"),
    "45,XY,?-21": cell("XY", "-21"),
    " 47 , xy , + 21 ": cell("XY", "+21"),
    "45,XX,\u22127": cell("XX", "-7"),
    "45,XX,–7": cell("XX", "-7"),
    "69,XXX": cell("XXX", sets=3),
    "70<3n>,XXY,+21": cell("XXY", "+21", sets=3),
    "58<2n>,XX,+X,+4,+4,+6,+8,+10,+14,+14,+17,+18,+21,+21": cell(
        "XXX", *("+4", "+4", "+6", "+8", "+10", "+14", "+14", "+17", "+18", "+21", "+21")
    ),
    "26<n>,X,+4,+6,+21": cell("X", "+4", "+6", "+21", sets=1),
    "92,XXYY": cell("XXYY", sets=4),
    # Markers, rings of nobody knows what, and what is not counted.
    "47,XX,+mar": cell("XX", markers=1),
    "48,XX,+2mar": cell("XX", markers=2),
    "48,XX,+mar1,+mar2": cell("XX", markers=2),
    "49,XX,+mar1x2,+mar2": cell("XX", markers=3),
    "47,XX,+r": cell("XX", markers=1),
    "47,XX,+der(?)t(?;9)(?;q22)": cell("XX", markers=1),
    "47,XX,+mar dn": cell("XX", markers=1),
    "46,XX,dmin": cell("XX"),
    "46,XX,5~20dmin": cell("XX"),
    "46,XX,+8,inc": cell("XX", "+8"),
    # Derivatives.
    "46,XX,der(9)": cell("XX", d9=1),
    "46,XX,der(9)x2": cell("XX", d9=2),
    "46,XX,-9,+der(9)": cell("XX", d9=1),
    "47,XX,+der(9)": cell("XX", "+9", d9=1),
    "48,XX,+der(9)×2": cell("XX", "+9", "+9", d9=2),
    "45,XY,-10,der(10)t(10;17)(q22;p12)": cell("XY", "-10", d10=1),
    "47,XX,t(9;22)(q34;q11.2),+der(22)t(9;22)": cell("XX", "+22", d22=1),
    "46,X,der(X)": cell("XX", dX=1),
    "46,Y,der(X)t(X;8)(p22.3;q24.1)": cell("XY", dX=1),
    "46,der(X)x2": cell("XX", dX=2),
    "46,XX,?der(9)": cell("XX", d9=1),
    "46,XX,der(?9)": cell("XX", d9=1),
    # Two chromosomes joined to one, counted with the first.
    "45,XX,der(13;14)(q10;q10)": cell("XX", "-14", d13=1),
    "45,XY,rob(14;21)(q10;q10)": cell("XY", "-21", d14=1),
    "46,XX,der(14;21)(q10;q10),+21": cell("XX", d14=1),
    "46,XX,+1,der(1;7)(q10;p10)": cell("XX", "+1", "-7", d1=1),
    "45,XX,psu dic(15;13)(q12;q12)": cell("XX", "-13", d15=1),
    "45,X,dic(X;15)(p22;p11)": cell("XX", "-15", dX=1),
    # Other structural changes don't change numbers.
    "46,XX,t(9;22)(q34;q11.2)": cell("XX"),
    "46,XY,t(1;2)(p36;q21)dn": cell("XY"),
    "46,XX,del(5)(q13)": cell("XX"),
    "46,XX,inv(9)(p12q13)c": cell("XX"),
    "46,XX,9qh+,21ps+": cell("XX"),
    "46,XYqh+": cell("XY"),
    "46,X,i(X)(q10)": cell("XX"),
    "46,X,inv(Y)(p11q11)": cell("XY"),
    "46,Y,t(X;8)(p22;q24)": cell("XY"),
    "46,t(X;Y)(p22;q11)": cell("XY"),
    "46,Y,fra(X)(q27.3)": cell("XY"),
    "46,X,r(X)(p22q28)": cell("XX"),
    "47,XX,+i(12)(p10)": cell("XX", "+12"),
    "48,XX,+del(5)(q13)x2": cell("XX", "+5", "+5"),
    "46,XX,ins(5;2)(p14;q22q32)": cell("XX"),
}


@pytest.mark.parametrize("text", ONE)
def test_one_clone(text: str) -> None:
    (clone,) = parse(text).clones
    assert clone.content == ONE[text]
    assert clone.cells is None


@pytest.mark.parametrize("text", ONE)
def test_what_was_read_is_written_and_read_the_same(text: str) -> None:
    content = ONE[text]
    again = parse(short_form(content.counts, content.markers, content.derivatives))
    assert again.clones[0].content == content


SEVERAL = {
    "mos 45,X[5]/46,XX[15]": [(cell("X"), 5), (cell("XX"), 15)],
    "mos45,X [5] / 46,XX [15]": [(cell("X"), 5), (cell("XX"), 15)],
    "chi 46,XX[25]/46,XY[10]": [(cell("XX"), 25), (cell("XY"), 10)],
    "47,XX,+21[20]": [(cell("XX", "+21"), 20)],
    "46,XX,t(8;21)(q22;q22)[12]/45,idem,-X[19]/46,idem,-X,+8[5]": [
        (cell("XX"), 12),
        (cell("X"), 19),
        (cell("X", "+8"), 5),
    ],
    "47,XX,+8[4]/48,sl,+9[3]/49,sdl1,+11[2]/48,sdl2,-9[2]": [
        (cell("XX", "+8"), 4),
        (cell("XX", "+8", "+9"), 3),
        (cell("XX", "+8", "+9", "+11"), 2),
        (cell("XX", "+8", "+11"), 2),
    ],
    "48,XX,+der(9),+mar[3]/46,idem,-der(9),-mar[2]": [
        (cell("XX", "+9", d9=1, markers=1), 3),
        (cell("XX"), 2),
    ],
    "46,XX,der(9)[3]/46,idem,der(X)[2]": [(cell("XX", d9=1), 3), (cell("XX", d9=1, dX=1), 2)],
    "47,XY,+mar[3]/94,idemx2[2]": [
        (cell("XY", markers=1), 3),
        (cell("XXYY", sets=4, markers=2), 2),
    ],
    "46,XY[3]//46,XX[17]": [(cell("XY"), 3), (cell("XX"), 17)],
    "//46,XX[20]": [(cell("XX"), 20)],
    "46,XX[20]//": [(cell("XX"), 20)],
    "47,XY,+8[2]/46,XY[1]//46,XX[4]/47,idem,+21[2]": [
        (cell("XY", "+8"), 2),
        (cell("XY"), 1),
        (cell("XX"), 4),
        (cell("XX", "+21"), 2),
    ],
}


@pytest.mark.parametrize("text", SEVERAL)
def test_several_clones(text: str) -> None:
    read = parse(text)
    assert [(clone.content, clone.cells) for clone in read.clones] == SEVERAL[text]
    assert read.cells == sum(number for _, number in SEVERAL[text])
    assert read.chimera == ("//" in text)
    assert read.prefix == (text[:3] if text[:3] in ("mos", "chi") else "")


def test_the_sides_of_a_chimera_and_cells_that_nobody_counted() -> None:
    assert [clone.part for clone in parse("46,XX[1]/45,X[2]//46,XY[3]").clones] == [0, 0, 1]
    assert parse("//46,XX[20]").clones[0].part == 1
    assert parse("45,X[3]/46,XX").cells is None


def test_texts_are_kept() -> None:
    first, second = parse("46, XX, t(9;22)(q34;q11.2)[3] / 47,idem,+?8,del(5)(q13)[2]").clones
    assert [word.text for word in first.structural] == ["t(9;22)(q34;q11.2)"]
    assert [word.text for word in second.structural] == ["t(9;22)(q34;q11.2)", "del(5)(q13)"]
    assert second.uncertain == ("+?8",)
    assert second.text == "47,idem,+?8,del(5)(q13)"
    assert [word.constitutional for word in parse("48,XX,+8,+21c").clones[0].changes] == [
        False,
        True,
    ]
    assert parse("70<3n>,XXX,+21").clones[0].sets == 3
    assert parse("45,XX,inc").clones[0].incomplete


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        ("46,X,?", "X", 1),
        ("46,?", "", 2),
        ("46,U", "", 2),
        ("44,? (no sex chromosome found)", "", 0),
        ("45,?", "", 1),
        ("45,X,?", "X", 0),
    ],
)
def test_sex_chromosomes_that_are_not_said(text: str, known: str, unknown: int) -> None:
    (clone,) = parse(text).clones
    assert (clone.content, clone.unknown_sex) == (cell(known), unknown)
    more = text.replace(text[:2], str(int(text[:2]) + 1), 1).partition(" (")[0] + ",+21"
    assert parse(more).clones[0].content == cell(known, "+21")


@pytest.mark.parametrize(
    ("text", "why", "remedy"),
    [
        ("", "it is empty", "47,XY,\\+21"),
        ("XX", "'XX' is no number", "46,XX"),
        ("46", "'' are no sex chromosomes", "46,XX"),
        ("46,XZ", "'XZ' are no sex chromosomes", "46,XX"),
        ("46,+21", "no sex chromosomes", "46,XX"),
        ("0,X", "0 chromosomes", ""),
        ("46<0n>,XX", "<0n> is no ploidy", "<2n>"),
        ("47,XX", "says 47 chromosomes but names 46", "Correct the number to 46"),
        ("46,XX,+21", "says 46 chromosomes but names 47", "Correct the number to 47"),
        ("46,XX,der(X)", "says 46 chromosomes but names 47", "46,X,der"),
        ("58,XX" + ",+4,+5,+6" * 4, "says 58 chromosomes", "58<2n>"),
        ("46,X,?,+21,+8", "says 46 chromosomes but names 47", ""),
        ("46,XX,mar", "'mar' has no sign", r"Write \+mar"),
        ("47,XX,21", "'21' is no gain or loss", r"\+21"),
        ("47,XX,+23", "'\\+23' is no gain or loss", r"\+21"),
        ("47,XX,+21+8", "no gain or loss", ""),
        ("47,XX,,+8", "'' is no gain or loss", ""),
        ("43,XX,-7,-7,-7", "chromosome 7 is lost more often than there are", "-7 once"),
        ("45,XX,-mar", "markers are lost more often", ""),
        ("44,XX,-10,-10,der(10)", r"der\(10\) takes the place", r"\+der\(10\)"),
        ("46,XX,dre(9)", "'dre' no structural change", r"der\(9\)"),
        ("46,XX,der(23)", r"'der\(23\)' names no chromosome", "1 to 22, X and Y"),
        ("46,XX,del()", "names no chromosome", ""),
        ("46,XX,99qh+", "names no chromosome", ""),
        ("48,XX,+t(9;22)(q34;q11)", "names 2 chromosomes", r"\+der\(9\)"),
        ("45,XX,-der(9)", "no clone before it had", "-9"),
        ("46,XX,+8x0", "multiplied by zero", "Leave out"),
        ("46,XX[0]", r"\[0\] cells", "Leave it out"),
        ("45~48,XX,+8[cp10]", "composite", "one by one"),
        ("45~48,XX,+8", "'45~48' is a range", "one number"),
        ("48,XX,+1~3mar", "is a range", ""),
        ("47,idem,+8", "'idem' stands for a clone that is not written", "in full"),
        ("46,XX/47,sdl2,+8", "clone 2: 'sdl2' stands for", "in full"),
        ("46,XX[3]/47,XX[2]", "clone 2: it says 47", ""),
        ("46,XX//47,idem,+8", "clone 2: 'idem'", ""),
        ("46,XX/", "clone 2: it is empty", ""),
        ("/46,XX", "clone 1: it is empty", ""),
        ("46,XX//46,XY//45,X", "'//' more than once", ""),
        ("//", "it is empty", ""),
    ],
)
def test_what_is_wrong_and_what_to_write(text: str, why: str, remedy: str) -> None:
    with pytest.raises(IscnError, match=why) as caught:
        parse(text)
    assert isinstance(caught.value, KaryoError)
    assert repr(text) in caught.value.what
    assert re.search(remedy, caught.value.remedy)
    assert caught.value.remedy.endswith(".")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.why) == (str(caught.value), caught.value.why)
