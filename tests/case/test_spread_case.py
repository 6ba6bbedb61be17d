"""The photograph of a spread and its outlines in a case file: kept, mended, damaged, of old."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn import make_cell, make_classification
from poor_spread import AROUND, CLASSES_FOUND, CROSSING, CUT, spread_cell

from napari_karyo.case import Case, packed
from napari_karyo.cell import Outline
from napari_karyo.classified import ClassifiedCell
from napari_karyo.errors import CaseError, EditError
from napari_karyo.inference.result import Classification


@pytest.fixture(scope="module")
def found() -> Classification:
    """What a network says of the drawn spread, one part of which is shared."""
    cell = spread_cell()
    first = cell.chromosomes[0]
    assert first.outline is not None
    shared = first.outline.mask & (np.arange(first.outline.mask.shape[0]) < 9)[:, None]
    crossed = replace(first, outline=replace(first.outline, shared=shared))
    path = Path("/data/spread 1.tif")
    photograph = replace(cell.photograph, path=path)
    items = (crossed, *cell.chromosomes[1:])
    cell = replace(cell, chromosomes=items, photograph=photograph, spread=path)
    return make_classification(cell, CLASSES_FOUND)


@pytest.fixture
def path(tmp_path: Path, found: Classification) -> Path:
    """A case of the drawn spread and of a cell of crops."""
    path = tmp_path / "P1.karyo"
    crops = make_classification(make_cell(("1", "2")), ("1", "2"))
    with Case.create(path, "P1") as case:
        for one in (found, crops):
            case.add(ClassifiedCell.from_classification(one, who="AB"))
    return path


def same(one: Outline | None, other: Outline | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.top, one.left) == (other.top, other.left) and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("mask", "shared")
    )


def check_same(one: ClassifiedCell, other: ClassifiedCell) -> None:
    """Check that two cells are one and the same, the outlines of those gone too."""
    mine, theirs = one.classification.cell, other.classification.cell
    assert one.karyotype.state == other.karyotype.state
    assert one.karyotype.history == other.karyotype.history
    for first, second in zip(mine.chromosomes, theirs.chromosomes, strict=True):
        assert first.name == second.name
        assert same(first.outline, second.outline)
        np.testing.assert_array_equal(first.image, second.image)
    assert mine.photograph is not None
    assert theirs.photograph is not None
    np.testing.assert_array_equal(mine.photograph.image, theirs.photograph.image)
    assert mine.photograph.image.dtype == theirs.photograph.image.dtype
    for name in ("name", "polarity", "path"):
        assert getattr(mine.photograph, name) == getattr(theirs.photograph, name)
    assert mine.spread == theirs.spread


def mend(cell: ClassifiedCell) -> None:
    """Do all that can be done to outlines."""
    cell.part(1, CROSSING)
    cell.cut(2, CUT)
    cell.draw(AROUND)
    cell.join((3, 4))
    cell.repaint(0, [(104, 40), (112, 40)], 5)
    cell.remove(5, "nucleus")


def test_what_is_mended_comes_back_with_every_step(path: Path, found: Classification) -> None:
    with Case.open(path) as case:
        cell = case.cell(1, "AB")
        assert same(
            found.cell.chromosomes[0].outline, cell.classification.cell.chromosomes[0].outline
        )
        assert case.cell(2).classification.cell.photograph is None
        mend(cell)
        assert case.cells()[0].crops == 6
        for _ in range(2):
            cell.karyotype.undo()
    with Case.open(path) as case:
        again = case.cell(1, "AB")
        check_same(again, cell)
        assert again.classification.made == cell.classification.made == 7
        assert [edit.kind for edit in again.karyotype.history] == ["part", "split", "draw", "merge"]
        # What was undone can be done again, and what is done be mended on.
        for _ in range(2):
            again.karyotype.redo()
        assert 5 not in again.present
        again.cut(again.present[-1], [(85, 25), (85, 55)])
        assert len(again.present) == 8
    with Case.open(path, read_only=True) as case:
        check_same(case.cell(1), again)


def test_what_was_mended_before_a_case_came_is_kept(tmp_path: Path, found: Classification) -> None:
    cell = ClassifiedCell.from_classification(found, who="AB")
    mend(cell)
    cell.karyotype.undo()
    with Case.create(tmp_path / "a.karyo") as case, Case.create(tmp_path / "b.karyo") as other:
        number = case.add(cell)
        check_same(case.cell(number), cell)
        assert case.cell(number).karyotype.can_redo
        copied = other.copy_from(case, number)
        check_same(other.cell(copied), cell)


def test_the_photograph_is_there_once_and_packed(path: Path, found: Classification) -> None:
    with Case.open(path) as case:
        cell = case.cell(1, "AB")
        cell.draw(AROUND)
        rows = case.query("SELECT cell, length(pixels) FROM spread")
        assert found.cell.photograph is not None
        assert [row[0] for row in rows] == [1]
        assert rows[0][1] < found.cell.photograph.image.nbytes
        (length,) = case.query("SELECT max(length(outline)) FROM chromosome")[0]
        assert length < 1000


def test_deep_photographs_are_kept_too(tmp_path: Path, found: Classification) -> None:
    assert found.cell.photograph is not None
    deep = found.cell.photograph.image.astype(">u2") * 257
    photograph = replace(found.cell.photograph, image=deep, path=None)
    cell = replace(found.cell, photograph=photograph, spread=None)
    with Case.create(tmp_path / "a.karyo") as case:
        number = case.add(ClassifiedCell.from_classification(replace(found, cell=cell)))
        kept = case.classification(number).cell.photograph
    assert kept is not None
    assert kept.image.dtype == np.uint16
    np.testing.assert_array_equal(kept.image, deep)


def test_a_piece_whose_edit_never_came_is_written_over(path: Path) -> None:
    with Case.open(path) as case:
        cell = case.cell(1, "AB")
        journal = cell.karyotype.journal
        assert journal is not None
        cell.karyotype.draw = lambda *_: None  # type: ignore[method-assign]
        cell.draw(AROUND)
    with Case.open(path) as case:
        again = case.cell(1, "AB")
        assert len(again.classification) == 7
        assert again.present == tuple(range(6))
        again.draw(AROUND)
        assert again.present == (*range(6), 7)
    with Case.open(path) as case:
        check_same(case.cell(1), again)


@pytest.fixture
def bare(path: Path) -> Iterator[sqlite3.Connection]:
    """The tables of the case, for a program that minds no rules."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def place(*numbers: int) -> bytes:
    return struct.pack("<4I", *numbers)


DAMAGED = {
    "empty": b"",
    "no place": b"\x01" * 9,
    "no bits": place(2, 2, 8, 8),
    "no zlib": place(2, 2, 8, 8) + b"bits",
    "too few": place(2, 2, 8, 8) + zlib.compress(bytes([255] * 15)),
    "too many": place(2, 2, 8, 8) + zlib.compress(bytes([255] * 17)),
    "cut off": place(2, 2, 8, 8) + zlib.compress(bytes([255] * 16))[:-3],
    "nothing": place(2, 2, 8, 8) + zlib.compress(bytes(16)),
    "outside": place(235, 2, 8, 8) + zlib.compress(bytes([255] * 16)),
    "far outside": place(2**32 - 1, 2, 8, 8) + zlib.compress(bytes([255] * 16)),
    "no height": place(2, 2, 0, 8) + zlib.compress(b""),
    "a bomb": place(2, 2, 200, 200) + zlib.compress(bytes(50_000_000)),
}


@pytest.mark.parametrize("blob", DAMAGED.values(), ids=list(DAMAGED))
def test_a_damaged_outline_costs_itself(path: Path, bare: sqlite3.Connection, blob: bytes) -> None:
    bare.execute("UPDATE chromosome SET outline = ? WHERE cell = 1 AND number = 3", (blob,))
    with Case.open(path) as case:
        cell = case.cell(1, "AB")
        assert cell.outlines.keys() == set(range(6)) - {3}
        (note,) = cell.classification.notes
        assert note.startswith("04.png: where it lies in the photograph can't be read")
        cell.cut(2, CUT)
        cell.remove(3, "twice")
        again = case.cell(1)
        assert again.classification.notes == (note, *cell.classification.notes[1:])


def test_outlines_of_too_many_pixels_are_not_unpacked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "MOST_OUTLINED", 3000)
    with Case.open(path) as case:
        cell = case.cell(1)
    assert 0 < len(cell.outlines) < 6
    assert len(cell.present) == 6


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("pixels = zeroblob(9)", "spread: pixels can't be unpacked"),
        ("height = height + 1", "spread: pixels are not 241 x 320"),
        ("height = 100000", "spread: height"),
        ("dtype = '<f4'", "spread: dtype"),
        ("polarity = 'grey'", "spread: polarity"),
        ("path = 'a' || char(0)", "spread: path"),
    ],
)
def test_a_damaged_photograph_costs_its_cell(
    path: Path, bare: sqlite3.Connection, change: str, words: str
) -> None:
    bare.execute(f"UPDATE spread SET {change}")
    with Case.open(path) as case:
        with pytest.raises(CaseError, match=words):
            case.classification(1)
        assert len(case.classification(2)) == 2


def test_without_its_photograph_no_outline_is_mended(path: Path, bare: sqlite3.Connection) -> None:
    bare.execute("DELETE FROM spread")
    with Case.open(path) as case:
        cell = case.cell(1, "AB")
        # As of crops that `segment` wrote.
        assert len(cell.outlines) == 6
        assert cell.classification.notes == ()
        with pytest.raises(EditError, match="no photograph"):
            cell.cut(2, CUT)


def test_a_file_of_version_2_opens_as_ever(path: Path, bare: sqlite3.Connection) -> None:
    with Case.open(path) as case:
        case.karyotype(2, "AB").move([0], "7")
        state = case.karyotype(2).state
    bare.execute("DROP TABLE spread")
    bare.execute("ALTER TABLE chromosome DROP COLUMN outline")
    bare.execute("PRAGMA user_version = 2")
    with Case.open(path) as case:
        assert case.karyotype(2).state == state
        assert len(case.classification(1)) == 6
        assert case.classification(1).cell.photograph is None
    assert path.with_name("P1.karyo.version-2").exists()
