"""An archive run, killed and gone on with; what a part depends on; what one bad cell costs."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from archive_workers import small_part
from filelock import FileLock
from fresh_python import fresh_environment
from PIL import Image
from small import bar, small_weights

from napari_karyo.archive import run as module
from napari_karyo.archive import table, work
from napari_karyo.archive.parts import Part, PartsFolder
from napari_karyo.archive.patients import ArchivePatient
from napari_karyo.archive.work import Job, classify_patient
from napari_karyo.errors import ExportError
from napari_karyo.shell.app import main

NAMES = ("Anna", "Berta", "Carla")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    root = tmp_path / "archive"
    for number, name in enumerate(NAMES):
        for cell in (1, 2):
            folder = root / name / f"cell {cell}"
            folder.mkdir(parents=True)
            for crop in (1, 2, 3):
                image = bar(60 - 8 * crop + number + cell, bright=(8, 20 + crop))
                Image.fromarray(image).save(folder / f"{crop}_1.png")
    return root


@pytest.fixture
def classify(archive: Path, weights: Path) -> Callable[..., int]:
    def run(table: Path, *more: str, cells: Path = archive) -> int:
        words = ["classify", str(cells), "--output", str(table), "--device", "cpu"]
        return main([*words, "--model", str(weights), *more])

    return run


@pytest.fixture
def classified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the patients who were classified, not those who were done before."""
    seen: list[str] = []

    def watched(patient: ArchivePatient, job: Job) -> Part:
        seen.append(patient.name)
        return classify_patient(patient, job)

    monkeypatch.setattr(module, "classify_patient", watched)
    return seen


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def stop_at(number: int) -> Callable[[ArchivePatient, Job], Part]:
    """Return work that Ctrl+C ends at so manyth patient."""
    calls = iter(range(1, 100))

    def work_on(patient: ArchivePatient, job: Job) -> Part:
        if next(calls) == number:
            raise KeyboardInterrupt
        return classify_patient(patient, job)

    return work_on


def test_one_table_with_the_patient_before(
    archive: Path, tmp_path: Path, classify: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "out" / "all.csv"
    path.parent.mkdir()
    assert classify(path) == 0
    assert [one.name for one in path.parent.iterdir()] == ["all.csv"]
    rows = rows_of(path)
    assert list(rows[0]) == ["patient", *table.COLUMNS]
    cells = list(dict.fromkeys((row["patient"], row["cell"]) for row in rows))
    assert cells == [(name, f"cell {cell}") for name in NAMES for cell in (1, 2)]
    said = capsys.readouterr()
    assert "2/3  Berta: 6 chromosomes of 2 cells\n" in said.out
    assert "18 chromosomes of 6 cells of 3 patients" in said.out
    assert "note: Berta/cell 2: Only 3 crops" in said.err
    # The same as each patient alone.
    alone = tmp_path / "alone.csv"
    assert classify(alone, cells=archive / "Berta") == 0
    own = [{k: v for k, v in row.items() if k != "patient"} for row in rows[6:12]]
    assert rows_of(alone) == own


@pytest.mark.timeout(1200)
def test_a_killed_run_goes_on(
    archive: Path, tmp_path: Path, classify: Callable[..., int], weights: Path
) -> None:
    """Killed by force, in a process of its own, within the third patient."""
    whole, path = tmp_path / "whole.csv", tmp_path / "all.csv"
    assert classify(whole) == 0
    code = """
import sys
from archive_workers import kill_this
from napari_karyo.archive import run
from napari_karyo.archive.work import classify_patient
from napari_karyo.shell.app import main

def work(patient, job):
    if patient.name == "Carla":
        kill_this()
    return classify_patient(patient, job)

run.classify_patient = work
main(sys.argv[1:])
"""
    words = ["classify", str(archive), "--output", str(path), "--model", str(weights)]
    done = subprocess.run(
        [sys.executable, "-c", code, *words, "--device", "cpu"],
        env=fresh_environment(OMP_NUM_THREADS="1"),
        capture_output=True,
        timeout=1000,
    )
    assert done.returncode not in (0, 1, 2)
    assert not path.exists()
    parts = tmp_path / "all.csv.parts"
    kept = {file: file.stat().st_mtime_ns for file in parts.glob("*.json")}
    assert len(kept) == 2
    # What a kill leaves of a part, or of a disk that lost it, is never taken for whole.
    (parts / f".{'0' * 32}.part").write_text('{"cells": [')
    broken = min(kept)
    broken.write_bytes(broken.read_bytes()[:50])
    assert classify(path) == 0
    assert path.read_bytes() == whole.read_bytes()
    assert not parts.exists()


def test_what_is_done_is_not_done_again(
    archive: Path,
    tmp_path: Path,
    classify: Callable[..., int],
    classified: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "all.csv"
    with monkeypatch.context() as patch:
        patch.setattr(module, "classify_patient", stop_at(3))
        assert classify(path) == 130
    capsys.readouterr()
    assert classify(path) == 0
    assert classified == ["Carla"]
    assert "1/3  Anna: 6 chromosomes of 2 cells, done before" in capsys.readouterr().out


@pytest.mark.parametrize("changed", ["a crop", "a further crop", "the model", "an option"])
def test_what_was_changed_is_classified_anew(
    archive: Path,
    tmp_path: Path,
    weights: Path,
    classify: Callable[..., int],
    classified: list[str],
    monkeypatch: pytest.MonkeyPatch,
    changed: str,
) -> None:
    path = tmp_path / "all.csv"
    with monkeypatch.context() as patch:
        patch.setattr(module, "classify_patient", stop_at(3))
        assert classify(path) == 130
    crop, more = archive / "Anna" / "cell 1" / "1_1.png", []
    if changed == "a crop":
        Image.fromarray(bar(31, bright=(4,))).save(crop)
    elif changed == "a further crop":
        shutil.copy(crop, crop.with_name("9_1.png"))
    elif changed == "the model":
        more = ["--model", str(small_weights(tmp_path, seed=1))]
    else:
        more = ["--normalization", "patient"]
    assert classify(path, *more) == 0
    everybody = changed in ("the model", "an option")
    assert classified == (list(NAMES) if everybody else ["Anna", "Carla"])
    straight = tmp_path / "straight.csv"
    assert classify(straight, *more) == 0
    assert path.read_bytes() == straight.read_bytes()
    assert not (tmp_path / "all.csv.parts").exists()


def test_one_bad_cell_costs_itself_and_is_listed(
    archive: Path, tmp_path: Path, classify: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    for file in (archive / "Berta" / "cell 1").iterdir():
        file.write_bytes(file.read_bytes()[:60])
    for cell in (1, 2):
        shutil.rmtree(archive / "Carla" / f"cell {cell}")
    path, beside = tmp_path / "all.csv", tmp_path / "all.left-out.csv"
    assert classify(path) == 1
    cells = {(row["patient"], row["cell"]) for row in rows_of(path)}
    assert cells == {("Anna", "cell 1"), ("Anna", "cell 2"), ("Berta", "cell 2")}
    left_out = rows_of(beside)
    assert [(row["patient"], row["cell"]) for row in left_out] == [
        ("Berta", "cell 1"),
        ("Carla", "Carla"),
    ]
    assert "could be used as a chromosome" in left_out[0]["why"]
    assert f"2 cells or folders: {beside}" in capsys.readouterr().err
    assert not (tmp_path / "all.csv.parts").exists()
    # Mended, nothing is listed any more.
    shutil.rmtree(archive / "Berta")
    shutil.rmtree(archive / "Carla")
    shutil.copytree(archive / "Anna", archive / "Dora")
    assert classify(path) == 0
    assert not beside.exists()


def test_an_error_that_should_not_be_costs_its_cell_and_is_tried_again(
    archive: Path,
    tmp_path: Path,
    classify: Callable[..., int],
    classified: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plain = work.classify_cells

    def fault(cells: list, *more: object, **options: object) -> list:
        if cells[0].path.parent.name == "Berta" and cells[0].name == "cell 2":
            raise ZeroDivisionError("a fault of ours")
        return plain(cells, *more, **options)

    path = tmp_path / "all.csv"
    with monkeypatch.context() as patch:
        patch.setattr(work, "classify_cells", fault)
        assert classify(path) == 1
    said = capsys.readouterr().err
    assert "ZeroDivisionError: a fault of ours" in said
    assert "please report" in said.lower()
    assert "1 patient: the same command tries again" in said
    assert len(rows_of(path)) == 15
    assert classify(path) == 0
    assert classified == [*NAMES, "Berta"]
    assert len(rows_of(path)) == 18
    assert not (tmp_path / "all.csv.parts").exists()


def test_a_model_that_is_gone_ends_the_run(
    archive: Path, tmp_path: Path, classify: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no fault of the patients, and must not be listed as one for each."""
    from napari_karyo.errors import WeightsError

    def gone(*_: object, **__: object) -> None:
        raise WeightsError("no such model.")

    monkeypatch.setattr(work, "classify_cells", gone)
    assert classify(tmp_path / "all.csv") == 2
    assert not (tmp_path / "all.csv").exists()
    assert not (tmp_path / "all.left-out.csv").exists()


def test_another_program_or_model_is_refused(weights: Path) -> None:
    from dataclasses import replace

    from napari_karyo.errors import ClusterError
    from napari_karyo.inference.options import ClassifyOptions

    job = Job.of(ClassifyOptions(weights, "cpu"))
    job.check()
    with pytest.raises(ClusterError, match="other weights"):
        replace(job, model_hash="another").check()
    with pytest.raises(ClusterError, match=r"0\.0\.1 is asked for"):
        replace(job, version="0.0.1").check()


def test_two_runs_never_make_one_table(
    tmp_path: Path, classify: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "all.csv"
    parts = PartsFolder(path).path
    parts.mkdir()
    with FileLock(parts / "lock"):
        assert classify(path) == 2
    assert "another run is making this table" in capsys.readouterr().err
    assert classify(path) == 0


def test_a_table_never_takes_the_place_of_its_manifest(
    tmp_path: Path, classify: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = tmp_path / "all.csv"
    manifest.write_text("patient,path\nAnna,archive/Anna\n", encoding="utf-8")
    assert classify(manifest, cells=manifest) == 2
    assert "would take the place" in capsys.readouterr().err
    assert manifest.read_text(encoding="utf-8").startswith("patient,path\n")


def test_the_lock_of_the_next_run_is_never_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run may begin as soon as this one has let go."""
    folder, release = PartsFolder(tmp_path / "all.csv"), FileLock.release
    begun: list[FileLock] = []

    def let_go(lock: FileLock, force: bool = False) -> None:
        release(lock, force)
        if not begun:
            folder.path.mkdir(exist_ok=True)
            begun.append(FileLock(lock.lock_file))
            begun[0].acquire(timeout=0)

    with monkeypatch.context() as patch:
        patch.setattr(FileLock, "release", let_go)
        with folder.held():
            pass
    try:
        assert Path(begun[0].lock_file).exists()
    finally:
        begun[0].release()


def test_what_others_put_among_the_parts_stays(tmp_path: Path) -> None:
    folder = PartsFolder(tmp_path / "all.csv")
    with folder.held():
        folder.save("0" * 64, small_part(ArchivePatient("Anna", ())))
        (folder.path / "notes.txt").touch()
        folder.clear()
    assert {one.name for one in folder.path.iterdir()} >= {"notes.txt"}
    assert not list(folder.path.glob("*.json"))


def test_parts_that_the_system_keeps_from_us_are_named(tmp_path: Path) -> None:
    folder = PartsFolder(tmp_path / "all.csv")
    with folder.held():
        # No system reads or removes a folder as if it were a file, not even for an administrator.
        part = folder.path / f"{'a' * 64}.json"
        part.mkdir()
        with pytest.raises(ExportError, match=r"can't be read.*classified anew") as error:
            folder.load("a" * 64)
        assert error.value.path == part
        with pytest.raises(ExportError, match=r"could not be removed.*Remove this folder") as error:
            folder.clear()
        assert error.value.path == folder.path
        part.rmdir()


def test_an_older_list_that_stays_is_named(
    tmp_path: Path, classify: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    beside = tmp_path / "all.left-out.csv"
    beside.mkdir()
    assert classify(tmp_path / "all.csv") == 2
    assert f"{beside}: this lists what an earlier run left out" in capsys.readouterr().err


def test_an_older_table_is_not_taken_for_a_new_one(
    archive: Path, tmp_path: Path, classify: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "all.csv"
    assert classify(path) == 0
    before = path.read_bytes()
    for file in archive.rglob("*.png"):
        file.write_bytes(b"")
    capsys.readouterr()
    assert classify(path) == 2
    said = capsys.readouterr().err
    assert "no table written" in said
    assert f"{path} is what an earlier run wrote; it was left as it is." in said
    assert path.read_bytes() == before
    path.unlink()
    assert classify(path) == 2
    assert "an earlier run" not in capsys.readouterr().err


def test_each_part_is_read_once_at_the_end(
    tmp_path: Path, classify: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[bool] = []
    load = PartsFolder.load

    def watched(folder: PartsFolder, key: str) -> Part | None:
        part = load(folder, key)
        found.append(part is not None)
        return part

    monkeypatch.setattr(PartsFolder, "load", watched)
    assert classify(tmp_path / "all.csv") == 0
    assert sum(found) == len(NAMES)


def test_a_part_comes_back_as_it_was(tmp_path: Path) -> None:
    folder, part = PartsFolder(tmp_path / "all.csv"), small_part(ArchivePatient("Анна", ()))
    with folder.held():
        folder.save("a" * 64, part)
        assert folder.load("a" * 64) == part
        assert folder.load("b" * 64) is None
        for damaged in ("", "[]", "{}", json.dumps({"cells": 3, "left_out": [], "said": []})):
            (folder.path / f"{'a' * 64}.json").write_text(damaged)
            assert folder.load("a" * 64) is None


def test_parquet_says_the_same_as_csv(tmp_path: Path, classify: Callable[..., int]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    assert classify(tmp_path / "all.csv") == 0
    assert classify(tmp_path / "all.parquet") == 0
    read = parquet.read_table(tmp_path / "all.parquet")
    assert read.schema.names == ["patient", *table.COLUMNS]
    assert {str(read.schema.field(f"p_{name}").type) for name in ("1", "Y")} == {"float"}
    assert b"napari-karyo model_sha256" in read.schema.metadata
    rows = rows_of(tmp_path / "all.csv")
    assert read.num_rows == len(rows) == 18
    for own, row in zip(read.to_pylist(), rows, strict=True):
        shown = {k: v if isinstance(v, str) else f"{v:.4f}" for k, v in own.items()}
        assert shown == row


def test_a_large_table_is_written_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(table, "_GROUP", 2)
    rows = iter([[f"cell {number}\udcff", 0.5] for number in range(5)])
    path = tmp_path / "all.parquet"
    made_with = {"model": "model\udcff"}
    assert table.write_rows(path, ("cell", "confidence"), rows, made_with) == 5
    file = parquet.ParquetFile(path)
    assert file.num_row_groups == 3
    # A name that is no UTF-8 is written escaped, as into CSV.
    assert file.read().column("cell")[4].as_py() == "cell 4\\udcff"
    assert file.schema_arrow.metadata[b"napari-karyo model"] == b"model\\udcff"


def test_what_is_missing_is_said_before_hours_of_work(
    tmp_path: Path,
    classify: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert classify(tmp_path / "all.xlsx") == 2
    assert "ends in .csv or .parquet" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert classify(tmp_path / "all.parquet") == 2
    assert 'pip install "napari-karyo[archive]"' in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert classify(tmp_path / "all.csv", "--workers", "2") == 2
    assert 'pip install "napari-karyo[archive]"' in capsys.readouterr().err
    assert classify(tmp_path / "all.csv", "--workers", "2", "--scheduler", "tcp://head:1") == 2
    assert "two ways" in capsys.readouterr().err
    assert not list(tmp_path.glob("all*"))
