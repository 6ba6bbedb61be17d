"""One training by two processes, against the same by one."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import trained_together
from fresh_python import fresh_environment
from small import labelled_cells
from trained_together import SURE, norms_of_each_crop, train_in

from napari_karyo.errors import DeviceError
from napari_karyo.training import team as module
from napari_karyo.training.team import Team, joined

#: Each process imports torch anew, perhaps on a machine that does other things too.
pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return labelled_cells(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def two(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders of three trainings by two processes."""
    if sys.platform == "win32" or not torch.distributed.is_available():
        pytest.skip("this torch's launcher starts no processes that train together")
    output = tmp_path_factory.mktemp("two")
    # By number: the launcher asks for this machine's name otherwise, which may lead nowhere.
    here = ["--standalone", "--local-addr", "127.0.0.1"]
    launcher = ["-m", "torch.distributed.run", *here, "--nproc-per-node", "2"]
    done = subprocess.run(
        [sys.executable, *launcher, trained_together.__file__, str(data), str(output)],
        capture_output=True,
        text=True,
        timeout=1000,
        env=fresh_environment(OMP_NUM_THREADS="1"),
    )
    assert done.returncode == 0, done.stderr
    # One speaks: a line for each of the three epochs of the trainings that were not stopped.
    assert sum(line.startswith("epoch 2 ") for line in done.stdout.splitlines()) == 3
    return output


def losses(folder: Path) -> list[float]:
    with (folder / "epochs.csv").open(newline="", encoding="utf-8") as file:
        return [float(row["loss"]) for row in csv.DictReader(file)]


def ends(folder: Path) -> dict[str, torch.Tensor]:
    return torch.load(folder / "end.pt", weights_only=True)


def difference(one: Path, other: Path) -> float:
    """Return the mean difference of the weights."""
    pairs = [(ends(one)[name], value) for name, value in ends(other).items()]
    apart = [(a - b).abs().flatten() for a, b in pairs if a.is_floating_point()]
    return float(torch.cat(apart).mean())


def test_two_learn_what_one_learns(two: Path, data: Path, tmp_path: Path) -> None:
    """Crops, augmentation, gradients and steps are the same; only sums have another order."""
    with norms_of_each_crop():
        train_in(tmp_path / "one", data, Team(), config=SURE)
    assert losses(two / "alone") == pytest.approx(losses(tmp_path / "one"), abs=2e-3)
    # A step moves a weight by a hundredth, whichever way the least gradient points.
    assert difference(two / "alone", tmp_path / "one") < 1e-3


def test_norms_of_shares_change_little(two: Path, data: Path, tmp_path: Path) -> None:
    train_in(tmp_path / "one", data, Team())
    assert losses(two / "plain") == pytest.approx(losses(tmp_path / "one"), abs=0.15)


def test_two_that_were_stopped_go_on(two: Path) -> None:
    assert losses(two / "pieced") == losses(two / "alone")
    assert difference(two / "pieced", two / "alone") == 0


def test_a_share_is_a_part_of_the_batch() -> None:
    batch = torch.arange(6)
    assert [Team(rank, 3).share(batch).tolist() for rank in range(3)] == [[0, 1], [2, 3], [4, 5]]
    assert Team().share(batch) is batch
    Team(0, 2).check(64)
    with pytest.raises(ValueError, match="64 crops can't be shared evenly by 3"):
        Team(0, 3).check(64)


def test_alone_nothing_is_asked_of_others() -> None:
    with joined("cpu") as team:
        assert team == Team()
        assert team.of_first(lambda: 3) == 3
        assert team.in_turn(lambda: 4) == 4
        assert team.mean(torch.tensor(5.0)) == 5
        network = torch.nn.Linear(1, 1)
        assert team.parallel(network) is network


def test_more_processes_than_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setattr(module.torch.cuda, "device_count", lambda: 1)
    with pytest.raises(DeviceError, match=r"more processes than cards \(1\)"), joined("cuda"):
        pass
