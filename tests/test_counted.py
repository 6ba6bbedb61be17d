"""Numbers of things are said as a person says them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import napari_karyo
from napari_karyo.counted import count
from napari_karyo.errors import ReadError
from napari_karyo.inference.device import Device, choose_device
from napari_karyo.io.cells import read_cell
from napari_karyo.karyogram.heading import Numbers


def test_one_and_more() -> None:
    assert [count(number, "cell") for number in (0, 1, 2)] == ["0 cells", "1 cell", "2 cells"]
    assert count(1, "loss", "losses") == "1 loss"
    assert count(3, "loss", "losses") == "3 losses"


def test_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.get_num_threads", lambda: 1)
    assert str(choose_device("cpu")) == "cpu (1 thread)"
    monkeypatch.setattr("torch.get_num_threads", lambda: 2)
    assert choose_device("cpu") == Device("cpu", "2 threads")


def test_one_chromosome_and_one_marker() -> None:
    assert Numbers(1, 0, 0).text == "1 chromosome"
    assert Numbers(45, 1, 0).text == "46 chromosomes, 1 of them marker"
    assert Numbers(44, 2, 0).text == "46 chromosomes, 2 of them markers"


def test_one_file(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"no picture")
    with pytest.raises(ReadError, match="its only file could not be used as a chromosome"):
        read_cell(tmp_path)
    (tmp_path / "2.png").write_bytes(b"no picture")
    with pytest.raises(ReadError, match="none of the 2 files could be used"):
        read_cell(tmp_path)


def test_no_message_sets_a_plural_by_itself() -> None:
    """One helper for all: a plural that is written out beside a number goes wrong at 1."""
    package = Path(napari_karyo.__file__).parent
    by_hand = re.compile(r"""['"]['"] if [^}]*== 1 else ['"]s['"]""")
    found = [path.name for path in package.rglob("*.py") if by_hand.search(path.read_text("utf-8"))]
    assert not found
