"""An ISCN text against what lies in the karyogram."""

from __future__ import annotations

import pytest

from napari_karyo.iscn import (
    ChromosomeContent,
    IscnError,
    differences,
    disagreements,
    parse,
    warning,
)


def cell(text: str) -> ChromosomeContent:
    return parse(text).clones[0].content


@pytest.mark.parametrize(
    ("text", "karyogram"),
    [
        ("46,XX", "46,XX"),
        ("47,XY,+21[20]", "47,XY,+21"),
        ("mos 45,X[5]/46,XX[15]", "46,XX"),
        ("mos 45,X[5]/46,XX[15]", "45,X"),
        ("46,X,?", "46,XX"),
        ("46,X,?", "46,XY"),
        ("46,U", "46,XY"),
        # Joined chromosomes lie with either class.
        ("45,XX,der(13;14)(q10;q10)", "45,XX,der(13),-14"),
        ("45,XX,der(13;14)(q10;q10)", "45,XX,-13,der(14)"),
        # What a person may have marked, or not.
        ("46,XX,t(9;22)(q34;q11.2)", "46,XX"),
        ("46,XX,t(9;22)(q34;q11.2)", "46,XX,der(9),der(22)"),
        ("46,XX,t(9;22)(q34;q11.2)", "46,XX,der(22)"),
        ("46,X,i(X)(q10)", "46,X,der(X)"),
        ("46,XX,t(9;22)(q34;q11.2)[2]/47,idem,+8[3]", "47,XX,+8,der(9)"),
        ("48,XX,+der(9),+mar", "48,XX,+der(9),+mar"),
    ],
)
def test_they_agree(text: str, karyogram: str) -> None:
    assert differences(text, cell(karyogram)) == ()


@pytest.mark.parametrize(
    ("text", "karyogram", "lines"),
    [
        ("46,XX", "47,XX,+21", ["the text has 2 of 21, the karyogram 3"]),
        (
            "46,XX",
            "46,XY",
            [
                "the text has 2 of X, the karyogram 1",
                "the text has none of Y, the karyogram 1",
            ],
        ),
        ("46,XY", "45,X", ["the text has 1 of Y, the karyogram none"]),
        ("47,XX,+mar", "46,XX", ["the text has 1 marker, the karyogram none"]),
        ("46,XX", "48,XX,+2mar", ["the text has no markers, the karyogram 2"]),
        ("46,XX,der(9)", "46,XX", ["the text has 1 derivative of 9, the karyogram none"]),
        ("46,XX", "46,XX,der(9)", ["the text has no derivatives of 9, the karyogram 1"]),
        (
            "46,XX,t(9;22)(q34;q11.2)",
            "46,XX,der(9)x2",
            ["the text has 1 derivative of 9, the karyogram 2"],
        ),
        ("46,X,?", "45,X", ["the text has 2 sex chromosomes, the karyogram 1"]),
        ("46,X,?", "46,YY", ["the text has at least 1 of X, the karyogram none"]),
        (
            "45,XX,der(13;14)(q10;q10)",
            "46,XX,der(13)",
            ["the text has 1 of 14, the karyogram 2"],
        ),
        (
            "mos 45,X[5]/47,XX,+21[15]",
            "48,XX,+21,+21",
            [
                "no clone of the text agrees, 47,XX,+21 comes nearest",
                "the text has 3 of 21, the karyogram 4",
            ],
        ),
    ],
)
def test_they_disagree(text: str, karyogram: str, lines: list[str]) -> None:
    assert list(differences(text, cell(karyogram))) == lines


def test_a_text_that_cannot_be_read_is_no_agreement() -> None:
    with pytest.raises(IscnError, match="says 47"):
        differences("47,XX", cell("46,XX"))


def test_disagreements_are_told_in_words_whatever_the_text() -> None:
    content = cell("47,XX,+21")
    assert disagreements("47,XX,+21[20]", content) == ()
    assert warning("47,XX,+21[20]", content) == ""
    said = "the text has 2 of 21, the karyogram 3"
    assert disagreements("46,XX", content) == (said,)
    assert warning("46,XX", content) == f"text and karyogram disagree: {said}."
    (why,) = disagreements("no karyotype", content)
    assert "can't be read" in why
    assert warning("no karyotype", content) == f"nothing was compared: {why}"
