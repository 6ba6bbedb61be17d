"""The same on dask.distributed: two processes, one that dies, one that dies of a patient."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import archive_workers
import pytest
from fresh_python import fresh_environment
from PIL import Image
from small import bar, small_weights

from napari_karyo.archive import cluster
from napari_karyo.archive.cluster import on_dask
from napari_karyo.archive.parts import LeftOut, Part
from napari_karyo.archive.patients import ArchivePatient
from napari_karyo.archive.run import Task
from napari_karyo.archive.work import Job, Work
from napari_karyo.errors import ClusterError
from napari_karyo.inference.options import ClassifyOptions
from napari_karyo.shell.app import main

distributed = pytest.importorskip("distributed")
#: Each process imports torch anew, perhaps on a machine that does other things too.
pytestmark = pytest.mark.timeout(1200)
JOB = Job(ClassifyOptions(), None, "")


@pytest.fixture(scope="module")
def two() -> Iterator[str]:
    """The address of a cluster of two workers, which gives a task up at its second death."""
    import dask

    kept = {"distributed.scheduler.allowed-failures": 1}
    # Workers start on machines that do other things too.
    kept["distributed.comm.timeouts.connect"] = "200s"
    with (
        dask.config.set(kept),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            memory_limit=None,
        ) as made,
    ):
        yield made.scheduler_address


def tasks(folder: Path) -> list[Task]:
    patients = []
    for name in ("Anna", "Berta", "Carla", "Dora"):
        (folder / name).mkdir()
        patients.append(ArchivePatient(name, (folder / name,)))
    return [(f"{folder.name}-{patient.name}", patient) for patient in patients]


def results(address: str, work: Work, folder: Path) -> dict[str, Part]:
    with on_dask(scheduler=address, work=work, tell=pytest.fail) as do:
        return {task[1].name: part for task, part in do(iter(tasks(folder)), JOB)}


def test_a_worker_that_dies_loses_nothing(two: str, tmp_path: Path) -> None:
    found = results(two, archive_workers.die_once, tmp_path)
    assert (tmp_path / "Berta" / "tried").exists()
    assert sorted(found) == ["Anna", "Berta", "Carla", "Dora"]
    for name, part in found.items():
        assert part == archive_workers.small_part(ArchivePatient(name, ()))


def test_a_patient_of_whom_workers_die_costs_only_himself(two: str, tmp_path: Path) -> None:
    found = results(two, archive_workers.always_die, tmp_path)
    assert sorted(found) == ["Anna", "Berta", "Carla", "Dora"]
    lost = found.pop("Berta")
    [left_out] = lost.left_out
    assert left_out == LeftOut("Berta", left_out.why)
    assert "2 workers died of it" in left_out.why
    assert not lost.whole
    assert not lost.cells
    assert all(part.whole and part.cells for part in found.values())


def test_workers_that_can_not_do_it_end_the_run(two: str, tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match=r"No module named 'torch'.*on all machines"):
        results(two, archive_workers.know_nothing, tmp_path)


def test_nothing_to_do(two: str) -> None:
    with on_dask(scheduler=two, work=archive_workers.small_part_of, tell=pytest.fail) as do:
        assert not list(do(iter([]), JOB))


def test_workers_that_are_not_there_yet_are_waited_for(tmp_path: Path) -> None:
    said: list[str] = []
    with distributed.LocalCluster(
        n_workers=0,
        threads_per_worker=1,
        processes=False,
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
        memory_limit=None,
    ) as made:

        def tell(words: str) -> None:
            said.append(words)
            made.scale(1)

        address, work = made.scheduler_address, archive_workers.small_part_of
        with on_dask(scheduler=address, work=work, tell=tell) as do:
            found = [task[1].name for task, _ in do(iter(tasks(tmp_path)), JOB)]
    assert sorted(found) == ["Anna", "Berta", "Carla", "Dora"]
    assert said == [f"no worker has joined {address} yet; waiting."]


def test_an_address_where_nothing_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_ANSWER", 1)
    with (
        pytest.raises(ClusterError, match="no scheduler answers at tcp"),
        on_dask(scheduler="tcp://127.0.0.1:9", tell=pytest.fail),
    ):
        pass


def test_two_processes_write_the_table_of_one(tmp_path: Path) -> None:
    weights = small_weights(tmp_path)
    for number, name in enumerate(("Anna", "Berta", "Carla")):
        folder = tmp_path / "archive" / name / "cell 1"
        folder.mkdir(parents=True)
        for crop in (1, 2, 3):
            image = bar(60 - 8 * crop + number, bright=(8, 20 + crop))
            Image.fromarray(image).save(folder / f"{crop}.png")
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    words = ["classify", str(tmp_path / "archive"), "--model", str(weights), "--device", "cpu"]
    assert main([*words, "--output", str(one)]) == 0
    # As a person starts it: its own process, whose workers start from nothing.
    done = subprocess.run(
        [sys.executable, "-m", "napari_karyo", *words, "--output", str(two), "--workers", "2"],
        capture_output=True,
        text=True,
        timeout=1000,
        env=fresh_environment(DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="200s"),
    )
    assert done.returncode == 0, done.stderr
    assert "3 chromosomes of 1 cell" in done.stdout
    assert two.read_bytes() == one.read_bytes()
    with one.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) == 10
