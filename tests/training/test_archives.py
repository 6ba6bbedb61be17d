"""Archives and label tables of others: refused in words, and nothing lands elsewhere."""

from __future__ import annotations

import csv
import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from small import labelled_cells

from napari_karyo.errors import ReadError
from napari_karyo.io import rows
from napari_karyo.training import archive as module
from napari_karyo.training import dataset
from napari_karyo.training.dataset import COLUMNS, read_cells, read_labels, unpack


def packed(
    *members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as file:
        for name, content in members:
            file.writestr(name, content)
    return stream.getvalue()


GOOD = packed(("g/1.png", b"chromosome " * 50))


def field(content: bytes, at: int, size: int, value: int) -> bytes:
    """Write a field of the first member in the list at the end of an archive."""
    data = bytearray(content)
    place = data.rindex(b"PK\x01\x02") + at
    data[place : place + size] = value.to_bytes(size, "little")
    return bytes(data)


def try_to_unpack(folder: Path, content: bytes) -> str:
    data, work = folder / "data", folder / "work"
    data.mkdir()
    (data / "g.zip").write_bytes(content)
    with pytest.raises(ReadError) as error:
        unpack(data, work, ["g"])
    assert str(data / "g.zip") in str(error.value)
    # Tried again it is refused again.
    with pytest.raises(ReadError):
        unpack(data, work, ["g"])
    assert {one.name for one in folder.iterdir()} == {"data", "work"}
    assert {one.name for one in data.iterdir()} == {"g.zip"}
    return str(error.value)


def test_a_good_one_is_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "g.zip").write_bytes(packed(("g/", b""), ("g/über/1.png", b"a"), ("g/2.png", b"b")))
    unpack(tmp_path, tmp_path / "work", ["g", "not there"])
    assert (tmp_path / "work" / "g" / "über" / "1.png").read_bytes() == b"a"
    monkeypatch.setattr(dataset, "unpack_archive", None)
    unpack(tmp_path, tmp_path / "work", ["g"])


def link(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "damaged"),
        (b"no archive at all", "damaged"),
        (GOOD[:-30], "damaged"),
        (GOOD[30:], "damaged"),
        (GOOD.replace(b"PK\x01\x02", b"PK\x01\x03"), "damaged"),
        (field(GOOD, 16, 4, 1234), "damaged"),
        (field(GOOD, 6, 2, 99), "damaged"),
        (field(GOOD, 8, 2, 1), "encrypted"),
        (field(GOOD, 10, 2, 99), "a method that this program doesn't know"),
        (packed(("g/1.png", b"x" * 99), method=zipfile.ZIP_LZMA), "a method"),
        (packed(("g/1.png", b"x" * 99), method=zipfile.ZIP_BZIP2), "a method"),
        (field(GOOD, 24, 4, 10**9), "it has 1.0 GB"),
        (field(GOOD, 24, 4, 10), "damaged"),
        (field(GOOD, 20, 4, 10**8), "no crops of its size"),
        (packed(("../x.png", b"x")), "outside the folder"),
        (packed(("g/../../x.png", b"x")), "outside the folder"),
        (packed(("/x.png", b"x")), "outside the folder"),
        (packed(("C:/x.png", b"x")), "outside the folder"),
        (packed(("g\\x.png", b"x")), "can't be that of a file"),
        (packed(("g/\x01.png", b"x")), "can't be that of a file"),
        (packed(("g/" + "x" * 300, b"x")), "too long"),
        (packed(("g/" + "x/" * 600, b"x"), ("g/" + "x/" * 600 + "y", b"x")), "too long"),
        (packed((link("g/x.png"), b"/etc/passwd")), "it is a link"),
        (packed(("g", b"x"), ("g/x.png", b"x")), "could not be unpacked"),
    ],
)
def test_it_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in try_to_unpack(tmp_path, content)


def test_a_member_there_twice(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = packed(("g/1.png", b"a"), ("g/1.png", b"b"))
    assert "it is there twice" in try_to_unpack(tmp_path, content)


def test_a_name_that_is_no_utf_8(tmp_path: Path) -> None:
    content = packed(("g/ü.png", b"x")).replace("ü".encode(), b"\xff\xff")
    assert "damaged" in try_to_unpack(tmp_path, content)


def test_a_bomb_is_refused_before_a_byte_of_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ALWAYS", 100_000)
    content = packed(*((f"g/{n}.png", bytes(100_000)) for n in range(9)))
    assert "no crops of its size" in try_to_unpack(tmp_path, content)
    assert list((tmp_path / "work").iterdir()) == []


def test_members_that_share_their_bytes(tmp_path: Path) -> None:
    """The list at the end names one member over and over: a small bomb without nesting."""
    content = packed(("g/0.png", bytes(50_000)), method=zipfile.ZIP_STORED)
    start = content.rindex(b"PK\x01\x02")
    end = content.rindex(b"PK\x05\x06")
    entries = b"".join(
        content[start:end].replace(b"g/0.png", f"g/{n}.png".encode()) for n in range(9)
    )
    tail = bytearray(content[end:])
    tail[8:16] = struct.pack("<HHI", 9, 9, len(entries))
    words = try_to_unpack(tmp_path, content[:start] + entries + tail)
    assert "no crops of its size" in words


def test_a_disk_that_is_too_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = module.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: usage._replace(free=100))
    assert "the disk has 0.0 GB left" in try_to_unpack(tmp_path, GOOD)


def test_a_working_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "g.zip").write_bytes(GOOD)
    (tmp_path / "work").write_text("a file")
    with pytest.raises(ReadError, match="no folder could be made"):
        unpack(tmp_path, tmp_path / "work", ["g"])


Spoil = Callable[[bytes], bytes]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda table: table.decode().encode("utf-16"), "can't be read"),
        (lambda table: table.replace(b"q_band/", b"\xff\xfe/"), "can't be read"),
        (lambda table: table.replace(b"p0", b"x" * 200_000), "can't be read"),
        (lambda table: table.replace(b"q_band/cell0", b"../cell0"), "none of the data folder"),
        (lambda table: table.replace(b"q_band/cell0", b"/etc"), "none of the data folder"),
        (lambda table: table.replace(b"q_band/cell0", b"a/../.."), "none of the data folder"),
        (lambda table: table.replace(b"q_band/cell0", b"a\0b"), "none of the data folder"),
        (lambda table: table.replace(b"cell0/1_0", b"x" * 300), "none of the data folder"),
        (lambda table: table.replace(b"q_band/cell0/1_0.png", b""), "none of the data folder"),
        (lambda table: table.replace(b"q_band/cell0/1_0.png", b"."), "none of the data folder"),
        (lambda table: table.replace(b"stain,", b"\0,"), "the columns stain are missing"),
        (lambda table: b"", "columns .* are missing"),
    ],
)
def test_a_table_that_can_not_be_meant(tmp_path: Path, spoil: Spoil, words: str) -> None:
    path = labelled_cells(tmp_path) / "labels.csv"
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(ReadError, match=words) as error:
        list(read_cells(tmp_path, tmp_path / "work", ("train",)))
    assert str(path) in str(error.value)


def test_a_table_larger_than_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labelled_cells(tmp_path)
    monkeypatch.setattr(rows, "LARGEST_TABLE", 100)
    with pytest.raises(ReadError, match="larger than any"):
        read_labels(tmp_path)


def test_a_table_of_many_scripts_is_read(tmp_path: Path) -> None:
    with (tmp_path / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [COLUMNS, ("q_band", "Ольга", "細胞 1", "X", "train", "q_band/細胞 1/é\xa0x.png")]
        )
    (cell,) = read_cells(tmp_path, tmp_path / "work", ("train",))
    assert cell.cell.name == "細胞 1"
    assert [problem.file for problem in cell.cell.problems] == ["q_band/細胞 1/é\xa0x.png"]
