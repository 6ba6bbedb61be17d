"""Which patients there are, and what tells that their files were changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from napari_karyo.archive.patients import ArchivePatient, find_patients, read_manifest
from napari_karyo.errors import ReadError


def crops(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    for name in names or ("1.png", "2.png"):
        (folder / name).write_bytes(b"never opened")
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "archive"
    for place in ("2024/Anna/cell 1", "2024/Anna/cell 2", "2025/Berta/cell 1"):
        crops(root / place)
    (root / "2025" / "empty").mkdir()
    return root


def test_a_tree_of_patients_is_searched(tree: Path) -> None:
    found = find_patients([tree])
    assert found.named
    # An empty folder is read too, so that somebody is told.
    names = ["2024/Anna", "2025/Berta", "2025/empty"]
    assert [patient.name for patient in found.patients] == names
    assert found.patients[0].paths == (tree / "2024" / "Anna",)
    assert [one.name for one in find_patients([tree / "2025"]).patients] == ["Berta", "empty"]


def test_a_cell_with_old_folders_in_it_is_a_cell(tmp_path: Path) -> None:
    cell = crops(tmp_path / "cell 1", *(f"{number}.png" for number in range(9)))
    crops(cell / "old" / "thumbs")
    assert not find_patients([cell]).named
    assert not find_patients([cell / "1.png"]).named


def test_what_is_named_one_by_one_is_no_archive(tree: Path, tmp_path: Path) -> None:
    anna, berta = tree / "2024" / "Anna", tree / "2025" / "Berta"
    cells = [anna / "cell 1", anna / "cell 2"]
    gone = tmp_path / "not there"
    found = find_patients([berta, *cells, gone])
    assert not found.named
    # Cells come before patients, as they share a scale where they are a patient together.
    assert [one.paths for one in found.patients] == [
        (cells[0],),
        (cells[1],),
        (gone,),
        (berta,),
    ]
    found = find_patients([berta, *cells], "patient")
    assert [one.paths for one in found.patients] == [tuple(cells), (berta,)]
    assert {one.name for one in found.patients} == {""}
    # What is named twice is classified once, however the work is shared.
    assert find_patients([berta, *cells, gone] * 2) == find_patients([berta, *cells, gone])
    assert find_patients([berta, *cells] * 2, "patient") == found


def test_folders_of_photographs_are_patients_where_it_is_said(tmp_path: Path) -> None:
    for name in ("Anna", "Berta"):
        crops(tmp_path / "spreads" / name, "a.tif", "b.tif")
    assert not find_patients([tmp_path / "spreads"]).named
    found = find_patients([tmp_path / "spreads"], folders=True)
    assert [one.name for one in found.patients] == ["Anna", "Berta"]
    with pytest.raises(ReadError, match="no folder in it"):
        find_patients([tmp_path / "spreads" / "Anna"], folders=True)
    with pytest.raises(ReadError, match="can't be listed"):
        find_patients([tmp_path / "not there"], folders=True)


def test_a_manifest_gathers_the_cells_of_a_patient(tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text("path,patient,ward\na/cell 1,Anna,3\nb.tif,Berta,\na/cell 2, Anna ,\n")
    found = find_patients([path])
    assert found.named
    assert found.patients == (
        ArchivePatient("Anna", (tmp_path / "a/cell 1", tmp_path / "a/cell 2")),
        ArchivePatient("Berta", (tmp_path / "b.tif",)),
    )
    # What is named beside it is a patient by its own name, or one of its.
    beside = crops(tmp_path / "Anna")
    both = find_patients([path, beside]).patients
    assert [one.name for one in both] == ["Anna", "Berta"]
    assert both[0].paths[0] == beside


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("patient,cell\nAnna,1\n", "the columns path are missing"),
        ("patient,path\n", "no row"),
        ("patient,path\nAnna,a\nBerta\n", "line 3 has too few columns"),
        ("patient,path\n ,a\n", "line 2 names no patient"),
        ("patient,path\nAnna,\n", "line 2 names no path"),
        ("patient,path\nAnna,a\0b\n", "line 2 names no path|can't be read"),
    ],
)
def test_a_manifest_that_can_not_be_meant(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text(text)
    with pytest.raises(ReadError, match=words) as error:
        read_manifest(path)
    assert str(path) in str(error.value)


def test_files_tell_that_they_were_changed(tree: Path, tmp_path: Path) -> None:
    anna = ArchivePatient("Anna", (tree / "2024" / "Anna",))
    before = anna.inputs()
    assert len(before) == 4
    assert anna.inputs() == before
    crop = tree / "2024" / "Anna" / "cell 2" / "2.png"
    os.utime(crop, (1, 1))
    touched = anna.inputs()
    assert touched != before
    crop.unlink()
    assert len(anna.inputs()) == 3
    photograph = crops(tmp_path / "spreads", "P1.tif", "P2.tif") / "P1.tif"
    own = ArchivePatient("P1", (photograph,))
    assert len(own.inputs()) == 1
    # The outlines of another program lie beside it.
    (photograph.parent / "P1_labels.tif").touch()
    assert len(own.inputs()) == 2
    assert ArchivePatient("", (tmp_path / "not there" / "x",)).inputs() == []
