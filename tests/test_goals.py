"""How many cells are wanted, as laboratories write it and guidelines give it."""

from __future__ import annotations

import pytest

from napari_karyo.errors import EditError
from napari_karyo.goals import GUIDELINES, Goals, usual_goals


@pytest.mark.parametrize("text", ["20/5/2", " 20 / 5/2 ", "20,5,2", "20 5 2"])
def test_goals_are_read_as_laboratories_write_them(text: str) -> None:
    assert Goals.parse(text) == Goals() == Goals(20, 5, 2)
    assert Goals.parse(text).text == "20/5/2"


@pytest.mark.parametrize("text", ["", "20/5", "20/5/2/1", "2/5/20", "a/b/c", "0/0/0", "-20/5/2"])
def test_goals_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(EditError, match="20/5/2"):
        Goals.parse(text)


@pytest.mark.parametrize(
    ("specimen", "goals"),
    [
        ("", "20/5/2"),
        ("blood", "20/5/2"),
        ("amnion in situ", "15/5/2"),
        ("chorion", "20/5/2"),
        ("marrow", "20/20/2"),
        ("tumour", "20/20/2"),
    ],
)
def test_each_specimen_has_the_goals_of_a_guideline(specimen: str, goals: str) -> None:
    assert usual_goals(specimen).text == goals
    # Where mosaicism is suspected more are counted, and no more than else analysed.
    assert usual_goals(specimen, mosaicism=True).text == f"50/{goals.partition('/')[2]}"


def test_a_guideline_says_whose_it_is_and_what_else_it_asks() -> None:
    assert all(one.source for one in GUIDELINES.values())
    assert [name for name, one in GUIDELINES.items() if one.in_colonies] == ["amnion in situ"]
    assert [name for name, one in GUIDELINES.items() if one.each_clone] == [
        "marrow",
        "neoplastic blood",
        "tumour",
    ]
