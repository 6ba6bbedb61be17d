"""The data folder: nameless, whole or not at all, and nobody else's."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from corrected import collected, listing

from napari_karyo.cell import Polarity
from napari_karyo.errors import ExportError
from napari_karyo.own_model import writing
from napari_karyo.own_model.collection import Collection
from napari_karyo.own_model.keeping_out import divide, kept_out_in
from napari_karyo.own_model.writing import write_data
from napari_karyo.training.dataset import read_labels


def of(patients: str = "abc", stain: Polarity = Polarity.DARK, cells: int = 2) -> Collection:
    return Collection(
        tuple(
            collected(f"Jane {name}", ord(name) + 30 * number, polarity=stain)
            for name in patients
            for number in range(cells)
        )
    )


def write(collection: Collection, folder: Path, names: bool = False) -> Path:
    return write_data(collection, divide(collection), folder, names)


def test_no_name_stands_anywhere_unless_asked_for(tmp_path: Path) -> None:
    data = write(of(), tmp_path / "data")
    rows = read_labels(data)
    for name, content in listing(data).items():
        assert b"Jane" not in content
        assert "Jane" not in name
    assert {row["stain"] for row in rows} == {"g_own"}
    assert len({(row["patient"], row["cell"]) for row in rows}) == 6
    named = write(of(), tmp_path / "named", names=True)
    rows = read_labels(named)
    assert {row["patient"] for row in rows} == {"Jane a", "Jane b", "Jane c"}
    assert {row["cell"] for row in rows} >= {f"cell {ord('a')}"}
    # Folders and archives are nameless even so.
    assert not any("Jane" in row["file"] for row in rows)
    for folder in (named, data):
        assert divide(of()).patients <= kept_out_in(folder)


def test_the_same_cells_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = write(of(), tmp_path / "one"), write(of("cba"), tmp_path / "other")
    assert listing(one) == listing(other)
    [archive] = one.glob("*.zip")
    with zipfile.ZipFile(archive) as file:
        names = file.namelist()
    assert len(names) == len(set(names)) == 6 * 24
    assert all(name.startswith(f"{archive.stem}/cell-") for name in names)


def test_a_stain_has_an_archive(tmp_path: Path) -> None:
    both = Collection((*of().cells, *of("de", Polarity.BRIGHT).cells))
    data = write(both, tmp_path)
    assert sorted(path.name[:5] for path in data.glob("*.zip")) == ["g_own", "q_own"]


def test_two_cells_of_one_name_stay_two(tmp_path: Path) -> None:
    twice = [collected("Jane", number) for number in (1, 2)]
    for cell in twice:
        object.__setattr__(cell, "name", "cell")
    rows = read_labels(write(Collection(tuple(twice)), tmp_path, names=True))
    assert len({row["cell"] for row in rows}) == 2


def test_names_are_one_line(tmp_path: Path) -> None:
    cell = collected("Jane")
    object.__setattr__(cell, "patient", "Jane\n\x00Doe\u202e")
    rows = read_labels(write(Collection((cell,)), tmp_path, names=True))
    assert {row["patient"] for row in rows} == {"Jane  Doe "}


def test_what_was_collected_before_is_replaced(tmp_path: Path) -> None:
    write(of("abcd"), tmp_path)
    first = listing(tmp_path)
    write(of("abc"), tmp_path)
    assert len(list(tmp_path.glob("*.zip"))) == 1
    write(of("abcd"), tmp_path)
    assert listing(tmp_path) == first


@pytest.mark.parametrize("failing", ["labels.csv", ".zip"])
def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    write(of("abcd"), tmp_path)
    before = {name: data for name, data in listing(tmp_path).items() if name != writing.ABOUT}
    original = writing.atomic_write

    @contextmanager
    def full(path: Path, *, text: bool = False) -> Iterator[IO[Any]]:
        if path.name.endswith(failing):
            raise OSError(28, "No space left on device")
        with original(path, text=text) as stream:
            yield stream

    monkeypatch.setattr(writing, "atomic_write", full)
    with pytest.raises(ExportError, match="No space left"):
        write(of("abc"), tmp_path)
    now = {name: data for name, data in listing(tmp_path).items() if name != writing.ABOUT}
    assert now == before


def test_the_data_of_others_is_not_replaced(tmp_path: Path) -> None:
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        rows = [writing.COLUMNS, ("g_band", "p", "c", "1", "train", "g_band/c/1_1.png")]
        csv.writer(file).writerows(rows)
    before = listing(tmp_path)
    with pytest.raises(ExportError, match="not collected from case files"):
        write(of(), tmp_path)
    (tmp_path / "labels.csv").write_text("something else")
    with pytest.raises(ExportError, match=r"labels\.csv that can't be read"):
        write(of(), tmp_path)
    (tmp_path / "labels.csv").unlink()
    with pytest.raises(ExportError, match="no cell to write"):
        write(Collection(()), tmp_path)
    assert before
    assert listing(tmp_path) == {}
