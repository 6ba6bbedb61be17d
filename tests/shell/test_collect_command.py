"""``napari-karyo collect``: told, written, refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from corrected import corrected, keep, laboratory, listing, photographed

from napari_karyo.case import Case
from napari_karyo.shell.app import main
from napari_karyo.training.dataset import read_labels


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three patients of two signed cells each, and a cell that nobody signed."""
    folder = laboratory(tmp_path_factory.mktemp("laboratory") / "cases")
    with Case.create(folder / "new.karyo") as case:
        case.add(corrected(photographed(900)))
    return folder


def test_it_is_told(cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = listing(cases)
    assert main(["collect", str(cases)]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].startswith("Jane Doe 0/cell 0: 46 crops, dark, signed by AB on 20")
    assert lines[0].endswith("; the model drawn alone agrees with 100%")
    assert lines[6].startswith("new/cell 900: left out: nobody has signed it")
    assert lines[7].startswith("6 cells of 3 patients, 276 crops; signed by AB on 20")
    assert lines[8].startswith("crops of each class: 1: 12, 2: 12")
    assert said.err == ""
    assert listing(cases) == before


def test_it_is_written_without_names(
    cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    assert main(["collect", str(cases), "--output", str(data)]) == 0
    assert f"{data}: " in capsys.readouterr().out.splitlines()[-1]
    assert len(read_labels(data)) == 276
    assert not any(b"Jane" in content for content in listing(data).values())
    kept = {row["patient"] for row in read_labels(data) if row["split"] == "val"}
    words = ["--leave-out", "Jane Doe 1/cell 100", "--names"]
    assert main(["collect", str(cases), "--output", str(data), *words]) == 0
    rows = read_labels(data)
    assert len(rows) == 230
    assert {row["patient"] for row in rows} == {f"Jane Doe {number}" for number in range(3)}
    assert len(kept) == len({row["patient"] for row in rows if row["split"] == "val"})


def test_what_is_too_little_is_said(
    cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["collect", str(cases / "P0.karyo")]) == 0
    said = capsys.readouterr().err
    assert "warning: no model can be made of this yet: There are only 2 cells." in said
    broken = tmp_path / "P9.karyo"
    broken.write_bytes(b"SQLite format 3\x00")
    assert main(["collect", str(cases / "P0.karyo"), str(broken)]) == 1
    assert "P9.karyo: the case file is damaged" in capsys.readouterr().err
    assert main(["collect", str(broken)]) == 2


def test_it_is_refused(cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["collect", str(cases), "--leave-out", "cell 77"]) == 2
    assert "there is no cell, patient or case file 'cell 77'" in capsys.readouterr().err
    assert main(["collect", str(cases), "--take", "cell 900"]) == 2
    assert "new/cell 900 can't be taken: nobody has signed it" in capsys.readouterr().err
    data = tmp_path / "data"
    assert main(["collect", str(cases / "new.karyo"), "--output", str(data)]) == 2
    assert "there is no cell to write" in capsys.readouterr().err
    assert not data.exists()


def test_a_cell_is_taken_although_something_speaks_against_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = keep(
        tmp_path / "P1.karyo",
        [corrected(photographed(1))],
        "P\x1b[31m1",
        work=lambda cell: cell.karyotype.write_iscn("47,XY,+8"),
    )
    assert main(["collect", str(path)]) == 0
    said = capsys.readouterr().out
    assert "left out: its karyogram and the karyotype written of it disagree" in said
    assert "\x1b" not in said
    assert main(["collect", str(path), "--take", "P1.karyo"]) == 0
    assert "1 cell of 1 patient" in capsys.readouterr().out
