"""A case file read without a trace."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from drawn import UNSURE, make_cell, make_classification

from napari_karyo.case import Case, reading, schema, snapshot
from napari_karyo.classified import ClassifiedCell
from napari_karyo.errors import CaseError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "cases"
    folder.mkdir()
    with Case.create(folder / "P1.karyo", "P1") as case:
        cell = ClassifiedCell.from_classification(
            make_classification(make_cell(), unsure=UNSURE), who="AB"
        )
        case.add(cell)
        cell.karyotype.move([3], "7")
    (folder / ".P1.karyo.lock").unlink(missing_ok=True)
    return folder / "P1.karyo"


def content(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def test_it_is_read_and_nothing_is_left(path: Path) -> None:
    before, moved = content(path.parent), path.parent.stat().st_mtime_ns
    with snapshot(path) as case:
        assert case.patient == "P1"
        assert case.karyotype(1).slot_of(3) == "7"
        # What is written goes into the copy.
        case.karyotype(1, who="CD").turn([3])
    assert content(path.parent) == before == {"P1.karyo": path.read_bytes()}
    assert path.parent.stat().st_mtime_ns == moved


def test_it_is_read_where_nothing_may_be_written(path: Path) -> None:
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        with snapshot(path) as case:
            assert len(case.cells()) == 1
        assert list(content(path.parent)) == ["P1.karyo"]
    finally:
        path.parent.chmod(0o755)


def test_it_is_read_while_another_program_writes(path: Path) -> None:
    with Case.open(path) as writer:
        karyotype = writer.karyotype(1, who="CD")
        karyotype.move([4], "9")
        before = content(path.parent)
        # The last edits stand in the log alone.
        assert before["P1.karyo-wal"]
        with snapshot(path) as case:
            assert case.karyotype(1).slot_of(4) == "9"
            karyotype.move([5], "10")
            assert case.karyotype(1).slot_of(5) != "10"
        now = content(path.parent)
        assert now.keys() == before.keys()
        assert now["P1.karyo"] == before["P1.karyo"]
    with snapshot(path) as case:
        assert case.karyotype(1).slot_of(5) == "10"


def test_it_is_read_after_its_program_was_killed(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "killed"
    with Case.open(path) as writer:
        writer.karyotype(1, who="CD").move([4], "9")
        shutil.copytree(path.parent, other)
    before = content(other)
    with snapshot(other / path.name) as case:
        assert case.karyotype(1).slot_of(4) == "9"
    assert content(other) == before


def test_an_older_file_is_brought_up_to_date_in_the_copy_alone(tmp_path: Path) -> None:
    old = tmp_path / "P2.karyo"
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        for command in schema.commands(1):
            connection.executescript(command)
        connection.execute("INSERT INTO fact VALUES ('patient', 'P2')")
        connection.execute("PRAGMA user_version = 1")
    before = content(tmp_path)
    with snapshot(old) as case:
        assert case.patient == "P2"
    assert content(tmp_path) == before


def test_what_is_wrong_names_the_file_itself(path: Path) -> None:
    other = path.with_name("P3.karyo")
    with pytest.raises(CaseError, match="no such case file") as missing, snapshot(other):
        pass
    assert missing.value.path == other
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CaseError, match="damaged") as damaged, snapshot(path):
        pass
    assert damaged.value.path == path
    path.write_bytes(whole)
    with pytest.raises(CaseError) as unknown, snapshot(path) as case:
        case.karyotype(7)
    assert unknown.value.path == path


def test_a_file_that_never_rests_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_PAUSE", 0)
    original = reading._copied

    def written_to(source: Path, target: Path) -> bytes:
        seen: bytes = original(source, target)
        with path.open("r+b") as stream:
            stream.seek(-1, 2)
            last = stream.read(1)[0]
            stream.seek(-1, 2)
            stream.write(bytes([(last + 1) % 256]))
        return seen

    monkeypatch.setattr(reading, "_copied", written_to)
    with pytest.raises(CaseError, match="written to all the time"), snapshot(path):
        pass


def test_the_crops_are_those_of_the_classification(path: Path) -> None:
    with snapshot(path) as case:
        kept, whole = case.crops(1), case.classification(1)
    assert kept.chromosomes[5].image.tolist() == whole.cell.chromosomes[5].image.tolist()
    assert kept.probabilities.tolist() == whole.probabilities.tolist()
    assert len(kept.cell) == whole.photographed
